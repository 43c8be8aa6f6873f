"""From the panel that a plan expects back to its files: each rule of an intake undone, the last one first."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from impact.data.intake.plan import IntakePlan
from impact.data.intake.rules.recoded import Arms
from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.rules.rule import Rule
from impact.errors import PlanError
from impact.simulate.planned.undoing import Tables, Undoing
from impact.simulate.planned.undone_rows import ROWS
from impact.simulate.planned.undone_values import VALUES
from impact.simulate.planned.wanted import Wanted


def sources_of(
    plan: IntakePlan,
    panel: pd.DataFrame,
    *,
    time: str,
    fixed: frozenset[str] = frozenset(),
    generator: np.random.Generator,
) -> Tables:
    """Return what each source must hold so that the plan's rules make a panel of it.

    Parameters
    ----------
    plan : IntakePlan
    panel : DataFrame
        Texts, labels and floats; None or NaN where nothing stands.
    time : str
        The column of periods.
    fixed : frozenset of str
        Columns whose numbers stay where several must add up to one.
    generator : Generator

    Raises
    ------
    PlanError
        Naming the rule that cannot be undone.
    """
    rounds = rounds_of_tables(plan, list(dict.fromkeys(map(str, panel[time]))))
    undoing = Undoing({plan.made: Wanted(panel.astype(object))}, generator, fixed, rounds)
    undo = {**ROWS, **VALUES}
    for number in range(len(plan.rules), 0, -1):
        rule = plan.rules[number - 1]
        if rule.makes not in undoing.tables:
            continue  # of a table that nothing is wished of
        if rule.rule not in undo:
            raise PlanError(
                f"rules.{number}: {rule.rule}: cannot be undone yet, so files before it cannot be simulated; rehearse with a "
                "plan whose data are a file of the schema's columns"
            )
        _moved_back(rule, undoing)
        undo[rule.rule](rule, undoing)
    return undoing.tables


def _moved_back(rule: Rule, undoing: Undoing) -> None:
    """Give a table that a rule makes under another name back the name of the one that it changes."""
    if isinstance(rule, Append) or rule.rule == "summarise" or rule.makes == rule.reads[0]:
        return
    undoing.tables[rule.reads[0]] = undoing.tables.pop(rule.makes)


def rounds_of_tables(plan: IntakePlan, labels: list[str]) -> dict[str, frozenset[str]]:
    """Share the rounds of a panel among tables that are put one below the other.

    A table whose wide columns name its periods has these; one whose file names years in its name, those years; the others
    share what is left, in their order.
    """
    found: dict[str, frozenset[str]] = {}
    wide = {
        rule.makes: set(periods_named(rule)) for rule in plan.rules if isinstance(rule, WideToLong)
    }
    for rule in plan.rules:
        if not isinstance(rule, Append):
            continue
        named = {name: wide.get(name) or _of_years(plan, name, labels) for name in rule.tables}
        taken = set().union(*named.values())
        left = [label for label in labels if label not in taken]
        others = [name for name in rule.tables if not named[name]]
        for part, name in zip(
            np.array_split(np.array(left, dtype=object), max(len(others), 1)), others, strict=False
        ):
            named[name] = set(part)
        if left and not others:
            named[rule.tables[-1]] |= set(left)
        found |= {name: frozenset(named[name]) for name in rule.tables}
    return found


def periods_named(rule: WideToLong) -> Iterator[str]:
    """Yield the periods that wide columns are of."""
    for by in rule.columns.values():
        yield from map(str, by)


def _of_years(plan: IntakePlan, name: str, labels: list[str]) -> set[str]:
    source = plan.sources.get(name)
    if source is None:
        return set()
    years = {label[:4] for label in labels if len(label) >= len("2010")}
    return {label for label in labels if label[:4] in years and label[:4] in source.file}


def named_periods(plan: IntakePlan, time: str) -> list[str]:
    """Return periods that the rules name and the panel must therefore have."""
    found: dict[str, None] = {}
    for rule in plan.rules:
        if isinstance(rule, WideToLong):
            found |= dict.fromkeys(periods_named(rule))
        for condition in _conditions(rule):
            if condition.column == time and condition.is_ is not None:
                found[str(condition.is_)] = None
    return list(found)


def named_starts(plan: IntakePlan, cohort: str) -> list[str]:
    """Return the periods in which arms start, of the rule that makes the column of first treated periods."""
    for rule in plan.rules:
        if isinstance(rule, Arms) and rule.new == cohort:
            return [str(start) for start in rule.starts.values()]
    return []


def named_ids(plan: IntakePlan, unit: str) -> list[str]:
    """Return ids that corrections name, so that there is somebody to correct."""
    found: dict[str, None] = {}
    for rule in plan.rules:
        for one in getattr(rule, "corrections", []):
            if rule.new == unit and one.value is not None:  # type: ignore[union-attr]
                found[str(one.value)] = None
            found |= {str(c.is_): None for c in one.where if c.column == unit and c.is_ is not None}
    return list(found)


def _conditions(rule: Rule) -> Iterator[Any]:
    yield from getattr(rule, "where", [])
    for one in getattr(rule, "corrections", []):
        yield from one.where
