"""What a notebook opens: the study of its parameters, with its parts and how they are shown."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from impact.data.panel import Panel
from impact.disclosure.declared.kept_back import KeptBack
from impact.errors import PlanError
from impact.evaluation.store import NEEDS, part_of, write_part
from impact.evaluation.study import Study
from impact.pipeline.answers import Answers
from impact.pipeline.read_ahead import study_in
from impact.reporting.exhibits import Displayed, Exhibits
from impact.reporting.sections import sample
from impact.reporting.sections.certainty import certainty
from impact.reporting.sections.comparison import comparison
from impact.reporting.sections.effects import effects
from impact.reporting.sections.evidence import Evidence
from impact.reporting.sections.evidence_elsewhere import evidence_elsewhere
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import first_page
from impact.reporting.sections.how_sure import how_sure
from impact.reporting.sections.impact import impact
from impact.reporting.sections.lessons import lessons
from impact.reporting.sections.openings import Opened, opening
from impact.reporting.sections.panel_models import panel_models
from impact.reporting.sections.programme import programme
from impact.reporting.sections.quality import data_quality
from impact.reporting.sections.robustness import robustness
from impact.reporting.sections.summary_of_findings import summary_of_findings
from impact.reporting.sections.technical_annex import technical_annex
from impact.reporting.sections.why import why
from impact.reporting.sections.worth_it import worth_it
from impact.reporting.sections.worth_the_money import worth_the_money
from impact.reporting.voice import Voice


def open_study(
    *, plan: str = "evaluation.yml", results: str | None = None, **choices: Any
) -> "NotebookStudy":
    """Open the study that a notebook's parameters describe.

    Parameters
    ----------
    plan : str
        Plan file, found from the working folder or one above it.
    results : str, optional
        Folder of results already computed; None computes them here, or takes those that another notebook has computed of the
        same plan, files and code.
    **choices
        What differs from the plan, as `Plan.told` takes it; None is as in the plan.
    """
    for name, path in (("plan", plan), ("results", results or "")):
        if not isinstance(path, str):
            raise PlanError(f"{name}: a parameter that is a path, in quotes")
    left = Path(results) if results else None
    study = study_in(find_plan(plan), left, choices)
    return NotebookStudy(study=study, results=left, answers=None if results else Answers.of(study))


def find_plan(name: str) -> Path:
    """Return the plan's path from the working folder or the nearest one above, so that notebooks run from anywhere inside."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / name).is_file():
            return (folder / name).resolve()
    raise PlanError(f"{Path(name).name}: no such plan here or in a folder above; give its path")


