"""The span of equations that are out, and whether a combination of them rests on too few units.

Equations are rows over columns (one for each block of units and period). The combinations that leave out every column of a
large block are the vectors of the span that live in the columns of small blocks alone: with an orthonormal basis Q of the span
they are the right singular vectors of Q's small columns with singular value one. Among those, one that rests on few units is
searched from each block on, with those that have most of what lies in it; where none is found so, by taking blocks in and
out as far as the work allows. (Single blocks are held to be safe by `bounds` in either case.)
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr

from impact.arrays import Floats, Integers, Mask
from impact.one_thread import one_thread

INDEPENDENT = 1e-7  # of a row's length: what is left below it is rounding
ALONE = 1e-3  # of a combination's length may lie in large blocks: less hides nothing
FEW_COLUMNS = 2  # of a block, which turning would hardly make fewer
BRANCH = 2_000_000  # products of numbers that a branch costs at least
MOST_WORK = 60_000_000  # of them: less than a second


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of units, and the columns of each.

    Attributes
    ----------
    of_column : ndarray of int, (p,)
    units : ndarray of int, (p,)
        Units whose outcome a column is about: of a block, those observed, or whose outcome was moved.
    period : ndarray of int, (p,)
    """

    of_column: Integers
    units: Integers
    period: Integers

    @property
    def vary(self) -> bool:
        """Whether a block has more units in some periods than in others."""
        return bool((self.units != self.largest()[self.of_column]).any())

    def only(self, columns: Mask) -> "Blocks":
        """Return some of the columns."""
        return Blocks(self.of_column[columns], self.units[columns], self.period[columns])

    def small(self, fewest: int) -> Mask:
        """The columns (p,) that are about too few units."""
        return np.asarray(self.units < fewest)

    def largest(self) -> Integers:
        """The units of each block, (B,), in the period in which they are most."""
        found = np.zeros(int(self.of_column.max(initial=-1)) + 1, dtype=np.int64)
        np.maximum.at(found, self.of_column, self.units)
        return found


@one_thread()
def with_rows(basis: Floats, rows: Floats) -> Floats:
    """Add rows (m, p) to an orthonormal basis (r, p)."""
    if not len(rows):
        return basis
    length = np.linalg.norm(rows, axis=1)
    rows = rows[length > 0] / length[length > 0, None]
    for _ in range(2):  # once leaves rounding in what is nearly dependent
        rows = rows - (rows @ basis.T) @ basis
    found, triangle, _ = qr(rows.T, mode="economic", pivoting=True, check_finite=False)
    independent = np.abs(np.diagonal(triangle)) > INDEPENDENT
    return np.concatenate([basis, found.T[independent]])


@one_thread()
def few_alone(basis: Floats, blocks: Blocks, fewest: int) -> Floats | None:
    """Return a combination (p,) of the span that rests on fewer units than allowed, or None."""
    small = blocks.small(fewest)
    if not small.any() or not len(basis):
        return None
    found = _in_periods(_living_in(basis, small), blocks.only(small), fewest)
    if found is None:
        return None
    combination = np.zeros(basis.shape[1])
    combination[small] = found
    return combination


def _living_in(space: Floats, columns: Mask) -> Floats:
    """Return the vectors of an orthonormal space that are zero but in some columns, on these alone."""
    _, values, right = np.linalg.svd(space[:, columns], full_matrices=False)
    return np.asarray(right[values > 1 - ALONE**2 / 2])


def _in_periods(inside: Floats, blocks: Blocks, fewest: int) -> Floats | None:
    """Search in each period by itself where who is observed changes, then in all, where a block counts by its most."""
    if blocks.vary:
        for period in np.unique(blocks.period):
            here = blocks.period == period
            alone = _living_in(inside, here)
            if not len(alone):
                continue
            found = _fewest(alone, _Parts.of(blocks.only(here)), fewest)
            if found is not None:
                whole = np.zeros(len(here))
                whole[here] = found
                return whole
    return _fewest(inside, _Parts.of(blocks), fewest) if len(inside) else None


