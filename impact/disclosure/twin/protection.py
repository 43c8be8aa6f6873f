"""What is left to guess for who knows all but one period of a unit's path, and all that a twin is a function of.

Of a cell the mean path and the scatter S = B' D' D B of n units leave. A deviation d is possible for one of them if the other
n - 1 can have the rest, S - b b' - b b' / (n - 1) being positive semi-definite with b = B' d, that is if

    b' S^-1 b <= (n - 1) / n.

With every period of d known but t, b is a line in its unknown, so that the possible values are an interval: the chord that
the line cuts out of the ellipsoid. With q = n - 1 directions the inequality is an equation, and the path is known;
`directions_allowed` keeps q below that.

References
----------
Cox (1980), Suppression methodology and statistical disclosure control, JASA 75(370): protection as the width of what
is possible.
"""

import numpy as np

from impact.arrays import Floats

ENOUGH = 0.5  # standard deviations of the outcome that must remain possible


def farthest(paths: Floats, basis: Floats, *, non_negative: bool) -> Floats:
    """Return how far from the truth an outcome (n, T) may still be for who knows the unit's other periods.

    Parameters
    ----------
    paths : ndarray, (n, T)
        Of a cell's units.
    basis : ndarray, (T, q)
        The released directions; infinity in periods that none of them has.
    non_negative : bool
        Whether everybody knows that outcomes are not below zero.
    """
    n = len(paths)
    deviation = (paths - paths.mean(axis=0)) @ basis
    values, vectors = np.linalg.eigh(deviation.T @ deviation)
    kept = values > 1e-12 * max(float(values.max(initial=0.0)), 1e-300)
    whiten = vectors[:, kept] / np.sqrt(values[kept])
    at, along = deviation @ whiten, basis @ whiten
    slope = (along**2).sum(axis=1)[None, :]
    middle = at @ along.T
    room = (n - 1) / n - (at**2).sum(axis=1, keepdims=True)
    safe = np.where(slope > 0, slope, 1.0)
    half = np.sqrt(np.maximum(middle**2 + safe * room, 0.0)) / safe
    up, down = half - middle / safe, half + middle / safe
    if non_negative:
        down = np.minimum(down, paths)
    return np.where(slope > 1e-24, np.maximum(up, down), np.inf)