@dataclass(frozen=True)
class NotebookStudy:
    """A study inside a notebook. Each method shows one section and, in a run, leaves its results for the report."""

    study: Study
    results: Path | None = None
    parts: dict[str, Any] = field(default_factory=dict, repr=False)
    kept_back: KeptBack | None = None
    answers: Answers | None = None

    @cached_property
    def voice(self) -> Voice:
        """The study's language."""
        return Voice(self.study, drawings=self.results)

    def opening(self, notebook: Opened) -> Exhibits:
        """Show what a notebook answers and what to look for. It stands in the notebook only, not in the report."""
        return opening(self.voice, notebook)

    def panel(self, outcome: str | None = None, **choices: Any) -> Panel:
        """Return the study's panel, as `Study.panel`."""
        return self.study.panel(outcome, **choices)

    def estimator(self, **changes: Any) -> Any:
        """Return the study's main estimator, as `Study.estimator`."""
        return self.study.estimator(**changes)

    def part(self, name: str) -> Any:
        """Return a part, computed once: read from the run's results where it is there."""
        if name not in self.parts and self.answers is not None:
            self.parts[name] = self.answers.part(name, lambda: self._made(name))
        if name not in self.parts:
            self.parts[name] = self._made(name)
            if self.results is not None and self.study.from_moments:  # no notebook before left it
                write_part(self.parts[name], self.results)
        return self.parts[name]

    def _made(self, name: str) -> Any:
        for needed in NEEDS.get(name, ()):
            self.part(needed)
        return part_of(self.study, name, results=self.results, known=self.parts)

    @cached_property
    def findings(self) -> Findings:
        """All parts."""
        return Findings(
            quality=self.part("data_quality"),
            sample=self.part("sample"),
            impact=self.part("impact"),
            certainty=self.part("certainty"),
            panel_models=self.part("panel_models"),
            robustness=self.part("robustness"),
            economics=self.part("economics"),
            plan=self.study.plan,
            kept_back=self.kept_back,
        )

    def data_quality(self) -> Exhibits:
        """Show what the data are like."""
        return self._section("data_quality", "data_quality", data_quality)

    def sample_flow(self) -> Exhibits:
        """Show who is in the sample and who is lost."""
        return self._section("sample_flow", "sample", sample.sample_flow)

    def comparability(self) -> Exhibits:
        """Show how alike the groups were before."""
        return self._section("comparability", "sample", sample.comparability)

    def impact(self) -> Exhibits:
        """Show the effect."""
        return self._section("impact", "impact", impact)

    def panel_models(self) -> Exhibits:
        """Show the textbook models."""
        return self._section("panel_models", "panel_models", panel_models)

    def robustness(self) -> Exhibits:
        """Show whether other choices tell the same story."""
        return self._section("robustness", "robustness", robustness)

    def certainty(self) -> Exhibits:
        """Show how sure the effect is."""
        return self._section("certainty", "certainty", self._certainty)

    def _certainty(self, voice: Voice, part: Any) -> Exhibits:
        evidence = Evidence(
            impact=self.part("impact"),
            sample=self.part("sample"),
            certainty=part,
            robustness=self.part("robustness"),
            plan=self.study.plan,
        )
        return certainty(voice, evidence)

    def worth_it(self) -> Exhibits:
        """Show whether the results justify the resources: the appraisal with all that it rests on."""
        return self._section("worth_it", "economics", worth_it)

    def first_page(self) -> Exhibits:
        """Show part 1 of the report: the minister's page."""
        return self._kept(first_page(self.voice, self.findings))

    def summary_of_findings(self) -> Exhibits:
        """Show part 2 of the report: every outcome in one table."""
        return self._kept(summary_of_findings(self.voice, self.findings))

    def programme(self) -> Exhibits:
        """Show part 3 of the report: the programme as planned and delivered."""
        return self._kept(programme(self.voice, self.findings))

    def comparison(self) -> Exhibits:
        """Show part 4 of the report: who is compared with whom."""
        return self._kept(comparison(self.voice, self.findings))

    def effects(self) -> Exhibits:
        """Show part 5 of the report: the effect over time, by cohort and for whom."""
        return self._kept(effects(self.voice, self.findings))

    def why(self) -> Exhibits:
        """Show part 6 of the report: scales, families of outcomes, and dose."""
        return self._kept(why(self.voice, self.findings))

    def how_sure(self) -> Exhibits:
        """Show part 7 of the report: the rating as a ladder, and seven questions."""
        return self._kept(how_sure(self.voice, self.findings))

    def worth_the_money(self) -> Exhibits:
        """Show part 8 of the report: what it returned, what it would take, and what that hinges on."""
        return self._kept(worth_the_money(self.voice, self.findings))

    def evidence_elsewhere(self) -> Exhibits:
        """Show part 9 of the report: published effects of like programmes."""
        return self._kept(evidence_elsewhere(self.voice, self.findings))

    def lessons(self) -> Exhibits:
        """Show part 10 of the report: lessons, or drafts of them."""
        return self._kept(lessons(self.voice, self.findings))

    def technical_annex(self) -> Exhibits:
        """Show part 11 of the report: method, tables in full, and how to check any number."""
        return self._kept(technical_annex(self.voice, self.findings))

    def _section(self, name: str, part: str, section: Callable[[Voice, Any], Exhibits]) -> Exhibits:
        """Make a section of a part and, in a run, leave it for the report, which displays it again as it is."""
        if self.results is None:
            return section(self.voice, self.part(part))
        path = self.results / f"{name}.displayed.json"
        if path.is_file():
            return Exhibits([Displayed(*bundle) for bundle in json.loads(path.read_text("utf-8"))])
        exhibits = self._kept(section(self.voice, self._left(part)))
        path.write_text(json.dumps(exhibits.bundles()), encoding="utf-8")
        return exhibits

    def _left(self, name: str) -> Any:
        """Return a part and, in a run, leave its results for the report."""
        part = self.part(name)
        if self.results is not None:
            write_part(part, self.results)
        return part

    def _kept(self, exhibits: Exhibits) -> Exhibits:
        """Write tables and figures beside the results of a run, and let exhibits carry what their numbers were written for."""
        if self.results is None:
            return exhibits
        exhibits = replace(exhibits, written=self.voice.f.written)
        for kind, items in (("tables", exhibits.tables()), ("figures", exhibits.figures())):
            folder = self.results.parent / kind
            folder.mkdir(parents=True, exist_ok=True)
            for item in items:
                if kind == "tables":
                    item.to_csv(folder / f"{item.label}.csv")  # type: ignore[union-attr]
                else:
                    (folder / f"{item.label}.svg").write_bytes(item.svg)  # type: ignore[union-attr]
        return exhibits
