"""The main job: a plan becomes a finished, certified report."""

import ast
import json
import subprocess
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import impact
from impact.data.kept import keep_frame
from impact.errors import PlanError
from impact.evaluation.study import Study
from impact.pipeline.blinding import blind_facts
from impact.pipeline.execute import WarmParent
from impact.pipeline.locking import lock_facts
from impact.pipeline.pages import LEFT, REPORT, Told, write_pages
from impact.pipeline.plan import checked_study, inputs_of, published, sha256_of
from impact.pipeline.store import building, certify
from impact.pipeline.timings import Step, Timings, cpu_seconds
from impact.terms import Language

Stages = tuple[tuple[str, ...], ...]
STAGES: Stages = (
    ("03_impact", "02_sample_and_comparability", "04_panel_models", "01_data_quality"),
    ("05_robustness", "07_worth_it"),  # read what the sample and the impact were found to be
    (REPORT,),
)
"""Notebooks of a stage run side by side, the longest first; a stage finds the results of those before it."""
FROM_MOMENTS: Stages = ((REPORT,),)
"""Of moments the report makes all parts itself: the other notebooks show the units."""
MARK = "INTERNAL.md"
INTERNAL = """# Internal · Interne

The figures in this folder have not passed the disclosure gate together. Only what `impact release` makes of it may leave.

Les chiffres de ce dossier ne sont pas passés ensemble par le contrôle de confidentialité. Seul ce que `impact release` en tire
peut sortir.
"""
SIDE_BY_SIDE = 2  # notebooks executed at once
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


@dataclass(frozen=True)
class Run:
    """A finished run: where it is, what its headline says, and what it wrote beside tables, figures and notebooks."""

    folder: Path
    language: Language
    headline: dict[str, Any]
    outputs: tuple[str, ...]


def run(
    plan_path: Path,
    *,
    reports: Path,
    notebooks: Path,
    changes: Mapping[str, Any] | None = None,
    step: Step = lambda _: None,
) -> Run:
    """Execute the notebooks of a plan and render its report.

    Parameters
    ----------
    plan_path, reports, notebooks : Path
    changes : Mapping, optional
        Notebook parameters that differ from the plan.
    step : callable
        Told the name of each step when it is done.

    Raises
    ------
    ImpactError
        One of its branches; nothing of a failed run stays under ``reports``.
    """
    timings = Timings(step)
    facts: dict[str, Any] = {"started": datetime.now(UTC).isoformat(timespec="seconds")}
    plan_path, reports, notebooks = plan_path.resolve(), reports.resolve(), notebooks.resolve()
    changed = {name: value for name, value in (changes or {}).items() if value is not None}
    study = checked_study(plan_path, changed)
    parameters = {"plan": plan_path.name, **changed}
    stages = FROM_MOMENTS if study.from_moments else STAGES
    _check_notebooks(notebooks, stages, {*parameters, "results"})
    said = _inputs(study, plan_path, parameters)
    facts |= said
    told = Told.of(study, plan_path, said)
    data = None if study.from_moments else study.data
    del study  # panels: each notebook makes its own while this process waits
    timings.timed("plan", cpu_seconds)  # all that this process has used so far, imports included
    with building(reports, told.plan.name) as folder:
        (folder / LEFT).mkdir()
        if data is not None:
            keep_frame(data, folder / LEFT)
        del data
        _notebooks(stages, notebooks, folder, plan_path, parameters, timings)
        headline, outputs = write_pages(folder, told, timings)
        (folder / MARK).write_text(INTERNAL, encoding="utf-8")
        timings.total()
        facts |= {"durations_s": timings.durations_s, "cpu_s": timings.cpu_s}
        certify(folder, {**facts, "finished": datetime.now(UTC).isoformat(timespec="seconds")})
    return Run(
        reports / told.plan.name, told.plan.language, headline=headline, outputs=(*outputs, MARK)
    )


def _inputs(study: Study, plan_path: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    read = {plan_path.name: plan_path, **inputs_of(study.plan, study.folder)}
    hashes = {name: sha256_of(path) for name, path in read.items()}
    versions = {name: version(name) for name in PACKAGES}
    plan = study.plan.model_dump(mode="json", by_alias=True)
    files = ("data", "schema", "programme", "indicators", "truth", "evidence", "economics")
    plan |= {key: published(plan[key]) for key in files if plan[key]}
    told = {"lock": lock_facts(study), "blind": blind_facts(study)}
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
        "git": _revision(study.folder),
    }


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
    plan_path: Path,
    parameters: Mapping[str, Any],
    timings: Timings,
) -> None:
    """Execute the notebooks stage by stage, two at a time."""
    executed = folder / "notebooks"
    executed.mkdir()
    values = {**parameters, "results": str(folder / LEFT)}
    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    with WarmParent(folder=plan_path.parent) as warm:

        def execute(name: str) -> float:
            path = source / f"{name}.ipynb"
            return warm.start(path, executed / path.name, values).wait()

        try:
            for stage in stages:
                _all_of(
                    [pool.submit(timings.timed, name, partial(execute, name)) for name in stage]
                )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    notebooks = sum(timings.cpu_s[name] for stage in stages for name in stage)
    timings.cpu_s["warm_parent"] = round(warm.cpu_s - notebooks, 2)
    for path in sorted(executed.glob("*.ipynb")):
        _without_folders(
            path, {str(folder / LEFT): LEFT, str(source): "notebooks", str(folder): "."}
        )


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


def _check_notebooks(folder: Path, stages: Stages, told: set[str]) -> None:
    """Refuse a run whose notebooks are missing or would not hear what it tells them."""
    for name in chain.from_iterable(stages):
        path = folder / f"{name}.ipynb"
        if not path.is_file():
            raise PlanError(f"{path.name}: no such notebook; run from the project's folder")
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
        # papermill's own cell writes a text in ASCII
        injected = absolute.encode("unicode_escape").decode().replace('"', '\\"')
        for shown in (absolute, injected):
            text = text.replace(json.dumps(shown, ensure_ascii=False)[1:-1], relative)
    notebook.write_text(text, encoding="utf-8")
