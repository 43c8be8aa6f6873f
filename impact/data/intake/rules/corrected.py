"""Corrected values beside the original ones: declared corrections with their reasons, and outliers drawn in."""

from dataclasses import replace
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from impact.arrays import Floats, Integers, Mask
from impact.data.intake.conditions import Code, Conditions, all_hold
from impact.data.intake.rules.new_column import ColumnRule, NewColumn, cell_of, first_reasons
from impact.data.intake.rules.rule import Name
from impact.data.intake.table import Table
from impact.data.strict import Strict, Words
from impact.errors import MissingValueError, SchemaError


class Correction(Strict):
    """What one error in the files is corrected to, and why."""

    where: Conditions = Field(
        description="conditions, all of which must hold, of the values before any correction; their keys below"
    )
    value: Code | None = Field(default=None, description="what the cells become, or")
    missing: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9_]*$")] = Field(
        default=None, description="the reason for which they become missing, as `unit_unknown`"
    )
    why: Words = Field(
        description="`{en: ..., fr: ...}`: who found the error, and how the right value is known"
    )

    @model_validator(mode="after")
    def _value_or_missing(self) -> Self:
        if (self.value is None) == (self.missing is None):
            raise ValueError("a correction states either a value or a reason in missing")
        return self


class Correct(ColumnRule):
    """Put right what is known to be wrong, in a new column, each correction with its reason."""

    rule: Literal["correct"] = Field(description="`correct`")
    column: Name = Field(description="the column with errors")
    corrections: Annotated[list[Correction], Field(min_length=1)] = Field(
        description=(
            "with the keys below; one that changes no row, or a row that two correct, is refused; the ledger counts the rows "
            "of each as `correction:1`, `correction:2`, ..."
        )
    )

    def column_of(self, table: Table) -> NewColumn:
        """Correct; touched are the rows corrected."""
        cells = table[self.column].to_numpy(copy=True)
        kind = table.kinds[self.column]
        reasons = first_reasons(table, [self.column])
        touched = np.zeros(len(table), dtype=bool)
        counts = {}
        for number, one in enumerate(self.corrections, start=1):
            rows = all_hold(one.where, table)
            key = f"corrections.{number}"
            self._refuse(table, rows, touched, key=key)
            if one.value is None:
                cells[rows] = np.nan if kind.numeric else None
                reasons[rows] = one.missing
            else:
                cells[rows] = cell_of(one.value, kind, key=key)
            touched |= rows
            counts[f"correction:{number}"] = int(rows.sum())
        return NewColumn(cells, kind, reasons, counts, int(touched.sum()))

    def _refuse(self, table: Table, rows: Mask, before: Mask, *, key: str) -> None:
        if not rows.any():
            raise SchemaError(
                f"{key}: holds of no row, so it corrects nothing; see whether the files have changed, or take it out"
            )
        if (rows & before).any():
            raise SchemaError(
                f"{key}: {table.rows_named(rows & before)} corrected twice; make the conditions exclude each other"
            )


class Winsorise(ColumnRule):
    """Draw outliers in to a lower and an upper quantile, in a new column.

    Assumes
    -------
    Quantiles are those of the values that are known, interpolated linearly between them (definition 7 of Hyndman and Fan 1996).
    Where they are taken within periods, a real rise of the highest amounts in one period stays; treated and comparison firms
    share one quantile, so a large effect on few treated firms is drawn in too.
    """

    rule: Literal["winsorise"] = Field(description="`winsorise`")
    column: Name = Field(description="a number")
    lower: Annotated[float, Field(ge=0, lt=0.5)] = Field(
        default=0.0, description="quantile below which values become it, as 0.01"
    )
    upper: Annotated[float, Field(gt=0.5, le=1)] = Field(
        default=1.0, description="quantile above which values become it, as 0.99"
    )
    within: list[Name] = Field(
        default_factory=list,
        description="columns, as the period, in whose groups the quantiles are taken; a missing one is refused",
    )

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.lower == 0 and self.upper == 1:
            raise ValueError("winsorise: state lower, upper or both")
        return self

    def column_of(self, table: Table) -> NewColumn:
        """Draw in; touched are the rows that changed."""
        values = table.numbers(self.column)
        groups = self._groups(table)
        low, high = (_quantiles(values, groups, at) for at in (self.lower, self.upper))
        drawn = np.clip(values, low, high)
        up, down = int((drawn > values).sum()), int((drawn < values).sum())
        # a quantile of whole numbers lies between them
        kind = replace(table.kinds[self.column], type="number")
        reasons = first_reasons(table, [self.column])
        return NewColumn(drawn, kind, reasons, {"drawn_up": up, "drawn_down": down}, up + down)

    def _groups(self, table: Table) -> Integers:
        missing = np.zeros(len(table), dtype=bool)
        for name in self.within:
            missing |= table.missing(name)
        if missing.any():
            raise MissingValueError(
                f"{', '.join(self.within)}: missing on {table.rows_named(missing)}; fill it in or drop the rows before"
            )
        if not self.within or not len(table):
            return np.zeros(len(table), dtype=np.int64)
        return np.asarray(table.frame.groupby(self.within, sort=False).ngroup(), dtype=np.int64)


def _quantiles(values: Floats, groups: Integers, at: float) -> Floats:
    """Return the quantile of each row's group, (n,)."""
    by_group = pd.Series(values).groupby(groups).quantile(at)
    return np.asarray(by_group.reindex(groups), dtype=float)
