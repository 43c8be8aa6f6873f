"""Rows whose cells stand one column too far: a separator lost or doubled, and a blank at the end or in the middle.

A row that lost a separator and was padded at its end has as many cells as the header, and reads wherever types allow. It shows
by what stands in each column on other rows: few digits or many, which words, hardly ever a blank. Each column is described by
the *shapes* of a sample of its cells; a row is moved where its cells are far likelier one column further on. Between columns of
like amounts the firm's other rows tell (`own_history`).
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.sources.own_history import OwnHistory
from impact.data.sources.source import SourceColumn, SourceTable
from impact.errors import SourceError, rows_named

SAMPLE = 4_000  # rows from which a column is described
FEWEST_ROWS = 8  # below, one row says as much as all others
FEWEST_COLUMNS = 3  # with two, one cell alone would tell
RARE = 0.05  # share of blanks up to which one is out of the ordinary
FEW_WORDS = 20  # different texts up to which a column is known by them, and not by their shapes
ODDS = np.log(20.0)  # for a moved row against a strange one, after allowing for any row to be it
JUMP = np.log(
    5.0
)  # more, where a firm's other rows speak: a firm may jump to what stands in its next column
UNSEEN = 0.5  # rows that a shape without any counts as: Jeffreys' prior
BLANK = ""
_NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]+)?$"


def refuse_moved_rows(table: SourceTable) -> None:
    """Refuse rows that look moved by one column.

    Raises
    ------
    SourceError
        With the data rows.
    """
    rows = moved_rows(table)
    if rows.size:
        raise SourceError(
            f"{table.name}: {rows_named(rows)}: cells look moved by one column, with a blank where other rows have none; "
            "put a separator back or take one out, or declare moved_rows: keep where they are right"
        )


def moved_rows(table: SourceTable) -> Integers:
    """Return the data rows, from 1, whose cells fit the columns beside theirs far better than their own."""
    nothing = np.zeros(0, dtype=np.int64)
    if table.n_rows < FEWEST_ROWS or len(table.columns) < FEWEST_COLUMNS:
        return nothing
    if any(column.kind == "other" for column in table.columns):
        return nothing
    texts = [_texts(column) for column in table.columns]
    blank = np.column_stack([_blank(cells) for cells in texts])
    odd = blank & (blank.sum(axis=0) <= max(1, RARE * table.n_rows))
    asked = np.flatnonzero((odd.sum(axis=1) == 1) | (blank[:, -1] & (odd.sum(axis=1) <= 1)))
    if not asked.size:
        return nothing
    columns = [_Described.of(cells) for cells in texts]
    gain = _Gain.of(columns, [_Cells(cells.take(asked)) for cells in texts])
    bar = np.log(table.n_rows) + ODDS
    moved = gain.best(blank[asked]) > bar
    history = OwnHistory.of(texts, asked)
    if history is not None:
        moved |= gain.under(history).best(blank[asked]) > bar + JUMP
    return np.asarray(asked[moved] + 1)


def _texts(column: SourceColumn) -> Any:
    """Cells as text without spaces around them, blank where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = column.cells
    if column.kind in {"number", "integer"}:
        whole = pc.equal(pc.floor(cells.cast(pa.float64())), cells.cast(pa.float64()))
        exact = pc.if_else(whole, cells.cast(pa.float64()), None).cast(pa.int64(), safe=False)
        cells = pc.coalesce(exact.cast(pa.large_string()), cells.cast(pa.large_string()))
    return pc.utf8_trim_whitespace(cells.cast(pa.large_string())).fill_null(BLANK)


def _blank(cells: Any) -> Mask:
    import pyarrow.compute as pc

    return np.asarray(pc.equal(cells, BLANK).to_numpy(zero_copy_only=False), dtype=bool)


def _shapes(cells: Any) -> Any:
    """Digits of a number one by one, as how many there are tells amounts from counts; runs of letters and digits of a text."""
    import pyarrow.compute as pc

    number = pc.match_substring_regex(cells, _NUMBER)
    digits = pc.replace_substring_regex(cells, "[0-9]", "9")
    runs = pc.replace_substring_regex(cells, r"\p{L}+", "a")
    runs = pc.replace_substring_regex(runs, "[0-9]+", "9")
    return pc.if_else(number, digits, runs)


