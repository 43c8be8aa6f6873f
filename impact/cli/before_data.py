"""Commands before there is data: what a study could find, and whether it could tell if the programme pays."""

from math import isfinite, isnan
from pathlib import Path
from typing import Annotated

import typer


def power(
    *,
    units: Annotated[int, typer.Option(help="Firms in all.")],
    treated: Annotated[int, typer.Option(help="Firms invited.")],
    before: Annotated[int, typer.Option(help="Survey rounds before the start.")] = 1,
    after: Annotated[int, typer.Option(help="Survey rounds after it.")] = 1,
    mean: Annotated[float, typer.Option(help="Mean of the outcome in one round.")] = 1.0,
    sd: Annotated[float, typer.Option(help="Its standard deviation between firms.")] = 1.0,
    permanent: Annotated[float, typer.Option(help="Share of the variance that stays.")] = 0.4,
    autocorrelation: Annotated[float, typer.Option(help="Of the rest, a round later.")] = 0.3,
    take_up: Annotated[float, typer.Option(help="Share of the invited who take part.")] = 1.0,
    attrition: Annotated[float, typer.Option(help="Share of firms lost by the end.")] = 0.0,
    cluster_size: Annotated[int, typer.Option(help="Firms a cluster, if clusters join.")] = 1,
    icc: Annotated[float, typer.Option(help="Correlation within clusters.")] = 0.0,
    alpha: Annotated[float, typer.Option(help="Size of the test.")] = 0.05,
    draws: Annotated[int, typer.Option(help="Simulated studies.")] = 2000,
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 2012,
    folder: Annotated[
        Path | None, typer.Option(help="Write power.csv, power.svg and power.png here.")
    ] = None,
) -> None:
    """Say how large an effect a planned study could find, by simulation and by formula."""
    from impact.check_result import amount
    from impact.diagnostics.power import PlannedStudy
    from impact.diagnostics.power import power as of_study

    study = PlannedStudy(
        units=units,
        treated=treated,
        before=before,
        after=after,
        mean=mean,
        sd=sd,
        permanent=permanent,
        autocorrelation=autocorrelation,
        take_up=take_up,
        attrition=attrition,
        cluster_size=cluster_size,
        icc=icc,
        alpha=alpha,
    )
    from impact.reporting.planned_study import write_power

    result = of_study(study, draws=draws, seed=seed)
    found = result.smallest_detectable
    size = f"{amount(found)} ({100 * found / mean:.1f}% of the mean)" if isfinite(found) else "none"
    typer.echo(f"smallest detectable effect {size}, by {result.recommended} ({result.why})")
    for row in result.table.to_dict("records"):
        simulated = "" if isnan(row["size"]) else f"  size {row['size']:.3f}"
        typer.echo(f"  {row['method']:<42}{amount(row['smallest_detectable']):>12}{simulated}")
    if folder is not None:
        for path in write_power(result, folder):
            typer.echo(str(path))


def evaluability(
    path: Annotated[Path, typer.Argument(help="The evaluation plan.")] = Path("evaluation.yml"),
    *,
    reports: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("reports"),
) -> None:
    """Say before there is data whether a study could tell if the programme pays: two pages in each language."""
    from impact.pipeline.evaluability import summary, write_evaluability

    advised = write_evaluability(path, reports=reports)
    typer.echo(summary(advised.found.plan, advised.found))
    typer.echo(str(advised.folder))
