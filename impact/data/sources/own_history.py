"""What a firm's other rows say of a cell: amounts of one column are like those of the next, but not like the firm's own.

A cell of a row that may have moved is held against the other cells of the same firm in its column and in the columns beside it:
logarithms about the firm's mean, spread as firms spread about theirs, with the heavy tails of a t distribution so that one jump
does not pass for a moved row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers

ROWS_OF_A_FIRM = 3  # on average, from which on the firm's own rows say more than all others
FIRMS = 300  # from which the spread within firms is known, beside those that are asked about
MOST_ASKED = 2_000  # rows beyond which blanks are no surprise in this file, and their firms' rows would take long
DEGREES = 4.0  # of freedom of the t distribution
NUMBERS = 0.9  # share of cells that are amounts above zero, or the column has no history


@dataclass(frozen=True)
class OwnHistory:
    """Density of the logarithm of the cells of r rows under their firm's other rows, NaN where unknown.

    Attributes
    ----------
    own : ndarray, (r, K)
        Of each cell in its own column.
    to_right, to_left : ndarray, (r, K - 1)
        Of cell i in column i + 1, and of cell i + 1 in column i.
    """

    own: Floats
    to_right: Floats
    to_left: Floats

    @classmethod
    def of(cls, texts: Sequence[Any], asked: Integers) -> "OwnHistory | None":
        """Read it off the columns (n,) as text; none where no column tells firms apart that come back, or of too many rows.

        Parameters
        ----------
        texts : sequence of pyarrow arrays of text, (n,)
        asked : ndarray of int, (r,)
            Places of the rows that are asked about.
        """
        key = _key(texts) if len(asked) <= MOST_ASKED else None
        if key is None:
            return None
        firms, place = key
        known = np.union1d(firms[asked], np.unique(firms)[:FIRMS])
        rows = np.flatnonzero(np.isin(firms, known))
        at = np.searchsorted(rows, asked)
        columns = [
            _Column.of(cells.take(rows), firms[rows], at) if j > place else None
            for j, cells in enumerate(texts)
        ]
        nothing = np.full(len(asked), np.nan)

        def density(of: int, under: int) -> Floats:
            cell, column = columns[of], columns[under]
            return nothing if cell is None or column is None else column.density(cell.asked)

        k = range(len(texts) - 1)
        return cls(
            np.column_stack([density(j, j) for j in range(len(texts))]),
            np.column_stack([density(j, j + 1) for j in k]),
            np.column_stack([density(j + 1, j) for j in k]),
        )


def _key(texts: Sequence[Any]) -> tuple[Integers, int] | None:
    """Return codes (n,) and place of the column with the most values of those whose values come back on several rows."""
    n, best = len(texts[0]), None
    for place, cells in enumerate(texts):
        encoded = cells.dictionary_encode()
        known = len(encoded.dictionary)
        if known * ROWS_OF_A_FIRM <= n and (best is None or known > best[0]):
            best = (known, encoded.indices.to_numpy(zero_copy_only=False), place)
    return None if best is None else (best[1].astype(np.int64), best[2])


@dataclass(frozen=True)
class _Column:
    """Logarithms of the asked cells (r,), mean and count of their firm's other rows, spread within firms."""

    asked: Floats
    mean: Floats
    count: Floats
    spread: float

    @classmethod
    def of(cls, cells: Any, firms: Integers, at: Integers) -> "_Column | None":
        written = pd.Series(cells.to_pylist(), dtype=object)
        pointed = written.str.replace(",", ".")
        values = pd.to_numeric(pointed, errors="coerce").to_numpy(dtype=float)
        amounts = np.isfinite(values) & (values > 0)
        if amounts.sum() < NUMBERS * max((written != "").sum(), 1):
            return None
        logs = np.log(np.where(amounts, values, np.nan))
        series = pd.Series(logs).groupby(firms)
        total, count = (series.transform(how).to_numpy(dtype=float) for how in ("sum", "count"))
        seen = ~np.isnan(logs)
        inside = (logs - total / np.maximum(count, 1))[seen & (count > 1)]
        freedom = (1 - 1 / count[seen & (count > 1)]).sum()
        spread = float(np.sqrt((inside**2).sum() / freedom)) if freedom > 1 else 0.0
        others = count[at] - seen[at]
        mean = (total[at] - np.where(seen[at], logs[at], 0.0)) / np.where(
            others > 0, others, np.nan
        )
        return None if spread <= 0 else cls(logs[at], mean, others, spread)

    def density(self, logs: Floats) -> Floats:
        """Return the logarithm of the density of values, up to a constant, where the firm has two other rows or more."""
        scale = self.spread * np.sqrt(1 + 1 / np.where(self.count > 1, self.count, np.nan))
        apart = ((logs - self.mean) / scale) ** 2
        found: Floats = -0.5 * (DEGREES + 1) * np.log1p(apart / DEGREES) - np.log(scale)
        return found
