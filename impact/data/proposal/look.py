"""Look at one file: how it is written, where its table stands, what its columns seem to be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

from impact.data.proposal.column_types import column_of, text_counts, typed_texts
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.identifying import without_identifiers
from impact.data.proposal.marks import Marks, marks_of
from impact.data.proposal.placed import Place, place_of
from impact.data.proposal.proposed import LeftOut, ProposedColumn, ProposedFile
from impact.data.proposal.text_file import look_at_text
from impact.data.schema import CsvOptions, FileLayout
from impact.data.sources.apart import Apart
from impact.data.sources.door import read_source
from impact.data.sources.moved_rows import moved_rows
from impact.data.sources.source import Layout, SourceColumn, SourceTable
from impact.errors import Rows, SourceError

TEXT = frozenset({".csv", ".tsv"})
WORKBOOKS = frozenset({".xlsx", ".ods", ".xls"})
_SUM = re.compile(
    r"(?:sous[- ]?)?totaux|(?:sous[- ]?)?total(?: général| general| global)?|grand total|sub-?total|ensemble|somme|sum"
    r"|moyenne|mean|average|المجموع",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Looked:
    """A file as it seems to be, and the table that was read of it so."""

    file: ProposedFile
    source: SourceTable


@dataclass(frozen=True)
class _Layout:
    keys: Mapping[str, Any]
    place: Place
    doubts: tuple[Doubt, ...]


def look_at(path: Path, *, table: str, apart: Apart, unit: str | None = None) -> Looked:
    """Find out how a file is written and what stands in it.

    Parameters
    ----------
    path : Path
    table : str
        Name of the table that it will become.
    apart : Apart
        Reads binary files.
    unit : str, optional
        The column told to be the unit: under pseudonyms where it could name a person, not left out.

    Raises
    ------
    SourceError
        What the reader refuses: no proposal could make it readable.
    """
    if not path.is_file():
        raise SourceError(f"{path.name}: no such data file; check the path")
    seen = _layout(path, apart)
    if not seen.place.found:
        raise SourceError(
            f"{path.name}: no row of column names found in its first rows; write a name above each column"
        )
    read_as = FileLayout.model_validate({**seen.keys, "moved_rows": "keep"})
    source = read_source(path, layout=read_as, apart=apart)
    marks = _marks(source)
    written = {**seen.keys.get("csv", {}), **marks.keys}
    layout = {key: value for key, value in seen.keys.items() if key != "csv"}
    totals = _totals(source)
    rows = source if totals is None else _without(source, totals)
    options = CsvOptions.model_validate(written)
    found = [column_of(column, options) for column in rows.columns]
    columns = [one for one in found if isinstance(one, ProposedColumn)]
    empty = [one for one in found if isinstance(one, LeftOut)]
    admitted, telling = without_identifiers(columns, rows, options=options, unit=unit)
    if not admitted:
        raise SourceError(
            f"{path.name}: no column can be proposed: they are empty, hold no values, or could tell who a person is"
        )
    file = ProposedFile(
        table=table,
        path=path,
        layout=layout | ({"csv": written} if written else {}),
        columns=admitted,
        totals=totals,
        left_out=(*empty, *telling),
        doubts=(*seen.doubts, *marks.doubts, *_moved_doubts(path, source)),
    )
    return Looked(file, rows)


def table_name(path: Path) -> str:
    """Return a name for the table of a file: its own in lower-case letters, digits and underscores."""
    plain = normalize("NFD", path.stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "table"


def _layout(path: Path, apart: Apart) -> _Layout:
    ending = path.suffix.lower()
    if ending in TEXT:
        return _text_layout(path)
    if ending in WORKBOOKS:
        return _sheet_layout(path, apart)
    return _Layout({}, Place(), ())


def _text_layout(path: Path) -> _Layout:
    text = look_at_text(path)
    place = place_of(text.top, text.bottom)
    written: dict[str, str] = {}
    if text.encoding != "utf-8":
        written["encoding"] = text.encoding
    if text.delimiter != ("\t" if path.suffix.lower() == ".tsv" else ","):
        written["delimiter"] = text.delimiter
    keys = _placed(place) | ({"csv": written} if written else {})
    return _Layout(keys, place, text.doubts + _place_doubts(place))


def _placed(place: Place) -> dict[str, Any]:
    keys = {
        "header_row": place.header_row,
        "heading_rows": place.heading_rows,
        "footer_rows": place.footer_rows,
    }
    defaults = Place()
    return {key: value for key, value in keys.items() if value != getattr(defaults, key)}


def _moved_doubts(path: Path, source: SourceTable) -> tuple[Doubt, ...]:
    if path.suffix.lower() not in TEXT | WORKBOOKS or not (rows := moved_rows(source)).size:
        return ()
    return (Doubt.of("moved_rows", rows=Rows.of(rows)),)


def _place_doubts(place: Place) -> tuple[Doubt, ...]:
    doubts = []
    if place.heading_rows > 1:
        doubts.append(Doubt.of("two_rows_of_names"))
    if place.footer_rows:
        doubts.append(Doubt.of("notes_at_the_end", n=place.footer_rows))
    return tuple(doubts)


def _sheet_layout(path: Path, apart: Apart) -> _Layout:
    sheets = sheets_of(path, apart)
    if not sheets:
        raise SourceError(f"{path.name}: an empty sheet")
    filled = {name: sum(any(row) for row in rows.values()) for name, rows in sheets.items()}
    height = {name: max(rows) for name, rows in sheets.items()}
    cells = {name: height[name] * max(map(len, rows.values())) for name, rows in sheets.items()}
    name = max(sheets, key=lambda each: (filled[each] > 1, cells[each]))
    rows = sheets[name]
    first = [rows.get(number, []) for number in range(1, min(height[name], 60) + 1)]
    last = [rows.get(number, []) for number in range(max(1, height[name] - 14), height[name] + 1)]
    place = place_of(first, last[max(0, 2 - height[name]) :])
    several = len(sheets) > 1
    doubts = (Doubt.of("several_sheets", n=len(sheets)),) if several else ()
    return _Layout(
        {**({"sheet": name} if several else {}), **_placed(place)},
        place,
        doubts + _place_doubts(place),
    )


def sheets_of(path: Path, apart: Apart) -> dict[str, dict[int, list[str]]]:
    """Return the first and last rows of each sheet that has cells, by row number from 1."""
    table = apart.read(path, reader="first_rows", layout=Layout()).named()
    cells = {name: column.cells.to_pylist() for name, column in table.items()}
    sheets: dict[str, dict[int, list[str]]] = {}
    for sheet, number, place, text in zip(
        cells["sheet"], cells["row"], cells["column"], cells["text"], strict=True
    ):
        row = sheets.setdefault(sheet, {}).setdefault(number, [])
        row += [""] * (place - len(row))
        row[place - 1] = text
    return sheets


def _marks(source: SourceTable) -> Marks:
    texts = [list(text_counts(typed_texts(column))) for column in source if column.kind == "text"]
    return marks_of(texts)


def _totals(source: SourceTable) -> dict[str, Any] | None:
    """Return the first text column in which rows call themselves sums, on few rows, and by which words."""
    for column in source.columns:
        if column.kind != "text":
            continue
        counts = text_counts(column.cells)
        words = {text: count for text, count in counts.items() if _SUM.fullmatch(text)}
        others = [count for text, count in counts.items() if text not in words]
        if words and others and sum(words.values()) * 4 <= sum(others):
            return {"column": column.name, "words": sorted(words)}
    return None


def _without(source: SourceTable, totals: Mapping[str, Any]) -> SourceTable:
    """Leave out the rows of sums, as reading by the plan will."""
    from dataclasses import replace

    import pyarrow as pa
    import pyarrow.compute as pc

    named = source.named()[totals["column"]].cells
    kept = pc.invert(
        pc.is_in(
            pc.utf8_trim_whitespace(named), value_set=pa.array(totals["words"], pa.large_string())
        )
    ).fill_null(True)

    def of(column: SourceColumn) -> SourceColumn:
        parts = {"cells": column.cells, "reasons": column.reasons, "numbers": column.numbers}
        cut: dict[str, Any] = {
            name: None if cells is None else cells.filter(kept) for name, cells in parts.items()
        }
        return replace(column, **cut)

    return SourceTable(source.name, pc.sum(kept).as_py(), tuple(map(of, source.columns)))
