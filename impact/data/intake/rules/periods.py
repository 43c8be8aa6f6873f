"""Columns of periods: of days and shorter periods, of texts, of fiscal years, and of the start of treatment."""

from typing import Annotated, Literal, Self, get_args

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from impact.arrays import Integers
from impact.data.first_period import Marks, first_periods
from impact.data.intake.periods import (
    MONTHS,
    Calendar,
    counted,
    first_months,
    labels_of,
    length,
)
from impact.data.intake.rules.new_column import ColumnRule, NewColumn, first_reasons
from impact.data.intake.rules.recoded import NEVER
from impact.data.intake.rules.rule import Name
from impact.data.intake.table import Kind, Table
from impact.data.intake.written_periods import Reading, Written, too_long
from impact.data.sources.codes import whole_text
from impact.errors import MissingValueError, SchemaError, UnparsableValueError


class PeriodOf(ColumnRule):
    """Make the year, quarter or month in which a day or a shorter period lies."""

    rule: Literal["period_of"] = Field(description="`period_of`")
    column: Name = Field(
        description="a date, or a period of the calendar that is no longer than those asked for"
    )
    frequency: Calendar = Field(description="`year`, `quarter` or `month`")

    def column_of(self, table: Table) -> NewColumn:
        """Find the periods."""
        months = first_months(table, self.column)
        wanted = MONTHS[self.frequency]
        if length(table, self.column) > wanted:
            raise SchemaError(
                f"{self.column}: of {table.kinds[self.column]}, which lies in no one {self.frequency}; ask for a longer period"
            )
        labels = labels_of(np.floor(months / wanted), self.frequency)
        reasons = first_reasons(table, [self.column])
        return NewColumn(labels, Kind("period", self.frequency), reasons)


class ReadPeriod(ColumnRule):
    """Read periods that are written as people write them: Q42010, T4 2010, 4e trimestre 2010, déc. 2010, 2010/11."""

    rule: Literal["read_period"] = Field(description="`read_period`")
    column: Name = Field(description="a column of texts, or of whole numbers such as 201012")
    frequency: Calendar = Field(
        description="`year`, `quarter` or `month`: a shorter period that is written becomes the one in which it lies"
    )
    written: Annotated[list[Written], Field(min_length=1)] = Field(
        description=(
            f"how they are written, each way by its example: {', '.join(f'`{way}`' for way in get_args(Written))}; capitals, "
            "accents, spaces and marks between the parts do not matter. A text that is written otherwise, or that two of the "
            "ways read as two periods, is refused"
        )
    )
    fiscal_year_named: Literal["first", "last"] | None = Field(
        default=None,
        description="of `2010/11`: whether it is called by its `first` or `last` calendar year",
    )

    @model_validator(mode="after")
    def _ways_tell_the_period(self) -> Self:
        if long := too_long(self.written, self.frequency):
            raise ValueError(
                f"written: {', '.join(long)} tells no {self.frequency}; take it out, or ask for a longer period"
            )
        if ("2010/11" in self.written) != (self.fiscal_year_named is not None):
            raise ValueError("fiscal_year_named goes with 2010/11 in written, and only with it")
        return self

    def column_of(self, table: Table) -> NewColumn:
        """Read each different text once."""
        codes, values = pd.factorize(table[self.column], use_na_sentinel=True)
        reading = Reading(self.written, self.fiscal_year_named)
        span = MONTHS[self.frequency]
        found = [{month // span for month in reading.months(_text(value))} for value in values]
        for rows, what in (
            ([len(periods) == 0 for periods in found], "written in none of the declared ways"),
            ([len(periods) > 1 for periods in found], "read as two periods by two of the ways"),
        ):
            bad = np.array([*rows, False], dtype=bool)[codes]
            if bad.any():
                raise UnparsableValueError(
                    f"{self.column}: {what} on {table.rows_named(bad)}; correct the cells, or change the ways in written"
                )
        numbers = np.array([*(min(periods) for periods in found), np.nan], dtype=float)[codes]
        reasons = first_reasons(table, [self.column])
        return NewColumn(
            labels_of(numbers, self.frequency), Kind("period", self.frequency), reasons
        )


class FiscalYear(ColumnRule):
    """Make the fiscal year in which a day, month or quarter lies."""

    rule: Literal["fiscal_year"] = Field(description="`fiscal_year`")
    column: Name = Field(description="a date, or a period of months or quarters")
    begins: Annotated[int, Field(ge=1, le=12)] = Field(
        description="the month in which a fiscal year begins, 7 for July; it must begin a quarter if the column has quarters"
    )
    named: Literal["first", "last"] = Field(
        description="the calendar year that a fiscal year is called by: that in which it begins (`first`) or ends (`last`)"
    )

    def column_of(self, table: Table) -> NewColumn:
        """Find the fiscal years."""
        months = first_months(table, self.column)
        if (self.begins - 1) % length(table, self.column):
            raise SchemaError(
                f"{self.column}: of {table.kinds[self.column]}, some of which lie in two fiscal years; use months or days"
            )
        years = np.floor((months - (self.begins - 1)) / 12)
        ends_a_year_later = self.begins > 1
        years += self.named == "last" and ends_a_year_later
        labels = labels_of(years, "year")
        return NewColumn(labels, Kind("period", "year"), first_reasons(table, [self.column]))


class FirstPeriod(ColumnRule):
    """Make the cohort: the first period in which a 0/1 column is 1 for a unit."""

    rule: Literal["first_period"] = Field(description="`first_period`")
    column: Name = Field(description="zeros and ones; a blank is refused, for it is not untreated")
    unit: Name = Field(description="the column that identifies the unit")
    time: Name = Field(description="the column of its periods")
    marks: Marks = Field(
        default="treatment",
        description=(
            "`treatment`: 1 in every treated period, and one that switches off is refused; `start`: 1 in the first one alone"
        ),
    )

    def column_of(self, table: Table) -> NewColumn:
        """Find the starts; touched are the rows of treated units."""
        for name in (self.unit, self.time):
            if table.missing(name).any():
                raise MissingValueError(
                    f"{name}: missing on {table.rows_named(table.missing(name))}; fill it in or drop the rows"
                )
        kind = table.kinds[self.time]
        if kind.type != "period":
            raise SchemaError(f"{self.time}: of {kind}; a start is a period")
        unit: Integers = pd.factorize(table[self.unit])[0].astype(np.int64)
        starts = first_periods(
            table.numbers(self.column),
            unit=unit,
            number=counted(table, self.time),
            name=self.column,
            marks=self.marks,
            named=table.rows_named,
        )
        never = np.isnan(starts)
        reasons = np.full(len(table), None, dtype=object)
        reasons[never] = NEVER
        labels = labels_of(starts, kind.frequency or "integer")
        return NewColumn(labels, kind, reasons, {NEVER: int(never.sum())})


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else whole_text(value)
