"""The command line: one function a command."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from impact.check_result import amount
from impact.errors import (
    ImpactError,
    Interrupted,
    PlanError,
    StorageError,
    UsageError,
    VerificationError,
)

if TYPE_CHECKING:
    from impact.moments import PathMoments

moments = typer.Typer(
    help="Path moments: sums from which every linear estimate is recomputed without the data.",
    no_args_is_help=True,
)
app = typer.Typer(
    name="impact",
    help="Measure what a promotion programme did, and report it so that a funder can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(moments, name="moments")
Outcome = Annotated[str | None, typer.Option(help="Another headline outcome than the plan's.")]
Language = Annotated[str | None, typer.Option(help="en or fr.")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="A notebook parameter, name=value.")
]
STEPS = 15  # plan, seven notebooks, the renderings, numbers


@app.command()
def run(
    plan: Annotated[Path, typer.Argument(help="The evaluation plan.")] = Path("evaluation.yml"),
    *,
    outcome: Outcome = None,
    language: Language = None,
    change: Changes = None,
    reports: Annotated[Path, typer.Option(help="Where reports are kept.")] = Path("reports"),
    notebooks: Annotated[Path, typer.Option(help="Where the notebooks are.")] = Path("notebooks"),
) -> None:
    """Run a plan: data to finished report under reports/."""
    from impact.pipeline.run import run as run_plan

    with _progress() as step:
        done = run_plan(
            plan,
            reports=reports,
            notebooks=notebooks.resolve(),
            changes=_told(outcome, language, change),
            step=step,
        )
    typer.echo(_headline(done.headline))
    for name in done.outputs:
        typer.echo(f"  {done.folder / name}")


def _told(outcome: Outcome, language: Language, change: Changes) -> dict[str, object]:
    return {"outcome": outcome, "language": language} | dict(map(_assigned, change or []))


def _assigned(text: str) -> tuple[str, str | int | float]:
    name, sign, value = text.partition("=")
    if not sign:
        raise PlanError("--set: write name=value")
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, value


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, one line a step otherwise."""
    if not sys.stderr.isatty():
        yield lambda name: typer.echo(f"done: {name}", err=True)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("plan", total=STEPS)
        yield lambda name: progress.update(task, advance=1, description=name)


def _headline(values: dict[str, object]) -> str:
    def number(name: str) -> str:
        value = values[name]
        return (
            f"{value:,.4g}"
            if isinstance(value, float) and abs(value) < 100
            else f"{value:,.0f}"
            if isinstance(value, float)
            else "unbounded"
        )

    return (
        f"{values['outcome']} ({values['unit']}): effect {number('estimate')}, interval {number('conf_low')} to "
        f"{number('conf_high')} ({values['believed']}), smallest detectable {number('smallest_detectable')}"
    )


@app.command()
def plan(
    path: Annotated[Path, typer.Argument(help="The evaluation plan.")] = Path("evaluation.yml"),
    *,
    outcome: Outcome = None,
    language: Language = None,
    change: Changes = None,
) -> None:
    """Check a plan and its data without running it: what this accepts, a run accepts."""
    from impact.pipeline.plan import checked_study

    study = checked_study(path, _told(outcome, language, change))
    for name in study.plan.outcomes:
        sample = study.panel(name).sample
        typer.echo(
            f"{name}: {sample.n_units} units, {sample.n_treated} treated, {sample.n_obs} observations"
        )
        for reason, count in sample.dropped.items():
            typer.echo(f"  left out, {reason}: {count}")


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="A run under reports/.")]) -> None:
    """Check every file of a run against its run.json."""
    from impact.pipeline.store import read_run

    facts = read_run(folder)
    typer.echo(
        f"{folder.name}: complete, {len(facts['outputs'])} files as certified, run {facts['run_id']}"
    )


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A report: HTML, PDF or DOCX, edited or not.")],
    run: Annotated[Path, typer.Argument(help="The run under reports/ that it tells of.")],
) -> None:
    """List what a report says that its run does not: numerals without a source, turned directions."""
    from impact.pipeline.verify import verify as findings_of

    found = findings_of(file, run)
    for finding in found:
        typer.echo(str(finding))
    if found:
        raise VerificationError(
            f"{file.name}: {len(found)} of its numerals or words are not those of run {run.name}; correct them or run again"
        )
    typer.echo(f"{file.name}: every numeral and direction is that of run {run.name}")


@app.command()
def data(
    folder: Annotated[Path, typer.Argument(help="Where artisans.yml is.")] = Path("data"),
) -> None:
    """Write the embedded case again: data, codebook, truth."""
    from impact.simulate.files import write_case

    for path in write_case(folder):
        typer.echo(str(path))


@app.command()
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


