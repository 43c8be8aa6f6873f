"""Weighted least squares on rows, with the three covariances and their small-sample factors."""

from dataclasses import dataclass, field

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import (
    cluster_df,
    crv1_factor,
    hc1_factor,
    residual_df,
    residual_variance,
)
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.terms import Covariance

RANK_TOLERANCE = 1e-10  # relative to the largest diagonal of R in a column-scaled QR


@dataclass(frozen=True)
class LeastSquares:
    """A fitted regression: n rows, k coefficients.

    ``scores`` (n, k) hold each row's contribution to each coefficient; their outer products sum to the HC0 covariance.
    """

    names: list[str]
    coefficients: Floats
    vcov: Floats
    scores: Floats = field(repr=False)
    outcome: Floats = field(repr=False)
    cluster: Integers = field(repr=False)
    kind: Covariance
    factor: float
    df: float
    convention: str

    def covariance_of(self, scores: Floats) -> Floats:
        """Covariance of other combinations of the rows' scores (n, m), by the same convention."""
        if self.kind == "clustered":
            scores = sum_by(scores, self.cluster)
        return np.asarray(self.factor * scores.T @ scores)

    def unit_of_row(self, panel: Panel) -> Integers:
        """Unit of each row used; defined when every observation of the panel was used."""
        if len(panel.unit_index) != len(self.outcome):
            raise NotIdentifiedError(
                "rows were left out (transition periods): scores are not kept by unit"
            )
        return panel.unit_index


def least_squares(
    y: Floats, X: Floats, *, names: list[str], weight: Floats, cluster: Integers, vcov: Covariance
) -> LeastSquares:
    """Regress y (n,) on X (n, k).

    Raises
    ------
    NotIdentifiedError
        When columns of X are collinear.

    References
    ----------
    MacKinnon and White (1985), HC1; Cameron and Miller (2015), eq. 11, for the cluster factor.
    """
    n, k = X.shape
    root = np.sqrt(weight)
    scale = np.sqrt((X**2 * weight[:, None]).sum(axis=0))
    Q, R = np.linalg.qr(X * root[:, None] / np.where(scale == 0, 1.0, scale))
    if np.abs(np.diag(R)).min() < RANK_TOLERANCE or n <= k:
        raise NotIdentifiedError(
            f"{', '.join(names)}: collinear columns or too few rows; leave one out"
        )
    back = np.linalg.inv(R) / scale[:, None]
    coefficients = back @ (Q.T @ (y * root))
    residual = y - X @ coefficients
    scores = (Q * (residual * root)[:, None]) @ back.T
    n_clusters = len(np.unique(cluster))
    if vcov == "iid":
        sigma2 = residual_variance(float(weight @ residual**2), n_obs=n, n_counted=k)
        return LeastSquares(
            names,
            coefficients,
            sigma2 * back @ back.T,
            scores,
            y,
            cluster,
            "iid",
            1.0,
            residual_df(n, n_counted=k),
            "homoskedastic, t(n-k)",
        )
    if vcov == "robust":
        factor, convention = hc1_factor(n, n_counted=k), "HC1, t(n-k)"
        df = float(residual_df(n, n_counted=k))
        meat = scores.T @ scores
    else:
        factor = crv1_factor(n_clusters, n_obs=n, n_counted=k)
        df, convention = cluster_df(n_clusters), "CRV1 clustered, t(G-1)"
        by_cluster = sum_by(scores, cluster)
        meat = by_cluster.T @ by_cluster
    return LeastSquares(
        names, coefficients, factor * meat, scores, y, cluster, vcov, factor, df, convention
    )


def sum_by(values: Floats, code: Integers) -> Floats:
    """Sum rows (n, k) by code, (max + 1, k)."""
    total = np.zeros((int(code.max()) + 1, values.shape[1]))
    np.add.at(total, code, values)
    return total
