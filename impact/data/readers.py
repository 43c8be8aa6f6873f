"""Read a data file exactly as its schema declares it, or refuse it by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Integers
from impact.data import checks
from impact.data.panel import Panel
from impact.data.schema import Column, Schema, read_schema
from impact.data.times import TimeAxis
from impact.errors import (
    MissingColumnError,
    RangeError,
    SchemaError,
    SourceError,
    UnparsableValueError,
    rows_named,
)

PACKAGED = {
    "package:linearmodels.jobtraining": ("linearmodels.datasets", "jobtraining"),
    "package:linearmodels.wage_panel": ("linearmodels.datasets", "wage_panel"),
}
"""Real panels that ship in a dependency, by the name a plan gives them."""


def read_panel(
    path: Path | str,
    *,
    schema: Path | str | Schema,
    outcome: str,
    cohort: str | None = None,
    covariates: Sequence[str] = (),
    strata: Sequence[str] = (),
) -> Panel:
    """Read a file into a `Panel`.

    Parameters
    ----------
    path : path or ``package:`` name
        CSV, Parquet or Stata; or a data set of `PACKAGED`.
    schema : path or Schema
        What the file's columns are.
    outcome : str
    cohort : str, optional
        Another column of first treated periods than the schema's.
    covariates, strata : sequence of str
        As in `Panel.from_frame`.

    Examples
    --------
    >>> import impact
    >>> panel = impact.read_panel("data/artisans.csv", schema="data/artisans.yml", outcome="revenue_mad")
    >>> panel.n_units, panel.n_periods, panel.balanced
    (350, 20, False)
    """
    declared = schema if isinstance(schema, Schema) else read_schema(schema)
    frame = read_frame(path, schema=declared)
    return panel_of(
        frame, schema=declared, outcome=outcome, cohort=cohort, covariates=covariates, strata=strata
    )


def panel_of(
    frame: pd.DataFrame,
    *,
    schema: Schema,
    outcome: str,
    cohort: str | None = None,
    covariates: Sequence[str] = (),
    strata: Sequence[str] = (),
) -> Panel:
    """Make a `Panel` of a frame that `read_frame` gave."""
    never: list[Any] = [] if schema.cohort is None else [str(code) for code in schema.cohort.never]
    column = cohort or (None if schema.cohort is None else schema.cohort.column)
    return Panel.from_frame(
        frame,
        unit=schema.unit,
        time=schema.time.column,
        outcome=outcome,
        cohort=column,
        cluster=schema.cluster,
        weight=schema.weight,
        covariates=covariates,
        strata=strata,
        frequency=schema.time.frequency,
        step=schema.time.step,
        never=never,
        missing_outcome=schema.missing_outcome,
    )


def read_frame(path: Path | str, *, schema: Schema) -> pd.DataFrame:
    """Read a file and convert every declared column to its declared type; undeclared columns stay out.

    Raises
    ------
    SourceError, MissingColumnError, UnparsableValueError, RangeError, InfiniteValueError
        With column, rule, data rows and remedy.
    """
    raw = _read_raw(path, schema)
    missing = [name for name in schema.columns if name not in raw.columns]
    if missing:
        known = ", ".join(str(name) for name in raw.columns[:30])
        raise MissingColumnError(
            f"{', '.join(missing)}: declared in the schema but not in the file, whose columns are {known}; "
            "check the delimiter and the names"
        )
    rows = np.arange(1, len(raw) + 1)
    decimal = schema.csv.decimal
    frame = pd.DataFrame(
        {
            name: _convert(raw[name], column, rows=rows, decimal=decimal)
            for name, column in schema.columns.items()
        }
    )
    return _with_derived_cohort(frame, schema)


def _with_derived_cohort(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Add the cohort column where the schema derives it: the first period in which a 0/1 column is 1."""
    rule = schema.cohort
    if rule is None or rule.first_period_of is None:
        return frame
    treated = checks.numbers(frame[rule.first_period_of], rows=np.arange(1, len(frame) + 1)) == 1
    number = TimeAxis(schema.time.frequency).parse(
        frame[schema.time.column], rows=np.arange(1, len(frame) + 1)
    )
    first = pd.Series(np.where(treated, number, np.inf), index=frame.index)
    start = first.groupby(frame[schema.unit], sort=False).transform("min")
    label = TimeAxis(schema.time.frequency).label
    frame[rule.column] = [None if np.isinf(value) else str(label(value)) for value in start]
    return frame


def _read_raw(path: Path | str, schema: Schema) -> pd.DataFrame:
    if str(path).startswith("package:"):
        return _packaged(str(path))
    path = Path(path)
    if not path.is_file():
        raise SourceError(f"{path.name}: no such data file; check the plan's data path")
    if path.suffix == ".csv":
        return _read_csv(path, schema)
    readers = {".parquet": pd.read_parquet, ".dta": _read_stata}
    if path.suffix not in readers:
        raise SourceError(f"{path.name}: unknown kind of file; use .csv, .parquet or .dta")
    try:
        return pd.DataFrame(readers[path.suffix](path))
    except Exception as problem:  # noqa: BLE001 (readers raise anything on a damaged file)
        raise SourceError(
            f"{path.name}: damaged or not a {path.suffix} file ({type(problem).__name__}); export it again"
        ) from None


def _read_stata(path: Path) -> pd.DataFrame:
    return pd.read_stata(path, convert_categoricals=False, convert_dates=False)


def _packaged(name: str) -> pd.DataFrame:
    from importlib import import_module

    if name not in PACKAGED:
        raise SourceError(f"{name}: unknown packaged data set; choose among {', '.join(PACKAGED)}")
    module, dataset = PACKAGED[name]
    frame: pd.DataFrame = import_module(f"{module}.{dataset}").load()
    return frame.reset_index(drop=True)


