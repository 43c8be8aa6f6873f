"""Who is observed when: the two columns that name each row once, the unit repeating from one period to the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.data.intake.table import Table
from impact.data.proposal.names import TIME, UNIT, named
from impact.data.times import TimeAxis, common_step
from impact.errors import ImpactError
from impact.terms import Frequency

MOST_PERIODS = 400
MOST_ROWS_A_KEY = 20  # beyond it the columns name groups of units, such as schools
MOST_PARTS = 50
TRIED_UNITS, TRIED_TIMES = 14, 5  # the best by name and repetition; pairs cost a pass over the rows
_TEXTS: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    ("quarter", re.compile(r"[12][0-9]{3}-?Q[1-4]")),
    ("month", re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")),
    ("year", re.compile(r"[12][0-9]{3}")),
)
_DAY = re.compile(r"[0-9]{4}-([0-9]{2})-([0-9]{2})")
_STARTS: tuple[tuple[Frequency, frozenset[str]], ...] = (
    ("year", frozenset({"01"})),
    ("quarter", frozenset({"01", "04", "07", "10"})),
    ("month", frozenset(f"{month:02d}" for month in range(1, 13))),
)


@dataclass(frozen=True)
class Pair:
    """A unit and a time, and how sure they are.

    Attributes
    ----------
    unit, time : str
    frequency : {"integer", "year", "quarter", "month"}
    step : int
    repeated : int
        Rows whose unit and time stand on another row too.
    rows_a_key : float
        Rows for each unit and time, on average.
    worth : float
        By which pairs are put in order.
    rivals : tuple of str
        Other columns that would name units as well.
    """

    unit: str
    time: str
    frequency: Frequency
    step: int
    repeated: int
    rows_a_key: float
    worth: float
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Candidate:
    name: str
    codes: Integers
    worth: float
    frequency: Frequency = "integer"


def pair_of(table: Table, *, unit: str | None = None, time: str | None = None) -> Pair | None:
    """Find unit and time; either may be given.

    Parameters
    ----------
    table : Table
    unit, time : str, optional
    """
    times = [
        one
        for name in table.kinds
        if time in {None, name} and (one := _time(table, name, told=time))
    ]
    units = [
        one
        for name in table.kinds
        if unit in {None, name} and (one := _unit(table, name, told=unit))
    ]
    best = sorted(times, key=lambda one: -one.worth)[:TRIED_TIMES]
    tried = sorted(units, key=lambda one: -one.worth)[:TRIED_UNITS]
    pairs = [_pair(len(table), u, t) for u, t in product(tried, best) if u.name != t.name]
    if not pairs:
        return None
    whole = [pair for pair in pairs if not pair.repeated] or (pairs if unit and time else [])
    nearly = [
        pair
        for pair in pairs
        if pair.repeated * 20 <= len(table) or (_named(pair) and pair.rows_a_key <= MOST_ROWS_A_KEY)
    ]
    found = max(whole or nearly, key=lambda pair: pair.worth, default=None)
    if found is None:
        return None
    rivals = [
        other.unit
        for other in whole
        if other.time == found.time and other.unit != found.unit and found.worth - other.worth < 1
    ]
    return replace(found, step=_step(table, found), rivals=tuple(rivals))


def _named(pair: Pair) -> bool:
    """Whether both columns are named as unit and time, so that it is the rows that are too many."""
    return named(pair.unit, UNIT) and named(pair.time, TIME)


def parting(table: Table, pair: Pair) -> str | None:
    """Return a column that parts the rows of one unit and time, so that a person may keep one of its values."""
    for name in table.kinds:
        if name not in {pair.unit, pair.time} and table[name].nunique() <= MOST_PARTS:
            key = table.frame[[pair.unit, pair.time, name]]
            if not key.duplicated().any():
                return name
    return None


def frequency_of(table: Table, name: str) -> Frequency | None:
    """Return in what a column counts time, by what stands in it; None where it counts none."""
    kind = table.kinds[name]
    known = table[name].dropna().unique()
    if not len(known) or kind.type == "boolean":
        return None
    if kind.frequency is not None:
        return kind.frequency
    if kind.numeric:
        return _of_numbers(np.asarray(known, dtype=float))
    texts = [str(value) for value in known]
    if kind.type == "date":
        return _of_days(texts)
    return next((f for f, pattern in _TEXTS if all(map(pattern.fullmatch, texts))), None)


def _of_numbers(values: Floats) -> Frequency | None:
    if not (values == np.floor(values)).all():
        return None
    if values.min() >= 1900 and values.max() <= 2100:
        return "year"
    return "integer" if values.min() >= -1000 and values.max() <= 10_000 else None


def _of_days(texts: Sequence[str]) -> Frequency | None:
    """Return the longest period that begins on each of some days."""
    days = [_DAY.fullmatch(text) for text in texts]
    months = {day[1] for day in days if day and day[2] == "01"}
    if not all(day and day[2] == "01" for day in days):
        return None
    return next(frequency for frequency, starts in _STARTS if months <= starts)


def labels_of(table: Table, name: str, frequency: Frequency) -> "pd.Series[object]":
    """Return a column as labels of a frequency: dates by the period that they begin."""
    from impact.data.sources.period_labels import period_label

    column = table[name]
    if table.kinds[name].numeric:
        return column
    known = {text: period_label(text, frequency, None) for text in column.dropna().unique()}
    return column.map(known)


def _time(table: Table, name: str, *, told: str | None) -> _Candidate | None:
    frequency = frequency_of(table, name)
    missing = table.missing(name)
    worth = 2.0 * named(name, TIME)
    if (
        frequency is None
        or missing.any()
        or (told is None and worth == 0 and frequency == "integer")
    ):
        return None
    codes, known = pd.factorize(table[name])
    if not 2 <= len(known) <= MOST_PERIODS:
        return None
    return _Candidate(name, codes, worth + (frequency != "integer"), frequency)


def _unit(table: Table, name: str, *, told: str | None) -> _Candidate | None:
    kind = table.kinds[name]
    if kind.type in {"boolean", "date"} or (kind.numeric and not _whole(table[name])):
        return None
    if table.missing(name).any() and told is None:
        return None
    codes, known = pd.factorize(table[name])
    n = len(table)
    if told is None and (len(known) < 2 or n < 1.3 * len(known)):
        return None
    place = list(table.kinds).index(name) / max(1, len(table.kinds))
    worth = 2.0 * named(name, UNIT) + 0.5 * (not kind.numeric) + 0.5 * (1 - place)
    return _Candidate(name, codes, worth)


def _whole(column: "pd.Series[float]") -> bool:
    values: Floats = np.asarray(column.dropna(), dtype=float)
    return bool((values == np.floor(values)).all())


def _pair(n_rows: int, unit: _Candidate, time: _Candidate) -> Pair:
    n_units, n_times = int(unit.codes.max()) + 1, int(time.codes.max()) + 1
    key = unit.codes.astype(np.int64) * n_times + time.codes
    repeated = int(pd.Series(key).duplicated(keep=False).sum())
    rows_a_key = n_rows / len(pd.unique(key))
    filled = min(1.0, n_rows / (n_units * n_times))
    worth = unit.worth + time.worth + 1.5 * filled
    return Pair(unit.name, time.name, time.frequency, 1, repeated, rows_a_key, worth)


def _step(table: Table, pair: Pair) -> int:
    known = labels_of(table, pair.time, pair.frequency).drop_duplicates()
    numbers = calendar_numbers(list(known), pair.frequency)
    return common_step(np.unique(numbers[~np.isnan(numbers)]))


def calendar_numbers(labels: Sequence[object], frequency: Frequency) -> Floats:
    """Return the calendar number of each label, NaN where it is none."""
    axis = TimeAxis(frequency)

    def number(label: object) -> float:
        try:
            return float(axis.parse(pd.Series([label], name="time"), rows=np.array([1]))[0])
        except ImpactError:
            return np.nan

    return np.array([number(label) for label in labels], dtype=float)
