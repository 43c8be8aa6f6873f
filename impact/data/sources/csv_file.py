"""CSV and TSV: text cells only, never a guess; what a person would stop at is refused."""

import csv
import gc
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from pathlib import Path

from impact.data.schema import CsvOptions
from impact.data.sources.source import (
    Layout,
    SourceColumn,
    SourceTable,
    faulty_header,
    joined_headings,
    refuse_data_in_footer,
    too_large,
)
from impact.errors import SourceError, rows_named, rows_that

BLOCK = (
    50_000  # rows held as Python lists at a time, so that a million rows need a tenth of the memory
)


def read_csv(path: Path, *, options: CsvOptions, layout: Layout) -> SourceTable:
    """Read a delimited text file.

    Parameters
    ----------
    path : Path
    options : CsvOptions
        Delimiter and encoding as declared.
    layout : Layout
        Rows of names, and of notes at the end; what stands above the names is left out.

    Raises
    ------
    SourceError
        Empty, not in the declared encoding, NUL, quotation marks that are open, stray or swallow rows, rows of another
        length than the header, names that repeat.
    """
    text = _decoded(path, options.encoding)
    _refuse_too_many_columns(text, options.delimiter, path.name)
    records = _records(text, options.delimiter, path.name)
    header = _header(records, layout, path.name)
    records = _without_last(filter(None, records), layout.footer_rows, path.name)
    fault = faulty_header(header)
    if fault is not None:
        raise SourceError(f"{path.name}: {fault}")
    quoted = '"' in text
    with _uncollected():
        blocks, n_rows = _blocks(records, header, options.delimiter, path.name, quoted=quoted)
    if not n_rows:
        raise SourceError(f"{path.name}: a header and no rows")
    if quoted:
        _refuse_stray_quotes(text, options.delimiter, path.name)
    return _table(path.name, header, blocks, n_rows)


def _header(records: Iterator[list[str]], layout: Layout, name: str) -> list[str]:
    rows = list(islice(records, layout.above, layout.rows_above_data))
    if len(rows) < layout.heading_rows or not rows[-1]:
        raise SourceError(f"{name}: no row {layout.header_row} for the header; see header_row")
    width = max(map(len, rows))
    return joined_headings([row + [""] * (width - len(row)) for row in rows])


def _without_last(records: Iterator[list[str]], count: int, name: str) -> Iterator[list[str]]:
    """Leave out the last records, without holding more of them than that; refuse those that are filled as data are."""
    held: deque[list[str]] = deque()
    for record in records:
        held.append(record)
        if len(held) > count:
            yield held.popleft()
    refuse_data_in_footer(held, name)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles from walking through millions of rows, which hold none: it takes half the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _table(name: str, header: list[str], blocks: list[list[object]], n_rows: int) -> SourceTable:
    import pyarrow as pa

    columns = tuple(
        SourceColumn(name=column, kind="text", cells=pa.concat_arrays([b[i] for b in blocks]))
        for i, column in enumerate(header)
    )
    return SourceTable(name=name, n_rows=n_rows, columns=columns)


def _blocks(
    records: Iterator[list[str]], header: list[str], delimiter: str, name: str, *, quoted: bool
) -> tuple[list[list[object]], int]:
    """Return arrays of each block's columns, and the number of rows; refuse ragged and swallowed ones."""
    import pyarrow as pa

    blocks: list[list[object]] = []
    n_rows, width = 0, len(header)
    ragged: list[int] = []
    swallowed: list[int] = []
    while lines := list(islice(records, BLOCK)):
        ragged += [n for n, line in enumerate(lines, start=n_rows + 1) if len(line) != width]
        if quoted:
            swallowed += [
                n for n, line in enumerate(lines, start=n_rows + 1) if _swallows(line, delimiter)
            ]
        n_rows += len(lines)
        problem = too_large(n_rows, width)
        if problem is not None:
            raise SourceError(f"{name}: {problem}; split the file")
        if not ragged and not swallowed:
            columns = zip(*lines, strict=True)
            blocks.append([pa.array(cells, type=pa.large_string()) for cells in columns])
    if swallowed:
        raise SourceError(
            f"{name}: a quoted cell of {rows_named(swallowed)} holds line ends and '{delimiter}', as rows do that a stray "
            "quotation mark swallows; close the quotation marks, or take line ends out of the cells"
        )
    if ragged:
        raise SourceError(
            f"{name}: {rows_that(ragged, 'has another number of cells than the header')}; quote cells that "
            f"contain '{delimiter}', or check the delimiter"
        )
    return blocks, n_rows


def _swallows(line: list[str], delimiter: str) -> bool:
    """Whether a cell holds a line end, and cells with line ends as many delimiters as a whole record."""
    broken = [cell for cell in line if "\n" in cell or "\r" in cell]
    if not broken:
        return False
    return sum(cell.count(delimiter) for cell in broken) >= max(1, min(2, len(line) - 1))


def _decoded(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise SourceError(f"{path.name}: empty file")
    try:
        text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeDecodeError, UnicodeError):
        raise SourceError(
            f"{path.name}: not {encoding} text; save it as UTF-8 or declare csv.encoding in the schema"
        ) from None
    if encoding not in {"utf-8", "utf-16"} and not raw.isascii() and _is_utf8(raw):
        raise SourceError(
            f"{path.name}: declared {encoding}, but its accents are UTF-8; declare csv.encoding: utf-8"
        )
    if "\x00" in text:
        raise SourceError(f"{path.name}: contains NUL characters; export the file again as text")
    if "\ufffd" in text:
        raise SourceError(
            f"{path.name}: letters were lost in an earlier conversion (U+FFFD); export the file again"
        )
    return text.removeprefix("\ufeff")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_too_many_columns(text: str, delimiter: str, name: str) -> None:
    end = text.find("\n")
    problem = too_large(0, text.count(delimiter, 0, end if end >= 0 else len(text)) + 1)
    if problem is not None:
        raise SourceError(f"{name}: {problem}; check the delimiter")


def _records(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error:
        at = _stray_quote(text, delimiter)
        where = "" if at is None else f" from the one on line {_line(text, at)} of the file on"
        raise SourceError(
            f"{name}: quotation marks do not close{where}; close it, or export the file again"
        ) from None


def _refuse_stray_quotes(text: str, delimiter: str, name: str) -> None:
    """Refuse a quotation mark inside a cell that is not quoted: the parser takes it as a letter, a person would stop."""
    at = _stray_quote(text, delimiter)
    if at is not None:
        raise SourceError(
            f"{name}: a stray quotation mark on line {_line(text, at)} of the file; double it inside quotes, or take it out"
        )


def _stray_quote(text: str, delimiter: str) -> int | None:
    """Return where the first cell begins whose quotation marks stand inside it, or do not close; None without any."""
    mark = re.escape(delimiter)
    cell = re.compile(rf'(?:"(?:[^"]|"")*"|[^"{mark}\r\n]*)(?:{mark}|\r\n|\n|\r|\Z)')
    at = 0
    while at < len(text):
        found = cell.match(text, at)
        if found is None:
            return at
        at = found.end()
    return None


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