@dataclass(frozen=True)
class _Described:
    """A column by how often each of its words or shapes stands in it."""

    counts: Counter[str]
    n: int
    by_words: bool

    @classmethod
    def of(cls, cells: Any) -> "_Described":
        n = len(cells)
        sample = cells.take(np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64)))
        words = Counter(sample.to_pylist())
        by_words = len(words) <= FEW_WORDS and len(words) * 3 <= len(sample)
        counts = words if by_words else Counter(_shapes(sample).to_pylist())
        return cls(counts, len(sample), by_words)

    def likelihood(self, cells: "_Cells", *, own: bool) -> Floats:
        """Logarithm of how often cells like these (r,) stand in the column; of its own cells, on other rows."""
        counted = [self.counts[text] for text in (cells.words if self.by_words else cells.shapes)]
        times = np.maximum(np.array(counted, dtype=float) - own, 0.0)
        kinds = len(self.counts) + 1
        likelihood: Floats = np.log((times + UNSEEN) / (self.n - own + UNSEEN * kinds))
        return likelihood


@dataclass(frozen=True)
class _Cells:
    """Cells (r,) that several columns are asked about; their shapes are found once."""

    texts: Any

    @cached_property
    def words(self) -> list[str]:
        found: list[str] = self.texts.to_pylist()
        return found

    @cached_property
    def shapes(self) -> list[str]:
        found: list[str] = _shapes(self.texts).to_pylist()
        return found


@dataclass(frozen=True)
class _Gain:
    """How much likelier each cell of r rows is one column to the right, or to the left, than where it stands, (r, K - 1)."""

    right: Floats
    left: Floats
    own_blank: Floats
    of_blank: Floats

    @classmethod
    def of(cls, columns: "list[_Described]", cells: list[_Cells]) -> "_Gain":
        import pyarrow as pa

        own = np.column_stack(
            [column.likelihood(at, own=True) for column, at in zip(columns, cells, strict=True)]
        )
        to_right = np.column_stack(
            [columns[i + 1].likelihood(cells[i], own=False) for i in range(len(cells) - 1)]
        )
        to_left = np.column_stack(
            [columns[i].likelihood(cells[i + 1], own=False) for i in range(len(cells) - 1)]
        )
        blank = _Cells(pa.array([BLANK], type=pa.large_string()))
        of_blank = np.array([column.likelihood(blank, own=False)[0] for column in columns])
        return cls(to_right - own[:, :-1], to_left - own[:, 1:], own, of_blank)

    def under(self, history: OwnHistory) -> "_Gain":
        """Return it with what the firm's other rows say in the place of the shapes of its amounts."""
        right = history.to_right - history.own[:, :-1]
        left = history.to_left - history.own[:, 1:]
        return replace(
            self,
            right=np.where(np.isnan(right), self.right, right),
            left=np.where(np.isnan(left), self.left, left),
        )

    def best(self, blank: Mask) -> Floats:
        """Return the strongest evidence that a row was moved from some column on, (r,).

        Of a row that lost a separator, cells from some column on belong one column to the right, and the last one is padding;
        of a row that got one too many, cells behind a blank belong to the left, and what stood last is gone. A filled cell has
        to gain by itself: blanks alone do not say that anything moved.
        """
        filled = ~blank
        lost = np.where(blank[:, -1:], _from_there_on(self.right), -np.inf)
        lost = lost - self.own_blank[:, -1:]
        moves = np.where(filled[:, :-1], self.right, 0.0)
        lost[_most_from_there_on(moves) <= 0] = -np.inf
        more = np.where(blank[:, :-1], _from_there_on(self.left) - self.own_blank[:, :-1], -np.inf)
        moves = np.where(filled[:, 1:], self.left, 0.0)
        more[_most_from_there_on(moves) <= 0] = -np.inf
        return np.asarray(np.maximum(lost.max(axis=1), more.max(axis=1)))


def _from_there_on(gains: Floats) -> Floats:
    return np.asarray(gains[:, ::-1].cumsum(axis=1)[:, ::-1])


def _most_from_there_on(gains: Floats) -> Floats:
    return np.asarray(np.maximum.accumulate(gains[:, ::-1], axis=1)[:, ::-1])
