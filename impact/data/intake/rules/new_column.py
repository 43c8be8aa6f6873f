"""A rule that makes one new column of others and leaves those as they are."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from impact.arrays import Floats
from impact.data.intake.conditions import Code
from impact.data.intake.rules.rule import Done, Name, TableRule, refuse_replacing
from impact.data.intake.table import Currency, Kind, Money, Table
from impact.data.schema import ColumnType
from impact.data.sources.codes import comparable, whole_text
from impact.data.sources.period_labels import DAY, day_label
from impact.data.times import TimeAxis
from impact.errors import ImpactError, InfiniteValueError, SchemaError
from impact.terms import Frequency


@dataclass(frozen=True, eq=False)
class NewColumn:
    """A column that a rule made.

    Attributes
    ----------
    cells : ndarray, (n,)
        Floats or texts, as the kind has them; missing ones NaN or None.
    kind : Kind
    reasons : ndarray of object, (n,), optional
        Why cells are missing; one beside a cell with a value is forgotten.
    counts : mapping of str to int
        For the ledger; a count of nothing is left out.
    touched : int, optional
        Rows for the ledger; those with a value by default.
    """

    cells: NDArray[Any] = field(repr=False)
    kind: Kind
    reasons: NDArray[Any] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    touched: int | None = None


class ColumnRule(TableRule):
    """A rule that adds a column to a table."""

    new: Name = Field(
        description="name of the new column; a rule never writes over one, so the original stays beside it"
    )

    def of(self, table: Table) -> Done:
        """Make the table with the new column; touched are the rows in which it has a value."""
        refuse_replacing(table, self.new, rule=self.rule)
        with np.errstate(over="ignore"):  # what is beyond numbers is refused with its rows below
            made = self.column_of(table)
        return with_new_column(table, self.new, made)

    @abstractmethod
    def column_of(self, table: Table) -> NewColumn:
        """Make the column."""


def with_new_column(table: Table, name: str, made: NewColumn) -> Done:
    """Put a new column into a table.

    Raises
    ------
    InfiniteValueError
        A number is beyond what numbers hold.
    """
    if made.kind.numeric and (infinite := np.isinf(made.cells)).any():
        raise InfiniteValueError(
            f"{name}: infinite on {table.rows_named(infinite)}; correct what it is made of"
        )
    missing = np.asarray(pd.isna(made.cells), dtype=np.bool_)
    reasons = made.reasons
    if reasons is not None:
        reasons = reasons.copy()
        reasons[~missing] = None
        if not any(reason is not None for reason in reasons):
            reasons = None
    touched = int((~missing).sum()) if made.touched is None else made.touched
    counts = {what: count for what, count in made.counts.items() if count}
    return Done(table.with_column(name, made.cells, made.kind, reasons=reasons), touched, counts)


def first_reasons(table: Table, names: Sequence[str]) -> NDArray[Any]:
    """Return why cells of the first of some columns is missing, row by row; None where no column says."""
    reasons = np.full(len(table), None, dtype=object)
    for name in names:
        known = table.reasons.get(name)
        if known is not None:
            open_yet = np.array([reason is None for reason in reasons], dtype=bool)
            reasons = np.where(open_yet, known, reasons)
    return reasons


def one_money(table: Table, names: Sequence[str]) -> Money | None:
    """Return the one money of several columns.

    Raises
    ------
    SchemaError
        They are of several currencies, or at several prices.
    """
    table.need(*names)
    moneys = {table.kinds[name].money for name in names}
    if len(moneys) > 1:
        raise SchemaError(
            f"{', '.join(names)}: of different money ({'; '.join(_words(table, names))}); declare the currency of each, "
            "and deflate or exchange them first"
        )
    return moneys.pop()


def _words(table: Table, names: Sequence[str]) -> list[str]:
    return [f"{name}: {table.kinds[name].money or 'none declared'}" for name in names]


def cell_of(value: Code, kind: Kind, *, key: str) -> float | str:
    """Write a value of a plan as a cell of a kind.

    Raises
    ------
    SchemaError
        It is none, with the key.
    """
    if kind.numeric:
        number = comparable(value)
        if isinstance(number, str) or not _is_of(kind, np.array([float(number)])).all():
            raise SchemaError(f"{key}: no value of type {kind.type}; write {_EXAMPLES[kind.type]}")
        return float(number)
    text = value.strip() if isinstance(value, str) else whole_text(value)
    if kind.type == "date":
        text = day_label(text, None)
    if not text or (kind.type == "date" and not DAY.fullmatch(text)):
        raise SchemaError(f"{key}: no value of type {kind.type}; write {_EXAMPLES[kind.type]}")
    if kind.type == "period":
        return _period(text, kind, key=key)
    return text


class DeclaredColumn(ColumnRule):
    """A rule whose plan says of which type the new column is."""

    type: ColumnType = Field(description="of the new column")
    frequency: Frequency | None = Field(default=None, description="of a `period`")
    currency: Currency | None = Field(
        default=None, description="of amounts, as `MAD`, at the prices of their day"
    )

    @property
    def kind(self) -> Kind:
        """What the new column is."""
        money = None if self.currency is None else Money(self.currency)
        return Kind(self.type, self.frequency, money)

    @model_validator(mode="after")
    def _a_kind(self) -> Self:
        if (self.type == "period") != (self.frequency is not None):
            raise ValueError("type period goes with a frequency, and only it")
        if self.currency is not None and self.type not in {"integer", "number"}:
            raise ValueError("only a column of type number or integer has a currency")
        return self


def refuse_other_than(kind: Kind, cells: Floats, *, table: Table, name: str) -> None:
    """Refuse numbers that are none of a kind.

    Raises
    ------
    SchemaError
        With the rows.
    """
    other = ~_is_of(kind, cells) & ~np.isnan(cells)
    if other.any():
        raise SchemaError(
            f"{name}: no value of type {kind.type} on {table.rows_named(other)}; declare type: number"
        )


_EXAMPLES = {
    "number": "a number as 1.5",
    "integer": "a whole number",
    "boolean": "0 or 1",
    "date": "a day as 2013-04-30",
    "string": "a text",
    "category": "a text",
    "period": "a period",
}


def _is_of(kind: Kind, cells: Floats) -> NDArray[np.bool_]:
    if kind.type == "boolean":
        return np.isin(cells, (0.0, 1.0))
    whole = np.isfinite(cells)
    if kind.type == "integer":
        with np.errstate(invalid="ignore"):
            whole &= cells == np.floor(cells)
    return np.asarray(whole, dtype=np.bool_)


def _period(text: str, kind: Kind, *, key: str) -> str:
    axis = TimeAxis(kind.frequency or "integer")
    try:
        number = axis.parse(pd.Series([text], name=key, dtype=object), rows=np.array([1]))
    except ImpactError:
        raise SchemaError(
            f"{key}: no {kind.frequency}; write periods as 3, 2013, 2013Q1 or 2013-01, by their frequency"
        ) from None
    return str(axis.label(number[0]))
