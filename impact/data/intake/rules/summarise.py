"""One row a key: how often it stands in a list, and sums, firsts and largest of what stands there."""

from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from impact.arrays import Integers
from impact.data.intake.conditions import Condition, all_hold
from impact.data.intake.rules.rule import Done, Name, Names, TableRule
from impact.data.intake.table import Kind, Table
from impact.data.strict import Strict
from impact.errors import MissingValueError, SchemaError

WAYS = ("count", "sum", "largest", "smallest", "first", "last")


class Summary(Strict):
    """A column of the new table: one way to make one value of several rows."""

    count: Literal[True] | None = Field(default=None, description="`true`: how many rows")
    sum: Name | None = Field(
        default=None, description="sum of a column of numbers; missing where one of them is"
    )
    largest: Name | None = Field(
        default=None, description="largest number, last period or day that is known; so the next"
    )
    smallest: Name | None = Field(default=None, description="smallest, or first in time")
    first: Name | None = Field(
        default=None, description="what stands in the first row, in the order of the table"
    )
    last: Name | None = Field(default=None, description="what stands in the last row")
    where: list[Condition] = Field(
        default_factory=list,
        description="only rows in which these conditions hold; their keys below",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(getattr(self, way) is not None for way in WAYS) != 1:
            raise ValueError(f"one of {', '.join(WAYS)}")
        return self

    @property
    def way(self) -> str:
        """Which way."""
        return next(way for way in WAYS if getattr(self, way) is not None)


class Summarise(TableRule):
    """Make one row of all rows with one key, in the order in which keys first appear."""

    rule: Literal["summarise"] = Field(description="`summarise`")
    by: Names = Field(description="columns of the key; a row in which one is missing is refused")
    columns: Annotated[dict[Name, Summary], Field(min_length=1)] = Field(
        description="`{fairs: {count: true, where: [...]}}`: new columns and how each is made; their keys below"
    )

    def of(self, table: Table) -> Done:
        """Make the table; touched are the rows of the one before."""
        table.need(*self.by)
        for name in self.by:
            if table.missing(name).any():
                raise MissingValueError(
                    f"{name}: missing on {table.rows_named(table.missing(name))}; a row without its key cannot be counted"
                )
        key, _ = pd.factorize(pd.MultiIndex.from_frame(table.frame[self.by]))
        first = np.flatnonzero(~pd.Series(key).duplicated().to_numpy())
        made = table.taken(first).only(self.by)
        for name, summary in self.columns.items():
            if name in self.by:
                raise SchemaError(f"{name}: a column of the key; give the new one another name")
            cells, kind = _summed(table, summary, key, len(first))
            made = made.with_column(name, cells, kind)
        return Done(made, len(table))


def _summed(table: Table, summary: Summary, key: Integers, n_keys: int) -> tuple[Any, Kind]:
    held = all_hold(summary.where, table)
    if summary.way == "count":
        return np.bincount(key[held], minlength=n_keys), Kind("integer")
    name = getattr(summary, summary.way)
    rows = np.flatnonzero(held)
    table.need(name)
    kind = table.kinds[name]
    if summary.way == "sum":
        values = table.numbers(name)
        return np.bincount(key[rows], weights=values[rows], minlength=n_keys), kind
    if summary.way in {"largest", "smallest"}:
        if not kind.numeric and kind.type not in {"period", "date"}:
            raise SchemaError(f"{name}: largest and smallest need a number, a period or a date")
        known = rows[~table.missing(name)[rows]]
        ordered = known[np.argsort(table.frame[name].to_numpy()[known], kind="stable")]
        rows = ordered if summary.way == "largest" else ordered[::-1]
    else:
        rows = rows if summary.way == "last" else rows[::-1]
    cells = np.full(
        n_keys, np.nan if kind.numeric else None, dtype=float if kind.numeric else object
    )
    cells[key[rows]] = table.frame[name].to_numpy()[rows]  # the last one written stays
    return cells, kind
