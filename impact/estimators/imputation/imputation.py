"""Imputation: each treated outcome less what unit and period effects of untreated observations say it would have been."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.covariance.small_sample import stretch_without_own
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
    treated_cells,
)
from impact.estimators.imputation.given_covariates import UntreatedGiven
from impact.estimators.imputation.untreated import RANK_TOLERANCE, UntreatedFit
from impact.estimators.linear import as_moments
from impact.estimators.regressions.event_study import EventStudy
from impact.estimators.regressions.regressors import given, panel_of, said
from impact.moments import PathMoments, Scores, UnitScores
from impact.moments.feature_products import feature_products
from impact.moments.features import with_indicators
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, ENOUGH_UNITS, CheckedChoices

Averages = Literal["own", "leave_one_out"]


@dataclass(frozen=True)
class Imputation(CheckedChoices):
    """Effect of treatment by imputing untreated outcomes (Borusyak, Jaravel and Spiess).

    Parameters
    ----------
    averages : {"own", "leave_one_out"}, optional
        The variance takes each unit's effect against its cohort's average in the period, with itself or without. With
        itself the variance shrinks by (n-1)/n, to nothing for one unit; so the default is leave-one-out below 25 treated
        units. A cohort of one unit is taken against the other cohorts' average; a single treated unit has none, and then
        no standard error.
    level : float
    covariates : sequence of str
        Numbers among the panel's covariates that change within units: part of the model of untreated outcomes (the paper's
        X'b). What treatment itself moves is no covariate: its part of the effect would count as untreated.
    by_period : sequence of str
        Numbers that never change within a unit (known before treatment), with a coefficient of each period's own.

    Assumes
    -------
    Parallel trends in all periods between all units until they are treated, and no anticipation; with covariates, trends
    parallel less what these, linearly, account for in untreated observations. The variance is conservative:
    effects that differ within a cohort and period count as noise.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6), eqs. 6-8.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.Imputation().fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.51}
    """

    averages: Averages | None = None
    level: float = CONFIDENCE_LEVEL
    covariates: Sequence[str] = ()
    by_period: Sequence[str] = ()

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments (from a panel with covariates): one row a (cohort, period) after treatment.

        Raises
        ------
        NotIdentifiedError
            When no treated observation lies in a period whose effect is known, or a covariate is absorbed or collinear.
        MissingValueError
            When a covariate is missing in an observation.
        NotAvailableError
            With covariates from moments, which hold none.
        """
        if self.covariates or self.by_period:
            return self._given_covariates(data)
        untreated = as_moments(data).once("untreated", UntreatedFit.of)
        moments = untreated.moments
        detail, values, linear = imputed_effects(untreated, leads=False)
        averages = self.averages or _default_averages(moments)
        scores = _conservative(untreated, detail, linear, averages=averages)
        return self._estimate(moments, detail, values, scores, averages=averages, linear=linear)

    def _given_covariates(self, data: Panel | PathMoments) -> Estimate:
        untreated = UntreatedGiven.of(self, data)
        detail, values = untreated.effects(leads=False)
        moments = untreated.given.moments
        averages = self.averages or _default_averages(moments)
        weight2 = untreated.given.panel.weight[:, None] ** 2
        own = _Own.of(
            detail,
            untreated.by_cohort(weight2 * untreated.residual),
            untreated.by_cohort(weight2 * untreated.seen),
            moments,
            averages=averages,
        )
        scores = untreated.scores(detail, own.average, own.factor)
        return self._estimate(moments, detail, values, scores, averages=averages, linear=None)

    def _estimate(
        self,
        moments: PathMoments,
        detail: GroupTimeDetail,
        values: Floats,
        scores: Scores | UnitScores,
        *,
        averages: Averages,
        linear: Scores | None,
    ) -> Estimate:
        return group_time_estimate(
            moments,
            detail,
            values,
            scores,
            linear=linear,
            method=(
                f"Imputation{given(self)}; unit and period effects from untreated observations; "
                f"clustered, conservative, {averages.replace('_', '-')} cohort averages, normal"
            ),
            spec={
                "estimator": "Imputation",
                "averages": averages,
                "level": self.level,
                "df": None,
                **said(self),
            },
            notes=cohorts_left_out(moments, detail),
            source="Borusyak, Jaravel and Spiess (2024), eqs. 6-8",
        )

    def before_trends(
        self, data: Panel | PathMoments, *, leads: Sequence[int] | None = None
    ) -> Estimate:
        """Regress untreated outcomes on leads of treatment, with unit and period effects: a test that uses no treated outcome.

        Parameters
        ----------
        data : Panel or PathMoments
        leads : sequence of int, optional
            Relative periods, negative; by default all but the earliest observed and the last before treatment.

        References
        ----------
        Borusyak, Jaravel and Spiess (2024), test 1.
        """
        moments = as_moments(data)
        untouched = moments.only(moments.event_time < 0, reason="no_untreated_observation")
        observations: Panel | PathMoments = untouched
        if self.covariates or self.by_period:
            panel = panel_of(self, data)
            observations = panel.where(panel.event_time < 0, reason="no_untreated_observation")
        event = moments.event_time[(untouched.weight_seen > 0) & np.isfinite(moments.event_time)]
        seen = np.unique(event)
        wanted = seen[1:-1] if leads is None else np.array(leads, dtype=float)
        reference = [int(value) for value in np.setdiff1d(seen, wanted)]
        study = EventStudy(
            reference=reference,
            level=self.level,
            covariates=self.covariates,
            by_period=self.by_period,
        )
        return study.fit(observations)


