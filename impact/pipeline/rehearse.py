"""The command before the data: a plan, run by itself on simulated raw files, and what its design is worth beside others."""

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import impact
from impact.check_result import plain
from impact.diagnostics.redesign import Costs
from impact.diagnostics.redesign_grid import PLANNED_DRAWS, Grid, search
from impact.errors import PlanError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_columns
from impact.evaluation.rehearsal.mark import MARK
from impact.evaluation.rehearsal.rehearsal import Rehearsal
from impact.evaluation.study import Study
from impact.evaluation.truth import Truth
from impact.pipeline.plan import checked_study, lock_file, reasons_file, sha256_of, study_of
from impact.pipeline.run import Run, run
from impact.pipeline.store import building, certify
from impact.pipeline.timings import Step
from impact.pipeline.two_pages import write_two_pages
from impact.reporting.rehearsal.pages import (
    design_line,
    finding,
    rehearsal_pages,
    rehearsal_title,
)
from impact.reporting.rehearsal.told import Told
from impact.reporting.voice import Voice
from impact.terms import POWER, Language

LANGUAGES: tuple[Language, ...] = ("en", "fr")
ASKED = ("firm", "interview", "round", "cluster")
"""What may cost something."""


@dataclass(frozen=True)
class Asked:
    """What the command is asked.

    Attributes
    ----------
    beliefs : mapping
        Numbers in place of those of baseline, plan and defaults.
    costs : mapping
        Of `ASKED`, in place of the plan's `design_costs`; interviews are counted where nothing costs anything.
    power : float
        That a design must reach.
    from_data : bool
        Whether data that are there are a baseline.
    report : bool
        Whether one draw is run to its report.
    draws : int
        Simulated studies of the planned design.
    """

    beliefs: Mapping[str, float]
    costs: Mapping[str, float]
    power: float = POWER
    from_data: bool = True
    report: bool = True
    draws: int = PLANNED_DRAWS

    def __post_init__(self) -> None:
        """Refuse costs of nothing known, below zero, and a power that is none.

        Raises
        ------
        PlanError
        """
        for name, cost in self.costs.items():
            if name not in ASKED or not 0 <= cost < math.inf:
                raise PlanError(
                    f"--cost: {', '.join(ASKED)} may cost something, each 0 or more; write --cost interview=120"
                )
        if not 0 < self.power < 1:
            raise PlanError("--power: a share between 0 and 1, such as 0.8; change it")


@dataclass(frozen=True)
class Rehearsed:
    """What was written, and what the designs are worth."""

    files: Path
    pages: Path
    run: Run | None
    told: Told
    study: Study


def rehearse(
    plan_path: Path,
    *,
    folder: Path,
    notebooks: Path,
    asked: Asked,
    step: Step = lambda _: None,
) -> Rehearsed:
    """Simulate a plan's raw files, search for designs, and run the plan on the files.

    Parameters
    ----------
    plan_path : Path
        Its bytes are copied, and those of its lock and of the reasons of departures; nothing of it is changed.
    folder : Path
        ``<name>-files`` (plan and raw files), ``<name>`` (the report) and ``<name>-rehearsal`` (pages on the design) go here.
    notebooks : Path
    asked : Asked
    step : callable
        Told the name of each step when it is done.

    Raises
    ------
    ImpactError
        For what cannot be rehearsed, naming the key; and as `run`.
    """
    study = study_of(plan_path, {})
    check_columns(study.plan, study.schema)
    rehearsal = Rehearsal.of(study, options=asked.beliefs, from_data=asked.from_data)
    name = study.plan.name
    with building(folder, f"{name}-files") as files:
        truth, inputs = write_files(rehearsal, plan_path, files)
        certify(
            files,
            {
                "run_id": _identity(inputs),
                "impact": impact.__version__,
                "rehearsal": True,
                "inputs": inputs,
            },
        )
    step("files")
    copy = folder / f"{name}-files" / rehearsal.home / plan_path.name
    rehearsed = checked_study(copy, {})
    step("intake")
    costs = costs_of(study.plan, asked.costs)
    grid = search(
        rehearsal.design,
        rehearsed.estimator(),
        costs=Costs(**(costs or {"interview": 1.0})),
        believes="the_lot" if rehearsed.compares_arms else "design_check",
        asked=asked.power,
        planned_draws=asked.draws,
        seed=study.plan.seed,
    )
    step("designs")
    told = Told(
        grid=grid,
        beliefs=rehearsal.beliefs,
        shown=rehearsal.shown,
        truth=truth,
        in_money=bool(costs),
        from_baseline=rehearsal.baseline is not None,
        cap=study.plan.winsorise,
    )
    pages = _write_pages(rehearsed, told, folder, inputs)
    step("pages")
    done = run(copy, reports=folder, notebooks=notebooks, step=step) if asked.report else None
    return Rehearsed(folder / f"{name}-files", pages, done, told, rehearsed)


