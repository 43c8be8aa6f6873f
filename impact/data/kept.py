"""A frame kept for other processes of one run, exactly as it was read: dtypes, missing cells and what is told beside them."""

import json
from pathlib import Path

import pandas as pd

from impact.data.attrs import shared

KEPT = "data.parquet"
"""Name of the file among the results of a run under way; it is never published."""


def keep_frame(frame: pd.DataFrame, folder: Path) -> Path:
    """Write a frame of `read_frame` into a folder of results."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    told = {
        "told": json.dumps(frame.attrs),
        "dtypes": json.dumps(frame.dtypes.astype(str).to_dict()),
    }
    path = folder / KEPT
    pq.write_table(table.replace_schema_metadata(told), path, compression="zstd")
    return path


def kept_frame(folder: Path) -> pd.DataFrame | None:
    """Read what `keep_frame` wrote; None where nothing was kept."""
    import pyarrow.parquet as pq

    path = folder / KEPT
    if not path.is_file():
        return None
    # no thread is begun: processes are forked after it
    with pq.ParquetFile(path, pre_buffer=False) as file:
        table = file.read(use_threads=False)
    dtypes = json.loads(table.schema.metadata[b"dtypes"])
    columns = {
        name: pd.Series(
            cells.to_pylist() if dtypes[name] == "object" else cells.to_numpy(), dtype=dtypes[name]
        )
        for name, cells in zip(table.column_names, table.columns, strict=True)
    }
    frame = pd.DataFrame(columns)
    frame.attrs = shared(json.loads(table.schema.metadata[b"told"]))
    return frame
