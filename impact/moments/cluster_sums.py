"""What clusters above the unit need of the data."""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers, Mask


@dataclass(frozen=True)
class ClusterSums:
    """One row a (cluster, cell) pair that occurs, L of them.

    Attributes
    ----------
    cluster, cell : ndarray, (L,)
        Cluster code (0..G-1) and cell number.
    weight, n : ndarray, (L,)
        Sum of weights, and number of units.
    total : ndarray, (L, T)
        Weighted sum of paths, measured from `PathMoments.origin`; zero where not observed.
    n_clusters : int
    """

    cluster: Integers
    cell: Integers
    weight: Floats
    n: Integers
    total: Floats
    n_clusters: int

    def of_cells(self, chosen: Mask) -> "ClusterSums":
        """Return the pairs whose cell is marked True (P,), the cells numbered anew."""
        rows = chosen[self.cell]
        return replace(
            self,
            cluster=self.cluster[rows],
            cell=(np.cumsum(chosen) - 1)[self.cell[rows]],
            weight=self.weight[rows],
            n=self.n[rows],
            total=self.total[rows],
        )
