"""The command that makes a public-use file of a plan's or a run's data, or proposes the choices for one."""

from pathlib import Path
from typing import Annotated

import typer


def deidentify(
    what: Annotated[
        Path, typer.Argument(help="An evaluation plan, or a run under reports/.")
    ] = Path("evaluation.yml"),
    *,
    to: Annotated[Path, typer.Option(help="Where the folder goes.")] = Path("public-use"),
    choices: Annotated[
        Path | None,
        typer.Option(help="The file of choices; deidentify.yml beside the plan by default."),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="A run's plan; found here, above or in a folder here by default."),
    ] = None,
    reports: Annotated[
        Path, typer.Option(help="Where a plan's runs are, and the log of what was released.")
    ] = Path("reports"),
    beside: Annotated[
        list[str] | None,
        typer.Option(help="A released run of the same data, by id: the two are not proven."),
    ] = None,
) -> None:
    """Write a public-use file of a plan's data with its report; without a file of choices, propose one and stop."""
    from impact.pipeline.as_run import plan_of_run
    from impact.pipeline.plan_workbook import plan_file
    from impact.pipeline.public_use import (
        Source,
        choices_beside,
        propose,
        read_choices,
        write_public_use,
    )
    from impact.pipeline.store import CERTIFICATE, read_run

    if (what / CERTIFICATE).is_file() or what.is_dir():
        path = plan or plan_of_run(read_run(what))
        source = Source.of_run(what, plan_path=path)
    else:
        path = plan_file(what)
        source = Source.of_plan(path, reports=reports)
    chosen = choices or choices_beside(path)
    if choices is None and not chosen.exists():
        propose(source.study, chosen)
        typer.echo(
            f"{chosen}: proposed. Read it, say what others know of a firm, and run the command again."
        )
        return
    done = write_public_use(
        source,
        read_choices(chosen),
        to=to,
        beside=beside or (),
        step=lambda name: typer.echo(f"done: {name}", err=True),
    )
    headline = next(
        (pair.verdict for pair in done.pairs if pair.exhibit == "headline"), "not compared"
    )
    typer.echo(
        f"{done.folder}: {done.made.after.units:,} units, k {done.made.after.smallest}, "
        f"headline: {headline}; read report.en.html before it leaves"
    )
