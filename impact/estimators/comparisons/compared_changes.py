"""Changes of many outcomes that a design compares, with what is summed of them once for all assignments and corrections."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from impact.arrays import Floats
from impact.estimators.comparisons.scores_of_all import CrossProducts
from impact.estimators.comparisons.side_sums import BothSides, Sides
from impact.estimators.latest import Latest


@dataclass(frozen=True, eq=False)
class ComparedChanges:
    """Changes of S outcomes over K comparisons; scores are multiplied with those of the last, which may be the exposure.

    Attributes
    ----------
    values : ndarray, (N, S, K) or (N, S, T)
        Compared changes, zero where not seen, or outcomes in the periods. Not to be written to.
    contrast : ndarray, (T, K), optional
        How changes follow from outcomes.
    slopes : bool
        Whether the last is the exposure.
    """

    values: Floats
    contrast: Floats | None = None
    slopes: bool = True
    _means: Latest = field(default_factory=lambda: Latest(held=2), repr=False)
    _products: Latest = field(default_factory=Latest, repr=False)

    @property
    def n_outcomes(self) -> int:
        """Without the exposure."""
        return int(self.values.shape[1]) - self.slopes

    @cached_property
    def by_pair(self) -> Floats:
        """The changes themselves, (N, S, K)."""
        return self.values if self.contrast is None else np.asarray(self.values @ self.contrast)

    def both_sides(self, sides: Sides) -> BothSides:
        """Return the means on both sides of every comparison."""
        return self._means.of(
            sides.labels, "means", lambda: BothSides.of(sides, self.values, self.contrast)
        )

    def products(self, seen: Floats, weight: Floats) -> CrossProducts:
        """Return the cross-products over all units, of a design with these weights where seen (N, K), and of units (N,)."""
        return self._products.of(
            seen, "products", lambda: CrossProducts.of(self.by_pair, seen, weight)
        )
