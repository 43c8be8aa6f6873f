"""The door for standard errors and moments: what they tell of spreads, by direction of units' paths.

A standard error is the sum over units of (b'y)^2, y the path as a deviation: linear in each block's scatter of paths with
weights b b', T(T + 1)/2 columns a block. Two rules follow. No combination of such sums may be about too few units, as of
sums of outcomes. And where combinations tell the products of all pairs of q directions of a pool of n units (q(q + 1)/2 of
them), each unit of the pool is held to an ellipsoid in q dimensions: as tight as a sphere of its own where q = n - 1, so that
who knows some periods of its path learns the rest. `Rules.directions` says how many may be told.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.disclosure.admission import Problem
from impact.disclosure.blocks import Blocks
from impact.disclosure.equations import Equations
from impact.disclosure.rules import Rules
from impact.disclosure.span import Span

APART = 1e-8  # of the largest: eigenvalues below it are rounding


class Spreads:
    """Standard errors and moments that are out.

    Parameters
    ----------
    equations : Equations
        Their directions, laid out by block and period; of earlier releases too, which are out already.
    """

    def __init__(self, equations: Equations, rules: Rules) -> None:
        self.equations, self.rules = equations, rules
        self._units = equations.blocks.largest()
        self._lifted, self._blocks = _lifted(equations, self._units)
        self._touched = np.abs(_by_block(equations)) > 0
        self.out = np.flatnonzero(equations.figure < 0)
        self._span = Span(self._lifted, self._blocks, rules.fewest).with_rows(self.out)

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""
        rows = self.equations.of_figures(figures)
        span = self._span.with_rows(rows)
        if span.few_alone(beyond=self._span) is not None:
            return Problem("solved", self.rules.fewest)
        every, basis = np.append(self.out, rows), span.basis
        for pool in _pools(self._touched[every]):
            allowed = self.rules.directions(int(self._units[pool].sum()))
            if self._told(pool, every, basis, allowed) > allowed:
                return Problem("directions", allowed)
        return None

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        rows = self.equations.of_figures(figures)
        self._span = self._span.with_rows(rows)
        self.out = np.append(self.out, rows)

    def _told(self, pool: Mask, every: Integers, basis: Floats, allowed: int) -> int:
        """Count the directions of which all products may be told of a pool of blocks, at most."""
        here = every[self._touched[every][:, pool].any(axis=1)]
        if _directions_of(len(here)) <= allowed:
            return 0
        within = pool[self._blocks.of_column]
        values = np.linalg.svd(basis[:, within], compute_uv=False)
        sums = int((values > 1 - APART).sum())
        paths = self.equations.matrix[np.ix_(here, pool[self.equations.blocks.of_column])]
        rank = int(np.linalg.matrix_rank(paths)) if sums else 0
        return min(_directions_of(sums), rank)


def _directions_of(sums: int) -> int:
    """The largest q whose q(q + 1)/2 products so many sums can tell."""
    return int((np.sqrt(8 * sums + 1) - 1) / 2)


def _by_block(equations: Equations) -> Floats:
    """The largest weight of each equation in each block, (m, B)."""
    found = np.zeros((len(equations.matrix), int(equations.blocks.of_column.max(initial=-1)) + 1))
    for block in range(found.shape[1]):
        columns = equations.blocks.of_column == block
        found[:, block] = np.abs(equations.matrix[:, columns]).max(axis=1, initial=0.0)
    return found


def _pools(touched: Mask) -> list[Mask]:
    """Return the sets of blocks (B,) that a sum may be about: those of each equation, and what is in one and not in another."""
    kinds = np.unique(touched, axis=0)
    pools = {pool.tobytes(): pool for pool in kinds}
    for one, other in combinations(kinds, 2):
        for apart in (one & ~other, other & ~one, one & other):
            pools[apart.tobytes()] = apart
    return [pools[key] for key in sorted(pools) if pools[key].any()]


def _lifted(equations: Equations, size: Integers) -> tuple[Floats, Blocks]:
    """Return each equation as weights of the products of periods within each block, or as fewer columns of the same products.

    Where a block has more pairs of periods than there are equations, the columns are a root of the matrix of what the
    equations have in common, (b'c)^2: all that a basis needs.
    """
    found, block = [np.zeros((len(equations.matrix), 0))], [np.zeros(0, dtype=np.int64)]
    blocks = equations.blocks
    for number, units in enumerate(size):
        paths = equations.matrix[:, blocks.of_column == number]
        first, second = np.triu_indices(paths.shape[1])
        if len(first) > len(paths):
            values, vectors = np.linalg.eigh((paths @ paths.T) ** 2)
            kept = values > APART**2 * max(values[-1], 1e-300)
            columns = vectors[:, kept] * np.sqrt(values[kept])
        else:
            twice = np.where(first < second, np.sqrt(2.0), 1.0)
            columns = paths[:, first] * paths[:, second] * twice
        found.append(columns * float(units))
        block.append(np.full(columns.shape[1], number, dtype=np.int64))
    of_column = np.concatenate(block)
    return np.concatenate(found, axis=1), Blocks(
        of_column, size[of_column], np.zeros_like(of_column)
    )
