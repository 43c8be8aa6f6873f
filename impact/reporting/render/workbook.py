"""The report's tables as a workbook: a sheet each, numbers as numbers, and nothing that a spreadsheet runs or fetches."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.data.formulas import FORMULA_STARTS
from impact.reporting.markup import said
from impact.reporting.render.book import Book, read_book
from impact.reporting.render.cover import Cover
from impact.reporting.render.pandoc import EPOCH, publish
from impact.reporting.spreadsheet import amount_of
from impact.reporting.tree import Node, text_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LONGEST_NAME = 31  # characters of a sheet's name
NARROWEST, WIDEST = 9, 44  # characters of a column
_HEAD = 3  # row of the headings; above them title, banner, way back
_RAISED = str.maketrans(
    "0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)


@dataclass(frozen=True)
class Cell:
    """A cell as shown: its text, the number of a footnote, and the raw value behind it where one is."""

    text: str
    mark: str = ""
    raw: float | None = None


@dataclass(frozen=True)
class Sheet:
    """One table of the report: number and label, caption, headings, rows (a group's title is a row of one), notes."""

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]


def render_xlsx(notebook: Path, output: Path, *, cover: Cover) -> None:
    """Write the workbook.

    Raises
    ------
    RenderError
        When the notebook cannot be read.
    """
    from xlsxwriter.workbook import Workbook

    book = read_book(notebook, cover.words)
    whole = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = Workbook(whole, options)
    created = datetime.fromtimestamp(int(EPOCH), UTC).replace(tzinfo=None)
    workbook.set_properties({"title": cover.title, "created": created})
    writer = _Writer(workbook, cover, said(book.banner))
    writer.write(list(sheets_of(book)))
    workbook.close()
    publish(whole.getvalue(), output)


def sheets_of(book: Book) -> Iterator[Sheet]:
    """Return the report's tables in order, numbered as in the report."""
    number = 0
    for item in book.exhibits:
        for place, block in enumerate(item.blocks):
            if block["t"] == "Table":
                number += 1
                yield _sheet(number, block, item.blocks[place + 1 :], item.values)


def _sheet(
    number: int, node: Node, below: Sequence[Node], values: Sequence[Sequence[float | None]]
) -> Sheet:
    (label, _, _), caption, _, head, bodies, _ = node["c"]
    raws = iter(values)
    rows = [
        (Cell(text_of(line[1][0][4])),)
        if "group" in line[0][1]
        else _cells(line[1], next(raws, ()))
        for line in bodies[0][3]
    ]
    return Sheet(
        name=f"{number} {label.removeprefix('tab-')}"[:LONGEST_NAME].rstrip("-"),
        caption=text_of(caption[1]),
        headings=tuple(text_of(cell[4]) for cell in head[1][0][1]),
        rows=tuple(rows),
        notes=tuple(map(_note, below)),
    )


def _cells(line: Sequence[Any], raws: Sequence[float | None]) -> tuple[Cell, ...]:
    known = [*raws, *[None] * (len(line) - len(raws))]
    return tuple(_cell(cell[4], raw) for cell, raw in zip(line, known, strict=True))


def _cell(blocks: Sequence[Node], raw: float | None) -> Cell:
    content = [node for block in blocks for node in block["c"]]
    marks = [node for node in content if node["t"] == "Superscript"]
    text = text_of([node for node in content if node["t"] != "Superscript"])
    return Cell(text.rstrip("\u202f") if marks else text, text_of(marks), raw)


def _note(block: Node) -> str:
    """Return a note with its number raised, as it stands beside the cell."""
    raised = re.match(r"\d+(?= )", text_of(block))
    superscript = any(node["t"] == "Superscript" for node in block["c"][1][0]["c"])
    text = text_of(block)
    if raised and superscript:
        return raised.group().translate(_RAISED) + text[raised.end() :]
    return text


