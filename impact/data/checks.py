"""The rules a long table must keep to become a panel; each names column, rule, data rows and remedy, never a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data.times import TimeAxis
from impact.errors import (
    DataError,
    DuplicateKeyError,
    InfiniteValueError,
    MissingColumnError,
    MissingValueError,
    NoComparisonError,
    RangeError,
    TreatmentReversalError,
    UnparsableValueError,
    UsageError,
    VaryingCohortError,
    rows_named,
)
from impact.terms import MissingOutcome, Waves, nearest

Rows = NDArray[np.signedinteger[Any]]
LARGEST = 1e100  # outcomes; squares of larger ones, and cubes of all smaller ones, are outside what numbers hold
SMALLEST = 1e-100
ROW = "row number"  # the ids of people in repeated cross-sections without ids


def known_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse columns that are not there or stand there twice."""
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        raise DataError(
            f"{', '.join(map(str, twice))}: column names repeat; give each column its own name"
        )
    for name in names:
        if name not in frame.columns:
            hint = nearest(name, map(str, frame.columns))
            raise MissingColumnError(
                f"{name}: no such column; {hint}columns are {', '.join(map(str, frame.columns))}"
            )


def numbers(column: pd.Series, *, rows: Rows) -> Floats:
    """Return a column as floats; refuse text that is no number, and infinities."""
    if column.dtype == np.float64:
        values = column.to_numpy()
        if not np.isinf(values).any():
            return np.asarray(values)
    missing = column.isna().to_numpy()
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = np.isnan(values) & ~missing
    if bad.any():
        raise UnparsableValueError(
            f"{column.name}: {rows_named(rows[bad])} cannot be read as a number; correct them or leave them empty"
        )
    if np.isinf(values).any():
        raise InfiniteValueError(
            f"{column.name}: infinite on {rows_named(rows[np.isinf(values)])}; correct them or leave them empty"
        )
    return np.asarray(values)


def in_scale(y: Floats, name: str, *, rows: Rows) -> None:
    """Refuse outcomes whose powers are outside what numbers hold: they would be infinite, or zero."""
    size = np.abs(y)
    if not size.max(initial=0.0):
        return
    large = size > LARGEST
    if large.any():
        raise RangeError(
            f"{name}: beyond {LARGEST:.0e} on {rows_named(rows[large])}; check for a code that stands for missing, or take "
            "another unit of measurement"
        )
    if size.max() < SMALLEST:
        raise RangeError(f"{name}: all below {SMALLEST:.0e}; take another unit of measurement")


def outcome_present(y: Floats, name: str, *, rows: Rows, rule: MissingOutcome) -> Mask:
    """Return which rows have an outcome; refuse missing ones unless they may be dropped."""
    kept = ~np.isnan(y)
    if rule == "refuse" and not kept.all():
        raise MissingValueError(
            f"{name}: missing on {rows_named(rows[~kept])}; fill them in, or say missing_outcome='drop' "
            "to treat these as not observed (they are then counted)"
        )
    if not kept.any():
        raise MissingValueError(
            f"{name}: no row has a value; check the column and its missing codes"
        )
    return kept


def identifiers(column: pd.Series, *, rows: Rows) -> tuple[Integers, NDArray[Any]]:
    """Number a column of ids by their sorted labels; refuse missing or blank ones."""
    blank = column.isna()
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        blank |= column.astype("string").str.strip().eq("").fillna(value=True)
    if blank.any():
        raise MissingValueError(
            f"{column.name}: no id on {rows_named(rows[blank.to_numpy()])}; every row needs its unit's id"
        )
    if pd.api.types.is_integer_dtype(column.dtype):
        values = column.to_numpy()
        step = values[1:] != values[:-1]
        if (values[1:] >= values[:-1]).all():  # sorted already, as panels mostly come
            first = np.concatenate([[True], step])
            starts = np.flatnonzero(first)
            counts = np.diff(starts, append=len(values))
            return np.repeat(np.arange(len(starts)), counts), values[first]
    try:
        codes, labels = pd.factorize(column, sort=True)
    except TypeError:
        raise UnparsableValueError(
            f"{column.name}: ids mix text and numbers and cannot be put in order; read the column as text"
        ) from None
    return codes.astype(np.int64), np.asarray(labels)


