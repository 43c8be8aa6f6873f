"""The event study: one coefficient for each period before and after treatment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.data.times import step_advice
from impact.errors import NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.linear import (
    LinearParts,
    as_moments,
    average_event_times,
    few_treated_notes,
)
from impact.estimators.regressions.adjusted import regression
from impact.estimators.regressions.regressors import given, regressors_of, said
from impact.estimators.regressions.within import CONVENTIONS
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, ClusterCovariance


@dataclass(frozen=True)
class EventStudy(CheckedChoices):
    """Regress the outcome on time since treatment with unit and period effects.

    Every relative period has its own coefficient and nothing is binned, unless ``leads`` or ``lags`` say so.

    Parameters
    ----------
    reference : int or sequence of int
        Relative period(s) set to zero. Two are needed where nobody is never treated.
    leads, lags : int, optional
        Bin periods at or beyond ``-leads`` and ``lags``.
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}
        Clustered by unit (or the panel's cluster), by leaving one out, or by unit and period; the last two take every
        observation for independent.
    level : float
    covariates : sequence of str
        Numbers among the panel's covariates that change within units, as regressors. What treatment itself moves is no
        covariate: it takes part of the effect away.
    by_period : sequence of str
        Numbers that never change within a unit (known before treatment), with a coefficient of each period's own.

    Assumes
    -------
    Parallel trends between all cohorts, no anticipation before the reference period, and the same path of effects for
    every cohort. With covariates: trends that are parallel less what the covariates, linearly, account for.

    References
    ----------
    Sun and Abraham (2021), Journal of Econometrics 225(2), eq. 8.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.EventStudy(leads=2, lags=2).fit(panel)
    >>> effects.params.round(2).to_dict()
    {'event_time=-2': 0.2, 'event_time=0': 1.21, 'event_time=1': 1.56, 'event_time=2': 2.05}
    """

    reference: int | Sequence[int] = -1
    leads: int | None = None
    lags: int | None = None
    vcov: ClusterCovariance = "CRV1"
    level: float = CONFIDENCE_LEVEL
    covariates: Sequence[str] = ()
    by_period: Sequence[str] = ()

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments.

        Raises
        ------
        NotIdentifiedError
            When no unit is observed at the reference, or periods or covariates are collinear.
        MissingValueError
            When a covariate is missing in an observation.
        NotAvailableError
            With covariates from moments, which hold none.
        """
        regressors = regressors_of(self, data)
        moments = as_moments(data) if regressors is None else regressors.moments
        relative = self._binned(moments.event_time)
        seen = np.unique(relative[(moments.weight_seen > 0) & np.isfinite(relative)])
        references = {float(value) for value in np.atleast_1d(np.asarray(self.reference))}
        if not references <= set(seen):
            raise NotIdentifiedError(
                f"reference {sorted(references)}: no treated unit is observed there; choose among {seen.tolist()}"
                + step_advice(moments.times)
            )
        events = np.array([value for value in seen if value not in references])
        design = (relative[:, :, None] == events).astype(float)
        terms = [f"event_time={value:g}" for value in events]
        fit = regression(moments, design, names=terms, vcov=self.vcov, given=regressors)
        parts = LinearParts(
            moments=moments,
            values=fit.coefficients,
            scores=fit.scores,
            exposed_weights=np.moveaxis(design * moments.weight_seen[:, :, None], 2, 0)
            * (events >= 0)[:, None, None],
            averager=average_event_times,
            detail=events,
            factor=fit.factor,
            robust=fit.robust,
        )
        n_treated = np.einsum("ctk,ct->k", design, moments.units_seen)
        return Estimate(
            Rows(term=terms, event_time=events, n_treated=n_treated),
            fit.coefficients,
            parts.vcov(),
            estimand=f"Effect on {moments.outcome} by periods since treatment",
            method=f"{self._label(references)}{given(self)}; unit and period effects; {CONVENTIONS[self.vcov]}",
            sample=moments.sample,
            spec={
                "estimator": "EventStudy",
                "vcov": self.vcov,
                "level": self.level,
                "df": fit.df,
                "reference": sorted(references),
                "leads": self.leads,
                "lags": self.lags,
                **said(self),
                **fit.said_of_covariates(),
            },
            notes=few_treated_notes(moments),
            source="Sun and Abraham (2021), eq. 8",
            parts=parts,
        )

    def _binned(self, event_time: Floats) -> Floats:
        low = -np.inf if self.leads is None else -float(self.leads)
        high = np.inf if self.lags is None else float(self.lags)
        return np.where(np.isfinite(event_time), np.clip(event_time, low, high), np.nan)

    def _label(self, references: set[float]) -> str:
        binned = [
            f"{name} binned at {value}"
            for name, value in (("leads", self.leads), ("lags", self.lags))
            if value
        ]
        zero = ", ".join(f"{value:g}" for value in sorted(references))
        return "; ".join(["Event study", f"reference {zero}", *binned])
