"""Carry out an intake plan: read each source, apply each rule, keep the ledger."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

from impact.data.intake.applied import Applied
from impact.data.intake.plan import ArrivingFile, IntakePlan, Totals, read_intake_plan
from impact.data.intake.table import Kind, Table
from impact.data.intake.withheld import for_rules_only, looked_at, refuse_withheld
from impact.data.privacy.door import admitted
from impact.data.privacy.identifiers import refuse_identifiers
from impact.data.privacy.pseudonyms import Pseudonyms, pseudonyms_for
from impact.data.sources.apart import Apart
from impact.data.sources.conversions import Converted, convert
from impact.data.sources.door import read_source
from impact.data.sources.source import SourceColumn, SourceTable
from impact.data.sources.value_labels import LabelsOfFile, refuse_turned_labels
from impact.data.strict import both_languages
from impact.errors import ImpactError, MissingColumnError, SchemaError

READ = "read"


@dataclass(frozen=True, eq=False)
class Arrived:
    """What an intake plan made.

    Attributes
    ----------
    table : Table
    ledger : tuple of Applied
        One line a source and a rule, in their order.
    proposals : mapping of str to DataFrame
        What a rule asks a person about, by ``<number>-<rule>``; it may hold names, so it stays inside the project.
    """

    table: Table
    ledger: tuple[Applied, ...]
    proposals: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)


def arrive(path: Path) -> Arrived:
    """Read the files of an intake plan and apply its rules.

    Parameters
    ----------
    path : Path
        Of the plan, in YAML; its paths are relative to its folder.

    Raises
    ------
    SchemaError
        The plan, with the key and the rule that it breaks.
    DataError
        A file or a rule, with the source or the rule's number, column, rows and remedy.
    """
    plan = read_intake_plan(path)
    return carried_out(plan, folder=path.resolve().parent)


def carried_out(plan: IntakePlan, *, folder: Path) -> Arrived:
    """Carry out a plan whose paths are relative to a folder; errors as `arrive`."""
    tables: dict[str, Table] = {}
    ledger: list[Applied] = []
    proposals: dict[str, pd.DataFrame] = {}
    names, keyed = tuple(plan.sources), cache(partial(pseudonyms_for, folder))
    labels: dict[str, list[LabelsOfFile]] = {}
    with Apart() as apart:
        for name, source in plan.sources.items():
            read = _read(name, source, folder=folder, sources=names, apart=apart, keyed=keyed)
            tables[name] = read.table
            ledger.append(read.line)
            for column, of_file in read.labels.items():
                labels.setdefault(column, []).append(of_file)
    for column, of_files in labels.items():
        refuse_turned_labels(column, of_files)
    withheld = for_rules_only(plan.sources, tables)
    for number, rule in enumerate(plan.rules, start=1):
        given = {name: tables[name] for name in rule.reads}
        try:
            done = rule.apply(given, folder=folder)
        except ImpactError as problem:
            raise type(problem)(f"rule {number} ({rule.rule}): {problem}") from None
        tables[rule.makes] = done.table
        if done.proposals is not None and len(done.proposals):
            proposals[f"{number}-{rule.rule}"] = done.proposals
        ledger.append(
            Applied(
                number,
                rule.rule,
                rule.makes,
                rule.rows_before(given),
                len(done.table),
                done.touched,
                both_languages(rule.why),
                done.counts,
                both_languages(rule.cited),
            )
        )
    made = tables[plan.made]
    if plan.columns is not None:
        made = made.only(plan.columns)
    refuse_withheld(made, withheld)
    refuse_identifiers(looked_at(made), answered=plan.answered, where="the table: ")
    return Arrived(made, tuple(ledger), proposals)


def is_intake(path: Path | str) -> bool:
    """Whether a plan's data are an intake plan, by the ending of the name."""
    return Path(path).suffix.lower() in {".yml", ".yaml"}


def source_of(table: Table, *, name: str) -> SourceTable:
    """Return a table as a reader would give it, so that a schema is held against it as against a file."""
    import pyarrow as pa

    def column(of: str) -> SourceColumn:
        numeric = table.kinds[of].numeric
        cells = pa.array(
            table.frame[of],
            type=pa.float64() if numeric else pa.large_string(),
            from_pandas=True,
        )
        known = table.reasons.get(of)
        reasons = None if known is None else pa.array(known, type=pa.large_string())
        return SourceColumn(
            name=of, kind="number" if numeric else "text", cells=cells, reasons=reasons
        )

    return SourceTable(name=name, n_rows=len(table), columns=tuple(map(column, table.kinds)))