def with_units(frame: pd.DataFrame, unit: str | None, *, waves: Waves) -> tuple[pd.DataFrame, str]:
    """Return the frame and its column of ids: each row its own where waves ask other people and no column is named."""
    if unit is not None:
        return frame, unit
    if waves == "panel":
        raise UsageError(
            "unit: no column named; name the column of ids, or say waves='repeated_cross_sections' where each row is "
            "somebody else"
        )
    return frame.assign(**{ROW: np.arange(1, len(frame) + 1)}), ROW


def nobody_twice(unit: Integers, name: str, *, rows: Rows) -> None:
    """Refuse repeated cross-sections in which a unit has two rows: part of it is a panel, part is not."""
    seen = np.bincount(unit)
    if seen.max(initial=0) > 1:
        twice = rows[seen[unit] > 1]
        raise DuplicateKeyError(
            f"{name}: repeats on {rows_named(twice)}, but waves='repeated_cross_sections' says that nobody is seen twice; "
            "leave waves out if units are followed, or give ids that tell people of different waves apart"
        )


def unique_order(
    unit: Integers, time: Integers, *, names: tuple[str, str], rows: Rows
) -> Integers | None:
    """Return the order by (unit, time), or None for rows in order already; refuse a pair that repeats."""
    again = unit[1:] == unit[:-1]
    if ((unit[1:] > unit[:-1]) | (again & (time[1:] > time[:-1]))).all():
        return None
    key = unit * (int(time.max()) + 1) + time
    order = np.argsort(key, kind="stable")
    repeated = np.diff(key[order]) == 0
    if repeated.any():
        at = np.flatnonzero(repeated)
        both = np.union1d(order[at], order[at + 1])
        raise DuplicateKeyError(
            f"{names[0]}, {names[1]} repeat on {rows_named(rows[both])}; keep one row per {names[0]} and {names[1]}"
        )
    return order


def no_row_twice(frame: pd.DataFrame, kept: Mask, *, names: tuple[str, str], rows: Rows) -> None:
    """Refuse a row without an outcome that has the unit and time of another row: which of the two is right is not known."""
    if kept.all():
        return
    known = frame[list(names)].notna().all(axis=1).to_numpy()
    twice = frame.duplicated(list(names), keep=False).to_numpy() & known
    if twice[~kept].any():
        raise DuplicateKeyError(
            f"{names[0]}, {names[1]} repeat on {rows_named(rows[twice])}, one of them without an outcome; keep one row per "
            f"{names[0]} and {names[1]}"
        )


def absorbing(column: pd.Series, unit: Integers, exposed: Mask, rows: Rows) -> None:
    """Refuse a 0/1 treatment that switches off, or that contradicts the cohort."""
    treated = numbers(column, rows=rows)
    if not np.isin(treated, (0.0, 1.0)).all():
        bad = ~np.isin(treated, (0.0, 1.0))
        raise RangeError(
            f"{column.name}: neither 0 nor 1 on {rows_named(rows[bad])}; code treatment as 0 or 1"
        )
    off = (np.diff(treated) < 0) & (np.diff(unit) == 0)
    if off.any():
        raise TreatmentReversalError(
            f"{column.name}: treatment switches off on {rows_named(rows[1:][off])}; these estimators need treatment "
            "that stays on: define the cohort as the first treated period and leave this column out"
        )
    contrary = (treated == 1) != exposed
    if contrary.any():
        raise VaryingCohortError(
            f"{column.name}: disagrees with the cohort on {rows_named(rows[contrary])}; correct one of the two"
        )


def comparison(cohort: Floats, name: str) -> None:
    """Refuse a panel with nobody treated, or with nobody to compare them with."""
    treated = np.isfinite(cohort)
    if not treated.any():
        raise NoComparisonError(
            f"{name}: no unit is treated after the first period; check the column and its codes"
        )
    if treated.all() and len(np.unique(cohort)) == 1:
        raise NoComparisonError(
            f"{name}: every unit is treated at the same time; a comparison needs units treated later or never"
        )


