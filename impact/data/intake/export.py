"""Write what an intake made: the table for other programs, and proposals for the person who decides."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.formulas import without_formulas, would_run
from impact.data.intake.arrive import Arrived
from impact.data.intake.table import Table
from impact.errors import StorageError, UsageError

_EXACT = 2.0**53


def write_table(table: Table, path: Path) -> Path:
    """Write a table as CSV (UTF-8) or Parquet, whole or not at all.

    Raises
    ------
    UsageError
        Another ending; or, for CSV, texts that a spreadsheet would run as formulas.
    StorageError
        The file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in {".csv", ".parquet"}:
        raise UsageError(f"{path.name}: write a .csv or a .parquet file")
    if ending == ".csv":
        _refuse_formulas(table, path.name)
    aside = path.with_name(f".{path.name}.partial")
    try:
        if ending == ".csv":
            written = {name: _written(table, name) for name in table.kinds}
            pd.DataFrame(written).to_csv(aside, index=False, lineterminator="\n", encoding="utf-8")
        else:
            table.frame.to_parquet(aside, index=False)
        return aside.replace(path)
    except OSError as problem:
        aside.unlink(missing_ok=True)
        raise StorageError(
            f"{path.name}: cannot be written ({problem.strerror or type(problem).__name__}); check space and permissions"
        ) from None


def write_proposals(arrived: Arrived, folder: Path) -> list[Path]:
    """Write proposals as CSV files that only their owner may read."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        paths = []
        for name, asked in arrived.proposals.items():
            path = folder / f"{name}.csv"
            owned = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(owned, "w", encoding="utf-8", newline="") as file:
                without_formulas(asked).to_csv(file, index=False, lineterminator="\n")
            paths.append(path)
    except OSError as problem:
        raise StorageError(
            f"{folder.name}: proposals cannot be written ({problem.strerror or type(problem).__name__})"
        ) from None
    return paths


def _written(table: Table, name: str) -> Any:
    """Write numbers as digits, whole ones without a point; missing cells are empty."""
    if not table.kinds[name].numeric:
        return table.frame[name]
    values = table.numbers(name)
    whole = np.isnan(values) | ((values == np.floor(values)) & (np.abs(values) < _EXACT))
    return pd.Series(values).astype("Int64") if whole.all() else values


def _refuse_formulas(table: Table, name: str) -> None:
    if heads := [place for place, one in enumerate(table.kinds, start=1) if would_run(one)]:
        raise UsageError(
            f"{name}: the name of column {heads[0]} is what a spreadsheet takes for a formula; write .parquet"
        )
    for column, kind in table.kinds.items():
        if not kind.numeric:
            codes, texts = pd.factorize(table.frame[column])
            starts = np.array([*map(would_run, texts), False], dtype=bool)[codes]
            if starts.any():
                raise UsageError(
                    f"{name}: {column}: {table.rows_that(starts, 'holds what a spreadsheet takes for a formula')}; "
                    "write .parquet"
                )
