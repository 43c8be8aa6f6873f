"""Covariances of unit scores that allow for neighbours: by distance (Conley), or by two sets of clusters."""

from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import cluster_factor
from impact.errors import NotAvailableError

Kernel = Literal["uniform", "bartlett"]
EARTH_KM = 6371.0088  # mean radius (IUGG)


def conley(
    scores: Floats,
    latitude: Floats,
    longitude: Floats,
    *,
    cutoff_km: float,
    kernel: Kernel = "bartlett",
) -> Floats:
    """Return the covariance of estimates whose units' scores may be correlated up to a distance.

    Parameters
    ----------
    scores : ndarray, (N, k)
        Each unit's influence, summed over its periods (`Estimate.influence`).
    latitude, longitude : ndarray, (N,)
        In degrees.
    cutoff_km : float
        Beyond it units are independent.
    kernel : {"uniform", "bartlett"}
        Weight of a pair: one, or falling in a straight line to nothing at the cutoff.

    Returns
    -------
    ndarray, (k, k)
        With the uniform kernel not necessarily positive definite.

    Assumes
    -------
    Dependence fades with distance alone; distances are great circles.

    Raises
    ------
    NotAvailableError
        When a coordinate is missing.

    References
    ----------
    Conley (1999), Journal of Econometrics 92(1), eq. 3.13.
    """
    from scipy.spatial import cKDTree

    if np.isnan(latitude).any() or np.isnan(longitude).any():
        raise NotAvailableError(
            "Conley covariance: a unit has no coordinates; complete them or cluster by place instead"
        )
    lat, lon = np.radians(latitude), np.radians(longitude)
    place = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    chord = 2 * np.sin(min(cutoff_km / EARTH_KM, np.pi) / 2)
    pairs = cKDTree(place).query_pairs(chord, output_type="ndarray")
    own = scores.T @ scores
    if not len(pairs):
        return np.asarray(own)
    apart = np.linalg.norm(place[pairs[:, 0]] - place[pairs[:, 1]], axis=1)
    distance = 2 * EARTH_KM * np.arcsin(np.minimum(apart / 2, 1))
    weight = np.ones(len(pairs)) if kernel == "uniform" else 1 - distance / cutoff_km
    cross = (scores[pairs[:, 0]] * weight[:, None]).T @ scores[pairs[:, 1]]
    return np.asarray(own + cross + cross.T)


def two_way_clusters(scores: Floats, first: Integers, second: Integers) -> Floats:
    """Return the covariance with two sets of clusters: one plus the other less their intersection, each times G/(G-1).

    Parameters
    ----------
    scores : ndarray, (n, k)
        One row an observation or a unit.
    first, second : ndarray of int, (n,)

    References
    ----------
    Cameron, Gelbach and Miller (2011), Journal of Business and Economic Statistics 29(2), eq. 2.11, with the smaller number
    of clusters in every factor.
    """
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].ravel()
    smaller = min(len(np.unique(first)), len(np.unique(second)))
    total = sum(
        sign * _clustered(scores, code) for sign, code in ((1, first), (1, second), (-1, both))
    )
    return np.asarray(cluster_factor(smaller) * total)


def _clustered(scores: Floats, code: Integers) -> Floats:
    place = np.unique(code, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(place, weights=column) for column in scores.T])
    return np.asarray(sums.T @ sums)
