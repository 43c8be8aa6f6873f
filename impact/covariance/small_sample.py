"""Small-sample factors of variances, and who counts in them: once, for the whole house.

With G clusters, n observations and K counted parameters::

    CRV0                 1
    CRV1                 G/(G-1) (n-1)/(n-K)
    CRV3 (jackknife)     (G-1)/G
    two-way              CRV1 with the smaller G
    HC1                  n/(n-K)
    homoskedastic        s2 = sum of squared residuals / (n-K)

K counts the coefficients, the constant, and of each set of effects all levels but one; sets of effects nested in the clusters
(units in clusters of whole units, periods in clusters of periods) are not counted: fixest's default.
"""

from collections.abc import Iterable
from typing import overload

import numpy as np

from impact.arrays import Floats, Integers
from impact.errors import NotIdentifiedError


def counted(coefficients: int, *, levels: Iterable[int]) -> int:
    """Return K of a regression with effects: coefficients, the constant, and all levels but one of each set not nested.

    Parameters
    ----------
    coefficients : int
        Regressors, the constant not among them.
    levels : iterable of int
        Levels of each set of effects that is not nested in the clusters; all sets where there are no clusters.
    """
    return coefficients + 1 + sum(size - 1 for size in levels)


def nested(effects: Integers, clusters: Integers) -> bool:
    """Return whether every level of the effects (n,) lies in one cluster (n,)."""
    order = np.lexsort((clusters, effects))
    same_effect = np.diff(effects[order]) == 0
    return not bool(np.any(np.diff(clusters[order])[same_effect]))


def crv1_factor(n_clusters: float, *, n_obs: float, n_counted: float) -> float:
    """Return G/(G-1) x (n-1)/(n-K).

    Raises
    ------
    NotIdentifiedError
        With fewer than two clusters, or no more observations than counted parameters.

    References
    ----------
    Cameron and Miller (2015), Journal of Human Resources 50(2), eq. 12.
    """
    return cluster_factor(n_clusters) * (n_obs - 1) / residual_df(n_obs, n_counted=n_counted)


@overload
def cluster_factor(n_clusters: float) -> float: ...


@overload
def cluster_factor(n_clusters: Floats) -> Floats: ...


def cluster_factor(n_clusters: float | Floats) -> float | Floats:
    """Return G/(G-1): what a sum of G squared deviations from their own mean falls short by.

    Raises
    ------
    NotIdentifiedError
        With fewer than two clusters.
    """
    if np.any(np.asarray(n_clusters) < 2):
        raise NotIdentifiedError(
            "a clustered standard error needs at least two clusters; cluster by a finer column, or by unit"
        )
    return n_clusters / (n_clusters - 1)


def jackknife_factor(n_clusters: float) -> float:
    """Return (G-1)/G of the sum over left-out clusters.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2), eq. 11.
    """
    return 1 / cluster_factor(n_clusters)


def jackknife_factors(counts: Floats) -> Floats:
    """Return (n-1)/n for each of several counts; zero where there is one, which nothing can be left out of."""
    return np.asarray(1 - 1 / counts)


def hotelling_factor(n_clusters: float, *, n_restrictions: int) -> float:
    """Return (G-1)/(G-q), by which a covariance of q means grows so that their Wald statistic over q is F with (q, G-q) df.

    References
    ----------
    Hotelling (1931), Annals of Mathematical Statistics 2(3).
    """
    return (n_clusters - 1) / residual_df(n_clusters, n_counted=n_restrictions)


def hc1_factor(n_obs: float, *, n_counted: float) -> float:
    """Return n/(n-K)."""
    return n_obs / residual_df(n_obs, n_counted=n_counted)


def residual_variance(squares: float, *, n_obs: float, n_counted: float) -> float:
    """Return the variance of homoskedastic errors from the sum of (weighted) squared residuals."""
    return squares / residual_df(n_obs, n_counted=n_counted)


def residual_df(n_obs: float, *, n_counted: float) -> float:
    """Return n-K.

    Raises
    ------
    NotIdentifiedError
        When nothing is left.
    """
    free = n_obs - n_counted
    if free <= 0:
        raise NotIdentifiedError(
            f"{n_obs:g} observations leave no degrees of freedom for a standard error of {n_counted:g} parameters; "
            "use more periods or units, or fewer regressors"
        )
    return free


def cluster_df(n_clusters: float) -> float:
    """Return G-1, the degrees of freedom of the t distribution."""
    return float(n_clusters - 1)


def stretch_without_own(count: Floats) -> Floats:
    """Return n/(n-1), by which a deviation from the mean of n grows when its own part leaves the mean; NaN for n = 1."""
    return np.asarray(np.where(count > 1, cluster_factor(np.maximum(count, 2.0)), np.nan))