@moments.command()
def build(
    source: Annotated[Path, typer.Argument(help="A data file; Parquet is reduced by DuckDB.")],
    target: Annotated[Path, typer.Argument(help="The moments file to write.")],
    *,
    schema: Annotated[
        Path | None, typer.Option(help="The data's schema (not for Parquet).")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", help="For Parquet: unit=..., time=..., outcome=..., cohort=..., ..."
        ),
    ] = None,
    outcome: Annotated[str, typer.Option(help="The outcome's column (not for Parquet).")] = "",
    memory: Annotated[str, typer.Option(help="For Parquet: DuckDB's memory limit.")] = "1GB",
    include_small_cells: Annotated[
        bool,
        typer.Option(
            "--include-small-cells", help="Also cells below ten units: keep the file in the office."
        ),
    ] = False,
) -> None:
    """Reduce a data file to its moments."""
    if source.suffix == ".parquet" and schema is None:
        made = _reduced_by_database(source, columns or [], memory)
    else:
        from impact.data.readers import read_panel
        from impact.moments import PathMoments

        if not outcome:
            raise PlanError("--outcome: name the column whose moments are wanted")
        where = schema or source.with_suffix(".yml")
        made = PathMoments.from_panel(read_panel(source, schema=where, outcome=outcome))
    made.save(target, small_cells="include" if include_small_cells else "refuse")
    _describe(made, target)


def _reduced_by_database(source: Path, columns: list[str], memory: str) -> "PathMoments":
    import duckdb

    from impact.errors import SourceError
    from impact.moments import PathMoments

    if not source.is_file():
        raise SourceError(f"{source.name}: no such file; give the path of a data file")
    named = dict(text.split("=", 1) for text in columns if "=" in text)
    missing = [name for name in ("unit", "time", "outcome", "cohort") if name not in named]
    if missing or len(named) < len(columns):
        raise PlanError(
            f"--column: write name=column for unit, time, outcome and cohort; missing {', '.join(missing) or 'a ='}"
        )
    known = {
        "unit",
        "time",
        "outcome",
        "cohort",
        "cluster",
        "weight",
        "frequency",
        "step",
        "strata",
        "never",
    }
    if set(named) - known:
        raise PlanError(
            f"--column: {', '.join(sorted(set(named) - known))}: known are {', '.join(sorted(known))}"
        )
    several = {name: named.pop(name).split(",") for name in ("strata", "never") if name in named}
    step = named.pop("step", "1")
    if not step.isdecimal() or not int(step):
        raise PlanError("--column: step is a whole number from 1 on, such as step=2")
    connection = duckdb.connect(config={"memory_limit": memory})
    return PathMoments.from_sql(connection, str(source), step=int(step), **named, **several)


@moments.command()
def merge(
    parts: Annotated[
        list[Path], typer.Argument(help="Moments files of disjoint units; the last is written.")
    ],
    *,
    include_small_cells: Annotated[
        bool,
        typer.Option(
            "--include-small-cells", help="Also cells below ten units: keep the file in the office."
        ),
    ] = False,
) -> None:
    """Join moments of different units into one file, the last one named."""
    from functools import reduce

    from impact.moments import PathMoments

    if len(parts) < 3:
        raise PlanError("merge: name two moments files or more, and then the one to write")
    *sources, target = parts
    made = reduce(PathMoments.merge, [PathMoments.load(path) for path in sources])
    made.save(target, small_cells="include" if include_small_cells else "refuse")
    _describe(made, target)


@moments.command()
def info(path: Annotated[Path, typer.Argument(help="A moments file.")]) -> None:
    """Say what a moments file holds."""
    from impact.moments import PathMoments

    _describe(PathMoments.load(path), path)


def _describe(made: "PathMoments", path: Path) -> None:
    sample, label = made.sample, made.time_axis.label
    typer.echo(
        f"{path.name}: {made.outcome}, {label(made.times[0])} to {label(made.times[-1])} ({len(made.times)} periods), "
        f"{sample.n_units} units, {sample.n_treated} treated, {sample.n_obs} observations, {made.n_cells} cells, "
        f"smallest of {int(made.n.min())} units"
    )
    for cohort, units in zip(made.every_cohort, made.by_cohort(made.n.astype(float)), strict=True):
        name = "never treated" if cohort == float("inf") else f"treated from {label(cohort)}"
        typer.echo(f"  {name}: {int(units)} units")


def main() -> None:
    """Run the command line; an error is one sentence on stderr and its own exit code."""
    try:
        code = app(standalone_mode=False)
    except ImpactError as problem:
        _end(str(problem), problem.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = Interrupted.exit_code
    except OSError as problem:
        words = problem.strerror or type(problem).__name__
        _end(f"{words}; check space and permissions", StorageError.exit_code)
    except Exception as problem:
        if hasattr(problem, "show"):  # a wrong option or argument: the command line's own words
            problem.show()
            raise SystemExit(UsageError.exit_code) from None
        if os.environ.get("IMPACT_DEBUG"):
            raise
        # the text of an unforeseen error may hold data values
        _end(
            f"unexpected {type(problem).__name__}; set IMPACT_DEBUG=1 to see where",
            ImpactError.exit_code,
        )
    if code == Interrupted.exit_code:
        _end("stopped; nothing was published", Interrupted.exit_code)
    raise SystemExit(code if isinstance(code, int) else 0)


def _end(words: str, code: int) -> NoReturn:
    typer.echo(f"impact: {words}", err=True)
    raise SystemExit(code) from None


if __name__ == "__main__":
    main()
