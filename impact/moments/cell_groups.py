"""Groups of cells whose units share their scores' coefficients."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers


@dataclass(frozen=True)
class CellGroups:
    """The G cohorts, or cohorts within strata, that share coefficients.

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