@dataclass(frozen=True, eq=False)
class _Parts:
    """The columns of each of B small blocks, (B, w), filled up with a column past the last, which is zero.

    A block counts by the most units of its columns.
    """

    columns: Integers
    units: Integers

    @classmethod
    def of(cls, blocks: Blocks) -> "_Parts":
        block, of_column = np.unique(blocks.of_column, return_inverse=True)
        return cls(_padded(of_column, len(block)), blocks.largest()[block])

    def turned(self, space: Floats) -> tuple["_Parts", Floats]:
        """Give each block as many columns as a space (d, s) fills of it, at most d; return these and the turn (r, s) to them.

        Only how much of a vector lies in a block matters, so the columns of a block may be turned until most are empty.
        """
        axes, of_column = [], []
        for block, padded in enumerate(self.columns):
            own = padded[padded < space.shape[1]]
            _, size, right = np.linalg.svd(space[:, own], full_matrices=False)
            filled = right[size > INDEPENDENT]
            axes.append(np.zeros((len(filled), space.shape[1])))
            axes[-1][:, own] = filled
            of_column += [block] * len(filled)
        return _Parts(
            _padded(np.array(of_column, dtype=np.int64), len(self.units)), self.units
        ), np.concatenate(axes)

    def shares(self, space: Floats) -> Floats:
        """The largest share, squared, of a vector of the space (d, s) that can lie in each block, (B,)."""
        padded = np.concatenate([space, np.zeros((len(space), 1))], axis=1)[:, self.columns]
        inner = np.einsum("dbi,dbj->bij", padded, padded, optimize=True)
        return np.asarray(np.linalg.eigvalsh(inner)[:, -1])

    def most(self, share: Floats, taken: frozenset[int], left: int) -> float:
        """Bound the share of a vector that lies in the taken blocks and others of so many units that are left.

        The largest eigenvalue of a positive matrix is at most the sum of those of its diagonal blocks. Below one, no vector
        of the space lives in so few units alone.
        """
        return float(self._filled(share[None], taken, np.array([left]))[0])

    def closest(self, space: Floats, taken: frozenset[int], left: int) -> float:
        """Bound the same by rows of blocks, which is dearer and closer.

        Nor is it more than the largest sum of the norms of a row of blocks (Gershgorin), and the norm of a block is at most
        the root of its largest row sum times its largest column sum.
        """
        inner = np.abs(space.T @ space)
        padded = np.pad(inner, ((0, 1), (0, 1)))
        by_block = padded[:, self.columns].sum(axis=2)  # (s + 1, B)
        rows = by_block[self.columns].max(axis=1)  # (B, B)
        norm = np.sqrt(rows * rows.T)
        inside = np.isin(np.arange(len(norm)), list(taken))
        spent = np.where(inside, 0, self.units)
        some = np.flatnonzero(spent <= left)
        own = norm[some, some]
        norm[np.arange(len(norm)), np.arange(len(norm))] = 0.0
        return float((own + self._filled(norm[some], taken, left - spent[some])).max(initial=0.0))

    def _filled(self, value: Floats, taken: frozenset[int], left: Integers) -> Floats:
        """The most that sets of blocks are worth, (n,): taken ones and others of at most ``left`` units, each (n, B)."""
        best = np.repeat(value[:, sorted(taken)].sum(axis=1)[:, None], int(left.max()) + 1, axis=1)
        for block, n in enumerate(self.units.tolist()):
            if n < best.shape[1] and block not in taken:
                more = best[:, : best.shape[1] - n] + value[:, block, None]
                best[:, n:] = np.maximum(best[:, n:], more)
        return np.asarray(best[np.arange(len(best)), left])


def _padded(of_column: Integers, number: int) -> Integers:
    """Return the columns of each block, (B, w), filled up with the number of all columns."""
    width = np.bincount(of_column, minlength=number)
    columns = np.full((number, width.max(initial=0)), len(of_column))
    for block in range(number):
        columns[block, : width[block]] = np.flatnonzero(of_column == block)
    return columns


def _fewest(inside: Floats, parts: _Parts, fewest: int) -> Floats | None:
    """Search vectors (d, s) for a combination on fewer units than allowed, in as few columns as hold them."""
    if parts.columns.shape[1] <= FEW_COLUMNS:
        return _searched(inside, parts, fewest)
    parts, turn = parts.turned(inside)
    found = _searched(inside @ turn.T, parts, fewest)
    return None if found is None else np.asarray(found @ turn)


def _searched(inside: Floats, parts: _Parts, fewest: int) -> Floats | None:
    """Search by taking each block in or out."""
    ahead: list[tuple[Floats, frozenset[int]]] = [(inside, frozenset())]
    work = 0
    while ahead:
        space, taken = ahead.pop()
        share = parts.shares(space)
        left = fewest - 1 - int(sum(parts.units[one] for one in taken))
        if not len(space) or parts.most(share, taken, left) < 1 - ALONE:
            continue
        filled = np.flatnonzero(share > ALONE**2)
        if int(parts.units[filled].sum()) < fewest:
            return np.asarray(space[0])
        if parts.closest(space, taken, left) < 1 - ALONE:
            continue
        if not work and (found := _grown(inside, parts, fewest)) is not None:
            return found
        work += BRANCH + len(space) * space.shape[1] ** 2
        if work > MOST_WORK:
            return None
        open_blocks = [int(block) for block in filled if block not in taken]
        block = max(open_blocks, key=lambda one: (parts.units[one], -one))
        if parts.units[block] <= left:
            ahead.append((space, taken | {block}))
        columns = parts.columns[block]
        ahead.append((_without(space, columns[columns < space.shape[1]]), taken))
    return None


def _grown(inside: Floats, parts: _Parts, fewest: int) -> Floats | None:
    """Search from each block on: what lies most in it, then the blocks that have most of that, while units are few."""
    for block in np.flatnonzero(parts.units < fewest):
        own = parts.columns[block]
        own = own[own < inside.shape[1]]
        if not len(own):
            continue
        _, _, right = np.linalg.svd(inside[:, own], full_matrices=False)
        spread = (inside.T @ (inside[:, own] @ right[0])) ** 2
        worth = np.append(spread, 0.0)[parts.columns].sum(axis=1)
        worth[block] = np.inf
        order = np.argsort(-worth, kind="stable")
        some = order[np.cumsum(parts.units[order]) < fewest]
        columns = parts.columns[some].ravel()
        columns = columns[columns < inside.shape[1]]
        squares, left = np.linalg.eigh(inside[:, columns] @ inside[:, columns].T)
        if squares[-1] > (1 - ALONE) ** 2:
            return np.asarray(left[:, -1] @ inside)
    return None


def _without(space: Floats, columns: Integers) -> Floats:
    """Return an orthonormal basis of the vectors of a space that are zero in some columns."""
    squares, vectors = np.linalg.eigh(space[:, columns] @ space[:, columns].T)
    return np.asarray(vectors[:, squares < ALONE**2].T @ space)
