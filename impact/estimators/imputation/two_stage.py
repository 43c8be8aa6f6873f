"""Two stages: residuals from untreated observations' effects, then their means, the first stage's error carried along."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import (
    average_cells,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.imputation.given_covariates import UntreatedGiven
from impact.estimators.imputation.imputation import imputed_effects
from impact.estimators.imputation.untreated import UntreatedFit
from impact.estimators.linear import Average, LinearParts, as_moments
from impact.estimators.regressions.regressors import given, said
from impact.moments import PathMoments, Scores, UnitScores
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, Averaging, CheckedChoices, Grouping


@dataclass(frozen=True)
class TwoStage(CheckedChoices):
    """Effect of treatment by two-stage difference-in-differences (Gardner).

    The effects equal those of `Imputation`; the variance does not: residuals are taken against the reported average, not
    against each cohort's, and the first stage enters as in a generalised method of moments. Effects before treatment are
    means of untreated residuals; they are not changes from a base period.

    Parameters
    ----------
    level : float
    covariates : sequence of str
        Numbers among the panel's covariates that change within units, in the first stage. What treatment itself moves is no
        covariate.
    by_period : sequence of str
        Numbers that never change within a unit (known before treatment), with a coefficient of each period's own in the first
        stage.

    Assumes
    -------
    Parallel trends in all periods between all units until they are treated, and no anticipation; with covariates, trends
    parallel less what these, linearly, account for.

    References
    ----------
    Gardner (2022), arXiv 2207.05943, section 3.3; Newey and McFadden (1994), theorem 6.1, for the first stage's error.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.TwoStage().fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.51}
    """

    level: float = CONFIDENCE_LEVEL
    covariates: Sequence[str] = ()
    by_period: Sequence[str] = ()

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period); errors as `Imputation.fit`."""
        scores: Scores | UnitScores
        if self.covariates or self.by_period:
            fitted = UntreatedGiven.of(self, data)
            moments = fitted.given.moments
            detail, values = fitted.effects(leads=True)
            scores = fitted.scores(detail, values, np.ones(len(values)))
        else:
            untreated = as_moments(data).once("untreated", UntreatedFit.of)
            moments = untreated.moments
            detail, values, scores = imputed_effects(untreated, leads=True)
        return group_time_estimate(
            moments,
            detail,
            values,
            scores,
            averager=_average,
            method=(
                f"Two-stage{given(self)}; unit and period effects from untreated observations; "
                "clustered, first-stage error included, normal"
            ),
            spec={"estimator": "TwoStage", "level": self.level, "df": None, **said(self)},
            notes=cohorts_left_out(moments, detail),
            source="Gardner (2022), section 3.3",
        )


def _average(
    parts: LinearParts, *, by: Grouping, average: Averaging, balance: int | None
) -> Average:
    """Average by treated observations; each residual is then taken against the average itself."""
    plan = average_cells(parts, by=by, average=average, balance=balance)
    detail = parts.detail
    value = plan.weights @ parts.values
    centring = np.zeros((len(detail.member), len(value), len(parts.moments.times)))
    away = plan.weights * (parts.values[None, :] - value[:, None]) / detail.size
    for row, (code, period) in enumerate(zip(detail.code, detail.period, strict=True)):
        centring[code, :, period] += away[:, row]
    return Average(plan.weights, plan.constant, plan.rows, plan.label, centring)
