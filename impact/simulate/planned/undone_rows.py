"""Rules that choose, join and reshape rows, undone: what the tables that they read must hold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from impact.data.intake.conditions import Condition
from impact.data.intake.rules.merge import Merge
from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.rules.rows import Drop, Duplicates, Keep, Sort
from impact.data.intake.rules.summarise import Summarise
from impact.data.sources.codes import comparable
from impact.errors import PlanError
from impact.simulate.planned.undoing import Undoing
from impact.simulate.planned.wanted import AnyOf, Wanted, known, missing


def append(rule: Append, undoing: Undoing) -> None:
    """Deal the rows to the tables by the periods that each has."""
    made = undoing.tables.pop(rule.into)
    column = _column_of_periods(rule, made, undoing)
    labels = np.array([str(cell) for cell in made.cells(column)], dtype=object)
    left = np.ones(len(made), dtype=bool)
    for name in rule.tables:
        mine = left & np.isin(labels, sorted(undoing.rounds[name]))
        left &= ~mine
        undoing.tables[name] = made.rows(mine)


def _column_of_periods(rule: Append, made: Wanted, undoing: Undoing) -> str:
    rounds = frozenset().union(*(undoing.rounds[name] for name in rule.tables))
    for name in made.frame.columns:
        cells = made.cells(str(name))
        if len(cells) and all(str(cell) in rounds for cell in cells):
            return str(name)
    raise PlanError(
        f"append: {rule.into}: no column of its rows has the periods of the panel, so that nobody knows which table has which; "
        "rehearse with a plan whose data are a file of the schema's columns"
    )


def wide_to_long(rule: WideToLong, undoing: Undoing) -> None:
    """Put the periods of each unit side by side."""
    name = rule.reads[0]
    made = undoing.tables[name]
    fixed = [c for c in made.frame.columns if c not in {rule.period, *rule.columns}]
    frame = made.frame.copy()
    frame[rule.period] = [str(cell) for cell in made.cells(rule.period)]
    for column in fixed:
        frame[column] = made.cells(column)
    rows = frame.groupby(fixed, sort=False, dropna=False).ngroup().to_numpy()
    firsts = np.flatnonzero(~pd.Series(rows).duplicated().to_numpy())
    wide = {column: frame[column].to_numpy()[firsts] for column in fixed}
    for new, by in rule.columns.items():
        if not made.has(new):
            continue
        cells = made.cells(new)
        for period, old in by.items():
            here = np.flatnonzero((frame[rule.period] == str(period)).to_numpy())
            own = np.full(len(firsts), None, dtype=object)
            own[rows[here]] = cells[here]
            wide[old] = own
    undoing.tables[name] = Wanted(pd.DataFrame(wide, dtype=object), made.unique, made.avoid)


def keep(rule: Keep, undoing: Undoing) -> None:
    """Make every condition hold."""
    made = undoing.tables[rule.table]
    for condition in rule.where:
        value = _passing(condition)
        if value is None:
            continue
        if not made.has(condition.column):
            made = made.wishing(condition.column, [value] * len(made))
    undoing.tables[rule.table] = made


def drop(rule: Drop, undoing: Undoing) -> None:
    """Let no row meet the conditions: another value of the first column that has a code."""
    made = undoing.tables[rule.table]
    for condition in rule.where:
        codes = [condition.is_] if condition.is_ is not None else condition.one_of
        if codes is None:
            continue
        gone = {comparable(code) for code in codes}
        made = made.avoiding(condition.column, codes)
        if made.has(condition.column):
            cells = made.cells(condition.column)
            out = np.array([not missing(c) and comparable(c) in gone for c in cells], dtype=bool)
            others = [c for c in cells[~out] if not missing(c)]
            usual = max(set(others), key=others.count) if others else None
            cells[out] = usual
            made = made.without([condition.column]).wishing(condition.column, cells)
        break
    undoing.tables[rule.table] = made


def duplicates(rule: Duplicates, undoing: Undoing) -> None:
    """Nothing stands twice."""
    undoing.tables[rule.table] = undoing.tables[rule.table].never_twice(rule.on)


def sort(rule: Sort, undoing: Undoing) -> None:
    """Leave the order as it is."""
    del rule, undoing


def merge(rule: Merge, undoing: Undoing) -> None:
    """Give the right table the columns that were taken of it, one row a key that must meet."""
    left = undoing.tables[rule.table]
    on, take = _pairs(rule.on), _pairs(rule.take)
    taken = {new: old for new, old in take.items() if left.has(new)}
    left = _with_keys(left, on, taken)
    met = np.array(
        [_meets(row) for row in left.frame[list(taken)].itertuples(index=False)], dtype=bool
    )
    if rule.unmatched != "keep" or not taken:
        met[:] = True
    right = {key: left.cells(mine) for mine, key in on.items()}
    wishes = {old: left.frame[new].to_numpy() for new, old in taken.items()}
    frame = pd.DataFrame({**right, **wishes}, dtype=object)[met]
    frame = frame[~frame.duplicated(list(right))].reset_index(drop=True)
    for old in wishes:
        frame[old] = pd.Series([_of_a_row(cell) for cell in frame[old]], dtype=object)
    wanted = Wanted(frame, frozenset(), left.avoid)
    before = undoing.tables.get(rule.with_)
    undoing.tables[rule.with_] = wanted if before is None else before.with_rows_of(wanted)
    undoing.tables[rule.table] = left.without(taken)


def _with_keys(left: Wanted, on: Mapping[str, str], taken: Mapping[str, str]) -> Wanted:
    """Make up keys of which nothing is known: one for each different row of what is taken by them."""
    for mine in on:
        if not left.has(mine):
            rows = [
                tuple(map(str, map(known, row)))
                for row in left.frame[list(taken)].itertuples(index=False)
            ]
            places = {row: place for place, row in enumerate(dict.fromkeys(rows), start=1)}
            left = left.wishing(mine, [f"Atelier {places[row]:04d}" for row in rows])
    return left


def _meets(row: Sequence[Any]) -> bool:
    """Whether a row must meet one: what is known decides, before what may be."""
    certain = [cell for cell in row if not isinstance(cell, AnyOf)]
    if certain:
        return any(not missing(cell) for cell in certain)
    return any(not any(map(missing, cell)) for cell in row)


def _of_a_row(cell: Any) -> Any:
    """In a row that is there, a value is likelier than a missing cell."""
    if not isinstance(cell, AnyOf):
        return cell
    return AnyOf(value for value in cell if not missing(value)) or None


def summarise(rule: Summarise, undoing: Undoing) -> None:
    """Write as many rows as are counted, and one of what is summed."""
    made = undoing.tables.pop(rule.makes)
    keys = {name: made.cells(name) for name in rule.by}
    parts: list[dict[str, Any]] = []
    for place in range(len(made)):
        key = {name: cells[place] for name, cells in keys.items()}
        alone: dict[str, Any] = {}
        for name, summary in rule.columns.items():
            value = known(made.frame[name].iloc[place]) if made.has(name) else None
            stands = {c.column: _passing(c) for c in summary.where}
            if summary.way == "count":
                parts += [{**key, **stands}] * (
                    0 if value is None or missing(value) else int(value)
                )
            elif stands and not missing(value):
                parts.append({**key, **stands, getattr(summary, summary.way): value})
            else:
                alone[getattr(summary, summary.way)] = value
        if alone:
            parts.append({**key, **alone})
    frame = pd.DataFrame(parts, columns=None if parts else [*rule.by], dtype=object)
    undoing.tables[rule.table] = Wanted(frame.where(frame.notna(), None), made.unique, made.avoid)


def _passing(condition: Condition) -> Any:
    """Return a value of which a condition holds; None where any other than a code would do."""
    if condition.one_of is not None:
        return condition.one_of[0]
    for test, further in (("is_", 0), ("at_least", 0), ("at_most", 0), ("above", 1), ("below", -1)):
        bound = getattr(condition, test)
        if bound is not None:
            return bound if isinstance(bound, str) or not further else bound + further
    return None


def _pairs(names: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    return dict(names) if isinstance(names, Mapping) else {name: name for name in names}


ROWS: dict[str, Callable[..., None]] = {
    "append": append,
    "wide_to_long": wide_to_long,
    "keep": keep,
    "drop": drop,
    "duplicates": duplicates,
    "sort": sort,
    "merge": merge,
    "summarise": summarise,
}
