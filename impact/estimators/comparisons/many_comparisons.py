"""The overall effect of Callaway and Sant'Anna, or one of its leads, as `Many` through its own kernel."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.estimators.comparisons.by_unit import Comparisons, Shares
from impact.estimators.latest import Latest
from impact.estimators.many import LEVERAGE, Errors, Quadratic, ScoreKind, UnitEffects
from impact.estimators.weighted import satterthwaite
from impact.terms import Averaging


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
class ManyComparisons:
    """`Many` where units are the clusters: sums over sides instead of weights for every unit.

    The corrected standard errors take cohorts' sizes as given. A cohort of one unit says nothing of its own spread: there
    are then no degrees of freedom.
    """

    panel: Panel
    design: Comparisons
    latest: Latest = field(default_factory=Latest, init=False, repr=False, compare=False)

    @property
    def width(self) -> int:
        """As `Many.width`."""
        return max(self.panel.n_periods, len(self.design.base))

    @property
    def labels(self) -> Integers:
        """As `Many.labels`."""
        return self.design.labels

    @property
    def cohorts(self) -> Floats:
        """As `Many.cohorts`."""
        return self.design.cohorts

    def _changes(self, outcomes: Floats) -> Floats:
        """Compared changes (N, S, K), zero where one end is not observed."""
        return self.latest.of(outcomes, "changes", lambda: self._changes_made(outcomes))

    def _changes_made(self, outcomes: Floats) -> Floats:
        changes = np.take(outcomes, self.design.period, axis=2)
        changes -= np.take(outcomes, self.design.base, axis=2)
        if not self.design.plain:
            changes *= (self.design.seen > 0)[:, None, :]
        return changes

    @property
    def refits(self) -> bool:
        """As `Many.refits`."""
        return False

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """As `Many.evaluate`."""
        return self.design.evaluate(labels, self._changes(outcomes), slopes=True)

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`."""
        return self.latest.of(outcomes, kind, lambda: self._errors(outcomes, kind))

    def _errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        shares: Shares = "estimated" if kind == "CRV1" else "fixed"
        found = self.design.evaluate(
            self.labels[None], self._changes(outcomes), leverage=LEVERAGE[kind], shares=shares
        )
        alone = kind != "CRV1" and bool((np.bincount(self.labels) == 1).any())
        df = 0.0 if alone else self._satterthwaite if kind == "CRV2" else len(self.labels) - 1.0
        return Errors(found.effect[:, 0], np.sqrt(found.variance[:, 0]), df)

    @cached_property
    def _satterthwaite(self) -> float:
        own = self.weights(self.labels[None])[0]
        return satterthwaite((own**2).sum(axis=1), self.labels)

    def weights(self, labels: Integers) -> Floats:
        """As `Many.weights`."""
        return ComparisonWeights(self.design, "cells", self.panel.n_periods)(labels)

    def without_each_cluster(self) -> Floats:
        """As `Many.without_each_cluster`."""
        return without_each_unit(self.design, self.design.changes(self.panel.wide))

    def unit_effects(self, outcomes: Floats) -> UnitEffects:
        """As `Many.unit_effects`."""
        return self.latest.of(
            outcomes, "unit_effects", lambda: unit_effects(self.design, self._changes(outcomes))
        )


def without_each_unit(design: Comparisons, change: Floats) -> Floats:
    """Return the overall effect without each unit, (N,), from changes (N, K): exactly what a new fit would give."""
    labels, last = design.labels, len(design.cohorts) - 1
    treats, controls = design.treats[labels], design.controls[labels]
    weighted = change * design.weight[:, None]
    att = np.zeros_like(change)
    usable = np.ones(change.shape, dtype=bool)
    for sign, side in ((1, treats), (-1, controls)):
        count = (side * design.seen).sum(axis=0) - side * design.seen
        total = (side * weighted).sum(axis=0) - side * weighted
        some = count > 1e-12 * design.weight.max()
        usable &= some
        att += sign * total / np.where(some, count, 1)
    size = np.bincount(labels, weights=design.weight, minlength=last + 1) @ design.treats
    share = usable * (size - treats * design.weight[:, None])
    with np.errstate(invalid="ignore"):
        return np.asarray((share * att).sum(axis=1) / share.sum(axis=1))


def unit_effects(design: Comparisons, changes: Floats) -> UnitEffects:
    """Split the overall effect of outcomes' changes (N, S, K) into its treated units' contributions."""
    labels, last = design.labels, len(design.cohorts) - 1
    size = np.bincount(labels, weights=design.weight, minlength=last + 1)
    n1, n0 = (
        np.einsum("nk,nk->k", side[labels], design.seen)
        for side in (design.treats, design.controls)
    )
    usable = (n1 > 0) & (n0 > 0)
    share = usable * (size @ design.treats)
    share = share / share.sum()
    control_mean = np.einsum(
        "nk,nsk->sk", design.controls[labels] * design.weight[:, None], changes
    ) / np.where(n0 > 0, n0, 1)
    treated, never = np.flatnonzero(labels < last), np.flatnonzero(labels == last)
    own = design.treats[labels[treated]] * share / np.where(n1 > 0, n1, 1)
    seen = design.seen[treated]
    weight = (own * seen).sum(axis=1)
    total = np.einsum("nk,nsk->ns", own * design.weight[treated, None], changes[treated])
    total -= (own * seen) @ control_mean.T
    part = weight > 0
    effect = total[part] / weight[part, None]
    placebo = np.array(
        [
            _placebo(design, changes[never], control_mean, share * row, never)
            for row in design.treats[:-1]
        ]
    )
    return UnitEffects(effect, weight[part], placebo, treated[part], never)


def _placebo(
    design: Comparisons, changes: Floats, control_mean: Floats, share: Floats, never: Integers
) -> Floats:
    at = np.flatnonzero(share)
    seen = (design.seen[np.ix_(never, at)] > 0) * share[at]
    total = seen.sum(axis=1)[:, None]
    mine = np.einsum("nk,nsk->ns", seen, changes[:, :, at])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((mine - seen @ control_mean[:, at].T) / total)
