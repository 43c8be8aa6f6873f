"""Ramadan and the two Eids, which move through the seasons, as a column beside the periods."""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from impact.arrays import Floats, Integers
from impact.data.intake.periods import days_begun, first_months, length
from impact.data.intake.rules.new_column import ColumnRule, NewColumn, first_reasons
from impact.data.intake.rules.rule import Name
from impact.data.intake.table import Kind, Table
from impact.errors import RangeError, SchemaError

Days = NDArray[np.datetime64]
RAMADAN, SHAWWAL, DHU_AL_HIJJAH = 9, 10, 12
FIRST_MONTH, LAST_MONTH = "1925-01", "2076-12"  # whole years within the tables of hijridate


class MuslimCalendar(ColumnRule):
    """Say how much of each period is Ramadan, or whether an Eid lies in it.

    Assumes
    -------
    Months begin as in the Umm al-Qura calendar, which is calculated. Where the new moon is sighted, as in Morocco, they begin
    on the same day or the next one (Ramadan 2013 on 10 July, not 9 July; Eid al-Adha 2014 on 5 October, not 4 October). In a
    quarter that day is a hundredth of the share; an Eid changes its month only where it lies at the end of one.
    """

    rule: Literal["muslim_calendar"] = Field(description="`muslim_calendar`")
    column: Name = Field(
        description="periods of years, quarters or months, from 1925 to 2076; others are refused"
    )
    what: Literal["ramadan", "eid_al_fitr", "eid_al_adha"] = Field(
        description=(
            "`ramadan`: the share of a period's days that lie in Ramadan; `eid_al_fitr`, `eid_al_adha`: 1 if the first day "
            "of the feast lies in the period, else 0"
        )
    )
    days_later: Annotated[int, Field(ge=0, le=2)] = Field(
        default=0,
        description="days by which months begin after the Umm al-Qura calendar; in Morocco 1 for most months of 2009 to 2015",
    )

    def column_of(self, table: Table) -> NewColumn:
        """Look up the calendar once a period."""
        months = first_months(table, self.column)
        if table.kinds[self.column].type != "period":
            raise SchemaError(
                f"{self.column}: of {table.kinds[self.column]}; make its period by period_of first"
            )
        known = ~np.isnan(months)
        limits = np.array([FIRST_MONTH, LAST_MONTH], dtype="datetime64[M]").astype(np.int64)
        beyond = known & ((months < limits[0]) | (months > limits[1]))
        if beyond.any():
            raise RangeError(
                f"{self.column}: before 1925 or after 2076 on {table.rows_named(beyond)}, where the calendar is not tabled"
            )
        codes, begun = pd.factorize(months, use_na_sentinel=True)
        values = np.append(self._of(begun.astype(np.int64), length(table, self.column)), np.nan)
        kind = Kind("number" if self.what == "ramadan" else "boolean")
        return NewColumn(values[codes], kind, first_reasons(table, [self.column]))

    def _of(self, months: Integers, n_months: int) -> Floats:
        """Return the value of each period, by the month in which it begins, (p,)."""
        begins, ends = days_begun(months), days_begun(months + n_months)
        later = np.timedelta64(self.days_later, "D")
        if self.what == "ramadan":
            first = muslim_days(RAMADAN, 1)[:, None] + later
            after = muslim_days(SHAWWAL, 1)[:, None] + later
            none = np.timedelta64(0, "D")
            within = np.maximum(np.minimum(ends, after) - np.maximum(begins, first), none)
            days: Floats = within.sum(axis=0) / (ends - begins)
            return days
        month, day = (SHAWWAL, 1) if self.what == "eid_al_fitr" else (DHU_AL_HIJJAH, 10)
        feasts = muslim_days(month, day) + later
        inside = (feasts[:, None] >= begins) & (feasts[:, None] < ends)
        return inside.any(axis=0).astype(float)


def muslim_days(month: int, day: int) -> Days:
    """Return the days on which a day of the Muslim year falls, for every year that is tabled (1343 to 1500, 158 of them).

    Examples
    --------
    >>> from impact.data.intake.rules.muslim_calendar import RAMADAN, muslim_days
    >>> [str(day) for day in muslim_days(RAMADAN, 1)[90:93]]
    ['2012-07-20', '2013-07-09', '2014-06-28']
    """
    from hijridate import Hijri, ummalqura

    (first, _, _), (last, _, _) = ummalqura.HIJRI_RANGE
    years = range(first, last + 1)
    days = [Hijri(year, month, day).to_gregorian().isoformat() for year in years]
    return np.array(days, dtype="datetime64[D]")
