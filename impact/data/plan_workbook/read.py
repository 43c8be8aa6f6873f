"""Read a plan's workbook: each sheet by its name in either language, each row a key or a column, blank cells left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impact.data.plan_workbook.cells import value_of
from impact.data.plan_workbook.paths import Key, nested, read_path
from impact.data.plan_workbook.sheets import Part, Sheet, sheet_named
from impact.data.sources.archive import check_archive
from impact.errors import ImpactError, SchemaError, SourceError

Pair = tuple[tuple[Any, ...], Any]
_RULES = "rules"


@dataclass(frozen=True)
class PlacedPart:
    """One part of a plan's workbook: its values as its file would give them, and the cell of each.

    Attributes
    ----------
    values : mapping
    cells : tuple of (path, sheet, row, column)
        Path of names, and places in lists from 0; row and column from 1.
    """

    values: Any
    cells: tuple[tuple[tuple[Any, ...], str, int, int], ...]

    def place(self, loc: Sequence[Any]) -> str:
        """Write where the key stands that a path leads to: its cell, or the row or sheet that it lacks in."""
        if loc[:1] == [_RULES] and len(loc) > 2 and isinstance(loc[2], str):
            loc = [*loc[:2], *loc[3:]]  # without the rule's own name, which no cell has as a key
        best, shared = self.cells[0], 0
        for cell in self.cells:
            alike = _alike(cell[0], loc)
            if alike > shared:
                best, shared = cell, alike
        path, sheet, row, column = best
        key = ".".join(map(str, loc[shared:]))
        if shared and shared == min(len(path), len(loc)):
            return f"{sheet}, cell {_letters(column)}{row}"
        return f"{sheet}, row {row}, {key}" if shared > 1 else f"{sheet}, {key or 'the sheet'}"


def read_plan_workbook(path: Path) -> dict[Part, PlacedPart]:
    """Return each part that the workbook has, as its file would give it.

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
    cells: dict[Part, list[tuple[tuple[Any, ...], str, int, int]]] = {}
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for name in book.sheet_names:
                sheet = sheet_named(name)
                if sheet is not None:
                    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    for (key, value), row, column in _pairs(rows, sheet, f"{path.name}: {name}"):
                        pairs.setdefault(sheet.part, []).append((key, value))
                        plain = tuple(p.value if isinstance(p, Key) else p - 1 for p in key)
                        cells.setdefault(sheet.part, []).append((plain, name, row, column))
    except CalamineError:
        raise SourceError(f"{path.name}: damaged or not a workbook; save it again") from None
    if not pairs:
        raise SourceError(
            f"{path.name}: has no sheet of a plan; `impact workbook PLAN.yml` writes one"
        )
    return {
        part: PlacedPart(_nested(found, f"{path.name}: {part}"), tuple(cells[part]))
        for part, found in pairs.items()
    }


def _nested(pairs: Sequence[Pair], where: str) -> Any:
    try:
        return nested(pairs)
    except SchemaError as problem:
        raise SchemaError(f"{where}: {problem}") from None


def _pairs(
    rows: Sequence[Sequence[Any]], sheet: Sheet, where: str
) -> Iterator[tuple[Pair, int, int]]:
    """Yield each pair with the row and column, from 1, of the cell that holds its value."""
    if not rows:
        return
    head, *below = rows
    for number, row in enumerate(below, start=2):
        try:
            found = _of_table(head, row, sheet) if sheet.items else _of_key(row, sheet)
            for pair, column in found:
                yield pair, number, column
        except ImpactError as problem:
            raise SchemaError(f"{where}, row {number}: {problem}") from None


def _of_key(row: Sequence[Any], sheet: Sheet) -> Iterator[tuple[Pair, int]]:
    key, value = (*row, "", "")[:2]
    if key == "" or value == "":
        return
    yield ((*map(Key, sheet.root), *read_path(str(key))), value_of(value)), 2


def _of_table(head: Sequence[Any], row: Sequence[Any], sheet: Sheet) -> Iterator[tuple[Pair, int]]:
    names = [value_of(cell) for cell in row[: sheet.items]]
    if all(cell == "" for cell in row):
        return
    if any(name == "" for name in names):
        raise SchemaError("no name in the first column; write the column's name")
    lead: tuple[Any, ...] = (Key(sheet.root[0]), Key(_text(names[0])))
    if sheet.items > 1:
        lead = (*lead, Key(sheet.root[1]), Key(_text(names[1])))
    filled = zip(head[sheet.items :], row[sheet.items :], strict=False)
    for column, (heading, cell) in enumerate(filled, start=sheet.items + 1):
        if cell != "" and heading != "":
            yield ((*lead, *read_path(str(heading))), value_of(cell)), column


def _text(name: Any) -> str:
    """Return a name as text: one that a person typed as a number is one of digits."""
    return str(name)


def _alike(path: Sequence[Any], loc: Sequence[Any]) -> int:
    """Count the first steps that two paths share."""
    return next(
        (n for n, (a, b) in enumerate(zip(path, loc, strict=False)) if a != b),
        min(len(path), len(loc)),
    )


def _letters(column: int) -> str:
    """Write a column's number from 1 as a spreadsheet does."""
    before, last = divmod(column - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + last)
