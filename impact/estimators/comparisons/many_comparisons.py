"""The overall effect of Callaway and Sant'Anna, or one of its leads, as `Many` through its own kernel."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.estimators.comparisons.by_unit import ByPeriod, Comparisons, Shares
from impact.estimators.comparisons.side_sums import BothSides
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

    @cached_property
    def by_period(self) -> ByPeriod | None:
        """How compared changes follow from outcomes; None where gaps or weights make changes the simpler thing."""
        if not self.design.plain or np.isnan(self.panel.wide).any():
            return None
        contrast = np.zeros((self.panel.n_periods, len(self.design.base)))
        np.add.at(contrast, (self.design.period, np.arange(len(self.design.base))), 1.0)
        np.add.at(contrast, (self.design.base, np.arange(len(self.design.base))), -1.0)
        exposed = self.panel.times >= self.panel.cohort[:, None]
        return ByPeriod(contrast, exposed.astype(float))

    def _compared(self, outcomes: Floats) -> Floats:
        """Compared changes (N, S, K), zero where one end is not observed; outcomes (N, S, T) less means where these suffice."""
        return self.latest.of(outcomes, "compared", lambda: self._compared_made(outcomes))

    def _compared_made(self, outcomes: Floats) -> Floats:
        if self.by_period is not None:
            # a unit's level is in no change: without it, sums over units lose no digits
            return np.asarray(outcomes - outcomes.mean(axis=2, keepdims=True))
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
        actual = self.design.actual
        known = labels.shape == actual.shape and np.array_equal(labels, actual)
        return self.design.evaluate(
            actual if known else labels,
            self._compared(outcomes),
            slopes=True,
            by_period=self.by_period,
        )

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`."""
        return self.latest.of(outcomes, kind, lambda: self._errors(outcomes, kind))

    def _errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        shares: Shares = "estimated" if kind == "CRV1" else "fixed"
        found = self.design.evaluate(
            self.design.actual,
            self._compared(outcomes),
            leverage=LEVERAGE[kind],
            shares=shares,
            by_period=self.by_period,
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
            outcomes,
            "unit_effects",
            lambda: unit_effects(self.design, self._compared(outcomes), self.by_period),
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


def unit_effects(
    design: Comparisons, values: Floats, by_period: ByPeriod | None = None
) -> UnitEffects:
    """Split the overall effect of outcomes into its treated units' contributions.

    Parameters
    ----------
    design : Comparisons
    values : ndarray, (N, S, K)
        Compared changes; with ``by_period`` the outcomes (N, S, T) themselves.
    by_period : ByPeriod, optional
    """
    labels, last = design.labels, len(design.cohorts) - 1
    sides = design.sides(design.actual)
    control_mean = BothSides.of(
        sides, values, None if by_period is None else by_period.contrast
    ).mean0[0]
    share = sides.share[0]
    treated, never = np.flatnonzero(labels < last), np.flatnonzero(labels == last)
    own = design.treats[:-1] * share / np.where(sides.n1[0] > 0, sides.n1[0], 1)
    seen = design.seen[treated]
    mine = own[labels[treated]] * seen
    weight = mine.sum(axis=1)
    total = np.einsum("nf,nsf->ns", _of_values(own, by_period)[labels[treated]], values[treated])
    total = total * design.weight[treated, None] - mine @ control_mean.T
    part = weight > 0
    effect = total[part] / weight[part, None]
    placebo = _placebo(design, values[never], control_mean, share, never, by_period)
    return UnitEffects(effect, weight[part], placebo, treated[part], never)


def _of_values(of_changes: Floats, by_period: ByPeriod | None) -> Floats:
    """Turn weights of changes (L, K) into those of what they follow from."""
    return of_changes if by_period is None else of_changes @ by_period.contrast.T


def _placebo(
    design: Comparisons,
    values: Floats,
    control_mean: Floats,
    share: Floats,
    never: Integers,
    by_period: ByPeriod | None,
) -> Floats:
    """Return what never-treated units (n0) would show in each cohort's place, (L-1, n0, S)."""
    own = design.treats[:-1] * share
    seen = (design.seen[never] > 0).astype(float)
    total = seen @ own.T
    mine = values.reshape(-1, values.shape[2]) @ _of_values(own, by_period).T
    mine = mine.reshape(*values.shape[:2], len(own))
    centre = (own[:, None, :] * control_mean).reshape(-1, own.shape[1])
    mine -= (seen @ centre.T).reshape(len(never), len(own), len(control_mean)).transpose(0, 2, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.ascontiguousarray((mine / total[:, None, :]).transpose(2, 0, 1))
