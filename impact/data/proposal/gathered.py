"""From several files to the one table that is to be the panel, with the files and rules that lead to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from impact.data.intake.plan import ArrivingColumn
from impact.data.intake.rules.derived import Constant
from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.table import Kind, Table
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.look import Looked
from impact.data.proposal.proposed import Label, ProposedColumn, ProposedFile, ProposedRule
from impact.data.proposal.roles import Told
from impact.data.proposal.several import (
    agreed_types,
    append_rule,
    merge_rule,
    wave_rules,
    waves_of,
)
from impact.data.proposal.unit_time import Pair, pair_of
from impact.data.proposal.wide import Wide, agreed, long_columns, wide_of
from impact.data.proposal.written_periods import read_periods
from impact.data.schema import CsvOptions
from impact.data.sources.conversions import convert

WAVE = Label("Wave", "Vague")
PERIOD = "period"  # name of the column of periods that wide columns become


@dataclass(frozen=True, eq=False)
class Panel:
    """The table that is to be the panel, its columns, and the files and rules that lead to it."""

    table: Table
    columns: tuple[ProposedColumn, ...]
    files: tuple[ProposedFile, ...]
    rules: tuple[ProposedRule, ...] = ()
    decisions: tuple[Doubt, ...] = ()


def panel_of(looked: Sequence[Looked], told: Told) -> tuple[Panel, Pair | None]:
    """Try what the files hold as it stands, then which wave a file is by its name, then columns of periods."""
    panel = _appended(looked)
    told.refuse_unknown([column.name for column in panel.columns], wide=wide_of(panel.columns))
    panel = _with_read_periods(panel, told)
    pair = pair_of(panel.table, unit=told.unit, time=told.time)
    if told.time is not None or (pair is not None and not pair.repeated):
        return panel, pair
    tried = [_appended(looked, by_name=True), _made_long(panel)]
    for other in tried:
        found = pair_of(other.table, unit=told.unit)
        if other.rules != panel.rules and found is not None and not found.repeated:
            return other, found
    return (
        (panel, pair) if pair is not None else (tried[1], pair_of(tried[1].table, unit=told.unit))
    )


def _appended(looked: Sequence[Looked], *, by_name: bool = False) -> Panel:
    """Put waves below one another; other files stay beside, and where they belong is for a person to say."""
    waves = agreed_types(waves_of(looked))
    of = {one.file.table: one for one in looked}
    tables = {file.table: _table(file, of[file.table], tuple(of)) for file in waves}
    columns = {column.name: column for file in reversed(waves) for column in file.columns}
    rules: list[ProposedRule] = []
    made = waves[0].table
    if len(waves) > 1:
        for rule in wave_rules(waves) if by_name else ():
            constant = Constant.model_validate(dict(rule.keys))
            tables[constant.table] = constant.of(tables[constant.table]).table
            keys = {"type": "period", "frequency": constant.frequency}
            columns[constant.new] = ProposedColumn(constant.new, keys, WAVE)
            rules.append(rule)
        rules.append(append_rule(waves))
        append = Append.model_validate(dict(rules[-1].keys))
        made = append.into
        tables[made] = append.apply(tables, folder=Path()).table
    table = tables[made]
    rest = [one for one in looked if one.file.table not in {file.table for file in waves}]
    beside = [
        merge_rule(table, _table(one.file, one, tuple(of)), table=made, other=one.file.table)
        for one in rest
    ]
    return Panel(
        table,
        tuple(columns[name] for name in table.kinds),
        (*waves, *(one.file for one in rest)),
        (*rules, *(rule for rule, _ in beside)),
        tuple(doubt for _, doubt in beside),
    )


def _table(file: ProposedFile, looked: Looked, sources: tuple[str, ...]) -> Table:
    """Convert the columns of a file as proposed."""
    held = looked.source.named()
    options = CsvOptions.model_validate(file.layout.get("csv", {}))
    cells, kinds = {}, {}
    for column in file.columns:
        declared = ArrivingColumn.model_validate(dict(column.keys))
        made = convert(
            held[column.name], declared, name=column.name, options=options, frequency="integer"
        )
        cells[column.name], kinds[column.name] = made.cells, Kind(declared.type)
    return Table.of_source(pd.DataFrame(cells), kinds=kinds, sources=sources, name=file.table)


def _with_read_periods(panel: Panel, told: Told) -> Panel:
    """Read periods that are written as people do; not the unit, nor a column told to be the time as it stands."""
    among = [name for name in panel.table.kinds if name not in {told.unit, told.time}]
    appended = any(not rule.commented for rule in panel.rules)
    of = "panel" if appended else panel.files[0].table
    read = read_periods(panel.table, panel.columns, of=of, among=among)
    if not read:
        return panel
    rules = (
        *(rule for rule in panel.rules if not rule.commented),
        *(ProposedRule(one.keys) for one in read),
        *(rule for rule in panel.rules if rule.commented),
    )
    columns = (*panel.columns, *(one.column for one in read))
    return replace(panel, table=read[-1].table, columns=columns, rules=rules)


def _made_long(panel: Panel) -> Panel:
    """Make a row of each period, where one row a unit has columns of periods."""
    wide = wide_of(panel.columns)
    if wide is None:
        return panel
    columns = agreed(panel.columns, wide)
    period = PERIOD if PERIOD not in panel.table.kinds else "period_of_column"
    table = panel.table
    for column in columns:
        if table.kinds[column.name].type != column.type and table.kinds[column.name].numeric:
            table = replace(table, kinds={**table.kinds, column.name: Kind(column.type)})  # type: ignore[arg-type]
    keys = _long_rule(panel, wide, period)
    made = WideToLong.model_validate(dict(keys)).of(table)
    named = {column.name: column for column in columns}
    files = tuple(
        replace(file, columns=tuple(named.get(c.name, c) for c in file.columns)) if n == 0 else file
        for n, file in enumerate(panel.files)
    )
    rule = ProposedRule(keys, _wide_doubts(wide))
    rules = (
        *(r for r in panel.rules if not r.commented),
        rule,
        *(r for r in panel.rules if r.commented),
    )
    long = long_columns(columns, wide, period=period)
    return replace(panel, table=made.table, columns=long, files=files, rules=rules)


def _long_rule(panel: Panel, wide: Wide, period: str) -> dict[str, Any]:
    appended = any(not rule.commented for rule in panel.rules)
    return {
        "rule": "wide_to_long",
        "table": "panel" if appended else panel.files[0].table,
        "into": "panel",
        "period": period,
        "frequency": wide.frequency,
        "columns": {stem: dict(by) for stem, by in wide.columns.items()},
        "leave_out": "all_missing",
    }


def _wide_doubts(wide: Wide) -> tuple[Doubt, ...]:
    century = (Doubt.of("century_guessed"),) if wide.guessed_century else ()
    return (Doubt.of("made_long"), *century)