def imputed_effects(
    untreated: UntreatedFit, *, leads: bool
) -> tuple[GroupTimeDetail, Floats, Scores]:
    """Return mean residuals by cohort and period, and the same as functions of the paths: direct, and through the effects."""
    moments = untreated.moments
    code, period = treated_cells(moments, leads=leads)
    known = ~np.isnan(untreated.period[period])
    code, period = code[known], period[known]
    if not (moments.times[period] >= moments.every_cohort[code]).any():
        raise NotIdentifiedError(
            f"{moments.outcome}: no treated observation in a period in which another unit is observed untreated"
        )
    detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
    mean = moments.by_cohort(moments.weight[:, None] * untreated.at_means())
    values = mean[code, period] / detail.size
    k, row = len(code), np.arange(len(code))
    direct = np.zeros((k, *mean.shape))
    direct[row, code, period] = 1 / detail.size
    through = untreated.on_period_effects(direct) @ untreated.inverse
    loading = np.swapaxes(direct, 0, 1) - through[None] * untreated.untreated[:, None, :]
    features = with_indicators(moments, untreated.residuals)
    centring = np.zeros((len(mean), k, mean.shape[1]))
    centring[code, row, period] = -values / detail.size
    products = moments.once(
        "imputed",
        lambda every: feature_products(every, features, of_root=untreated.root),
    )
    both = np.concatenate([loading, centring], axis=2)
    return detail, values, Scores.of(moments, features, both, products=products)


def _default_averages(moments: PathMoments) -> Averages:
    n_treated = moments.n[np.isfinite(moments.cohort)].sum()
    return "leave_one_out" if n_treated < ENOUGH_UNITS else "own"


def _conservative(
    untreated: UntreatedFit, detail: GroupTimeDetail, linear: Scores, *, averages: Averages
) -> Scores:
    """Take treated residuals against averages over squared weights, each unit's own share of them left in or out."""
    moments = untreated.moments
    n_periods = len(moments.times)
    seen2 = moments.by_cohort(moments.weight2[:, None] * moments.observed)
    mean2 = replace(moments.mean_paths, outcome=moments.mean2)
    at_mean2 = untreated.residuals.evaluate(mean2)
    total2 = moments.by_cohort(moments.weight2[:, None] * at_mean2)
    own = _Own.of(detail, total2, seen2, moments, averages=averages)
    loading = linear.loading.copy()
    code, period, row = detail.code, detail.period, np.arange(len(detail.code))
    loading[code, row, period] *= own.factor
    loading[code, row, n_periods + period] = -own.factor * own.average / detail.size
    return Scores(linear.features, loading, linear.products, linear.groups)


@dataclass(frozen=True)
class _Own:
    """The average that each cell's residuals are taken against, and what their deviations are stretched by, (k,)."""

    average: Floats
    factor: Floats

    @classmethod
    def of(
        cls,
        detail: GroupTimeDetail,
        total2: Floats,
        seen2: Floats,
        moments: PathMoments,
        *,
        averages: Averages,
    ) -> "_Own":
        """Average residuals from their sums in squared weights by cohort and period, (C, T)."""
        code, period = detail.code, detail.period
        average = total2[code, period] / seen2[code, period]
        n = moments.units_seen[code, period].astype(float)
        if averages == "own":
            return cls(average, np.ones(len(n)))
        average = np.where(n > 1, average, _other_cohorts(detail, total2, seen2))
        return cls(average, np.where(n > 1, stretch_without_own(n), 1.0))


def _other_cohorts(detail: GroupTimeDetail, total2: Floats, seen2: Floats) -> Floats:
    """Average residual over the treated observations of all cohorts but each row's own, (k,); NaN where there is no other."""
    total, seen = (part[detail.code, detail.period] for part in (total2, seen2))
    own = detail.code[:, None] == detail.code
    others = seen.sum() - own @ seen
    with_others = others > RANK_TOLERANCE * seen.sum()
    return np.where(
        with_others, (total.sum() - own @ total) / np.where(with_others, others, 1), np.nan
    )
