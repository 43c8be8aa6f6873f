"""Options by which a command is told what differs from a plan."""

from typing import Annotated

import typer

from impact.errors import PlanError

Outcome = Annotated[str | None, typer.Option(help="Another headline outcome than the plan's.")]
Language = Annotated[str | None, typer.Option(help="en or fr.")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="A notebook parameter, name=value.")
]


def told(outcome: Outcome, language: Language, change: Changes) -> dict[str, object]:
    """Return what the options change of a plan, by the names of notebook parameters."""
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
