"""Comparisons of changes between treated and untreated units with the same covariates, many at once.

What a comparison's propensities and regressions are fitted on is its units and their covariates; comparisons that share these
(the periods of one cohort, where its controls do not change) share the fit, whatever number of periods they compare.
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.estimators.comparisons.by_cell import Contrasts
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.covariates import Covariates
from impact.estimators.selection.doubly_robust import Overlap, adjusted
from impact.moments import PathMoments, UnitScores
from impact.terms import ENOUGH_UNITS, Adjustment


@dataclass(frozen=True)
class Differences:
    """Values (k,), scores, counts of units (k,) and overlap of the comparisons that could be made."""

    contrasts: Contrasts
    values: Floats
    scores: UnitScores
    n_treated: Floats
    n_control: Floats
    overlap: tuple[Overlap, ...]

    @property
    def n_trimmed(self) -> int:
        """Most controls that one comparison did without, as they were almost certain to be treated."""
        return max((each.n_trimmed for each in self.overlap), default=0)

    @property
    def fewest_effective_controls(self) -> float | None:
        """The fewest controls that carry a comparison; None where no propensities were fitted."""
        return min((each.effective_controls for each in self.overlap), default=None)

    def notes(self) -> tuple[str, ...]:
        """Remark on comparisons with few controls like the treated: ``poor_overlap:n``."""
        n = sum(poor(each) for each in self.overlap)
        return (f"poor_overlap:{n}",) if n else ()


def poor(overlap: Overlap) -> bool:
    """Whether a comparison has controls trimmed, or few carry it: fewer than half, and than `ENOUGH_UNITS`."""
    few = min(ENOUGH_UNITS, overlap.n_controls / 2)
    return overlap.n_trimmed > 0 or overlap.effective_controls < few


def compare_given_covariates(
    panel: Panel,
    moments: PathMoments,
    pairs: list[tuple[int, int]],
    contrasts: Contrasts,
    *,
    covariates: Covariates,
    method: Adjustment,
    kept: Mask,
) -> Differences:
    """Compare changes between the pairs' periods, given the covariates of the earlier one.

    Parameters
    ----------
    pairs : list of (int, int)
        Period and base of each feature that the contrasts name.
    kept : ndarray of bool, (N,)
        The units that the moments are of.
    """
    units = _Units.of(panel, moments, kept)
    ends = np.array(pairs).reshape(-1, 2)[contrasts.feature]
    sides = [units.sides(contrasts, row, ends[row]) for row in range(len(ends))]
    usable = np.array([mine.any() and theirs.any() for mine, theirs in sides], dtype=bool)
    alike: dict[tuple[int, bytes, int], list[int]] = {}
    for row in np.flatnonzero(usable & (ends[:, 0] != ends[:, 1])):
        mine, theirs = sides[row]
        who = np.packbits(mine).tobytes() + np.packbits(theirs).tobytes()
        key = (int(contrasts.code[row]), who, covariates.moment(int(ends[row].min())))
        alike.setdefault(key, []).append(int(row))
    values = np.zeros(len(ends))
    scores = np.zeros((len(ends), panel.n_units))
    overlap = []
    for rows in alike.values():
        mine, theirs = sides[rows[0]]
        both = np.flatnonzero(mine | theirs)  # places gather faster than a mask does
        found = adjusted(
            Compared.of(
                units.changes(both, ends[rows]),
                mine[both],
                covariates.at(int(ends[rows[0]].min()), both),
                weight=panel.weight[both],
                names=covariates.names,
                who=named_comparison(
                    moments, int(contrasts.code[rows[0]]), int(contrasts.period[rows[0]])
                ),
            ),
            method,
        )
        values[rows] = found.effect
        for place, score in zip(rows, found.scores.T, strict=True):
            scores[place][both] = score
        overlap += [found.overlap] * len(rows) if found.overlap else []
    n_treated, n_control = np.array([[mine.sum(), theirs.sum()] for mine, theirs in sides]).T
    return Differences(
        contrasts.of(usable),
        values[usable],
        UnitScores.of(
            (scores if usable.all() else scores[usable]).T, panel, moments, kept=kept.astype(float)
        ),
        n_treated[usable].astype(float),
        n_control[usable].astype(float),
        tuple(overlap),
    )


@dataclass(frozen=True)
class _Units:
    """Outcomes (T, N), who is seen when and kept (T, N), and each unit's place among the cohorts (N,)."""

    outcome: Floats
    seen: Mask
    place: Integers

    @classmethod
    def of(cls, panel: Panel, moments: PathMoments, kept: Mask) -> "_Units":
        every = moments.every_cohort
        place = np.minimum(np.searchsorted(every, panel.cohort), len(every) - 1)
        outcome = np.ascontiguousarray(panel.wide.T)
        return cls(outcome, ~np.isnan(outcome) & kept, place.astype(np.int64))

    def sides(self, contrasts: Contrasts, row: int, ends: Integers) -> tuple[Mask, Mask]:
        """Return who is treated and who is a control in a comparison of two periods, each (N,)."""
        seen = self.seen[ends[0]] & self.seen[ends[1]]
        return seen & (self.place == contrasts.code[row]), seen & contrasts.control[row][self.place]

    def changes(self, units: Integers, ends: Integers) -> Floats:
        """Return the changes of n units, by place, between K pairs of periods (K, 2), (n, K)."""
        seen = {period: self.outcome[period].take(units) for period in np.unique(ends)}
        return np.array([seen[late] - seen[base] for late, base in ends]).T


def named_comparison(moments: PathMoments, code: int, period: int) -> str:
    """Write a comparison for a message: the cohort's place, and the period's."""
    label = moments.time_axis.label
    cohort, time = moments.every_cohort[code], moments.times[period]
    return f"cohort {label(cohort)} and its controls in {label(time)}"
