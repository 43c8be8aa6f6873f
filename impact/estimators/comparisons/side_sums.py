"""Both sides of every comparison under many assignments: who is on them, and their means."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.comparisons.label_sums import (
    SPARSE,
    LabelSums,
    label_sums,
    one_label,
    sums_by_label,
)
from impact.estimators.comparisons.loading import Loading
from impact.estimators.comparisons.pair_scores import PairScores


class ComparedPairs(Protocol):
    """What sums over sides need of `Comparisons`: who is on which side of K pairs of periods, over L labels of N units."""

    @property
    def cohorts(self) -> Floats:
        """First treated periods that labels stand for, (L,)."""

    @property
    def treats(self) -> Floats:
        """One where units with the label are the treated side of the pair, (L, K)."""

    @property
    def controls(self) -> Floats:
        """One where they are its controls, (L, K)."""

    @property
    def seen(self) -> Floats:
        """The unit's weight where it is observed in both periods, else zero, (N, K)."""

    @property
    def weight(self) -> Floats:
        """Of each unit, (N,)."""


@dataclass(frozen=True)
class Sides:
    """Who is on which side of every comparison under P assignments: what does not depend on the outcome.

    ``n1, n0, count1, count0`` (P, K) weights and units; ``share`` (P, K) of a comparison in the overall effect; ``total``
    (P,) of the shares' sizes; ``of_label`` sums over the units of each label.
    """

    design: ComparedPairs
    labels: Integers
    of_label: Sequence[LabelSums]
    n1: Floats
    n0: Floats
    count1: Floats
    count0: Floats
    share: Floats
    total: Floats
    _members: dict[int, tuple[Mask, LabelSums]] = field(default_factory=dict, repr=False)
    _pairs: dict[tuple[int, bool, float], PairScores] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, design: ComparedPairs, labels: Integers) -> "Sides":
        """Count both sides under assignments (P, N)."""
        n_assigned, n_pairs = len(labels), design.seen.shape[1]
        of_label = label_sums(labels, len(design.cohorts), weight=design.weight)
        counts, units = np.zeros((2, 2, n_assigned, n_pairs))
        size = np.zeros((n_assigned, n_pairs))
        seen = np.concatenate([design.seen, design.seen > 0], axis=1)
        for code, seen_of in sums_by_label(of_label, seen):
            for side, takes in enumerate((design.treats[code], design.controls[code])):
                at = np.flatnonzero(takes)
                counts[side][:, at] += seen_of[:, at]
                units[side][:, at] += seen_of[:, n_pairs + at]
            size += (of_label[code] @ design.weight[:, None]) * design.treats[code]
        share = size * (counts[0] > 0) * (counts[1] > 0)
        total = share.sum(axis=1)
        share = share / np.where(total > 0, total, np.nan)[:, None]
        (n1, n0), (count1, count0) = counts, units
        return cls(design, labels, of_label, n1, n0, count1, count0, share, total)

    @cached_property
    def counts_alike(self) -> bool:
        """Whether every assignment has as many units on each side as the first."""
        return bool((self.n1 == self.n1[0]).all() and (self.n0 == self.n0[0]).all())

    def own_weight(self, code: int, leverage: float) -> Floats:
        """Weight of a unit's own change in its score, (P, K): share over the side's count, signed, leverage corrected."""
        treats, controls = self.design.treats[code], self.design.controls[code]
        result = np.zeros_like(self.share)
        for sign, takes, count, units in (
            (1, treats, self.n1, self.count1),
            (-1, controls, self.n0, self.count0),
        ):
            part = takes * self.share / np.where(count > 0, count, 1)
            # a unit that is a side of its own has no residual: nothing to correct, and no rounding error to blow up
            left = np.where(units > 1, 1 - 1 / np.maximum(units, 1), 1.0) ** leverage
            result += sign * np.where(takes > 0, part / left, 0.0)
        return result

    def members(self, code: int) -> tuple[Mask, LabelSums]:
        """Units that have a label under any assignment, (N,), and the sums over those that have it under each.

        Of a rare label nobody else need be looked at.
        """
        if code not in self._members:
            inside = self.labels == code
            ever = inside.any(axis=0)
            few = ever.any() and inside[0].mean() <= SPARSE
            found = (
                (ever, one_label(inside[:, ever])) if few else (ever | True, self.of_label[code])
            )
            self._members[code] = found
        return self._members[code]

    def pair_scores(self, members: tuple[int, bool], leverage: float, own: Floats) -> PairScores:
        """How those who have a label (True), or all others (False), are scored by its weights (P, K), kept for all outcomes."""
        key = *members, leverage
        if key not in self._pairs:
            inside = (self.labels == members[0]) == members[1]
            self._pairs[key] = PairScores.of(inside, own, self.design.seen, self.design.weight)
        return self._pairs[key]


@dataclass(frozen=True)
class BothSides:
    """Means of S outcomes on both sides of every comparison under P assignments.

    ``mean1, mean0`` (P, S, K); ``overall`` (S, P).
    """

    sides: Sides
    mean1: Floats
    mean0: Floats
    overall: Floats

    @classmethod
    def of(cls, sides: Sides, values: Floats, contrast: Floats | None = None) -> "BothSides":
        """Average over both sides.

        Parameters
        ----------
        sides : Sides
        values : ndarray, (N, S, K) or (N, S, T)
            Compared changes, or outcomes in the periods.
        contrast : ndarray, (T, K), optional
            How changes follow from outcomes.
        """
        design, (n_outcomes, n_values) = sides.design, values.shape[1:]
        n_assigned, n_pairs = sides.share.shape
        sums = np.zeros((2, n_assigned, n_outcomes, n_pairs))
        alike = bool((design.weight == 1).all())
        weighted = values if alike else values * design.weight[:, None, None]
        # all values of a label at once: a copy of those it is part of would cost more than products that are not used
        for code, moved_of in sums_by_label(sides.of_label, weighted.reshape(len(values), -1)):
            total_of = moved_of.reshape(n_assigned, n_outcomes, n_values)
            for side, takes in enumerate((design.treats[code], design.controls[code])):
                at = np.flatnonzero(takes)
                sums[side][:, :, at] += (
                    total_of[:, :, at] if contrast is None else total_of @ contrast[:, at]
                )
        mean1, mean0 = (
            part / np.where(count > 0, count, 1)[:, None, :]
            for part, count in zip(sums, (sides.n1, sides.n0), strict=True)
        )
        return cls(sides, mean1, mean0, np.einsum("pk,psk->sp", sides.share, mean1 - mean0))

    def loading(self, code: int, *, leverage: float, estimated: bool) -> Loading:
        """Return how scores of a label's units follow from their changes; comparisons they are no part of weigh nothing."""
        treats = self.sides.design.treats[code] > 0
        mean = np.where(treats, self.mean1, self.mean0) if treats.any() else self.mean0
        own = self.sides.own_weight(code, leverage)
        return Loading(own, mean, self._constant(code) * estimated)

    def _constant(self, code: int) -> Floats:
        """What estimating cohort shares adds to the scores of a label's units, (S, P)."""
        usable = (self.sides.share > 0) * self.sides.design.treats[code]
        if not usable.any():
            return np.zeros_like(self.overall)
        deviation = self.mean1 - self.mean0 - self.overall.T[:, :, None]
        return np.asarray(np.einsum("pk,psk->sp", usable, deviation) / self.sides.total)
