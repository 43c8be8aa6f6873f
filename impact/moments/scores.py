"""From unit scores to a covariance: the one place where cluster-robust variances are formed.

A linear estimator describes each cell by q features of a path, linear in (path, 1), and each group (a cohort, or a cohort
within a stratum) by the weights of its k parameters on them. Unit i of group c, with weight w_i and path y_i (from the
moments' origin), then has the score

    psi_i = w_i L_c f(y_i, 1),

so the sum of psi psi' over units is the sum over groups of L_c F_c L_c', where F_c is the features' cross-product: q x q
numbers a group, whatever the number of units. Averages and ratios change L alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.moments.cells import PathMoments
from impact.moments.points import Groups, Points
from impact.one_thread import one_thread

BLOCK = 4_096  # points whose features are held at a time


@dataclass(frozen=True)
class Features:
    """What scores are made of: q numbers a point, linear in (path, one) with coefficients common to the cell.

    Attributes
    ----------
    evaluate : callable
        Points (L, ...) to features (L, q).
    of_deviations : callable
        The first features on points whose ``one`` is zero; those it leaves out are zero there.
    """

    evaluate: Callable[[Points], Floats]
    of_deviations: Callable[[Points], Floats]

    def with_constant(self) -> "Features":
        """Add ``one`` as the last feature: scores of averages with estimated shares need it."""

        def more(points: Points) -> Floats:
            return np.concatenate([self.evaluate(points), points.one[:, None]], axis=1)

        return Features(more, self.of_deviations)


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


@dataclass(frozen=True)
class Scores:
    """Scores of k parameters.

    Attributes
    ----------
    features : callable
        Points (L, ...) to features (L, q).
    loading : ndarray, (G, k, q)
    products : Gram or ClusterFeatures
        What the features sum to.
    groups : Groups
    """

    features: Features
    loading: Floats
    products: Gram | ClusterFeatures
    groups: Groups

    @classmethod
    def of(
        cls,
        moments: PathMoments,
        features: Features,
        loading: Floats,
        *,
        products: Gram | ClusterFeatures | None = None,
        groups: Groups | None = None,
    ) -> "Scores":
        """Evaluate the features on the moments, by cohort unless ``groups`` are given."""
        groups = groups or moments.cohort_groups
        products = products or feature_products(moments, features, groups=groups)
        return cls(features, loading, products, groups)

    @one_thread()
    def mix(self, weights: Floats) -> "Scores":
        """Return the scores of ``weights @ parameters`` for weights (m, k)."""
        return replace(self, loading=np.matmul(weights, self.loading))

    @one_thread()
    def covariance(self) -> Floats:
        """Sum psi psi' over units, or over clusters where the moments carry them, (k, k).

        No small-sample factor is applied; the estimator applies and names its own.

        References
        ----------
        Liang and Zeger (1986), Biometrika 73(1), eq. 7, without the scale.
        """
        covariance = self.products.covariance(self.loading)
        return (covariance + covariance.T) / 2

    def plus_constant(self, constant: Floats) -> "Scores":
        """Add ``constant`` (C, k) to the scores of each cohort's units; the last feature must be ``one``."""
        if not constant.any():
            return self
        loading = self.loading.copy()
        loading[:, :, -1] += constant[self.groups.cohort]
        return replace(self, loading=loading)

    def plus_indicators(self, centring: Floats) -> "Scores":
        """Add ``centring`` (C, k, T) to the coefficients of the last T features, which must be the period indicators."""
        loading = self.loading.copy()
        loading[:, :, -centring.shape[2] :] += centring[self.groups.cohort]
        return replace(self, loading=loading)

    @one_thread()
    def impulses(self, moments: PathMoments) -> Floats:
        """Sum over units of the score's change if all of a cohort's outcomes in a period rose by one, (k, C, T).

        For an estimator that is linear in outcomes these are the weights of the cohort x period means.
        """
        found = []
        for period in range(len(moments.times)):
            path = np.zeros(moments.observed.shape)
            path[:, period] = moments.observed[:, period]
            rise = Points(path, np.zeros(moments.n_cells), np.arange(moments.n_cells))
            change = self.features.of_deviations(rise) * moments.weight[:, None]
            by_group = self.groups.sums(change)
            found.append(np.einsum("gkq,gq->kg", self.loading[:, :, : change.shape[1]], by_group))
        of_cohort = self.groups.cohort[None, :] == np.arange(len(moments.every_cohort))[:, None]
        every = np.stack(found, axis=2)
        return np.asarray(np.einsum("kgt,cg->kct", every, of_cohort.astype(float)))

    @one_thread()
    def of_units(self, panel: Panel, moments: PathMoments) -> Floats:
        """Return each unit's own score, (N, k); zero for units whose cell was left out."""
        points = moments.points_of(panel)
        known = points.cell >= 0
        kept = Points(points.path[known], points.one[known], points.cell[known])
        scores = np.zeros((panel.n_units, self.loading.shape[1]))
        loading = self.loading[self.groups.of_cell[kept.cell]]
        own = np.einsum("nkq,nq->nk", loading, self.features.evaluate(kept), optimize=True)
        scores[known] = own * panel.weight[known, None]
        return scores


