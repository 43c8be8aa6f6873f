"""Checklists of funders and data editors, answered by what a run knows: done and where, not done and why, or not applicable."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from impact.data.french import typeset
from impact.data.yaml_file import load_yaml
from impact.reporting.package.known import Known
from impact.terms import Language

FILES = Path(__file__).with_name("files")
State = Literal["done", "not_done", "not_asked"]
README = "README.md, "
REFERENCE = re.compile(r"\w.*\((?:19|20)\d\d\)")
ADDRESS = re.compile(r"https?://|\bdoi\b|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
IN_README = re.compile(r"README\.md, (?=\d)")
REPORT = "results/report.html"
NAMES: Mapping[Language, str] = {
    "en": "checklists/checklists.md",
    "fr": "checklists/listes-de-controle.md",
}
MARKS: Mapping[State, str] = {"done": "[x]", "not_done": "[ ]", "not_asked": "[-]"}


@dataclass(frozen=True)
class Answer:
    """An item's state: where it is done, or the code of why it is not."""

    state: State
    where: str = ""
    why: str = ""


Rule = Callable[[Known], Answer]


def at(*places: str) -> Rule:
    """Done wherever it is packaged."""
    return lambda _: Answer("done", ", ".join(places))


def never(why: str) -> Rule:
    """Not done, as nothing of a run says it."""
    return lambda _: Answer("not_done", why=why)


def there(name: str, why: str, *, where: str = "") -> Rule:
    """Done where a file is in the package."""
    return lambda known: (
        Answer("done", where or name) if known.has(name) else Answer("not_done", why=why)
    )


def where_true(asked: Callable[[Known], Any], where: str, why: str) -> Rule:
    """Done where something holds."""
    return lambda known: Answer("done", where) if asked(known) else Answer("not_done", why=why)


def _versions(known: Known) -> Answer:
    if not known.has("code/requirements.lock"):
        return Answer("not_done", why="no_lock")
    if known.lock_differs:
        return Answer("not_done", why="lock_differs")
    return Answer("done", f"{README}5; code/requirements.lock")


def _public_use(known: Known) -> Answer:
    if known.data_public:
        return Answer("done", f"{README}2")
    return there("public/", "no_public_file")(known)


def _all_by_code(known: Known) -> Answer:
    return Answer("done", f"{README}4") if known.exhibits else Answer("not_done", why="not_stated")


def _about_people(why: str) -> Rule:
    """Not done, as no file of a run says it; of simulated data it is not asked."""
    return lambda known: (
        Answer("not_asked", why="simulated") if known.simulated else Answer("not_done", why=why)
    )


def _data_cited(known: Known) -> Answer:
    if known.simulated:
        return Answer("not_asked", why="simulated")
    if is_reference(known.study.schema.source_in("en")):
        return Answer("done", f"{README}9")
    return Answer("not_done", why="not_cited")


def _data_found(known: Known) -> Answer:
    """Whether the schema's source says where the data are, and of which year."""
    if known.simulated:
        return Answer("not_asked", why="simulated")
    source = known.study.schema.source_in("en")
    if ADDRESS.search(source) and YEAR.search(source):
        return Answer("done", f"{README}2")
    return Answer("not_done", why="no_address")


def is_reference(source: str) -> bool:
    """Whether a source is written as references are: authors, and a year in brackets."""
    return bool(REFERENCE.search(source))


def _locked_before(known: Known) -> Answer:
    """Whether a lock was there before any run had shown results, as far as its reports folder told."""
    lock = known.facts.get("lock")
    if lock is None:
        return Answer("not_done", why="not_locked")
    earlier = lock.get("earlier_runs")
    if earlier == 0:
        return Answer("done", "results/run.json")
    return Answer("not_done", why="not_looked" if earlier is None else "locked_after")


def _events_told(known: Known) -> bool:
    return bool(known.study.events)


def _data(known: Known) -> Answer:
    if known.from_moments:
        return Answer("not_done", why="moments_only")
    if known.with_data or known.data_public:
        return Answer("done", "study/, results/run.json")
    return Answer("not_done", why="inside_only")


RUN_TIME = where_true(lambda known: known.minutes is not None, f"{README}5", "no_run_time")
GATE = there("results/disclosure.json", "not_released")

