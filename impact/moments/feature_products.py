"""Cross-products of features by group of cells, or features summed by cluster: what covariances are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from impact.arrays import Floats, Integers
from impact.moments.cell_groups import CellGroups
from impact.moments.cells import CellMoments
from impact.moments.features import Features
from impact.moments.paths import Paths
from impact.one_thread import one_thread

BLOCK = 4_096  # paths whose features are held at a time


@dataclass(frozen=True)
class Gram:
    """Cross-products of the features by group, (G, q, q): units are the clusters."""

    product: Floats

    def covariance(self, loading: Floats) -> Floats:
        """Sum psi psi' over units, (k, k)."""
        covariance = np.zeros((loading.shape[1], loading.shape[1]))
        for L, F in zip(loading, self.product, strict=True):
            k, q = (np.flatnonzero(L.any(axis=axis)) for axis in (1, 0))
            some = L[np.ix_(k, q)]  # a cohort enters few parameters, by few features
            covariance[np.ix_(k, k)] += some @ F[np.ix_(q, q)] @ some.T
        return covariance


@dataclass(frozen=True)
class ClusterFeatures:
    """Summed features of each (cluster, group) that occurs, (L, q): clusters are above the unit."""

    total: Floats
    cluster: Integers
    group: Integers
    n_clusters: int

    def covariance(self, loading: Floats) -> Floats:
        """Sum psi psi' over clusters, (k, k)."""
        scores = self.scores(loading)
        return np.asarray(scores.T @ scores)

    def scores(self, loading: Floats) -> Floats:
        """Return each cluster's score, (G, k)."""
        scores = np.zeros((self.n_clusters, loading.shape[1]))
        for code, weights in enumerate(loading):
            rows = self.group == code
            np.add.at(scores, self.cluster[rows], self.total[rows] @ weights.T)
        return scores


@one_thread()
def feature_products(
    moments: CellMoments,
    features: Features,
    *,
    groups: CellGroups | None = None,
    of_root: Floats | None = None,
) -> Gram | ClusterFeatures:
    """Sum the features' cross-products by group, or the features by cluster and group.

    ``of_root`` (G, a, a) are the first a features' cross-products over the moments' root, where they are known already.
    """
    groups = groups or moments.cohort_groups
    if moments.clusters is not None:
        return _by_cluster(moments, features, groups)
    product = cross_products(features.evaluate, moments.scaled_means, groups)
    of_root = root_products(moments, features, groups) if of_root is None else of_root
    known = of_root.shape[1]
    product[:, :known, :known] += of_root
    return Gram(product)


def root_products(
    moments: CellMoments, features: Features, groups: CellGroups | None = None
) -> Floats:
    """Sum the cross-products of the features of deviations over the moments' root, (G, a, a)."""
    return cross_products(
        features.of_deviations, moments.root_paths, groups or moments.cohort_groups
    )


@one_thread()
def cross_products(features: Callable[[Paths], Floats], paths: Paths, groups: CellGroups) -> Floats:
    """Sum the features' cross-products over paths in the order of their cells, (G, q, q)."""
    cells = np.searchsorted(groups.of_cell, np.arange(len(groups.cohort) + 1))
    ends = np.searchsorted(paths.cell, cells)
    found = []
    for first, last in pairwise(ends):
        starts = range(first, last, BLOCK) or [first]
        parts = [features(paths.some(slice(at, min(at + BLOCK, last)))) for at in starts]
        found.append(sum(part.T @ part for part in parts))
    return np.array(found)


def _by_cluster(moments: CellMoments, features: Features, groups: CellGroups) -> ClusterFeatures:
    clusters = moments.clusters
    assert clusters is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    n_groups = len(groups.cohort)
    pair, row = np.unique(
        clusters.cluster * n_groups + groups.of_cell[clusters.cell], return_inverse=True
    )
    each = features.evaluate(Paths(clusters.total, clusters.weight, clusters.cell))
    total = np.zeros((len(pair), each.shape[1]))
    np.add.at(total, row, each)
    cluster, group = np.divmod(pair, n_groups)
    return ClusterFeatures(total, cluster, group, clusters.n_clusters)
