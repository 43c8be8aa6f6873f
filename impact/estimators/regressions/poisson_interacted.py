"""Effects in the outcome's unit from a Poisson regression with a log ratio for each cohort and period, and covariates.

The effect on a treated observation is h = mu (1 - exp(-tau)), tau its log ratio: what is fitted less what would be without
treatment. An effect by cohort and period is the mean of h, and its score is G_k A^-1 s with G_k the mean gradient of h. With
unit effects mu carries the unit's own outcomes, so that the mean has a sampling error of its own: h less the mean, by unit.
"""

import numpy as np

from impact.arrays import Floats, Integers
from impact.estimators.comparisons.group_time import GroupTimeDetail
from impact.estimators.regressions.interacted import Interacted
from impact.estimators.regressions.poisson_rows import PoissonRows, poisson_rows
from impact.estimators.regressions.saturated import indicators
from impact.estimators.regressions.within import WithinFit
from impact.moments import PathMoments, UnitScores
from impact.terms import CohortOrUnit


def interacted_poisson(
    made: Interacted, moments: PathMoments, detail: GroupTimeDetail, *, effects: CohortOrUnit
) -> WithinFit:
    """Fit, and average effects on the treated by cohort and period; errors as `poisson_rows`.

    References
    ----------
    Wooldridge (2023), Econometrics Journal 26(3), sec. 4.
    """
    given = made.regressors
    names = list(detail.rows(moments).term)
    fit = poisson_rows(given, indicators(moments, detail), names=names, effects=effects)
    gradient = np.zeros((len(names), len(fit.b)))
    direct = np.zeros((given.panel.n_units, len(names)))
    values = np.zeros(len(names))
    cohort, period = given.place[fit.unit], given.panel.time_index[fit.place]
    seen = ~np.isnan(given.panel.wide)
    for row, (code, when) in enumerate(zip(detail.code, detail.period, strict=True)):
        at = np.flatnonzero((cohort == code) & (period == when))
        effect, slope = _effects(fit, at, made.columns_of(row, len(fit.b)))
        share = fit.weight[at] / detail.size[row]
        values[row] = share @ effect
        gradient[row] = share @ slope
        if effects == "unit":
            own = (given.place == code) & seen[:, when]
            direct[own, row] -= given.panel.weight[own] / detail.size[row] * values[row]
            direct[fit.unit[at], row] += share * effect
    factor, df = fit.factor()
    scores = UnitScores.of(
        given.for_whole(fit.scores @ gradient.T + direct),
        given.whole,
        given.moments,
        kept=given.kept.astype(float),
    )
    return WithinFit(values, scores, factor, df)


def _effects(fit: PoissonRows, at: Integers, own: Floats) -> tuple[Floats, Floats]:
    """Effects on some observations, and their gradients in all coefficients; ``own`` (m,) marks those of the log ratio."""
    ratio = fit.Z[at] * own
    without = np.exp(-(ratio @ fit.b))
    mu = fit.mu[at]
    slope = fit.centred[at] * (mu * (1 - without))[:, None] + ratio * (mu * without)[:, None]
    return mu * (1 - without), slope
