"""Stata and SPSS files: numbers as stored, value labels beside them, and why a cell is missing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from impact.data.sources.source import (
    Layout,
    PhysicalKind,
    SourceColumn,
    SourceTable,
    faulty_header,
    too_large,
)
from impact.data.sources.spss_text import holds_nul
from impact.errors import SourceError

STATA_DAY_ZERO = date(1960, 1, 1)
SPSS_DAY_ZERO = date(1582, 10, 14)
STATA_PERIODS = {"%tm": 12, "%tq": 4, "%th": 2, "%ty": 1}
"""Periods a year of Stata's calendar formats; all but years count from 1960."""
SPSS_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
OTHER_TIMES = ("%tC", "%tw", "%tb", "TIME", "DTIME", "MTIME", "WKDAY", "MONTH")
LARGEST = 1e308
INTEGERS = {"int8", "int16", "int32"}


def read_stata(path: Path, *, layout: Layout) -> SourceTable:
    """Read a .dta file; missing cells keep their letter (``.a`` to ``.z``)."""
    return _read(path, layout, "dta")


def read_spss(path: Path, *, layout: Layout) -> SourceTable:
    """Read a .sav or .zsav file; a user-missing cell is missing, and its code the reason."""
    if holds_nul(path):
        raise SourceError(
            f"{path.name}: contains NUL characters in its texts; save it again from SPSS"
        )
    return _read(path, layout, "sav")


def _read(path: Path, layout: Layout, kind: str) -> SourceTable:
    import pyreadstat

    del layout  # one table a file
    read = pyreadstat.read_dta if kind == "dta" else pyreadstat.read_sav
    about = read(str(path), metadataonly=True, user_missing=True)[1]
    problem = too_large(about.number_rows or 0, len(about.column_names))
    if problem is not None:
        raise SourceError(f"{path.name}: {problem}; split the file")
    cells = _cells(read, path, about)
    fault = faulty_header([str(name).strip() for name in about.column_names])
    if fault is not None:
        raise SourceError(f"{path.name}: {fault}")
    n_rows = {len(values) for values in cells.values()}
    if n_rows in (set(), {0}):
        raise SourceError(f"{path.name}: columns and no rows")
    if n_rows != {about.number_rows} or len(cells) != len(about.column_names):
        raise SourceError(f"{path.name}: damaged: it ends before its last row; export it again")
    if any(_marks(values) for values in cells.values()):
        raise SourceError(
            f"{path.name}: damaged: its mark of missing cells is another; export it again"
        )
    columns = tuple(_column(name, values, about) for name, values in cells.items())
    return SourceTable(name=path.name, n_rows=n_rows.pop(), columns=columns)


def _marks(values: Any) -> bool:
    """Whether a column holds the largest of all numbers, which SPSS takes for missing, as a value."""
    return any(isinstance(value, float) and abs(value) > LARGEST for value in values)


def _cells(read: Any, path: Path, about: Any) -> dict[str, Any]:
    """Return the cells by name. Text of SPSS is decoded here: ReadStat drops the end of a text that is cut within a letter."""
    options = {
        "user_missing": True,
        "disable_datetime_conversion": True,
        "output_format": "dict",
    }
    encoding = about.file_encoding
    if encoding is None:
        return dict(read(str(path), **options)[0])
    by_byte = read(str(path), encoding="ISO-8859-1", **options)[0].values()
    cells = dict(zip(about.column_names, by_byte, strict=True))
    for name, values in cells.items():
        if about.readstat_variable_types[name] == "string":
            cells[name] = [text and text.encode("latin-1").decode(encoding) for text in values]
    return cells


