"""What a study holds before it is run, in the words of its plan: lines and tables for a terminal."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from impact.evaluation.preflight import Ability, ArmFacts, OutcomeFacts, Preflight
from impact.evaluation.remarks import Remark
from impact.interval import Refused
from impact.reporting.formats import DASH
from impact.reporting.sections.from_moments import lines_of_missing
from impact.reporting.voice import Voice
from impact.reporting.words.register import said, said_why_not

SIDE_BY_SIDE = 4  # outcomes in one table; a terminal of 100 columns holds no more


@dataclass(frozen=True)
class Grid:
    """A table: its title, the heads of its columns, rows of texts (the first of each is its name), and lines below it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What the terminal shows, from the top: title, lines, tables, and what should be known."""

    title: str
    lines: tuple[str, ...]
    grids: tuple[Grid, ...]
    known_title: str
    known: tuple[str, ...]
    verdict: str


def preflight_sheet(voice: Voice, found: Preflight) -> Sheet:
    """Put a preflight into words; no id, no value of a single firm."""
    t, study = voice.t, voice.study
    grids = (_arms(voice, found), _starts(voice, found), _outcomes(voice, found))
    return Sheet(
        title=_plain(study.plan.title.in_language(study.plan.language)),
        lines=_lines(voice, found),
        grids=(*grids, *_abilities(voice, found)),
        known_title=t("Worth knowing before the run"),
        known=_known(voice, found) or (t("Nothing."),),
        verdict=t("The plan can be run: nothing that it names is missing or refused."),
    )


def _lines(voice: Voice, found: Preflight) -> tuple[str, ...]:
    t, f = voice.t, voice.f
    first, last = map(f.time, found.periods)
    offered = [one.inference for one in found.inferences if one.refused is None]
    refused = [one.refused for one in found.inferences if one.refused is not None]
    listed = f.listed([said(t, "short_inference", name) for name in offered])
    lines = [
        t("One period, {first}.", first=first)
        if found.n_periods == 1
        else t(
            "{n} periods, from {first} to {last}.",
            n=f.number(found.n_periods),
            first=first,
            last=last,
        ),
        t("Intervals offered for the main outcome: {listed}.", listed=listed or DASH),
    ]
    for one in refused:
        name = said(t, "short_inference", one.inference)
        lines.append(t("No interval by {name}: {why}.", name=name, why=said_why_not(t, one.error)))
    return tuple(lines)


def _arms(voice: Voice, found: Preflight) -> Grid:
    t = voice.t
    above = (t("Clusters"),) if voice.in_clusters else ()
    heads = (
        t("Group"),
        t("Firms"),
        *above,
        t("Answered"),
        t("With gaps"),
        t("Seen once"),
        t("Seen at the end"),
    )
    names = {"treated": t("Beneficiaries"), "comparison": t("Others")}
    rows = [_arm(voice, names[one.arm], one) for one in found.arms]
    if found.n_always:
        always = t("Treated from the first period on")
        rows.append((always, voice.f.number(found.n_always), *[DASH] * (len(heads) - 2)))
    return Grid(t("Who is compared"), heads, tuple(rows))


def _arm(voice: Voice, name: str, one: ArmFacts) -> tuple[str, ...]:
    f = voice.f
    above = (f.number(one.clusters),) if voice.in_clusters else ()
    followed = (
        f.percent(100 * one.answered, 0),
        *map(f.number, (one.with_gaps, one.seen_once)),
    )
    if voice.study.plan.waves == "repeated_cross_sections":  # each is asked once, by design
        followed = (DASH,) * len(followed)
    return name, f.number(one.units), *above, *followed, f.number(one.seen_last)


def _starts(voice: Voice, found: Preflight) -> Grid:
    t, f = voice.t, voice.f
    planned = any(one.planned is not None for one in found.starts)
    heads = (
        t("Start"),
        *((t("Planned"),) if planned else ()),
        t("Started"),
        t("Periods before"),
        t("Periods from then on"),
        t("Seen at the end"),
    )
    rows = [
        (
            f.time(one.period),
            *((f.number(one.planned),) if planned else ()),
            *map(f.number, (one.units, one.before, one.after, one.seen_last)),
        )
        for one in found.starts
    ]
    asked = (DASH,) if planned else ()
    never = (t("Never"), *asked, f.number(found.n_never), DASH, DASH, DASH)
    return Grid(t("When they started"), heads, (*rows, never))


def _outcomes(voice: Voice, found: Preflight) -> Grid:
    t = voice.t
    heads = (
        t("Outcome"),
        t("Firms"),
        t("Beneficiaries"),
        t("Observations"),
        t("Missing"),
        t("Mean"),
        t("Zeros"),
    )
    return Grid(t("Outcomes"), heads, tuple(_outcome(voice, one) for one in found.outcomes))


def _outcome(voice: Voice, one: OutcomeFacts) -> tuple[str, ...]:
    f = voice.f
    zeros = DASH if one.zeros is None else f.percent(100 * one.zeros, 0)
    counts = map(f.number, (one.units, one.treated, one.observations, one.missing))
    return (_label(voice, one.outcome), *counts, voice.amount(one.outcome, one.mean), zeros)


def _abilities(voice: Voice, found: Preflight) -> Iterator[Grid]:
    """Yield tables of estimators by outcomes, a few outcomes each; below each why there is no answer."""
    t = voice.t
    by_outcome: dict[str, dict[str, Ability]] = {}
    for one in found.abilities:
        by_outcome.setdefault(one.outcome, {})[one.estimator] = one
    title = t("What each estimator can do: beneficiaries whose effect it estimates")
    every = list(by_outcome)
    for start in range(0, len(every), SIDE_BY_SIDE):
        names = every[start : start + SIDE_BY_SIDE]
        heads = (t("Estimator"), *(_label(voice, name) for name in names))
        columns = [by_outcome[name] for name in names]
        rows = [
            (said(t, "estimator", word), *(_ability(voice, column[word]) for column in columns))
            for word in columns[0]
        ]
        refused = [one for column in columns for one in column.values() if one.refused is not None]
        yield Grid(title, heads, tuple(rows), tuple(_reasons(voice, refused)))


def _ability(voice: Voice, one: Ability) -> str:
    if one.refused is None and one.treated is None:
        return voice.t("in the run")
    return DASH if one.refused is not None else voice.f.number(one.treated)


def _reasons(voice: Voice, abilities: Sequence[Ability]) -> Iterator[str]:
    """Say once an estimator why it has no answer, with the outcomes where there are several reasons."""
    t = voice.t
    for word in dict.fromkeys(one.estimator for one in abilities):
        own = [one for one in abilities if one.estimator == word]
        by_reason: dict[str, list[str]] = {}
        for one in own:
            assert isinstance(one.refused, Refused)  # noqa: S101 (only those were given)
            by_reason.setdefault(one.refused.error, []).append(_label(voice, one.outcome))
        for error, labels in by_reason.items():
            yield t(
                "{name} — {outcomes}: {why}.",
                name=said(t, "estimator", word),
                outcomes=", ".join(labels),
                why=said_why_not(t, error),
            )
    if abilities:
        yield t("The reasons in full, in English: impact plan --json.")


def _known(voice: Voice, found: Preflight) -> tuple[str, ...]:
    """Say what should be known, and last what moments in place of data do not give."""
    remarks = [_remark(voice, one) for one in found.remarks]
    missing = lines_of_missing(voice) if voice.study.from_moments else []
    return (*remarks, *missing)


def _remark(voice: Voice, one: Remark) -> str:
    outcome = _label(voice, one.outcome) if one.outcome else ""
    values = {"n": voice.f.number(one.n), "share": voice.f.percent(one.n, 0), "outcome": outcome}
    return said(voice.t, "preflight", one.code, **values)


def _label(voice: Voice, outcome: str) -> str:
    return _plain(voice.study.label(outcome))


def _plain(text: str) -> str:
    """Take control characters out of a text of the plan or the schema: a terminal would obey them."""
    return "".join(c if not unicodedata.category(c).startswith("C") else " " for c in text)
