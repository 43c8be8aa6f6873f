"""Both sides of every comparison under many assignments: their means, and the squared scores of the units on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.comparisons.label_sums import (
    SPARSE,
    LabelSums,
    label_sums,
    one_label,
    summing,
    sums_by_label,
)

CHUNK = 2_000_000  # numbers held at once


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
class BothSides:
    """Means and counts of both sides of every comparison under P assignments.

    ``mean1, mean0`` (P, S, K); ``n1, n0, count1, count0`` (P, K) weights and units; ``share`` (P, K) of a comparison in the
    overall effect; ``total`` (P,) of the shares' sizes; ``overall`` (S, P); ``of_label`` sums over the units of each label.
    """

    design: ComparedPairs
    of_label: Sequence[LabelSums]
    mean1: Floats
    mean0: Floats
    n1: Floats
    n0: Floats
    count1: Floats
    count0: Floats
    share: Floats
    total: Floats
    overall: Floats

    @classmethod
    def of(cls, design: ComparedPairs, labels: Integers, changes: Floats) -> "BothSides":
        """Sum changes (N, S, K) over both sides under assignments (P, N)."""
        n_assigned, (n_outcomes, n_pairs) = len(labels), changes.shape[1:]
        of_label = label_sums(labels, len(design.cohorts), weight=design.weight)
        sums = np.zeros((2, n_assigned, n_outcomes, n_pairs))
        counts, units = np.zeros((2, 2, n_assigned, n_pairs))
        size = np.zeros((n_assigned, n_pairs))
        ever = (design.seen > 0).astype(float)
        alike = bool((design.weight == 1).all())
        weighted = changes if alike else changes * design.weight[:, None, None]
        # all comparisons of a label at once: a copy of those it is part of would cost more than products that are not used
        flat, seen = weighted.reshape(len(changes), -1), np.concatenate([design.seen, ever], axis=1)
        for (code, moved_of), (_, seen_of) in zip(
            sums_by_label(of_label, flat), sums_by_label(of_label, seen), strict=True
        ):
            total_of = moved_of.reshape(sums[0].shape)
            for side, takes in enumerate((design.treats[code], design.controls[code])):
                at = np.flatnonzero(takes)
                sums[side][:, :, at] += total_of[:, :, at]
                counts[side][:, at] += seen_of[:, at]
                units[side][:, at] += seen_of[:, n_pairs + at]
            size += (of_label[code] @ design.weight[:, None]) * design.treats[code]
        share = size * (counts[0] > 0) * (counts[1] > 0)
        total = share.sum(axis=1)
        share = share / np.where(total > 0, total, np.nan)[:, None]
        mean1, mean0 = (
            part / np.where(count > 0, count, 1)[:, None, :]
            for part, count in zip(sums, counts, strict=True)
        )
        overall = np.einsum("pk,psk->sp", share, mean1 - mean0)
        n1, n0, count1, count0 = counts[0], counts[1], units[0], units[1]
        return cls(design, of_label, mean1, mean0, n1, n0, count1, count0, share, total, overall)

    @property
    def counts_alike(self) -> bool:
        """Whether every assignment has as many units on each side as the first."""
        return bool((self.n1 == self.n1[0]).all() and (self.n0 == self.n0[0]).all())

    def loading(self, code: int, *, leverage: float, estimated: bool) -> Loading:
        """Return how scores of a label's units follow from their changes; comparisons they are no part of weigh nothing."""
        mean = np.where(self.design.treats[code] > 0, self.mean1, self.mean0)
        return Loading(self.own_weight(code, leverage), mean, self._constant(code) * estimated)

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

    def _constant(self, code: int) -> Floats:
        """What estimating cohort shares adds to the scores of a label's units, (S, P)."""
        usable = (self.share > 0) * self.design.treats[code]
        deviation = self.mean1 - self.mean0 - self.overall.T[:, :, None]
        return np.asarray(np.einsum("pk,psk->sp", usable, deviation) / self.total)


def squares_from_sums(
    inside: Mask, sums: LabelSums, changes: Floats, loading: Loading
) -> tuple[Floats, Floats]:
    """Sum a label's squared scores, and their products with the last outcome's, each (S, P), from sums alone.

    Without gaps and with as many units on each side, own weights are the same for every assignment.
    """
    ever = inside.any(axis=0)
    if 0 < ever.mean() <= SPARSE:  # few assignments of a rare label: nobody else is looked at
        sums, changes = one_label(inside[:, ever]), changes[ever]
    own = loading.own[0]
    direct = changes @ own
    middle = direct.mean(axis=0)  # taken out so that squares lose no digits
    direct = direct - middle
    shift = loading.constant - (loading.mean @ own).T + middle[:, None]
    ones = np.ones((len(direct), 1))
    values = np.concatenate([direct, direct**2, direct * direct[:, -1:], ones], axis=1)
    total, own_squares, own_mixed, count = np.split(
        (sums @ values).T, np.cumsum([direct.shape[1]] * 3)
    )
    squares = own_squares + 2 * shift * total + count * shift**2
    mixed = own_mixed + shift * total[-1] + shift[-1] * total + count * shift * shift[-1]
    return squares, mixed


def squares_by_unit(
    inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Sum the same where gaps, weights or unlike counts make every unit its own case.

    Parameters
    ----------
    inside : ndarray of bool, (P, N)
    changes : ndarray, (N, S, K)
    seen : ndarray, (N, K)
        The unit's weight where it is observed in both periods, else zero.
    """
    few = inside.mean() <= SPARSE
    scored = _of_units_with_label if few else _of_everybody
    held = inside.sum() / len(inside) * changes[0].size if few else changes[:, :, 0].size
    width = max(1, int(CHUNK / max(held, 1)))
    parts = [
        scored(
            inside[i : i + width],
            changes,
            loading.part(slice(i, i + width)),
            seen,
            weight,
        )
        for i in range(0, len(inside), width)
    ]
    squares, mixed = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return squares, mixed


def _of_units_with_label(
    inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Score the m units with the label, one assignment after the other: (m, S)."""
    assigned, unit = np.nonzero(inside)
    own = loading.own[assigned]
    scores = (changes[unit] @ own[:, :, None])[:, :, 0] * weight[unit, None]
    scores -= (loading.mean[assigned] @ (own * seen[unit])[:, :, None])[:, :, 0]
    scores += weight[unit, None] * loading.constant.T[assigned]
    sums = summing(assigned, len(inside))
    return (sums @ scores**2).T, (sums @ (scores * scores[:, -1:])).T


def _of_everybody(
    inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Score all units as if they had the label, (N, S, P), and keep those that have it."""
    n_units, n_outcomes, n_kept = changes.shape
    scores = (changes.reshape(-1, n_kept) @ loading.own.T).reshape(n_units, n_outcomes, -1)
    scores *= weight[:, None, None]
    centre = np.ascontiguousarray((loading.own[:, None, :] * loading.mean).transpose(2, 1, 0))
    scores -= (seen @ centre.reshape(n_kept, -1)).reshape(scores.shape)
    scores += weight[:, None, None] * loading.constant
    scores *= inside.T[:, None, :]
    return (
        np.einsum("nsp,nsp->sp", scores, scores),
        np.einsum("nsp,np->sp", scores, scores[:, -1, :]),
    )
