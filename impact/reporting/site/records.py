"""What an index tells of a run: read from run.json and results.json alone, whatever somebody wrote there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from impact.evaluation.key_classes import tested_by
from impact.reporting.site.json_values import in_languages, mapping, number, sequence, text
from impact.terms import Language

OfBatch = Literal["failed", "stopped", "not_started"]
"""How a run of a batch ended that is not done."""
RunStatus = Literal["released", "internal", OfBatch, "incomplete", "damaged", "foreign"]
"""A finished run that left or stayed, one that a batch says did not finish, and folders that are no finished run."""
FINISHED: tuple[RunStatus, ...] = ("released", "internal")
MOST_STEPS = 5  # of a rating
SEEN_ELSEWHERE = {"plan", "name", "language", "outcome", "only"}
"""Parameters of a run that its line shows in other columns."""


@dataclass(frozen=True)
class Span:
    """An estimate and its interval, ends possibly infinite."""

    estimate: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0

    @classmethod
    def of(cls, estimate: Any, low: Any, high: Any) -> "Span | None":
        """Make it of JSON's values; None unless all three are numbers in order."""
        numbers = [number(value) for value in (estimate, low, high)]
        middle, least, most = numbers
        if middle is None or least is None or most is None or not least <= middle <= most:
            return None
        return cls(middle, least, most)


@dataclass(frozen=True)
class Headline:
    """The one result of a run: of which outcome, in which unit, and how it is judged.

    Attributes
    ----------
    outcome, label, unit : str
        Column, its name for a reader, and what its values are in.
    effect, percent : Span or None
    steps : int or None
        The rating of the evidence, 0 to 5.
    answer : str or None
        Code of the answer to whether the outcome changed (`words.findings.ANSWERS`).
    direction : str or None
        ``higher``, ``lower``, ``not_noticeably``.
    """

    outcome: str
    label: str
    unit: str
    effect: Span | None
    percent: Span | None
    p_value: float | None = None
    steps: int | None = None
    answer: str | None = None
    direction: str | None = None


@dataclass(frozen=True)
class RunRecord:
    """One line of the index.

    Attributes
    ----------
    name : str
        Its folder's name, for a reader.
    link : str
        Where its folder is, seen from the index, as an address.
    status : str
    title : mapping
        By language.
    part : mapping
        Which part of the data it is of, as ``{"city": "Fes"}``, and other parameters that it was told.
    headline : Headline or None
    files : tuple of str
        Which of the files that an index leads to are there.
    finished : str
        When, as ``2026-11-28``.
    level : float
        Of its interval.
    simulated, rehearsal, blind : bool
        Whether its data are invented, whether it ran before there were any, and whether starts were permuted until cleaning
        is signed off.
    departures : int
        Keys in which its plan, as it ran, and the rules of its data depart from the lock.
    locked_late : bool
        Whether results were there when the plan was locked.
    batch, path : str
        Link of the batch that it belongs to; its folder as it is typed into a shell.
    question : str
        Which hypothesis it tests on which data: the same of runs that differ by name, language, size or seed alone.
    reason : str
        Why it did not finish, as its batch says.
    """

    name: str
    link: str
    status: RunStatus
    title: Mapping[str, str] = field(default_factory=dict)
    language: Language = "en"
    part: Mapping[str, str] = field(default_factory=dict)
    headline: Headline | None = None
    files: tuple[str, ...] = ()
    finished: str = ""
    run_id: str = ""
    level: float = 0.95
    simulated: bool = False
    rehearsal: bool = False
    blind: bool = False
    departures: int = 0
    locked_late: bool = False
    batch: str = ""
    path: str = ""
    question: str = ""
    reason: str = ""

    @property
    def finds(self) -> bool:
        """Whether it is finished and of real starts in data that are there: what it found may count as a result."""
        return self.status in FINISHED and not (self.rehearsal or self.blind)


