"""README.md and LISEZMOI.md of a package, as the templates of the World Bank and of the data editors of journals ask."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from impact.data.french import typeset
from impact.data.yaml_file import load_yaml
from impact.reporting.package.checklists import answered, counts
from impact.reporting.package.known import RESULTS, Known
from impact.reporting.package.wheel import wheel_name
from impact.terms import Language

FILES = Path(__file__).with_name("files")
READMES: Mapping[Language, str] = {"en": "README.md", "fr": "LISEZMOI.md"}
CODE = {True: "same", False: "other", None: "unknown"}
SHOWN_AS = 16
"""Hexadecimal digits of a digest in a table; package.json has all."""


def readme(known: Known, language: Language, *, size: int) -> bytes:
    """Return the readme in one language.

    Parameters
    ----------
    known : Known
    language : {"en", "fr"}
    size : int
        Bytes of everything else in the package.
    """
    words = load_yaml(FILES / "words.yml")[language]
    study, plan, facts = known.study, known.study.plan, known.facts
    blanks = {
        "TITLE": inert(plan.title.in_language(language)),
        "RUN": facts["run_id"],
        "NAME": plan.name,
        "VERSION": facts["impact"],
        "STATUS": words["status"][_status(known)],
        "WHAT_IT_DOES": words["what_it_does"][known.outcome],
        "LAST_STEP": words["last_step"][known.outcome],
        "AVAILABILITY": words["availability"][_availability(known)],
        "SOURCE": inert(study.schema.source_in(language)),
        "CODE": words["code"][CODE[known.same_code]],
        "PLAN_LOCK": _plan_lock(known, words),
        "SIMULATED": words["simulated"] if plan.truth is not None else "",
        "DATASETS": "\n".join(_datasets(known, words)),
        "ACCESS": words["access"][_access(known)],
        "WITHHELD": words["withheld"].format(n=known.withheld) if known.withheld else "",
        "EXHIBITS": "\n".join(_exhibits(known, words)),
        "PYTHON": known.python or words["unknown"],
        "PACKAGES": ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
        "LOCK": _lock(known, words),
        "SEED": str(facts["seed"]),
        "RUN_TIME": _minutes(known, words),
        "MEMORY": _memory(known, words),
        "ENVIRONMENT": words["environment"][known.outcome],
        "STORAGE": _size(size, words),
        "WHEEL": wheel_name(),
        "KIT_PROGRAM": words["kit_program"] if known.outcome == "kit" else "",
        "TREE": "\n".join(_tree(known.files)),
        "COUNTS": words["counts"].format(**counts(answered(known))),
        "REFERENCES": "\n".join(f"- {inert(one)}" for one in known.references),
    }
    text = (FILES / f"{READMES[language]}.in").read_text(encoding="utf-8")
    return (typeset(filled(text, blanks)) if language == "fr" else filled(text, blanks)).encode()


def filled(text: str, blanks: Mapping[str, str]) -> str:
    """Fill the blanks of a text at once, so that what fills one is never taken for another."""
    parts = text.split("@")
    return "".join(
        blanks[part] if at % 2 and part in blanks else f"@{part}@" if at % 2 else part
        for at, part in enumerate(parts)
    )


def _status(known: Known) -> str:
    if known.released:
        return "released"
    return "moments" if known.from_moments else "internal"


def _availability(known: Known) -> str:
    if known.data_public:
        return "public"
    if known.with_data:
        return "internal"
    return "some" if known.has("public/") else "none"


def _access(known: Known) -> str:
    if known.data_public:
        return "public"
    if known.from_moments:
        return "moments"
    if known.with_data:
        return "with_data"
    return "some" if known.has("public/") else "none"


def inert(text: str) -> str:
    """Write a text of the run's into Markdown on one line, so that it is read as it is, in a cell of a table too."""
    flat = re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip(" ")
    safe = re.sub(r"([\\`*\[\]<>|]|(?<!\w)_|_(?!\w))", r"\\\1", flat)
    return re.sub(r"^([#+=~-]|\d+[.)])", r"\\\1", safe)


def _code(text: str) -> str:
    """Write a name as code: a backtick, a bar or a line would end it."""
    return f"`{text.replace('`', '’').replace('|', '¦')}`" if text else ""


def _plan_lock(known: Known, words: Mapping[str, Any]) -> str:
    told = known.facts.get("lock")
    if told is None:
        return str(words["plan_lock"]["none"])
    state = "same" if told["same_bytes"] else "changed"
    locked = words["plan_lock"][state].format(day=told["day"], by=inert(told["by"]))
    earlier = told.get("earlier_runs")
    before = "unknown" if earlier is None else "some" if earlier else "none"
    return f"{locked} {words['runs_before_lock'][before].format(n=earlier)}"


def _datasets(known: Known, words: Mapping[str, Any]) -> Iterable[str]:
    for one in known.datasets:
        role, inside = words["roles"][one.role], words["inside"][one.inside]
        yield f"| {_code(one.place)} | {role} | `{one.sha256[:SHOWN_AS]}` | {inside} |"


def _exhibits(known: Known, words: Mapping[str, Any]) -> Iterable[str]:
    for one in known.exhibits:
        name = f"{words['kinds'][one.kind]} {one.number or ''}".strip()
        program = _code(f"{one.notebook}, {one.cell}{words['colon']}{one.call}")
        files = ", ".join(_code(f"{RESULTS}/{file}") for file in one.files)
        yield f"| {name} | {inert(one.caption)} | {program} | {files} |"


def _lock(known: Known, words: Mapping[str, Any]) -> str:
    if not known.has("code/requirements.lock"):
        return str(words["no_lock"])
    if known.lock_differs:
        return str(words["lock_differs"].format(names=", ".join(known.lock_differs)))
    return str(words["lock"])


def _minutes(known: Known, words: Mapping[str, Any]) -> str:
    if known.minutes is None:
        return str(words["no_run_time"])
    minutes = f"{known.minutes:.1f}".replace(".", words["decimal"])
    return f"{words['run_time'].format(minutes=minutes)}."


def _memory(known: Known, words: Mapping[str, Any]) -> str:
    if known.memory_mb is None:
        return str(words["no_run_time"])
    return f"{words['memory'].format(mb=known.memory_mb)}."


def _size(size: int, words: Mapping[str, Any]) -> str:
    return f"{size / 1e6:.0f} {'Mo' if words['decimal'] == ',' else 'MB'}"


def _tree(files: Iterable[str]) -> Iterable[str]:
    """Show folders to the second level with the number of their files, and files of the root."""
    counted: dict[str, int] = {}
    for name in sorted(files):
        parts = name.split("/")
        place = name if len(parts) == 1 else "/".join(parts[:2][: len(parts) - 1]) + "/"
        counted[place] = counted.get(place, 0) + 1
    for place, n in counted.items():
        yield f"{place} ({n})" if place.endswith("/") else place
