"""Which reader a file gets: by its ending, as declared in the schema."""

from importlib import import_module
from pathlib import Path

from impact.data.schema import CsvOptions, FileLayout
from impact.data.sources.apart import Apart
from impact.data.sources.columnar import from_arrow
from impact.data.sources.csv_file import read_csv
from impact.data.sources.moved_rows import refuse_moved_rows
from impact.data.sources.source import Layout, SourceTable
from impact.errors import SourceError

PACKAGED = {
    "package:linearmodels.jobtraining": ("linearmodels.datasets", "jobtraining"),
    "package:linearmodels.wage_panel": ("linearmodels.datasets", "wage_panel"),
}
"""Real panels that ship in a dependency, by the name a plan gives them."""

READERS = {
    ".parquet": "parquet",
    ".duckdb": "duckdb",
    ".dta": "stata",
    ".sav": "spss",
    ".zsav": "spss",
    ".xlsx": "workbook",
    ".ods": "workbook",
    ".xls": "workbook",
}
"""Reader of each ending that is no text; they run in a process of their own (`apart`)."""

TYPED_BY_HAND = frozenset({".csv", ".tsv", ".xlsx", ".ods", ".xls"})
"""Endings of files in which a person may move cells."""


def read_source(path: Path | str, *, layout: FileLayout, apart: Apart | None = None) -> SourceTable:
    """Read a file as it is, every column of it.

    Parameters
    ----------
    path : path or ``package:`` name
    layout : FileLayout
        How text is written (``csv``), and which sheet, table, header and footer rows; a `Schema` is one.
    apart : Apart, optional
        A reading process that is running already; a new one for this file by default.

    Raises
    ------
    SourceError
        No such file, unknown kind, damaged, too large, or not as declared.
    """
    if str(path).startswith("package:"):
        return _packaged(str(path))
    path = Path(path)
    if not path.is_file():
        raise SourceError(f"{path.name}: no such data file; check the plan's data path")
    place = Layout(
        sheet=layout.sheet,
        table=layout.table,
        header_row=layout.header_row,
        heading_rows=layout.heading_rows,
        footer_rows=layout.footer_rows,
    )
    ending = path.suffix.lower()
    try:
        found = _read(path, ending, layout=layout, place=place, apart=apart)
    except OSError:
        raise SourceError(f"{path.name}: cannot be read; check that you may open it") from None
    if ending in TYPED_BY_HAND and layout.moved_rows == "refuse":
        refuse_moved_rows(found)
    return found


def _read(
    path: Path, ending: str, *, layout: FileLayout, place: Layout, apart: Apart | None
) -> SourceTable:
    if ending in {".csv", ".tsv"}:
        return read_csv(path, options=_options(layout.csv, ending), layout=place)
    if ending not in READERS:
        known = ", ".join((".csv", ".tsv", *READERS))
        raise SourceError(f"{path.name}: unknown kind of file; use {known}")
    if apart is not None:
        return apart.read(path, reader=READERS[ending], layout=place)
    with Apart() as alone:
        return alone.read(path, reader=READERS[ending], layout=place)


def _options(options: CsvOptions, ending: str) -> CsvOptions:
    if ending == ".tsv" and "delimiter" not in options.model_fields_set:
        return options.model_copy(update={"delimiter": "\t"})
    return options


def _packaged(name: str) -> SourceTable:
    import pyarrow as pa

    if name not in PACKAGED:
        raise SourceError(f"{name}: unknown packaged data set; choose among {', '.join(PACKAGED)}")
    module, dataset = PACKAGED[name]
    frame = import_module(f"{module}.{dataset}").load()
    return from_arrow(pa.Table.from_pandas(frame, preserve_index=False), name=name)