@dataclass(frozen=True, eq=False)
class _Read:
    """A source as a table, its line of the ledger, and the value labels of its columns."""

    table: Table
    line: Applied
    labels: Mapping[str, LabelsOfFile]


def _read(
    name: str,
    declared: ArrivingFile,
    *,
    folder: Path,
    sources: tuple[str, ...],
    apart: Apart,
    keyed: Callable[[], Pseudonyms],
) -> _Read:
    source = read_source(folder / declared.file, layout=declared, apart=apart)
    kept = _not_totals(source, declared.totals)
    if kept is not None:
        rows = int(kept.sum())
        source = replace(
            source, n_rows=rows, columns=tuple(_rows_of(column, kept) for column in source.columns)
        )
    converted = admitted(
        _converted(name, source, declared),
        source=source,
        columns=declared.columns,
        answered=declared.identifiers,
        keyed=keyed,
        where=f"{name}: ",
    )
    frame = pd.DataFrame({column: one.cells for column, one in converted.items()})
    kinds = {
        column: Kind(one.type, one.frequency, one.money) for column, one in declared.columns.items()
    }
    table = Table.of_source(frame, kinds=kinds, sources=sources, name=name)
    if kept is not None:
        table = replace(table, origin=table.origin[0] + np.flatnonzero(kept))
    reasons = {
        column: one.reasons.of_cells
        for column, one in converted.items()
        if one.reasons.of_cells is not None
    }
    left_out = 0 if kept is None else int((~kept).sum())
    counts = sum((one.reasons.counts() for one in converted.values()), Counter())
    if left_out:
        counts["totals"] = left_out
    line = Applied(
        0,
        READ,
        name,
        len(table) + left_out,
        len(table),
        left_out,
        counts=dict(sorted(counts.items())),
    )
    return _Read(replace(table, reasons=reasons), line, _labels(name, source, declared))


def _found(source: SourceTable, declared: ArrivingFile) -> dict[str, SourceColumn | None]:
    """The file's column of each declared one."""
    held = {normalize("NFC", column.name): column for column in source.columns}
    return {
        column: held.get(normalize("NFC", one.column or column))
        for column, one in declared.columns.items()
    }


def _labels(name: str, source: SourceTable, declared: ArrivingFile) -> dict[str, LabelsOfFile]:
    return {
        column: LabelsOfFile.of(there, declared.columns[column], source=name)
        for column, there in _found(source, declared).items()
        if there is not None and there.value_labels
    }


def _converted(name: str, source: SourceTable, declared: ArrivingFile) -> dict[str, Converted]:
    found = _found(source, declared)
    known = [column for column, there in found.items() if there is not None]
    if missing := [column for column in found if column not in known]:
        raise MissingColumnError(
            f"{name}: {', '.join(missing)} declared but not in the file, which has {len(known)} of {len(found)} declared "
            f"columns and {len(source.columns) - len(known)} others; check their names (column), the delimiter, and header_row"
        )
    made = {}
    for column, one in declared.columns.items():
        there = found[column]
        if there is None:
            continue
        try:
            made[column] = convert(
                there, one, name=column, options=declared.csv, frequency=one.frequency or "integer"
            )
        except ImpactError as problem:
            raise type(problem)(f"{name}: {problem}") from None
    return made


def _not_totals(source: SourceTable, totals: Totals | None) -> "np.ndarray[Any, Any] | None":
    """Return the rows that are no sums of others; None where none is declared."""
    if totals is None:
        return None
    column = source.named().get(totals.column)
    if column is None:
        raise MissingColumnError(
            f"{source.name}: totals.column is not in the file; check its name, the delimiter, and header_row"
        )
    if column.kind != "text":
        raise SchemaError(
            f"{source.name}: totals.column is stored as {column.kind}, so no word stands in it; name the column of the words"
        )
    words = {value.strip().casefold() for value in totals.words}
    texts = column.cells.to_pylist()
    kept = np.array([text is None or text.strip().casefold() not in words for text in texts])
    if kept.all():
        raise SchemaError(
            f"{source.name}: no row of totals is in the file, which is then not whole or not the one that the plan knows; get "
            "it again, or take totals out of the plan"
        )
    return kept


def _rows_of(column: SourceColumn, kept: Any) -> SourceColumn:
    import pyarrow as pa

    mask = pa.array(kept)
    beside: dict[str, Any] = {
        part: None if (cells := getattr(column, part)) is None else cells.filter(mask)
        for part in ("cells", "reasons", "numbers")
    }
    return replace(column, **beside)
