"""Amounts made comparable: of one year's prices, of one currency, of one length of time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from impact.arrays import Floats, Mask
from impact.data.intake.conditions import Code
from impact.data.intake.periods import MONTHS, Calendar, first_months, labels_of, length
from impact.data.intake.price_levels import PriceLevels
from impact.data.intake.rules.new_column import (
    ColumnRule,
    NewColumn,
    first_reasons,
    with_new_column,
)
from impact.data.intake.rules.recoded import refuse_one_code_twice
from impact.data.intake.rules.rule import Done, Name, Rule, Tables, refuse_replacing
from impact.data.intake.series import SeriesName, published
from impact.data.intake.table import Currency, Kind, Money, Table
from impact.data.sources.codes import comparable, whole_text
from impact.data.strict import Strict, Words
from impact.errors import MissingValueError, RangeError, SchemaError

Months = Annotated[float, Field(gt=0, le=120)]


class Index(Strict):
    """A price index: one of the package's own, or two columns of a table of the plan."""

    series: SeriesName | None = Field(
        default=None,
        description="`morocco_cpi`: consumer prices by year, 2005 to 2019, of the World Bank; or the three keys below",
    )
    table: Name | None = Field(default=None, description="a table of the plan: a source is a file")
    period: Name | None = Field(
        default=None, description="its column of periods, by year, quarter or month, each once"
    )
    value: Name | None = Field(
        default=None, description="its column of levels above 0, at any base"
    )
    source: str | Words | None = Field(
        default=None,
        description="where the table's levels were read, for the report; a series of the package has its own",
    )

    @model_validator(mode="after")
    def _one_index(self) -> Self:
        columns = [self.table, self.period, self.value]
        if (self.series is None) != all(columns) or (self.series is not None and any(columns)):
            raise ValueError("an index is a series, or a table with period and value")
        if self.series is not None and self.source is not None:
            raise ValueError("source: the series has its own; take it out")
        return self

    @property
    def cited(self) -> str | Words | None:
        """Where its levels were read."""
        return self.source if self.series is None else published(self.series).source

    def levels(self, tables: Tables) -> PriceLevels:
        """Return the levels."""
        if self.series is not None:
            known = published(self.series)
            years = np.array(list(known.by_period), dtype=np.int64)
            levels = np.array(list(known.by_period.values()))
            return PriceLevels(self.series, known.frequency, years - 1970, levels)
        name, period, value = self.table or "", self.period or "", self.value or ""
        return PriceLevels.of_table(tables[name], name=name, period=period, value=value)


class Deflate(Rule):
    """Turn amounts at the prices of their own day into amounts at the prices of one period.

    Assumes
    -------
    The index is that of what the amounts buy or are. Where it is by year, a quarter or month takes the level of the year in
    which it lies, so that prices jump at New Year; where it is finer than the data, a period takes the mean of its levels.
    """

    rule: Literal["deflate"] = Field(description="`deflate`")
    table: Name = Field(description="the table that it changes")
    column: Name = Field(
        description="amounts at the prices of their day, whose source declares their `currency`; deflated ones are refused"
    )
    period: Name = Field(description="the column of their periods or days")
    index: Index = Field(description="the price index; its keys below")
    base: str | int = Field(
        description="the period whose prices the new amounts are at: `2012`, `2012Q1` or `2012-01`, none shorter than those of "
        "the index"
    )
    new: Name = Field(
        description="name of the new column, with its prices: `revenue_2012_mad`; the original stays beside it"
    )

    @property
    def reads(self) -> Sequence[str]:
        """Names of the tables that it reads."""
        return (self.table,) if self.index.table is None else (self.table, self.index.table)

    @property
    def cited(self) -> str | Words | None:
        """Where the prices were read."""
        return self.index.cited

    def apply(self, tables: Tables, *, folder: Path) -> Done:
        """Make the table; touched are the rows with an amount."""
        del folder
        table = tables[self.table]
        refuse_replacing(table, self.new, rule=self.rule)
        money = money_of(table, self.column)
        if money.prices_of is not None:
            raise SchemaError(
                f"{self.column}: at prices of {money.prices_of} already; deflate the amounts as they were reported"
            )
        index = self.index.levels(tables)
        label, base = index.at_base(str(self.base))
        amounts = table.numbers(self.column)
        levels = self._levels(table, index, ~np.isnan(amounts))
        kind = Kind("number", money=replace(money, prices_of=label))
        reasons = first_reasons(table, [self.column])
        made = NewColumn(deflated(amounts, levels=levels, base=base), kind, reasons)
        return with_new_column(table, self.new, made)

    def _levels(self, table: Table, index: PriceLevels, needed: Mask) -> Floats:
        months = first_months(table, self.period)
        undated = needed & np.isnan(months)
        if undated.any():
            raise MissingValueError(
                f"{self.period}: missing on {table.rows_named(undated)}, which have amounts; fill it in or drop the rows"
            )
        levels = index.at(months, length=length(table, self.period))
        unknown = needed & np.isnan(levels)
        if unknown.any():
            raise MissingValueError(
                f"{self.period}: {index.name} has no prices for {table.rows_named(unknown)}; extend it, or drop the rows"
            )
        return levels