ANSWERS: Mapping[str, Mapping[str, Rule]] = {
    "world_bank": {
        "data_files": _data,
        "code_to_results": where_true(
            lambda known: known.same_code is not False, "code/", "other_code"
        ),
        "main_script": at("replicate.py"),
        "all_exhibits_by_code": _all_by_code,
        "readme": at("README.md", "LISEZMOI.md"),
        "software_versions": _versions,
        "lines_to_change": lambda _: Answer("not_asked", why="no_path"),
        "run_time": RUN_TIME,
        "folder_map": at(f"{README}7"),
        "exhibits_to_programs": _all_by_code,
        "datasets_by_access": at(f"{README}2"),
        "dataset_sources": _data_found,
        "restrictions": _about_people("rights_elsewhere"),
        "rights": _about_people("rights_elsewhere"),
        "raw_outputs": there(
            "results/tables/", "no_other", where="results/tables/, results/figures/"
        ),
        "nothing_else": at("package.json"),
    },
    "aea": {
        "availability_statement": at(f"{README}2"),
        "rights_to_use": _about_people("rights_elsewhere"),
        "dataset_list": at(f"{README}2"),
        "data_citations": _data_cited,
        "codebook": at("codebook/"),
        "code_license": there("LICENSE", "not_stated"),
        "data_license": never("rights_elsewhere"),
        "software": at(f"{README}5"),
        "locked": _versions,
        "seeds": at(f"{README}5", "study/"),
        "runtime": RUN_TIME,
        "memory": where_true(
            lambda known: known.memory_mb is not None, f"{README}5", "no_run_time"
        ),
        "programs": at(f"{README}6"),
        "instructions": at(f"{README}3"),
        "list_of_exhibits": _all_by_code,
        "references": where_true(lambda known: known.references, f"{README}9", "not_stated"),
        "no_personal_data": GATE,
        "ethics": _about_people("ethics_elsewhere"),
        "registration": never("no_registration"),
    },
    "tredd": {
        "methods_disclosed": there(REPORT, "no_other", where=f"{REPORT}, code/"),
        "findings_disclosed": there(
            REPORT,
            "no_other",
            where="results/report.docx, results/report.pdf, results/results.json",
        ),
        "code_shared": at("code/", "replicate.py"),
        "public_use_data": _public_use,
        "restricted_against_public": there("public/exhibits.csv", "no_public_file"),
        "direct_identifiers": GATE,
        "indirect_identifiers": GATE,
        "metadata": at("codebook/codebook.xml", "ro-crate-metadata.json"),
        "design_and_departures": at("study/", "evidence/evidence.json"),
        "design_before_results": _locked_before,
        "questionnaires": _about_people("survey_elsewhere"),
        "informed_consent": _about_people("survey_elsewhere"),
        "data_package_worksheet": never("from_a_form"),
        "transparency_statement": never("from_a_form"),
    },
    "mcc_questions": {
        "as_planned": where_true(
            _events_told, f"{REPORT}, results/tables/tab-events.csv", "no_programme"
        ),
        "outcomes_reached": where_true(
            lambda known: known.study.plan.indicators,
            f"{REPORT}, results/indicators.xlsx, evidence/evidence.json",
            "no_indicators",
        ),
        "why_or_why_not": where_true(
            lambda known: known.study.programme and known.study.programme.theory_of_change,
            f"{REPORT}, results/tables/tab-theory-of-change.csv",
            "no_theory",
        ),
        "worth_the_resources": where_true(
            lambda known: known.findings.economics.worth is not None,
            f"{REPORT}, results/economics.xlsx",
            "no_economics",
        ),
    },
}
"""By checklist and item: what a run answers. The texts are in files/checklists.yml."""


def answered(known: Known) -> dict[str, dict[str, Answer]]:
    """Return the answer to each item of each checklist."""
    return {
        name: {item: rule(known) for item, rule in rules.items()} for name, rules in ANSWERS.items()
    }


def counts(answers: Mapping[str, Mapping[str, Answer]]) -> dict[str, int]:
    """Count items by state."""
    found = Counter(one.state for items in answers.values() for one in items.values())
    return {state: found[state] for state in get_args(State)}


def checklist_files(known: Known) -> dict[str, bytes]:
    """Return the checklists for readers in both languages, and for programs."""
    answers, asked = answered(known), load_yaml(FILES / "checklists.yml")
    told = {
        name: {
            "source": asked[name]["source"],
            "items": {
                item: {"asked": asked[name]["items"][item]["en"], **_told(one)}
                for item, one in items.items()
            },
        }
        for name, items in answers.items()
    }
    text = json.dumps({"run": known.facts["run_id"], **told}, indent=1, ensure_ascii=False)
    pages = {NAMES[one]: _page(known, answers, asked, one) for one in get_args(Language)}
    return {"checklists/checklists.json": f"{text}\n".encode(), **pages}


def _told(one: Answer) -> dict[str, str]:
    said = {"state": one.state, "where": one.where, "why": one.why}
    return {name: text for name, text in said.items() if text}


def _page(
    known: Known,
    answers: Mapping[str, Mapping[str, Answer]],
    asked: Mapping[str, Any],
    language: Language,
) -> bytes:
    words = load_yaml(FILES / "words.yml")[language]
    note = words["checklists_note"].format(run=known.facts["run_id"])
    lines = [f"# {words['checklists_title']}", note]
    for name, items in answers.items():
        rows = []
        for item, one in items.items():
            where = one.where or words["why"][one.why]
            if language == "fr":
                where = IN_README.sub("LISEZMOI.md, ", where)
            mark = f"{MARKS[one.state]} {words['states'][one.state]}"
            rows.append(f"| {mark} | {asked[name]['items'][item][language]} | {where} |")
        source = f"{words['source']}{asked[name]['source']}."
        table = "\n".join([words["columns"], *rows])
        lines += [f"## {asked[name]['title'][language]}", source, table]
    text = "\n\n".join(lines) + "\n"
    return (typeset(text) if language == "fr" else text).encode()
