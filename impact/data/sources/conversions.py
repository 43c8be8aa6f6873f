"""The one table of allowed conversions: what a file stores, what the schema declares, and whether one becomes the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.schema import ColumnType, CsvOptions, DateOrder, ReadColumn
from impact.data.sources.codes import BLANK, matching, missing_codes, where_number
from impact.data.sources.distinct import Distinct, texts_of
from impact.data.sources.labels import by_label_or_code
from impact.data.sources.period_labels import DAY, day_label, period_label
from impact.data.sources.reasons import Reasons
from impact.data.sources.source import PhysicalKind, SourceColumn
from impact.data.sources.text_numbers import EXACT, numbers_of
from impact.data.sources.value_labels import refuse_other_labels
from impact.data.times import TimeAxis
from impact.errors import (
    Fault,
    FaultCode,
    InfiniteValueError,
    MissingValueError,
    RangeError,
    SchemaError,
    UnparsableValueError,
    rows_named,
    rows_that,
)
from impact.terms import Frequency

How = Literal["exact", "by_rule", "refused"]


@dataclass(frozen=True)
class Conversion:
    """Whether a stored kind becomes a declared type: to the letter, by a rule that cells may break, or never; and why."""

    how: How
    why: str


def _row(**conversions: tuple[How, str]) -> dict[ColumnType, Conversion]:
    return {kind: Conversion(*conversions[kind]) for kind in get_args(ColumnType)}


_WHOLE: tuple[How, str] = ("by_rule", "whole numbers, written without a point")
_ZERO_ONE: tuple[How, str] = ("by_rule", "0 and 1 alone")
_OTHER: tuple[How, str] = (
    "refused",
    "bytes, lists, durations and columns of mixed kinds have no one value; write them as text or numbers",
)
_BOOLEAN: tuple[How, str] = ("refused", "true and false are no such value; declare it as boolean")
_DATE: tuple[How, str] = (
    "refused",
    "a date is no such value; declare it as a date or as a period",
)
_NO_DAY: tuple[How, str] = ("refused", "a number is no day; write the day as text or as a date")

CONVERSIONS: Mapping[PhysicalKind, Mapping[ColumnType, Conversion]] = {
    "text": _row(
        string=("exact", "the letters, without spaces around them"),
        category=("by_rule", "one of the declared categories"),
        integer=("by_rule", "digits with the declared marks, a whole number below 2^53"),
        number=("by_rule", "digits with the declared marks, no more than a number keeps"),
        boolean=("by_rule", "0, 1, true or false"),
        period=("by_rule", "a label of the declared frequency, or a date in the declared order"),
        date=("by_rule", "a day written 2013-04-30, or in the declared order"),
    ),
    "integer": _row(
        string=("exact", "its digits"),
        category=("by_rule", "its digits are one of the declared categories"),
        integer=("by_rule", "below 2^53"),
        number=("by_rule", "below 2^53"),
        boolean=_ZERO_ONE,
        period=("by_rule", "its digits are a label of the declared frequency"),
        date=_NO_DAY,
    ),
    "number": _row(
        string=_WHOLE,
        category=_WHOLE,
        integer=("by_rule", "whole numbers below 2^53"),
        number=("exact", "the number"),
        boolean=_ZERO_ONE,
        period=_WHOLE,
        date=_NO_DAY,
    ),
    "boolean": _row(
        string=_BOOLEAN,
        category=_BOOLEAN,
        integer=_BOOLEAN,
        number=_BOOLEAN,
        boolean=("exact", "true is 1, false is 0"),
        period=_BOOLEAN,
        date=_BOOLEAN,
    ),
    "date": _row(
        string=_DATE,
        category=_DATE,
        integer=_DATE,
        number=_DATE,
        boolean=_DATE,
        period=("by_rule", "the first day of a period of the declared frequency"),
        date=("exact", "the day"),
    ),
    "datetime": _row(
        **dict.fromkeys(
            get_args(ColumnType),
            (
                "refused",
                "a moment is no such value; write dates without the time of day",
            ),
        )
    ),
    "other": _row(**dict.fromkeys(get_args(ColumnType), _OTHER)),
}
"""By stored kind and declared type; docs/plan.md shows it, and a test holds the page to it."""


@dataclass(frozen=True, eq=False)
class Converted:
    """A column in its declared type, and why cells of it are missing, where more is known than that they are blank."""

    cells: "pd.Series[Any]" = field(repr=False)
    reasons: Reasons

    @property
    def blank(self) -> Mask:
        """Cells that are missing without a reason."""
        without = np.asarray(pd.isna(self.cells), dtype=bool)
        known = self.reasons.of_cells
        return without if known is None else without & pd.isna(known)

    @property
    def missing(self) -> Mapping[str, int]:
        """How many cells are missing, by reason; `BLANK` is one."""
        counts = self.reasons.counts()
        blank = int(pd.isna(self.cells).sum()) - sum(counts.values())
        return dict(sorted({**counts, **({BLANK: blank} if blank else {})}.items()))


def convert(
    column: SourceColumn,
    declared: ReadColumn,
    *,
    name: str,
    options: CsvOptions,
    frequency: Frequency,
    never: Sequence[str | int] = (),
) -> Converted:
    """Convert a column to its declared type by the table.

    Parameters
    ----------
    column : SourceColumn
    declared : ReadColumn
    name : str
        As the schema writes it.
    options : CsvOptions
        How numbers and dates are written where they stand as text.
    frequency : {"integer", "year", "quarter", "month"}
        What a period is.
    never : sequence
        Codes that stand where a period would and mean that there is none.

    Raises
    ------
    SchemaError
        The table refuses the pair.
    UnparsableValueError, RangeError, InfiniteValueError, MissingValueError
        With the data rows that break the rule.
    """
    reasons = Reasons(len(column.cells))
    _mark_reasons_of_the_file(column, declared, reasons)
    refuse_other_labels(column, declared, name=name)
    column = by_label_or_code(column, declared, name=name, reasons=reasons)
    conversion = CONVERSIONS[column.kind][declared.type]
    filled = column.cells.null_count < len(column.cells) or column.kind == "other"
    if conversion.how == "refused" and filled:
        mixed = f" ({column.mixed})" if column.mixed else ""
        raise SchemaError(
            f"{name}: stored as {column.kind}{mixed}, declared as {declared.type}: {conversion.why}"
        )
    if declared.type in {"integer", "number"}:
        values = _numeric(column, declared, name=name, options=options, reasons=reasons)
        made: Any = _in_range(values, declared, name=name)
    elif declared.type == "boolean":
        made = _boolean(column, declared, name=name, reasons=reasons)
    else:
        made = _labels(
            column, declared, name=name, options=options, frequency=frequency, reasons=reasons
        )
    cells = pd.Series(made, name=name, dtype=made.dtype)  # texts stay objects, None where missing
    if declared.type == "period":
        known = cells.mask(cells.isin(matching(cells, never)))
        rows = np.arange(1, len(cells) + 1)
        TimeAxis(frequency).parse(known, rows=rows, missing_allowed=True)  # refuses what is none
    converted = Converted(cells, reasons)
    if declared.filled and (blank := converted.blank).any():
        raise MissingValueError(
            f"{name}: blank on {_named(blank)}, declared as filled: fill it, declare its code as missing, or look whether the "
            "cells of the row stand one column too far"
        )
    return converted


def _mark_reasons_of_the_file(column: SourceColumn, declared: ReadColumn, reasons: Reasons) -> None:
    """Keep why the file itself marks cells as missing, in the schema's words where it has some."""
    if column.reasons is None:
        return
    words = {code.text: code.reason for code in missing_codes(declared)}
    texts = column.reasons.to_numpy(zero_copy_only=False)
    reasons.mark_each(np.array([words.get(text, text) for text in texts], dtype=object))


