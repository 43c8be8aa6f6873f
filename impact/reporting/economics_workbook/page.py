"""A sheet of the workbook: its cells, its names, and how it prints."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from impact.data.formulas import FORMULA_STARTS
from impact.reporting.economics_workbook.cells import (
    INK,
    LINE_COLOUR,
    LOOKS,
    NUMBERS,
    Cell,
    Formula,
    Given,
    Input,
    Look,
    Number,
    Said,
)
from impact.reporting.economics_workbook.subject import Subject

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Place = tuple[int, int]
"""Row and column, from 0."""
LINE = 16.5  # points


@cache
def cell_name(place: Place, *, fixed_row: bool = False, fixed_column: bool = False) -> str:
    """Return what a formula calls a cell of its own sheet: ``B$3`` for row 2, column 1 with its row fixed."""
    row, column = place
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{'$' * fixed_column}{letters}{'$' * fixed_row}{row + 1}"


@dataclass(frozen=True)
class Book:
    """The workbook under way: each style is made once."""

    workbook: "Workbook"
    subject: Subject

    @cached_property
    def _styles(self) -> dict[tuple[Look, Number, bool], "Format"]:
        return {}

    def style(self, look: Look, number: Number = "text", *, quoted: bool = False) -> "Format":
        """Return a look with a number format; a quoted text stays one when somebody edits its cell."""
        key = (look, number, quoted)
        if key not in self._styles:
            shown = self._yes_no if number == "yes_no" else NUMBERS[number]
            wanted = {"font_name": "Calibri", "font_color": INK, "num_format": shown}
            self._styles[key] = self.workbook.add_format(
                {**wanted, **LOOKS[look], "quote_prefix": quoted}
            )
        return self._styles[key]

    @property
    def _yes_no(self) -> str:
        t = self.subject.t
        return f'[=1]"{t("yes")}"_);[=0]"{t("no")}"_);General'

    def page(self, title: str, widths: Sequence[float], *, upright: bool = False) -> "Page":
        """Add a sheet, ready to print: one page wide, its name and number at the foot."""
        from impact.reporting.economics_workbook.formulas import SheetOfFormulas

        sheet = self.workbook.add_worksheet(title, worksheet_class=SheetOfFormulas)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.set_default_row(LINE)
        sheet.set_paper(9)  # A4
        if not upright:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&L&8&F&C&8&A&R&8&P / &N")
        page = Page(self, sheet, title, len(widths) - 1)
        page.put((0, 0), Said(title.split(" ", 1)[1], "title"))
        sheet.set_row(0, 26)
        if self.subject.banner:
            page.put((1, 0), Said(self.subject.banner, "banner"))
        return page


@dataclass(frozen=True)
class Page:
    """One sheet; ``last`` is the column at the right of what is printed."""

    book: Book
    sheet: "Worksheet"
    title: str
    last: int

    def put(self, place: Place, cell: Cell) -> None:
        """Write a cell."""
        style = self.book.style
        match cell:
            case Said(text, look):
                quoted = text.startswith(FORMULA_STARTS)
                self.sheet.write_string(*place, text, style(look, quoted=quoted))
            case Input(value, number):
                self._value(place, value, style(cell.look, number))
                self._limit(place, cell)
            case Given(value, number, _, look):
                self._value(place, value, style(look, number))
            case Formula():
                self._formula(place, cell)
        if name := getattr(cell, "name", ""):
            self.name(name, place)

    def row(self, row: int, cells: Sequence[Cell | None], *, lines: float = 1) -> None:
        """Write cells side by side from the first column on, in a row so many lines high."""
        for column, one in enumerate(cells):
            if one is not None:
                self.put((row, column), one)
        if lines != 1:
            self.sheet.set_row(row, LINE * lines)

    def year(self, row: int, cells: Sequence[Given | Formula]) -> None:
        """Write the cells of a year, without lines of their own."""
        self.row(row, [replace(one, look="yearly") for one in cells])

    def said(self, row: int, text: str, look: Look = "note", *, lines: float = 1) -> None:
        """Write words over the whole width of the page."""
        self.wide((row, 0), self.last, Said(text, look))
        self.sheet.set_row(row, LINE * lines)

    def wide(self, first: Place, last: int, cell: Said | Given | Formula) -> None:
        """Write a cell that runs on to column ``last``."""
        number: Number = "text" if isinstance(cell, Said) else cell.number
        style = self.book.style(cell.look, number)
        self.sheet.merge_range(*first, first[0], last, "", style)
        self.put(first, cell)

    def group(self, row: int, text: str) -> None:
        """Write the heading of a group of rows."""
        for column in range(self.last + 1):
            self.sheet.write_blank(row, column, None, self.book.style("group"))
        self.row(row, [Said(text, "group")], lines=1.4)

    def headings(self, row: int, words: Sequence[str], *, lines: float = 2) -> None:
        """Write the headings of a table: the first over words, the others over numbers."""
        cells = [
            Said(word, "heading" if column else "heading_of_words")
            for column, word in enumerate(words)
        ]
        self.row(row, cells, lines=lines)

    def name(self, name: str, first: Place, last: Place | None = None) -> None:
        """Define a name for a cell, or for the cells from one to another."""
        ends = dict.fromkeys((first, last or first))
        cells = ":".join(cell_name(one, fixed_row=True, fixed_column=True) for one in ends)
        self.book.workbook.define_name(name, f"='{self.title}'!{cells}")

    def until_the_horizon(self, first: Place, last: Place) -> None:
        """Let only rows be seen whose first cell counts a year before the horizon, and print no more than those of today."""
        self.sheet.print_area(0, 0, first[0] + self.book.subject.file.horizon.years - 1, self.last)
        counted = cell_name(first, fixed_column=True)
        self._seen_where(first, last, f"{counted}<horizon")
        hidden = self.book.workbook.add_format({"font_color": "#ffffff"})
        rule = {"type": "formula", "criteria": f"={counted}>=horizon", "format": hidden}
        self.sheet.conditional_format(*first, *last, rule)

    def where_filled(self, first: Place, last: Place) -> None:
        """Draw lines around rows only whose first cell says something."""
        self._seen_where(first, last, f'{cell_name(first, fixed_column=True)}<>""')

    def _seen_where(self, first: Place, last: Place, condition: str) -> None:
        lined = self.book.workbook.add_format({"border": 1, "border_color": LINE_COLOUR})
        rule = {"type": "formula", "criteria": f"={condition}", "format": lined}
        self.sheet.conditional_format(*first, *last, rule)

    def _value(self, place: Place, value: float | str | None, style: "Format") -> None:
        if value is None:
            self.sheet.write_blank(*place, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(*place, value, style)
        else:
            self.sheet.write_number(*place, float(value), style)

    def _formula(self, place: Place, cell: Formula) -> None:
        style = self.book.style(cell.look, cell.number)
        value = cell.value if isinstance(cell.value, str) else float(cell.value)
        if cell.array:
            self.sheet.write_array_formula(*place, *place, f"{{={cell.formula}}}", style, value)
        else:
            self.sheet.write_formula(*place, f"={cell.formula}", style, value)

    def _limit(self, place: Place, cell: Input) -> None:
        t = self.book.subject.t
        rule: dict[str, Any] = {"error_title": t("Not possible")}
        if cell.number == "yes_no":
            told = t("1 is yes, 0 is no.")
            rule |= {"validate": "list", "source": [1, 0], "error_message": told}
        elif cell.limits is not None:
            low, high = cell.limits
            told = t("The number lies outside its limits.")
            rule |= {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
            rule["error_message"] = told
        else:
            return
        self.sheet.data_validation(*place, *place, rule)
