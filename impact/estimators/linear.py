"""What every estimator that is linear in the outcomes leaves behind: values, scores, and what follows from them."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.data.sample import Sample
from impact.errors import NotAvailableError, NotInMomentsError, UsageError
from impact.estimate import Estimate
from impact.moments import PathMoments, Scores, UnitScores
from impact.moments.features import levels
from impact.parameters import Rows
from impact.terms import ENOUGH_UNITS, Averaging, Grouping, Waves

TINY = np.finfo(float).tiny


class Averager(Protocol):
    """Weights of each average: how an estimator's parameters combine into effects by group."""

    def __call__(
        self, parts: "LinearParts", *, by: Grouping, average: Averaging, balance: int | None
    ) -> "Average":
        """Return the combination."""


@dataclass(frozen=True)
class Average:
    """Effects by group as weighted averages of k parameters.

    Attributes
    ----------
    weights : ndarray, (m, k)
    constant : ndarray, (C, m)
        What estimating the weights adds to the scores of each cohort's units; zero for fixed weights.
    rows : Rows
    label : str
        Name of the aggregation, for ``method``.
    centring : ndarray, (C, m, T), optional
        What is added to the coefficients of the T indicator features that end the scores.
    """

    weights: Floats
    constant: Floats
    rows: Rows
    label: str
    centring: Floats | None = None


