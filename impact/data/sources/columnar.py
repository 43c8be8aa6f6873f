"""Parquet files and DuckDB tables: types as stored."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from impact.data.sources.source import (
    Layout,
    PhysicalKind,
    SourceColumn,
    SourceTable,
    faulty_header,
    too_large,
)
from impact.errors import SourceError

MAX_BYTES = 8 << 30  # of a Parquet file once unpacked
EXACT_DECIMALS = 15  # digits that a float keeps whatever the number


def read_parquet(path: Path, *, layout: Layout) -> SourceTable:
    """Read a Parquet file; sizes are checked in its footer first."""
    import pyarrow.parquet as pq

    del layout  # one table a file
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        about = file.metadata
        groups = range(about.num_row_groups)
        problem = too_large(about.num_rows, about.num_columns)
        if problem is None and sum(about.row_group(i).total_byte_size for i in groups) > MAX_BYTES:
            problem = f"more than {MAX_BYTES >> 30} GB unpacked"
        if problem is not None:
            raise SourceError(f"{path.name}: {problem}; split the file")
        return from_arrow(file.read(use_threads=False), name=path.name)


def read_duckdb(path: Path, *, layout: Layout) -> SourceTable:
    """Read the declared table of a DuckDB file, or its only one, opened for reading only."""
    import duckdb

    with duckdb.connect(
        str(path),
        read_only=True,
        config={"enable_external_access": False, "autoinstall_known_extensions": False},
    ) as connection:
        connection.execute("SET threads = 1")
        found = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
        name = _table_of(path, [str(one) for (one,) in found], told=layout.table)
        whole = connection.table(f'"{name.replace(chr(34), chr(34) * 2)}"')
        problem = too_large(int(whole.shape[0]), int(whole.shape[1]))
        if problem is not None:
            raise SourceError(f"{path.name}: {problem}; split the table")
        return from_arrow(whole.to_arrow_table(), name=path.name)


def _table_of(path: Path, tables: Sequence[str], *, told: str | None) -> str:
    if told is None and len(tables) == 1:
        return tables[0]
    if told is None:
        raise SourceError(
            f"{path.name}: a database of {len(tables)} tables; name one: `table` in the schema"
        )
    if tables.count(told) != 1:
        raise SourceError(f"{path.name}: no table `{told}`; check `table` in the schema")
    return told


def from_arrow(table: Any, *, name: str) -> SourceTable:
    """Make a source of an Arrow table."""
    fault = faulty_header([str(column).strip() for column in table.column_names])
    if fault is not None:
        raise SourceError(f"{name}: {fault}")
    if not table.num_rows:
        raise SourceError(f"{name}: columns and no rows")
    columns = tuple(
        _column(field.name.strip(), table.column(place).combine_chunks())
        for place, field in enumerate(table.schema)
    )
    return SourceTable(name=name, n_rows=table.num_rows, columns=columns)


def _column(name: str, cells: Any) -> SourceColumn:
    import pyarrow as pa

    labels = pa.types.is_dictionary(cells.type)
    cells = cells.dictionary_decode() if labels else cells
    kind, stored = _kind(cells.type)
    if kind == "other":
        return SourceColumn(name=name, kind="other", cells=pa.nulls(len(cells)))
    cells = cells.cast(stored)
    cells.validate(full=True)  # text of a damaged file need not be text
    return SourceColumn(name=name, kind=kind, cells=cells)


def _kind(stored: Any) -> tuple[PhysicalKind, Any]:
    """Return the kind of an Arrow type and the one type in which we hold it."""
    import pyarrow as pa

    is_ = pa.types
    short = is_.is_decimal(stored) and stored.precision <= EXACT_DECIMALS
    text = is_.is_string(stored) or is_.is_large_string(stored) or is_.is_string_view(stored)
    rules: tuple[tuple[bool, PhysicalKind, Any], ...] = (
        (text or is_.is_null(stored), "text", pa.large_string()),
        (stored == pa.uint64(), "integer", pa.uint64()),
        (is_.is_integer(stored), "integer", pa.int64()),
        (is_.is_floating(stored) or short, "number", pa.float64()),
        (is_.is_decimal(stored), "text", pa.large_string()),
        (is_.is_boolean(stored), "boolean", pa.bool_()),
        (is_.is_date(stored), "date", pa.date32()),
        (is_.is_timestamp(stored), "datetime", stored),
    )
    return next(((kind, held) for holds, kind, held in rules if holds), ("other", stored))