@dataclass(frozen=True)
class _Writer:
    workbook: "Workbook"
    cover: Cover
    banner: str

    @cached_property
    def _styles(self) -> dict[tuple[tuple[str, Any], ...], "Format"]:
        return {}

    def _style(self, **wanted: Any) -> "Format":
        """Return a style, each made once."""
        key = tuple(sorted(wanted.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format({"valign": "top", **wanted})
        return self._styles[key]

    @property
    def _decimal(self) -> str:
        return "," if self.cover.language == "fr" else "."

    def write(self, sheets: Sequence[Sheet]) -> None:
        """Write the contents and a sheet a table."""
        first = self.workbook.add_worksheet(self.cover.words["contents"])
        self._contents(first, sheets)
        for sheet in sheets:
            self._table(self.workbook.add_worksheet(sheet.name), sheet)

    def _contents(self, page: "Worksheet", sheets: Sequence[Sheet]) -> None:
        self._text(page, 0, 0, self.cover.title, bold=True, font_size=14)
        self._text(page, 1, 0, self.banner or self.cover.subtitle, bold=bool(self.banner))
        for row, sheet in enumerate(sheets, _HEAD):
            self._link(page, row, sheet.name, sheet.caption)
        rows = enumerate(self.cover.provenance, _HEAD + len(sheets) + 1)
        for row, (name, value) in rows:
            self._text(page, row, 0, f"{name}: {value}", font_color="#5d574f")
        page.set_column(0, 0, 100)

    def _table(self, page: "Worksheet", sheet: Sheet) -> None:
        self._text(page, 0, 0, sheet.caption, bold=True)
        self._text(page, 1, 0, self.banner, bold=True)
        self._link(page, 2, self.cover.words["contents"], self.cover.words["contents"])
        for column, heading in enumerate(sheet.headings):
            self._text(page, _HEAD, column, heading, bold=True, bottom=1, text_wrap=True)
        grouped = _parts_thousands(sheet, self._decimal)
        for row, cells in enumerate(sheet.rows, _HEAD + 1):
            for column, cell in enumerate(cells):
                self._cell(page, (row, column), cell, grouped=column in grouped)
        for row, note in enumerate(sheet.notes, _HEAD + 2 + len(sheet.rows)):
            self._text(page, row, 0, note, font_color="#5d574f")
        for column, width in enumerate(_widths(sheet)):
            page.set_column(column, column, width)
        page.freeze_panes(_HEAD + 1, 1)

    def _cell(
        self, page: "Worksheet", place: tuple[int, int], cell: Cell, *, grouped: bool
    ) -> None:
        mark = cell.mark.translate(_RAISED)
        amount = amount_of(cell.text, self._decimal)
        if amount is None:
            self._text(page, *place, cell.text + (f"\u202f{mark}" if mark else ""), text_wrap=True)
            return
        shown = amount.number_format(grouped=grouped) + (f'"\u202f{mark}"' if mark else "")
        page.write_number(*place, amount.cell(cell.raw), self._style(num_format=shown))

    def _text(self, page: "Worksheet", row: int, column: int, text: str, **style: Any) -> None:
        if not text:
            return
        if text.startswith(FORMULA_STARTS):
            style["quote_prefix"] = True  # stays a text when somebody edits the cell
        page.write_string(row, column, text, self._style(**style))

    def _link(self, page: "Worksheet", row: int, sheet: str, text: str) -> None:
        style = self._style(font_color="#084c4d", underline=1)
        page.write_url(row, 0, f"internal:'{sheet}'!A1", style, string=text)


def _parts_thousands(sheet: Sheet, decimal: str) -> set[int]:
    """Return the columns whose thousands are parted somewhere; a year's are not."""
    return {
        column
        for cells in sheet.rows
        for column, cell in enumerate(cells)
        if (amount := amount_of(cell.text, decimal)) is not None and amount.grouped
    }


def _widths(sheet: Sheet) -> list[int]:
    lengths = [len(heading) for heading in sheet.headings]
    for cells in sheet.rows:
        if len(cells) == len(lengths):
            lengths = [max(a, len(b.text) + 2) for a, b in zip(lengths, cells, strict=True)]
    return [max(NARROWEST, min(length, WIDEST)) for length in lengths]
