"""From files to a proposal: look at each, join waves, make long what is wide, find who is who, and say what is unsure."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from impact.data.proposal.doubt import Doubt, listed
from impact.data.proposal.form import Form, is_form, read_form, with_form
from impact.data.proposal.gathered import panel_of
from impact.data.proposal.look import Looked, look_at, table_name
from impact.data.proposal.money import with_unit
from impact.data.proposal.proposed import Proposal
from impact.data.proposal.roles import Told, roles_of
from impact.data.proposal.with_roles import (
    as_log,
    as_period,
    as_text,
    never_is_blank,
    shown_to_few,
    standing_for,
)
from impact.data.sources.apart import Apart
from impact.errors import SourceError


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


def _joined(looked: Sequence[Looked], told: Told) -> Proposal:
    panel, pair = panel_of(looked, told)
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
    columns += standing_for(found.roles, names)
    columns = tuple(with_unit(column, found.roles.outcomes) for column in columns)
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


def _decisions(
    proposal: Proposal, of_roles: Sequence[Doubt], of_panel: Sequence[Doubt]
) -> tuple[Doubt, ...]:
    """List what a person must decide: roles, files, then how many columns and layouts are guessed."""
    telling = [
        f"`{column.name}`"
        for file in proposal.files
        for column in file.left_out
        if column.identifying
    ]
    found = [*of_roles, *of_panel]
    if telling:
        columns = listed(list(dict.fromkeys(telling)))
        found.append(Doubt.of("identifying_left_out", columns=columns))
    found += [
        Doubt.of("of_file", file=file.path.name, doubt=doubt)
        for file in proposal.files
        for doubt in file.doubts
    ]
    doubted = sum(bool(column.doubts) for file in proposal.files for column in file.columns)
    if doubted:
        found.append(Doubt.of("columns_guessed", n=doubted, mark="# ?"))
    if any(column.label.en == column.label.fr for column in proposal.columns):
        found.append(Doubt.of("labels_in_one_language"))
    return tuple(found)
