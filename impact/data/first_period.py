"""Derive the cohort: the first period in which a 0/1 column is 1, which must be known and stay on."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data import checks
from impact.data.schema import Schema
from impact.data.times import TimeAxis
from impact.errors import (
    MissingValueError,
    RangeError,
    SchemaError,
    TreatmentReversalError,
    rows_named,
)

Marks = Literal["treatment", "start"]


def with_first_period(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return the frame with the cohort column that the schema derives; as it is where it derives none.

    Raises
    ------
    SchemaError
        The column is there already.
    MissingValueError, RangeError, TreatmentReversalError
        As `first_periods`.
    """
    rule = schema.cohort
    if rule is None or rule.first_period_of is None:
        return frame
    if rule.column in frame:
        raise SchemaError(f"{rule.column}: a column of the data; give the derived one a new name")
    name = rule.first_period_of
    rows = np.arange(1, len(frame) + 1)
    axis = TimeAxis(schema.time.frequency)
    unit, _ = checks.identifiers(frame[schema.unit], rows=rows)
    start = first_periods(
        checks.numbers(frame[name], rows=rows),
        unit=unit,
        number=axis.parse(frame[schema.time.column], rows=rows),
        name=name,
        marks=rule.marks,
        named=lambda where: rows_named(rows[where]),
    )
    derived = [None if np.isnan(value) else str(axis.label(value)) for value in start]
    made = frame.assign(**{rule.column: pd.Series(derived, index=frame.index, dtype=object)})
    made.attrs = dict(frame.attrs)
    return made


def first_periods(
    treated: Floats,
    *,
    unit: Integers,
    number: Floats,
    name: str,
    marks: Marks,
    named: Callable[[Mask], str],
) -> Floats:
    """Return the first period in which each row's unit is treated, NaN where it never is, (n,).

    Parameters
    ----------
    treated : ndarray, (n,)
        0 or 1 in each row.
    unit : ndarray of int, (n,)
    number : ndarray, (n,)
        Calendar number of each row's period.
    name : str
        Of the column of zeros and ones, for messages.
    marks : {"treatment", "start"}
        Whether ones stand in every treated period, or at the start alone.
    named : callable
        Writes rows for a message.

    Raises
    ------
    MissingValueError, RangeError, TreatmentReversalError
        A blank, a value that is neither 0 nor 1, a treatment that switches off: with the data rows.
    """
    if np.isnan(treated).any():
        raise MissingValueError(
            f"{name}: not known on {named(np.isnan(treated))}; a blank is not untreated: fill in 0 or 1"
        )
    if not np.isin(treated, (0.0, 1.0)).all():
        bad = ~np.isin(treated, (0.0, 1.0))
        raise RangeError(f"{name}: neither 0 nor 1 on {named(bad)}; code treatment as 0 or 1")
    if marks == "treatment":
        off = _switches_off(treated, unit, number)
        if off.any():
            raise TreatmentReversalError(
                f"{name}: treatment switches off on {named(off)}; these estimators need treatment that stays on: code it "
                "as 1 from the first treated period on, or declare marks: start beside it if it marks the start alone"
            )
    first = pd.Series(np.where(treated == 1, number, np.nan))
    return np.asarray(first.groupby(unit, sort=False).transform("min"), dtype=float)


def _switches_off(treated: Floats, unit: Integers, number: Floats) -> Mask:
    order = np.lexsort((number, unit))
    falls = (np.diff(treated[order]) < 0) & (np.diff(unit[order]) == 0)
    off = np.zeros(len(treated), dtype=bool)
    off[order[1:][falls]] = True
    return off
