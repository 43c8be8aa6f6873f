"""What may be known of each unit, as codes: a value where a column is constant within units, its whole path where it is not.

A unit is counted once, however many rows it has. A path has a place for each period, also for those in which the unit has no
row: whoever knows the path knows when there was one. A missing value is a value like any other, withheld ones too.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.disclosure.public_use.columns import constant_within

NO_ROW = -2  # beside -1, which factorize gives missing cells


def units_of(frame: pd.DataFrame, unit: str) -> tuple[Integers, pd.Index]:
    """Return each row's unit and the units, sorted by how they are written."""
    codes, labels = pd.factorize(frame[unit].astype(str), sort=True)
    return codes.astype(np.int64), pd.Index(labels)


def traits(frame: pd.DataFrame, *, unit: str, time: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return a code of each column for each unit; equal codes, equal values or paths.

    Parameters
    ----------
    frame : DataFrame
        A row a unit and period, none twice.
    unit, time : str
    columns : sequence of str

    Returns
    -------
    DataFrame, (N, columns)
        Of integers, indexed by unit, sorted.
    """
    of_row, units = units_of(frame, unit)
    period = pd.factorize(frame[time].astype(str), sort=True)[0]
    found = {}
    for name in columns:
        cells = pd.factorize(frame[name].astype(str).where(frame[name].notna()), sort=True)[0]
        if constant_within(frame, unit, name):
            one = np.empty(len(units), dtype=np.int64)
            one[of_row] = cells
            found[name] = one
        else:
            path = np.full((len(units), int(period.max()) + 1), NO_ROW, dtype=np.int64)
            path[of_row, period] = cells
            found[name] = np.unique(path, axis=0, return_inverse=True)[1].ravel()
    return pd.DataFrame(found, index=units, columns=list(columns))


def seen(frame: pd.DataFrame, *, unit: str, time: str, outcome: str) -> Integers:
    """Return a code for the periods in which each unit's outcome is there, (N,)."""
    of_row, units = units_of(frame, unit)
    period = pd.factorize(frame[time].astype(str), sort=True)[0]
    there = np.zeros((len(units), int(period.max()) + 1), dtype=bool)
    there[of_row, period] = frame[outcome].notna()
    codes: Integers = np.unique(there, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    return codes


def classes(codes: pd.DataFrame) -> Integers:
    """Number the combinations of codes from 0, (N,)."""
    if not len(codes.columns):
        return np.zeros(len(codes), dtype=np.int64)
    return numbered(*codes.to_numpy(dtype=np.int64).T)


def numbered(*columns: Integers) -> Integers:
    """Number the combinations of columns (N,) of integers from 0, (N,): by the first column, then the second."""
    joint = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        joint = np.unique(joint * len(values) + code, return_inverse=True)[1]
    return np.asarray(joint, dtype=np.int64)


def tenths(frame: pd.DataFrame, *, unit: str, name: str, numeric: bool) -> Integers:
    """Return in which tenth of all units each lies by its mean (-1 without one), or its last category, (N,)."""
    of_row, units = units_of(frame, unit)
    if not numeric:
        cells = frame[name].astype(str).where(frame[name].notna())
        last = pd.Series(cells.to_numpy(), index=of_row).groupby(level=0).last()
        codes = pd.factorize(last.reindex(range(len(units))), sort=True)[0]
        return np.asarray(codes, dtype=np.int64)
    mean: Floats = (
        frame[name].astype(float).groupby(of_row).mean().reindex(range(len(units))).to_numpy()
    )
    known = ~np.isnan(mean)
    cuts: Floats = np.quantile(mean[known], np.arange(1, 10) / 10) if known.any() else np.zeros(0)
    places = np.where(known, np.searchsorted(cuts, mean, side="right"), -1)
    return np.asarray(places, dtype=np.int64)
