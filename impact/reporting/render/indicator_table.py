"""indicators.xlsx: the indicator tracking table in the funder's layout, a sheet a project, percentages as live formulas.

Rows 2 to 5 hold country, project, submission date and the days of the compact's years; data begin in row 9; header rows name
activity and sub-activity. Columns: level, indicator, classification, unit, baseline; of each year four quarters, the target,
the percentage and a spare one; actual to date, end-of-compact target, percentage, notes. The sheet is protected without a
password: baselines, targets and formulas are locked, for they change in the monitoring plan alone.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.data.formulas import FORMULA_STARTS
from impact.evaluation.completion import Bound, Completion
from impact.evaluation.indicators import (
    NOT_KNOWN,
    QUARTERS,
    YEARS,
    Actual,
    Cell,
    Indicator,
    Indicators,
)
from impact.reporting.delivery import actual_in_words, cell_in_words, completion_in_words
from impact.reporting.formats import Formats
from impact.reporting.render.indicator_formulas import (
    Places,
    Reasons,
    percent,
    to_date,
    year_percent,
)
from impact.reporting.render.pandoc import EPOCH, publish
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said
from impact.terms import Language

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

INDICATORS = "indicators.xlsx"
FIRST_ROW = 8  # counted from 0: row 9 of the sheet
LONGEST_NAME = 31  # characters of a sheet's name
NOT_IN_NAMES = str.maketrans("[]:*?/\\'", "()      ")
LINE = 12.5  # points of a line of text
WIDTHS = [16.0, 32, 13, 16, 11, *([9.5] * 4 + [12, 16, 3]) * YEARS, 16, 22, 20, 66]
"""Characters of the columns, in their order."""
FREE_TEXT = {"text_wrap": True, "locked": False}
GREY, RULE, HEAD = "#5d574f", "#b9b2a8", "#d6e7e6"


def render_indicators(
    indicators: Indicators, output: Path, *, language: Language, blind: bool = False
) -> None:
    """Write the table; the same file gives the same bytes. Of a blind run it says that it is of one."""
    from xlsxwriter.workbook import Workbook

    whole = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = Workbook(whole, options)
    created = datetime.fromtimestamp(int(EPOCH), UTC).replace(tzinfo=None)
    writer = _Writer(workbook, indicators, language, blind)
    workbook.set_properties({"title": writer.title, "created": created})
    writer.write()
    workbook.close()
    publish(whole.getvalue(), output)


@dataclass(frozen=True)
class _Writer:
    workbook: "Workbook"
    told: Indicators
    language: Language
    blind: bool

    @cached_property
    def t(self) -> Words:
        return Words(self.language)

    @cached_property
    def f(self) -> Formats:
        return Formats(self.language)

    @property
    def title(self) -> str:
        return self.t("Indicator tracking table")

    @cached_property
    def reasons(self) -> Reasons:
        return Reasons.of(self.t)

    @cached_property
    def _styles(self) -> dict[tuple[tuple[str, Any], ...], "Format"]:
        return {}

    def style(self, **wanted: Any) -> "Format":
        """Return a style, each made once."""
        key = tuple(sorted(wanted.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format(
                {"valign": "top", "font_size": 9, **wanted}
            )
        return self._styles[key]

    def write(self) -> None:
        for number, (key, name) in enumerate(self.told.projects.items(), 1):
            words = name.in_language(self.language)
            tab = f"{number} {words.translate(NOT_IN_NAMES)}"[:LONGEST_NAME].strip()
            page = self.workbook.add_worksheet(tab)
            self._head(page, words)
            row = FIRST_ROW
            for line in self._lines(self.told.of(key)):
                if isinstance(line, str):
                    self._header_row(page, row, line)
                else:
                    self._indicator(page, row, line)
                row += 1
            self._set_up(page)

    def _lines(self, every: list[Indicator]) -> Iterator[str | Indicator]:
        """Yield indicators, and before them the names of activity and sub-activity where these change."""
        t, told, before = self.t, self.told, ("", "")
        for one in every:
            here = one.activity, one.sub_activity or ""
            if here[0] != before[0]:
                yield t(
                    "Activity: {name}", name=told.activities[here[0]].in_language(self.language)
                )
            if here != before and here[1]:
                part = told.sub_activities[here[1]].in_language(self.language)
                yield t("Sub-activity: {name}", name=part)
            yield one
            before = here

    def _head(self, page: "Worksheet", project: str) -> None:
        t, told = self.t, self.told
        self.text(page, 0, 0, self.title, bold=True, font_size=14)
        submitted = said(t, "figure_state", "not_known")
        if told.submitted is not None:
            submitted = self._day(date.fromisoformat(told.submitted))
        named = (
            (t("Country"), told.country.in_language(self.language)),
            (t("Project"), project),
            (t("Submission date"), submitted),
            (t("Compact years"), ""),
        )
        for row, (name, value) in enumerate(named, 1):
            self.text(page, row, 0, name, bold=True)
            self.text(page, row, 1, value)
        about = t("Figures of monitoring, as sourced; no result of the study is among them.")
        if self.blind:
            about = f"{t('BLIND · treatment exchanged at random, no finding')}. {about}"
        self.text(page, 5, 0, about, font_color=GREY)
        self._years(page)
        for column, heading in enumerate(self._headings()):
            numeric = Places.baseline <= column < Places.notes
            place = {"align": "right"} if numeric else {"indent": int(column == Places.notes)}
            self.text(page, FIRST_ROW - 1, column, heading, **place, **_heading())

    def _years(self, page: "Worksheet") -> None:
        for year, (first, last) in enumerate(self.told.years()):
            start = Places.of_year(year)
            days = f"{self._day(first)} – {self._day(last)}"
            page.merge_range(4, start, 4, start + 6, days, self.style(align="center"))
            name = self.t("Year {n}", n=str(year + 1))
            centred = self.style(align="center", **_heading())
            page.merge_range(6, start, 6, start + 6, name, centred)

    def _headings(self) -> list[str]:
        t = self.t
        complete, target = t("% complete"), t("Year target")
        year = [*(t("Q{n}", n=str(n)) for n in range(1, 5)), target, complete, ""]
        return [
            t("Level"), t("Indicator"), t("Classification"), t("Unit"), t("Baseline"),
            *(year * YEARS),
            t("Actual to date"), t("End-of-compact target"), t("% complete to date"), t("Notes"),
        ]  # fmt: skip

    def _header_row(self, page: "Worksheet", row: int, words: str) -> None:
        for column in range(Places.notes + 1):
            page.write_blank(row, column, None, self.style(bg_color=HEAD))
        self.text(page, row, 0, words, bold=True, bg_color=HEAD)

    def _indicator(self, page: "Worksheet", row: int, one: Indicator) -> None:
        t, places = self.t, Places(row)
        words = (
            said(t, "indicator_level", f"level:{one.level}"),
            one.name.in_language(self.language),
            said(t, "classification", f"class:{one.classification}"),
            one.unit.in_language(self.language),
        )
        for column, text in enumerate(words):
            self.text(page, row, column, text, text_wrap=True)
        notes = self._notes(one)
        self.text(page, row, Places.notes, notes, align="left", indent=1, **FREE_TEXT)
        written = ((1, words[1]), (3, words[3]), (Places.notes, notes))
        page.set_row(row, LINE * max(_lines(text, WIDTHS[column]) for column, text in written))
        self._cell(page, (row, Places.baseline), one.baseline)
        for year in range(YEARS):
            self._year(page, places, one, year)
        self._to_date(page, places, one)
        self._cell(page, (row, Places.target), one.target)
        formula = percent(one.classification, places, self.reasons)
        self._percentage(page, (row, Places.complete), formula, one.completion(self.told.through))

    def _year(self, page: "Worksheet", places: Places, one: Indicator, year: int) -> None:
        names = [f"y{year + 1}q{quarter}" for quarter in range(1, 5)]
        start, style = Places.of_year(year), {"locked": False}
        for column, name in enumerate(names, start):
            if one.measured_by == "study" or name > self.told.through:
                page.write_blank(places.row, column, None, self.style(**style))
            else:
                self._cell(page, (places.row, column), one.cell(name), **style)
        target = one.year_targets.get(f"y{year + 1}", NOT_KNOWN)
        self._cell(page, (places.row, start + 4), target)
        if one.classification != "date" and one.measured_by == "monitoring":
            found = one.completion_of_year(year + 1, self.told.through)
            formula = year_percent(one.classification, places, year, self.reasons)
            self._percentage(page, (places.row, start + 5), formula, found)

    def _percentage(
        self, page: "Worksheet", place: tuple[int, int], formula: str, found: Completion
    ) -> None:
        words = completion_in_words(self.t, self.f, found)
        value = words if found.percent is None else found.percent / 100
        self._formula(page, place, formula, value, self._bounded("0%", found.bound))

    def _to_date(self, page: "Worksheet", places: Places, one: Indicator) -> None:
        actual, place = one.actual(self.told.through), (places.row, Places.to_date)
        if one.measured_by == "study":
            self.text(page, *place, self.reasons.study, align="right", italic=True)
        elif one.to_date is not None:
            self._cell(page, place, one.to_date, locked=False)
        else:
            formula = to_date(
                one.classification, places, QUARTERS.index(self.told.through) + 1, self.reasons
            )
            value, shown = self._shown(actual)
            self._formula(page, place, formula, value, shown)

    def _shown(self, actual: Actual) -> tuple[float | str, str]:
        """Return a figure as a sheet holds it, and its format."""
        if actual.on is not None:
            days = (date.fromisoformat(f"{actual.on}-01") - date(1899, 12, 30)).days
            return days, "mmm yyyy"
        if actual.value is not None:
            return actual.value, self._bounded(_decimals(actual.value), actual.bound)
        return actual_in_words(self.t, self.f, actual), "General"

    def _cell(self, page: "Worksheet", place: tuple[int, int], cell: Cell, **style: Any) -> None:
        if not cell.known:
            words = cell_in_words(self.t, self.f, cell)
            self.text(page, *place, words, font_color=GREY, align="right", **style)
            return
        value, shown = self._shown(Actual(cell.value, cell.on, bound=cell.bound))
        if cell.assumed:
            style["italic"] = True
        page.write_number(*place, float(value), self.style(num_format=shown, **style))

    def _bounded(self, shown: str, bound: Bound) -> str:
        words = said(self.t, "bound", bound, figure="")
        return f'"{words}"{shown}' if words else shown

    def _formula(
        self,
        page: "Worksheet",
        place: tuple[int, int],
        formula: str,
        value: float | str,
        shown: str,
    ) -> None:
        style = {"num_format": shown, "align": "right"}
        if isinstance(value, str):
            style["font_color"] = GREY
        page.write_formula(*place, formula, self.style(**style), value)

    def _notes(self, one: Indicator) -> str:
        """Return the note, and of each figure its source or that it is assumed."""
        t, told = self.t, []
        named = [
            (t("Baseline"), one.baseline),
            *((f"{t('Year target')} {name[1:]}", cell) for name, cell in one.year_targets.items()),
            *((t("Year {n}", n=f"{name[1]}, {t('Q{n}', n=name[3])}"), cell) for name, cell in one.quarters.items()),
            (t("Actual to date"), one.to_date),
            (t("End-of-compact target"), one.target),
        ]  # fmt: skip
        for name, cell in named:
            if cell is not None and cell.state != "not_known":
                year = getattr(cell, "year", None)
                when = f" ({year})" if year else ""
                colon = ":" if self.language == "en" else "\u00a0:"
                told.append(
                    f"{name}{when}{colon} {cell.source_in(self.language) or t('assumption')}."
                )
        note = one.note.in_language(self.language) if one.note else ""
        return " ".join(filter(None, [note, *told]))

    def _day(self, day: date) -> str:
        from babel.dates import format_date

        return str(format_date(day, "d MMM y", locale=self.language))

    def text(self, page: "Worksheet", row: int, column: int, text: str, **style: Any) -> None:
        if text.startswith(FORMULA_STARTS):
            style["quote_prefix"] = True
        page.write_string(row, column, text, self.style(**style))

    def _set_up(self, page: "Worksheet") -> None:
        for column, width in enumerate(WIDTHS):
            page.set_column(column, column, width)
        page.set_row(0, 1.6 * LINE)
        page.set_row(FIRST_ROW - 1, 2 * LINE)
        page.freeze_panes(FIRST_ROW, 2)
        page.protect("", {"format_columns": True, "format_rows": True})
        page.set_landscape()
        page.set_paper(8)  # A3
        page.set_print_scale(60)  # two years on a page, and the last with all that sums them up
        page.set_v_pagebreaks([Places.of_year(2), Places.of_year(4)])
        page.repeat_columns(0, 1)
        page.repeat_rows(6, 7)


def _heading() -> dict[str, Any]:
    return {"bold": True, "text_wrap": True, "bottom": 1, "bottom_color": RULE}


def _decimals(value: float) -> str:
    return "#,##0" if float(value).is_integer() else "#,##0.00"


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column, in type a little smaller than what widths are counted in."""
    return max(1, -(-int(0.95 * len(text)) // int(width)))
