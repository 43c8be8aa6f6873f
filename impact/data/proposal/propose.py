"""From files to a proposal: look at each, join waves, make long what is wide, find who is who, and say what is unsure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from impact.data.intake.plan import ArrivingColumn
from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.table import Kind, Table
from impact.data.proposal.form import Form, is_form, read_form, with_form
from impact.data.proposal.look import Looked, look_at, table_name
from impact.data.proposal.proposed import (
    Proposal,
    ProposedColumn,
    ProposedFile,
    ProposedRule,
)
from impact.data.proposal.roles import Told, roles_of
from impact.data.proposal.several import agreed_types, append_rule, merge_rule, waves_of
from impact.data.proposal.unit_time import pair_of
from impact.data.proposal.wide import Wide, agreed, long_columns, wide_of
from impact.data.proposal.with_roles import as_log, as_period, as_text, never_is_blank, shown_to_few
from impact.data.schema import CsvOptions
from impact.data.sources.apart import Apart
from impact.data.sources.conversions import convert
from impact.errors import SourceError

PERIOD = "period"  # name of the column of periods that wide columns become


def propose(paths: Sequence[Path], *, told: Told) -> Proposal:
    """Propose intake, schema and roles for files.

    Parameters
    ----------
    paths : sequence of Path
        Data files, and questionnaires as XLSForms.
    told : Told
        What a person says of units, times, starts and outcomes; the rest is guessed.

    Raises
    ------
    SourceError
        A file that cannot be read, whatever is declared of it; no data file.
    MissingColumnError
        A column that was told and is not there.
    """
    with Apart() as apart:
        forms = [read_form(path) for path in paths if is_form(path, apart)]
        data = [path for path in paths if not is_form(path, apart)]
        if not data:
            raise SourceError("no data file among the files; name one beside the questionnaire")
        names = _table_names(data)
        looked = [look_at(path, table=names[path], apart=apart, unit=told.unit) for path in data]
    looked = [_named_by(one, forms) for one in looked]
    return _joined(looked, told)


@dataclass(frozen=True, eq=False)
class _Panel:
    """The table that is to be the panel, its columns, and the files and rules that lead to it."""

    table: Table
    columns: tuple[ProposedColumn, ...]
    files: tuple[ProposedFile, ...]
    rules: tuple[ProposedRule, ...] = ()
    decisions: tuple[str, ...] = ()


def _joined(looked: Sequence[Looked], told: Told) -> Proposal:
    panel = _appended(looked)
    told.refuse_unknown([column.name for column in panel.columns], wide=wide_of(panel.columns))
    pair = pair_of(panel.table, unit=told.unit, time=told.time)
    if pair is None and told.time is None:
        panel = _made_long(panel)
        pair = pair_of(panel.table, unit=told.unit, time=told.time)
    found = roles_of(panel.table, pair, told=told)
    periods = {found.roles.time}
    treatment = found.roles.treatment
    if treatment is not None and treatment.first_period_of is None:
        periods.add(treatment.column)
    names = [column.name for column in panel.columns]
    shown = shown_to_few(panel.columns, panel.table, found.roles)
    panel = replace(panel, columns=tuple(as_text(column, shown) for column in panel.columns))
    columns = tuple(
        as_log(as_period(column, found.roles, periods), names) for column in panel.columns
    )
    files = tuple(
        replace(
            file,
            columns=tuple(
                as_period(as_text(c, shown), found.roles, periods, in_file=True)
                for c in file.columns
            ),
        )
        for file in panel.files
    )
    proposal = Proposal(files, panel.rules, columns, found.roles, ())
    if treatment is not None and treatment.never and proposal.needs_intake:
        proposal = replace(
            proposal, files=tuple(never_is_blank(file, found.roles) for file in files)
        )
    return replace(proposal, decisions=_decisions(proposal, found.decisions, panel.decisions))


def _table_names(paths: Sequence[Path]) -> dict[Path, str]:
    names: dict[Path, str] = {}
    for path in paths:
        name = table_name(path)
        taken = set(names.values())
        names[path] = name if name not in taken else f"{name}_{len(names) + 1}"
    return names


def _named_by(looked: Looked, forms: Sequence[Form]) -> Looked:
    for form in forms:
        looked = Looked(with_form(looked.file, form, looked.source), looked.source)
    return looked


def _appended(looked: Sequence[Looked]) -> _Panel:
    """Put waves below one another; other files stay beside, and where they belong is for a person to say."""
    waves = agreed_types(waves_of([one.file for one in looked]))
    sources = {one.file.table: one for one in looked}
    names = tuple(sources)
    main = [_table(file, sources[file.table], names) for file in waves]
    rest = [one for one in looked if one.file.table not in {file.table for file in waves}]
    table, rules = main[0], []
    if len(waves) > 1:
        rule = append_rule(waves)
        rules.append(rule)
        append = Append.model_validate(dict(rule.keys))
        tables = dict(zip([file.table for file in waves], main, strict=True))
        table = append.apply(tables, folder=Path()).table
    decisions = []
    for one in rest:
        other = _table(one.file, one, names)
        made = "panel" if len(waves) > 1 else waves[0].table
        rule, words = merge_rule(table, other, table=made, other=one.file.table)
        rules.append(rule)
        decisions.append(words)
    columns = {column.name: column for file in reversed(waves) for column in file.columns}
    ordered = tuple(columns[name] for name in table.kinds)
    files = (*waves, *(one.file for one in rest))
    return _Panel(table, ordered, files, tuple(rules), tuple(decisions))


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


def _made_long(panel: _Panel) -> _Panel:
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


def _long_rule(panel: _Panel, wide: Wide, period: str) -> dict[str, Any]:
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


def _wide_doubts(wide: Wide) -> tuple[str, ...]:
    doubts = [
        "columns of one name and several periods become rows; periods of which nothing is known are left out"
    ]
    if wide.guessed_century:
        doubts.append("years in two digits: the century is guessed")
    return tuple(doubts)


def _decisions(
    proposal: Proposal, of_roles: Sequence[str], of_panel: Sequence[str]
) -> tuple[str, ...]:
    """List what a person must decide: roles, files, then how many columns and layouts are guessed."""
    telling = [
        f"`{column.name}`"
        for file in proposal.files
        for column in file.left_out
        if column.identifying
    ]
    found = [*of_roles, *of_panel]
    if telling:
        found.append(
            f"{', '.join(dict.fromkeys(telling))} could tell who a person is and are left out: docs/privacy.md; "
            "--unit takes one as the unit, under pseudonyms"
        )
    found += [f"{file.path.name}: {doubt}" for file in proposal.files for doubt in file.doubts]
    doubted = sum(bool(column.doubts) for file in proposal.files for column in file.columns)
    if doubted:
        found.append(f"{doubted} columns are guessed in part: each has a line `# ?` above it")
    if any(column.label.en == column.label.fr for column in proposal.columns):
        found.append(
            "labels stand in one language: write the other, where the report is to be in both"
        )
    return tuple(found)