def _column(name: str, values: Any, about: Any) -> SourceColumn:
    import pyarrow as pa

    stored = about.readstat_variable_types[name]
    values = list(values)
    ranges = about.missing_ranges.get(name, ())
    labels = about.variable_value_labels.get(name, {})
    if stored == "string":
        reasons = [
            text if any(low["lo"] <= text <= low["hi"] for low in ranges) else None
            for text in (value or "" for value in values)
        ]
        kept = [v if why is None else None for v, why in zip(values, reasons, strict=True)]
        kind: PhysicalKind = "text"
        cells = pa.array(kept, type=pa.large_string())
    else:
        reasons = [_reason(value, ranges) for value in values]
        kept = [v if why is None else None for v, why in zip(values, reasons, strict=True)]
        numbers = np.array([np.nan if v is None else v for v in kept], dtype=float)
        kind, cells = _typed(numbers, stored, str(about.original_variable_types[name] or ""))
    return SourceColumn(
        name=str(name).strip(),
        kind=kind,
        cells=cells,
        value_labels={float(k): str(v) for k, v in labels.items() if not isinstance(k, str)},
        reason_labels={f".{k}": str(v) for k, v in labels.items() if isinstance(k, str)},
        label=str(about.column_names_to_labels.get(name) or ""),
        reasons=pa.array(reasons, type=pa.large_string()) if any(reasons) else None,
    )


def _reason(value: Any, ranges: Any) -> str | None:
    """The code of a missing number: Stata's letter, or SPSS's user-missing number; None where it is not missing by a code."""
    if isinstance(value, str):
        return f".{value}"
    if value is None or not any(low["lo"] <= value <= low["hi"] for low in ranges):
        return None
    return f"{value:.0f}" if value == int(value) else repr(value)


def _typed(numbers: Any, stored: str, written: str) -> tuple[PhysicalKind, Any]:
    """Return kind and cells of a numeric column: dates by the format in which it is written, else numbers."""
    import pyarrow as pa

    missing = np.isnan(numbers)
    if stored in INTEGERS and not written.startswith(("%t", "%d")):
        whole = np.where(missing, 0, numbers).astype(np.int64)
        return "integer", pa.array(whole, mask=missing)
    for formats, read in _CALENDARS:
        if written.startswith(formats):
            return read(numbers, written)
    return "number", pa.array(numbers, mask=missing)


def _nothing(numbers: Any, _: str) -> tuple[PhysicalKind, Any]:
    import pyarrow as pa

    return "other", pa.nulls(len(numbers))


def _periods(numbers: Any, written: str) -> tuple[PhysicalKind, Any]:
    """Return the first days of Stata's months, quarters, half-years or years."""
    import pyarrow as pa

    missing = np.isnan(numbers)
    a_year = STATA_PERIODS[written[:3]]
    months = (numbers - 1960) * 12 if a_year == 1 else numbers * (12 // a_year)
    days = np.datetime64(STATA_DAY_ZERO, "M") + np.where(missing, 0, months).astype(int)
    return "date", pa.array(days.astype("datetime64[D]"), type=pa.date32(), mask=missing)


def _dates(days: Any, zero: date) -> tuple[PhysicalKind, Any]:
    import pyarrow as pa

    missing = np.isnan(days)
    if (np.floor(days) != days)[~missing].any():
        return _moments(days * 86400, zero)
    whole = np.datetime64(zero, "D") + np.where(missing, 0, days).astype(int)
    return "date", pa.array(whole, type=pa.date32(), mask=missing)


def _moments(seconds: Any, zero: date) -> tuple[PhysicalKind, Any]:
    import pyarrow as pa

    missing = np.isnan(seconds)
    whole = np.where(missing, 0, seconds * 1000).astype(np.int64)
    moments = np.datetime64(zero, "ms") + whole
    return "datetime", pa.array(moments, type=pa.timestamp("ms"), mask=missing)


_CALENDARS: tuple[tuple[tuple[str, ...], Callable[[Any, str], tuple[PhysicalKind, Any]]], ...] = (
    (("%td", "%d"), lambda days, _: _dates(days, STATA_DAY_ZERO)),
    (("%tc",), lambda ms, _: _moments(ms / 1000, STATA_DAY_ZERO)),
    (tuple(STATA_PERIODS), _periods),
    (("DATETIME", "YMDHMS"), lambda seconds, _: _moments(seconds, SPSS_DAY_ZERO)),
    (OTHER_TIMES, _nothing),
    (SPSS_DATES, lambda seconds, _: _dates(seconds / 86400, SPSS_DAY_ZERO)),
)
"""What a format's first letters make of a number; the first that fits."""