def _numeric(
    column: SourceColumn, declared: ReadColumn, *, name: str, options: CsvOptions, reasons: Reasons
) -> Floats:
    if column.kind == "text":
        values = _numbers_of_text(column, declared, name=name, options=options, reasons=reasons)
    else:
        values = _stored_numbers(column, name=name)
    for code in missing_codes(declared):
        there = where_number(values, code)
        reasons.mark(there, code.reason)
        values = np.where(there, np.nan, values)
    if np.isinf(values).any():
        raise InfiniteValueError(
            f"{name}: infinite on {_named(np.isinf(values))}; correct them or leave them empty",
            fault=Fault.on("infinite", _rows(np.isinf(values))),
        )
    if declared.type == "integer":
        top = min(EXACT, column.whole_below)
        whole = np.isnan(values) | ((values == np.floor(values)) & (np.abs(values) < top))
        rule = "is no whole number, or too long for one (declare it as a string)"
        _refuse(~whole, name, rule, code="no_whole_number")
    return values


def _stored_numbers(column: SourceColumn, *, name: str) -> Floats:
    """Return stored numbers as floats; whole ones that floats do not all tell apart are refused."""
    import pyarrow as pa

    missing = np.asarray(column.cells.is_null().to_numpy(zero_copy_only=False))
    if column.kind == "integer":
        whole = column.cells.fill_null(0).to_numpy(zero_copy_only=False)
        bad = (whole >= 2**53) | (whole <= -(2**53))
        _refuse(bad, name, "is too long for a number (declare it as a string)", code="too_long")
        return np.where(missing, np.nan, whole.astype(float))
    cells = column.cells.cast(pa.float64()).fill_null(np.nan)
    return np.array(cells.to_numpy(zero_copy_only=False), dtype=float)


