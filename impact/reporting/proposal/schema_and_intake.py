"""A proposal's schema and intake plan as YAML that loads, with a comment at each line that is a guess."""

from collections.abc import Iterator, Mapping
from typing import Any

from impact.data.proposal.proposed import (
    Label,
    Proposal,
    ProposedColumn,
    ProposedFile,
    ProposedRule,
)
from impact.reporting.proposal.speech import Speech
from impact.reporting.proposal.yaml_lines import comment, flow, guess, guessed, heading, scalar

WIDE = 110  # letters of a line before its keys go below one another


def schema_text(proposal: Proposal, *, title: Label, source: str, speech: Speech) -> str:
    """Write the schema of the panel."""
    roles, direct = proposal.roles, not proposal.needs_intake
    lines = [*heading(speech.t("What the columns are."), speech=speech)]
    lines += ["version: 1", f"title: {scalar(title)}", f"source: {scalar(source)}"]
    if direct:
        lines += _layout_lines(proposal.files[0], speech=speech, indent=0)
    lines += [*_role(proposal, "unit", speech), f"unit: {scalar(roles.unit)}"]
    time: dict[str, Any] = {"column": roles.time, "frequency": roles.frequency}
    if roles.step > 1:
        time["step"] = roles.step
    lines += [*_role(proposal, "time", speech), f"time: {scalar(time)}"]
    lines += _role(proposal, "cohort", speech)
    if roles.treatment is not None:
        lines.append(f"cohort: {scalar(_cohort(proposal))}")
    if roles.drops_missing:
        lines += [*_role(proposal, "missing_outcome", speech), "missing_outcome: drop"]
    lines.append("columns:")
    for column in proposal.columns:
        lines += _column_lines(column, speech=speech, indent=2, labelled=True, direct=direct)
    lines += _left_out(proposal.files[0], speech=speech, indent=2) if direct else []
    return "\n".join(lines) + "\n"


def intake_text(proposal: Proposal, *, paths: Mapping[str, str], speech: Speech) -> str:
    """Write the intake plan; paths by table, as they stand from its folder."""
    what = speech.t("Which files arrive, what stands in them, and what is done to them.")
    lines = [*heading(what, speech=speech), "version: 1", "sources:"]
    for file in proposal.files:
        lines += [f"  {scalar(file.table)}:", f"    file: {scalar(paths[file.table])}"]
        lines += _layout_lines(file, speech=speech, indent=4)
        if file.totals is not None:
            lines.append(guess(speech.t("rows that are sums of others"), indent=4))
            lines.append(f"    totals: {flow(file.totals)}")
        lines.append("    columns:")
        for column in file.columns:
            lines += _column_lines(column, speech=speech, indent=6, labelled=False, direct=True)
        lines += _left_out(file, speech=speech, indent=6)
    if proposal.rules:
        applied = any(not rule.commented for rule in proposal.rules)
        lines += ["rules:" if applied else "# rules:"]
        for rule in proposal.rules:
            lines += _rule_lines(rule, speech=speech)
    if not any(not rule.commented for rule in proposal.rules) and len(proposal.files) > 1:
        lines.append(f"result: {scalar(proposal.files[0].table)}")
    return "\n".join(lines) + "\n"


def _role(proposal: Proposal, key: str, speech: Speech) -> Iterator[str]:
    doubts = proposal.roles.doubts
    return guessed([doubts[key]] if key in doubts else [], speech=speech, indent=0)


def _cohort(proposal: Proposal) -> dict[str, Any]:
    """Write the treatment; codes of never are taken out by an intake plan, where there is one."""
    treatment = proposal.roles.treatment
    if treatment is None:
        return {}
    keys: dict[str, Any] = {"column": treatment.column}
    if treatment.never and not proposal.needs_intake:
        keys["never"] = list(treatment.never)
    if treatment.first_period_of is not None:
        keys["first_period_of"] = treatment.first_period_of
    if treatment.marks_start:
        keys["marks"] = "start"
    return keys


def _layout_lines(file: ProposedFile, *, speech: Speech, indent: int) -> list[str]:
    space = " " * indent
    lines = list(guessed(file.doubts, speech=speech, indent=indent))
    return lines + [f"{space}{key}: {scalar(value)}" for key, value in file.layout.items()]


def _column_lines(
    column: ProposedColumn, *, speech: Speech, indent: int, labelled: bool, direct: bool
) -> Iterator[str]:
    """Write one column: in one line where it is short."""
    dropped = {"frequency"} if labelled else {"minimum", "maximum"} if not direct else set()
    if labelled and not direct:
        dropped |= {"missing", "labelled", "pseudonym"}
    keys: dict[str, Any] = {k: v for k, v in column.keys.items() if k not in dropped}
    if labelled:
        keys["label"] = column.label
        if column.category_labels:
            keys["category_labels"] = column.category_labels
    doubts = column.doubts if direct or not labelled else ()
    yield from guessed(doubts, speech=speech, indent=indent)
    line = f"{' ' * indent}{scalar(column.name)}: {flow(keys)}"
    if len(line) <= WIDE:
        yield line
        return
    yield f"{' ' * indent}{scalar(column.name)}:"
    for key, value in keys.items():
        yield f"{' ' * (indent + 2)}{key}: {scalar(value)}"


def _left_out(file: ProposedFile, *, speech: Speech, indent: int) -> Iterator[str]:
    if file.left_out:
        yield comment(speech.t("Left out:"), indent=indent)
    for column in file.left_out:
        why = speech.doubt(column.why)
        yield comment(
            speech.t("{column}: {why}", column=scalar(column.name), why=why), indent=indent
        )


def _rule_lines(rule: ProposedRule, *, speech: Speech) -> Iterator[str]:
    mark = "  # " if rule.commented else "  "
    yield from guessed(rule.doubts, speech=speech, indent=2)
    for number, (key, value) in enumerate(rule.keys.items()):
        start = "- " if number == 0 else "  "
        if isinstance(value, Mapping) and len(f"{key}: {flow(value)}") > WIDE:
            yield f"{mark}{start}{key}:"
            for name, below in value.items():
                yield f"{mark}    {scalar(name)}: {scalar(below)}"
        else:
            yield f"{mark}{start}{key}: {scalar(value)}"
