"""The pages of a run: results.json of its parts, the report in every format, and where each numeral comes from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from impact.evaluation.economics_file import EconomicsFile
from impact.evaluation.grounds import grounds_of
from impact.evaluation.indicators import Indicators
from impact.evaluation.plan import Plan
from impact.evaluation.rating import rating
from impact.evaluation.rehearsal.mark import Rehearsed
from impact.evaluation.store import PARTS, decode, encode, read_part
from impact.evaluation.study import Study
from impact.pipeline.appraised_workbook import write_economics
from impact.pipeline.codebook import codebook_of
from impact.pipeline.numbers import RESULTS, sources_of, write_numbers
from impact.pipeline.plan import inputs_of
from impact.pipeline.store import CERTIFICATE
from impact.pipeline.timings import Timings
from impact.reporting.codebook.description import Codebook
from impact.reporting.codebook.write import CODEBOOKS, write_codebook
from impact.reporting.ledger import LEDGER
from impact.reporting.places import places_of
from impact.reporting.render import (
    INDICATORS,
    Cover,
    Trail,
    render_brief,
    render_docx,
    render_html,
    render_indicators,
    render_pdf,
    render_xlsx,
)
from impact.reporting.render.book import read_book
from impact.reporting.render.origins import EXPLORER
from impact.reporting.render.pandoc import publish
from impact.reporting.render.tracing import passages_of
from impact.reporting.site.explorer import explorer_page
from impact.reporting.site.specifications import Specifications
from impact.reporting.voice import Voice
from impact.reporting.words.catalogue import Words

Status = Literal["internal", "released"]
REPORT = "06_report"
LEFT = "results"  # what notebooks of a run leave to one another; emptied before it is published
RATED = ("impact", "sample", "certainty", "robustness")  # parts that the rating rests on
PAGES = {
    "report.html": render_html,
    "report.pdf": render_pdf,
    "report.docx": render_docx,
    "brief.pdf": render_brief,
    "brief.docx": render_brief,
    "tables.xlsx": render_xlsx,
}
LEADING = {"report.html", "report.pdf", "report.docx"}  # pages that lead to the run's files


@dataclass(frozen=True)
class Told:
    """What the files of a run tell beside its parts, read off plan and data before any of them is written.

    Attributes
    ----------
    study : Study
        For its plan and folder; its panels are not kept.
    facts : Mapping
        What run.json will say of the run.
    inputs : Mapping
        Name to path of the files that were read.
    """

    study: Study
    label: str
    unit: str
    cover: Cover
    indicators: Indicators | None  # real figures of the monitoring plan: a rehearsal has none
    economics: EconomicsFile | None
    codebook: Codebook | None
    inputs: Mapping[str, Path]
    facts: Mapping[str, Any]

    @classmethod
    def of(
        cls, study: Study, plan_path: Path, facts: Mapping[str, Any], *, status: Status = "internal"
    ) -> "Told":
        """Read it off a study; ``status`` says on the last page whether figures passed the gate."""
        return cls(
            study=replace(study),
            label=study.label(study.outcome),
            unit=study.unit(study.outcome),
            cover=cover_of(study, facts, status=status),
            indicators=None if study.rehearsal is not None else study.indicators,
            economics=study.economics,
            codebook=None if status == "released" or study.from_moments else codebook_of(study),
            inputs={plan_path.name: plan_path, **inputs_of(study.plan, study.folder)},
            facts=facts,
        )

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.study.plan


def write_pages(
    folder: Path, told: Told, timings: Timings
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Write all that is made of executed notebooks and the parts they left, and return headline and names of the files."""
    headline = assemble_results(
        folder,
        label=told.label,
        unit=told.unit,
        plan=told.plan,
        blind=told.study.blind,
        rehearsal=told.study.rehearsal,
    )
    render_pages(folder, timings, told=told, estimate=headline["estimate"])
    explored = write_explorer(folder, told)
    tracked: tuple[str, ...] = ()
    if told.indicators is not None:
        render_indicators(
            told.indicators,
            folder / INDICATORS,
            language=told.plan.language,
            blind=told.study.blind,
        )
        tracked = (INDICATORS,)
    described: tuple[str, ...] = ()
    if told.codebook is not None:  # its counts are declared to no gate
        write_codebook(told.codebook, Voice(told.study), folder)
        described = CODEBOOKS
    appraised = write_economics(
        folder,
        folder / "notebooks" / f"{REPORT}.ipynb",
        file=told.economics,
        currency=told.plan.currency,
        cover=told.cover,
    )
    return headline, (
        *PAGES,
        *explored,
        *tracked,
        *appraised,
        *described,
        RESULTS,
        LEDGER,
        CERTIFICATE,
    )


def write_explorer(folder: Path, told: Told) -> tuple[str, ...]:
    """Write the page on all specifications, where the run has them and they may stand in it, and return its name."""
    certainty = decode(stored_parts(folder / RESULTS).get("certainty"))
    if certainty is None or certainty.curve is None:
        return ()
    found = Specifications(certainty.curve, told.plan)
    publish(explorer_page(found, Voice(told.study), unit=told.unit), folder / EXPLORER)
    return (EXPLORER,)


