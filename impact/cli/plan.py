"""Commands on the evaluation plan: new, check, lock, show. `impact plan PLAN` checks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from impact.cli.told import Changes, Language, Outcome, told
from impact.errors import PlanError

if TYPE_CHECKING:
    from impact.evaluation.departure_reasons import Reasons
    from impact.evaluation.plan_lock import Locked


class _ChecksByDefault(TyperGroup):
    """Takes the name of a plan, or nothing, for the command that checks it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `check` before arguments that name no command."""
        if args[:1] != ["--help"] and not set(args[:1]) & set(self.commands):
            args = ["check", *args]
        return super().parse_args(ctx, args)


plan = typer.Typer(
    cls=_ChecksByDefault, help="The evaluation plan: new, check (also without a word), lock, show."
)
File = Annotated[Path, typer.Argument(help="The plan: a .yml, or its workbook (.xlsx).")]
HERE = Path("evaluation.yml")


@plan.command()
def check(
    path: File = HERE,
    *,
    outcome: Outcome = None,
    language: Language = None,
    change: Changes = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Check a plan and its data without running it, and show what a run will meet: what this accepts, a run accepts."""
    from impact.cli.preflight import show_preflight
    from impact.pipeline.plan import checked_study
    from impact.pipeline.plan_workbook import plan_file
    from impact.reporting.proposal.speech import Speech

    study = checked_study(plan_file(path), told(outcome, language, change))
    if study.blind and not as_json:
        speech = Speech.of(study.plan.language)
        typer.echo(speech.t("BLIND: treatment exchanged at random, no figure is a finding"))
    show_preflight(study, as_json=as_json)


@plan.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = HERE,
    *,
    answers: Annotated[
        Path | None, typer.Option(help="A file of keys and values, in place of questions.")
    ] = None,
) -> None:
    """Write a plan: ask for what it needs, or take it from a file; every other key stands in it with its default."""
    from impact.data.yaml_file import load_yaml
    from impact.pipeline.new_plan import write_plan

    given: Any = _asked() if answers is None else load_yaml(answers)
    if not isinstance(given, dict):
        raise PlanError("--answers: a list of keys and values, as in a plan")
    typer.echo(f"{write_plan(path, given)}\nnext: impact plan lock {path} --by NAME")


def _asked() -> dict[str, Any]:
    """Ask for each key until the answer is one."""
    from impact.pipeline.new_plan import ASKED, answered, default_of, meaning

    typer.echo(
        "An empty answer leaves a key at its default, where it has one; Ctrl-C ends and writes nothing."
    )
    given: dict[str, Any] = {}
    for key in ASKED:
        default = f" [{default_of(key)}]" if default_of(key) else ""
        while True:
            text = _answer(f"{key} ({meaning(key, 'en')}){default}")
            try:
                given = answered(given, key, text)
                break
            except PlanError as problem:
                typer.echo(str(problem), err=True)
    return given


def _answer(question: str) -> str:
    try:
        return str(typer.prompt(question, default="", show_default=False))
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        raise PlanError(
            "nobody answers; give the keys in a file: impact plan new --answers FILE"
        ) from None


@plan.command()
def lock(
    path: File = HERE,
    *,
    by: Annotated[str, typer.Option(help="Who locks the plan.")],
    reports: Annotated[
        Path, typer.Option(help="Where reports are kept; finished ones are told of in the lock.")
    ] = Path("reports"),
) -> None:
    """Lock a plan: what it says, its date and what data there are, beside it; reports then say what departs from it."""
    from impact.pipeline.earlier_runs import warnings_of
    from impact.pipeline.locking import lock_plan
    from impact.pipeline.plan_workbook import plan_file

    target, made = lock_plan(plan_file(path), by=by, reports=reports)
    there = sum(1 for digest in made.known.files.values() if digest)
    typer.echo(
        f"{target}: locked by {made.by} at {made.locked_at}, SHA-256 {made.known.plan_sha256[:16]}; "
        f"{there} of {len(made.known.files)} files were there"
    )
    for line in warnings_of(made.earlier, of="the lock"):
        typer.echo(line, err=True)


@plan.command()
def show(
    path: File = HERE,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Every key with its value, as JSON.")
    ] = False,
) -> None:
    """Show every key of a plan with its value, and what departs from its lock."""
    import json

    from impact.evaluation.plan_lock import canonical
    from impact.pipeline.plan import locked_beside, read_plan, reasons_beside
    from impact.pipeline.plan_workbook import plan_file, yaml_of

    file = plan_file(path)
    read = read_plan(file)
    if as_json:
        typer.echo(json.dumps(canonical(read), indent=1, ensure_ascii=False))
        return
    typer.echo(yaml_of(canonical(read)), nl=False)
    locked = locked_beside(file, read)
    reasons = reasons_beside(file)
    typer.echo("# not locked" if locked is None else "\n".join(_of_lock(locked, reasons)))


def _of_lock(locked: "Locked", reasons: "Reasons") -> list[str]:
    """Say when a plan was locked and what departs since and why, a line each."""
    from impact.evaluation.departures import departures_of_plan, departures_of_rules
    from impact.pipeline.earlier_runs import shown

    held, now = locked.lock, locked.now
    compared = "is the same byte for byte" if locked.same_bytes else "was changed since"
    lines = [
        f"# locked by {held.by} at {held.locked_at} with impact {held.impact}; the file {compared}"
    ]
    lines += [f"# results were there before it: {shown(one)}" for one in held.earlier or ()]
    found = (
        *departures_of_plan(held.known.written, now.written),
        *departures_of_rules(held.known, now),
    )
    for one in found:
        values = f": {one.planned or 'none'} -> {one.done or 'none'}" if one.where == "plan" else ""
        why = reasons.given(one, now.written.language) or "no reason given"
        lines.append(f"# {one.where} {one.key} {one.kind}{values} ({why})")
    lines += [
        f"# a reason is given for {name}: no departure of the plan or the rules of its data"
        for name in reasons.unused(found)
    ]
    return lines
