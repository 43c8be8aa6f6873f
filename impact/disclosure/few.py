"""A search for a combination of equations that rests on too few units.

Given are vectors of small blocks' columns, of which all but the last are known to have no such combination: what is looked for
has the last one in it. A combination lives in a set of blocks where the largest eigenvalue of the sum of their Gram matrices is
one. Three ways, the cheapest first: a bound of that eigenvalue over every set of so few units; sets grown from each block on,
by what lies most in it, the blocks that have most of that, what lies most in these, and so on (a power method with a hard
threshold); and taking each block in or out, as far as the work allows. Single blocks are held to be safe by `bounds` in either
case.

References
----------
Yuan and Zhang (2013), Journal of Machine Learning Research 14, truncated power method for sparse eigenvectors.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.disclosure.blocks import ALONE, Blocks
from impact.disclosure.grown import grown_in

BRANCH = 5_000_000  # products of numbers that a branch costs at least
MOST_WORK = 20_000_000  # of them: a few hundredths of a second
MOST_COMMON = 100_000_000  # of them, for bounds: with more, sets are grown and nothing else
SQUARED = 4  # times, a matrix: then its largest eigenvalue stands out
GROWTHS = 2  # of a set from a block
POWERS = 8  # of a Gram matrix: then its longest direction is near enough
TINY = 1e-300


def few_in(inside: Floats, blocks: Blocks, fewest: int) -> Floats | None:
    """Search vectors (d, s) in each period by itself where who is observed changes, then in all.

    Then a block counts by the most units of its columns.
    """
    if blocks.vary:
        for period, alone in _living_in_periods(inside, blocks.period):
            here = blocks.period == period
            found = _fewest(alone @ inside[:, here], blocks.only(here), fewest)
            if found is not None:
                whole = np.zeros(len(here))
                whole[here] = found
                return whole
    return _fewest(inside, blocks, fewest)


def _living_in_periods(inside: Floats, period: Integers) -> Iterator[tuple[int, Floats]]:
    """Yield each period in which combinations live with the newest vector in them, and those (k, d), the newest last."""
    periods, gram = _grams(inside, period)
    reach = _reach_one(gram)
    for at, inner in zip(periods[reach], gram[reach], strict=True):
        squares, vectors = np.linalg.eigh(inner)
        vectors = vectors[:, squares > 1 - ALONE**2]
        if np.linalg.norm(vectors[-1]) > ALONE:
            turn, _ = np.linalg.qr(vectors[-1][:, None], mode="complete")
            yield int(at), (vectors @ turn[:, ::-1]).T


def _grams(space: Floats, of_column: Integers) -> tuple[Integers, Floats]:
    """Return the numbers of groups of columns, (B,), and Gram matrices of vectors (d, s) on each, (B, d, d)."""
    number, group = np.unique(of_column, return_inverse=True)
    padded = np.concatenate([space, np.zeros((len(space), 1))], axis=1)
    each = np.moveaxis(padded[:, _padded(group, len(number))], 1, 0)
    return number, each @ each.transpose(0, 2, 1)


def _reach_one(gram: Floats) -> Mask:
    """Whether the largest eigenvalue of matrices (n, d, d) may be one: not where the sum of all to a high power is less."""
    reach = np.ones(len(gram), dtype=bool)
    power = gram
    for squared in range(1, SQUARED + 1):
        power = power @ power
        still = np.einsum("nij,nij->n", power, power) > (1 - ALONE) ** 2 ** (squared + 1)
        reach[reach] = still
        power = power[still]
    return reach


@dataclass(frozen=True, eq=False)
class _Parts:
    """B blocks as Gram matrices of e directions among D vectors: all of a vector that lies in a block.

    Attributes
    ----------
    units : ndarray of int, (B,)
        The most of its columns.
    gram : ndarray, (B, e, e)
    axes : ndarray, (D, e)
        The directions, of length one.
    """

    units: Integers
    gram: Floats
    axes: Floats

    @classmethod
    def of(cls, space: Floats, blocks: Blocks) -> "_Parts":
        block, gram = _grams(space, blocks.of_column)
        return cls(blocks.largest()[block], gram, np.eye(len(space)))

    def without(self, block: int) -> "_Parts":
        """Keep the directions that are zero in a block."""
        squares, vectors = np.linalg.eigh(self.gram[block])
        turn = vectors[:, squares < ALONE**2]
        return _Parts(self.units, turn.T @ self.gram @ turn, self.axes @ turn)

    def in_common(self) -> Floats:
        """Inner products of Gram matrices, (B, B): squared Frobenius norms of what each two blocks have in common."""
        flat = self.gram.reshape(len(self.gram), -1)
        return np.asarray(flat @ flat.T)

    def newest(self) -> Floats:
        """Return the direction nearest to the newest vector, (D,)."""
        along = self.axes @ self.axes[-1]
        return np.asarray(along / np.linalg.norm(along))

    def lying_in(self, vectors: Floats, fewest: int) -> Mask:
        """Return the sets (n, B), each once, of the blocks that have most of each vector (k, e), while units are few."""
        flat = self.gram.reshape(len(self.gram), -1)
        outer = (vectors[:, :, None] * vectors[:, None, :]).reshape(len(vectors), -1)
        order = np.argsort(-(outer @ flat.T), axis=1, kind="stable")
        sets = np.zeros(order.shape, dtype=bool)
        np.put_along_axis(sets, order, np.cumsum(self.units[order], axis=1) < fewest, axis=1)
        return np.array(list({one.tobytes(): one for one in sets}.values()))

    def sums(self, sets: Mask) -> Floats:
        """Add up the Gram matrices of the blocks of each set (n, B), (n, e, e)."""
        side = self.gram.shape[1]
        return (sets @ self.gram.reshape(len(self.gram), -1)).reshape(-1, side, side)

    def most(self, norm: Floats, taken: frozenset[int], left: int) -> float:
        """Bound the share of a vector that lies in the taken blocks and others of so many units that are left.

        The largest eigenvalue of a positive matrix is at most the largest sum of the norms of a row of its blocks
        (Gershgorin). Below one, no vector lives in so few units alone.
        """
        spent = self.units.copy()
        spent[sorted(taken)] = 0
        some = np.flatnonzero(spent <= left)
        own = norm[some, some]
        other = norm - np.diag(np.diag(norm))
        return float((own + self._filled(other[some], taken, left - spent[some])).max(initial=0.0))

    def _filled(self, value: Floats, taken: frozenset[int], left: Integers) -> Floats:
        """The most that sets of blocks are worth, (n,): taken ones and others of at most ``left`` units, each (n, B)."""
        start = value[:, sorted(taken)].sum(axis=1)[:, None]
        limit = int(left.max(initial=0))
        best = np.repeat(start, limit + 1, axis=1)
        free = np.ones(len(self.units), dtype=bool)
        free[sorted(taken)] = False
        for n in np.unique(self.units[free & (self.units <= limit)]):
            some = value[:, free & (self.units == n)]
            worth = -np.sort(-some, axis=1)[
                :, : limit // n
            ]  # of as many units the dearest come first
            for each in worth.T:  # in this order, so each follows those before it
                best[:, n:] = np.maximum(best[:, n:], best[:, :-n] + each[:, None])
        return np.asarray(best[np.arange(len(best)), left])


def _padded(of_column: Integers, number: int) -> Integers:
    """Return the columns of each block, (B, w), filled up with the number of all columns."""
    width = np.bincount(of_column, minlength=number)
    order = np.argsort(of_column, kind="stable")
    place = np.arange(len(order)) - np.repeat(np.cumsum(width) - width, width)
    columns = np.full((number, width.max(initial=0)), len(of_column))
    columns[of_column[order], place] = order
    return columns


def _fewest(inside: Floats, blocks: Blocks, fewest: int) -> Floats | None:
    """Search vectors (d, s) for a combination on fewer units than allowed, by taking each block in or out."""
    if (len(np.unique(blocks.of_column)) * len(inside)) ** 2 > MOST_COMMON:
        return grown_in(inside, blocks, fewest)
    ahead: list[tuple[_Parts, frozenset[int]]] = [(_Parts.of(inside, blocks), frozenset())]
    work = 0
    while ahead:
        here, taken = ahead.pop()
        left = fewest - 1 - int(sum(here.units[one] for one in taken))
        if not here.axes.size or np.linalg.norm(here.axes[-1]) < ALONE:
            continue
        filled = np.flatnonzero(np.trace(here.gram, axis1=1, axis2=2) > ALONE**2)
        if int(here.units[filled].sum()) < fewest:
            return np.asarray(here.newest() @ inside)
        norm = np.sqrt(np.maximum(here.in_common(), 0.0))
        if here.most(norm, taken, left) < 1 - ALONE:
            continue
        if not work:
            found = _grown(here, fewest)
            if found is not None:
                return np.asarray(found @ inside)
        work += BRANCH + here.gram.size * here.gram.shape[1]
        if work > MOST_WORK:
            return None
        open_blocks = [int(block) for block in filled if block not in taken]
        block = max(open_blocks, key=lambda one: (here.units[one], -one))
        if here.units[block] <= left:
            ahead.append((here, taken | {block}))
        ahead.append((here.without(block), taken))
    return None


def _grown(parts: _Parts, fewest: int) -> Floats | None:
    """Search from each block on: what lies most in it, the blocks that have most of that, while units are few, and again."""
    longest = np.ones(parts.gram.shape[:2])
    for _ in range(POWERS):
        longest = (parts.gram @ longest[:, :, None])[:, :, 0]
        longest /= np.maximum(np.linalg.norm(longest, axis=1, keepdims=True), TINY)
    for _ in range(GROWTHS):
        sets = parts.lying_in(longest, fewest)
        squares, vectors = np.linalg.eigh(parts.sums(sets))
        one = np.flatnonzero(squares[:, -1] > (1 - ALONE) ** 2)
        if len(one):
            return np.asarray(parts.axes @ vectors[one[0], :, -1])
        longest = vectors[:, :, -1]
    return None
