"""The command that runs a plan many times: a grid of its choices, or a table of runs."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from impact.cli.site import index_again
from impact.errors import PlanError


def batch(
    plan: Annotated[Path, typer.Argument(help="The plan: a .yml, or its workbook (.xlsx).")],
    *,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid", help="key=value,value: a parameter, or a column; key=* is every label."
        ),
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="CSV of runs: a column a key, a row a run.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Folder of the batch under the reports; PLAN-batch by default."),
    ] = None,
    reports: Annotated[Path, typer.Option(help="Where reports are kept.")] = Path("reports"),
    notebooks: Annotated[
        Path | None, typer.Option(help="Where the notebooks are, as for run.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Runs side by side; one a processor by default.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which a run is stopped.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Start further runs after one that failed.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Make again what is done.")] = False,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="New interpreters and kernels; slower, the same results."),
    ] = False,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask cluster that executes them: tcp://host:port.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the runs and start none.")
    ] = False,
) -> None:
    """Run a plan many times; what is done already, by data, plan, parameters and code, is not done again."""
    from impact.pipeline.batch.batch import Options, listed, orders_of, run_batch
    from impact.pipeline.batch.held_to_data import hold_plan_to_data
    from impact.pipeline.batch.on_dask import threads_of
    from impact.pipeline.plan_workbook import plan_file
    from impact.pipeline.run import notebooks_folder

    if table is not None and grid:
        raise PlanError("a batch: give --grid or --table, not both")
    path = plan_file(plan)
    orders = orders_of(path, grid=grid or (), table=table)
    if dry_run:
        if not hold_plan_to_data(path, orders):
            typer.echo("the plan's data are not there yet: labels are not held to them", err=True)
        typer.echo(json.dumps(listed(orders), indent=1, ensure_ascii=False))
        return
    options = Options(
        jobs=jobs or (threads_of(scheduler) if scheduler else os.cpu_count() or 1),
        timeout_s=timeout,
        keep_going=keep_going,
        force=force,
        fresh=fresh,
        scheduler=scheduler,
    )
    done = run_batch(
        path,
        orders,
        name=name,
        reports=reports,
        notebooks=notebooks_folder() if notebooks is None else notebooks,
        options=options,
        tell=lambda line: typer.echo(line, err=True),
    )
    index_again(reports)
    typer.echo(json.dumps(done.summary(), indent=1, ensure_ascii=False))
    raise typer.Exit(done.exit_code or 0)
