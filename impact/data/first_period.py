"""Derive the cohort: the first period in which a 0/1 column is 1, which must be known and stay on."""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
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


def with_first_period(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return the frame with the cohort column that the schema derives; as it is where it derives none.

    Raises
    ------
    SchemaError
        The column is there already.
    MissingValueError, RangeError, TreatmentReversalError
        A blank, a value that is neither 0 nor 1, a treatment that switches off: with the data rows.
    """
    rule = schema.cohort
    if rule is None or rule.first_period_of is None:
        return frame
    if rule.column in frame:
        raise SchemaError(f"{rule.column}: a column of the data; give the derived one a new name")
    name = rule.first_period_of
    rows = np.arange(1, len(frame) + 1)
    treated = checks.numbers(frame[name], rows=rows)
    if np.isnan(treated).any():
        raise MissingValueError(
            f"{name}: not known on {rows_named(rows[np.isnan(treated)])}; a blank is not untreated: fill in 0 or 1"
        )
    if not np.isin(treated, (0.0, 1.0)).all():
        bad = ~np.isin(treated, (0.0, 1.0))
        raise RangeError(
            f"{name}: neither 0 nor 1 on {rows_named(rows[bad])}; code treatment as 0 or 1"
        )
    axis = TimeAxis(schema.time.frequency)
    number = axis.parse(frame[schema.time.column], rows=rows)
    unit, _ = checks.identifiers(frame[schema.unit], rows=rows)
    if rule.marks == "treatment":
        _refuse_switching_off(treated, unit, number, name)
    first = pd.Series(np.where(treated == 1, number, np.inf), index=frame.index)
    start = first.groupby(unit, sort=False).transform("min")
    derived = [None if np.isinf(value) else str(axis.label(value)) for value in start]
    made = frame.assign(**{rule.column: pd.Series(derived, index=frame.index, dtype=object)})
    made.attrs = dict(frame.attrs)
    return made


def _refuse_switching_off(treated: Floats, unit: Integers, number: Floats, name: str) -> None:
    order = np.lexsort((number, unit))
    off = (np.diff(treated[order]) < 0) & (np.diff(unit[order]) == 0)
    if off.any():
        raise TreatmentReversalError(
            f"{name}: treatment switches off on {rows_named(order[1:][off] + 1)}; these estimators need treatment that stays "
            "on: code it as 1 from the first treated period on, or declare cohort.marks: start if it marks the start alone"
        )
