"""Unit scores on path moments and the sums of their products, to which `impact.covariance` adds factors and degrees of freedom.

A linear estimator describes each cell by q features of a path, linear in (path, 1), and each group (a cohort, or a cohort
within a stratum) by the weights of its k parameters on them. Unit i of group c, with weight w_i and path y_i (from the
moments' origin), then has the score

    psi_i = w_i L_c f(y_i, 1),

so the sum of psi psi' over units is the sum over groups of L_c F_c L_c', where F_c is the features' cross-product: q x q
numbers a group, whatever the number of units. Averages and ratios change L alone.
"""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.moments.cell_groups import CellGroups
from impact.moments.cells import CellMoments
from impact.moments.feature_products import ClusterFeatures, Gram, feature_products
from impact.moments.features import Features
from impact.moments.paths import Paths
from impact.moments.unit_order import paths_of_units, places_of_times
from impact.one_thread import one_thread


@dataclass(frozen=True)
class Scores:
    """Scores of k parameters.

    Attributes
    ----------
    features : callable
        Paths (L, ...) to features (L, q).
    loading : ndarray, (G, k, q)
    products : Gram or ClusterFeatures
        What the features sum to.
    groups : CellGroups
    """

    features: Features
    loading: Floats
    products: Gram | ClusterFeatures
    groups: CellGroups

    @classmethod
    def of(
        cls,
        moments: CellMoments,
        features: Features,
        loading: Floats,
        *,
        products: Gram | ClusterFeatures | None = None,
        groups: CellGroups | None = None,
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

    def beside(self, moments: CellMoments, other: "Scores") -> "Scores":
        """Return these parameters' scores, then those of ``other``, which are by cohort, on the same moments."""
        width = self.loading.shape[2]

        def evaluate(paths: Paths) -> Floats:
            return np.concatenate(
                [self.features.evaluate(paths), other.features.evaluate(paths)], axis=1
            )

        k, q = (self.loading.shape[i] + other.loading.shape[i] for i in (1, 2))
        loading = np.zeros((len(self.loading), k, q))
        loading[:, : self.loading.shape[1], :width] = self.loading
        loading[:, self.loading.shape[1] :, width:] = other.loading[self.groups.cohort]
        return Scores.of(moments, Features(evaluate, evaluate), loading, groups=self.groups)

    def plus_indicators(self, centring: Floats) -> "Scores":
        """Add ``centring`` (C, k, T) to the coefficients of the last T features, which must be the period indicators."""
        loading = self.loading.copy()
        loading[:, :, -centring.shape[2] :] += centring[self.groups.cohort]
        return replace(self, loading=loading)

    @one_thread()
    def impulses(self, moments: CellMoments) -> Floats:
        """Sum over units of the score's change if all of a cohort's outcomes in a period rose by one, (k, C, T).

        For an estimator that is linear in outcomes these are the weights of the cohort x period means.
        """
        found = []
        for period in range(len(moments.times)):
            change = self._rise(moments, period) * moments.weight[:, None]
            by_group = self.groups.sums(change)
            found.append(np.einsum("gkq,gq->kg", self.loading[:, :, : change.shape[1]], by_group))
        of_cohort = self.groups.cohort[None, :] == np.arange(len(moments.every_cohort))[:, None]
        every = np.stack(found, axis=2)
        return np.asarray(np.einsum("kgt,cg->kct", every, of_cohort.astype(float)))

    def _rise(self, moments: CellMoments, period: int) -> Floats:
        """Features (P, q) of paths that rise by one in a period, where the cell is observed in it."""
        path = np.zeros(moments.observed.shape)
        path[:, period] = moments.observed[:, period]
        rise = Paths(path, np.zeros(moments.n_cells), np.arange(moments.n_cells))
        return self.features.of_deviations(rise)

    @one_thread()
    def weights_of_units(self, panel: Panel, moments: CellMoments) -> Floats:
        """Return the change of each unit's score with its own outcomes, means held, (k, N, T); zero for units left out.

        For an estimator that is linear in outcomes these are the weights of the outcomes in its parameters.
        """
        cell = paths_of_units(panel, moments).cell
        known = cell >= 0
        found = np.zeros((self.loading.shape[1], panel.n_units, panel.n_periods))
        loading = self.loading[self.groups.of_cell]
        for period, place in enumerate(places_of_times(panel, moments)):
            change = self._rise(moments, period)
            own = np.einsum("pkq,pq->kp", loading[:, :, : change.shape[1]], change)
            found[:, known, place] = own[:, cell[known]] * panel.weight[known]
        return found

    @one_thread()
    def of_units(self, panel: Panel, moments: CellMoments) -> Floats:
        """Return each unit's own score, (N, k); zero for units whose cell was left out."""
        paths = paths_of_units(panel, moments)
        known = paths.cell >= 0
        kept = Paths(paths.outcome[known], paths.one[known], paths.cell[known])
        scores = np.zeros((panel.n_units, self.loading.shape[1]))
        loading = self.loading[self.groups.of_cell[kept.cell]]
        own = np.einsum("nkq,nq->nk", loading, self.features.evaluate(kept), optimize=True)
        scores[known] = own * panel.weight[known, None]
        return scores
