"""Square roots of scatters: rows whose cross-product a matrix is."""

import numpy as np

from impact.arrays import Floats, Integers
from impact.one_thread import one_thread

NULL_PIVOT = 1e-13  # of a period's variance: below it a pivot is rounding


@one_thread()
def scatter_root(scatter: Floats) -> tuple[Floats, Integers]:
    """Return rows (R, T) and their matrix (R,) whose cross-products are the matrices (B, T, T), zero rows left out.

    Cholesky for semi-definite matrices, all at once: a pivot that is rounding gives a row of zeros.
    """
    n_matrices, size = scatter.shape[:2]
    upper = np.zeros_like(scatter)
    tolerance = NULL_PIVOT * np.einsum("btt->bt", scatter)
    for j in range(size):
        row = scatter[:, j, j:] - np.einsum("bi,bik->bk", upper[:, :j, j], upper[:, :j, j:])
        pivot = row[:, 0]
        positive = pivot > tolerance[:, j]
        row /= np.sqrt(np.where(positive, pivot, 1.0))[:, None]
        upper[:, j, j:] = np.where(positive[:, None], row, 0.0)
    filled = np.diagonal(upper, axis1=1, axis2=2) > 0
    return upper[filled], np.repeat(np.arange(n_matrices), filled.sum(axis=1))
