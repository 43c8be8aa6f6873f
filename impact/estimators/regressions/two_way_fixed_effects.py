"""Two-way fixed effects: one coefficient on being treated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.linear import LinearParts, as_moments, exposed_means, few_treated_notes
from impact.estimators.regressions.adjusted import regression
from impact.estimators.regressions.regressors import given, regressors_of, said
from impact.estimators.regressions.within import CONVENTIONS
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, ClusterCovariance


@dataclass(frozen=True)
class TwoWayFixedEffects(CheckedChoices):
    """Regress the outcome on treatment with unit and period effects.

    One number for the whole programme. Under staggered adoption with effects that differ or grow, earlier cohorts serve
    as controls for later ones and the number is not an average of effects with positive weights. Units treated from the first
    period on are among the controls.

    Parameters
    ----------
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}
        Clustered by unit (or the panel's cluster), by leaving one out, or by unit and period; the last two take every
        observation for independent.
    level : float
        Confidence level of the intervals.
    covariates : sequence of str
        Numbers among the panel's covariates that change within units, as regressors. What treatment itself moves is no
        covariate: it takes part of the effect away.
    by_period : sequence of str
        Numbers that never change within a unit (known before treatment), with a coefficient of each period's own.

    Assumes
    -------
    Parallel trends of untreated outcomes between all cohorts; the same effect for every cohort and period.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225(2), eq. 2.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effect = impact.TwoWayFixedEffects().fit(panel)
    >>> effect.params.round(2).to_dict()  # the mean effect on the treated is 1.58; see `GoodmanBacon` for why not here
    {'exposed': 1.28}
    """

    vcov: ClusterCovariance = "CRV1"
    level: float = CONFIDENCE_LEVEL
    covariates: Sequence[str] = ()
    by_period: Sequence[str] = ()

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments (from a panel with covariates); errors as `EventStudy.fit`."""
        regressors = regressors_of(self, data, always_treated="kept")
        moments = (
            as_moments(data, always_treated="kept") if regressors is None else regressors.moments
        )
        exposed = (moments.event_time >= 0).astype(float)
        fit = regression(
            moments, exposed[:, :, None], names=["exposed"], vcov=self.vcov, given=regressors
        )
        parts = LinearParts(
            moments=moments,
            values=fit.coefficients,
            scores=fit.scores,
            exposed_weights=exposed_means(moments)[None],
            factor=fit.factor,
            robust=fit.robust,
        )
        treated = np.isfinite(moments.cohort)
        return Estimate(
            Rows(
                term=["exposed"],
                n_treated=[moments.n[treated].sum()],
                n_control=[moments.n[~treated].sum()],
            ),
            fit.coefficients,
            parts.vcov(),
            estimand=f"Effect of treatment on {moments.outcome}, assumed the same for all",
            method=f"Two-way fixed effects{given(self)}; unit and period effects; {CONVENTIONS[self.vcov]}",
            sample=moments.sample,
            spec={
                "estimator": "TwoWayFixedEffects",
                "vcov": self.vcov,
                "level": self.level,
                "df": fit.df,
                **said(self),
                **fit.said_of_covariates(),
            },
            notes=few_treated_notes(moments),
            source="Goodman-Bacon (2021), eq. 2",
            parts=parts,
        )
