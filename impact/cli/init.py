"""The command that begins a project: files in, a proposal out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impact.errors import UsageError
from impact.terms import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from impact.data.proposal.proposed import Proposal
    from impact.pipeline.proposed_plan import Written
    from impact.reporting.proposal.speech import Speech


def init(
    files: Annotated[
        list[Path],
        typer.Argument(help="Data files as they arrive; questionnaires (XLSForm) among them."),
    ],
    *,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to write; a new folder named after the first file by default."),
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="Column of the outcome; several may be named.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Column that identifies the firm.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of the periods.")] = None,
    cohort: Annotated[
        str | None,
        typer.Option(help="Column of first treated periods, or a 0/1 column of treatment."),
    ] = None,
    never: Annotated[
        list[str] | None, typer.Option(help="Code in it that means never treated.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of the proposal and the report: en or fr.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Propose intake, schema and plan from files, and mark every guess."""
    from impact.data.proposal.look import table_name
    from impact.data.proposal.propose import propose
    from impact.data.proposal.roles import Told
    from impact.pipeline.proposed_plan import write_proposal
    from impact.reporting.proposal.speech import Speech

    if language not in {"en", "fr"}:
        raise UsageError("--language: en or fr")
    told = Told(unit, time, cohort, tuple(outcome or ()), tuple(never or ()))
    proposal = propose(files, told=told)
    target = folder or Path(table_name(proposal.files[0].path).replace("_", "-"))
    spoken: Language = "fr" if language == "fr" else "en"
    written = write_proposal(proposal, folder=target, language=spoken, overwrite=force)
    for line in _told(proposal, written, Speech.of(spoken)):
        typer.echo(line)


def _told(proposal: "Proposal", written: "Written", speech: "Speech") -> "Iterator[str]":
    """Tell what was written and seen, what to decide, and what comes next."""
    from impact.reporting.words.register import said

    t, roles = speech.t, proposal.roles
    yield from map(str, written.files)
    yield t(
        "Seen: unit {unit}, periods {time} ({frequency}), start of treatment {start}, outcome {outcomes}",
        unit=roles.unit,
        time=roles.time,
        frequency=said(t, "frequency", f"every:{roles.frequency}").lower(),
        start=t("not found") if roles.treatment is None else roles.treatment.source,
        outcomes=", ".join(roles.outcomes),
    )
    if proposal.decisions:
        yield t("To decide:")
    for number, decision in enumerate(proposal.decisions, start=1):
        yield f"  {number}. {speech.doubt(decision)}"
    plan = str(written.files[-1])
    if written.refusal:
        yield t("Not yet ready to run: {refusal}", refusal=written.refusal)
        yield t("Then: impact plan {plan}", plan=plan)
    elif not written.whole:
        yield t("The data are read; how they can be estimated says: impact plan {plan}", plan=plan)
    else:
        yield t("Ready: impact run {plan}", plan=plan)
