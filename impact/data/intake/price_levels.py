"""The level of prices in any period, from an index of its own frequency."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.intake.periods import MONTHS, Calendar, counted
from impact.data.intake.table import Table
from impact.data.times import TimeAxis
from impact.errors import DuplicateKeyError, ImpactError, MissingValueError, RangeError, SchemaError

_LONGEST_FIRST: Sequence[Calendar] = ("year", "quarter", "month")


@dataclass(frozen=True, eq=False)
class PriceLevels:
    """A price index by period, k of them.

    Attributes
    ----------
    name : str
        Of the index, for messages.
    frequency : {"year", "quarter", "month"}
    periods : ndarray of int, (k,)
        Calendar numbers.
    levels : ndarray, (k,)
        Above zero, at any base.
    """

    name: str
    frequency: Calendar
    periods: Integers
    levels: Floats

    @classmethod
    def of_table(cls, table: Table, *, name: str, period: str, value: str) -> Self:
        """Read an index from two columns of a table.

        Raises
        ------
        SchemaError, MissingValueError, DuplicateKeyError, RangeError
            The column of periods is none; a period or level is missing; a period stands twice; a level is not above 0.
        """
        table.need(period, value)
        kind, levels = table.kinds[period], table.numbers(value)
        if kind.type != "period" or kind.frequency == "integer" or kind.frequency is None:
            raise SchemaError(
                f"{period}: of {kind}; an index has periods of years, quarters or months"
            )
        missing = table.missing(period) | np.isnan(levels)
        if missing.any():
            raise MissingValueError(
                f"{period}, {value}: missing on {table.rows_named(missing)}; fill them in or drop the rows"
            )
        periods = counted(table, period).astype(np.int64)
        twice = _repeated(periods)
        if twice.any():
            raise DuplicateKeyError(
                f"{period}: a period repeats on {table.rows_named(twice)}; an index has one level a period"
            )
        if (levels <= 0).any():
            raise RangeError(
                f"{value}: not above 0 on {table.rows_named(levels <= 0)}; correct the index"
            )
        return cls(name, kind.frequency, periods, levels)

    def at(self, months: Floats, *, length: int) -> Floats:
        """Return the level in periods that begin in some months and last so many, NaN if unknown, (n,).

        A period within one of the index has its level; one of several of the index has their mean, if all are known. Months
        are counted from January 1970 on.
        """
        span = MONTHS[self.frequency]
        known = pd.Series(self.levels, index=self.periods)
        first = np.floor(months / span)
        within = first[:, None] + np.arange(max(length // span, 1))
        found = known.reindex(within.ravel()).to_numpy(dtype=float).reshape(within.shape)
        return found[:, 0] if within.shape[1] == 1 else np.asarray(found.mean(axis=1), dtype=float)

    def at_base(self, base: str) -> tuple[str, float]:
        """Return a period of which prices are wanted, as a label, and its level.

        Raises
        ------
        SchemaError
            No period; one shorter than those of the index; one that it has not.
        """
        frequency, label, number = _period(base)
        span = MONTHS[frequency]
        if span < MONTHS[self.frequency]:
            raise SchemaError(
                f"base: {self.name} is by {self.frequency}, so it has no prices of one {frequency}; state a {self.frequency}"
            )
        level = float(self.at(np.array([number * span]), length=span)[0])
        if np.isnan(level):
            raise SchemaError(f"base: {self.name} has no level for it; state a period that it has")
        return label, level


def _period(text: str) -> tuple[Calendar, str, float]:
    for frequency in _LONGEST_FIRST:
        axis = TimeAxis(frequency)
        try:
            number = axis.parse(pd.Series([text], name="base", dtype=object), rows=np.array([1]))[0]
        except ImpactError:
            continue
        return frequency, str(axis.label(number)), float(number)
    raise SchemaError("base: no period; write 2012, 2012Q1 or 2012-01")


def _repeated(periods: Integers) -> Mask:
    return np.asarray(pd.Series(periods).duplicated(keep=False), dtype=np.bool_)