def _read_csv(path: Path, schema: Schema) -> pd.DataFrame:
    """Read text cells only: types come from the schema, never from the parser's guess."""
    text = _decoded(path, schema.csv.encoding)
    lines = _records(text, schema.csv.delimiter, path.name)
    header = [name.strip() for name in lines[0]]
    if len(set(header)) < len(header) or "" in header:
        raise SourceError(
            f"{path.name}: a column name repeats or is empty; give each column its own name"
        )
    ragged = [number for number, line in enumerate(lines[1:], start=1) if len(line) != len(header)]
    if ragged:
        raise SourceError(
            f"{path.name}: {rows_named(ragged)} have another number of cells than the header; quote cells that "
            f"contain '{schema.csv.delimiter}', or check the delimiter"
        )
    if len(lines) == 1:
        raise SourceError(f"{path.name}: a header and no rows")
    columns = list(zip(*lines[1:], strict=True))
    return pd.DataFrame(
        {name: np.array(cells, dtype=object) for name, cells in zip(header, columns, strict=True)},
        dtype=object,
    )


def _decoded(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise SourceError(f"{path.name}: empty file")
    try:
        text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        raise SourceError(
            f"{path.name}: not {encoding} text; save it as UTF-8 or declare csv.encoding in the schema"
        ) from None
    if "\x00" in text:
        raise SourceError(f"{path.name}: contains NUL characters; export the file again as text")
    return text


def _records(text: str, delimiter: str, name: str) -> list[list[str]]:
    import csv
    from io import StringIO

    try:
        records = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise SourceError(f"{name}: quotation marks do not close; export the file again") from None
    return [record for record in records if record]


def _convert(column: pd.Series, declared: Column, *, rows: Integers, decimal: str) -> pd.Series:
    text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    if text:
        cells = column.astype("string").str.strip()
        column = cells.mask(cells.isin(["", *declared.missing]))
        if declared.type == "number" and decimal == ",":
            column = _decimal_comma(column, rows=rows)
    if declared.type in {"integer", "number"}:
        return _numeric(column, declared, rows=rows, text=text)
    if declared.type == "boolean":
        return _boolean(column, rows=rows)
    if not text and declared.type == "string":
        return _identifier(column, rows=rows)
    values = column if not text else column.astype(object).where(column.notna(), None)
    if declared.categories is not None:
        _refuse(
            ~(values.isin(declared.categories) | values.isna()),
            column,
            rows,
            "is none of the declared categories",
        )
    return values


def _decimal_comma(column: pd.Series, *, rows: Integers) -> pd.Series:
    _refuse(
        column.str.contains(".", regex=False).fillna(value=False),
        column,
        rows,
        "mixes points with decimal commas",
    )
    return column.str.replace(",", ".", regex=False)


def _numeric(column: pd.Series, declared: Column, *, rows: Integers, text: bool) -> pd.Series:
    if text:
        # ASCII digits only: no thousands separators, no other scripts' digits, no hexadecimal, no nan or inf
        plain = column.str.fullmatch(
            r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", na=True
        )
        _refuse(~plain.astype(bool), column, rows, "cannot be read as a number")
    values = checks.numbers(column, rows=rows)
    if declared.type == "integer":
        whole = np.isnan(values) | ((values == np.floor(values)) & (np.abs(values) < 2**53))
        _refuse(
            ~whole, column, rows, "is no whole number, or too long for one (declare it as a string)"
        )
    low = -np.inf if declared.minimum is None else declared.minimum
    high = np.inf if declared.maximum is None else declared.maximum
    outside = (values < low) | (values > high)
    if outside.any():
        raise RangeError(
            f"{column.name}: outside the declared range on {rows_named(rows[outside])}; correct the data or the schema"
        )
    return pd.Series(values, name=column.name)


def _boolean(column: pd.Series, *, rows: Integers) -> pd.Series:
    words = {"1": 1.0, "true": 1.0, "0": 0.0, "false": 0.0, "1.0": 1.0, "0.0": 0.0}
    known = column.astype("string").str.lower()
    _refuse(
        ~(known.isin(list(words)) | known.isna()), column, rows, "is neither 0/1 nor true/false"
    )
    return known.map(words).astype(float).rename(column.name)


def _identifier(column: pd.Series, *, rows: Integers) -> pd.Series:
    """Write numeric ids of binary files as whole numbers, so that 410032.0 is 410032."""
    if not pd.api.types.is_float_dtype(column.dtype):
        return column.astype(object).where(column.notna(), None)
    values = column.to_numpy(dtype=float)
    fits = np.isnan(values) | ((values == np.floor(values)) & (np.abs(values) < 2**53))
    _refuse(~fits, column, rows, "is no whole number, so it is no id")
    return pd.Series(
        [None if np.isnan(value) else str(int(value)) for value in values],
        name=column.name,
        dtype=object,
    )


def _refuse(bad: Any, column: pd.Series, rows: Integers, rule: str) -> None:
    bad = np.asarray(bad, dtype=bool)
    if bad.any():
        raise UnparsableValueError(
            f"{column.name}: {rows_named(rows[bad])} {rule}; correct it or leave it empty"
        )


def declared_outcome(schema: Schema, outcome: str) -> Column:
    """Return an outcome's declaration; refuse one that is missing or not a number."""
    if outcome not in schema.columns:
        numeric = [
            name for name, column in schema.columns.items() if column.type in {"number", "integer"}
        ]
        raise SchemaError(
            f"{outcome}: not declared in the schema; numeric columns are {', '.join(numeric)}"
        )
    column = schema.columns[outcome]
    if column.type not in {"number", "integer"}:
        raise SchemaError(f"{outcome}: declared as {column.type}; an outcome is a number")
    return column
