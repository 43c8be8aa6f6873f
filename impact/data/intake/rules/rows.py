"""Rules that choose rows: keep, drop, and one row of several with one key."""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from impact.arrays import Integers, Mask
from impact.data.intake.conditions import Conditions, all_hold
from impact.data.intake.keys import numbered, repeated
from impact.data.intake.rules.rule import Done, Name, Names, TableRule
from impact.data.intake.table import Table
from impact.errors import DuplicateKeyError, SchemaError


class Keep(TableRule):
    """Keep the rows in which every condition holds."""

    rule: Literal["keep"] = Field(description="`keep`")
    where: Conditions = Field(description="conditions, all of which must hold; their keys below")

    def of(self, table: Table) -> Done:
        """Make the table; touched are the rows left out."""
        kept = all_hold(self.where, table)
        return Done(table.taken(kept), int((~kept).sum()))


class Drop(TableRule):
    """Leave out the rows in which every condition holds."""

    rule: Literal["drop"] = Field(description="`drop`")
    where: Conditions = Field(description="conditions, all of which must hold; their keys below")

    def of(self, table: Table) -> Done:
        """Make the table; touched are the rows left out."""
        dropped = all_hold(self.where, table)
        return Done(table.taken(~dropped), int(dropped.sum()))


class Sort(TableRule):
    """Put the rows in order."""

    rule: Literal["sort"] = Field(description="`sort`")
    by: Names = Field(
        description="columns, the first counts most: numbers, and texts, periods and days by their letters; missing last"
    )

    def of(self, table: Table) -> Done:
        """Make the table; touched are the rows that moved."""
        table.need(*self.by)
        order = table.frame.sort_values(self.by, kind="stable", na_position="last").index.to_numpy()
        return Done(table.taken(order), int((order != np.arange(len(table))).sum()))


class Duplicates(TableRule):
    """Keep one row of several that have one key, by a stated rule; by none, refuse them."""

    rule: Literal["duplicates"] = Field(description="`duplicates`")
    on: Names = Field(
        description="columns of the key; a row in which one is missing has no key and stays"
    )
    keep: Literal["refuse", "identical", "first", "last", "largest", "smallest"] = Field(
        default="refuse",
        description=(
            "`refuse`; `identical`: one of rows that agree in every column, else refuse; `first` or `last` in the order of "
            "the files; `largest` or `smallest` by the column `by`, else refuse"
        ),
    )
    by: Name | None = Field(
        default=None, description="column of `largest` and `smallest`: a number, period or date"
    )

    def of(self, table: Table) -> Done:
        """Make the table; touched are the rows left out."""
        table.need(*self.on)
        if (self.by is not None) != (self.keep in {"largest", "smallest"}):
            raise SchemaError(
                f"duplicates: keep: {self.keep} and by do not go together; `by` names the column of largest and smallest"
            )
        key = numbered([table[name] for name in self.on])
        twice = repeated(key)
        if not twice.any():
            return Done(table, 0)
        left_out = self._left_out(table, key, twice)
        return Done(
            table.taken(~left_out), int(left_out.sum()), {"keys": len(np.unique(key[twice]))}
        )

    def _left_out(self, table: Table, key: Integers, twice: Mask) -> Mask:
        ordered = np.arange(len(table))
        if self.keep == "refuse":
            raise self._error(table, twice, "repeat")
        if self.keep == "identical":
            whole = numbered([table[name] for name in table.kinds], missing_too=True)
            differ = pd.Series(whole).groupby(key).transform("nunique").to_numpy() > 1
            if (differ & twice).any():
                raise self._error(table, differ & twice, "repeat and the rows differ")
        if self.by is not None:
            rank = _ranks(table, self.by)
            ordered = np.lexsort((ordered, rank if self.keep == "largest" else -rank))
            self._refuse_ties(table, key, rank, twice)
        first = self.keep in {"identical", "first"}
        later = pd.Series(key[ordered]).duplicated(keep="first" if first else "last").to_numpy()
        left_out = np.zeros(len(table), dtype=bool)
        left_out[ordered] = later
        return left_out & twice

    def _refuse_ties(self, table: Table, key: Integers, rank: Integers, twice: Mask) -> None:
        best = pd.Series(rank).groupby(key).transform("max" if self.keep == "largest" else "min")
        at_best = twice & (rank == best.to_numpy())
        tied = at_best & repeated(np.where(at_best, key, -1))
        if tied.any():
            raise self._error(table, tied, f"repeat with one value of {self.by}")

    def _error(self, table: Table, rows: Mask, what: str) -> DuplicateKeyError:
        return DuplicateKeyError(
            f"{', '.join(self.on)}: {what} on {table.rows_named(rows)}; correct the files, or state which row to keep"
        )


def _ranks(table: Table, name: str) -> Integers:
    """Rank the values of a column, 0 where missing; labels of periods and days sort as texts of one length."""
    table.need(name)
    kind = table.kinds[name]
    if not kind.numeric and kind.type not in {"period", "date"}:
        raise SchemaError(f"{name}: largest and smallest need a number, a period or a date")
    return np.asarray(table[name].rank(method="dense").fillna(0), dtype=np.int64)
