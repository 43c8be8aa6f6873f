"""Columns derived of others by a closed list of operations: sum, difference, share, logarithm, a constant, joined texts."""

from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from impact.arrays import Floats, Mask
from impact.data.intake.conditions import Code
from impact.data.intake.periods import counted
from impact.data.intake.rules.new_column import (
    ColumnRule,
    DeclaredColumn,
    NewColumn,
    cell_of,
    first_reasons,
    one_money,
)
from impact.data.intake.rules.rule import Name
from impact.data.intake.table import Kind, Table
from impact.data.sources.codes import whole_text
from impact.errors import MissingValueError, RangeError, SchemaError

SeveralNames = Annotated[list[Name], Field(min_length=2)]


class Sum(ColumnRule):
    """Add up columns of one currency: revenue from several markets."""

    rule: Literal["sum"] = Field(description="`sum`")
    columns: SeveralNames = Field(description="numbers of one currency and one year's prices")
    missing: Literal["missing", "refuse", "zero", "any"] = Field(
        default="missing",
        description=(
            "what a missing part makes of the sum: `missing`; `refuse`: an error with the rows; `zero`: the part counts as "
            "0, even where all are missing; `any`: the parts that are known, missing where none is"
        ),
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns: a column is added twice; name each once")
        return self

    def column_of(self, table: Table) -> NewColumn:
        """Add up."""
        parts = np.stack([table.numbers(name) for name in self.columns], axis=1)
        lacking = np.asarray(np.isnan(parts).any(axis=1), dtype=np.bool_)
        if self.missing == "refuse" and lacking.any():
            raise MissingValueError(
                f"{', '.join(self.columns)}: a part is missing on {table.rows_named(lacking)}; fill it in, or state in "
                "missing what it makes of the sum"
            )
        total = parts.sum(axis=1)
        if self.missing in {"zero", "any"}:
            total = np.nansum(parts, axis=1)
        if self.missing == "any":
            total[np.isnan(parts).all(axis=1)] = np.nan
        whole = all(table.kinds[name].type != "number" for name in self.columns)
        kind = Kind("integer" if whole else "number", money=one_money(table, self.columns))
        reasons = first_reasons(table, self.columns)
        return NewColumn(total, kind, reasons, {"part_missing": int(lacking.sum())})


class Subtract(ColumnRule):
    """Take one column from another: two amounts, two days (in days), two periods (in periods)."""

    rule: Literal["subtract"] = Field(description="`subtract`")
    column: Name = Field(description="what is left of: a number, a date or a period")
    minus: Name = Field(
        description="what is taken away: numbers of one currency, dates, or periods of one frequency; missing if either is"
    )

    def column_of(self, table: Table) -> NewColumn:
        """Subtract."""
        both = (self.column, self.minus)
        table.need(*both)
        kinds = {table.kinds[name] for name in both}
        reasons = first_reasons(table, both)
        if all(kind.numeric for kind in kinds):
            money = one_money(table, both)
            whole = all(kind.type != "number" for kind in kinds)
            kind = Kind("integer" if whole else "number", money=money)
            return NewColumn(table.numbers(self.column) - table.numbers(self.minus), kind, reasons)
        if len(kinds) > 1 or table.kinds[self.column].type not in {"date", "period"}:
            raise SchemaError(
                f"{self.column}, {self.minus}: a difference is between two numbers, two dates, or two periods of one "
                "frequency; bring them into one type"
            )
        places = [counted(table, name) for name in both]
        return NewColumn(places[0] - places[1], Kind("integer"), reasons)


class Share(ColumnRule):
    """Divide one column by another: exports over revenue, revenue over workers."""

    rule: Literal["share"] = Field(description="`share`")
    column: Name = Field(description="the part: a number")
    over: Name = Field(
        description="the whole, of the same currency if it has one: 0 over 0 is missing with the reason `zero_over_zero`, "
        "and counted; anything else over 0 is refused"
    )
    outside: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="below 0 or above 1: `refuse`; `keep` for a ratio such as revenue per worker",
    )

    def column_of(self, table: Table) -> NewColumn:
        """Divide."""
        part, whole = table.numbers(self.column), table.numbers(self.over)
        nothing = whole == 0
        self._refuse(table, nothing & (part != 0) & ~np.isnan(part), "something over 0")
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(nothing, np.nan, part / whole)
            if self.outside == "refuse":
                self._refuse(table, (share < 0) | (share > 1), "a share below 0 or above 1")
        both = nothing & (part == 0)
        reasons = first_reasons(table, (self.column, self.over))
        reasons[both] = "zero_over_zero"
        money = table.kinds[self.column].money
        if table.kinds[self.over].money is not None:
            one_money(table, (self.column, self.over))
            money = None
        return NewColumn(
            share, Kind("number", money=money), reasons, {"zero_over_zero": int(both.sum())}
        )

    def _refuse(self, table: Table, rows: Mask, what: str) -> None:
        if rows.any():
            raise RangeError(
                f"{self.column} over {self.over}: {what} on {table.rows_named(rows)}; correct the files, or state "
                "outside: keep where a ratio may be any number"
            )


