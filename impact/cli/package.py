"""The command that makes a run's replication package."""

from pathlib import Path
from typing import Annotated

import typer


def package(
    run: Annotated[
        Path, typer.Argument(help="A run under reports/ that was released, or its release.")
    ],
    *,
    to: Annotated[
        Path | None,
        typer.Option(help="A .zip, or a folder that is not there; packages/NAME.zip by default."),
    ] = None,
    with_data: Annotated[
        bool,
        typer.Option(
            "--with-data", help="For use inside alone: the run itself, and the data that it read."
        ),
    ] = False,
    released: Annotated[Path, typer.Option(help="Where releases are kept.")] = Path("released"),
    public: Annotated[
        Path | None, typer.Option(help="A folder that `impact deidentify` made, to be added.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="The run's plan; found here, above or in a folder here by default."),
    ] = None,
) -> None:
    """Make the replication package of a run: code, plan, versions, results, and one command that computes it again."""
    from impact.pipeline.as_run import plan_of_run
    from impact.pipeline.package import package as package_run
    from impact.pipeline.store import read_run
    from impact.reporting.package.checklists import answered, counts

    facts = read_run(run)
    name = f"{facts['plan']['name']}{'-internal' if with_data else ''}.zip"
    made = package_run(
        run,
        plan_path=plan or plan_of_run(facts),
        to=to or Path("packages") / name,
        released=released,
        with_data=with_data,
        public=public,
    )
    told = counts(answered(made.known))
    typer.echo(
        f"{made.path}: {len(made.known.files)} files; checklists: {told['done']} done, {told['not_done']} not done, "
        f"{told['not_asked']} not applicable"
    )
    if with_data:
        typer.echo(
            "INTERNAL: this package holds data of units, or sums of them, and figures that no gate has seen; it may not leave",
            err=True,
        )
