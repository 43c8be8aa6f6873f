"""The command line: one function a command."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from impact import __version__
from impact.cli.batch import batch
from impact.cli.before_data import evaluability, power
from impact.cli.deidentify import deidentify
from impact.cli.evidence import evidence
from impact.cli.init import init
from impact.cli.intake import intake, schema
from impact.cli.key import key
from impact.cli.kit import kit
from impact.cli.moments import moments
from impact.cli.package import package
from impact.cli.plan import plan
from impact.cli.rehearse import rehearse
from impact.cli.release import release
from impact.cli.site import compare_runs, index
from impact.cli.told import Changes, Language, Outcome, told
from impact.cli.workbook import workbook
from impact.errors import (
    ImpactError,
    Interrupted,
    StorageError,
    UsageError,
    VerificationError,
)
from impact.pipeline.absent_plan import refuse_absent
from impact.pipeline.ask import Asked, Told, run_apart

app = typer.Typer(
    name="impact",
    help="Measure what a promotion programme did, and report it so that a funder can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
BEFORE, RUNS, LEAVES, MORE = (
    "From files and questions to a plan",
    "From a plan to reports",
    "What leaves, and how it is checked",
    "More",
)
for group, name, panel in ((plan, "plan", BEFORE), (moments, "moments", MORE), (key, "key", MORE)):
    app.add_typer(group, name=name, rich_help_panel=panel)
for before in (init, workbook, power, evaluability, rehearse, intake):
    app.command(rich_help_panel=BEFORE)(before)
STEPS = 15  # plan, seven notebooks, the renderings, numbers


def _say_version(asked: bool) -> None:  # noqa: FBT001 (as the command line calls it)
    if asked:
        typer.echo(f"impact {__version__}")
        raise typer.Exit


@app.callback()
def _before_any_command(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Say the version and end."
        ),
    ] = False,
) -> None:
    del version  # said already


@app.command(rich_help_panel=RUNS)
def run(
    plan: Annotated[Path, typer.Argument(help="The plan: a .yml, or its workbook (.xlsx).")] = Path(
        "evaluation.yml"
    ),
    *,
    outcome: Outcome = None,
    language: Language = None,
    change: Changes = None,
    blind: Annotated[
        bool,
        typer.Option("--blind", help="Exchange treatment at random until `impact unblind`."),
    ] = False,
    reports: Annotated[Path, typer.Option(help="Where reports are kept.")] = Path("reports"),
    notebooks: Annotated[
        Path | None,
        typer.Option(help="Where the notebooks are; here, or beside the package, by default."),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="A new interpreter and kernel for each notebook; slower."),
    ] = False,
) -> None:
    """Run a plan: data to finished report under reports/."""
    refuse_absent(plan)
    asked = Asked(
        plan=str(plan),
        reports=str(reports),
        notebooks=None if notebooks is None else str(notebooks),
        changes=told(outcome, language, change),
        blind=blind,
    )
    with _progress() as step:
        told_of = Told(step, partial(typer.echo, err=True))
        said = (_run_fresh if fresh or not hasattr(os, "fork") else run_apart)(asked, told=told_of)
    for line in said:
        typer.echo(line)


def _run_fresh(asked: Asked, *, told: Told) -> tuple[str, ...]:
    """Carry a run out in this process."""
    from impact.pipeline.asked_run import carried_out
    from impact.pipeline.run import FRESH

    return carried_out(asked, FRESH, told=told)


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


@app.command(rich_help_panel=RUNS)
def unblind(
    path: Annotated[Path, typer.Argument(help="The evaluation plan.")] = Path("evaluation.yml"),
    *,
    by: Annotated[str, typer.Option(help="Who signs cleaning off.")],
) -> None:
    """Sign off the cleaning of a plan's data after blind runs: from now on runs see who was treated. Done once, and logged."""
    from impact.pipeline.blinding import unblind as sign_off
    from impact.pipeline.plan_workbook import plan_file

    log = sign_off(plan_file(path), by=by)
    typer.echo(
        f"unblinded by {by} at {log.unblinded.at if log.unblinded else ''}; next: impact run {path}"
    )


for panel, commands in {
    RUNS: (batch, index, compare_runs),
    LEAVES: (release, kit, evidence, package, deidentify),
    MORE: (schema,),
}.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)


@app.command(rich_help_panel=MORE)
def codebook(
    path: Annotated[Path, typer.Argument(help="The evaluation plan.")] = Path("evaluation.yml"),
    *,
    language: Language = None,
    folder: Annotated[Path, typer.Option(help="Where the three files go.")] = Path("codebook"),
) -> None:
    """Write the codebook of a plan's data alone: DDI-Codebook XML, CSV, HTML."""
    from impact.pipeline.codebook import write_codebook_of

    for written in write_codebook_of(path, folder=folder, parameters={"language": language}):
        typer.echo(str(written))


@app.command(rich_help_panel=LEAVES)
def check(folder: Annotated[Path, typer.Argument(help="A run under reports/.")]) -> None:
    """Check every file of a run against its run.json."""
    from impact.pipeline.store import read_run

    facts = read_run(folder)
    typer.echo(
        f"{folder.name}: complete, {len(facts['outputs'])} files as certified, run {facts['run_id']}"
    )


@app.command(rich_help_panel=LEAVES)
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


@app.command(rich_help_panel=MORE)
def data(
    folder: Annotated[Path, typer.Argument(help="Where artisans.yml is.")] = Path("data"),
) -> None:
    """Write the embedded cases again: data, codebook, truth, and the files as the main one would arrive."""
    from impact.evaluation.simulated_estimates import estimates_of_draw
    from impact.simulate.arriving import write_arriving
    from impact.simulate.files import write_case, write_further_cases

    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    for path in (
        *write_case(folder, estimates=estimates_of_draw),
        *write_further_cases(folder, estimates=estimates_of_draw),
        *write_arriving(raw),
    ):
        typer.echo(str(path))


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
            _name_the_way(problem)
            raise SystemExit(UsageError.exit_code) from None
        if os.environ.get("IMPACT_DEBUG"):
            raise
        # the text of an unforeseen error may hold data values
        _end(
            f"unexpected {type(problem).__name__}; set IMPACT_DEBUG=1 to see where",
            ImpactError.exit_code,
        )
    if code == Interrupted.exit_code:
        _end("stopped; what was under way was not published", Interrupted.exit_code)
    raise SystemExit(code if isinstance(code, int) else 0)


def _name_the_way(problem: Any) -> None:
    """Say of an option that is none how the command changes the choice of the plan that has its name."""
    name = str(getattr(problem, "option_name", "")).lstrip("-").replace("-", "_")
    known = problem.ctx.command.params if problem.ctx else ()
    ways = {way for one in known for way in one.opts} & {"--set", "--grid"}
    if not ways:
        return
    from impact.evaluation.plan import CHANGEABLE

    if name in CHANGEABLE:
        typer.echo(f"A choice of the plan is changed by {max(ways)} {name}=...", err=True)


def _end(words: str, code: int) -> NoReturn:
    typer.echo(f"impact: {words}", err=True)
    raise SystemExit(code) from None
