"""Two stages: residuals from untreated observations' effects, then their means, the first stage's error carried along."""

from dataclasses import dataclass

import numpy as np

from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import (
    average_cells,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.imputation.imputation import imputed_effects
from impact.estimators.imputation.untreated import UntreatedFit
from impact.estimators.linear import Average, LinearParts, as_moments
from impact.moments import PathMoments
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

    Assumes
    -------
    Parallel trends in all periods between all units until they are treated, and no anticipation.

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

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period); errors as `Imputation.fit`."""
        untreated = as_moments(data).once("untreated", UntreatedFit.of)
        detail, values, scores = imputed_effects(untreated, leads=True)
        return group_time_estimate(
            untreated.moments,
            detail,
            values,
            scores,
            averager=_average,
            method=(
                "Two-stage; unit and period effects from untreated observations; "
                "clustered, first-stage error included, normal"
            ),
            spec={"estimator": "TwoStage", "level": self.level, "df": None},
            notes=cohorts_left_out(untreated.moments, detail),
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
