"""Both sides of every comparison under many assignments: their means, and the squared scores of the units on them."""

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
from impact.estimators.comparisons.pair_scores import FEW, PairScores, squares_of_few

CHUNK = 2_000_000  # pairs of a unit and an assignment, times comparisons, scored at once
BLOCK = 100_000  # scores held at once where everybody is scored: what stays near the processor
FEWEST_UNITS = 128  # of a block: with fewer, the means of all outcomes would be read from memory again and again


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
class Loading:
    """How the score of a unit with one label follows from its changes, under P assignments.

    Its own changes weighted by ``own`` (P, K), less its side's ``mean`` (P, S, K) weighted alike, plus ``constant`` (S, P).
    """

    own: Floats
    mean: Floats
    constant: Floats

    def part(self, assigned: slice) -> "Loading":
        """Return that of some of the assignments."""
        return Loading(self.own[assigned], self.mean[assigned], self.constant[:, assigned])


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
    _pairs: dict[tuple[int, float], PairScores] = field(default_factory=dict, repr=False)

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

    def pair_scores(self, code: int, leverage: float, own: Floats) -> PairScores:
        """How a rare label's units are scored, kept for the outcomes to come."""
        if (code, leverage) not in self._pairs:
            inside = self.labels == code
            self._pairs[code, leverage] = PairScores.of(
                inside, own, self.design.seen, self.design.weight
            )
        return self._pairs[code, leverage]


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
        mean = np.where(self.sides.design.treats[code] > 0, self.mean1, self.mean0)
        own = self.sides.own_weight(code, leverage)
        return Loading(own, mean, self._constant(code) * estimated)

    def _constant(self, code: int) -> Floats:
        """What estimating cohort shares adds to the scores of a label's units, (S, P)."""
        usable = (self.sides.share > 0) * self.sides.design.treats[code]
        deviation = self.mean1 - self.mean0 - self.overall.T[:, :, None]
        return np.asarray(np.einsum("pk,psk->sp", usable, deviation) / self.sides.total)


def squares_from_sums(
    members: tuple[Mask, LabelSums], values: Floats, loading: Loading, contrast: Floats | None
) -> tuple[Floats, Floats]:
    """Sum a label's squared scores, and their products with the last outcome's, each (S, P), from sums alone.

    Without gaps and with as many units on each side, own weights are the same for every assignment.

    Parameters
    ----------
    members : tuple
        As `Sides.members`.
    values : ndarray, (N, S, K) or (N, S, T)
    loading : Loading
    contrast : ndarray, (T, K), optional
    """
    ever, sums = members
    own = loading.own[0]
    mine = own if contrast is None else contrast @ own
    direct = values[ever] @ mine if ever.mean() <= SPARSE else (values @ mine)[ever]
    middle = direct.mean(axis=0)  # taken out so that squares lose no digits
    direct = direct - middle
    shift = loading.constant - (loading.mean @ own).T + middle[:, None]
    ones = np.ones((len(direct), 1))
    scored = np.concatenate([direct, direct**2, direct * direct[:, -1:], ones], axis=1)
    total, own_squares, own_mixed, count = np.split(
        (sums @ scored).T, np.cumsum([direct.shape[1]] * 3)
    )
    squares = own_squares + 2 * shift * total + count * shift**2
    mixed = own_mixed + shift * total[-1] + shift[-1] * total + count * shift * shift[-1]
    return squares, mixed


def squares_by_unit(
    sides: Sides, code: int, changes: Floats, loading: Loading, leverage: float
) -> tuple[Floats, Floats]:
    """Sum the same where gaps, weights or unlike counts make every unit its own case, from changes (N, K, S)."""
    inside, design = sides.labels == code, sides.design
    if inside.mean() > SPARSE:
        return _of_everybody(
            inside, changes.transpose(0, 2, 1), loading, design.seen, design.weight
        )
    if changes.shape[2] <= FEW:
        few = loading.own, loading.mean, loading.constant
        return squares_of_few(inside, changes, few, design.seen, design.weight)
    held = inside.sum() * max(int((loading.own != 0).any(axis=0).sum()), 1)
    if held <= CHUNK:
        return sides.pair_scores(code, leverage, loading.own).squares(
            changes, loading.mean, loading.constant
        )
    width = max(1, int(CHUNK * len(inside) / held))
    parts = []
    for start in range(0, len(inside), width):
        some = loading.part(slice(start, start + width))
        scores = PairScores.of(inside[start : start + width], some.own, design.seen, design.weight)
        parts.append(scores.squares(changes, some.mean, some.constant))
    squares, mixed = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return squares, mixed


def _of_everybody(
    inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Score all units as if they had the label, a block of units and outcomes at a time, and keep those that have it."""
    everybody = _Everybody.of(inside, changes, loading, seen, weight)
    n_units, n_outcomes = changes.shape[:2]
    units = max(FEWEST_UNITS, BLOCK // loading.constant.size)
    outcomes = max(1, BLOCK // (min(units, n_units) * len(inside)))
    squares, mixed = np.zeros((2, *loading.constant.shape))
    for start in range(0, n_units, units):
        some = slice(start, start + units)
        last = everybody.scores(some, slice(n_outcomes - 1, n_outcomes))[:, 0]
        for first in range(0, n_outcomes, outcomes):
            part = slice(first, first + outcomes)
            scores = everybody.scores(some, part)
            squares[part] += np.einsum("nsp,nsp->sp", scores, scores)
            mixed[part] += np.einsum("nsp,np->sp", scores, last)
    return squares, mixed


@dataclass(frozen=True)
class _Everybody:
    """What all units' scores are made of: changes (N, S, K), their weights (K, P), centres (K, S, P), who counts (N, 1, P)."""

    changes: Floats
    own: Floats
    centre: Floats
    constant: Floats
    seen: Floats
    weight: Floats | None  # none where all weigh one: a pass over the scores less
    inside: Floats

    @classmethod
    def of(
        cls, inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
    ) -> "_Everybody":
        """Lay them out in the order in which they are read."""
        centre = (loading.own[:, None, :] * loading.mean).transpose(2, 1, 0)
        return cls(
            changes,
            np.ascontiguousarray(loading.own.T),
            np.ascontiguousarray(centre),
            loading.constant,
            seen,
            None if (weight == 1).all() else weight,
            np.ascontiguousarray(inside.T, dtype=float)[:, None, :],
        )

    def scores(self, units: slice, outcomes: slice) -> Floats:
        """Return the scores (n, s, P) of some units and outcomes, zero of a unit without the label."""
        changes, constant = self.changes[units, outcomes], self.constant[outcomes]
        n_pairs, n_assigned = self.own.shape
        scores = (changes.reshape(-1, n_pairs) @ self.own).reshape(*changes.shape[:2], n_assigned)
        centre = self.centre[:, outcomes].reshape(n_pairs, -1)
        if self.weight is not None:
            weigh = self.weight[units, None, None]
            scores *= weigh
            constant = weigh * constant
        scores -= (self.seen[units] @ centre).reshape(scores.shape)
        scores += constant
        scores *= self.inside[units]
        return scores
