"""Estimates as weights of the outcomes, made anew for every other assignment of cohorts to units.

An estimator that is linear in the outcomes is its weights w (N, T): the effect is the sum of w y. Under the labels l(i) a
unit's score is its weights times what is left of its outcomes after their mean by label and period,

    psi_i = sum_t w_it (y_it - m_l(i)t),

so that neither unlike spreads nor effects that differ over time upset a test studentised by it; scores of a cluster add up
before they are squared. Where a unit's weights add up to zero, its level is not in the effect; with gaps it would be in m, as
who is observed changes from period to period. There y is taken without unit effects first.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import EstimationError, NotAvailableError
from impact.estimators.contributions import contributions, period_means
from impact.estimators.linear import LinearParts
from impact.estimators.many import (
    LEVERAGE,
    Errors,
    Number,
    Quadratic,
    ScoreKind,
    UnitEffects,
    cluster_sums,
    clusters_are_units,
    label_of_clusters,
)
from impact.estimators.regressions.unit_period_effects import UnitPeriodEffects

CHUNK = 2_000_000  # numbers held at once
CANCELS = 1e-9  # share of a unit's weights; sums as small are zero
ALONE = (
    1e-12  # share of a residual left to a cluster that is a label of its own: nothing to correct
)


class Weigh(Protocol):
    """Weights (P, N, T) of the outcomes in an estimate, as a function of assignments (P, N)."""

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights, zero where a unit is not observed."""


