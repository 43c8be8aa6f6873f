"""The command that begins a project: files in, a proposal out."""

from pathlib import Path
from typing import Annotated

import typer

from impact.errors import UsageError


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
    language: Annotated[str, typer.Option(help="Of the report: en or fr.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Propose intake, schema and plan from files, and mark every guess."""
    from impact.data.proposal.look import table_name
    from impact.data.proposal.propose import propose
    from impact.data.proposal.roles import Told
    from impact.pipeline.proposed_plan import write_proposal

    if language not in {"en", "fr"}:
        raise UsageError("--language: en or fr")
    told = Told(unit, time, cohort, tuple(outcome or ()), tuple(never or ()))
    proposal = propose(files, told=told)
    target = folder or Path(table_name(proposal.files[0].path).replace("_", "-"))
    written = write_proposal(
        proposal, folder=target, language="fr" if language == "fr" else "en", overwrite=force
    )
    for path in written.files:
        typer.echo(str(path))
    roles = proposal.roles
    start = "not found" if roles.treatment is None else roles.treatment.source
    typer.echo(
        f"Seen: unit {roles.unit}, periods {roles.time} ({roles.frequency}), start of treatment {start}, "
        f"outcome {', '.join(roles.outcomes)}"
    )
    if proposal.decisions:
        typer.echo("To decide:")
    for number, decision in enumerate(proposal.decisions, start=1):
        typer.echo(f"  {number}. {decision}")
    plan = written.files[-1]
    if not written.refusal and not written.whole:
        typer.echo(f"The data are read; how they can be estimated says: impact plan {plan}")
    elif written.refusal:
        typer.echo(f"Not yet ready to run: {written.refusal}")
        typer.echo(f"Then: impact plan {plan}")
    else:
        typer.echo(f"Ready: impact run {plan}")
