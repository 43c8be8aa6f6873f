"""Sun and Abraham: an event study with effects of its own for every cohort, then averaged by cohort shares."""

from dataclasses import dataclass

from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.linear import as_moments
from impact.estimators.regressions.saturated import (
    saturated_cells,
    saturated_fit,
    with_a_reference_cohort,
)
from impact.estimators.regressions.within import CONVENTIONS
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, ClusterCovariance


@dataclass(frozen=True)
class SunAbraham(CheckedChoices):
    """Interaction-weighted event study: least squares with a coefficient for each cohort and relative period.

    The reference are never-treated units; where there are none, the last cohort, without the periods from its treatment on.

    Parameters
    ----------
    reference : int
        Relative period set to zero.
    vcov : {"CRV1", "CRV3", "two_way"}
    level : float

    Assumes
    -------
    Parallel trends between each cohort and the reference cohort, and no anticipation at the reference. Cohort shares in the
    averages are taken as fixed.

    References
    ----------
    Sun and Abraham (2021), Journal of Econometrics 225(2), eqs. 26-28.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.SunAbraham().fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.56}
    """

    reference: int = -1
    vcov: ClusterCovariance = "CRV1"
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period); errors as `within_fit`."""
        moments = with_a_reference_cohort(as_moments(data))
        code, period = saturated_cells(moments, leads=True, reference=self.reference)
        detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
        fit = saturated_fit(moments, detail, vcov=self.vcov)
        return group_time_estimate(
            moments,
            detail,
            fit.coefficients,
            fit.scores,
            factor=fit.factor,
            robust=fit.robust,
            method=(
                f"Sun-Abraham; reference {self.reference}; unit and period effects; {CONVENTIONS[self.vcov]}"
            ),
            spec={
                "estimator": "SunAbraham",
                "reference": self.reference,
                "vcov": self.vcov,
                "level": self.level,
                "df": fit.df,
            },
            notes=cohorts_left_out(moments, detail),
            source="Sun and Abraham (2021), eqs. 26-28",
        )
