"""Value labels and codes: which of the two a column means is declared, never guessed."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data.schema import ReadColumn
from impact.data.sources.codes import missing_codes, where_number
from impact.data.sources.reasons import Reasons
from impact.data.sources.source import SourceColumn
from impact.errors import Fault, SchemaError, UnparsableValueError, rows_named, rows_that


def by_label_or_code(
    column: SourceColumn, declared: ReadColumn, *, name: str, reasons: Reasons
) -> SourceColumn:
    """Return a labelled column as its labels or as its codes, as declared; reasons get the cells that missing codes took out.

    A column of numbers of which some have labels (as -99 "refused") needs no declaration where all of those are missing codes.

    Raises
    ------
    SchemaError
        Labels that the schema does not speak of, or that it expects and the file has not.
    UnparsableValueError
        Cells without a label in a column that is read by its labels.
    """
    if not column.value_labels or column.kind not in {"integer", "number"}:
        if declared.labelled == "labels":
            raise SchemaError(f"{name}: declared labelled: labels, but the file has none for it")
        return column
    if declared.labelled == "codes":
        return column
    values, taken = _without_missing(column, declared)
    labels = np.array([column.value_labels.get(float(value)) for value in values], dtype=object)
    bare = np.array([label is None for label in labels]) & ~np.isnan(values)
    if declared.labelled == "labels":
        reasons.mark_each(taken)
        return _labels(column, labels, bare, name=name)
    labelled = ~bare & ~np.isnan(values)
    if not labelled.any() and declared.type in {"integer", "number"}:
        return column
    missing = (
        f", or the labels of {rows_named(_rows(labelled))} as missing" if labelled.any() else ""
    )
    raise SchemaError(
        f"{name}: its numbers have value labels in the file; declare labelled: labels or labelled: codes{missing}"
    )


def _without_missing(column: SourceColumn, declared: ReadColumn) -> tuple[Floats, NDArray[Any]]:
    import pyarrow as pa

    values = column.cells.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    taken = np.full(len(values), None, dtype=object)
    for code in missing_codes(declared):
        there = where_number(values, code)
        taken[there] = code.reason
        values = np.where(there, np.nan, values)
    return values, taken


def _labels(column: SourceColumn, labels: Any, bare: Mask, *, name: str) -> SourceColumn:
    import pyarrow as pa

    if bare.any():
        raise UnparsableValueError(
            f"{name}: {rows_that(_rows(bare), 'has no value label')}; label the codes in the file, or declare labelled: codes",
            fault=Fault.on("no_label", _rows(bare)),
        )
    cells = pa.array(labels.tolist(), type=pa.large_string())
    return replace(column, kind="text", cells=cells, value_labels={})


def _rows(mask: Mask) -> Integers:
    return np.flatnonzero(mask) + 1
