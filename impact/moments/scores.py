"""From unit scores to a covariance: the one place where cluster-robust variances are formed.

A linear estimator gives each cell p a common affine score. Unit i of the cell, with weight w_i and path y_i (from the
moments' origin), contributes to parameter j

    psi_ij = w_i (a_pj' y_i + c_pj),

so the sum over the cell's units of psi psi' is a' S a + W (a'm + c)(a'm + c)', an identity in the cell's squared-weight
moments (W, m, S).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.data.panel import Panel
from impact.moments.cells import PathMoments, cells_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Affine scores of k parameters on P cells.

    Attributes
    ----------
    slope : ndarray, (P, k, T)
        Zero where a cell is not observed.
    constant : ndarray, (P, k)
    """

    slope: Floats
    constant: Floats

    def mix(self, weights: Floats) -> "Scores":
        """Return the scores of ``weights @ parameters`` for weights (m, k)."""
        return Scores(slope=np.matmul(weights, self.slope), constant=self.constant @ weights.T)

    def plus_constant(self, constant: Floats) -> "Scores":
        """Add (P, k) to the constants: what estimated aggregation weights contribute."""
        return Scores(slope=self.slope, constant=self.constant + constant)

    def stack(self, other: "Scores") -> "Scores":
        """Put the parameters of two sets of scores on the same cells side by side."""
        return Scores(
            slope=np.concatenate([self.slope, other.slope], axis=1),
            constant=np.concatenate([self.constant, other.constant], axis=1),
        )


def covariance(moments: PathMoments, scores: Scores) -> Floats:
    """Sum psi psi' over units, or over clusters where the moments carry them, (k, k).

    No small-sample factor is applied; the estimator applies and names its own.

    References
    ----------
    Liang and Zeger (1986), Biometrika 73(1), eq. 7, without the scale.
    """
    if moments.clusters is not None:
        return _clustered(moments, scores)
    k = scores.constant.shape[1]
    centre = np.einsum("pkt,pt->pk", scores.slope, moments.mean2) + scores.constant
    between = (centre * moments.weight2[:, None]).T @ centre
    half = np.matmul(scores.slope, moments.scatter2)
    flat = (np.moveaxis(part, 1, 0).reshape(k, -1) for part in (half, scores.slope))
    within = next(flat) @ next(flat).T
    return np.asarray((within + within.T) / 2 + between)


def _clustered(moments: PathMoments, scores: Scores) -> Floats:
    clusters = moments.clusters
    assert clusters is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    row = np.einsum("lkt,lt->lk", scores.slope[clusters.cell], clusters.total)
    row += scores.constant[clusters.cell] * clusters.weight[:, None]
    by_cluster = np.zeros((clusters.n_clusters, row.shape[1]))
    np.add.at(by_cluster, clusters.cluster, row)
    return np.asarray(by_cluster.T @ by_cluster)


def unit_scores(panel: Panel, moments: PathMoments, scores: Scores) -> Floats:
    """Apply the cells' scores to each unit's own path, (N, k); zero for units whose cell was left out."""
    number = cells_of(panel)
    position = np.full(int(number.max()) + 1, -1)
    position[moments.number] = np.arange(moments.n_cells)
    cell = position[number]
    path = np.where(np.isnan(panel.wide), 0.0, panel.wide - moments.origin)
    affine = np.einsum("nkt,nt->nk", scores.slope[cell], path) + scores.constant[cell]
    return np.where(cell[:, None] >= 0, affine * panel.weight[:, None], 0.0)
