"""The main job: a plan becomes a finished, certified report."""

import ast
import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import impact
from impact.errors import PlanError
from impact.evaluation.design_store import DESIGNS
from impact.evaluation.plan import NAMED
from impact.evaluation.study import Study
from impact.pipeline.beside_plan import facts_beside
from impact.pipeline.execute import FreshNotebooks, Lane, WarmParent
from impact.pipeline.made_before import made_before
from impact.pipeline.pages import LEFT, REPORT, Told, write_pages
from impact.pipeline.plan import published, sha256_of, study_of
from impact.pipeline.snapshot import Snapshot
from impact.pipeline.store import building, certify
from impact.pipeline.timings import Step, Timings, cpu_seconds, most_memory_mb
from impact.reporting.render import fonts
from impact.terms import Language

Stages = tuple[tuple[tuple[str, ...], ...], ...]
STAGES: Stages = (
    (("03_impact",), ("02_sample_and_comparability", "04_panel_models", "01_data_quality")),
    (("05_robustness",), ("07_worth_it",)),  # read what the sample and the impact were found to be
    ((REPORT,),),
)
"""Lanes of a stage run side by side, the notebooks of a lane in turn; a stage finds the results of those before it."""
FROM_MOMENTS: Stages = (((REPORT,),),)
"""Of moments the report makes all parts itself: the other notebooks show the units."""
MARK = "INTERNAL.md"
INTERNAL = """# Internal · Interne

The figures in this folder have not passed the disclosure gate together. Only what `impact release` makes of it may leave.

Les chiffres de ce dossier ne sont pas passés ensemble par le contrôle de confidentialité. Seul ce que `impact release` en tire
peut sortir.
"""
PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "linearmodels",
    "matplotlib",
    "papermill",
    "typst",
    "pypandoc-binary",
    "xlsxwriter",
)


INPUTS = "inputs"  # copies that a run reads; taken away before it is published


@dataclass(frozen=True)
class Run:
    """A finished run: where it is, what its headline says, and what it wrote beside tables, figures and notebooks."""

    folder: Path
    language: Language
    headline: dict[str, Any]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Manner:
    """How the notebooks of a run are executed.

    Attributes
    ----------
    executing : callable
        Makes what executes them, of the folder that they work in.
    side_by_side : bool
        Whether the lanes of a stage run at once.
    code : str, optional
        What `code_hash` says, where it is known.
    """

    executing: Callable[[Path], WarmParent] = lambda folder: WarmParent(folder=folder)
    side_by_side: bool = True
    code: str | None = None


FRESH = Manner(lambda folder: FreshNotebooks(folder=folder))
"""Nothing is forked."""


def run(
    plan_path: Path,
    *,
    reports: Path,
    notebooks: Path,
    changes: Mapping[str, Any] | None = None,
    step: Step = lambda _: None,
    fresh: bool = False,
) -> Run:
    """Execute the notebooks of a plan and render its report.

    Parameters
    ----------
    plan_path, reports, notebooks : Path
    changes : Mapping, optional
        Notebook parameters that differ from the plan, and ``name``: another folder under ``reports``.
    step : callable
        Told the name of each step when it is done.
    fresh : bool
        A new interpreter for each lane and an ordinary kernel for each notebook, in place of forks; the results are the same.

    Raises
    ------
    ImpactError
        One of its branches; nothing of a failed run stays under ``reports`` but what the next need not simulate again.
    """
    return run_as(
        FRESH if fresh else Manner(),
        plan_path,
        reports=reports,
        notebooks=notebooks,
        changes=changes,
        timings=Timings(step),
    )


def run_as(
    manner: Manner,
    plan_path: Path,
    *,
    reports: Path,
    notebooks: Path,
    changes: Mapping[str, Any] | None,
    timings: Timings,
) -> Run:
    """Do what `run` does, the notebooks executed in a manner of the caller's."""
    plan_path, reports, notebooks = plan_path.resolve(), reports.resolve(), notebooks.resolve()
    changed = {name: value for name, value in (changes or {}).items() if value is not None}
    name = study_of(plan_path, changed).plan.name
    with building(reports, name) as folder:
        snapshot = Snapshot.of(plan_path, folder / INPUTS)
        written = write_run(folder, snapshot, changed, notebooks, timings, manner)
    return replace(written, folder=reports / name)


def write_run(
    folder: Path,
    snapshot: Snapshot,
    changed: Mapping[str, Any],
    notebooks: Path,
    timings: Timings,
    manner: Manner,
) -> Run:
    """Write a run of a snapshot into an empty folder, its certificate last."""
    began = datetime.now(UTC).isoformat(timespec="seconds")
    study = snapshot.study(changed, checked=True)
    parameters = {"plan": snapshot.plan.name, **changed}
    stages = FROM_MOMENTS if study.from_moments else STAGES
    _check_notebooks(notebooks, names_of(stages), {*parameters, "results"} - {NAMED})
    said = _identified(study, snapshot, parameters)
    told = Told.of(study, snapshot.plan, said)
    (folder / LEFT).mkdir()
    snapshot.keep(study, folder / LEFT)
    del study  # panels: each notebook makes its own while this process waits
    # all that was used so far, imports included
    timings.timed("plan", lambda: timings.before_s + cpu_seconds())
    made = made_before(folder.parent)
    _notebooks(stages, notebooks, folder, snapshot, parameters, timings, manner, made)
    if made is not None:
        fonts.share_in(made)
    headline, outputs = write_pages(folder, told, timings)
    shutil.rmtree(folder / INPUTS, ignore_errors=True)
    snapshot.refuse_changed()
    (folder / MARK).write_text(INTERNAL, encoding="utf-8")
    timings.total()
    spent = {
        "durations_s": timings.durations_s,
        "cpu_s": timings.cpu_s,
        "memory_mb": most_memory_mb(),
    }
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    code = manner.code or code_hash(notebooks)
    certify(folder, {**said, **spent, "code": code, "started": began, "finished": ended})
    return Run(folder, told.plan.language, headline=headline, outputs=(*outputs, MARK))


