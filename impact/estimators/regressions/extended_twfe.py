"""Extended two-way fixed effects: a coefficient for each cohort and period after treatment."""

from dataclasses import dataclass

from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.linear import as_moments
from impact.estimators.regressions.poisson import poisson_effects
from impact.estimators.regressions.saturated import (
    saturated_cells,
    saturated_fit,
    with_a_reference_cohort,
)
from impact.estimators.regressions.within import CONVENTIONS
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import (
    CONFIDENCE_LEVEL,
    CheckedChoices,
    ClusterCovariance,
    CohortOrUnit,
    ControlGroup,
    Family,
)


@dataclass(frozen=True)
class ExtendedTWFE(CheckedChoices):
    """Effect of treatment by cohort and period from one regression with unit (or cohort) and period effects.

    With all periods observed and not-yet-treated controls the linear effects equal those of `Imputation`; with gaps, unit and
    cohort effects give different numbers.

    Parameters
    ----------
    family : {"linear", "poisson"}
        Poisson holds trends parallel in ratios and works with zeros; its effects are given in units of the outcome: the mean of
        the treated times (1 - exp(-coefficient)).
    control_group : {"not_yet_treated", "never_treated"}
        With never-treated controls, periods before treatment have coefficients too, the last one being the reference.
    effects : {"unit", "cohort"}
        Fixed effects of units, or of cohorts (pooled regression; linear only).
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}
    level : float

    Assumes
    -------
    Parallel trends (linear: in levels; Poisson: in ratios) between all cohorts, and no anticipation.

    References
    ----------
    Wooldridge (2025), Empirical Economics 69, eq. 6.19; Wooldridge (2023), Econometrics Journal 26(3), section 4, for Poisson.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.ExtendedTWFE(family="poisson").fit(panel)  # trends parallel in ratios
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.52}
    """

    family: Family = "linear"
    control_group: ControlGroup = "not_yet_treated"
    effects: CohortOrUnit = "unit"
    vcov: ClusterCovariance = "CRV1"
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period).

        Raises
        ------
        NotIdentifiedError
            As `within_fit`.
        NotAvailableError
            For Poisson with cohort effects, or with another covariance than CRV1.
        """
        if self.family == "poisson" and (self.effects != "unit" or self.vcov != "CRV1"):
            raise NotAvailableError(
                "family='poisson' has unit effects and vcov='CRV1'; leave the others at these"
            )
        moments = with_a_reference_cohort(as_moments(data))
        leads = self.control_group == "never_treated"
        code, period = saturated_cells(moments, leads=leads)
        detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
        if self.family == "poisson":
            moments, detail, fit = poisson_effects(moments, detail)
        else:
            fit = saturated_fit(moments, detail, effects=self.effects, vcov=self.vcov)
        name = "Extended TWFE" if self.family == "linear" else "Extended TWFE, Poisson"
        return group_time_estimate(
            moments,
            detail,
            fit.coefficients,
            fit.scores,
            factor=fit.factor,
            robust=fit.robust,
            method=(
                f"{name}; control {self.control_group.replace('_', ' ')}; {self.effects} and period effects; "
                f"{CONVENTIONS[self.vcov]}"
            ),
            spec={
                "estimator": "ExtendedTWFE",
                "family": self.family,
                "control_group": self.control_group,
                "effects": self.effects,
                "vcov": self.vcov,
                "level": self.level,
                "df": fit.df,
            },
            notes=cohorts_left_out(moments, detail),
            source="Wooldridge (2025), eq. 6.19"
            if self.family == "linear"
            else "Wooldridge (2023), section 4",
        )
