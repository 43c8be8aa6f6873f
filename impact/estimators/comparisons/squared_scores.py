"""Squared scores of a label's units under many assignments, summed: from sums where these are enough, else unit by unit."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.comparisons.label_sums import SPARSE, LabelSums
from impact.estimators.comparisons.loading import Loading
from impact.estimators.comparisons.pair_scores import FEW, PairScores, squares_of_few
from impact.estimators.comparisons.scores_of_all import squares_of_all
from impact.estimators.comparisons.side_sums import Sides

CHUNK = 4_000_000  # pairs of a unit and an assignment, times comparisons, laid out at once
BLOCK = 100_000  # scores held at once where everybody is scored: what stays near the processor
FEWEST_UNITS = 128  # of a block: with fewer, the means of all outcomes would be read from memory again and again
FEW_ASSIGNMENTS = 3  # up to which everybody is scored: cross-products of changes would cost more
MOST_HAVE_IT = 0.5  # share of the units from which it is cheaper to score the others


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
    """Sum the same where gaps, weights or unlike counts make every unit its own case, from changes (N, S, K).

    Of a label that most units have, the sum is what everybody's scores would add up to, less those of the others.
    """
    inside, design = sides.labels == code, sides.design
    share = inside.mean()
    if share > SPARSE and len(inside) <= FEW_ASSIGNMENTS:
        return _of_everybody(inside, changes, loading, design.seen, design.weight)
    if share <= MOST_HAVE_IT:
        return _of_pairs(sides, (code, True), changes, loading, leverage)
    whole = squares_of_all(changes, loading, design.seen, design.weight)
    others = _of_pairs(sides, (code, False), changes, loading, leverage)
    return whole[0] - others[0], whole[1] - others[1]


def _of_pairs(
    sides: Sides, members: tuple[int, bool], changes: Floats, loading: Loading, leverage: float
) -> tuple[Floats, Floats]:
    """Sum squared scores of the units that have a label (True), or of all others (False), by the label's weights."""
    code, has = members
    inside, design = (sides.labels == code) == has, sides.design
    if changes.shape[1] <= FEW:
        return squares_of_few(inside, changes, loading, design.seen, design.weight)
    held = inside.sum() * max(int((loading.own != 0).any(axis=0).sum()), 1)
    if held <= CHUNK:
        return sides.pair_scores(members, leverage, loading.own).squares(changes, loading)
    width = max(1, int(CHUNK * len(inside) / held))
    parts = []
    for start in range(0, len(inside), width):
        some = loading.part(slice(start, start + width))
        scores = PairScores.of(inside[start : start + width], some.own, design.seen, design.weight)
        parts.append(scores.squares(changes, some))
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