class Log(ColumnRule):
    """Take the natural logarithm of a positive amount, or by name of another function that zeros have a value of.

    Assumes
    -------
    An effect on log1p or asinh is no percentage where amounts can be 0: it changes with the unit, dirhams or thousands.

    References
    ----------
    Chen and Roth (2024), Quarterly Journal of Economics 139(2), on logs with zeros.
    """

    rule: Literal["log"] = Field(description="`log`")
    column: Name = Field(description="a number")
    function: Literal["log", "log1p", "asinh"] = Field(
        default="log",
        description=(
            "`log`: natural, 0 and below are refused; `log1p`: of one more, below 0 is refused; `asinh`: of any number. With "
            "zeros, effects on the latter two depend on the unit (Chen and Roth 2024)"
        ),
    )

    def column_of(self, table: Table) -> NewColumn:
        """Take the logarithm."""
        values = table.numbers(self.column)
        outside = {
            "log": values <= 0,
            "log1p": values < 0,
            "asinh": np.zeros(len(values), dtype=bool),
        }[self.function]
        if outside.any():
            raise RangeError(
                f"{self.column}: no {self.function} on {table.rows_named(outside)}, where it is below or at 0; estimate on "
                "the level or with PoissonFixedEffects, correct the rows, or state another function"
            )
        taken: Floats = {"log": np.log, "log1p": np.log1p, "asinh": np.arcsinh}[self.function](
            values
        )
        return NewColumn(taken, Kind("number"), first_reasons(table, [self.column]))


class Constant(DeclaredColumn):
    """Write one declared value into every row: which wave a file is."""

    rule: Literal["constant"] = Field(description="`constant`")
    value: Code = Field(description="a value of the type")

    def column_of(self, table: Table) -> NewColumn:
        """Repeat the value."""
        cell = cell_of(self.value, self.kind, key="value")
        cells = np.full(len(table), cell, dtype=float if self.kind.numeric else object)
        return NewColumn(cells, self.kind)


class JoinTexts(ColumnRule):
    """Make one text of several columns: an id of commune, cooperative and number."""

    rule: Literal["join_texts"] = Field(description="`join_texts`")
    columns: SeveralNames = Field(
        description="texts or whole numbers, from left to right; missing where one of them is"
    )
    separator: Annotated[str, Field(min_length=1, max_length=10)] = Field(
        default="-",
        description="between them; refused where it stands in a text itself, for `a-b` and `c` are not `a` and `b-c`",
    )

    def column_of(self, table: Table) -> NewColumn:
        """Join."""
        parts = [self._texts(table, name) for name in self.columns]
        missing = np.any([table.missing(name) for name in self.columns], axis=0)
        joined = parts[0]
        for part in parts[1:]:
            joined = joined + self.separator + part
        cells = joined.to_numpy(dtype=object, copy=True)
        cells[missing] = None
        return NewColumn(cells, Kind("string"), first_reasons(table, self.columns))

    def _texts(self, table: Table, name: str) -> "pd.Series[str]":
        column = table[name]
        codes, values = pd.factorize(column, use_na_sentinel=True)
        numeric = table.kinds[name].numeric
        broken = np.array([numeric and value != int(value) for value in values], dtype=bool)
        texts = np.array([whole_text(v) if numeric else v for v in values], dtype=object)
        within = np.array([self.separator in text for text in texts], dtype=bool)
        for bad, what in (
            (broken, "no whole number"),
            (within & (not numeric), "the separator stands within a text"),
        ):
            rows = np.append(bad, False)[codes]
            if rows.any():
                raise SchemaError(
                    f"{name}: {what} on {table.rows_named(rows)}; correct it, or choose another separator"
                )
        return pd.Series(np.append(texts, "")[codes], dtype=object)
