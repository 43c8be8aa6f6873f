"""Workbooks (XLSX, ODS, XLS): the cells of one sheet, each column in the kind that all its cells have."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from impact.data.sources.archive import check_archive
from impact.data.sources.source import (
    Layout,
    PhysicalKind,
    SourceColumn,
    SourceTable,
    faulty_header,
    joined_headings,
    refuse_data_in_footer,
    too_large,
)
from impact.errors import SourceError, rows_named

KEPT_WHOLE = 10.0**15  # a spreadsheet keeps fifteen digits of what is typed
_MIDNIGHT = time(0)


def read_workbook(path: Path, *, layout: Layout) -> SourceTable:
    """Read the declared sheet, or the only one.

    Raises
    ------
    SourceError
        Damaged, several sheets and none declared, merged cells in the table, names that repeat.
    """
    from python_calamine import CalamineWorkbook

    if path.suffix.lower() != ".xls":
        check_archive(path)
    with CalamineWorkbook.from_path(str(path)) as book:
        sheet = _sheet(book, layout, path.name)
        problem = too_large(sheet.total_height, sheet.total_width)
        if problem is not None:
            raise SourceError(f"{path.name}: {problem}; split the sheet")
        _refuse_merged(sheet, layout, path.name)
        rows = sheet.to_python(skip_empty_area=False)
    header, rows = _table(rows, layout, path.name)
    columns = tuple(_column(name, [row[i] for row in rows]) for i, name in enumerate(header))
    return SourceTable(name=path.name, n_rows=len(rows), columns=columns)


def _sheet(book: Any, layout: Layout, name: str) -> Any:
    if layout.sheet is not None:
        if layout.sheet not in book.sheet_names:
            raise SourceError(f"{name}: no sheet `{layout.sheet}`; check `sheet` in the schema")
        return book.get_sheet_by_name(layout.sheet)
    if len(book.sheet_names) != 1:
        raise SourceError(
            f"{name}: {len(book.sheet_names)} sheets; name the one to read: `sheet` in the schema"
        )
    return book.get_sheet_by_index(0)


def _refuse_merged(sheet: Any, layout: Layout, name: str) -> None:
    merged = [
        first[0] + 1
        for first, last in sheet.merged_cell_ranges or ()
        if last[0] + 1 > layout.rows_above_data - (layout.heading_rows == 1) and first != last
    ]
    if merged:
        raise SourceError(
            f"{name}: merged cells in the table, from row {min(merged)} of the sheet on; only the first of them has a value: "
            "unmerge and fill them"
        )


def _table(rows: list[list[Any]], layout: Layout, name: str) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows, without rows and columns at the end that are empty throughout."""
    above = rows[layout.above : layout.rows_above_data]
    if len(above) < layout.heading_rows:
        raise SourceError(f"{name}: no row {layout.header_row} for the header; see header_row")
    header = joined_headings([[text_of(cell) for cell in row] for row in above])
    rows = rows[layout.rows_above_data :]
    rows = _without_blank_end(rows)
    if layout.footer_rows:
        end = max(0, len(rows) - layout.footer_rows)
        refuse_data_in_footer([list(map(str, row)) for row in rows[end:]], name)
        rows = _without_blank_end(rows[:end])
    while header and not header[-1] and all(row[len(header) - 1] == "" for row in rows):
        header.pop()
    fault = faulty_header(header)
    if fault is not None:
        raise SourceError(f"{name}: {fault}")
    if not header or not rows:
        raise SourceError(f"{name}: a header and no rows" if header else f"{name}: an empty sheet")
    return header, rows


def _without_blank_end(rows: list[list[Any]]) -> list[list[Any]]:
    filled = len(rows)
    while filled and all(cell == "" for cell in rows[filled - 1]):
        filled -= 1
    return rows[:filled]


def _column(name: str, cells: list[Any]) -> SourceColumn:
    """Give a column the one kind of its filled cells; text and numbers together stay both."""
    import pyarrow as pa

    kept = [None if cell == "" else cell for cell in cells]
    kinds = {_kind(cell) for cell in kept if cell is not None}
    numbers = None
    if kinds == {"date", "datetime"}:
        kinds = {"datetime"}
    if kinds == {"text", "number"}:
        numbers = [None if isinstance(c, str) or c is None else float(c) for c in kept]
        kept = [c if isinstance(c, str) or c is None else text_of(c) for c in kept]
        kinds = {"text"}
    kind = kinds.pop() if len(kinds) == 1 else ("other" if kinds else "text")
    if kind == "other":
        return SourceColumn(name=name, kind="other", cells=pa.nulls(len(cells)), mixed=_mixed(kept))
    stored = {
        "text": pa.large_string(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us"),
    }[kind]
    return SourceColumn(
        name=name,
        kind=kind,
        cells=pa.array(kept, type=stored),
        numbers=None if numbers is None else pa.array(numbers, type=pa.float64()),
        whole_below=KEPT_WHOLE,
    )


def _mixed(cells: list[Any]) -> str:
    """Name the rows of each kind but the usual one: ``date on rows 3 and 8, number elsewhere``."""
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(cells, start=1):
        if cell is not None:
            rows.setdefault(_kind(cell), []).append(row)
    usual, *others = sorted(rows, key=lambda kind: -len(rows[kind]))
    listed = ", ".join(f"{kind} on {rows_named(rows[kind])}" for kind in others)
    return f"{listed}, {usual} elsewhere" if listed else ""


def _kind(cell: Any) -> PhysicalKind:
    if isinstance(cell, str):
        return "text"
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, (int, float)):
        return "number"
    if isinstance(cell, datetime):
        return "datetime" if cell.time() != _MIDNIGHT else "date"
    return "date" if isinstance(cell, date) else "other"


def text_of(cell: Any) -> str:
    """Write a cell as text, whole numbers without a point."""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return str(cell)
