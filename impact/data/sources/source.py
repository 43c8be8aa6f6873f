"""What every reader gives: cells as the file holds them, with their labels and the reasons of missing ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from impact.errors import SourceError

PhysicalKind = Literal["text", "integer", "number", "boolean", "date", "datetime", "other"]

MAX_ROWS = (
    20_000_000  # ten times the largest firm census; above it a damaged count is likelier than data
)
MAX_COLUMNS = 20_000  # twice the widest household survey
MAX_CELLS = 400_000_000  # 3 GB of numbers


@dataclass(frozen=True, eq=False)
class SourceColumn:
    """One column as the file holds it; nothing is guessed and nothing converted.

    Attributes
    ----------
    name : str
    kind : {"text", "integer", "number", "boolean", "date", "datetime", "other"}
        How the file stores it; ``other`` (bytes, lists, durations, mixtures) converts to nothing.
    cells : pyarrow array, (n_rows,)
        Null where the cell is missing. Immutable.
    value_labels : mapping
        From a number of the column to its label; empty without labels.
    reason_labels : mapping of str to str
        What the file says of its own missing codes, as ``.a`` of Stata.
    label : str
        The column's own label.
    reasons : pyarrow array of text, (n_rows,), optional
        The code of a missing cell where the file has one: ``.a`` of Stata, a user-missing code of SPSS.
    numbers : pyarrow array, (n_rows,), optional
        Of a column that mixes text and numbers, as workbooks may: its number cells, null where there is text.
    whole_below : float
        Whole numbers are stored exactly below it; larger ones may have lost their last digits.
    mixed : str
        Of kind ``other``, where cells are of several kinds: the rows of each but the usual one.
    """

    name: str
    kind: PhysicalKind
    cells: Any = field(repr=False)
    value_labels: Mapping[float, str] = field(default_factory=dict, repr=False)
    reason_labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    label: str = ""
    reasons: Any = field(default=None, repr=False)
    numbers: Any = field(default=None, repr=False)
    whole_below: float = 2.0**53
    mixed: str = ""


@dataclass(frozen=True, eq=False)
class SourceTable:
    """A file's columns, in the file's order."""

    name: str
    n_rows: int
    columns: tuple[SourceColumn, ...]

    def __iter__(self) -> Iterator[SourceColumn]:
        return iter(self.columns)

    def named(self) -> dict[str, SourceColumn]:
        """Return the columns by name."""
        return {column.name: column for column in self.columns}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where in a file the table stands."""

    sheet: str | None = None
    table: str | None = None
    header_row: int = 1
    heading_rows: int = 1
    footer_rows: int = 0

    @property
    def above(self) -> int:
        """Rows above the first row of names."""
        return self.header_row - 1

    @property
    def rows_above_data(self) -> int:
        """Rows above the first row of data."""
        return self.above + self.heading_rows


def too_large(rows: int, columns: int) -> str | None:
    """Say which limit a table breaks, or nothing."""
    if columns > MAX_COLUMNS:
        return f"more than {MAX_COLUMNS:,} columns"
    if rows > MAX_ROWS:
        return f"more than {MAX_ROWS:,} rows"
    return f"more than {MAX_CELLS:,} cells" if rows * columns > MAX_CELLS else None


def joined_headings(rows: Sequence[Sequence[str]]) -> list[str]:
    """Join rows of names into one name a column; an empty cell above the last row continues the cell on its left.

    Examples
    --------
    >>> from impact.data.sources.source import joined_headings
    >>> joined_headings([["firm", "2012", ""], ["", "T1", "T2"]])
    ['firm', '2012 / T1', '2012 / T2']
    """
    *upper, last = [[cell.strip() for cell in row] for row in rows]
    for row in upper:
        for place in range(1, len(row)):
            if not row[place] and last[place]:
                row[place] = row[place - 1]
    columns = zip(*upper, last, strict=True)
    return [" / ".join(cell for cell in column if cell) for column in columns]


def refuse_data_in_footer(rows: Iterable[Sequence[str]], name: str) -> None:
    """Refuse rows below the table that are filled as data are: the file was cut, or has fewer notes than declared.

    Raises
    ------
    SourceError
        More than half of the cells of a row are filled; rows of sums are named under totals.
    """
    for place, row in enumerate(rows, start=1):
        filled = sum(bool(cell.strip()) for cell in row)
        if len(row) > 1 and 2 * filled > len(row):
            raise SourceError(
                f"{name}: footer_rows: row {place} of them is filled as a row of data is; correct footer_rows, name rows of "
                "sums under totals, or get the file again if it was cut"
            )


def faulty_header(header: list[str]) -> str | None:
    """Say what is wrong with a table's column names by their place, never by themselves; or nothing."""
    empty = [place for place, name in enumerate(header, start=1) if not name]
    seen: set[str] = set()
    twice = []
    for place, name in enumerate(header, start=1):
        if name and name in seen:
            twice.append(place)
        seen.add(name)
    if not empty and not twice:
        return None
    shown = ", ".join(str(place) for place in (empty or twice)[:5])
    rule = "is empty" if empty else "repeats"
    return f"a column name {rule} (column {shown}); give each column its own name"
