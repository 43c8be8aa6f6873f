"""Observations that a Poisson regression predicts perfectly: zeros whose fitted mean falls to zero as a coefficient runs away.

A direction z = Z b separates observations where it is zero wherever the outcome is positive, never negative at zeros, and
positive at some of them: along -b the likelihood rises for ever, as these fitted means go to zero and no other changes. Such
observations say nothing of the coefficients that exist, so they are left out, and counted. What is zero wherever the outcome is
positive is the null space of these rows' cross-product, which is almost always empty; in it, the largest z between 0 and 1 is a
linear programme of a few variables.
"""

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.one_thread import one_thread

NULL = 1e-11  # share of the largest eigenvalue of columns scaled to unit length; rounding leaves about 1e-15
ABOVE = 1e-6  # of a direction whose largest value is one


@one_thread()
def separated(Z: Floats, y: Floats, unit: Integers | None) -> Mask:
    """Return which of n observations are separated.

    Parameters
    ----------
    Z : ndarray, (n, m)
        Columns, effects among them but for those of units.
    y : ndarray, (n,)
    unit : ndarray of int, (n,), optional
        Units that have effects; each must have a positive outcome.

    References
    ----------
    Correia, Guimaraes and Zylkin (2019), arXiv 1903.01633, sec. 3, proposition 1 and theorem 2.
    """
    found = np.zeros(len(y), dtype=bool)
    while True:
        left = np.flatnonzero(~found)
        more = _separated_once(Z[left], y[left], None if unit is None else unit[left])
        if not more.any():
            return found
        found[left[more]] = True


def _separated_once(Z: Floats, y: Floats, unit: Integers | None) -> Mask:
    positive = y > 0
    if positive.all():
        return np.zeros(len(y), dtype=bool)
    if unit is not None:
        Z = (
            Z - Z[_a_positive_one(positive, unit)[unit]]
        )  # unit effects follow from what is zero there
    Z = Z / np.maximum(np.sqrt((Z**2).sum(axis=0)), np.finfo(float).tiny)
    null = _null_space(Z[positive])
    if not null.size:
        return np.zeros(len(y), dtype=bool)
    ahead = Z[~positive] @ null
    ahead = ahead[:, np.abs(ahead).max(axis=0, initial=0) > np.sqrt(NULL)]  # the rest are collinear
    found = np.zeros(len(y), dtype=bool)
    if ahead.size:
        found[~positive] = _furthest(ahead) > ABOVE
    return found


def _a_positive_one(positive: Mask, unit: Integers) -> Integers:
    """Place of an observation with a positive outcome, by unit."""
    place = np.zeros(int(unit.max()) + 1, dtype=np.int64)
    at = np.flatnonzero(positive)
    place[unit[at]] = at
    return place


def _null_space(Z: Floats) -> Floats:
    values, vectors = np.linalg.eigh(Z.T @ Z)
    return np.asarray(vectors[:, values <= NULL * max(float(values[-1]), NULL)])


def _furthest(ahead: Floats) -> Floats:
    """The direction with the largest sum among those between zero and one, at the observations that are zero."""
    from scipy.optimize import linprog

    found = linprog(
        -ahead.sum(axis=0),
        A_ub=np.vstack([ahead, -ahead]),
        b_ub=np.r_[np.ones(len(ahead)), np.zeros(len(ahead))],
        bounds=(None, None),
    )
    return np.asarray(ahead @ found.x if found.status == 0 else np.zeros(len(ahead)))
