"""Print a preflight: tables on a terminal, the same as plain text elsewhere, or JSON."""

from typing import TYPE_CHECKING

import typer

from impact.evaluation.study import Study
from impact.reporting.preflight import Grid, Sheet

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 120  # of plain text, where nobody's window sets it
NARROW = 16  # of a column of numbers, whose head may take several lines


def show_preflight(study: Study, *, as_json: bool) -> None:
    """Print what a checked study holds."""
    from impact.evaluation.from_moments.preflight import preflight_of_moments
    from impact.evaluation.preflight import Preflight
    from impact.reporting.preflight import preflight_sheet
    from impact.reporting.voice import Voice

    found = preflight_of_moments(study) if study.from_moments else Preflight.of(study)
    if as_json:
        typer.echo(found.to_json())
    else:
        _print(preflight_sheet(Voice(study), found))


def _print(sheet: Sheet) -> None:
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    known = Table.grid(padding=(0, 1))
    for line in sheet.known:
        known.add_row(Text("•"), Text(line))
    parts = [
        Text(sheet.title, style="bold"),
        *map(Text, sheet.lines),
        *(part for grid in sheet.grids for part in _grid(grid)),
        Text(f"\n{sheet.known_title}", style="bold"),
        Padding(known, (0, 0, 1, 1)),
        Text(sheet.verdict, style="green"),
    ]
    console.print(Group(*parts))


def _grid(grid: Grid) -> "list[RenderableType]":
    """A table with its title above it and its lines below, whose texts are never markup."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="dim")
    first, *others = grid.heads
    table.add_column(Text(first), vertical="bottom", overflow="fold")
    for at, head in enumerate(others, start=1):
        widest = max(len(row[at]) for row in grid.rows)  # figures are not broken at their spaces
        table.add_column(
            Text(head),
            justify="right",
            vertical="bottom",
            overflow="fold",
            min_width=widest,
            max_width=max(NARROW, widest),
        )
    for row in grid.rows:
        table.add_row(*map(Text, row))
    return [Text(f"\n{grid.title}", style="bold"), table, *map(Text, grid.below)]
