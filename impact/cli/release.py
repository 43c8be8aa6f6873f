"""The command that lets a run leave: what passes the disclosure gate, made again into a folder of its own."""

from pathlib import Path
from typing import Annotated

import typer


def release(
    run: Annotated[Path, typer.Argument(help="A run under reports/. It stays inside.")],
    *,
    to: Annotated[Path, typer.Option(help="Where releases are kept.")] = Path("released"),
    plan: Annotated[
        Path | None,
        typer.Option(help="The run's plan; found here, above or in a folder here by default."),
    ] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option(help="A public-use file of the same data, by name: the two are not proven."),
    ] = None,
) -> None:
    """Release a run: every figure through the disclosure gate, beside earlier releases of the same data."""
    from impact.pipeline.as_run import plan_of_run
    from impact.pipeline.release import release as release_run
    from impact.pipeline.store import read_run

    path = plan or plan_of_run(read_run(run))
    done = release_run(
        run,
        plan_path=path,
        to=to,
        beside=beside or (),
        step=lambda name: typer.echo(f"done: {name}", err=True),
    )
    n = len(done.kept_back.withheld)
    typer.echo(
        f"{run.name}: released; {n:,} figures withheld, each with its reason in disclosure.json"
    )
    for name in done.outputs:
        typer.echo(f"  {done.folder / name}")
