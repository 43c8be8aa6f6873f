"""The tracking table's formulas: the rules of `impact.evaluation.completion`, said to a spreadsheet.

In short, with A the actual figure, T the target and B the baseline: a cumulative indicator's share is A / T, a level's
(A - B) / (T - B). A cell that holds a word instead of a number is one of which the word says why there is none.
"""

from dataclasses import dataclass
from typing import ClassVar

from impact.evaluation.completion import Classification
from impact.evaluation.indicators import YEARS
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said


@dataclass(frozen=True)
class Reasons:
    """What a cell says where it has no number, in the table's language."""

    not_known: str
    not_done: str
    study: str
    done: str
    actual_not_known: str
    target_not_known: str
    no_target: str
    baseline_not_known: str
    no_baseline: str
    target_zero: str
    target_at_baseline: str

    @classmethod
    def of(cls, t: Words) -> "Reasons":
        """Return the words of the register."""
        return cls(
            not_known=said(t, "figure_state", "not_known"),
            not_done=said(t, "figure_state", "not_done"),
            study=said(t, "completion", "measured_by_study"),
            done=said(t, "completion", "done_by_date"),
            actual_not_known=said(t, "completion", "actual_not_known"),
            target_not_known=said(t, "completion", "target_not_known"),
            no_target=said(t, "completion", "no_target"),
            baseline_not_known=said(t, "completion", "baseline_not_known"),
            no_baseline=said(t, "completion", "no_baseline"),
            target_zero=said(t, "completion", "target_zero"),
            target_at_baseline=said(t, "completion", "target_at_baseline"),
        )


@dataclass(frozen=True)
class Places:
    """Where an indicator's figures stand in its row, columns counted from 0."""

    row: int
    baseline: ClassVar[int] = 4
    to_date: ClassVar[int] = 5 + 7 * YEARS
    target: ClassVar[int] = 6 + 7 * YEARS
    complete: ClassVar[int] = 7 + 7 * YEARS
    notes: ClassVar[int] = 8 + 7 * YEARS

    @staticmethod
    def of_year(year: int) -> int:
        """Return a year's first column; its four quarters, target, percentage and spare one follow."""
        return 5 + 7 * year

    def name(self, column: int) -> str:
        """Return a cell's name."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        return str(xl_rowcol_to_cell(self.row, column))

    def quarters(self, year: int) -> str:
        """Return the range of a year's quarters."""
        start = self.of_year(year)
        return f"{self.name(start)}:{self.name(start + 3)}"

    def quarter(self, number: int) -> str:
        """Return a quarter's cell, of all years' counted from 0."""
        return self.name(self.of_year(number // 4) + number % 4)


def percent(classification: Classification, places: Places, reasons: Reasons) -> str:
    """Return the formula of the percentage to date."""
    a, target = places.name(places.to_date), places.name(places.target)
    base = places.name(places.baseline)
    missing = (
        f"IF({a}={_text(reasons.not_done)},{_text(reasons.not_done)},"
        f"IF({a}={_text(reasons.study)},{_text(reasons.study)},{_text(reasons.actual_not_known)}))"
    )
    if classification == "date":
        return f"=IF(ISNUMBER({a}),{_text(reasons.done)},{missing})"
    return f"=IF(ISNUMBER({a}),{_share(classification, a, target, base, reasons)},{missing})"


def year_percent(
    classification: Classification, places: Places, year: int, reasons: Reasons
) -> str:
    """Return the formula of a year's percentage: of the known quarters of a count, of the last known one of a level."""
    cells, target = places.quarters(year), places.name(places.of_year(year) + 4)
    base = places.name(places.baseline)
    undone = f"COUNTIF({cells},{_text(reasons.not_done)})"
    missing = f"IF({undone}=4,{_text(reasons.not_done)},{_text(reasons.actual_not_known)})"
    if classification == "cumulative":
        share = _share(classification, f"SUM({cells})", target, base, reasons)
        return f"=IF(COUNT({cells})>0,{share},{missing})"
    latest = _latest([places.name(places.of_year(year) + n) for n in range(4)], '""')
    share = _share(classification, latest, target, base, reasons)
    return f"=IF(COUNT({cells})>0,{share},{missing})"


def to_date(classification: Classification, places: Places, n: int, reasons: Reasons) -> str:
    """Return the formula of the actual figure to date, from the first ``n`` quarters."""
    ranges = [places.quarters(year) for year in range(YEARS)]
    counted = "+".join(f"COUNT({cells})" for cells in ranges)
    undone = "+".join(f"COUNTIF({cells},{_text(reasons.not_done)})" for cells in ranges)
    missing = f"IF({undone}={n},{_text(reasons.not_done)},{_text(reasons.not_known)})"
    if classification == "cumulative":
        return f"=IF({counted}=0,{missing},SUM({','.join(ranges)}))"
    return "=" + _latest([places.quarter(number) for number in range(n)], missing)


def _share(
    classification: Classification, actual: str, target: str, baseline: str, reasons: Reasons
) -> str:
    no_target = f"IF({target}={_text(reasons.not_done)},{_text(reasons.no_target)},{_text(reasons.target_not_known)})"
    if classification == "cumulative":
        share = f"IF({target}=0,{_text(reasons.target_zero)},{actual}/{target})"
        return f"IF(ISNUMBER({target}),{share},{no_target})"
    share = (
        f"IF({target}={baseline},{_text(reasons.target_at_baseline)},"
        f"({actual}-{baseline})/({target}-{baseline}))"
    )
    no_baseline = (
        f"IF({baseline}={_text(reasons.not_done)},{_text(reasons.no_baseline)},"
        f"{_text(reasons.baseline_not_known)})"
    )
    return f"IF(ISNUMBER({target}),IF(ISNUMBER({baseline}),{share},{no_baseline}),{no_target})"


def _latest(cells: list[str], otherwise: str) -> str:
    """Return the last cell of several that holds a number."""
    found = otherwise
    for cell in cells:
        found = f"IF(ISNUMBER({cell}),{cell},{found})"
    return found


def _text(words: str) -> str:
    doubled = words.replace('"', '""')
    return f'"{doubled}"'
