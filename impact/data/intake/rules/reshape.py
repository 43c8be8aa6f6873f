"""Rules that change what a row is: tables one below the other, and columns of periods into rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from impact.data.intake.each import DESCRIPTION, Each, combinations, written
from impact.data.intake.rules.rule import Done, Name, Rule, TableRule, Tables, refuse_replacing
from impact.data.intake.table import Kind, Table
from impact.data.times import TimeAxis
from impact.errors import SchemaError
from impact.terms import Frequency


def _label(period: Any) -> Any:
    return str(period) if isinstance(period, int) and not isinstance(period, bool) else period


Period = Annotated[str, BeforeValidator(_label)]  # YAML reads 2012 as a number


class Append(Rule):
    """Put tables one below the other: waves of one survey. Columns that one of them lacks are missing in its rows."""

    rule: Literal["append"] = Field(description="`append`")
    tables: Annotated[list[Name], Field(min_length=2)] = Field(
        description="tables, the first on top"
    )
    into: Name = Field(description="name of the table that it makes")
    only: Literal["all", "common"] = Field(
        default="all",
        description="`all` columns of any table, or those that `common`ly stand in each",
    )

    @property
    def reads(self) -> Sequence[str]:
        """Names of the tables that it reads."""
        return self.tables

    def rows_before(self, tables: Tables) -> int:
        """Return the rows of all tables."""
        return sum(len(tables[name]) for name in self.tables)

    def apply(self, tables: Tables, *, folder: Path) -> Done:
        """Make the table; touched are its rows."""
        del folder
        parts = [tables[name] for name in self.tables]
        kinds = self._kinds(parts)
        lacking = sum(name not in part.kinds for part in parts for name in kinds)
        columns: dict[str, Any] = {}
        reasons: dict[str, NDArray[Any]] = {}
        for name, kind in kinds.items():
            columns[name] = np.concatenate([_cells(part, name, kind) for part in parts])
            if any(name in part.reasons for part in parts):
                nothing = [np.full(len(part), None, dtype=object) for part in parts]
                reasons[name] = np.concatenate(
                    [
                        part.reasons.get(name, none)
                        for part, none in zip(parts, nothing, strict=True)
                    ]
                )
        frame = pd.DataFrame(
            {name: pd.Series(cells, dtype=cells.dtype) for name, cells in columns.items()}
        )
        origin = np.concatenate([part.origin for part in parts])
        made = Table(frame, kinds, origin, parts[0].sources, reasons)
        return Done(made, len(made), {"columns_lacking": lacking} if lacking else {})

    def _kinds(self, parts: Sequence[Table]) -> dict[str, Kind]:
        kinds: dict[str, Kind] = {}
        for table, part in zip(self.tables, parts, strict=True):
            for name, kind in part.kinds.items():
                if kinds.setdefault(name, kind) != kind:
                    raise SchemaError(
                        f"{name}: of {kind} in {table}, of another above it; declare one type, frequency and currency in "
                        "each source"
                    )
        if self.only == "common":
            return {
                name: kind for name, kind in kinds.items() if all(name in p.kinds for p in parts)
            }
        return kinds


def _cells(part: Table, name: str, kind: Kind) -> NDArray[Any]:
    dtype: Any = float if kind.numeric else object
    if name not in part.kinds:
        return np.full(len(part), np.nan if kind.numeric else None, dtype=dtype)
    return np.asarray(part.frame[name], dtype=dtype)


class WideToLong(TableRule):
    """Make a row of each period: columns such as revenue in 2012 Q1, 2012 Q2, ... become one column and the period another."""

    rule: Literal["wide_to_long"] = Field(description="`wide_to_long`")
    period: Name = Field(description="name of the new column of periods")
    frequency: Frequency = Field(description="`integer`, `year`, `quarter` or `month`")
    columns: Annotated[dict[Name, dict[Period, Name]], Field(min_length=1)] = Field(
        description="`{revenue: {2012Q1: ca_t1, 2012Q2: ca_t2}}`: new columns, and for each period the column that holds it"
    )
    each: Each | None = Field(default=None, description=DESCRIPTION)
    leave_out: Literal["none", "all_missing"] = Field(
        default="none",
        description="`all_missing`: no row for a period of which nothing is known; `none`: a row for each period",
    )

    @model_validator(mode="before")
    @classmethod
    def _each_is_written_out(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("columns"), dict):
            return values
        if not values.get("each"):
            return values
        columns = {
            name: {
                period: column
                for named in combinations(values["each"])
                for period, column in written(by, named).items()
            }
            if isinstance(by, dict)
            else by
            for name, by in values["columns"].items()
        }
        return {**values, "columns": columns, "each": None}

    @model_validator(mode="after")
    def _columns_are_of_one_name_each(self) -> Self:
        used = [column for by in self.columns.values() for column in by.values()]
        if len(set(used)) < len(used):
            raise ValueError(
                "a column stands for two periods, or in two new columns; name each once"
            )
        return self

    def of(self, table: Table) -> Done:
        """Make the table, by row and then by period; touched are its rows."""
        periods = self._periods()
        melted = [column for by in self.columns.values() for column in by.values()]
        table.need(*melted)
        fixed = table.without(melted)
        for name in (self.period, *self.columns):
            refuse_replacing(fixed, name, rule="wide_to_long")
        n, times = len(table), len(periods)
        made = fixed.taken(np.repeat(np.arange(n), times))
        made = made.with_column(
            self.period,
            np.tile(np.array([label for _, label in periods], dtype=object), n),
            Kind("period", self.frequency),
        )
        for name, by in self.columns.items():
            cells, kind, reasons = _long(table, name, [by.get(written) for written, _ in periods])
            made = made.with_column(name, cells, kind, reasons=reasons)
        empty = np.all([made.missing(name) for name in self.columns], axis=0)
        if self.leave_out == "all_missing":
            made = made.taken(~empty)
        return Done(made, len(made), {"nothing_known": int(empty.sum())} if empty.any() else {})

    def _periods(self) -> list[tuple[str, str]]:
        """Return the periods that any new column has, as written and as labels, in time's order; refuse what is none."""
        named = list(dict.fromkeys(period for by in self.columns.values() for period in by))
        column = pd.Series(named, name="periods", dtype=object)
        axis = TimeAxis(self.frequency)
        numbers = axis.parse(column, rows=np.arange(1, len(named) + 1))
        if len(set(numbers)) < len(named):
            raise SchemaError("columns: one period is written in two ways; write each in one")
        return [(named[place], str(axis.label(numbers[place]))) for place in np.argsort(numbers)]


def _long(
    table: Table, name: str, columns: Sequence[str | None]
) -> tuple[NDArray[Any], Kind, NDArray[Any] | None]:
    """Interleave columns by row; a period without a column is missing."""
    kinds = {table.kinds[column] for column in columns if column is not None}
    if len(kinds) > 1:
        raise SchemaError(
            f"{name}: its columns are of several types, frequencies or currencies; declare one for all of them"
        )
    kind = kinds.pop()
    n = len(table)
    cells = [_cells(table, column or "", kind) for column in columns]
    known = [column for column in columns if column in table.reasons]
    reasons = None
    if known:
        none = np.full(n, None, dtype=object)
        reasons = np.stack([table.reasons.get(c or "", none) for c in columns], axis=1).ravel()
    return np.stack(cells, axis=1).ravel(), kind, reasons
