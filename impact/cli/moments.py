"""Commands on path moments: build, merge, info; and keys, mask, add for offices that show nobody their sums."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impact.errors import PlanError

if TYPE_CHECKING:
    from impact.moments import PathMoments

moments = typer.Typer(
    help="Path moments: sums from which every linear estimate is recomputed without the data.",
    no_args_is_help=True,
)


SmallCellsToo = Annotated[
    bool,
    typer.Option(
        "--include-small-cells", help="Also cells below ten units: keep the file in the office."
    ),
]


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
    complete_only: Annotated[
        bool,
        typer.Option(
            "--complete-only", help="Only units observed in every period; others are counted."
        ),
    ] = False,
    memory: Annotated[str, typer.Option(help="For Parquet: DuckDB's memory limit.")] = "1GB",
    include_small_cells: SmallCellsToo = False,
) -> None:
    """Reduce a data file to its moments."""
    if source.suffix == ".parquet" and schema is None:
        made = _reduced_by_database(source, columns or [], memory)
    else:
        from impact.data.readers import read_frame
        from impact.data.schema import read_schema
        from impact.moments.offices.own_units import office_moments, office_panel

        if not outcome:
            raise PlanError("--outcome: name the column whose moments are wanted")
        declared = read_schema(schema or source.with_suffix(".yml"))
        frame = read_frame(source, schema=declared)
        made = office_moments(office_panel(frame, schema=declared, outcome=outcome))
    if complete_only:
        import numpy as np

        made = made.where(
            lambda every: np.asarray(every.observed.all(axis=1)),
            reason="not_observed_in_all_periods",
        )
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
    include_small_cells: SmallCellsToo = False,
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


Grid = Annotated[Path, typer.Argument(help="What the offices agreed on, a .yml (docs/offices.md).")]
Site = Annotated[str, typer.Option(help="This office, as the grid names it.")]
Keys = Annotated[Path, typer.Option(help="Folder of the secrets, outside any project.")]


@moments.command()
def keys(grid: Grid, *, site: Site, folder: Keys) -> None:
    """Make the secrets that this office hands to those after it in the alphabet, each over a way that nobody else reads."""
    from impact.moments.offices.grid import read_grid
    from impact.moments.offices.pair_keys import make_keys, pair_file, partners

    agreed = read_grid(grid)
    for made in make_keys(agreed, site, folder):
        typer.echo(f"{made.name}: hand it over, and keep it here")
    for other in partners(agreed, site):
        if other < site:
            typer.echo(f"{pair_file(site, other)}: comes from {other}")


@moments.command()
def mask(
    grid: Grid,
    source: Annotated[Path, typer.Argument(help="This office's data.")],
    target: Annotated[Path, typer.Argument(help="The masked file, which may be sent.")],
    *,
    site: Site,
    folder: Keys,
    schema: Annotated[Path | None, typer.Option(help="The data's schema.")] = None,
) -> None:
    """Add up this office's firms and mask the sums: only the total of all offices can be read."""
    from impact.data.readers import read_frame
    from impact.data.schema import read_schema
    from impact.moments.offices.grid import read_grid
    from impact.moments.offices.integer_sums import integer_sums
    from impact.moments.offices.masked import MaskedSums
    from impact.moments.offices.pair_keys import read_keys, refuse_second_file

    agreed = read_grid(grid)
    secrets = read_keys(agreed, site, folder)
    declared = read_schema(schema or source.with_suffix(".yml"))
    sums = integer_sums(read_frame(source, schema=declared), agreed, schema=declared)
    masked = MaskedSums.of(sums, agreed, site=site, keys=secrets)
    refuse_second_file(agreed, site, masked.packed, folder)
    masked.save(target)
    typer.echo(f"{target.name}: {len(masked.numbers):,} masked numbers of {site}; send it")


@moments.command()
def add(
    files: Annotated[
        list[Path], typer.Argument(help="The masked file of every office; the last is written.")
    ],
    *,
    include_small_cells: SmallCellsToo = False,
) -> None:
    """Add up the masked files of all offices to one moments file, the last one named."""
    from impact.moments.offices.masked import added, read_masked
    from impact.moments.offices.total import moments_of_total

    if len(files) < 3:
        raise PlanError("add: name the masked files of all offices, and then the file to write")
    *sources, target = files
    sent = [read_masked(path) for path in sources]
    made = moments_of_total(added(sent), sent[0].grid)
    made.save(target, small_cells="include" if include_small_cells else "refuse")
    _describe(made, target)


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
