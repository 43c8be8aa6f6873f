"""What every estimator that is linear in the path means leaves behind: values, affine scores, and what follows from them."""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimate import Estimate, Rows
from impact.moments import PathMoments, Scores, covariance, unit_scores
from impact.terms import Averaging, Grouping

Floats = NDArray[np.float64]
FEW_TREATED = 25  # below it a nominal 95% clustered interval covers 76-94% (docs/inference.md)


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
    constant : ndarray, (P, m)
        What estimating the weights adds to the cells' scores; zero for fixed weights.
    rows : Rows
    label : str
        Name of the aggregation, for ``method``.
    """

    weights: Floats
    constant: Floats
    rows: Rows
    label: str


@dataclass(frozen=True)
class LinearParts:
    """Values and scores of k parameters, with the moments they came from.

    ``exposed_weights`` (k, P, T) weigh the treated cell means that each parameter is an effect on: they give the observed
    mean, hence the counterfactual one. Zero rows where a parameter is not an effect on the treated after treatment.
    """

    moments: PathMoments
    values: Floats
    scores: Scores
    exposed_weights: Floats
    averager: Averager | None = None
    detail: Any = field(default=None, repr=False)
    factor: float = 1.0

    def vcov(self, scores: Scores | None = None) -> Floats:
        """Clustered covariance times the estimator's small-sample factor."""
        return self.factor * covariance(self.moments, scores or self.scores)

    def influence(self, panel: Panel) -> Floats:
        """Each unit's score on each parameter, (N, k)."""
        return unit_scores(panel, self.moments, self.scores)

    def aggregate(
        self, estimate: Estimate, *, by: Grouping, average: Averaging, balance: int | None
    ) -> Estimate:
        """Average the parameters; the covariance is the delta-method image, estimated weights included."""
        if self.averager is None:
            raise NotAvailableError(f"{estimate.method}: one parameter, nothing to average")
        plan = self.averager(self, by=by, average=average, balance=balance)
        scores = self.scores.mix(plan.weights).plus_constant(plan.constant)
        parts = replace(
            self,
            values=plan.weights @ self.values,
            scores=scores,
            exposed_weights=np.tensordot(plan.weights, self.exposed_weights, axes=1),
            averager=None,
        )
        return Estimate.build(
            plan.rows,
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

    def percent(self, estimate: Estimate) -> Estimate:
        """Effects over counterfactual means, in percent, with the delta method on both.

        With effect a and observed mean m the ratio is a / (m - a); its score is (m psi_a - a psi_m) / (m - a)^2.
        """
        observed, observed_scores = self._observed_means()
        effect = self.values
        counterfactual = observed - effect
        ratio = 100 * effect / counterfactual
        both = self.scores.stack(observed_scores)
        k = len(effect)
        gradient = np.zeros((k, 2 * k))
        index = np.arange(k)
        gradient[index, index] = 100 * observed / counterfactual**2
        gradient[index, k + index] = -100 * effect / counterfactual**2
        scores = both.mix(gradient)
        table = estimate.table
        rows = Rows(
            term=list(table["term"]),
            cohort=list(table["cohort"]),
            time=list(table["time"]),
            event_time=list(table["event_time"]),
            n_treated=list(table["n_treated"]),
            n_control=list(table["n_control"]),
        )
        return Estimate.build(
            rows,
            ratio,
            self.vcov(scores),
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
        """Weighted mean outcome of the treated cells behind each parameter, and its scores (weights fixed)."""
        moments = self.moments
        total = self.exposed_weights.sum(axis=(1, 2))
        if np.any(total == 0):
            raise NotAvailableError(
                "a parameter is not an effect on the treated after treatment: no percent of it"
            )
        share = self.exposed_weights / total[:, None, None]
        level = np.where(moments.observed, moments.mean + moments.origin, 0.0)
        values = np.einsum("kpt,pt->k", share, level)
        slope = np.moveaxis(share, 0, 1) / moments.weight[:, None, None]
        constant = -np.einsum("pkt,pt->pk", slope, moments.mean)
        return values, Scores(slope=slope, constant=constant)


def pooled_exposure(moments: PathMoments) -> Floats:
    """Weights of treated, exposed cell means in proportion to their observations, (P, T)."""
    exposed = moments.observed & (moments.event_time >= 0)
    return np.where(exposed, moments.weight[:, None], 0.0)


def as_moments(data: Panel | PathMoments) -> PathMoments:
    """Return moments as they are, and reduce a panel to them."""
    return data if isinstance(data, PathMoments) else PathMoments.from_panel(data)


def few_treated_notes(moments: PathMoments) -> tuple[str, ...]:
    """Remarks on small treated groups: ``few_treated_units:n`` and ``single_unit_cohort:label``."""
    notes = []
    treated = np.isfinite(moments.cohort)
    n_treated = int(moments.n[treated].sum())
    if n_treated < FEW_TREATED:
        notes.append(f"few_treated_units:{n_treated}")
    for cohort in moments.cohorts:
        if moments.n[moments.cohort == cohort].sum() == 1:
            notes.append(f"single_unit_cohort:{moments.time_axis.label(cohort)}")
    return tuple(notes)
