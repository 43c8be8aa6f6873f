"""Conditions on rows, from a closed list: nothing that a plan says is run as code."""

from collections.abc import Sequence
from typing import Annotated, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from impact.arrays import Floats, Mask
from impact.data.intake.table import Table
from impact.data.sources.codes import matching
from impact.data.strict import Strict
from impact.data.times import TimeAxis
from impact.errors import SchemaError

Code = str | int | float
TESTS = ("is_", "is_not", "one_of", "none_of", "at_least", "at_most", "above", "below", "filled")


class Condition(Strict):
    """One test of one column. A missing cell passes only ``filled: false``, ``is_not`` and ``none_of``."""

    column: str = Field(description="the column that is tested")
    is_: Annotated[Code | None, Field(alias="is")] = Field(
        default=None, description="equal to a code, compared in the column's type: 0 is 0.0"
    )
    is_not: Code | None = Field(default=None, description="anything else than a code, or missing")
    one_of: list[Code] | None = Field(default=None, description="equal to one of several codes")
    none_of: list[Code] | None = Field(default=None, description="equal to none of several codes")
    at_least: Code | None = Field(
        default=None, description="a number or period, or one beyond it; so the next three"
    )
    at_most: Code | None = Field(default=None, description="a number or period, or one before it")
    above: Code | None = Field(default=None, description="beyond a number or period")
    below: Code | None = Field(default=None, description="before a number or period")
    filled: bool | None = Field(
        default=None, description="`true`: has a value; `false`: is missing"
    )

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(getattr(self, test) is not None for test in TESTS) != 1:
            raise ValueError(
                "a condition makes one test of its column: is, is_not, one_of, none_of, at_least, at_most, above, below "
                "or filled"
            )
        return self

    def holds(self, table: Table) -> Mask:
        """Return the rows in which it holds, (n,).

        Raises
        ------
        MissingColumnError, SchemaError
        """
        missing = table.missing(self.column)
        if self.filled is not None:
            return ~missing if self.filled else missing
        for test, wanted in (
            ("is_", True),
            ("is_not", False),
            ("one_of", True),
            ("none_of", False),
        ):
            codes = getattr(self, test)
            if codes is not None:
                listed = codes if isinstance(codes, list) else [codes]
                found = is_one_of(table[self.column], listed)
                return found if wanted else ~found
        values, bound = _ordered(table, self.column, self._bound)
        with np.errstate(invalid="ignore"):
            compared = {
                "at_least": values >= bound,
                "at_most": values <= bound,
                "above": values > bound,
                "below": values < bound,
            }
        return compared[self._test] & ~missing

    @property
    def _test(self) -> str:
        return next(test for test in TESTS if getattr(self, test) is not None)

    @property
    def _bound(self) -> Code:
        bound: Code = getattr(self, self._test)
        return bound


Conditions = Annotated[list[Condition], Field(min_length=1)]


def all_hold(conditions: Sequence[Condition], table: Table) -> Mask:
    """Return the rows in which every condition holds, (n,)."""
    held = np.ones(len(table), dtype=bool)
    for condition in conditions:
        held &= condition.holds(table)
    return held


def is_one_of(column: "pd.Series", codes: Sequence[Code]) -> Mask:
    """Return where a column is one of some codes, whatever type both have."""
    return np.asarray(column.isin(matching(column, codes)), dtype=np.bool_)


def _ordered(table: Table, name: str, bound: Code) -> tuple[Floats, float]:
    """Return a column and a bound as numbers that can be put in order."""
    kind = table.kinds[name]
    if kind.numeric and not isinstance(bound, str):
        return table.numbers(name), float(bound)
    if kind.type == "period" and kind.frequency is not None:
        axis = TimeAxis(kind.frequency)
        rows = np.arange(1, len(table) + 1)
        values = axis.parse(table[name], rows=rows, missing_allowed=True)
        limit = axis.parse(pd.Series([str(bound)], name=name), rows=rows[:1])
        return values, float(limit[0])
    if kind.type == "date":
        days = pd.to_datetime(table[name]).to_numpy(dtype="datetime64[D]")
        values = np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(float))
        return values, float(_day(bound, name))
    raise SchemaError(
        f"{name}: at_least, at_most, above and below compare numbers, periods and dates; this is of type {kind.type}, "
        "or the bound is of another"
    )


def _day(bound: Code, name: str) -> int:
    try:
        return int(np.datetime64(str(bound), "D").astype(np.int64))
    except ValueError:
        raise SchemaError(f"{name}: a day is compared with one written 2013-04-30") from None
