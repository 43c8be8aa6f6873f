"""Commands on intake plans: carry one out and say what each rule did; the schemas that editors check plans with."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from impact.data.intake.applied import Applied


WIDTH = 120  # of plain text, where nobody's window sets it


def intake(
    path: Annotated[Path, typer.Argument(help="The intake plan.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write the table: a .csv or .parquet file.")
    ] = None,
    proposals: Annotated[
        Path | None,
        typer.Option(help="Folder for what rules ask a person about. It may hold names."),
    ] = None,
) -> None:
    """Carry out an intake plan and say what each rule did; rows and counts only, never a value."""
    from impact.data.intake.arrive import arrive
    from impact.data.intake.export import write_proposals, write_table

    arrived = arrive(path)
    _show(arrived.ledger)
    for name, asked in arrived.proposals.items():
        typer.echo(f"{name}: {len(asked)} proposals for a person (--proposals FOLDER writes them)")
    if proposals is not None:
        for file in write_proposals(arrived, proposals):
            typer.echo(str(file))
    if out is not None:
        typer.echo(str(write_table(arrived.table, out)))


def _show(ledger: "Sequence[Applied]") -> None:
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "rule", "table"):
        shown.add_column(heading)
    for heading in ("rows before", "touched", "rows after"):
        shown.add_column(heading, justify="right")
    shown.add_column("counted", overflow="fold")
    for line in ledger:
        counted = ", ".join(f"{name} {count:,}" for name, count in line.counts.items())
        numbers = (f"{n:,}" for n in (line.before, line.touched, line.after))
        shown.add_row(str(line.number or ""), line.rule, line.table, *numbers, counted)
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console = Console(markup=False, highlight=False, width=WIDTH)
    console.print(shown)


def schema(
    of: Annotated[
        Literal["plan", "schema", "intake", "deidentify"],
        typer.Argument(help="Which file it describes."),
    ],
) -> None:
    """Print the JSON Schema with which an editor checks and completes a plan, a schema, an intake plan or a file of choices."""
    typer.echo(schema_text(of), nl=False)


def schema_text(of: Literal["plan", "schema", "intake", "deidentify"]) -> str:
    """Write the JSON Schema of a kind of file."""
    from pydantic import BaseModel

    from impact.data.intake.plan import IntakePlan
    from impact.data.schema import Schema
    from impact.disclosure.public_use.choices import PublicUseChoices
    from impact.evaluation.plan import Plan

    models: dict[str, type[BaseModel]] = {
        "plan": Plan,
        "schema": Schema,
        "intake": IntakePlan,
        "deidentify": PublicUseChoices,
    }
    model = models[of]
    return json.dumps(model.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
