"""Columns that could tell who a person is are not proposed; the unit alone is, under pseudonyms, where a person names it."""

from collections.abc import Sequence
from dataclasses import replace

from impact.data.privacy.identifiers import Looked, Suspicion, suspicions
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.proposed import LeftOut, ProposedColumn
from impact.data.schema import CsvOptions, ReadColumn
from impact.data.sources.conversions import convert
from impact.data.sources.source import SourceTable


def without_identifiers(
    columns: Sequence[ProposedColumn],
    source: SourceTable,
    *,
    options: CsvOptions,
    unit: str | None,
) -> tuple[tuple[ProposedColumn, ...], tuple[LeftOut, ...]]:
    """Part columns from those that could tell who a person is.

    Parameters
    ----------
    columns : sequence of ProposedColumn
    source : SourceTable
        That they stand in.
    options : CsvOptions
        How its text is written.
    unit : str, optional
        The column told to be the unit.
    """
    held = source.named()
    looked = []
    for column in columns:
        declared = ReadColumn.model_validate(dict(column.keys))
        made = convert(
            held[column.name], declared, name=column.name, options=options, frequency="integer"
        )
        label = held[column.name].label if held[column.name].kind == "text" else ""
        headings = (column.name, label) if label else (column.name,)
        looked.append(Looked(column.name, headings, declared.type, made.cells))
    found = {one.column: one for one in suspicions(looked)}
    kept = [column if column.name not in found else _keyed(column) for column in columns]
    left = [
        LeftOut(name, _telling(one), identifying=True)
        for name, one in found.items()
        if name != unit
    ]
    return tuple(column for column in kept if column.name not in {one.name for one in left}), tuple(
        left
    )


def _telling(one: Suspicion) -> Doubt:
    if one.by == "name":
        return Doubt.of("identifying_by_name", what=one.what)
    return Doubt.of("identifying_by_content", what=one.what)


def _keyed(column: ProposedColumn) -> ProposedColumn:
    doubts = (Doubt.of("under_pseudonyms"),)
    return replace(column, keys={"type": "string", "pseudonym": True}, doubts=doubts)
