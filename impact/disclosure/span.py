"""The span of equations that are out, and whether a combination of them rests on too few units.

Equations are rows over columns (one for each block of units and period). The combinations that leave out every column of a
large block are the vectors of the span that live in the columns of small blocks alone: with an orthonormal basis Q of the span
they are the right singular vectors of Q's small columns with singular value one. Among those, one that rests on few units is
searched by taking blocks in and out, to the end where the tree is small, and held to be there where it is not.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr

from impact.arrays import Floats, Integers, Mask
from impact.one_thread import one_thread

INDEPENDENT = 1e-7  # of a row's length: what is left below it is rounding
ALONE = 1e-3  # of a combination's length may lie in large blocks: less hides nothing
MOST_BRANCHES = 20_000


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of units, and the columns of each.

    Attributes
    ----------
    of_column : ndarray of int, (p,)
    units : ndarray of int, (p,)
        Units whose outcome a column is about: of a block, those observed, or whose outcome was moved.
    """

    of_column: Integers
    units: Integers

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
    _, values, right = np.linalg.svd(basis[:, small], full_matrices=False)
    inside = right[values > 1 - ALONE**2 / 2]
    parts = _Parts.of(blocks.of_column[small], blocks.units[small])
    found = _fewest(inside, parts, fewest)
    if found is None:
        return None
    combination = np.zeros(basis.shape[1])
    combination[small] = found
    return combination


@dataclass(frozen=True, eq=False)
class _Parts:
    """The columns of each of B small blocks, (B, w), filled up with a column past the last, which is zero.

    A block counts by the fewest units of its columns.
    """

    columns: Integers
    units: Integers

    @classmethod
    def of(cls, of_column: Integers, units: Integers) -> "_Parts":
        block, width = np.unique(of_column, return_counts=True)
        columns = np.full((len(block), width.max()), len(of_column))
        for at, one in enumerate(block):
            columns[at, : width[at]] = np.flatnonzero(of_column == one)
        fewest = [units[of_column == one].min() for one in block]
        return cls(columns, np.array(fewest, dtype=np.int64))

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
        best = np.full(left + 1, float(sum(share[one] for one in taken)))  # by units spent, at most
        for block, (n, each) in enumerate(zip(self.units.tolist(), share.tolist(), strict=True)):
            if n <= left and block not in taken:
                best[n:] = np.maximum(best[n:], best[: left + 1 - n] + each)
        return float(best[-1])


def _fewest(inside: Floats, parts: _Parts, fewest: int) -> Floats | None:
    """Search vectors (d, s) for a combination on fewer units than allowed: each block is in it or not."""
    ahead: list[tuple[Floats, frozenset[int]]] = [(inside, frozenset())]
    branches = 0
    while ahead:
        space, taken = ahead.pop()
        share = parts.shares(space)
        left = fewest - 1 - int(sum(parts.units[one] for one in taken))
        if not len(space) or parts.most(share, taken, left) < 1 - ALONE:
            continue
        branches += 1
        filled = np.flatnonzero(share > ALONE**2)
        if branches > MOST_BRANCHES or int(parts.units[filled].sum()) < fewest:
            return np.asarray(space[0])
        open_blocks = [int(block) for block in filled if block not in taken]
        block = max(open_blocks, key=lambda one: (parts.units[one], -one))
        if parts.units[block] <= left:
            ahead.append((space, taken | {block}))
        columns = parts.columns[block]
        ahead.append((_without(space, columns[columns < space.shape[1]]), taken))
    return None


def _without(space: Floats, columns: Integers) -> Floats:
    """Return an orthonormal basis of the vectors of a space that are zero in some columns."""
    left, values, _ = np.linalg.svd(space[:, columns], full_matrices=True)
    rank = int((values > ALONE).sum())
    return np.asarray(left[:, rank:].T @ space)
