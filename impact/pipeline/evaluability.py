"""The command before there is data: a plan and its economics file become two pages in each language, and their figures."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import impact
from impact.check_result import plain
from impact.errors import PlanError
from impact.evaluation.economics_file import read_economics
from impact.evaluation.evaluability import Evaluability, evaluability
from impact.evaluation.plan import Plan
from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan, sha256_of
from impact.pipeline.store import building, certify
from impact.pipeline.two_pages import write_two_pages
from impact.reporting.sections.evaluability import evaluability_pages, evaluability_title
from impact.reporting.voice import Voice
from impact.terms import Language

LANGUAGES: tuple[Language, ...] = ("en", "fr")


@dataclass(frozen=True)
class Advised:
    """The folder written, and what stands in it."""

    folder: Path
    found: Evaluability


def write_evaluability(plan_path: Path, *, reports: Path) -> Advised:
    """Ask whether a plan can be evaluated, and write ``<name>-evaluability`` under the reports folder.

    The data that the plan names are not read, and need not exist.

    Parameters
    ----------
    plan_path, reports : Path

    Raises
    ------
    PlanError
        For a plan without an economics file, or one without what is believed before there is data.
    ImpactError
        As rendering and storage do; nothing half-written stays.
    """
    plan, folder = read_plan(plan_path), plan_path.resolve().parent
    if plan.economics is None:
        raise PlanError(f"{plan_path.name}: economics: the plan names no such file; add it")
    economics = folder / plan.economics
    found: Evaluability | None = None
    with building(reports, f"{plan.name}-evaluability") as built:
        for language in LANGUAGES:
            own = plan.changed(language=language)
            file = read_economics(economics, currency=plan.currency, language=language)
            found = found or evaluability(plan, file)
            _pages(Voice(Study(own, folder)), found, built / f"evaluability.{language}.pdf")
        assert found is not None  # noqa: S101 (there is a language)
        _figures(found, built / "evaluability.json")
        inputs = {path.name: sha256_of(path) for path in (plan_path, economics)}
        certify(
            built,
            {
                "run_id": sha256("".join(inputs.values()).encode()).hexdigest()[:12],
                "impact": impact.__version__,
                "seed": plan.seed,
                "inputs": inputs,
            },
        )
    return Advised(reports / f"{plan.name}-evaluability", found)


def _pages(voice: Voice, found: Evaluability, output: Path) -> None:
    t = voice.t
    write_two_pages(
        voice,
        evaluability_pages(voice, found),
        output,
        kind=t("Evaluability, before there is data"),
        title=evaluability_title(voice, found),
        disclaimer=t("Simulated before any data were read; the views are those of the authors."),
    )


def _figures(found: Evaluability, output: Path) -> None:
    values = {
        "advice": found.advice,
        "advised": found.advised,
        "needed": found.needed,
        "needed_percent": found.needed_percent,
        "designs": plain(found.designs.to_dict("records")),
    }
    output.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def summary(plan: Plan, found: Evaluability) -> str:
    """Return the advice and the studies in plain text, for the terminal."""
    voice = Voice(Study(plan, Path()))
    lines = [evaluability_title(voice, found)]
    for row in found.designs.to_dict("records"):
        lines.append(
            f"  {row['treated']} took part, {row['comparison']} others, {row['rounds_before']} + {row['rounds_after']} rounds: "
            f"finds from {row['smallest_detectable']:.0f}% on, right decisions {100 * row['right']:.0f}%"
        )
    return "\n".join(lines)
