"""Read a data file exactly as its schema declares it, or refuse it by name."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from unicodedata import normalize

import pandas as pd

from impact.data.attrs import shared
from impact.data.first_period import with_first_period
from impact.data.intake.applied import Applied
from impact.data.intake.arrive import arrive, is_intake, source_of
from impact.data.panel import Panel
from impact.data.privacy.door import admitted
from impact.data.privacy.pseudonyms import pseudonyms_for
from impact.data.schema import Column, Schema, read_schema
from impact.data.sources.codes import matching
from impact.data.sources.conversions import convert
from impact.data.sources.door import read_source
from impact.data.sources.lookalikes import refuse_lookalikes
from impact.errors import MissingColumnError, SchemaError
from impact.terms import Assignment, Waves


def read_panel(
    path: Path | str,
    *,
    schema: Path | str | Schema,
    outcome: str,
    cohort: str | None = None,
    covariates: Sequence[str] = (),
    strata: Sequence[str] = (),
    assignment: Assignment = "chosen",
) -> Panel:
    """Read a file into a `Panel`.

    Parameters
    ----------
    path : path or ``package:`` name
        CSV, TSV, XLSX, ODS, XLS, Stata, SPSS, Parquet or DuckDB; an intake plan (``.yml``); or a data set of `PACKAGED`.
    schema : path or Schema
        What the file's columns are.
    outcome : str
    cohort : str, optional
        Another column of first treated periods than the schema's.
    covariates, strata : sequence of str
    assignment : {"chosen", "by_rule", "randomised"}
        These as in `Panel.from_frame`.

    Examples
    --------
    >>> import impact
    >>> panel = impact.read_panel("data/artisans.csv", schema="data/artisans.yml", outcome="revenue_mad")
    >>> panel.n_units, panel.n_periods, panel.balanced
    (600, 20, False)
    """
    declared = schema if isinstance(schema, Schema) else read_schema(schema)
    frame = read_frame(path, schema=declared)
    return panel_of(
        frame,
        schema=declared,
        outcome=outcome,
        cohort=cohort,
        covariates=covariates,
        strata=strata,
        assignment=assignment,
    )


def panel_of(
    frame: pd.DataFrame,
    *,
    schema: Schema,
    outcome: str,
    cohort: str | None = None,
    covariates: Sequence[str] = (),
    strata: Sequence[str] = (),
    assignment: Assignment = "chosen",
    waves: Waves = "panel",
) -> Panel:
    """Make a `Panel` of a frame that `read_frame` gave."""
    column = cohort or (None if schema.cohort is None else schema.cohort.column)
    never: list[object] = []
    if schema.cohort is not None and column in frame:
        never = matching(frame[column], schema.cohort.never)
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
        assignment=assignment,
        waves=waves,
    )


def read_frame(path: Path | str, *, schema: Schema) -> pd.DataFrame:
    """Read a file and convert every declared column to its declared type; undeclared columns stay out.

    An intake plan (``.yml``) is carried out, and the table that it makes held to the schema as a file would be.
    ``frame.attrs["missing"]`` counts the missing cells of each column by reason: ``blank``, a code, or the reason that the
    schema gives it. ``frame.attrs["intake"]`` is the ledger of the intake's rules, as `Applied.to_dict`; empty for a file.

    Raises
    ------
    SourceError, MissingColumnError, SchemaError, UnparsableValueError, RangeError, InfiniteValueError
        With column, rule, data rows and remedy; no name and no value that the schema does not have.
    """
    ledger: tuple[Applied, ...] = ()
    if is_intake(path):
        arrived = arrive(Path(path))
        source, ledger = source_of(arrived.table, name=Path(path).name), arrived.ledger
    else:
        source = read_source(path, layout=schema)
    held = {normalize("NFC", column.name): column for column in source.columns}
    found = {name: held.get(normalize("NFC", name)) for name in schema.columns}
    missing = [name for name, column in found.items() if column is None]
    if missing:
        others = len(held) - (len(found) - len(missing))
        raise MissingColumnError(
            f"{', '.join(missing)}: declared in the schema but not in the file, which has "
            f"{len(found) - len(missing)} of {len(found)} declared columns and {others} others; "
            "check the names, the delimiter, and that the first row holds the names (header_row)"
        )
    made = {
        name: convert(
            column,
            schema.columns[name],
            name=name,
            options=schema.csv,
            frequency=schema.time.frequency,
            never=() if schema.cohort is None else schema.cohort.never,
        )
        for name, column in found.items()
        if column is not None
    }
    for name in (schema.unit, schema.cluster):
        if name is not None:
            refuse_lookalikes(found[name], name=name)
    if not is_intake(path):  # whose own sources and table were looked at
        made = admitted(
            made,
            source=source,
            columns=schema.columns,
            answered=schema.identifiers,
            keyed=partial(pseudonyms_for, Path(path).resolve().parent),
        )
    frame = pd.DataFrame({name: one.cells for name, one in made.items()})
    reasons = {name: dict(one.missing) for name, one in made.items() if one.missing}
    frame.attrs = shared({"missing": reasons, "intake": [line.to_dict() for line in ledger]})
    return with_first_period(frame, schema)


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
