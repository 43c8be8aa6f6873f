"""Options by which a command is told what differs from a plan, and what commands tell of earlier runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from impact.errors import PlanError

if TYPE_CHECKING:
    from impact.evaluation.plan_lock import EarlierRun

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


def warn_of_results(earlier: "Sequence[EarlierRun] | None", *, of: str) -> None:
    """Say, on stderr, which results were there before a lock or a log of blind runs was made."""
    for one in earlier or ():
        typer.echo(f"warning: results were there before {of}: {shown(one)}", err=True)
    if earlier:
        typer.echo(f"warning: {of} and the report say so", err=True)


def shown(run: "EarlierRun") -> str:
    """Name a run: its folder, when it ended, its certificate, and what it shares with the plan."""
    shares = "of this plan" if run.same_plan else "of data that this plan reads"
    return (
        f"{run.name}, a run {shares}, finished {run.finished}, certificate {run.certificate[:16]}"
    )
