"""A proposal's evaluation plan as YAML that loads, with a comment at each line that is a guess."""

from collections.abc import Iterator

from impact.data.proposal.proposed import Label, Proposal
from impact.reporting.proposal.speech import Speech
from impact.reporting.proposal.yaml_lines import comment, guess, heading, scalar

PLACEBO_PERIODS = 4  # as a plan's default, where the panel has as many before the start


def plan_text(proposal: Proposal, *, data: str, schema: str, speech: Speech) -> str:
    """Write the plan.

    Parameters
    ----------
    proposal : Proposal
    data, schema : str
        Files as they stand from the plan's folder.
    speech : Speech
    """
    t, roles = speech.t, proposal.roles
    what = t("The evaluation plan; every key is explained in docs/plan.md.")
    before = max(1, min(PLACEBO_PERIODS, roles.periods_before - 1))
    lines = [
        *heading(what, speech=speech, decisions=proposal.decisions),
        f"name: {scalar(_run_name(proposal.files[0].table))}",
        f"title: {scalar(_title(proposal))}",
        f"data: {scalar(data)}",
        f"schema: {schema}",
        guess(t("the first is the headline")),
        f"outcomes: {scalar(list(roles.outcomes))}",
        guess(t("how beneficiaries came to take part: `randomised`, `chosen` or `by_rule`")),
        "assignment: chosen",
        "comparison_group: not_yet_treated",
        comment(t("periods before the start in which outcomes may already respond")),
        "anticipation: 0",
        f"placebo_periods: {before}",
        *_characteristics(proposal, speech),
        *_currency(proposal, speech),
        "alpha: 0.05",
        "seed: 2012",
        f"language: {speech.language}",
    ]
    return "\n".join(lines) + "\n"


def _run_name(table: str) -> str:
    return table.replace("_", "-")[:60].strip("-")


def _title(proposal: Proposal) -> Label:
    outcome = proposal.roles.outcomes[0]
    labels = {column.name: column.label for column in proposal.columns}
    label = labels.get(outcome, Label.same(outcome))
    return Label(f"Effect on {_within(label.en)}", f"Effet : {_within(label.fr)}")


def _within(label: str) -> str:
    """Write a label inside a sentence: its first letter small, unless it begins an abbreviation, as ``CA annuel``."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _currency(proposal: Proposal, speech: Speech) -> Iterator[str]:
    """Name the money of the outcomes where their words do; where they name none or several, leave it to a person."""
    t, outcomes = speech.t, proposal.roles.outcomes
    units = {c.keys["unit"] for c in proposal.columns if c.name in outcomes and "unit" in c.keys}
    if len(units) == 1:
        yield guess(t("by the names and labels of the outcomes"))
        yield f"currency: {units.pop()}"
        return
    yield guess(
        t("of amounts: the three letters of their money, and `unit:` of the outcome in the schema")
    )
    yield comment("currency: MAD")


def _characteristics(proposal: Proposal, speech: Speech) -> Iterator[str]:
    """Name columns that could be compared before treatment, for a person to choose from."""
    roles = proposal.roles
    used = {roles.unit, roles.time, *roles.outcomes}
    used |= set() if roles.treatment is None else {roles.treatment.source}
    used |= {r.keys["column"] for r in proposal.rules if r.keys["rule"] == "read_period"}
    kinds = {"category", "boolean"}
    could = [c.name for c in proposal.columns if c.type in kinds and c.name not in used]
    if could:
        yield comment(f"characteristics: {scalar(could[:6])}")
        yield comment(f"subgroups: {speech.t('the same or others of them')}")
