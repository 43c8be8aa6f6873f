"""Read a plan's workbook: each sheet by its name in either language, each row a key or a column, blank cells left out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from impact.data.plan_workbook.cells import value_of
from impact.data.plan_workbook.paths import Key, nested, read_path
from impact.data.plan_workbook.sheets import Part, Sheet, sheet_named
from impact.data.sources.archive import check_archive
from impact.errors import ImpactError, SchemaError, SourceError

Pair = tuple[tuple[Any, ...], Any]


def read_plan_workbook(path: Path) -> dict[Part, Any]:
    """Return the values of each part that the workbook has, as its file would give them.

    Raises
    ------
    SourceError
        Not a workbook, damaged, or without any sheet of a plan.
    SchemaError
        With sheet and row: a key in no known way, twice, or a list with a gap.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    if not path.is_file():
        raise SourceError(f"{path.name}: no such file; check the path")
    check_archive(path)
    pairs: dict[Part, list[Pair]] = {}
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for name in book.sheet_names:
                sheet = sheet_named(name)
                if sheet is not None:
                    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    pairs.setdefault(sheet.part, []).extend(
                        _pairs(rows, sheet, f"{path.name}: {name}")
                    )
    except CalamineError:
        raise SourceError(f"{path.name}: damaged or not a workbook; save it again") from None
    if not pairs:
        raise SourceError(
            f"{path.name}: has no sheet of a plan; `impact workbook PLAN.yml` writes one"
        )
    return {part: _nested(found, f"{path.name}: {part}") for part, found in pairs.items()}


def _nested(pairs: Sequence[Pair], where: str) -> Any:
    try:
        return nested(pairs)
    except SchemaError as problem:
        raise SchemaError(f"{where}: {problem}") from None


def _pairs(rows: Sequence[Sequence[Any]], sheet: Sheet, where: str) -> Iterator[Pair]:
    if not rows:
        return
    head, *below = rows
    for number, row in enumerate(below, start=2):
        try:
            yield from (_of_table(head, row, sheet) if sheet.items else _of_key(row, sheet))
        except ImpactError as problem:
            raise SchemaError(f"{where}, row {number}: {problem}") from None


def _of_key(row: Sequence[Any], sheet: Sheet) -> Iterator[Pair]:
    key, value = (*row, "", "")[:2]
    if key == "" or value == "":
        return
    yield (*map(Key, sheet.root), *read_path(str(key))), value_of(value)


def _of_table(head: Sequence[Any], row: Sequence[Any], sheet: Sheet) -> Iterator[Pair]:
    names = [value_of(cell) for cell in row[: sheet.items]]
    if all(cell == "" for cell in row):
        return
    if any(name == "" for name in names):
        raise SchemaError("no name in the first column; write the column's name")
    lead: tuple[Any, ...] = (Key(sheet.root[0]), Key(_text(names[0])))
    if sheet.items > 1:
        lead = (*lead, Key(sheet.root[1]), Key(_text(names[1])))
    for heading, cell in zip(head[sheet.items :], row[sheet.items :], strict=False):
        if cell != "" and heading != "":
            yield (*lead, *read_path(str(heading))), value_of(cell)


def _text(name: Any) -> str:
    """Return a name as text: one that a person typed as a number is one of digits."""
    return str(name)