def costs_of(plan: Plan, given: Mapping[str, float]) -> dict[str, float]:
    """Return what things cost: what the command was given, else what the plan says; nothing where neither has a cost."""
    return {name: cost for name, cost in plan.design_costs if cost} | dict(given)


def write_files(rehearsal: Rehearsal, plan_path: Path, to: Path) -> tuple[Truth, dict[str, str]]:
    """Write a plan's bytes, its lock and the reasons of its departures, what it names, and the files that are simulated.

    Returns
    -------
    tuple of (Truth, dict)
        The effect that was put in, and the hashes of plan, lock and mark by name.
    """
    truth, home = rehearsal.write(to), to / rehearsal.home
    for held in (plan_path, lock_file(plan_path), reasons_file(plan_path)):
        if held.is_file():
            shutil.copyfile(held, home / held.name)
    copy = home / plan_path.name
    given = (copy, lock_file(copy), home / MARK)
    return truth, {path.name: sha256_of(path) for path in given if path.is_file()}


def _identity(inputs: Mapping[str, str]) -> str:
    return sha256("".join(inputs.values()).encode()).hexdigest()[:12]


def _write_pages(study: Study, told: Told, folder: Path, inputs: Mapping[str, str]) -> Path:
    """Write the pages in both languages, the designs as a table and as JSON."""
    plan, name = study.plan, f"{study.plan.name}-rehearsal"
    with building(folder, name) as built:
        for language in LANGUAGES:
            own = Study(plan.changed(language=language), study.folder)
            _pages(Voice(own), told, built / f"rehearsal.{language}.pdf")
        told.grid.table.to_csv(built / "designs.csv", index=False, lineterminator="\n")
        (built / "rehearsal.json").write_text(_as_json(told), encoding="utf-8")
        certify(
            built,
            {
                "run_id": _identity(inputs),
                "impact": impact.__version__,
                "seed": plan.seed,
                "rehearsal": True,
                "inputs": dict(inputs),
            },
        )
    return folder / name


def _pages(voice: Voice, told: Told, output: Path) -> None:
    t = voice.t
    write_two_pages(
        voice,
        rehearsal_pages(voice, told),
        output,
        kind=t("REHEARSAL of an impact evaluation"),
        title=rehearsal_title(voice, told),
        disclaimer=t("Simulated before any data were read; the views are those of the authors.")
        if not told.from_baseline
        else t("Simulated like the data that are there; the views are those of the authors."),
    )


def _as_json(told: Told) -> str:
    grid: Grid = told.grid
    best = grid.cheapest
    values = {
        "REHEARSAL": True,
        "asked": grid.asked,
        "cheapest": None if best is None else plain(best.to_dict()),
        "planned": plain(grid.planned.to_dict()),
        "designs": plain(grid.table.to_dict("records")),
        "refused": list(grid.refused),
        "selected": None if grid.selected is None else plain(grid.selected.to_dict("records")),
        "beliefs": {
            name: {"value": one.value, "origin": one.origin}
            for name, one in told.beliefs.by_name.items()
            if name in told.shown
        },
        "truth": told.truth.model_dump(mode="json"),
    }
    return json.dumps(values, indent=1, sort_keys=True) + "\n"


def summary(done: Rehearsed) -> str:
    """Return the finding and the designs in plain text, for the terminal."""
    voice, told = Voice(done.study), done.told
    lines = [rehearsal_title(voice, told), finding(voice, told)]
    lines += [f"  {design_line(voice, told, row)}" for _, row in told.grid.table.iterrows()]
    return "\n".join(lines)