def _numbers_of_text(
    column: SourceColumn, declared: ReadColumn, *, name: str, options: CsvOptions, reasons: Reasons
) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = column.cells
    if column.numbers is not None:
        cells = pc.if_else(column.numbers.is_valid(), pa.scalar(None, cells.type), cells)
    masked = Distinct.of(cells).masked(missing_codes(declared))
    texts = masked.texts.filter(pa.array(~masked.absent))
    read = numbers_of(texts, options, decimals=declared.decimals)
    values = np.full(len(masked.texts) + 1, np.nan)  # the last one is for cells without a text
    bad = np.zeros(len(masked.texts) + 1, dtype=bool)
    places = np.flatnonzero(~masked.absent)
    values[places], bad[places] = read.found, read.bad
    _refuse(bad[masked.codes], name, read.rule, code=read.fault)
    masked.tell(reasons)
    found: Floats = values[masked.codes]
    if column.numbers is not None:
        stored = column.numbers.fill_null(np.nan).to_numpy(zero_copy_only=False)
        found = np.where(np.isnan(stored), found, stored)
    return found


def _boolean(column: SourceColumn, declared: ReadColumn, *, name: str, reasons: Reasons) -> Floats:
    if column.kind == "boolean":
        return _stored_numbers(column, name=name)
    words = {"1": 1.0, "true": 1.0, "0": 0.0, "false": 0.0, "1.0": 1.0, "0.0": 0.0}
    distinct = texts_of(column, name=name).masked(missing_codes(declared), as_numbers=True)
    known = [words.get(text.lower()) for text in distinct.texts.to_pylist()]
    values = np.array([np.nan if word is None else word for word in [*known, None]])
    values[:-1][distinct.absent] = np.nan
    bad = np.append(
        np.array([word is None for word in known], dtype=bool) & ~distinct.absent, False
    )
    _refuse(bad[distinct.codes], name, "is neither 0/1 nor true/false", code="no_truth")
    distinct.tell(reasons)
    return np.asarray(values[distinct.codes], dtype=float)


def _labels(
    column: SourceColumn,
    declared: ReadColumn,
    *,
    name: str,
    options: CsvOptions,
    frequency: Frequency,
    reasons: Reasons,
) -> Any:
    """Return texts (n,) as objects, None where missing."""
    distinct = texts_of(column, name=name)
    numeric = column.kind in {"integer", "number"}
    if declared.type == "period":
        distinct = distinct.written(
            lambda text: period_label(text, frequency, options.dates, options.decimal)
        )
    elif declared.type == "date":
        distinct = distinct.written(lambda text: day_label(text, options.dates))
    masked = distinct.masked(missing_codes(declared), as_numbers=numeric)
    texts = np.array([*masked.texts.to_pylist(), None], dtype=object)
    texts[:-1][masked.absent] = None
    if declared.categories is not None:
        unknown = np.array([t is not None and t not in declared.categories for t in texts])
        rule = "is none of the declared categories"
        _refuse(unknown[masked.codes], name, rule, code="no_category")
    days = np.array([t is not None and DAY.fullmatch(t) is not None for t in texts])
    if declared.type == "period":
        rule = f"is not the first day of a period ({frequency})"
        _refuse(days[masked.codes], name, rule, code="no_period")
    if declared.type == "date":
        filled = np.array([t is not None for t in texts])
        _refuse((filled & ~days)[masked.codes], name, _dates_rule(options.dates), code="no_day")
    masked.tell(reasons)
    return texts[masked.codes]


def _dates_rule(order: DateOrder | None) -> str:
    written = "" if order is None else f" nor, {order.replace('_', ' ')}, one like 30/04/2013"
    return f"is no day written 2013-04-30{written}" + (
        "; declare csv.dates where the year stands last" if order is None else ""
    )


def _in_range(values: Floats, declared: ReadColumn, *, name: str) -> Floats:
    low = -np.inf if declared.minimum is None else declared.minimum
    high = np.inf if declared.maximum is None else declared.maximum
    outside = (values < low) | (values > high)
    if outside.any():
        raise RangeError(
            f"{name}: outside the declared range on {_named(outside)}; correct the data or the schema",
            fault=Fault.on("outside_range", _rows(outside)),
        )
    return values


def _refuse(bad: Mask, name: str, rule: str, *, code: FaultCode) -> None:
    if bad.any():
        rows = _rows(bad)
        remedy = "correct it or leave it empty" if len(rows) == 1 else "correct or empty them"
        raise UnparsableValueError(
            f"{name}: {rows_that(rows, rule)}; {remedy}", fault=Fault.on(code, rows)
        )


def _rows(bad: Mask) -> Integers:
    return np.flatnonzero(bad) + 1


def _named(bad: Mask) -> str:
    return rows_named(_rows(bad))