@dataclass(frozen=True)
class LinearParts:
    """Values and scores of k parameters, with the moments they came from.

    ``exposed_weights`` (k, C, T) weigh the means of treated cohorts by period that each parameter is an effect on: they give
    the observed mean, hence the counterfactual one. Zero where a parameter is not an effect on the treated after treatment.
    ``robust`` (k, k) is the covariance where it is not the scores' cross-product (CRV3, two-way clusters), ``linear`` the
    parameters as functions of the paths where the scores are not that (leave-one-out averages).
    """

    moments: PathMoments
    values: Floats
    scores: Scores | UnitScores
    exposed_weights: Floats
    averager: Averager | None = None
    detail: Any = field(default=None, repr=False)
    factor: float = 1.0
    robust: Floats | None = None
    linear: Scores | None = None

    @property
    def weighs_outcomes(self) -> bool:
        """Whether the weights of outcomes can be told."""
        return isinstance(self.scores, Scores)

    def vcov(self) -> Floats:
        """Clustered covariance times the estimator's small-sample factor."""
        return self.factor * self.scores.covariance() if self.robust is None else self.robust

    def influence(self, panel: Panel) -> Floats:
        """Each unit's score on each parameter, (N, k); units set aside are among the N where the estimator keeps them."""
        if (self.moments.cohort <= self.moments.times[0]).any():
            panel = panel.with_always_treated()
        return self.scores.of_units(panel, self.moments)

    def unit_weights(self, panel: Panel) -> Floats:
        """Weights of the outcomes in each parameter, (k, N, T), of the panel that was fitted."""
        return (self.linear or self.scores).weights_of_units(panel, self.moments)

    def weights(self, estimate: Estimate) -> pd.DataFrame:
        """Weight of each cohort's mean in each period in each parameter: the tidy table of `Estimate.weights`."""
        moments = self.moments
        label = moments.time_axis.label
        cohort = [None if np.isinf(g) else label(g) for g in moments.every_cohort]
        time = [label(t) for t in moments.times]
        terms = list(estimate.rows.term)
        k, n_cohorts, n_periods = len(terms), len(cohort), len(time)
        return pd.DataFrame(
            {
                "term": np.repeat(np.array(terms, dtype=object), n_cohorts * n_periods),
                "cohort": np.tile(np.repeat(np.array(cohort, dtype=object), n_periods), k),
                "time": np.tile(np.array(time), k * n_cohorts),
                "event_time": np.tile(moments.event_time.ravel(), k),
                "weight": (self.linear or self.scores).impulses(moments).ravel(),
            }
        )

    def aggregate(
        self, estimate: Estimate, *, by: Grouping, average: Averaging, balance: int | None
    ) -> Estimate:
        """Average the parameters; the covariance is the delta-method image, estimated weights included."""
        if self.averager is None:
            raise NotAvailableError(
                f"{estimate.method}: one parameter, or some of several: nothing to average"
            )
        plan = self.averager(self, by=by, average=average, balance=balance)
        rows = _of_averages(estimate, plan)
        robust = None if self.robust is None else plan.weights @ self.robust @ plan.weights.T
        scores = self.scores.mix(plan.weights).plus_constant(plan.constant)
        if plan.centring is not None:
            scores = scores.plus_indicators(plan.centring)
        parts = replace(
            self,
            values=plan.weights @ self.values,
            scores=scores,
            linear=None if self.linear is None else self.linear.mix(plan.weights),
            robust=robust,
            exposed_weights=np.tensordot(plan.weights, self.exposed_weights, axes=1),
            averager=None,
        )
        return Estimate(
            rows,
            parts.values,
            parts.vcov(),
            estimand=estimate.estimand,
            method=f"{estimate.method}; {plan.label}",
            sample=estimate.sample,
            spec={**estimate.spec, "aggregation": plan.label},
            notes=estimate.notes,
            source=estimate.source,
            parts=parts,
        )

    def select(self, at: Integers) -> "LinearParts":
        """Values and scores of some of the parameters; there is nothing to average any more."""
        return replace(
            self,
            values=self.values[at],
            scores=self.scores.mix(np.eye(len(self.values))[at]),
            linear=None if self.linear is None else self.linear.mix(np.eye(len(self.values))[at]),
            robust=None if self.robust is None else self.robust[np.ix_(at, at)],
            exposed_weights=self.exposed_weights[at],
            averager=None,
        )

    def percent(self, estimate: Estimate) -> Estimate:
        """Effects over counterfactual means, in percent, with the delta method on both.

        With effect a and observed mean m the ratio is a / (m - a); its score is (m psi_a - a psi_m) / (m - a)^2. Of a
        counterfactual mean of zero there is no percentage: NaN.
        """
        if self.robust is not None:
            raise NotAvailableError(
                f"{estimate.method}: percent needs unit scores; fit with vcov='CRV1' for it"
            )
        observed, observed_scores = self._observed_means()
        effect = self.values
        counterfactual = observed - effect
        some = counterfactual != 0
        ratio = np.full(len(effect), np.nan)
        ratio[some] = 100 * effect[some] / counterfactual[some]
        pair = self.scores.beside(self.moments, observed_scores)
        k = len(effect)
        gradient = np.zeros((k, 2 * k))
        index = np.arange(k)
        # divided one after the other: the square of a large mean overflows
        scale = np.where(some, counterfactual, np.inf)
        gradient[index, index] = 100 * (observed / scale) / scale
        gradient[index, k + index] = -100 * (effect / scale) / scale
        vcov = self.factor * pair.mix(gradient).covariance()
        return Estimate(
            estimate.rows,
            ratio,
            vcov,
            estimand=f"{estimate.estimand}, in percent of the counterfactual mean",
            method=f"{estimate.method}; percent by the delta method",
            sample=estimate.sample,
            spec={
                **estimate.spec,
                "counterfactual_mean": list(counterfactual),
                "observed_mean": list(observed),
            },
            notes=estimate.notes,
            source=estimate.source,
        )

    def _observed_means(self) -> tuple[Floats, Scores]:
        """Weighted mean outcome of the treated behind each parameter, and its scores (weights fixed)."""
        moments = self.moments
        total = self.exposed_weights.sum(axis=(1, 2))
        if np.any(total == 0):
            raise NotAvailableError(
                "a parameter is not an effect on the treated after treatment: no percent of it"
            )
        share = self.exposed_weights / total[:, None, None]
        mean = np.nan_to_num(moments.cohort_mean)
        per_unit = np.swapaxes(share, 0, 1) / np.maximum(moments.weight_seen, TINY)[:, None, :]
        loading = np.concatenate(
            [per_unit, -per_unit * (mean - moments.origin)[:, None, :]], axis=2
        )
        return np.einsum("kct,ct->k", share, mean), Scores.of(moments, levels(moments), loading)


def _of_averages(estimate: Estimate, plan: Average) -> Rows:
    """What averages are: the fewest degrees of freedom and the most clusters of the parameters that enter each."""
    rows, carries = plan.rows, plan.weights != 0
    if estimate.rows.df is not None:
        rows = replace(rows, df=[estimate.row_df[some].min() for some in carries])
    if estimate.rows.n_clusters is not None:
        n_clusters = np.asarray(estimate.rows.n_clusters, dtype=float)
        rows = replace(rows, n_clusters=[n_clusters[some].max() for some in carries])
    return rows


