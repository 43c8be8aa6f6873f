"""Estimators as weights of the outcomes, made anew for every other assignment of cohorts to units.

Where `comparisons` knows the sums behind one estimator, this room only needs an estimate to be linear in the outcomes: least
squares with unit and period effects, imputation, other averages of comparisons.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.comparisons.by_unit import Comparisons, Quadratic
from impact.estimators.comparisons.side_sums import CHUNK
from impact.estimators.regressions.unit_period_effects import (
    UnitPeriodEffects,
    imputation_weights,
    two_way_weights,
)
from impact.terms import Averaging

Regression = Literal["two_way_fixed_effects", "imputation"]
REGRESSIONS: tuple[Regression, ...] = ("two_way_fixed_effects", "imputation")


class Weigh(Protocol):
    """Weights (P, N, T) of the outcomes in an estimate, as a function of assignments (P, N)."""

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights, zero where a unit is not observed."""


@dataclass(frozen=True)
class ComparisonWeights:
    """Weights of an average of comparisons over T periods."""

    design: Comparisons
    average: Averaging
    n_periods: int

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights (P, N, T)."""
        own = self.design.own_weights(labels, average=self.average)
        weights = np.zeros((*labels.shape, self.n_periods))
        for k, (base, period) in enumerate(zip(self.design.base, self.design.period, strict=True)):
            weights[:, :, period] += own[:, :, k]
            weights[:, :, base] -= own[:, :, k]
        return weights


@dataclass(frozen=True)
class RegressionWeights:
    """Weights of two-way fixed effects, or of imputation averaged over treated observations.

    Attributes
    ----------
    cohorts : ndarray, (L,)
        First treated period that each label stands for; the last is never treated.
    """

    panel: Panel
    cohorts: Floats
    name: Regression

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights (P, N, T)."""
        seen = ~np.isnan(self.panel.wide)
        exposed = (self.panel.times >= self.cohorts[labels][:, :, None]) & seen
        if self.name == "two_way_fixed_effects":
            return two_way_weights(UnitPeriodEffects.of(seen), exposed.astype(float))
        before = UnitPeriodEffects.of(seen & ~exposed)
        exposed = exposed & before.seen.any(axis=-1, keepdims=True)
        exposed = exposed & before.seen.any(axis=-2, keepdims=True)
        direct = exposed / np.maximum(exposed.sum(axis=(-2, -1), keepdims=True), 1)
        return imputation_weights(before, direct)


def contributions(
    weights: Floats, labels: Integers, outcomes: Floats, seen: Mask
) -> tuple[Floats, Floats]:
    """Return every unit's part of the estimates and its score, each (P, N, S).

    A score is the weights times what is left of the outcomes after their mean by label and period, so that neither unlike
    spreads nor effects that differ over time upset a test studentised by it.

    Parameters
    ----------
    weights : ndarray, (P, N, T)
    labels : ndarray of int, (P, N)
    outcomes : ndarray, (1, N, S, T) or, with an outcome of its own for each assignment, (P, N, S, T)
    seen : ndarray of bool, (N, T)
    """
    if len(outcomes) == 1:
        direct = (weights.transpose(1, 0, 2) @ outcomes[0].transpose(0, 2, 1)).transpose(1, 0, 2)
    else:
        direct = np.einsum("pnt,pnst->pns", weights, outcomes)
    scores = direct.copy()
    for code in range(int(labels.max()) + 1):
        inside = (labels == code).astype(float)
        mean = period_means(inside, outcomes, seen)
        scores -= inside[:, :, None] * (weights @ mean.transpose(0, 2, 1))
    return direct, scores


def period_means(inside: Floats, outcomes: Floats, seen: Mask) -> Floats:
    """Means (P, S, T) by period over members (P, N) of outcomes (1 or P, N, S, T), zero where not ``seen`` (N, T)."""
    if len(outcomes) == 1:
        n_units, n_outcomes, n_periods = outcomes.shape[1:]
        flat = np.ascontiguousarray(outcomes[0]).reshape(n_units, -1)
        total = (inside @ flat).reshape(len(inside), n_outcomes, n_periods)
    else:
        total = np.einsum("pn,pnst->pst", inside, outcomes)
    return np.asarray(total / np.maximum(inside @ seen, 1)[:, None, :])


@dataclass(frozen=True)
class AssignedRegression:
    """Two-way fixed effects or imputation under many assignments and for many outcomes; `Comparisons` for regressions.

    Attributes
    ----------
    labels : ndarray of int, (N,)
        Each unit's actual cohort as an index into ``weigh.cohorts``.
    """

    panel: Panel
    weigh: RegressionWeights
    labels: Integers

    @classmethod
    def of(cls, panel: Panel, name: Regression) -> "AssignedRegression":
        """Prepare for a panel.

        Raises
        ------
        NotAvailableError
            With clusters above the unit, or weights that differ.
        """
        refuse_unequal(panel, who=f"exchanging single units ({name})")
        cohorts = np.append(panel.cohorts, np.inf)
        labels = np.searchsorted(cohorts, panel.cohort).astype(np.int64)
        return cls(panel, RegressionWeights(panel, cohorts, name), labels)

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """Return effects and variances of outcomes (N, S, T), zero where not observed, under assignments (P, N).

        What taking a constant effect out of the actually treated observations does is in the result.
        """
        seen = ~np.isnan(self.panel.wide)
        exposed = (self.panel.times >= self.panel.cohort[:, None]) & seen
        every = np.concatenate([outcomes, exposed[:, None, :].astype(float)], axis=1)[None]
        width = max(1, CHUNK // every[0, :, :, 0].size)
        parts = [
            self._sums(labels[i : i + width], every, seen) for i in range(0, len(labels), width)
        ]
        effect, variance, cross = (
            np.concatenate(part, axis=1) for part in zip(*parts, strict=True)
        )
        return Quadratic(effect[:-1], variance[:-1], cross[:-1], effect[-1], variance[-1])

    def _sums(
        self, labels: Integers, outcomes: Floats, seen: Mask
    ) -> tuple[Floats, Floats, Floats]:
        """Effects, variances and covariances with the last outcome, each (S, P)."""
        direct, scores = contributions(self.weigh(labels), labels, outcomes, seen)
        return (
            direct.sum(axis=1).T,
            np.einsum("pns,pns->sp", scores, scores),
            np.einsum("pns,pn->sp", scores, scores[:, :, -1]),
        )


def refuse_unequal(panel: Panel, *, who: str) -> None:
    """Refuse panels whose units cannot stand in for one another.

    Raises
    ------
    NotAvailableError
        With clusters above the unit, or weights that differ.
    """
    if panel.sample.n_clusters != panel.n_units or np.ptp(panel.weight) > 0:
        raise NotAvailableError(
            f"{who} needs units of equal weight that are the clusters; leave out cluster= and weight="
        )
