"""The command that rehearses a plan before its data."""

from pathlib import Path
from typing import Annotated

import typer

from impact.errors import PlanError


def rehearse(
    plan: Annotated[Path, typer.Argument(help="The plan: a .yml, or its workbook (.xlsx).")] = Path(
        "evaluation.yml"
    ),
    *,
    believe: Annotated[
        list[str] | None,
        typer.Option("--set", help="A number that is believed, name=value, as firms=600."),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(
            "--cost",
            help="Cost of a firm, interview, round or cluster, in place of the plan's: interview=120.",
        ),
    ] = None,
    power: Annotated[float, typer.Option(help="Power that a design must reach.")] = 0.8,
    baseline: Annotated[
        bool, typer.Option(help="Take sizes and spread from the plan's data where these are there.")
    ] = True,
    report: Annotated[bool, typer.Option(help="Run one draw to its whole report.")] = True,
    draws: Annotated[int, typer.Option(help="Simulated studies of the planned design.")] = 2000,
    folder: Annotated[Path, typer.Option(help="Where rehearsals are kept.")] = Path("rehearsals"),
    notebooks: Annotated[
        Path | None,
        typer.Option(help="Where the notebooks are; here, or beside the package, by default."),
    ] = None,
) -> None:
    """Run a plan before its data: simulated raw files to a report marked REHEARSAL, and what other designs would find."""
    from impact.pipeline.plan_workbook import plan_file
    from impact.pipeline.rehearse import Asked, summary
    from impact.pipeline.rehearse import rehearse as rehearse_plan
    from impact.pipeline.run import notebooks_folder

    done = rehearse_plan(
        plan_file(plan),
        folder=folder,
        notebooks=notebooks_folder() if notebooks is None else notebooks.resolve(),
        asked=Asked(
            beliefs=_numbers(believe, option="--set"),
            costs=_numbers(cost, option="--cost"),
            power=power,
            from_data=baseline,
            report=report,
            draws=draws,
        ),
        step=lambda name: typer.echo(f"done: {name}", err=True),
    )
    typer.echo(summary(done))
    for path in (done.files, done.pages, *(() if done.run is None else (done.run.folder,))):
        typer.echo(str(path))


def _numbers(written: list[str] | None, *, option: str) -> dict[str, float]:
    found = {}
    for one in written or []:
        name, sign, value = one.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            sign = ""
        if not sign:
            raise PlanError(f"{option}: write name=number")
    return found
