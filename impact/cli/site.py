"""The commands that make pages over runs: the index of a reports folder, and two runs compared."""

from pathlib import Path
from typing import Annotated

import typer

from impact.errors import StorageError, UsageError
from impact.terms import Language


def index(
    reports: Annotated[Path, typer.Argument(help="Where reports are kept.")] = Path("reports"),
) -> None:
    """Make the index of all runs again: search, filters, effects as pictures. It reads no microdata."""
    from impact.pipeline.site import write_index

    typer.echo(str(write_index(reports)))


def compare_runs(
    first: Annotated[Path, typer.Argument(help="A run under reports/.")],
    second: Annotated[Path, typer.Argument(help="Another, or the same of another day.")],
    *,
    to: Annotated[Path | None, typer.Option(help="The page; beside the runs by default.")] = None,
    language: Annotated[
        str | None, typer.Option(help="en or fr; the second run's by default.")
    ] = None,
) -> None:
    """Write a page on what changed between two runs: data, plan, code, results."""
    from impact.pipeline.site import write_comparison

    if language not in {"en", "fr", None}:
        raise UsageError("--language: en or fr")
    known: dict[str | None, Language] = {"en": "en", "fr": "fr"}
    typer.echo(str(write_comparison(first, second, to=to, language=known.get(language))))


def index_again(reports: Path) -> None:
    """Make the index again; where that fails the run is finished all the same."""
    from impact.pipeline.site import write_index

    try:
        write_index(reports)
    except StorageError as problem:
        typer.echo(f"impact: {problem}; the run itself is finished", err=True)
