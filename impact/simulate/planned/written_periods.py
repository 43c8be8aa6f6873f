"""Periods and days as files have them: months of a label, and the ways in which people write a period."""

import re
from typing import Literal

from impact.data.intake.written_periods import Written
from impact.errors import PlanError

_LABEL = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|-(?P<month>\d{2}))?(?:-\d{2})?")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def month_of(label: str) -> int:
    """Return the month in which a labelled period begins, or a day lies, counted from January 1970 on; a wave is itself.

    Examples
    --------
    >>> from impact.simulate.planned.written_periods import month_of
    >>> month_of("1971Q2"), month_of("1970-03"), month_of("7")
    (15, 2, 7)
    """
    match = _LABEL.fullmatch(label)
    if match is None:
        return int(float(label))
    year, quarter, month = match["year"], match["quarter"], match["month"]
    within = 3 * int(quarter) - 3 if quarter else int(month) - 1 if month else 0
    return 12 * (int(year) - 1970) + within


def fitting(label: str, kind: str, frequency: str | None) -> str:
    """Write a period or day as a column of another kind has it: a day in its middle, or the period in which it begins."""
    month = month_of(label)
    if _LABEL.fullmatch(label) is None:
        return label
    year, place = 1970 + month // 12, month % 12
    if kind == "date":
        whole = re.fullmatch(r"\d{4}-\d{2}-\d{2}", label)
        middle = place + (1 if "Q" in label else 6 if len(label) == len("2010") else 0)
        return label if whole else f"{year:04d}-{middle + 1:02d}-15"
    if frequency == "quarter":
        return f"{year}Q{place // 3 + 1}"
    return f"{year:04d}-{place + 1:02d}" if frequency == "month" else f"{year:04d}"


def written_as(month: int, way: Written, *, named: Literal["first", "last"] | None = None) -> str:
    """Write the period that begins in a month the way of an example.

    Raises
    ------
    PlanError
        The way is none that is known.
    """
    year, place = 1970 + month // 12, month % 12
    quarter, number = place // 3 + 1, place + 1
    ends = {1: "st", 2: "nd", 3: "rd", 4: "th"}
    begins = year - (named == "last")
    ways: dict[Written, str] = {
        "Q4 2010": f"Q{quarter} {year}",
        "2010 Q4": f"{year} Q{quarter}",
        "T4 2010": f"T{quarter} {year}",
        "2010 T4": f"{year} T{quarter}",
        "4th quarter 2010": f"{quarter}{ends[quarter]} quarter {year}",
        "4e trimestre 2010": f"{quarter}{'er' if quarter == 1 else 'e'} trimestre {year}",
        "December 2010": f"{_MONTHS_EN[place]} {year}",
        "décembre 2010": f"{_MONTHS_FR[place]} {year}",
        "12/2010": f"{number}/{year}",
        "2010-12": f"{year}-{number:02d}",
        "201012": f"{year}{number:02d}",
        "2010m12": f"{year}m{number}",
        "2010": f"{year}",
        "FY 2010": f"FY {year}",
        "2010/11": f"{begins}/{(begins + 1) % 100:02d}",
    }
    if way not in ways:
        raise PlanError(f"written: {way}: cannot be simulated yet; rehearse with another way of it")
    return ways[way]
