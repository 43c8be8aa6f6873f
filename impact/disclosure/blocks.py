"""Blocks of units that nothing tells apart, and the columns of equations that are about them."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Integers, Mask

ALONE = 1e-3  # of a combination's length may lie in large blocks: less hides nothing


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of units, and the columns of each.

    Attributes
    ----------
    of_column : ndarray of int, (p,)
    units : ndarray of int, (p,)
        Units whose outcome a column is about: of a block, those observed, or whose outcome was moved.
    period : ndarray of int, (p,)
    """

    of_column: Integers
    units: Integers
    period: Integers

    @property
    def vary(self) -> bool:
        """Whether a block has more units in some periods than in others."""
        return bool((self.units != self.largest()[self.of_column]).any())

    def only(self, columns: Mask) -> "Blocks":
        """Return some of the columns."""
        return Blocks(self.of_column[columns], self.units[columns], self.period[columns])

    def small(self, fewest: int) -> Mask:
        """The columns (p,) that are about too few units."""
        return np.asarray(self.units < fewest)

    def largest(self) -> Integers:
        """The units of each block, (B,), in the period in which they are most."""
        found = np.zeros(int(self.of_column.max(initial=-1)) + 1, dtype=np.int64)
        np.maximum.at(found, self.of_column, self.units)
        return found