def render_pages(folder: Path, timings: Timings, *, told: Told, estimate: float) -> None:
    """Render what the report notebook showed, and write down where each numeral comes from."""
    notebook, cover, plan = folder / "notebooks" / f"{REPORT}.ipynb", told.cover, told.plan
    sources = sources_of(folder, words=Words(plan.language), inputs=told.inputs, facts=told.facts)
    book = read_book(notebook, cover.words)
    passages = passages_of(book, sources)
    trail = Trail(passages, places_of(notebook.parent), cover.words)
    for page, render in PAGES.items():
        leading = {"trail": trail} if page in LEADING else {}
        timings.timed(page, partial(render, notebook, folder / page, cover=cover, **leading))
    timings.timed(
        "numbers",
        partial(
            write_numbers,
            folder,
            passages=[*passages, *passages_of(trail.annex_of(book), sources)],
            sources=sources,
            language=plan.language,
            estimate=estimate,
        ),
    )


def cover_of(study: Study, facts: Mapping[str, Any], *, status: Status) -> Cover:
    """Return what every format says around the exhibits."""
    t = Words(study.plan.language)
    known = study.moments if study.from_moments else study.panel()
    first, last = (known.time_axis.label(known.times[i]) for i in (0, -1))
    git = facts["git"]
    code = f"impact {facts['impact']}" + (f" ({git['revision'][:10]})" if git else "")
    provenance = (
        (t("Status"), _status(t, status, rehearsal=study.rehearsal is not None)),
        (t("Run"), facts["run_id"]),
        (t("Periods"), f"{first} – {last}"),
        (t("Source of the data"), study.schema.source_in(study.plan.language)),
        *(
            ((t("SHA-256 of {name}", name=name)), digest[:16])
            for name, digest in facts["inputs"].items()
        ),
        (t("Code"), code),
    )
    return Cover(
        title=study.plan.title.in_language(study.plan.language),
        subtitle=_subtitle(study),
        disclaimer=t(
            "The views in this report are those of its authors, not of the programme's funder."
        ),
        provenance=provenance,
        language=study.plan.language,
        words=_fixed_words(t, funded=study.programme is not None),
    )


def _subtitle(study: Study) -> str:
    """What the data are, and of which part of the firms."""
    title, part = study.schema.title.in_language(study.plan.language), Voice(study).part_of_firms
    return f"{title} · {part}" if part else title


def _status(t: Words, status: Status, *, rehearsal: bool) -> str:
    if rehearsal:
        return t(
            "Rehearsal: all data were simulated before there were any; no figure is a finding."
        )
    if status == "internal":
        return t(
            "Internal: no figure has passed the disclosure gate yet; only a release may leave."
        )
    return t("Released: every figure passed the disclosure gate, beside all earlier releases.")


def _fixed_words(t: Words, *, funded: bool) -> dict[str, str]:
    """Words of the book that are of no part: headings, labels, the columns of its table of numbers."""
    return {
        "kind": t("Impact evaluation"),
        "contents": t("Contents"),
        "table": t("Table"),
        "figure": t("Figure"),
        "skip": t("Skip to content"),
        "provenance": t("Provenance"),
        "how_to_read": t("How to read."),
        "data": t("Data"),
        "code": t("Code"),
        "cell": t("cell"),
        "numbers": t("Where numbers come from"),
        "numbers_note": t(
            "A number of the text leads to its row, on a screen as a link, on paper by its code in the margin; one of few "
            "digits only where it is known which of the equal values it is. "
            "Numbers in tables have their row in the CSV file named below the table."
        ),
        "numbers_all": t("The numbers of the text"),
        "number_code": t("No."),
        "as_written": t("As written"),
        "value": t("Value"),
        "result": t("Place in the results"),
        "computed_in": t("Computed in"),
        "program_overview": t("Program overview"),
        "key_findings": t("Key findings"),
        "evaluation_questions": t("Evaluation questions"),
        "detailed_findings": t("Detailed findings"),
        "mcc_learning": t("MCC learning") if funded else t("Learning"),
        "evaluation_methods": t("Evaluation methods"),
    }


def stored_parts(results: Path) -> dict[str, Any]:
    """Return the parts in a run's results.json, as `encode` has them."""
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))["parts"]
    return found


def assemble_results(
    folder: Path,
    *,
    label: str,
    unit: str,
    plan: Plan,
    blind: bool = False,
    rehearsal: Rehearsed | None = None,
) -> dict[str, Any]:
    """Assemble results.json from the rating and the parts, and return the headline; of a rehearsal it says so first."""
    source = folder / LEFT
    left = {name: source / f"{name}.json" for name in PARTS}
    parts = {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, path in left.items()
        if path.is_file()
    }
    read = {name: read_part(source / f"{name}.json") for name in RATED}
    effect = read["impact"].effects[0]
    headline = {
        "outcome": effect.outcome,
        "label": label,
        "unit": unit,
        "blind": blind,
        **effect.verdict.to_dict(),
        "percent": list(effect.verdict_percent) if effect.verdict_percent else None,
    }
    rated = encode(rating(grounds_of(plan, **read)))
    found = {"headline": headline, "parts": parts, "rating": rated}
    if rehearsal is not None:
        found["REHEARSAL"] = {"simulated": True, **rehearsal.truth.model_dump(mode="json")}
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8")
    for path in source.iterdir():
        path.unlink()
    source.rmdir()
    return headline
