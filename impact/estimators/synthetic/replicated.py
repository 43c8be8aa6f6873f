"""What an estimate leaves behind whose covariance comes from replications: placebos, jackknife, bootstrap."""

from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import jackknife_factors
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import GroupTimeDetail, average_cells
from impact.moments import PathMoments
from impact.terms import Averaging, Grouping


@dataclass(frozen=True)
class ReplicatedParts:
    """Values of k parameters, and rows whose cross-product is their covariance.

    Attributes
    ----------
    moments : PathMoments
    values : ndarray, (k,)
    deviations : ndarray, (R, k)
        No rows where no variance was asked for; then the covariance is NaN.
    detail : GroupTimeDetail, optional
        What the parameters are; None where there is nothing to average.
    exposed_weights : ndarray, (k, C, T)
        Weights of the treated means that each parameter is an effect on.
    """

    moments: PathMoments
    values: Floats
    deviations: Floats
    detail: GroupTimeDetail | None
    exposed_weights: Floats = field(repr=False)

    def vcov(self) -> Floats:
        """Covariance of the parameters, (k, k)."""
        if not len(self.deviations):
            return np.full((len(self.values),) * 2, np.nan)
        return np.asarray(self.deviations.T @ self.deviations)

    def aggregate(
        self, estimate: Estimate, *, by: Grouping, average: Averaging, balance: int | None
    ) -> Estimate:
        """Average the parameters by treated observations, whose numbers are held as they are."""
        if self.detail is None:
            raise NotAvailableError(
                f"{estimate.method}: one parameter, or some of several: nothing to average"
            )
        plan = average_cells(self, by=by, average=average, balance=balance)
        parts = replace(
            self,
            values=plan.weights @ self.values,
            deviations=self.deviations @ plan.weights.T,
            detail=None,
            exposed_weights=np.tensordot(plan.weights, self.exposed_weights, axes=1),
        )
        return replace(
            estimate,
            rows=plan.rows,
            values=parts.values,
            vcov=parts.vcov(),
            method=f"{estimate.method}; {plan.label}",
            spec={**estimate.spec, "aggregation": plan.label},
            parts=parts,
        )

    def select(self, at: Integers) -> "ReplicatedParts":
        """Some of the parameters; there is nothing to average any more."""
        return replace(
            self,
            values=self.values[at],
            deviations=self.deviations[:, at],
            detail=None,
            exposed_weights=self.exposed_weights[at],
        )

    def percent(self, estimate: Estimate) -> Estimate:
        """Effects over counterfactual means, in percent; the observed mean of the treated is held as it is."""
        total = self.exposed_weights.sum(axis=(1, 2))
        if (total == 0).any():
            raise NotAvailableError(
                "a parameter is not an effect on the treated after treatment: no percent of it"
            )
        mean = np.nan_to_num(self.moments.cohort_mean)
        observed = np.einsum("kct,ct->k", self.exposed_weights, mean) / total
        counterfactual = np.where(observed != self.values, observed - self.values, np.nan)
        slope = 100 * (observed / counterfactual) / counterfactual
        return replace(
            estimate,
            values=100 * self.values / counterfactual,
            vcov=self.vcov() * np.outer(slope, slope),
            estimand=f"{estimate.estimand}, in percent of the counterfactual mean",
            method=f"{estimate.method}; percent by the delta method, the observed mean held",
            spec={
                **estimate.spec,
                "counterfactual_mean": list(counterfactual),
                "observed_mean": list(observed),
            },
            parts=None,
        )

    def influence(self, panel: Panel) -> NoReturn:
        """Refuse: replications are not scores of units."""
        del panel
        raise NotAvailableError(
            f"{self.moments.outcome}: the covariance comes from replications, not from scores of units; CallawaySantAnna has "
            "scores"
        )

    def weights(self, estimate: Estimate) -> NoReturn:
        """Refuse: the weights depend on the outcomes."""
        raise NotAvailableError(
            f"{estimate.method}: its weights are fitted to the outcomes; "
            f"{estimate.spec.get('estimator')}(...).weights(panel) has those of units and periods where there are any"
        )


def replicated_estimate(
    moments: PathMoments, detail: GroupTimeDetail, values: Floats, deviations: Floats, **said: Any
) -> Estimate:
    """Return the estimate whose k rows are effects by cohort and period, with covariance from replications."""
    parts = ReplicatedParts(moments, values, deviations, detail, detail.exposed_weights(moments))
    return Estimate(
        said.pop("rows", None) or detail.rows(moments),
        values,
        parts.vcov(),
        estimand=f"Effect on {moments.outcome} of treatment on the treated, by cohort and period",
        sample=moments.sample,
        parts=parts,
        **said,
    )


def jackknife_deviations(estimates: Floats) -> Floats:
    """Return rows whose cross-product is the jackknife covariance of estimates (G, k) without each cluster."""
    factor = jackknife_factors(np.array(float(len(estimates))))
    return np.asarray(np.sqrt(factor) * (estimates - estimates.mean(axis=0)))


def spread_deviations(estimates: Floats) -> Floats:
    """Return rows whose cross-product is the covariance of replications (R, k), divided by R as synthdid has it."""
    return np.asarray((estimates - estimates.mean(axis=0)) / np.sqrt(len(estimates)))
