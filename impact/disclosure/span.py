"""The span of equations that are out, built up one by one, and whether a combination of them rests on too few units.

Equations are rows over columns (one for each block of units and period). All that may be asked is laid out once in an
orthonormal frame Q (m, p); after it an equation is its m coordinates. Combinations that leave out every column of a large block
live in the null space of H = Q_large Q_large'. Of the vectors that are out and none of whose combinations does, the
Cholesky factor of their Gram matrix in H (less a tolerance) is kept: one more vector either extends the factor, or has no
square root left and so brings one direction of small blocks alone, which `few` searches.
"""

from copy import copy

import numpy as np
from scipy.linalg import qr, solve_triangular

from impact.arrays import Floats, Integers
from impact.disclosure.blocks import ALONE, Blocks
from impact.disclosure.few import few_in
from impact.one_thread import one_thread

INDEPENDENT = 1e-7  # of a row's length: what is left below it is rounding


def independent_of(basis: Floats, rows: Floats) -> Floats:
    """Return orthonormal vectors (k, p) that rows (m, p) add to an orthonormal basis (r, p)."""
    length = np.linalg.norm(rows, axis=1)
    rows = rows[length > 0] / length[length > 0, None]
    if not len(rows):
        return rows
    for _ in range(2):  # once leaves rounding in what is nearly dependent
        rows = rows - (rows @ basis.T) @ basis
    found, triangle, _ = qr(rows.T, mode="economic", pivoting=True, check_finite=False)
    return np.asarray(found.T[np.abs(np.diagonal(triangle)) > INDEPENDENT])


class Span:
    """What equations tell together.

    Arrays are filled from the first row on and never written again below, so a shallow copy stays what it was.

    Parameters
    ----------
    rows : ndarray, (n, p)
        All equations that may be told.
    blocks : Blocks
        Of the columns.
    fewest : int
        Units on which every combination must rest.
    """

    @one_thread()
    def __init__(self, rows: Floats, blocks: Blocks, fewest: int) -> None:
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        frame, self._coordinates = np.linalg.qr((rows / np.where(length > 0, length, 1.0)).T)
        self._frame = frame.T
        self._small = blocks.small(fewest)
        self._blocks, self._fewest = blocks.only(self._small), fewest
        large = self._frame[:, ~self._small]
        self._in_large = large @ large.T
        m = len(self._frame)
        self._told, self._other, self._factor = (np.zeros((m, m)) for _ in range(3))
        self._inside = np.zeros((m, int(self._small.sum())))
        self._turned = np.zeros((m, m))
        self._n_told = self._n_other = self._n_inside = 0

    @property
    def basis(self) -> Floats:
        """An orthonormal basis of what is told, (r, p)."""
        return np.asarray(self._told[: self._n_told] @ self._frame)

    @one_thread()
    def with_rows(self, rows: Integers) -> "Span":
        """Tell some of the equations too."""
        span = copy(self)
        for row in rows:
            span._tell(self._coordinates[:, row])
        return span

    @one_thread()
    def few_alone(self, *, beyond: "Span") -> Floats | None:
        """Return a combination (p,) that rests on too few units, or None; what ``beyond`` tells is known to have none."""
        for at in range(beyond._n_inside, self._n_inside):
            found = few_in(self._inside[: at + 1], self._blocks, self._fewest)
            if found is not None:
                combination = np.zeros(len(self._small))
                combination[self._small] = found
                return combination
        return None

    @one_thread()
    def made_of(self, combination: Floats, rows: Integers) -> Floats:
        """Return the weights of equations in a combination (p,), each as if it had length one."""
        held = self._frame @ combination
        return np.asarray(np.linalg.lstsq(self._coordinates[:, rows], held, rcond=None)[0])

    def _tell(self, row: Floats) -> None:
        vector = _apart(row, self._told[: self._n_told])
        if vector is None:
            return
        self._told[self._n_told] = vector
        self._n_told += 1
        k = self._n_other
        seen = self._in_large @ vector
        factor = self._factor[:k, :k]
        beside = solve_triangular(factor, self._other[:k] @ seen, lower=True, check_finite=False)
        left = float(vector @ seen - beside @ beside) - ALONE**2
        if left > 0:
            self._other[k], self._factor[k, :k], self._factor[k, k] = vector, beside, np.sqrt(left)
            self._n_other += 1
            return
        weights = solve_triangular(factor.T, beside, lower=False, check_finite=False)
        alone = _apart(vector - weights @ self._other[:k], self._turned[: self._n_inside])
        if alone is not None:
            self._turned[self._n_inside] = alone
            self._inside[self._n_inside] = (alone @ self._frame)[self._small]
            self._n_inside += 1


def _apart(row: Floats, basis: Floats) -> Floats | None:
    """Return what a row adds to an orthonormal basis, of length one; None where it adds nothing."""
    before = float(np.linalg.norm(row))
    for _ in range(2):  # once leaves rounding in what is nearly dependent
        row = row - (basis @ row) @ basis
    length = float(np.linalg.norm(row))
    return row / length if length > INDEPENDENT * before else None
