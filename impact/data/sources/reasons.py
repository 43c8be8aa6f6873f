"""Why cells are missing, where more is known of them than that they are blank."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Mask


class Reasons:
    """The reason of each of n cells, gathered while a column is converted; nothing is held until one is known.

    Attributes
    ----------
    of_cells : ndarray of object, (n,), optional
        None where a cell is not missing, or blank; None altogether where no reason is known.
    """

    def __init__(self, n_cells: int) -> None:
        self.n_cells = n_cells
        self.of_cells: NDArray[Any] | None = None

    def mark(self, where: Mask, reason: str) -> None:
        """Give cells a reason."""
        if where.any():
            self._held()[where] = reason

    def mark_each(self, reasons: NDArray[Any]) -> None:
        """Give each cell its own reason; None is no reason."""
        known = np.array([reason is not None for reason in reasons], dtype=bool)
        if known.any():
            self._held()[known] = reasons[known]

    def counts(self) -> Counter[str]:
        """Count cells by reason."""
        if self.of_cells is None:
            return Counter()
        return Counter(reason for reason in self.of_cells if reason is not None)

    def _held(self) -> NDArray[Any]:
        if self.of_cells is None:
            self.of_cells = np.full(self.n_cells, None, dtype=object)
        return self.of_cells
