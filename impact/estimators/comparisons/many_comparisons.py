"""The overall effect of Callaway and Sant'Anna, or one of its leads, as `Many` through its own kernel."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.estimators.comparisons.by_unit import ByPeriod, Comparisons, Shares
from impact.estimators.comparisons.compared_changes import ComparedChanges
from impact.estimators.latest import Latest
from impact.estimators.many import LEVERAGE, Errors, Quadratic, ScoreKind, UnitEffects
from impact.estimators.weighted import satterthwaite
from impact.terms import Averaging

BLOCK = 60_000  # changes made at once: what stays near the processor


@dataclass(frozen=True)
class ComparisonWeights:
    """Weights of an average of comparisons over T periods."""

    design: Comparisons
    average: Averaging
    n_periods: int

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights (P, N, T)."""
        own = self.design.own_weights(labels, average=self.average)
        return own @ self.design.contrast(self.n_periods).T


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
    def _contrast(self) -> Floats:
        return self.design.contrast(self.panel.n_periods)

    @cached_property
    def by_period(self) -> ByPeriod | None:
        """How compared changes follow from outcomes; None where gaps or weights make changes the simpler thing."""
        if not self.design.plain or np.isnan(self.panel.wide).any():
            return None
        exposed = self.panel.times >= self.panel.cohort[:, None]
        return ByPeriod(self._contrast, exposed.astype(float))

    def _compared(self, outcomes: Floats) -> ComparedChanges:
        """What is compared of outcomes (N, S, T), and of exposure, which comes last; kept for whatever asks next."""
        return self.latest.of(outcomes, "compared", lambda: self._compared_made(outcomes))

    def _compared_made(self, outcomes: Floats) -> ComparedChanges:
        if self.by_period is not None:
            # a unit's level is in no change: without it, sums over units lose no digits
            level = outcomes.mean(axis=2, keepdims=True)
            values = _with_last(outcomes.shape, self.by_period.exposed)
            np.subtract(outcomes, level, out=values[:, :-1])
            return ComparedChanges(values, self.by_period.contrast)
        values = _with_last((*outcomes.shape[:2], len(self.design.base)), self.design.exposure)
        seen = (self.design.seen > 0).astype(float)[:, None]
        units = max(1, BLOCK // values[0].size)
        used = slice(
            min(self.design.base.min(), self.design.period.min()),
            max(self.design.base.max(), self.design.period.max()) + 1,
        )
        for start in range(0, len(values), units):
            some = slice(start, start + units)
            changes = values[some, :-1]
            np.matmul(outcomes[some, :, used], self._contrast[used], out=changes)
            changes *= seen[some]
        return ComparedChanges(values)

    @property
    def refits(self) -> bool:
        """As `Many.refits`."""
        return False

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """As `Many.evaluate`."""
        actual = self.design.actual
        known = labels.shape == actual.shape and np.array_equal(labels, actual)
        return self.design.evaluate_every(actual if known else labels, self._compared(outcomes))

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`."""
        return self.latest.of(outcomes, kind, lambda: self._errors(outcomes, kind))

    def _errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        shares: Shares = "estimated" if kind == "CRV1" else "fixed"
        found = self.design.evaluate_every(
            self.design.actual, self._compared(outcomes), leverage=LEVERAGE[kind], shares=shares
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
            lambda: unit_effects(self.design, self._compared(outcomes)),
        )


def _with_last(shape: tuple[int, ...], last: Floats) -> Floats:
    """Room for values (N, S, K) of S outcomes, and after them the last one's (N, K)."""
    values = np.empty((shape[0], shape[1] + 1, shape[2]))
    values[:, -1] = last
    return values


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


def unit_effects(design: Comparisons, every: ComparedChanges) -> UnitEffects:
    """Split the overall effect of all outcomes but the last into its treated units' contributions."""
    labels, last = design.labels, len(design.cohorts) - 1
    sides = design.sides(design.actual)
    values, contrast = every.values[:, :-1], every.contrast
    control_mean = every.both_sides(sides).mean0[0, :-1]
    share = sides.share[0]
    treated, never = np.flatnonzero(labels < last), np.flatnonzero(labels == last)
    own = design.treats[:-1] * share / np.where(sides.n1[0] > 0, sides.n1[0], 1)
    seen = design.seen[treated]
    mine = own[labels[treated]] * seen
    weight = mine.sum(axis=1)
    total = np.einsum("nf,nsf->ns", _of_values(own, contrast)[labels[treated]], values[treated])
    total = total * design.weight[treated, None] - mine @ control_mean.T
    part = weight > 0
    effect = total[part] / weight[part, None]
    placebo = _placebo(design, every, control_mean, share, never)
    return UnitEffects(effect, weight[part], placebo, treated[part], never)


def _of_values(of_changes: Floats, contrast: Floats | None) -> Floats:
    """Turn weights of changes (L, K) into those of what they follow from."""
    return of_changes if contrast is None else of_changes @ contrast.T


def _placebo(
    design: Comparisons,
    every: ComparedChanges,
    control_mean: Floats,
    share: Floats,
    never: Integers,
) -> Floats:
    """Return what never-treated units (n0) would show in each cohort's place, (L-1, n0, S)."""
    own = design.treats[:-1] * share
    seen = (design.seen[never] > 0).astype(float)
    total = own @ seen.T
    values = every.values  # all of them: taking out what is used would cost more
    found = _of_values(own, every.contrast) @ values.reshape(-1, values.shape[2]).T
    found = found.reshape(len(own), *values.shape[:2])[:, never, :-1]
    found -= seen @ (own[:, None, :] * control_mean).swapaxes(1, 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        found /= total[:, :, None]
    return np.asarray(found)