def exposed_means(moments: PathMoments) -> Floats:
    """Weights of treated cohorts' means after treatment, in proportion to their observations, (C, T)."""
    return np.where(moments.event_time >= 0, moments.weight_seen, 0.0)


def as_moments(
    data: Panel | PathMoments,
    *,
    always_treated: Literal["set_aside", "kept"] = "set_aside",
    waves: Waves = "panel",
) -> PathMoments:
    """Reduce a panel to moments, without units treated from the first period on, or with those that were set aside.

    Raises
    ------
    NotAvailableError
        For repeated cross-sections, unless the estimator says with ``waves`` that nobody needs to be seen twice.
    """
    if isinstance(data, Panel) and data.waves != "panel" and waves == "panel":
        raise NotAvailableError(
            f"{data.outcome}: waves='repeated_cross_sections': nobody is seen twice, so no change of anybody is known; take "
            "CallawaySantAnna, DifferenceInDifferences or PooledOLS"
        )
    moments = data if isinstance(data, PathMoments) else PathMoments.from_panel(data)
    return moments.with_always_treated() if always_treated == "kept" else moments.set_aside()


def as_panel(data: Panel | PathMoments, *, who: str, needs: str) -> Panel:
    """Return a panel as it is; refuse moments, which do not hold what is needed, and what is neither."""
    if isinstance(data, PathMoments):
        raise NotInMomentsError(
            f"{who}: needs {needs}, which moments do not hold; fit it on the Panel"
        )
    if not isinstance(data, Panel):
        raise UsageError(f"{who}: needs a panel; make one with impact.Panel.from_frame")
    return data


def balanced_cells(moments: PathMoments) -> PathMoments:
    """Return the cells observed in every period; the units of the others are counted as dropped."""
    return moments.where(
        lambda every: np.asarray(every.observed.all(axis=1)),
        reason="not_observed_in_all_periods",
    )


def few_treated_notes(moments: PathMoments) -> tuple[str, ...]:
    """Remarks on the sample: ``few_treated_units:n``, ``single_unit_cohort:label``, ``always_treated_set_aside:n``."""
    notes = []
    treated = np.isfinite(moments.cohort)
    n_treated = int(moments.n[treated].sum())
    if n_treated < ENOUGH_UNITS:
        notes.append(f"few_treated_units:{n_treated}")
    for cohort in moments.cohorts:
        if moments.n[moments.cohort == cohort].sum() == 1:
            notes.append(f"single_unit_cohort:{moments.time_axis.label(cohort)}")
    return (*notes, *set_aside_note(moments.sample))


def set_aside_note(sample: Sample) -> tuple[str, ...]:
    """Remark on units treated from the first period on that an estimate did without: ``always_treated_set_aside:n``."""
    n = sample.dropped.get("always_treated", 0)
    return (f"always_treated_set_aside:{n}",) if n else ()


def average_event_times(
    parts: LinearParts, *, by: Grouping, average: Averaging, balance: int | None
) -> Average:
    """Average effects by event time after treatment, by treated observations or equally over event times."""
    events: Floats = parts.detail
    if by != "overall" or average not in {"cells", "event_time"} or balance is not None:
        raise NotAvailableError(
            f"{parts.moments.outcome}: effects by event time average overall only (cells or event_time), not by {by}; "
            "CallawaySantAnna keeps cohorts and periods apart"
        )
    after = events >= 0
    size = parts.exposed_weights.sum(axis=(1, 2)) if average == "cells" else after.astype(float)
    weights = np.where(after, size, 0.0)
    if not weights.any():
        raise NotAvailableError(
            f"{parts.moments.outcome}: by=overall: no effect after treatment to average; check outcome and cohort"
        )
    label = "treated observations" if average == "cells" else "event times equally"
    return Average(
        weights=(weights / weights.sum())[None],
        constant=np.zeros((len(parts.moments.every_cohort), 1)),
        rows=Rows(term=["overall"]),
        label=f"average after treatment over {label}",
    )
