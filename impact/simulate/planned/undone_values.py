"""Rules that make a column of others, undone: what must stand in those."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from impact.data.intake.periods import MONTHS
from impact.data.intake.price_levels import PriceLevels
from impact.data.intake.rules.corrected import Correct
from impact.data.intake.rules.derived import JoinTexts, Log, Share, Subtract, Sum
from impact.data.intake.rules.money import Deflate, Exchange, Recall
from impact.data.intake.rules.periods import FirstPeriod, FiscalYear, ReadPeriod
from impact.data.intake.rules.recoded import Arms, Recode
from impact.data.sources.codes import comparable
from impact.errors import PlanError
from impact.simulate.planned.undoing import Undoing
from impact.simulate.planned.wanted import AnyOf, Wanted, missing
from impact.simulate.planned.written_periods import month_of, written_as

LEVEL = 100.0  # of prices that nobody knows yet, in every period


def _made(rule: Any, undoing: Undoing) -> Wanted | None:
    """Return the table where its new column is wished for."""
    table = undoing.tables[rule.table]
    return table if table.has(rule.new) else None


def alike(rule: Any, undoing: Undoing) -> None:
    """Undo a rule that leaves numbers nearly as they are: what was wished of the new column is of the old one."""
    if (made := _made(rule, undoing)) is not None:
        cells = made.frame[rule.new].to_numpy()
        undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def derived(rule: Any, undoing: Undoing) -> None:
    """Undo a rule whose column follows of itself."""
    table = undoing.tables[rule.table]
    undoing.tables[rule.table] = table.without([rule.new])


def forgotten(rule: Any, undoing: Undoing) -> None:
    """Undo a rule that leaves columns out: nothing is wished of them."""
    del rule, undoing


def _scaled(rule: Any, undoing: Undoing, factor: Any) -> None:
    made = _made(rule, undoing)
    if made is not None:
        cells = (made.numbers(rule.new) * factor).astype(object)
        undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def recode(rule: Recode, undoing: Undoing) -> None:
    """Look up the codes that become a value."""
    made = _made(rule, undoing)
    if made is None:
        return
    become: dict[Any, list[Any]] = {}
    for code, value in rule.codes.items():
        become.setdefault(None if value is None else comparable(value), []).append(code)
    codes = {comparable(code) for code in rule.codes}
    cells = []
    for cell in made.cells(rule.new):
        value = None if missing(cell) else comparable(cell)
        options = list(become.get(value, []))
        if value is not None and rule.others == "keep" and value not in codes:
            options.append(cell)
        if value is None or (rule.missing is not None and comparable(rule.missing) == value):
            options.append(None)
        if not options:
            raise PlanError(
                f"recode: {rule.new}: no code becomes what the plan and the schema say that it may be; add it to codes, or "
                "take it from the schema's categories"
            )
        cells.append(AnyOf(options))
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def arms(rule: Arms, undoing: Undoing) -> None:
    """Look up the arm that starts in a period."""
    made = _made(rule, undoing)
    if made is None:
        return
    starting: dict[str, list[Any]] = {}
    for code, start in rule.starts.items():
        starting.setdefault(str(start), []).append(code)
    cells = []
    for cell in made.cells(rule.new):
        options = rule.never if missing(cell) else starting.get(str(cell), [])
        if not options:
            raise PlanError(
                f"arms: {rule.new}: no code of it for some of the planned starts; name codes under starts and never"
            )
        cells.append(AnyOf(options))
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def total(rule: Sum, undoing: Undoing) -> None:
    """Share a sum among its parts; those that must keep their numbers do, as far as the sum allows."""
    made = _made(rule, undoing)
    if made is None:
        return
    whole = made.numbers(rule.new)
    wished = {name: made.numbers(name) for name in rule.columns if made.has(name)}
    kept = {name: part for name, part in wished.items() if name in undoing.fixed}
    held = np.zeros(len(made))
    parts = {}
    for name, part in kept.items():
        parts[name] = np.minimum(np.nan_to_num(part), np.nan_to_num(whole) - held)
        held = held + parts[name]
    open_ = [name for name in rule.columns if name not in kept]
    weights = np.column_stack(
        [
            np.nan_to_num(wished[n])
            if n in wished
            else undoing.generator.gamma(2.0, size=len(made))
            for n in open_
        ]
        or [np.zeros(len(made))]
    )
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, 1.0)
    shares = weights / weights.sum(axis=1, keepdims=True)
    for place, name in enumerate(open_):
        parts[name] = (np.nan_to_num(whole) - held) * shares[:, place]
    made = made.without([rule.new, *rule.columns])
    for name in rule.columns:
        cells = np.where(np.isnan(whole), np.nan, np.maximum(parts[name], 0)).astype(object)
        made = made.wishing(name, cells)
    undoing.tables[rule.table] = made


def subtract(rule: Subtract, undoing: Undoing) -> None:
    """Add what is taken away."""
    made = _made(rule, undoing)
    if made is None:
        return
    left = made.numbers(rule.new)
    minus = (
        made.numbers(rule.minus)
        if made.has(rule.minus)
        else np.full(len(made), np.nanmean(np.abs(left)))
    )
    made = made.without([rule.new])
    if not made.has(rule.minus):
        made = made.wishing(rule.minus, minus.astype(object))
    if not made.has(rule.column):
        made = made.wishing(rule.column, (left + minus).astype(object))
    undoing.tables[rule.table] = made


def share(rule: Share, undoing: Undoing) -> None:
    """Multiply by the whole, of 100 where nothing is known of it."""
    made = _made(rule, undoing)
    if made is None:
        return
    part = made.numbers(rule.new)
    whole = made.numbers(rule.over) if made.has(rule.over) else np.full(len(made), LEVEL)
    if rule.outside == "refuse":
        part = np.clip(part, 0, 1)
    made = made.without([rule.new])
    if not made.has(rule.over):
        made = made.wishing(rule.over, whole.astype(object))
    if not made.has(rule.column):
        made = made.wishing(rule.column, (part * whole).astype(object))
    undoing.tables[rule.table] = made


def logarithm(rule: Log, undoing: Undoing) -> None:
    """Take the exponential."""
    made = _made(rule, undoing)
    if made is None:
        return
    inverse = {"log": np.exp, "log1p": np.expm1, "asinh": np.sinh}[rule.function]
    cells = inverse(made.numbers(rule.new)).astype(object)
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def join_texts(rule: JoinTexts, undoing: Undoing) -> None:
    """Take a text apart; where it has too few parts, the first are 1."""
    made = _made(rule, undoing)
    if made is None:
        return
    n = len(rule.columns)
    rows = []
    for cell in made.cells(rule.new):
        parts = [None] * n if missing(cell) else str(cell).split(rule.separator)
        rows.append([*["1"] * (n - len(parts)), *parts][-n:])
    made = made.without([rule.new])
    for place, name in enumerate(rule.columns):
        made = made.wishing(name, [row[place] for row in rows])
    undoing.tables[rule.table] = made


def read_period(rule: ReadPeriod, undoing: Undoing) -> None:
    """Write periods as the first of the declared ways does."""
    made = _made(rule, undoing)
    if made is None:
        return
    cells = [
        None
        if missing(cell)
        else written_as(month_of(str(cell)), rule.written[0], named=rule.fiscal_year_named)
        for cell in made.cells(rule.new)
    ]
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def fiscal_year(rule: FiscalYear, undoing: Undoing) -> None:
    """Take a day in the fiscal year."""
    made = _made(rule, undoing)
    if made is None:
        return
    back = rule.named == "last" and rule.begins > 1
    cells = []
    for cell in made.cells(rule.new):
        month = None if missing(cell) else month_of(str(cell)) - 12 * back + rule.begins - 1
        cells.append(None if month is None else f"{1970 + month // 12:04d}-{month % 12 + 1:02d}-15")
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def first_period(rule: FirstPeriod, undoing: Undoing) -> None:
    """Mark the periods from a unit's start on, or the start alone."""
    made = _made(rule, undoing)
    if made is None or not made.has(rule.time):
        return
    cells = []
    for start, now in zip(made.cells(rule.new), made.cells(rule.time), strict=True):
        place = np.inf if missing(start) else month_of(str(start))
        here = month_of(str(now))
        cells.append(float(here == place if rule.marks == "start" else here >= place))
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


