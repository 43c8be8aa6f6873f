"""Comparisons of two periods that have other people each, or are taken as if they had, given covariates.

Each person counts with the covariates of the period in which they were seen. A unit seen in both periods gives two
observations, whose scores add up.
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import MissingValueError
from impact.estimators.comparisons.by_cell import Contrasts
from impact.estimators.comparisons.given_covariates import Differences, named_comparison
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.covariates import numbers_of
from impact.estimators.selection.cross_sections import CrossSections, adjusted_across
from impact.moments import PathMoments, UnitScores
from impact.terms import Adjustment


def compare_across_people(
    panel: Panel,
    moments: PathMoments,
    pairs: list[tuple[int, int]],
    contrasts: Contrasts,
    *,
    covariates: tuple[str, ...],
    method: Adjustment,
    kept: Mask,
) -> Differences:
    """Compare outcomes of the pairs' periods, given covariates.

    Parameters
    ----------
    pairs : list of (int, int)
        Period and base of each feature that the contrasts name.
    kept : ndarray of bool, (N,)
        The units that the moments are of.
    """
    people = _People.of(panel, moments, kept, covariates)
    ends = np.array(pairs).reshape(-1, 2)[contrasts.feature]
    k = len(ends)
    values, counts, usable = np.zeros(k), np.zeros((2, k)), np.zeros(k, dtype=bool)
    scores, overlap = np.zeros((panel.n_units, k)), []
    for row in range(k):
        who = people.compared(contrasts, row, ends[row])
        seen = [side & (people.period == end) for side in who for end in ends[row]]
        usable[row] = all(some.any() for some in seen)
        counts[:, row] = seen[0].sum(), seen[2].sum()
        if not usable[row] or ends[row][0] == ends[row][1]:
            continue
        rows = np.flatnonzero(np.any(seen, axis=0))
        code, period = int(contrasts.code[row]), int(contrasts.period[row])
        sections = people.sections(
            rows,
            treated=who[0][rows],
            late=ends[row][0],
            who=named_comparison(moments, code, period),
        )
        found = adjusted_across(sections, method)
        values[row] = found.effect[0]
        np.add.at(scores[:, row], panel.unit_index[rows], found.scores[:, 0])
        overlap += [found.overlap] if found.overlap else []
    return Differences(
        contrasts.of(usable),
        values[usable],
        UnitScores.of(scores[:, usable], panel, moments, kept=kept.astype(float)),
        counts[0, usable],
        counts[1, usable],
        tuple(overlap),
    )


@dataclass(frozen=True)
class _People:
    """The n observations: outcome, period, place of the unit's cohort (-1 for who is left out), weight, covariates (n, p)."""

    outcome: Floats
    period: Integers
    place: Integers
    weight: Floats
    covariates: Floats
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, panel: Panel, moments: PathMoments, kept: Mask, covariates: tuple[str, ...]
    ) -> "_People":
        every = moments.every_cohort
        place = np.minimum(np.searchsorted(every, panel.cohort), len(every) - 1)
        return cls(
            outcome=panel.y,
            period=panel.time_index,
            place=np.where(kept, place, -1)[panel.unit_index],
            weight=panel.weight[panel.unit_index],
            covariates=np.column_stack([numbers_of(panel, name) for name in covariates]),
            names=covariates,
        )

    def compared(self, contrasts: Contrasts, row: int, ends: Integers) -> tuple[Mask, Mask]:
        """Return who is treated and who is a control, among those seen in either period, each (n,)."""
        seen = np.isin(self.period, ends) & (self.place >= 0)
        return seen & (self.place == contrasts.code[row]), seen & contrasts.control[row][self.place]

    def sections(self, rows: Integers, *, treated: Mask, late: int, who: str) -> CrossSections:
        """Return the observations ``rows``, ready for algebra.

        Raises
        ------
        MissingValueError
            When one of them lacks a covariate.
        """
        values = self.covariates[rows]
        for name, count in zip(self.names, np.isnan(values).sum(axis=0), strict=True):
            if count:
                raise MissingValueError(
                    f"{name}: missing for {int(count)} observations of {who}; complete it, or leave these out"
                )
        compared = Compared.of(
            self.outcome[rows][:, None],
            treated,
            values,
            weight=self.weight[rows],
            names=self.names,
            who=who,
        )
        return CrossSections(compared, self.period[rows] == late)
