"""What scores are evaluated on and summed over: points, groups of cells, and clusters above the unit."""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers, Mask


@dataclass(frozen=True)
class Points:
    """Paths on which scores are evaluated: units, or what stands for them.

    A score is affine, ``a'path + c * one``. A unit is a point with ``one`` equal to 1; a deviation from a cell's mean has
    ``one`` equal to 0.

    Attributes
    ----------
    path : ndarray, (L, T)
        From the moments' origin; zero where not observed.
    one : ndarray, (L,)
    cell : ndarray, (L,)
    """

    path: Floats
    one: Floats
    cell: Integers


@dataclass(frozen=True)
class Groups:
    """The G groups of cells whose units share their scores' coefficients: cohorts, or cohorts within strata.

    Attributes
    ----------
    of_cell : ndarray of int, (P,)
        Ascending, as cells are in the order of cohort and stratum.
    cohort, stratum : ndarray of int, (G,)
        Code of each group's cohort (its place in `PathMoments.every_cohort`) and of its stratum.
    """

    of_cell: Integers
    cohort: Integers
    stratum: Integers

    def sums(self, cells: Floats) -> Floats:
        """Sum an array over the cells (P, ...) of each group, (G, ...)."""
        return np.add.reduceat(
            cells, np.searchsorted(self.of_cell, range(len(self.cohort))), axis=0
        )


@dataclass(frozen=True)
class ClusterSums:
    """What clusters above the unit need: one row a (cluster, cell) pair that occurs, L of them.

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
