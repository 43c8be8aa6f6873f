"""Files as a schema or an intake plan declares them: names, headings, marks, codes and labels where the reader expects them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.intake.plan import Totals
from impact.data.schema import FileLayout, MissingCode, ReadColumn
from impact.data.sources.codes import comparable, whole_text
from impact.errors import PlanError
from impact.simulate.planned.wanted import Wanted, missing
from impact.simulate.planned.written_periods import fitting
from impact.terms import Frequency

CODED = 2  # every second missing cell is a declared code, the others are blank
DAY = "2015-01-15"  # of a date that nothing is known of
NUMBERS = frozenset({"integer", "number", "boolean"})


@dataclass(frozen=True)
class DeclaredColumn:
    """A column of a file: its name there, what its cells are, and of which frequency its periods are."""

    name: str
    column: ReadColumn
    frequency: Frequency | None


def write_planned(
    path: Path,
    layout: FileLayout,
    columns: Mapping[str, DeclaredColumn],
    wanted: Wanted,
    *,
    totals: Totals | None = None,
) -> Path:
    """Write a file that holds what is wanted, and something that is allowed in all other declared columns.

    Parameters
    ----------
    path : Path
    layout : FileLayout
    columns : mapping
        By the name that the plan gives them.
    wanted : Wanted
    totals : Totals, optional
        Of a file that has rows of sums.

    Raises
    ------
    PlanError
        For a kind of file that cannot be written yet.
    """
    ending = path.suffix.lower()
    if ending not in WRITERS:
        raise PlanError(
            f"{path.name}: files of this kind cannot be simulated yet; of those that are read, {', '.join(sorted(WRITERS))} can"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = {key: _cells(key, one, wanted) for key, one in columns.items()}
    if totals is not None:
        columns, cells = _with_total(columns, cells, totals)
    WRITERS[ending](path, layout, columns, cells)
    return path


def _with_total(
    columns: Mapping[str, DeclaredColumn], cells: Mapping[str, list[Any]], totals: Totals
) -> tuple[Mapping[str, DeclaredColumn], dict[str, list[Any]]]:
    """Add a row of sums, known by a word in its column, which may be one that the plan does not read."""
    if all(one.name != totals.column for one in columns.values()):
        text = DeclaredColumn(totals.column, ReadColumn(type="string"), None)
        n = len(next(iter(cells.values())))
        columns, cells = {**columns, totals.column: text}, {**cells, totals.column: ["x"] * n}
    last = {
        key: totals.words[0] if one.name == totals.column else None for key, one in columns.items()
    }
    return columns, {key: [*column, last[key]] for key, column in cells.items()}


def _cells(key: str, one: DeclaredColumn, wanted: Wanted) -> list[Any]:
    """Return what stands in a column: what is wanted, in its type, or a filling."""
    cells = list(wanted.cells(key)) if wanted.has(key) else _filling(key, one, wanted)
    if key in wanted.unique or (wanted.has(key) and one.column.type == "string" and _partly(cells)):
        cells = [f"Z{n:05d}" if missing(cell) else cell for n, cell in enumerate(cells)]
    return [_typed(cell, one) for cell in cells]


def _partly(cells: Sequence[Any]) -> bool:
    """Whether keys were made up for some of the rows and not for others."""
    return any(str(cell).startswith("Atelier ") for cell in cells if cell is not None)


def _filling(key: str, one: DeclaredColumn, wanted: Wanted) -> list[Any]:
    column, n = one.column, len(wanted)
    avoid = {comparable(value) for value in wanted.avoid.get(key, ())}
    if key in wanted.unique:
        return [f"Z{row:05d}" if column.type not in NUMBERS else float(row + 1) for row in range(n)]
    match column.type:
        case "category":
            options = [c for c in column.categories or [] if comparable(c) not in avoid]
            value: Any = options[0] if options else None
        case "string":
            value = "x"
        case "date":
            value = DAY
        case "period":
            value = None
        case _:
            low = 0.0 if column.minimum is None else column.minimum
            value = max(low, 1.0) if column.maximum is None else min(max(low, 1.0), column.maximum)
    return [value] * n


def _typed(cell: Any, one: DeclaredColumn) -> Any:
    """Return a cell in the type of its column: floats, texts, labels; None where missing."""
    column = one.column
    if missing(cell):
        return None
    if column.type in NUMBERS:
        number = float(cell)
        if column.type == "integer":
            number = float(np.rint(number))
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        number = min(max(number, low), high)
        return round(number, 4 if column.decimals is None else column.decimals)
    if column.type in {"period", "date"}:
        return fitting(str(cell), column.type, one.frequency)
    return whole_text(cell) if isinstance(cell, float) else str(cell)


def _code(column: ReadColumn) -> str | int | float | None:
    """Return the first declared code of a missing cell."""
    for entry in column.missing:
        return entry.code if isinstance(entry, MissingCode) else entry
    return None


def _with_codes(one: DeclaredColumn, cells: list[Any]) -> list[Any]:
    """Write a declared code in half of the missing cells, in all where every row has something."""
    code, gone = _code(one.column), 0
    made = []
    for cell in cells:
        coded = cell is None and code is not None
        gone += coded
        made.append(code if coded and (one.column.filled or gone % CODED) else cell)
    return made


def _text(cell: Any, layout: FileLayout) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        text = whole_text(cell) if cell == int(cell) else f"{cell:.4f}".rstrip("0")
        return text.replace(".", layout.csv.decimal)
    return str(cell)


def _headings(names: Sequence[str], layout: FileLayout) -> list[list[str]]:
    """Split names into rows of headings, the last row last."""
    if layout.heading_rows == 1:
        return [list(names)]
    rows = []
    for name in names:
        parts = name.split(" / ", layout.heading_rows - 1)
        rows.append([""] * (layout.heading_rows - len(parts)) + parts)
    return [list(row) for row in zip(*rows, strict=True)]


def _grid(
    layout: FileLayout, columns: Mapping[str, DeclaredColumn], cells: Mapping[str, list[Any]]
) -> tuple[list[list[str]], list[list[Any]]]:
    """Return rows of headings and rows of cells; names of fewer parts come first, as those after them would be theirs."""
    depth = {key: one.name.count(" / ") for key, one in columns.items()}
    order = sorted(columns, key=lambda key: min(depth[key], layout.heading_rows - 1))
    coded = [_with_codes(columns[key], cells[key]) for key in order]
    headings = _headings([columns[key].name for key in order], layout)
    return headings, [list(row) for row in zip(*coded, strict=True)]


def _csv(path: Path, layout: FileLayout, columns: Any, cells: Any) -> None:
    import csv

    options = layout.csv
    delimiter = options.delimiter
    if path.suffix.lower() == ".tsv" and "delimiter" not in options.model_fields_set:
        delimiter = "\t"
    headings, rows = _grid(layout, columns, cells)
    with path.open("w", encoding=options.encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        for _ in range(layout.header_row - 1):
            writer.writerow(["REHEARSAL"])
        writer.writerows(headings)
        writer.writerows([_text(cell, layout) for cell in row] for row in rows)
        for _ in range(layout.footer_rows):
            writer.writerow(["REHEARSAL"])


def _workbook(path: Path, layout: FileLayout, columns: Any, cells: Any) -> None:
    import xlsxwriter

    headings, rows = _grid(layout, columns, cells)
    above: list[list[Any]] = [["REHEARSAL"]] * (layout.header_row - 1)
    below: list[list[Any]] = [["REHEARSAL"]] * layout.footer_rows
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(layout.sheet or "data")
        for at, line in enumerate([*above, *headings, *rows, *below]):
            for column, cell in enumerate(line):
                if cell is not None and cell != "":
                    page.write(at, column, cell)


def _numeric(one: DeclaredColumn) -> bool:
    return one.column.type in NUMBERS or (
        one.column.type == "category" and one.column.labelled is not None
    )


def _labelled(one: DeclaredColumn, cells: list[Any]) -> tuple[list[Any], dict[float, str]]:
    """Return numbers for texts that a statistical file keeps as labelled codes, and the labels."""
    column = one.column
    if column.labelled == "labels":
        codes = {label: float(n) for n, label in enumerate(column.categories or [], start=1)}
        return [None if c is None else codes[c] for c in cells], {n: c for c, n in codes.items()}
    if column.labelled == "codes":
        labels = {float(code): words for code, words in column.value_labels.items()}
        return [None if c is None else float(c) for c in cells], labels
    return cells, {}


def _statistical(path: Path, layout: FileLayout, columns: Any, cells: Any) -> None:
    import pyreadstat

    del layout
    stata = path.suffix.lower() == ".dta"
    made: dict[str, Any] = {}
    labels: dict[str, Any] = {}
    gone: dict[str, Any] = {}
    for key, one in columns.items():
        values, known = _labelled(one, cells[key])
        code = _code(one.column)
        letter = isinstance(code, str) and code.startswith(".")
        if code is not None and (letter or isinstance(code, (int, float))) and _numeric(one):
            values = _with_codes(one, values)
            values = [code[1:] if letter and v == code else v for v in values]  # type: ignore[index]
            if letter or not stata:  # in Stata a number that stands for nothing is a number
                gone[one.name] = [code[1:]] if letter else [code]  # type: ignore[index]
        kind: Any = object if letter or not _numeric(one) else float
        made[one.name] = pd.Series(values, dtype=kind)
        if kind is object and not _numeric(one):
            made[one.name] = made[one.name].fillna("")
        if known:
            labels[one.name] = known
    frame = pd.DataFrame(made)
    if stata:
        pyreadstat.write_dta(
            frame, str(path), version=15, variable_value_labels=labels, missing_user_values=gone
        )
    else:
        pyreadstat.write_sav(frame, str(path), variable_value_labels=labels, missing_ranges=gone)


def _parquet(path: Path, layout: FileLayout, columns: Any, cells: Any) -> None:
    del layout
    made = {}
    for key, one in columns.items():
        values = _with_codes(one, cells[key])
        kind: Any = float if one.column.type in NUMBERS else object
        made[one.name] = pd.Series(values, dtype=kind)
    pd.DataFrame(made).to_parquet(path, index=False)


WRITERS: Mapping[str, Callable[[Path, FileLayout, Any, Any], None]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".xlsx": _workbook,
    ".dta": _statistical,
    ".sav": _statistical,
    ".parquet": _parquet,
}