def both(moments: PathMoments, first: Scores, second: Scores) -> Scores:
    """Return the parameters of two sets of scores on the same moments side by side; the second's groups are the cohorts."""
    width = first.loading.shape[2]

    def evaluate(points: Points) -> Floats:
        return np.concatenate(
            [first.features.evaluate(points), second.features.evaluate(points)], axis=1
        )

    k, q = (first.loading.shape[i] + second.loading.shape[i] for i in (1, 2))
    groups = first.groups
    loading = np.zeros((len(first.loading), k, q))
    loading[:, : first.loading.shape[1], :width] = first.loading
    loading[:, first.loading.shape[1] :, width:] = second.loading[groups.cohort]
    return Scores.of(moments, Features(evaluate, evaluate), loading, groups=groups)


@one_thread()
def feature_products(
    moments: PathMoments,
    features: Features,
    *,
    groups: Groups | None = None,
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


def root_products(moments: PathMoments, features: Features, groups: Groups | None = None) -> Floats:
    """Sum the cross-products of the features of deviations over the moments' root, (G, a, a)."""
    points = Points(moments.root, np.zeros(len(moments.root)), moments.root_cell)
    return cross_products(features.of_deviations, points, groups or moments.cohort_groups)


@one_thread()
def cross_products(features: Callable[[Points], Floats], points: Points, groups: Groups) -> Floats:
    """Sum the features' cross-products over points in the order of their cells, (G, q, q)."""
    cells = np.searchsorted(groups.of_cell, np.arange(len(groups.cohort) + 1))
    ends = np.searchsorted(points.cell, cells)
    found = []
    for first, last in pairwise(ends):
        starts = range(first, last, BLOCK) or [first]
        parts = [features(_part(points, slice(at, min(at + BLOCK, last)))) for at in starts]
        found.append(sum(part.T @ part for part in parts))
    return np.array(found)


def _by_cluster(moments: PathMoments, features: Features, groups: Groups) -> ClusterFeatures:
    clusters = moments.clusters
    assert clusters is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    n_groups = len(groups.cohort)
    pair, row = np.unique(
        clusters.cluster * n_groups + groups.of_cell[clusters.cell], return_inverse=True
    )
    each = features.evaluate(Points(clusters.total, clusters.weight, clusters.cell))
    total = np.zeros((len(pair), each.shape[1]))
    np.add.at(total, row, each)
    cluster, group = np.divmod(pair, n_groups)
    return ClusterFeatures(total, cluster, group, clusters.n_clusters)


def _part(points: Points, rows: slice) -> Points:
    return Points(points.path[rows], points.one[rows], points.cell[rows])