@dataclass(frozen=True)
class FittedWeights:
    """Weights read off a new fit for every assignment; NaN where the estimator refuses one."""

    origin: Number
    panel: Panel
    cohorts: Floats

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights (P, N, T)."""
        found = np.full((*labels.shape, self.panel.n_periods), np.nan)
        for place, assigned in enumerate(labels):
            try:
                made = self.panel.with_cohort(self.cohorts[assigned])
                found[place] = weights_in(self.origin, made)
            except EstimationError:
                continue
        return found


def weights_in(origin: Number, panel: Panel) -> Floats:
    """Return the weights (N, T) of a panel's outcomes in the one number of an origin.

    Raises
    ------
    NotAvailableError
        When the estimator leaves no weights.
    """
    parts = origin.again(panel).parts
    if not isinstance(parts, LinearParts):
        raise NotAvailableError(f"{type(origin.estimator).__name__}: leaves no weights of outcomes")
    return np.asarray(parts.unit_weights(panel)[0])


@dataclass(frozen=True)
class Weighted:
    """`Many` for an estimator that is linear in the outcomes, with any clusters and weights.

    Attributes
    ----------
    panel : Panel
    labels : ndarray of int, (N,)
    cohorts : ndarray, (L,)
    weigh : Weigh
    origin : Number
        Fits the number without a cluster.
    """

    panel: Panel
    labels: Integers
    cohorts: Floats
    weigh: Weigh
    origin: Number

    @property
    def width(self) -> int:
        """As `Many.width`."""
        return self.panel.n_periods

    @cached_property
    def seen(self) -> Mask:
        """Where a unit is observed, (N, T)."""
        return ~np.isnan(self.panel.wide)

    @cached_property
    def exposed(self) -> Floats:
        """One where a unit is observed under treatment, (N, T)."""
        under = self.panel.times >= self.panel.cohort[:, None]
        return np.asarray((under & self.seen).astype(float))

    @property
    def refits(self) -> bool:
        """As `Many.refits`."""
        return isinstance(self.weigh, FittedWeights)

    def weights(self, labels: Integers) -> Floats:
        """As `Many.weights`."""
        return self.weigh(labels)

    @cached_property
    def _levels_cancel(self) -> bool:
        """Whether there are gaps, and a unit's weights add up to zero."""
        own = self._actual_weights
        total, scale = own.sum(axis=1), np.abs(own).sum(axis=1)
        return bool(not self.seen.all() and (np.abs(total) <= CANCELS * scale.max()).all())

    def _without_levels(self, outcomes: Floats) -> Floats:
        """Outcomes (N, S, T) without unit effects, where these are in the means by label and period alone."""
        if not self._levels_cancel:
            return outcomes
        effects = UnitPeriodEffects.of(self.seen)
        return effects.without_units(outcomes.swapaxes(0, 1)).swapaxes(0, 1)

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """As `Many.evaluate`."""
        outcomes = self._without_levels(outcomes)
        every = np.concatenate([outcomes, self.exposed[:, None, :]], axis=1)
        every = self._without_levels(every)
        width = max(1, CHUNK // every[:, :, 0].size)
        parts = [self._sums(labels[i : i + width], every) for i in range(0, len(labels), width)]
        effect, variance, cross = (
            np.concatenate(part, axis=1) for part in zip(*parts, strict=True)
        )
        return Quadratic(effect[:-1], variance[:-1], cross[:-1], effect[-1], variance[-1])

    def _sums(self, labels: Integers, outcomes: Floats) -> tuple[Floats, Floats, Floats]:
        """Effects, variances and covariances with the last outcome, each (S, P)."""
        direct, scores = contributions(
            self.weigh(labels), labels, outcomes, self.seen, weight=self.panel.weight
        )
        scores = cluster_sums(self.panel, scores, axis=1)
        return (
            direct.sum(axis=1).T,
            np.einsum("pns,pns->sp", scores, scores),
            np.einsum("pns,pn->sp", scores, scores[:, :, -1]),
        )

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`: scores divided by a power of what their label keeps without the cluster."""
        direct, scores = contributions(
            self._actual_weights[None],
            self.labels[None],
            self._without_levels(outcomes),
            self.seen,
            weight=self.panel.weight,
        )
        by_cluster = cluster_sums(self.panel, scores[0], axis=0)
        if LEVERAGE[kind]:
            by_cluster = by_cluster / self._left(LEVERAGE[kind])[:, None]
        df = self._satterthwaite if kind == "CRV2" else float(len(by_cluster) - 1)
        if LEVERAGE[kind] and self._alone:
            df = 0.0
        return Errors(direct[0].sum(axis=0), np.sqrt((by_cluster**2).sum(axis=0)), df)

    @cached_property
    def _actual_weights(self) -> Floats:
        return np.asarray(self.weigh(self.labels[None])[0])

    @cached_property
    def _label_of_cluster(self) -> Integers:
        return label_of_clusters(self.panel, self.labels)

    @property
    def _alone(self) -> bool:
        """Whether a label has one cluster, which says nothing of its own spread."""
        return bool((np.bincount(self._label_of_cluster) == 1).any())

    def _left(self, power: float) -> Floats:
        """What a label keeps without each cluster, as a share of its units, to a power: (G,)."""
        size = np.bincount(self.panel.cluster)
        of_label = np.bincount(self._label_of_cluster, weights=size)
        return np.asarray(np.maximum(1 - size / of_label[self._label_of_cluster], ALONE) ** power)

    @cached_property
    def _satterthwaite(self) -> float:
        own = cluster_sums(self.panel, self._actual_weights, axis=0)
        return satterthwaite((own**2).sum(axis=1), self._label_of_cluster)

    def without_each_cluster(self) -> Floats:
        """As `Many.without_each_cluster`, each a new fit; NaN where nothing is left to estimate."""
        return refits_without(self.origin, self.panel)

    def unit_effects(self, outcomes: Floats) -> UnitEffects:
        """As `Many.unit_effects`; a never-treated unit stands in where it is observed as the cohort's weights ask."""
        weights, last = self._actual_weights, len(self.cohorts) - 1
        treated, never = np.flatnonzero(self.labels < last), np.flatnonzero(self.labels == last)
        if not len(never):
            raise NotAvailableError(
                f"{self.panel.outcome}: no never-treated unit to stand in for treated ones"
            )
        outcomes = self._without_levels(outcomes)
        inside = (self.labels == last).astype(float) * self.panel.weight
        mean = period_means(inside[None], outcomes, self.seen)[0]
        centred = (outcomes - mean) * self.seen[:, None, :]
        size = (weights * self.exposed).sum(axis=1)
        own = np.einsum("nt,nst->ns", weights[treated], centred[treated])
        missing = np.einsum("nt,nst->s", weights, outcomes) - own.sum(axis=0)
        part = size[treated] != 0
        if not part.any():
            raise NotAvailableError(
                f"{self.panel.outcome}: no treated unit is observed after treatment with a weight in the effect, so it does "
                "not split into their parts; keep more periods"
            )
        treated, own = treated[part], own[part]
        effect = own / size[treated, None] + missing / size[treated].sum()
        placebo = [
            self._placebo(code, weights, size, centred[never], never) for code in range(last)
        ]
        return UnitEffects(effect, size[treated], np.array(placebo), treated, never)

    def _placebo(
        self, code: int, weights: Floats, size: Floats, centred: Floats, never: Integers
    ) -> Floats:
        """What never-treated units (n0, S) would contribute in the place of a unit of the cohort."""
        mine = self.labels == code
        if not size[mine].any():  # a cohort that the estimate leaves out
            return np.full(centred.shape[:2], np.nan)
        per_unit = weights[mine].sum(axis=0) / size[mine].sum()
        found = np.einsum("t,nst->ns", per_unit, centred)
        asked = np.flatnonzero(per_unit)
        complete = np.asarray(self.seen[np.ix_(never, asked)].all(axis=1))
        return np.where(complete[:, None], found, np.nan)


def satterthwaite(squares: Floats, label: Integers) -> float:
    """Return the degrees of freedom of the CRV2 variance under independent errors: Welch's over labels.

    Exact for one cohort without gaps; with several cohorts the comparison group they share counts as one group more. Zero
    where every label that has a weight has one cluster.

    Parameters
    ----------
    squares : ndarray, (G,)
        Squared weights of a cluster's outcomes.
    label : ndarray of int, (G,)
    """
    total = np.bincount(label, weights=squares)
    count = np.bincount(label)
    kept = (count > 1) & (total > 0)
    if not kept.any():
        return 0.0
    return float(total[kept].sum() ** 2 / (total[kept] ** 2 / (count[kept] - 1)).sum())


def effective_clusters(squares: Floats) -> float:
    """Return the effective number of clusters, between one and G: how many equally important ones the design amounts to.

    References
    ----------
    Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99(4), eq. 8, errors independent.
    """
    return float(squares.sum() ** 2 / (squares**2).sum())


def refits_without(origin: Number, panel: Panel) -> Floats:
    """Return the number from a new fit without each cluster, (G,); NaN where nothing is left to estimate."""
    found = np.full(panel.sample.n_clusters, np.nan)
    for code in range(len(found)):
        left = panel.cluster != code
        if np.isfinite(panel.cohort[left]).any() and not np.isfinite(panel.cohort[left]).all():
            try:
                found[code] = origin.again(panel.subset(left, reason="left_out")).values[0]
            except EstimationError:
                continue
    return found


def exchangeable_as_units(panel: Panel) -> bool:
    """Whether units of equal weight are the clusters, so that a kernel may exchange them as they are."""
    return clusters_are_units(panel) and np.ptp(panel.weight) == 0
