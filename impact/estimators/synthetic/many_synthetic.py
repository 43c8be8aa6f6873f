"""Synthetic comparisons under many assignments: all of them in one batch of fits, studentised by what each fit leaves.

Synthetic differences are studentised by their jackknife with weights held: without control i its weight goes to the others,
without treated unit j the mean is of the others, so that

    without i: m - (q - w_i q_i) / (1 - w_i),    without j: (n m - q_j) / (n - 1) - q,

with q_i a unit's mean after treatment less that of the weighted periods before, m its mean over the n treated and q over the
weighted controls. Synthetic control has no such jackknife, and often fits the past exactly, so that the gap before treatment
says nothing: it is studentised by the spread of units' changes, their mean after treatment less that before, weights held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import jackknife_factors
from impact.errors import NotAvailableError
from impact.estimators.many import (
    Errors,
    Number,
    Quadratic,
    ScoreKind,
    clusters_are_units,
    labels_of,
)
from impact.estimators.refitted import Refitted
from impact.estimators.synthetic.cohort_fits import CohortDesign, CohortFit
from impact.estimators.synthetic.draws import Draws
from impact.estimators.synthetic.sample import comparable_units
from impact.one_thread import one_thread


@dataclass(frozen=True)
class ManySynthetic(Refitted):
    """`Many` for the overall effect of synthetic differences or synthetic control; constant effects cannot be taken out."""

    @classmethod
    def of_number(cls, origin: Number) -> "ManySynthetic":
        """Prepare; refuses what fitting does."""
        estimator: Any = origin.estimator
        sample = estimator.sample(origin.panel)  # refuses what cannot be fitted
        panel = replace(origin.panel, complete=None)
        labels, cohorts = labels_of(panel)
        del sample
        plain = replace(origin, estimator=replace(estimator, variance="none"), data=panel)
        return cls(panel, labels, cohorts, plain, additive=False)

    @one_thread()
    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """As `Many.evaluate`; NaN for an assignment without a cohort that can be compared."""
        effect, variance = np.full((2, outcomes.shape[1], len(labels)), np.nan)
        kept = comparable_units(self.panel)
        enough = self.cohorts[:-1] > self.panel.times[1]
        never = len(self.cohorts) - 1
        counted = np.append(enough, [True, False])  # the last stands for units that are left out
        shown = np.where(counted[labels], labels, never + 1)[:, kept]
        alike: dict[bytes, list[int]] = {}
        for row, assigned in enumerate(shown):  # with gaps, a cohort may have nobody left
            some = np.isin(np.arange(never), assigned)
            alike.setdefault(some.tobytes(), []).append(row)
        for rows in alike.values():
            codes = np.intersect1d(np.arange(never), shown[rows[0]])
            if not len(codes) or not (shown[rows] == never).any(axis=1).all():
                continue
            mapped = np.full(never + 2, len(codes) + 1)
            mapped[codes], mapped[never] = np.arange(len(codes)), len(codes)
            draws = Draws.of_labels(mapped[shown[rows]], len(codes))
            for outcome in range(outcomes.shape[1]):
                found = self._fits(outcomes[kept, outcome], codes, draws)
                effect[outcome, rows], variance[outcome, rows] = self._statistic(found, draws)
        nothing = np.full(len(labels), np.nan)
        return Quadratic(effect, variance, np.full_like(effect, np.nan), nothing, nothing)

    def _fits(self, Y: Floats, codes: Integers, draws: Draws) -> tuple[CohortFit, ...]:
        estimator: Any = self.origin.estimator
        n_before = np.searchsorted(self.panel.times, self.cohorts[codes])
        return CohortDesign(Y, self._covariates, n_before, estimator.kind).fit(draws)

    @cached_property
    def _covariates(self) -> Floats:
        estimator: Any = self.origin.estimator
        return np.asarray(estimator.sample(self.panel).design.X)

    def _statistic(self, fits: Sequence[CohortFit], draws: Draws) -> tuple[Floats, Floats]:
        """Overall effects and the variances that studentise them, each (R,)."""
        size = draws.treated.sum(axis=2) * np.array([[fit.effects.shape[1]] for fit in fits])
        share = size / size.sum(axis=0)
        effect = sum(s * fit.effects.mean(axis=1) for s, fit in zip(share, fits, strict=True))
        estimator: Any = self.origin.estimator
        variance = jackknife_variance if estimator.kind.differences else difference_variance
        return np.asarray(effect), variance(fits, draws, share)

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`: the jackknife with weights held, of synthetic differences by unit."""
        estimator: Any = self.origin.estimator
        if kind != "CRV1" or not estimator.kind.differences or not clusters_are_units(self.panel):
            raise NotAvailableError(
                f"{type(estimator).__name__}: has no scores of clusters to take {kind} from; take its own standard errors, "
                "or Permutation()"
            )
        found = self.evaluate(self.labels[None], outcomes)
        return Errors(found.effect[:, 0], np.sqrt(found.variance[:, 0]), np.inf)

    def without_each_cluster(self) -> Floats:
        """As `Many.without_each_cluster`: all in one batch, those left out under a label of their own."""
        left = self.panel.cluster != np.arange(self.panel.sample.n_clusters)[:, None]
        labels = np.where(left, self.labels, len(self.cohorts))
        return np.asarray(
            self.evaluate(labels, np.nan_to_num(self.panel.wide)[:, None, :]).effect[0]
        )


def jackknife_variance(fits: Sequence[CohortFit], draws: Draws, share: Floats) -> Floats:
    """Return the jackknife variance (R,) of effects averaged by ``share`` (G, R), over units without which all remain."""
    left_out = np.zeros(draws.controls.shape)
    counted = draws.controls > 0
    for part, fit, treated in zip(share, fits, draws.treated, strict=True):
        n = treated.sum(axis=1, keepdims=True)
        mean = (treated * fit.own).sum(axis=1, keepdims=True) / n
        weight = fit.weights.unit
        q = (weight * fit.own).sum(axis=1, keepdims=True)
        others = 1 - weight
        with np.errstate(divide="ignore", invalid="ignore"):
            change = -(q - weight * fit.own) / others + q
            alone = (n * mean - fit.own) / (n - 1) - mean
        change = np.where(others > 0, change, 0.0)
        mine = (treated > 0) & (n > 1)
        left_out += part[:, None] * (
            np.where(draws.controls > 0, change, 0.0) + np.where(mine, alone, 0.0)
        )
        counted = counted | mine
    total = counted.sum(axis=1)
    centre = (left_out * counted).sum(axis=1) / total
    square = ((left_out - centre[:, None]) ** 2 * counted).sum(axis=1)
    return np.asarray(jackknife_factors(total) * square)


def difference_variance(fits: Sequence[CohortFit], draws: Draws, share: Floats) -> Floats:
    """Return the variance (R,) of effects averaged by ``share`` (G, R) that units' changes make, weights held.

    Controls enter several cohorts' effects: what a unit adds to each is summed before it is squared.
    """
    scores = np.zeros(draws.controls.shape)
    for part, fit, treated in zip(share, fits, draws.treated, strict=True):
        for weight, sign in (
            (treated / treated.sum(axis=1, keepdims=True), 1.0),
            (fit.weights.unit, -1.0),
        ):
            mean = (weight * fit.change).sum(axis=1, keepdims=True)
            scores += sign * part[:, None] * weight * (fit.change - mean)
    return np.asarray((scores**2).sum(axis=1))
