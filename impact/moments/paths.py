"""Paths on which scores are evaluated: units, cells' means, and deviations from them."""

from dataclasses import dataclass

from impact.arrays import Floats, Integers


@dataclass(frozen=True)
class Paths:
    """L paths of outcomes, of units or of what stands for them.

    A score is affine, ``a'outcome + c * one``. A unit's path has ``one`` equal to 1; a deviation from a cell's mean has ``one``
    equal to 0.

    Attributes
    ----------
    outcome : ndarray, (L, T)
        From the moments' origin; zero where not observed.
    one : ndarray, (L,)
    cell : ndarray of int, (L,)
    """

    outcome: Floats
    one: Floats
    cell: Integers

    def some(self, rows: slice) -> "Paths":
        """Return the paths of a slice."""
        return Paths(self.outcome[rows], self.one[rows], self.cell[rows])
