"""Sun and Abraham: an event study with effects of its own for every cohort, then averaged by cohort shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.linear import as_moments
from impact.estimators.regressions.regressors import given, regressors_of, said
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
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}
    level : float
    covariates : sequence of str
        Numbers among the panel's covariates that change within units, as regressors; the paper has none, fixest's
        ``sunab`` adds them so. What treatment itself moves is no covariate:
        it takes part of the effect away.
    by_period : sequence of str
        Numbers that never change within a unit (known before treatment), with a coefficient of each period's own.

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
    covariates: Sequence[str] = ()
    by_period: Sequence[str] = ()

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period); errors as `EventStudy.fit`."""
        regressors = regressors_of(self, data, before_the_last=True)
        moments = (
            with_a_reference_cohort(as_moments(data)) if regressors is None else regressors.moments
        )
        code, period = saturated_cells(moments, leads=True, reference=self.reference)
        detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
        fit = saturated_fit(moments, detail, vcov=self.vcov, given=regressors)
        return group_time_estimate(
            moments,
            detail,
            fit.coefficients,
            fit.scores,
            factor=fit.factor,
            robust=fit.robust,
            method=(
                f"Sun-Abraham{given(self)}; reference {self.reference}; unit and period effects; "
                f"{CONVENTIONS[self.vcov]}"
            ),
            spec={
                "estimator": "SunAbraham",
                "reference": self.reference,
                "vcov": self.vcov,
                "level": self.level,
                "df": fit.df,
                **said(self),
                **fit.said_of_covariates(),
            },
            notes=cohorts_left_out(moments, detail),
            source="Sun and Abraham (2021), eqs. 26-28",
        )
