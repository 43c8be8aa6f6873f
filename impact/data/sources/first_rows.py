"""The first and last rows of each sheet of a workbook, for finding where its table stands."""

from pathlib import Path
from typing import Any

from impact.data.sources.archive import check_archive
from impact.data.sources.source import Layout, SourceColumn, SourceTable, too_large
from impact.data.sources.workbook import text_of
from impact.errors import SourceError

FIRST, LAST = 60, 15


def read_first_rows(path: Path, *, layout: Layout) -> SourceTable:
    """Read cells of the first and last rows of every sheet, one a row: sheet, row and column from 1, text, and how many rows.

    Raises
    ------
    SourceError
        Damaged, or a sheet that reaches too far.
    """
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

    del layout  # every sheet
    if path.suffix.lower() != ".xls":
        check_archive(path)
    found: dict[str, list[Any]] = {name: [] for name in ("sheet", "row", "column", "text", "rows")}
    with CalamineWorkbook.from_path(str(path)) as book:
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if problem := too_large(sheet.total_height, sheet.total_width):
                raise SourceError(f"{path.name}: {problem}; split the sheet")
            _add(found, name, sheet.to_python(skip_empty_area=False))
    types = {"sheet": pa.large_string(), "text": pa.large_string()}
    columns = tuple(
        SourceColumn(
            name=name,
            kind="text" if name in types else "integer",
            cells=pa.array(cells, type=types.get(name, pa.int64())),
        )
        for name, cells in found.items()
    )
    return SourceTable(name=path.name, n_rows=len(found["row"]), columns=columns)


def _add(found: dict[str, list[Any]], sheet: str, rows: list[list[Any]]) -> None:
    while rows and all(cell == "" for cell in rows[-1]):
        rows.pop()
    for number, row in enumerate(rows, start=1):
        if FIRST < number <= len(rows) - LAST:
            continue
        for place, cell in enumerate(row, start=1):
            if cell != "":
                values = (sheet, number, place, text_of(cell), len(rows))
                for name, value in zip(found, values, strict=True):
                    found[name].append(value)
