"""Extended two-way fixed effects: a coefficient for each cohort and period after treatment."""

from collections.abc import Sequence
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
from impact.estimators.regressions.adjusted import adjusted_fit
from impact.estimators.regressions.interacted import Interacted
from impact.estimators.regressions.poisson import poisson_effects
from impact.estimators.regressions.poisson_interacted import interacted_poisson
from impact.estimators.regressions.regressors import given, panel_of, said, used
from impact.estimators.regressions.saturated import (
    indicators,
    saturated_cells,
    saturated_fit,
    with_a_reference_cohort,
)
from impact.estimators.regressions.within import CONVENTIONS, WithinFit
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
        Fixed effects of units, or of cohorts (pooled regression, as R's etwfe without ``ivar``).
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}
    level : float
    covariates : sequence of str
        Numbers among the panel's covariates, interacted with periods, cohorts and, less their cohort's mean, with every
        effect, so that trends and effects may differ with them. Best known before treatment; the means are taken as they are.

    Assumes
    -------
    Parallel trends (linear: in levels; Poisson: in ratios) between all cohorts, and no anticipation; with covariates, between
    units with the same covariates, in which trends and effects are linear.

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
    covariates: Sequence[str] = ()

    @property
    def by_period(self) -> Sequence[str]:
        """None: every covariate has coefficients by period."""
        return ()

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period).

        Raises
        ------
        NotIdentifiedError
            As `within_fit`.
        NotAvailableError
            For Poisson, or cohort effects without covariates, with another covariance than CRV1; with covariates (and for
            Poisson with cohort effects) from moments.
        """
        if self.family == "poisson" and self.vcov != "CRV1":
            raise NotAvailableError("family='poisson' has vcov='CRV1'; leave it at this")
        if self.vcov != "CRV1" and self.effects == "cohort" and not self.covariates:
            raise NotAvailableError("effects='cohort' has vcov='CRV1'; leave it at this")
        given_panel = self._panel(data)
        moments = with_a_reference_cohort(as_moments(data if given_panel is None else given_panel))
        leads = self.control_group == "never_treated"
        code, period = saturated_cells(moments, leads=leads)
        detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
        if given_panel is not None:
            fit = self._given_covariates(data, given_panel, moments, detail)
        elif self.family == "poisson":
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
                f"{name}{given(self)}; control {self.control_group.replace('_', ' ')}; {self.effects} and period effects; "
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
                **said(self),
            },
            notes=cohorts_left_out(moments, detail),
            source="Wooldridge (2025), eq. 6.19"
            if self.family == "linear"
            else "Wooldridge (2023), section 4",
        )

    def _panel(self, data: Panel | PathMoments) -> Panel | None:
        """The observations used, where single ones are needed: with covariates, and for Poisson with cohorts' effects."""
        if not self.covariates and (self.family, self.effects) != ("poisson", "cohort"):
            return None
        return used(panel_of(self, data), before_the_last=True)

    def _given_covariates(
        self,
        data: Panel | PathMoments,
        panel: Panel,
        moments: PathMoments,
        detail: GroupTimeDetail,
    ) -> WithinFit:
        made = Interacted.of(
            panel,
            panel_of(self, data),
            moments,
            detail,
            covariates=self.covariates,
            effects=self.effects,
        )
        if self.family == "poisson":
            return interacted_poisson(made, moments, detail, effects=self.effects)
        return adjusted_fit(
            made.regressors,
            indicators(moments, detail),
            names=list(detail.rows(moments).term),
            vcov=self.vcov,
            effects=self.effects,
            at=made.at,
        )