class Exchange(ColumnRule):
    """Turn amounts into another currency by one rate: that of the year whose prices they are at.

    Assumes
    -------
    Amounts of several years are deflated by their own country's prices before. By each year's rate a devaluation would look
    like a loss of revenue in all firms of a country at once.
    """

    rule: Literal["exchange"] = Field(description="`exchange`")
    column: Name = Field(
        description="amounts of a declared `currency`, at the prices of `year`: deflated to it, or all of it"
    )
    to: Currency = Field(description="the other currency, as `USD`")
    rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        description="units of the column's currency for one of the other: 8.628441 dirhams for a dollar in 2012"
    )
    year: Annotated[int, Field(ge=1900, le=2200)] = Field(description="the year of the rate")
    source: str | Words = Field(description="where the rate was read")
    period: Name | None = Field(
        default=None,
        description="the column of periods or days of amounts that were not deflated; one outside `year` is refused",
    )

    @property
    def cited(self) -> str | Words | None:
        """Where the rate was read."""
        return self.source

    def column_of(self, table: Table) -> NewColumn:
        """Exchange."""
        money, amounts = money_of(table, self.column), table.numbers(self.column)
        if money.currency == self.to:
            raise SchemaError(f"{self.column}: is in {self.to} already; take the rule out")
        if money.prices_of is None:
            self._refuse_other_years(table, ~np.isnan(amounts))
        elif money.prices_of != str(self.year):
            raise SchemaError(
                f"{self.column}: at prices of {money.prices_of}, exchanged at the rate of {self.year}; deflate to the year of "
                "the rate"
            )
        kind = Kind("number", money=Money(self.to, money.prices_of))
        return NewColumn(amounts / self.rate, kind, first_reasons(table, [self.column]))

    def _refuse_other_years(self, table: Table, needed: Mask) -> None:
        remedy = f"deflate them to {self.year} before"
        if self.period is None:
            raise SchemaError(
                f"{self.column}: at the prices of their day, of no stated period; {remedy}, or name their period"
            )
        years = labels_of(np.floor(first_months(table, self.period) / 12), "year")
        other = needed & (years != str(self.year))
        if other.any():
            raise RangeError(
                f"{self.column}: amounts outside {self.year} on {table.rows_named(other)}, exchanged at the rate of that "
                f"year; {remedy}"
            )


class Recall(ColumnRule):
    """Turn amounts that were asked over a number of months into amounts a month, quarter or year.

    Assumes
    -------
    Amounts flow evenly over the months asked about. People forget more of a longer time; no rule mends that, so keep the number
    of months as a column, and compare waves that asked alike.
    """

    rule: Literal["recall"] = Field(description="`recall`")
    column: Name = Field(description="amounts as reported")
    per: Calendar = Field(description="`month`, `quarter` or `year`: what the new amounts are of")
    months: Months | None = Field(
        default=None, description="months that all were asked about; or the two keys below"
    )
    asked: Name | None = Field(
        default=None, description="a column of codes of what was asked about"
    )
    codes: dict[Code, Months] = Field(
        default_factory=dict,
        description=(
            "`{1: 1, 2: 12}`: months that each code stands for; another code is refused, and an amount without a code becomes "
            "missing with the reason `recall_unknown`"
        ),
    )

    @model_validator(mode="after")
    def _months_are_known(self) -> Self:
        if (self.months is None) != bool(self.asked and self.codes):
            raise ValueError("recall: state months, or a column asked with its codes")
        if self.months is not None and (self.asked or self.codes):
            raise ValueError("recall: state months, or a column asked with its codes; not both")
        refuse_one_code_twice(self.codes)
        return self

    def column_of(self, table: Table) -> NewColumn:
        """Scale; the ledger counts the rows by the months asked about."""
        amounts = table.numbers(self.column)
        months = np.full(len(table), self.months or np.nan)
        if self.asked is not None:
            months = self._looked_up(table, self.asked)
        known = ~np.isnan(amounts)
        reasons = first_reasons(table, [self.column])
        lost = known & np.isnan(months)
        reasons[lost] = "recall_unknown"
        kind = replace(table.kinds[self.column], type="number")
        asked, rows = np.unique(months[known & ~lost], return_counts=True)
        counts = {
            f"asked_over_months:{whole_text(number)}": int(count)
            for number, count in zip(asked, rows, strict=True)
        }
        counts["recall_unknown"] = int(lost.sum())
        return NewColumn(amounts * (MONTHS[self.per] / months), kind, reasons, counts)

    def _looked_up(self, table: Table, asked: str) -> Floats:
        known = {comparable(code): months for code, months in self.codes.items()}
        places, values = pd.factorize(table[asked], use_na_sentinel=True)
        each = [known.get(comparable(value), 0.0) for value in values]
        months: Floats = np.array([*each, np.nan], dtype=float)[places]
        if (months == 0).any():
            raise RangeError(
                f"{asked}: none of the codes on {table.rows_named(months == 0)}; add them to codes with their months"
            )
        return months


def deflated(amounts: Floats, *, levels: Floats, base: float) -> Floats:
    """Return amounts at the prices of a base, (n,); those of the base stay to the last digit."""
    return amounts * (base / levels)


def money_of(table: Table, name: str) -> Money:
    """Return which money a column is of.

    Raises
    ------
    SchemaError
        It is of no declared currency.
    """
    table.need(name)
    money = table.kinds[name].money
    if money is None:
        raise SchemaError(
            f"{name}: of no declared currency; declare it where the column is made, as currency: MAD in its source"
        )
    return money
