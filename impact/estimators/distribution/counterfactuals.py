"""What the treated would have had, by the distributions of both groups before and after; for B weightings of units at once.

With F_gt the distribution of group g (0 controls, 1 treated) in period t (0 base, 1 now), y the treated's outcomes at base::

    changes in changes      y -> F01^-1(F00(y))                          Athey and Imbens (2006), eq. 9
    quantile differences    y -> y + F01^-1(F10(y)) - F00^-1(F10(y))     ibid., eq. 22

F^-1(p) is the least value at which F reaches p; at p = 0, below all controls, the least value there is.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.terms import ControlGroup

Rule = Literal["changes_in_changes", "quantile_differences"]

ROUNDING = 1e-10  # shares that differ by less are the same share, summed in another order


@dataclass(frozen=True)
class Cell:
    """One cohort in one period after its start, and its controls: units seen both then and in the base period.

    Attributes
    ----------
    cohort : float
    treated, controls : ndarray of int, (n1,), (n0,)
        Places of units.
    before, now : ndarray, (n1,)
        Outcomes of the treated.
    before_controls, now_controls : ndarray, (n0,)
        Outcomes of the controls.
    """

    cohort: float
    treated: Integers
    controls: Integers
    before: Floats
    now: Floats
    before_controls: Floats
    now_controls: Floats

    def counterfactual(self, weights: Floats, rule: Rule) -> Floats:
        """Return what each treated unit would have had, (B, n1), under weights of all units, (B, N); NaN without controls."""
        own, others = weights[:, self.treated], weights[:, self.controls]
        if rule == "changes_in_changes":
            reached = shares(self.before_controls, others, at=self.before)
            return values_at(self.now_controls, others, reached)
        reached = shares(self.before, own, at=self.before)
        moved = values_at(self.now_controls, others, reached)
        return self.before + moved - values_at(self.before_controls, others, reached)


def cells_of(panel: Panel, *, control_group: ControlGroup, anticipation: int) -> list[Cell]:
    """Return the cells of a panel that have treated units and controls, in the order of cohorts and periods."""
    wide, found = panel.wide, []
    for cohort in np.unique(panel.cohort[np.isfinite(panel.cohort)]):
        bases = np.flatnonzero(panel.times < cohort - anticipation)
        if not bases.size:
            continue
        base = bases[-1]
        for now in np.flatnonzero(panel.times >= cohort):
            untreated = ~np.isfinite(panel.cohort)
            if control_group == "not_yet_treated":
                untreated |= panel.cohort > panel.times[now] + anticipation
            seen = ~np.isnan(wide[:, base]) & ~np.isnan(wide[:, now])
            treated = np.flatnonzero((panel.cohort == cohort) & seen)
            controls = np.flatnonzero(untreated & seen)
            if treated.size and controls.size:
                own, others = wide[treated][:, [base, now]].T, wide[controls][:, [base, now]].T
                found.append(Cell(float(cohort), treated, controls, *own, *others))
    return found


def shares(values: Floats, weights: Floats, *, at: Floats) -> Floats:
    """Return the share (B, m) of weight (B, n) whose values (n,) are not above each of ``at`` (m,)."""
    order = np.argsort(values, kind="stable")
    total = np.concatenate(
        [np.zeros((len(weights), 1)), np.cumsum(weights[:, order], axis=1)], axis=1
    )
    place = np.searchsorted(values[order], at, side="right")
    with np.errstate(invalid="ignore"):
        return np.asarray(total[:, place] / total[:, -1:])


def values_at(values: Floats, weights: Floats, reached: Floats) -> Floats:
    """Return the least of values (n,) at which weights (B, n) reach shares (B, m); NaN where there is no weight."""
    order = np.argsort(values, kind="stable")
    ranked, total = values[order], np.cumsum(weights[:, order], axis=1)
    found = np.full(reached.shape, np.nan)
    for draw, sums in enumerate(total):
        if sums[-1] > 0:
            place = np.searchsorted(sums / sums[-1], reached[draw] - ROUNDING, side="left")
            first = np.argmax(sums > 0)  # below everybody: the least value that has any weight
            found[draw] = ranked[np.clip(place, first, len(ranked) - 1)]
    return found


def effects(
    cells: list[Cell], weights: Floats, rule: Rule, quantiles: Floats
) -> tuple[Floats, Floats]:
    """Return effects on the mean and the quantiles of the treated, and the counterfactual ones, each (B, 1 + q).

    Treated units and periods of all cells are one group, each by its weight.
    """
    counterfactual = np.concatenate([cell.counterfactual(weights, rule) for cell in cells], axis=1)
    now = np.concatenate([cell.now for cell in cells])
    own = np.concatenate([weights[:, cell.treated] for cell in cells], axis=1)
    own = np.where(np.isnan(counterfactual), 0.0, own)
    total = own.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [
            ((own * np.nan_to_num(one)).sum(axis=1, keepdims=True) / total)
            for one in (np.broadcast_to(now, own.shape), counterfactual)
        ]
    asked = np.broadcast_to(quantiles, (len(own), len(quantiles)))
    observed = values_at(now, own, asked)
    without = np.stack(
        [
            values_at(np.nan_to_num(row), each[None], quantiles[None])[0]
            for row, each in zip(counterfactual, own, strict=True)
        ]
    )
    both = [np.hstack([mean, at]) for mean, at in zip(means, (observed, without), strict=True)]
    return both[0] - both[1], both[1]
