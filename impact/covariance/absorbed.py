"""Effects taken out of rows exactly, without a column for each: one set (units), or two (units and state x year).

With A the larger set's weights by level, B the smaller one's, C their joint weights (a x b) and w those of rows, the effects of
values v solve::

    S beta  = sum_b(w v) - C' A^-1 sum_a(w v),    S = B - C' A^-1 C
    alpha   = A^-1 (sum_a(w v) - C beta)

S has as many rows as the smaller set has levels and is sparse: states are blocks of their own unless units move. It loses one
rank for each set of levels that no unit connects with the rest; one level of each is fixed at zero. With d_i the row of S's
right-hand side that row i makes, (e_b - C_a / A_a), a row's leverage is w_i (1 / A_a + d_i' S^- d_i).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.errors import NotAvailableError

PASSES = 2  # the second takes out what rounding left of the first
MOST_LEVELS = 6_000  # of the smaller set, where its inverse is needed: 300 MB


@dataclass(frozen=True)
class Absorbed:
    """One or two sets of effects of n rows.

    Attributes
    ----------
    sets : tuple of ndarray of int, each (n,)
        Level of each row, from 0 without holes.
    root : ndarray, (n,)
        Roots of the rows' weights.
    """

    sets: tuple[Integers, ...]
    root: Floats

    @classmethod
    def of(cls, codes: tuple[Integers, ...], root: Floats) -> "Absorbed":
        """Number the levels of one or two sets anew, the larger set first."""
        if not 1 <= len(codes) <= 2:
            raise NotAvailableError(
                "effects of more than two sets: join two of them into one grouping"
            )
        sets = [np.unique(code, return_inverse=True)[1].astype(np.int64) for code in codes]
        return cls(tuple(sorted(sets, key=lambda code: -code.max(initial=0))), root)

    def residual(self, values: Floats) -> Floats:
        """Take the effects out of columns (n, c) that are already multiplied by the roots of the weights."""
        for _ in range(PASSES if len(self.sets) > 1 else 1):
            values = self._once(values)
        return values

    def _once(self, values: Floats) -> Floats:
        first = self.sets[0]
        weighed = values * self.root[:, None]
        by_first = _sums(weighed, first, len(self._size))
        if len(self.sets) == 1:
            return np.asarray(values - (by_first / self._size[:, None])[first] * self.root[:, None])
        second = self.sets[1]
        right = _sums(weighed, second, self._n_second) - self._share.T @ by_first
        beta = np.zeros(right.shape)
        beta[self._free] = self._solve(right[self._free])
        alpha = by_first / self._size[:, None] - self._share @ beta
        return np.asarray(values - (alpha[first] + beta[second]) * self.root[:, None])

    def leverage(self) -> Floats:
        """Diagonal of the projection on the effects, (n,).

        Raises
        ------
        NotAvailableError
            When the smaller set has too many levels.
        """
        first = self.sets[0]
        if len(self.sets) == 1:
            return np.asarray(self.root**2 / self._size[first])
        if self._n_second > MOST_LEVELS:
            raise NotAvailableError(
                f"HC2 and HC3 with {self._n_second} grouped period effects: use HC1, or cluster"
            )
        second = self.sets[1]
        inverse = np.zeros((self._n_second, self._n_second))
        inverse[np.ix_(self._free, self._free)] = self._solve(np.eye(len(self._free)))
        along = np.asarray(self._share @ inverse)
        own = np.asarray(self._share.multiply(along).sum(axis=1)).ravel()
        quadratic = inverse.diagonal()[second] - 2 * along[first, second] + own[first]
        return np.asarray(self.root**2 * (1 / self._size[first] + quadratic))

    def without_rank(self) -> int:
        """Dimensions that the sets have in common: one for each part of the panel that no unit connects with the rest."""
        return 0 if len(self.sets) == 1 else self._n_second - len(self._free)

    @cached_property
    def _size(self) -> Floats:
        return np.asarray(np.bincount(self.sets[0], weights=self.root**2), dtype=float)

    @property
    def _n_second(self) -> int:
        return int(self.sets[1].max()) + 1

    @cached_property
    def _share(self) -> Any:
        """C / A, sparse (a, b): of a level's weight, the part in each level of the other set."""
        from scipy.sparse import csr_array

        weight = self.root**2 / self._size[self.sets[0]]
        return csr_array(
            (weight, (self.sets[0], self.sets[1])), shape=(len(self._size), self._n_second)
        )

    @cached_property
    def _schur(self) -> Any:
        """S, sparse (b, b)."""
        from scipy.sparse import csc_array, diags_array

        weight = np.bincount(self.sets[1], weights=self.root**2)
        joint = diags_array(self._size) @ self._share
        return csc_array(diags_array(weight) - self._share.T @ joint)

    @cached_property
    def _free(self) -> Integers:
        """Levels of the smaller set that are not fixed at zero."""
        from scipy.sparse.csgraph import connected_components

        part = connected_components(self._schur, directed=False)[1]
        fixed = np.unique(part, return_index=True)[1]
        return np.setdiff1d(np.arange(self._n_second), fixed)

    @cached_property
    def _solve(self) -> Callable[[Floats], Floats]:
        from scipy.sparse.linalg import splu

        if not len(self._free):
            return lambda right: right
        among = self._schur[self._free][:, self._free].tocsc()
        options = {"SymmetricMode": True}
        factors = splu(among, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
        return lambda right: np.asarray(factors.solve(np.ascontiguousarray(right)))


def _sums(values: Floats, code: Integers, n_levels: int) -> Floats:
    """Sums (levels, c) of rows (n, c) by code."""
    return np.column_stack(
        [np.bincount(code, weights=column, minlength=n_levels) for column in values.T]
    )
