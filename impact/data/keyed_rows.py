"""Rows of a long table by who and when: validated, each unit and period once, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.data import checks
from impact.data.times import TimeAxis
from impact.terms import MissingOutcome, Waves


@dataclass(frozen=True, eq=False)
class KeyedRows:
    """The n rows that have an outcome, sorted by unit and period.

    Attributes
    ----------
    frame : DataFrame, n rows
    numbers : ndarray of int, (n,)
        Of the data rows, 1 the first, for messages.
    y : ndarray, (n,)
    units : ndarray, (N,)
    unit_index, time_index : ndarray of int, (n,)
    time_axis : TimeAxis
    times : ndarray, (T,)
    n_without_outcome : int
        Rows that were dropped.
    """

    frame: pd.DataFrame = field(repr=False)
    numbers: checks.Rows
    y: Floats = field(repr=False)
    units: NDArray[Any] = field(repr=False)
    unit_index: Integers
    time_axis: TimeAxis
    times: Floats
    time_index: Integers
    n_without_outcome: int

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        *,
        names: tuple[str, str, str],
        axis: TimeAxis,
        missing_outcome: MissingOutcome,
        waves: Waves,
    ) -> Self:
        """Validate outcome, units and periods; names of the columns in the order unit, time, outcome.

        Raises
        ------
        DataError
            One of its branches, with column, rule, data rows and remedy.
        """
        unit, time, outcome = names
        rows = np.arange(1, len(frame) + 1, dtype=np.int32)
        y = checks.numbers(frame[outcome], rows=rows)
        kept = checks.outcome_present(y, outcome, rows=rows, rule=missing_outcome)
        checks.no_row_twice(frame, kept, names=(unit, time), rows=rows)
        if not kept.all():
            frame, rows, y = frame.loc[kept], rows[kept], y[kept]
        checks.in_scale(y, outcome, rows=rows)
        unit_index, units = checks.identifiers(frame[unit], rows=rows)
        if waves == "repeated_cross_sections":
            checks.nobody_twice(unit_index, unit, rows=rows)
        axis = axis.anchored(frame[time], rows=rows)
        times, time_index = axis.index(frame[time], rows=rows)
        order = checks.unique_order(unit_index, time_index, names=(unit, time), rows=rows)
        if order is not None:
            frame, rows, y = frame.iloc[order], rows[order], y[order]
            unit_index, time_index = unit_index[order], time_index[order]
        lost = int((~kept).sum())
        return cls(frame, rows, y, units, unit_index, axis, times, time_index, lost)

    def by_unit(self) -> checks.UnitColumns:
        """Return what reads columns that are constant within a unit."""
        return checks.UnitColumns(self.unit_index, len(self.units), self.numbers)

    def first_treated(self, column: str | None, *, never: Sequence[Any]) -> Floats:
        """Return each unit's first treated period, (N,); infinity for all where no column says it."""
        if column is None:
            return np.full(len(self.units), np.inf)
        return self.by_unit().cohort(self.frame[column], axis=self.time_axis, never=never)

    def refuse_reversals(self, treatment: str, first: Floats) -> None:
        """Refuse a 0/1 column that switches off, or on at another period than the first treated one.

        Raises
        ------
        TreatmentReversalError
        """
        exposed = self.times[self.time_index] >= first[self.unit_index]
        checks.absorbing(self.frame[treatment], self.unit_index, exposed, self.numbers)
