"""Labels of periods and days as the package writes them: whole numbers without a point, a period by the day it begins."""

import re
from datetime import date

from impact.data.schema import DateOrder, DecimalMark
from impact.data.sources.codes import without_point
from impact.terms import Frequency

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTHS = {"year": 12, "quarter": 3, "month": 1}


def period_label(
    text: str, frequency: Frequency, dates: DateOrder | None, decimal: DecimalMark = "."
) -> str:
    """Write a cell as a label of the frequency where it is one by rule; anything else stays, and `TimeAxis` refuses it.

    Parameters
    ----------
    text : str
    frequency : {"integer", "year", "quarter", "month"}
    dates : {"day_first", "month_first"}, optional
        Order of dates that are written with the year last; without it they are refused.
    decimal : {".", ","}
        Decimal mark of the file: ``,`` reads ``2012,0`` as the year that ``2012.0`` is.

    Examples
    --------
    >>> from impact.data.sources.period_labels import period_label
    >>> period_label("01/04/2013", "quarter", "day_first"), period_label("2012.0", "year", None)
    ('2013Q2', '2012')
    """
    day = _day(text, dates)
    if day is None:
        return without_point(text, decimal) if frequency in {"integer", "year"} else text
    if frequency == "integer" or day.day != 1 or (day.month - 1) % _MONTHS[frequency]:
        return day.isoformat()
    if frequency == "year":
        return str(day.year)
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    return quarter if frequency == "quarter" else f"{day.year}-{day.month:02d}"


def day_label(text: str, dates: DateOrder | None) -> str:
    """Write a cell as 2013-04-30 where it is a day by rule; anything else stays, and is refused."""
    day = _day(text, dates)
    return text if day is None else day.isoformat()


def _day(text: str, dates: DateOrder | None) -> date | None:
    iso = _ISO.fullmatch(text)
    last = _DAY.fullmatch(text) if dates is not None else None
    if iso:
        year, month, day = iso.groups()
    elif last:
        day, month, year = last.groups()
        if dates == "month_first":
            day, month = month, day
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
