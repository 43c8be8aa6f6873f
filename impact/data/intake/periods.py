"""Periods of a table as numbers that count them, and back as labels."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.data.intake.table import Table
from impact.data.times import TimeAxis
from impact.errors import SchemaError
from impact.terms import Frequency

Calendar = Literal["year", "quarter", "month"]
MONTHS: dict[Frequency, int] = {"year": 12, "quarter": 3, "month": 1}
"""Months of a period."""


def counted(table: Table, name: str) -> Floats:
    """Return periods or days as numbers that count them from 1970 on (waves as they are), NaN where missing, (n,)."""
    kind = table.kinds[name]
    if kind.type == "period":
        rows = np.arange(1, len(table) + 1)
        axis = TimeAxis(kind.frequency or "integer")
        return axis.parse(table[name], rows=rows, missing_allowed=True)
    codes, labels = pd.factorize(table[name], use_na_sentinel=True)
    days = np.array(labels, dtype="datetime64[D]").astype(np.int64).astype(float)
    return np.asarray(np.append(days, np.nan)[codes], dtype=float)


def first_months(table: Table, name: str) -> Floats:
    """Return the month in which each period begins, or in which each day lies, counted from January 1970 on, (n,).

    Raises
    ------
    SchemaError
        Neither days nor periods of the calendar.
    """
    table.need(name)
    kind = table.kinds[name]
    if kind.type == "period" and kind.frequency in MONTHS:
        return counted(table, name) * MONTHS[kind.frequency]
    if kind.type == "date":
        codes, labels = pd.factorize(table[name], use_na_sentinel=True)
        months = np.array(labels, dtype="datetime64[M]").astype(np.int64).astype(float)
        return np.asarray(np.append(months, np.nan)[codes], dtype=float)
    raise SchemaError(
        f"{name}: of {kind}; this needs a date, or a period of years, quarters or months"
    )


def length(table: Table, name: str) -> int:
    """Return the months of a column's periods; 1 for a column of days."""
    return MONTHS.get(table.kinds[name].frequency or "month", 1)


def labels_of(numbers: Floats, frequency: Frequency) -> NDArray[np.object_]:
    """Write calendar numbers as labels, None where missing, (n,)."""
    axis = TimeAxis(frequency)
    codes, known = pd.factorize(numbers, use_na_sentinel=True)
    labels = np.array([*(str(axis.label(number)) for number in known), None], dtype=object)
    return np.asarray(labels[codes], dtype=np.object_)


def days_begun(months: Integers) -> NDArray[np.datetime64]:
    """Return the first day of months counted from January 1970 on."""
    return months.astype("datetime64[M]").astype("datetime64[D]")