def deflate(rule: Deflate, undoing: Undoing) -> None:
    """Put amounts back at the prices of their day; a table of prices that is a file has one level throughout."""
    made = _made(rule, undoing)
    if made is None:
        return None
    labels = [str(cell) for cell in made.cells(rule.period)]
    index = rule.index
    if index.table is not None:
        base = str(rule.base)
        known = dict.fromkeys([*labels, base])
        table = pd.DataFrame({index.period: list(known), index.value: LEVEL}, dtype=object)
        undoing.tables[index.table] = Wanted(table)
        return _scaled(rule, undoing, 1.0)
    levels: PriceLevels = index.levels({})
    months = np.array([month_of(label) for label in labels], dtype=float)
    at = levels.at(months, length=_length(labels[0]) if labels else 1)
    if np.isnan(at).any():
        raise PlanError(
            f"deflate: {rule.column}: the series has no prices for some of the planned periods; plan periods that it has, "
            "with --first, or name a table of prices"
        )
    return _scaled(rule, undoing, at / levels.at_base(str(rule.base))[1])


def _length(label: str) -> int:
    return 3 if "Q" in label else 12 if len(label) == len("2010") else 1


def exchange(rule: Exchange, undoing: Undoing) -> None:
    """Exchange back."""
    _scaled(rule, undoing, rule.rate)


def recall(rule: Recall, undoing: Undoing) -> None:
    """Ask about the months that the plan says, or that its first code stands for."""
    made = _made(rule, undoing)
    if made is None:
        return
    months = rule.months or next(iter(rule.codes.values()))
    if rule.asked is not None and not made.has(rule.asked):
        code = next(iter(rule.codes))
        undoing.tables[rule.table] = made.wishing(rule.asked, [code] * len(made))
    _scaled(rule, undoing, months / MONTHS[rule.per])


def correct(rule: Correct, undoing: Undoing) -> None:
    """Write what is wrong where a correction says so."""
    made = _made(rule, undoing)
    if made is None:
        return
    cells = made.frame[rule.new].to_numpy().copy()
    for one in rule.corrections:
        wrong = [c for c in one.where if c.column == rule.column and c.is_ is not None]
        for condition in wrong:
            if one.value is not None:
                hit = [not missing(c) and comparable(c) == comparable(one.value) for c in cells]
                cells[np.array(hit, dtype=bool)] = condition.is_
    undoing.tables[rule.table] = made.without([rule.new]).wishing(rule.column, cells)


VALUES: Mapping[str, Callable[..., None]] = {
    "recode": recode,
    "arms": arms,
    "sum": total,
    "subtract": subtract,
    "share": share,
    "log": logarithm,
    "constant": derived,
    "join_texts": join_texts,
    "period_of": alike,
    "read_period": read_period,
    "fiscal_year": fiscal_year,
    "first_period": first_period,
    "muslim_calendar": derived,
    "deflate": deflate,
    "exchange": exchange,
    "recall": recall,
    "correct": correct,
    "winsorise": alike,
    "round": alike,
    "pseudonymise": alike,
    "forget": forgotten,
}
