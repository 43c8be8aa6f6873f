"""A twin that keeps each cell's mean path and, in the released directions, its scatter: exact for whatever lies in them.

With n units, mean path m, deviations D (n x T), orthonormal released directions B (T x q) and noise E (n x T), centred,

    twin = m + E (I - B B') + X R B',        X = orthonormal basis of E B (n x q),        R'R = B' D' D B,

so that the twin's mean is m and its scatter in the directions B' (twin - m)' (twin - m) B = R' X' X R = B' D' D B. Columns of X
sum to zero as those of E do. It is a function of m, B' D' D B, the pooled covariance and noise alone.

References
----------
Langsrud (2019), Information preserving regression-based tools for statistical disclosure control, Statistics and Computing 29:
the same for least squares of independent rows.
"""

import numpy as np

from impact.arrays import Floats

SAME = 1e-10  # singular values below this share of the largest are rounding


def directions(rows: Floats) -> Floats:
    """Return an orthonormal basis (T, q) of what some linear forms (k, T) take of a path."""
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled = rows / np.where(size > 0, size, 1.0)
    _, values, vectors = np.linalg.svd(scaled, full_matrices=False)
    return np.asarray(vectors[values > SAME].T)


def directions_allowed(n: int, n_periods: int) -> int:
    """Return how many directions of n units' paths may leave.

    All of them where n - 1 >= T + 10; elsewhere half of the n - 1 dimensions that the deviations have, so that who knows as
    many periods of one path as there are directions meets a scatter with room for many others.
    """
    return n_periods if n - 1 >= n_periods + 10 else (n - 1) // 2


def twin_of_cell(paths: Floats, basis: Floats, noise: Floats) -> Floats:
    """Return synthetic paths (n, T) with the mean of ``paths`` (n, T) and their scatter in the directions ``basis`` (T, q).

    ``noise`` (n, T) is drawn from the pooled covariance.
    """
    mean = paths.mean(axis=0)
    E = noise - noise.mean(axis=0)
    scatter = basis.T @ (paths - mean).T @ (paths - mean) @ basis
    values, vectors = np.linalg.eigh(scatter)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    X = np.linalg.qr(E @ basis)[0]
    return np.asarray(mean + (E - E @ basis @ basis.T) + X @ root @ basis.T)
