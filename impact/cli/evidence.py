"""The command that writes a run's effects as a flat record."""

from pathlib import Path
from typing import Annotated

import typer


def evidence(
    run: Annotated[Path, typer.Argument(help="A run under reports/ or released/.")],
    *,
    to: Annotated[Path, typer.Option(help="Folder of evidence.json and evidence.csv.")] = Path(
        "evidence"
    ),
    plan: Annotated[
        Path | None,
        typer.Option(help="The run's plan; found here, above or in a folder here by default."),
    ] = None,
) -> None:
    """Write a run's effects, design and rating as a flat record for meta-analysis, each figure read off its results."""
    from impact.pipeline.as_run import plan_of_run
    from impact.pipeline.evidence import write_evidence
    from impact.pipeline.store import read_run

    facts = read_run(run)
    path = plan or plan_of_run(facts)
    for written in write_evidence(run, plan_path=path, to=to):
        typer.echo(str(written))
    if "released" not in facts:
        typer.echo(
            "internal: these figures have not passed the disclosure gate; of a released run the record may leave",
            err=True,
        )
