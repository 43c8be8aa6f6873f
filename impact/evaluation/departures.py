"""Where an evaluation departs from its plan: the plan locked, the plan executed and the results, held against each other."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

from impact.evaluation.adjusted import BEFORE, BOTH, COVARIATES, GIVEN
from impact.evaluation.compared_plans import Change, Kind, changes
from impact.evaluation.drawn_arms import OF_ARMS
from impact.evaluation.key_classes import BearsOn, bears_on, rules_bear_on
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import Known, RulesFile, canonical
from impact.evaluation.rehearsal.mark import MARK
from impact.evaluation.reported import Reported
from impact.evaluation.side_by_side import ESTIMANDS

Where = Literal["plan", "schema", "intake", "file", "results"]
FILES: tuple[str, ...] = ("programme", "indicators", "truth", "evidence", "economics")
"""Keys of files that a plan rests on beside its data: what they say is part of it."""
CAPS = {0.0: "raw_values", 0.99: "capped_at_99", 0.95: "capped_at_95"}
"""Rows beside the headline by the cap that each has; the headline's own is none of them."""
UNNAMED = frozenset({"callaway_santanna", *OF_ARMS})
"""Main estimators, and what stands beside that of a lot: a plan has them without naming them."""


@dataclass(frozen=True)
class Departure:
    """One thing that is not as planned.

    Attributes
    ----------
    where : {"plan", "schema", "intake", "file", "results"}
        Where it was found; of results, what they show is not what the plan asks for.
    key : str
        The plan's key, or where it stands in the schema or the intake plan.
    kind : {"changed", "added", "removed", "order"}
    bears_on : {"what", "how", "words"}
    planned, done : str
        The plan's own words; of other files nothing, as they may name firms.
    """

    where: Where
    key: str
    kind: Kind
    bears_on: BearsOn
    planned: str = ""
    done: str = ""


def departures_of_plan(locked: Plan, executed: Plan) -> list[Departure]:
    """Compare two plans key by key, defaults written out."""
    return [
        _of_plan(change, "plan", bears_on(change.path))
        for change in changes(canonical(locked), canonical(executed))
    ]


def departures_of_rules(then: Known, now: Known) -> list[Departure]:
    """Compare schema, intake plan and the files that the plan rests on; what was not there then was not promised.

    The true effect of a rehearsal is its own, as its data are, and departs from nothing.
    """
    found: list[Departure] = []
    rules: tuple[RulesFile, ...] = ("schema", "intake")
    for name in rules:
        if name in then.rules:
            found += [
                Departure(name, ".".join(change.path), change.kind, rules_bear_on(change.path))
                for change in changes(then.rules[name], now.rules.get(name, {}))
            ]
    for key in FILES:
        file = then.plan.get(key)
        if key == "truth" and MARK in now.files:
            continue
        if file is not None and file == now.plan.get(key):
            before, after = (_hash(known, file) for known in (then, now))
            if before is not None and before != after:
                kind: Kind = "changed" if after else "removed"
                found.append(Departure("file", key, kind, bears_on((key,))))
    return found


def _hash(known: Known, name: str) -> str | None:
    """Return a file's hash; an absolute path is known by its last part."""
    return known.files.get(name) or known.files.get(PurePath(name).name)


def departures_of_results(plan: Plan, shown: Reported) -> list[Departure]:
    """Hold what results show against the plan."""
    return [*_listed(plan, shown), *_estimators(plan, shown), *_choices(plan, shown)]


def _listed(plan: Plan, shown: Reported) -> Iterator[Departure]:
    """Outcomes, subgroups and families that were dropped, added or put in another order."""
    pairs: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
        "outcomes": (plan.outcomes, shown.outcomes),
        "secondary": (plan.secondary, shown.secondary),
        "subgroups": (plan.subgroups, shown.subgroups),
    }
    for key, (planned, done) in pairs.items():
        yield from _differing(key, planned, done)
    for name, outcomes in plan.families.items():
        if name in shown.families:
            yield from _differing(f"families.{name}", outcomes, shown.families[name])
        elif "family_of_outcomes" not in shown.refused:
            yield from _differing(f"families.{name}", outcomes, ())
    for name, done in shown.families.items():
        if name not in plan.families:
            yield from _differing(f"families.{name}", (), done)


def _estimators(plan: Plan, shown: Reported) -> Iterator[Departure]:
    """Estimators in the results that the plan does not name, and those it names that are not there."""
    known = {*plan.estimators, *UNNAMED}
    added = [name for name in shown.estimators if name not in known]
    added += [name for name in shown.beside if name not in {*known, *ESTIMANDS, *added}]
    for name in added:
        yield Departure("results", "estimators", "added", "how", "", name)
    if _of_a_lot(shown):
        return  # the estimators of cohorts are not asked there
    for name in plan.estimators:
        if name not in shown.estimators:
            yield Departure("results", "estimators", "removed", "how", name)


def _choices(plan: Plan, shown: Reported) -> Iterator[Departure]:
    """Single choices that results show."""
    if round(1 - shown.level, 9) != round(plan.alpha, 9):
        yield _single("alpha", plan.alpha, round(1 - shown.level, 9))
    if shown.control_group not in {None, plan.comparison_group}:
        yield _single("comparison_group", plan.comparison_group, shown.control_group)
    if shown.anticipation not in {None, plan.anticipation}:
        yield _single("anticipation", plan.anticipation, shown.anticipation)
    others = [name for share, name in CAPS.items() if share != plan.winsorise]
    if shown.caps and set(others) != set(shown.caps):
        own = [share for share, name in CAPS.items() if name not in shown.caps]
        yield _single("winsorise", plan.winsorise, own[0] if len(own) == 1 else None)
    adjusts = not shown.adjusted.isdisjoint({COVARIATES, BOTH, GIVEN})
    if adjusts and not plan.covariates:
        yield Departure("results", "covariates", "added", "how")
    elif plan.covariates and not adjusts and not _given_by_the_lot(plan, shown):
        yield Departure("results", "covariates", "removed", "how", _text(list(plan.covariates)))
    if not shown.adjusted.isdisjoint({BEFORE, BOTH}) and not plan.outcome_before:
        yield Departure("results", "outcome_before", "added", "how")
    if shown.by_dose and plan.dose is None:
        yield Departure("results", "dose", "added", "what")


def _of_a_lot(shown: Reported) -> bool:
    return any(name in OF_ARMS for name in shown.estimators)


def _given_by_the_lot(plan: Plan, shown: Reported) -> bool:
    """Whether a lot was drawn within all covariates, so that no row adjusts for them again."""
    return _of_a_lot(shown) and set(plan.covariates) <= set(plan.strata)


def _single(key: str, planned: Any, done: Any) -> Departure:
    return Departure("results", key, "changed", bears_on((key,)), _text(planned), _text(done))


def _differing(key: str, planned: Sequence[str], done: Sequence[str]) -> Iterator[Departure]:
    path = tuple(key.split("."))
    for change in changes(list(planned), list(done), path):
        yield _of_plan(change, "results", bears_on(path))


def _of_plan(change: Change, where: Where, bearing: BearsOn) -> Departure:
    key = ".".join(change.path)
    return Departure(where, key, change.kind, bearing, _text(change.before), _text(change.after))


def _text(value: Any) -> str:
    """Write a plan's value as a person would: nothing for none, lists with commas."""
    if value in (None, [], {}):
        return ""
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
