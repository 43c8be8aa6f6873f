"""Wooldridge's covariates: beside periods, cohorts and every effect, the latter less the cohort's mean.

A covariate x enters as x times each period, x times each cohort (where unit effects do not absorb it), and, for each effect
of cohort g in period t, as (x - mean of x in cohort g) times the effect's indicator. The effect is then the indicator's
coefficient plus the interaction's times the mean of x - mean over the effect's own observations, which is zero without gaps
for what never changes. Means are taken as they are: their sampling error is not counted, as in etwfe.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.estimators.comparisons.group_time import GroupTimeDetail
from impact.estimators.regressions.regressors import Regressors, as_wide, complete, places_of
from impact.moments import PathMoments
from impact.terms import CohortOrUnit


@dataclass(frozen=True)
class Interacted:
    """The regressors of k effects given q covariates, and where the effects are read.

    Attributes
    ----------
    regressors : Regressors
    at : ndarray, (k, p)
        Mean of each interaction over its effect's observations.
    effect : ndarray of int, (p,)
        Which effect each column is an interaction of; -1 for none.
    """

    regressors: Regressors
    at: Floats
    effect: Integers

    @classmethod
    def of(
        cls,
        panel: Panel,
        whole: Panel,
        moments: PathMoments,
        detail: GroupTimeDetail,
        *,
        covariates: Sequence[str],
        effects: CohortOrUnit,
    ) -> "Interacted":
        """Make the columns; errors as `Regressors.of`."""
        place = places_of(panel.cohort, moments)
        seen = as_wide(panel, np.ones(len(panel.y)))
        columns: list[Floats] = []
        names: list[str] = []
        effect: list[int] = []
        terms = detail.rows(moments).term
        label = moments.time_axis.label
        for name in covariates:
            x = as_wide(panel, complete(panel, name))
            by_cohort = [x * (place == code)[:, None] for code in range(len(moments.every_cohort))]
            centred = x - _cohort_means(x, seen, place)[place, None] * seen
            for row, (code, period) in enumerate(zip(detail.code, detail.period, strict=True)):
                own = np.zeros_like(x)
                own[:, period] = np.where(place == code, centred[:, period], 0.0)
                columns.append(own)
                names.append(f"{name} in {terms[row]}")
                effect.append(row)
            for period in range(1, panel.n_periods):
                own = np.zeros_like(x)
                own[:, period] = x[:, period]
                columns.append(own)
                names.append(f"{name} in {label(moments.times[period])}")
            if effects == "cohort" or _changes(x, seen):
                columns += by_cohort
                names += [
                    f"{name} of {'never treated' if np.isinf(value) else f'cohort {label(value)}'}"
                    for value in moments.every_cohort
                ]
            effect += [-1] * (len(columns) - len(effect))
        at = np.zeros((len(detail.code), len(columns)))
        for column, own_effect in enumerate(effect):
            if own_effect >= 0:
                cell = columns[column][:, detail.period[own_effect]]
                at[own_effect, column] = panel.weight @ cell / detail.size[own_effect]
        made = Regressors.made(panel, whole, names, columns)
        return cls(made, at, np.array(effect, dtype=np.int64))

    def columns_of(self, row: int, m: int) -> Floats:
        """Mark an effect's own columns, its indicator and interactions, among the m of a regression, covariates last: (m,)."""
        own = np.zeros(m)
        own[row] = 1.0
        own[m - len(self.effect) :] = self.effect == row
        return own


def _cohort_means(x: Floats, seen: Floats, place: Integers) -> Floats:
    total, count = (np.bincount(place, weights=part.sum(axis=1)) for part in (x, seen))
    return np.asarray(total / count)


def _changes(x: Floats, seen: Floats) -> bool:
    """Whether any unit's values differ."""
    mean = x.sum(axis=1) / seen.sum(axis=1)
    return bool(np.abs((x - mean[:, None]) * seen).max() > 1e-12 * np.abs(x).max())