def positive(weight: Floats) -> Floats:
    """Return weights of units as numbers; refuse what is not positive."""
    weight = np.asarray(weight, dtype=float)
    bad = ~(np.isfinite(weight) & (weight > 0))
    if bad.any():
        raise RangeError(
            f"weight: not positive, or missing, of {int(bad.sum())} units; leave these units out with Panel.subset"
        )
    return weight


@dataclass(frozen=True)
class UnitColumns:
    """Columns that must be constant within a unit, observations sorted by unit."""

    unit_index: Integers
    n_units: int
    rows: Rows

    def cohort(self, column: pd.Series, *, axis: TimeAxis, never: Sequence[Any]) -> Floats:
        """Return each unit's first treated period; infinity where missing or coded as never."""
        short = self._one_a_unit(column)
        if short is not None:
            try:
                return UnitColumns(np.arange(self.n_units), self.n_units, short[1])._cohort(
                    short[0], axis=axis, never=never
                )
            except DataError:
                pass  # the rule is broken: say so with all rows
        return self._cohort(column, axis=axis, never=never)

    def _one_a_unit(self, column: pd.Series) -> tuple[pd.Series, Rows] | None:
        """Return the first row of each unit where a column of numbers is constant within units, and the rows' numbers."""
        if not pd.api.types.is_numeric_dtype(column.dtype) or len(column) == self.n_units:
            return None
        whole = isinstance(column.dtype, np.dtype)
        values = column.to_numpy() if whole else column.to_numpy(dtype=float, na_value=np.nan)
        new = np.concatenate([[True], self.unit_index[1:] != self.unit_index[:-1]])
        changed = values[1:] != values[:-1]
        changed &= ~new[1:]
        if changed.any():
            both_missing = np.isnan(values[1:]) & np.isnan(values[:-1])
            if (changed & ~both_missing).any():
                return None
        return column[new], self.rows[new]

    def _cohort(self, column: pd.Series, *, axis: TimeAxis, never: Sequence[Any]) -> Floats:
        blank = (
            column.isin(list(never)) if len(never) else pd.Series(data=False, index=column.index)
        )
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            blank |= column.astype("string").str.strip().eq("").fillna(value=False)
        number = axis.parse(column.mask(blank), rows=self.rows, missing_allowed=True)
        return self._constant(np.where(np.isnan(number), np.inf, number), str(column.name))

    def weight(self, column: pd.Series) -> Floats:
        """Return each unit's weight; refuse missing, zero or negative ones."""
        values = numbers(column, rows=self.rows)
        bad = ~(values > 0)
        if bad.any():
            raise RangeError(
                f"{column.name}: not positive, or missing, on {rows_named(self.rows[bad])}; weights must be above zero, or "
                "leave the rows out"
            )
        return self._constant(values, str(column.name))

    def codes(self, columns: pd.DataFrame) -> Integers:
        """Number the combinations of columns (clusters, strata) from 0, by sorted label."""
        joint = np.zeros(len(columns), dtype=np.int64)
        for name in columns.columns:
            code = identifiers(columns[name], rows=self.rows)[0]
            self._constant(code.astype(float), str(name))
            joint = joint * (int(code.max()) + 1) + code
        of_unit = self._constant(joint.astype(float), " x ".join(map(str, columns.columns)))
        return np.unique(of_unit, return_inverse=True)[1].astype(np.int64)

    def labels(self, columns: pd.DataFrame, codes: Integers) -> tuple[str, ...]:
        """Write what `codes` numbered, in the order of the codes."""
        unit = np.unique(codes, return_index=True)[1]
        first = np.searchsorted(self.unit_index, unit)
        return tuple(" / ".join(map(str, row)) for row in columns.iloc[first].to_numpy())

    def _constant(self, values: Floats, name: str) -> Floats:
        of_unit = np.empty(self.n_units)
        of_unit[self.unit_index[::-1]] = values[::-1]  # the first row of each unit is written last
        varying = of_unit[self.unit_index] != values
        if varying.any():
            raise VaryingCohortError(
                f"{name}: changes within a unit on {rows_named(self.rows[varying])}; it must be the same on all rows "
                "of a unit"
            )
        return of_unit