def _identified(study: Study, snapshot: Snapshot, parameters: Mapping[str, Any]) -> dict[str, Any]:
    versions = {name: version(name) for name in PACKAGES}
    plan = study.plan.model_dump(mode="json", by_alias=True)
    files = ("data", "schema", "programme", "indicators", "truth", "evidence", "economics")
    plan |= {key: published(plan[key]) for key in files if plan[key]}
    hashes = dict(snapshot.hashes)
    told = facts_beside(study)
    identity = json.dumps(
        [hashes, parameters, impact.__version__, plan["data"], told], sort_keys=True
    )
    return {
        "run_id": sha256(identity.encode()).hexdigest()[:12],
        "impact": impact.__version__,
        "parameters": dict(parameters),
        "plan": plan,
        "seed": study.plan.seed,
        **told,
        "rehearsal": study.rehearsal is not None,
        "inputs": hashes,
        "versions": versions,
        "git": _revision(snapshot.origin),
    }


@cache
def code_hash(notebooks: Path) -> str:
    """Return one SHA-256 of the package's files and of the notebooks that a run executes."""
    package = Path(impact.__file__).resolve().parent
    found = sha256()
    for root, pattern in ((package, "**/*"), (notebooks, "*.ipynb")):
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                found.update(f"{path.relative_to(root)}\0{sha256_of(path)}\n".encode())
    return found.hexdigest()


def _revision(folder: Path) -> dict[str, Any] | None:
    """Git revision of the project and whether its files were changed since; None outside a repository."""

    def git(*words: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["git", *words],  # noqa: S607 (the user's own git)
            cwd=folder, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
        return done.stdout.strip()

    try:
        return {"revision": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None


def _notebooks(
    stages: Stages,
    source: Path,
    folder: Path,
    snapshot: Snapshot,
    parameters: Mapping[str, Any],
    timings: Timings,
    manner: Manner,
    made: Path | None,
) -> None:
    """Execute the notebooks stage by stage."""
    executed = folder / "notebooks"
    executed.mkdir()
    values = {**parameters, "results": str(folder / LEFT)}
    values.pop(NAMED, None)
    if made is not None:
        (folder / LEFT / DESIGNS).symlink_to(made)
    if not manner.side_by_side:
        stages = tuple((tuple(chain.from_iterable(lanes)),) for lanes in stages)
    with manner.executing(snapshot.plan.parent) as warm:
        together = [list(chain.from_iterable(lane)) for lane in zip_longest(*stages, fillvalue=())]
        lanes = [warm.begin(len(names), told=values) for names in together]
        pool = ThreadPoolExecutor(len(lanes))

        def in_turn(lane: Lane, names: Iterable[str]) -> None:
            for name in names:
                path = source / f"{name}.ipynb"
                work = partial(lane.execute, path, executed / path.name, values)
                timings.timed(name, work)

        try:
            for stage in stages:
                _all_of([pool.submit(in_turn, *work) for work in zip(lanes, stage, strict=False)])
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    notebooks = sum(timings.cpu_s[name] for name in names_of(stages))
    timings.cpu_s["warm_parent"] = round(warm.cpu_s - notebooks, 2)
    names = {
        str(folder / LEFT): LEFT,
        str(snapshot.plan.parent): ".",
        str(source): "notebooks",
        str(folder): ".",
    }
    for path in sorted(executed.glob("*.ipynb")):
        _without_folders(path, names)


def _all_of(futures: list[Future[None]]) -> None:
    """Wait for all, or raise the first error at once; short waits let Ctrl-C through."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=0.2, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: here where it is the project's, else the one beside the package."""
    here = Path("notebooks").resolve()
    beside = Path(impact.__file__).resolve().parents[1] / "notebooks"
    return here if here.is_dir() or not beside.is_dir() else beside


def names_of(stages: Stages) -> tuple[str, ...]:
    """Return the notebooks of all stages."""
    return tuple(name for stage in stages for lane in stage for name in lane)


def _check_notebooks(folder: Path, names: Iterable[str], told: set[str]) -> None:
    """Refuse a run whose notebooks are missing or would not hear what it tells them."""
    for name in names:
        path = folder / f"{name}.ipynb"
        if not path.is_file():
            raise PlanError(
                f"{path.name}: no such notebook in {folder.name or folder}; run from the project's folder, or name that of the "
                "notebooks"
            )
        if deaf := sorted(told - _declared(path)):
            raise PlanError(f"{path.name}: its cell tagged parameters lacks {deaf[0]}; add it")


def _declared(notebook: Path) -> set[str]:
    """Names that a notebook's parameters cell assigns."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [c for c in content["cells"] if "parameters" in c.get("metadata", {}).get("tags", [])]
    tree = ast.parse("".join(line for cell in cells for line in cell["source"]))
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _without_folders(notebook: Path, names: Mapping[str, str]) -> None:
    """Write relative folders into an executed notebook in place of this machine's."""
    text = notebook.read_text(encoding="utf-8")
    for absolute, relative in names.items():
        # papermill's own cell writes a text in ASCII, and escapes its quotes
        for shown in (absolute, absolute.encode("unicode_escape").decode().replace('"', '\\"')):
            text = text.replace(_within_json(shown), _within_json(relative))
    notebook.write_text(text, encoding="utf-8")


def _within_json(text: str) -> str:
    """Return a text as it stands within one of JSON, letter for letter, so that parts of a text stand for parts of it."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