def record_of(
    facts: Any,
    results: Any,
    *,
    name: str,
    link: str,
    files: tuple[str, ...],
    batch: str = "",
    path: str = "",
) -> RunRecord:
    """Read a run off its run.json and results.json; ``damaged`` where they are not what a run writes.

    Parameters
    ----------
    facts, results : object
        As `json.loads` gave them.
    name, link : str
    files : tuple of str
    batch : str
        Link of the batch that it belongs to.
    path : str
        Its folder as it is typed into a shell.
    """
    told, plan = mapping(facts), mapping(mapping(facts).get("plan"))
    lock = mapping(told.get("lock"))
    headline = headline_of(results)
    if not told.get("run_id") or not plan or headline is None:
        return RunRecord(name=name, link=link, status="damaged", files=files, batch=batch)
    alpha = number(plan.get("alpha"))
    return RunRecord(
        name=name,
        link=link,
        status="released" if "released" in told else "internal",
        title=in_languages(plan.get("title")),
        language="fr" if plan.get("language") == "fr" else "en",
        part=part_of(told),
        headline=headline,
        files=files,
        finished=text(told.get("released", told.get("finished")))[:10],
        run_id=text(told.get("run_id")),
        level=1 - (alpha if alpha is not None and 0 < alpha < 1 else 0.05),
        simulated=bool(plan.get("truth")),
        rehearsal=bool(told.get("rehearsal")) or "REHEARSAL" in mapping(results),
        blind=bool(mapping(told.get("blind")).get("blind")),
        departures=len(sequence(lock.get("departures"))),
        locked_late=bool(number(lock.get("earlier_runs"))),
        batch=batch,
        path=path,
        question=_question(told, plan),
    )


def unfinished_of(entry: Any, *, link: str) -> RunRecord | None:
    """Return a run that its batch tells of as not done; None of one that is."""
    told = mapping(entry)
    statuses: dict[str, OfBatch] = {one: one for one in get_args(OfBatch)}
    status = statuses.get(text(told.get("status")))
    if status is None:
        return None
    return RunRecord(
        name=text(told.get("name")) or "?",
        link=link,
        status=status,
        part=part_of(told),
        batch=link,
        reason=text(told.get("reason")),
    )


def _question(facts: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    """Write which hypothesis a run tests: what its plan tests, of which files but for the plan's own."""
    own = mapping(facts.get("parameters")).get("plan")
    read = {name: found for name, found in mapping(facts.get("inputs")).items() if name != own}
    return json.dumps([tested_by(plan), read], sort_keys=True)


def headline_of(results: Any) -> Headline | None:
    """Return the headline of results.json; None where it has none."""
    stored = mapping(results)
    found, rated = (
        mapping(stored.get("headline")),
        mapping(mapping(stored.get("rating")).get("values")),
    )
    outcome = text(found.get("outcome"))
    effect = Span.of(found.get("estimate"), found.get("conf_low"), found.get("conf_high"))
    if not outcome or effect is None:
        return None
    percent = sequence(found.get("percent"))
    steps, verb, direction = (
        rated.get("steps"),
        text(rated.get("verb")),
        text(rated.get("direction")),
    )
    return Headline(
        outcome=outcome,
        label=text(found.get("label")) or outcome,
        unit=text(found.get("unit")),
        effect=effect,
        percent=Span.of(*percent) if len(percent) == 3 else None,
        p_value=number(found.get("p_value")),
        steps=steps if isinstance(steps, int) and 0 <= steps <= MOST_STEPS else None,
        answer=f"{verb}:{direction}" if direction == "not_noticeably" else verb or None,
        direction=direction or None,
    )


def part_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what tells a run from others of its plan: the part of the data that it keeps, and other parameters it was told.

    A plan says ``only: {city: [Fes]}``.
    """
    told = mapping(facts.get("parameters"))
    kept = mapping(mapping(facts.get("plan")).get("only")) or mapping(told.get("only"))
    others = {name: value for name, value in told.items() if name not in SEEN_ELSEWHERE}
    return _levels({**kept, **others})


def _levels(kept: Mapping[str, Any]) -> dict[str, str]:
    return {
        text(column): ", ".join(
            filter(None, map(_said, levels if isinstance(levels, list) else [levels]))
        )
        for column, levels in kept.items()
        if text(column)
    }


def _said(level: Any) -> str:
    return text(level) if isinstance(level, str) else text(str(level))
