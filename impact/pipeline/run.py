"""The main job: a plan becomes a finished, certified report."""

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import impact
from impact.data.readers import declared_outcome
from impact.errors import PlanError
from impact.evaluation.plan import Plan
from impact.evaluation.store import PARTS, read_part
from impact.evaluation.study import Study
from impact.pipeline.execute import Execution
from impact.pipeline.parameters import Parameters
from impact.pipeline.plan import inputs_of, read_plan, sha256_of
from impact.pipeline.store import building, certify
from impact.reporting.render import Cover, render_html, render_pdf
from impact.reporting.words.catalogue import Words

ANALYSES = (
    "01_data_quality",
    "02_sample_and_comparability",
    "03_impact",
    "04_panel_models",
    "05_robustness",
)
REPORT = "06_report"
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
)

Step = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """A finished run: where it is and what its headline says."""

    folder: Path
    headline: dict[str, Any]


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
    began = time.monotonic()
    facts: dict[str, Any] = {"started": datetime.now(UTC).isoformat(timespec="seconds")}
    plan_path = plan_path.resolve()
    reports, notebooks = reports.resolve(), notebooks.resolve()
    plan = read_plan(plan_path)
    parameters = Parameters.of({**(changes or {}), "plan": plan_path.name})
    study = _checked(plan, plan_path.parent, parameters)
    facts |= _inputs(plan, plan_path, parameters)
    step("plan")
    durations: dict[str, float] = {}

    def timed(name: str, work: Callable[[], None]) -> None:
        start = time.monotonic()
        work()
        durations[name] = round(time.monotonic() - start, 2)
        step(name)

    with building(reports, plan.name) as folder:
        _notebooks(notebooks, folder, plan_path, parameters, timed)
        cover = _cover(study, facts)
        notebook = folder / "notebooks" / f"{REPORT}.ipynb"
        timed("report.html", lambda: render_html(notebook, folder / "report.html", cover=cover))
        timed("report.pdf", lambda: render_pdf(notebook, folder / "report.pdf", cover=cover))
        headline = _results(folder, study)
        durations["total"] = round(time.monotonic() - began, 2)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        certify(folder, {**facts, "finished": finished, "durations_s": durations})
    return Run(folder=reports / plan.name, headline=headline)


def _checked(plan: Plan, folder: Path, parameters: Parameters) -> Study:
    """Read schema and data once before any kernel starts, so that a wrong column is told at once."""
    study = Study(parameters.plan_with(plan), folder)
    for outcome in study.plan.outcomes:
        declared_outcome(study.schema, outcome)
    if study.plan.cohort is None and study.schema.cohort is None:
        raise PlanError(
            "cohort: name the column of first treated periods in the plan or the schema"
        )
    study.panel()
    _ = study.events
    return study


def _inputs(plan: Plan, plan_path: Path, parameters: Parameters) -> dict[str, Any]:
    folder = plan_path.parent
    hashes = {plan_path.name: sha256_of(plan_path)}
    hashes |= {str(path.relative_to(folder)): sha256_of(path) for path in inputs_of(plan, folder)}
    versions = {name: version(name) for name in PACKAGES}
    chosen = parameters.model_dump()
    identity = json.dumps([hashes, chosen, impact.__version__, plan.data], sort_keys=True)
    return {
        "run_id": sha256(identity.encode()).hexdigest()[:12],
        "impact": impact.__version__,
        "parameters": chosen,
        "plan": plan.model_dump(mode="json", by_alias=True),
        "seed": parameters.seed if parameters.seed >= 0 else plan.seed,
        "inputs": hashes,
        "versions": versions,
        "git": _revision(folder),
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
    source: Path,
    folder: Path,
    plan_path: Path,
    parameters: Parameters,
    timed: Callable[[str, Callable[[], None]], None],
) -> None:
    """Execute the analyses two at a time, then the report from their results."""
    executed = folder / "notebooks"
    executed.mkdir()
    values = {**parameters.model_dump(), "results": str(folder / "results")}
    running: list[Execution] = []

    def execute(name: str) -> None:
        path = source / f"{name}.ipynb"
        if not path.is_file():
            raise PlanError(f"{path.name}: no such notebook; run from the project's folder")
        known = _declared(path)
        output = executed / path.name
        execution = Execution(
            path, output, {k: v for k, v in values.items() if k in known}, folder=plan_path.parent
        )
        running.append(execution)
        execution.wait()

    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    try:
        _all_of([pool.submit(timed, name, partial(execute, name)) for name in ANALYSES])
        timed(REPORT, partial(execute, REPORT))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for execution in running:
            execution.stop()
        pool.shutdown(wait=True)
    for path in sorted(executed.glob("*.ipynb")):
        _without_folders(
            path, {str(folder / "results"): "results", str(source): "notebooks", str(folder): "."}
        )


def _all_of(futures: list[Future[None]]) -> None:
    """Wait for all, or raise the first error at once; short waits let Ctrl-C through."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=0.2, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()


def _declared(notebook: Path) -> set[str]:
    """Names in a notebook's parameters cell."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            lines = "".join(cell["source"]).splitlines()
            return {
                line.split(":")[0].strip()
                for line in lines
                if ":" in line and not line.startswith("#")
            }
    raise PlanError(f"{notebook.name}: no cell tagged parameters; add one")


def _without_folders(notebook: Path, names: Mapping[str, str]) -> None:
    """Write relative folders into an executed notebook in place of this machine's."""
    text = notebook.read_text(encoding="utf-8")
    for absolute, relative in names.items():
        text = text.replace(absolute, relative)
    notebook.write_text(text, encoding="utf-8")


def _cover(study: Study, facts: Mapping[str, Any]) -> Cover:
    t = Words(study.plan.language)
    panel = study.panel()
    first, last = (panel.time_axis.label(panel.times[i]) for i in (0, -1))
    git = facts["git"]
    code = f"impact {facts['impact']}" + (f" ({git['revision'][:10]})" if git else "")
    provenance = (
        (t("Run"), facts["run_id"]),
        (t("Periods"), f"{first} – {last}"),
        (t("Source of the data"), study.schema.source),
        *(
            ((t("SHA-256 of {name}", name=name)), digest[:16])
            for name, digest in facts["inputs"].items()
        ),
        (t("Code"), code),
    )
    return Cover(
        title=study.plan.title.in_language(study.plan.language),
        subtitle=study.schema.title.in_language(study.plan.language),
        disclaimer=t(
            "The views in this report are those of its authors, not of the programme's funder."
        ),
        provenance=provenance,
        language=study.plan.language,
        words={
            "kind": t("Impact evaluation"),
            "contents": t("Contents"),
            "table": t("Table"),
            "figure": t("Figure"),
            "skip": t("Skip to content"),
        },
    )


def _results(folder: Path, study: Study) -> dict[str, Any]:
    """Assemble results.json from the parts and return the headline."""
    source = folder / "results"
    parts = {
        name: json.loads((source / f"{name}.json").read_text(encoding="utf-8")) for name in PARTS
    }
    effect = read_part(source / "impact.json").effects[0]
    headline = {
        "outcome": effect.outcome,
        "unit": study.unit(effect.outcome),
        **effect.verdict.to_dict(),
        "percent": list(effect.verdict_percent) if effect.verdict_percent else None,
    }
    text = json.dumps(
        {"headline": headline, "parts": parts}, indent=1, sort_keys=True, ensure_ascii=False
    )
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    for path in source.iterdir():
        path.unlink()
    source.rmdir()
    return headline
