"""Write a proposal as YAML that loads, with a comment at each line that is a guess."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from impact.data.proposal.proposed import (
    Label,
    Proposal,
    ProposedColumn,
    ProposedFile,
    ProposedRule,
)

WIDE = 110  # letters of a line before its keys go below one another
_PLAIN = re.compile(r"[^\W\d][\w .’'()/-]*[\w.)]|[^\W\d]")
_RESOLVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(value: Any) -> str:
    """Write a value so that it is read as itself: texts that could be anything else in quotation marks."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _RESOLVED and value.isprintable()
        return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, Label):
        return flow({"en": value.en, "fr": value.fr})
    if isinstance(value, Mapping):
        return flow(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_inside(each) for each in value)}]"
    return json.dumps(value)


def flow(values: Mapping[str, Any]) -> str:
    """Write keys and values in one line."""
    return f"{{{', '.join(f'{scalar(key)}: {_inside(value)}' for key, value in values.items())}}}"


def _inside(value: Any) -> str:
    """Write a value inside brackets."""
    return scalar(value)


def comment(text: str, *, indent: int = 0) -> str:
    """Write a comment of one line: what it says stays within it."""
    return f"{' ' * indent}# {' '.join(text.split())}"


def guessed(doubts: Sequence[str], *, indent: int) -> Iterator[str]:
    """Write doubts as comments of their own."""
    for doubt in doubts:
        yield comment(f"? {doubt}", indent=indent)


def heading(what: str, decisions: Sequence[str] = ()) -> Iterator[str]:
    """Write what a file is, and what a person must decide."""
    yield comment(f"{what} Proposed by `impact init`: a line below `# ?` is a guess.")
    if decisions:
        yield comment("To decide:")
        for number, decision in enumerate(decisions, start=1):
            yield comment(f"  {number}. {decision}".replace("  ", " ", 1))
    yield ""


def schema_text(proposal: Proposal, *, title: Label, source: str) -> str:
    """Write the schema of the panel."""
    roles, direct = proposal.roles, not proposal.needs_intake
    lines = [*heading("What the columns are.")]
    lines += ["version: 1", f"title: {scalar(title)}", f"source: {scalar(source)}"]
    if direct:
        lines += _layout_lines(proposal.files[0], indent=0)
    lines += [*_role(roles.doubts, "unit"), f"unit: {scalar(roles.unit)}"]
    time: dict[str, Any] = {"column": roles.time, "frequency": roles.frequency}
    if roles.step > 1:
        time["step"] = roles.step
    lines += [*_role(roles.doubts, "time"), f"time: {scalar(time)}", *_role(roles.doubts, "cohort")]
    if roles.treatment is not None:
        lines.append(f"cohort: {scalar(_cohort(proposal))}")
    if roles.drops_missing:
        lines += [*_role(roles.doubts, "missing_outcome"), "missing_outcome: drop"]
    lines.append("columns:")
    for column in proposal.columns:
        lines += _column_lines(column, indent=2, labelled=True, direct=direct)
    lines += _left_out(proposal.files[0], indent=2) if direct else []
    return "\n".join(lines) + "\n"


def intake_text(proposal: Proposal, *, paths: Mapping[str, str]) -> str:
    """Write the intake plan; paths by table, as they stand from its folder."""
    lines = [*heading("Which files arrive, what stands in them, and what is done to them.")]
    lines += ["version: 1", "sources:"]
    for file in proposal.files:
        lines += [f"  {scalar(file.table)}:", f"    file: {scalar(paths[file.table])}"]
        lines += _layout_lines(file, indent=4)
        if file.totals is not None:
            lines.append("    # ? rows that are sums of others, by what stands in one column")
            lines.append(f"    totals: {flow(file.totals)}")
        lines.append("    columns:")
        for column in file.columns:
            lines += _column_lines(column, indent=6, labelled=False, direct=True)
        lines += _left_out(file, indent=6)
    if proposal.rules:
        applied = any(not rule.commented for rule in proposal.rules)
        lines += ["rules:" if applied else "# rules:"]
        for rule in proposal.rules:
            lines += _rule_lines(rule)
    if not any(not rule.commented for rule in proposal.rules) and len(proposal.files) > 1:
        lines.append(f"result: {scalar(proposal.files[0].table)}")
    return "\n".join(lines) + "\n"


def _role(doubts: Mapping[str, str], key: str) -> list[str]:
    return [comment(f"? {doubts[key]}")] if key in doubts else []


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


def _layout_lines(file: ProposedFile, *, indent: int) -> list[str]:
    space = " " * indent
    lines = list(guessed(file.doubts, indent=indent))
    return lines + [f"{space}{key}: {scalar(value)}" for key, value in file.layout.items()]


def _column_lines(
    column: ProposedColumn, *, indent: int, labelled: bool, direct: bool
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
    yield from guessed(column.doubts if direct or not labelled else (), indent=indent)
    line = f"{' ' * indent}{scalar(column.name)}: {flow(keys)}"
    if len(line) <= WIDE:
        yield line
        return
    yield f"{' ' * indent}{scalar(column.name)}:"
    for key, value in keys.items():
        yield f"{' ' * (indent + 2)}{key}: {scalar(value)}"


def _left_out(file: ProposedFile, *, indent: int) -> list[str]:
    if not file.left_out:
        return []
    lines = [comment("Left out:", indent=indent)]
    return lines + [
        comment(f"  {scalar(column.name)}: {column.why}", indent=indent) for column in file.left_out
    ]


def _rule_lines(rule: ProposedRule) -> Iterator[str]:
    mark = "  # " if rule.commented else "  "
    yield from guessed(rule.doubts, indent=2)
    for number, (key, value) in enumerate(rule.keys.items()):
        start = "- " if number == 0 else "  "
        if isinstance(value, Mapping) and len(f"{key}: {flow(value)}") > WIDE:
            yield f"{mark}{start}{key}:"
            for name, below in value.items():
                yield f"{mark}    {scalar(name)}: {scalar(below)}"
        else:
            yield f"{mark}{start}{key}: {scalar(value)}"
