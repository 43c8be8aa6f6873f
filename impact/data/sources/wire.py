"""How a source table travels between processes: Arrow's stream, what is no cell in its metadata."""

import json
from typing import Any

from impact.data.sources.source import SourceColumn, SourceTable

_BESIDE = ("cells", "reasons", "numbers")


def packed(table: SourceTable) -> bytes:
    """Write a table as bytes."""
    import pyarrow as pa

    arrays: list[Any] = []
    fields: list[Any] = []
    told = []
    for place, column in enumerate(table.columns):
        for part in _BESIDE:
            cells = getattr(column, part)
            if cells is not None:
                arrays.append(cells)
                fields.append(pa.field(f"{place}.{part}", cells.type))
        told.append(
            {
                "name": column.name,
                "kind": column.kind,
                "value_labels": list(column.value_labels.items()),
                "reason_labels": dict(column.reason_labels),
                "label": column.label,
                "whole_below": column.whole_below,
                "mixed": column.mixed,
            }
        )
    schema = pa.schema(fields, metadata={"columns": json.dumps(told)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return bytes(sink.getvalue())


def unpacked(content: bytes, *, name: str) -> SourceTable:
    """Read a table from bytes."""
    import pyarrow as pa

    with pa.ipc.open_stream(content) as stream:
        batch = stream.read_next_batch()
        told = json.loads(stream.schema.metadata[b"columns"])
    parts = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns = tuple(
        SourceColumn(
            name=one["name"],
            kind=one["kind"],
            value_labels=dict(map(tuple, one["value_labels"])),
            reason_labels=dict(one["reason_labels"]),
            label=one["label"],
            whole_below=one["whole_below"],
            mixed=one["mixed"],
            **{part: parts.get(f"{place}.{part}") for part in _BESIDE},
        )
        for place, one in enumerate(told)
    )
    return SourceTable(name=name, n_rows=batch.num_rows, columns=columns)
