"""From when a unit is treated: a column of starts, or a 0/1 column that switches on; and which column is the outcome."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.data.intake.table import Table
from impact.data.proposal.names import OUTCOME, START, TREATED, lagged, level_of, named
from impact.data.proposal.proposed import Treatment
from impact.data.proposal.unit_time import Pair, calendar_numbers, labels_of
from impact.data.sources.codes import whole_text
from impact.errors import UsageError

MOST_STARTS = 200
FEW_NUMBERS = 10
MOST_NEVER = 2  # codes that could mean never


@dataclass(frozen=True, eq=False)
class Panelled:
    """A table whose unit and time are known: codes of units (n,), calendar numbers of rows (n,), first and last of them."""

    table: Table
    pair: Pair
    unit: Integers
    time: Floats

    @classmethod
    def of(cls, table: Table, pair: Pair) -> "Panelled":
        """Number units and times."""
        labels = labels_of(table, pair.time, pair.frequency)
        codes, known = pd.factorize(labels)
        numbers = np.append(calendar_numbers(list(known), pair.frequency), np.nan)[codes]
        return cls(table, pair, pd.factorize(table[pair.unit])[0].astype(np.int64), numbers)

    def constant(self, name: str) -> bool:
        """Whether a column has one value, or none, within each unit."""
        codes = pd.factorize(self.table[name])[0]
        by_unit = pd.Series(codes).groupby(self.unit)
        return bool((by_unit.transform("min") == codes).all())

    def alike(self, name: str) -> bool:
        """Whether a column has one value within each period, as a count of periods has."""
        codes = pd.Series(pd.factorize(self.table[name])[0])
        return bool((codes.groupby(self.time).transform("min") == codes).all())

    @property
    def others(self) -> list[str]:
        """Columns that are neither unit nor time."""
        return [name for name in self.table.kinds if name not in {self.pair.unit, self.pair.time}]


@dataclass(frozen=True)
class Found:
    """A treatment and how many units start when: worth by name and content, first periods (index among the periods)."""

    treatment: Treatment
    worth: float
    periods_before: int


def treatment_of(panel: Panelled) -> tuple[Found, ...]:
    """Return the columns that could say from when units are treated, the likeliest first."""
    found = [
        one for name in panel.others for one in (_start(panel, name), _switch(panel, name)) if one
    ]
    return tuple(sorted(found, key=lambda one: -one.worth))


def treated_groups(panel: Panelled) -> tuple[str, ...]:
    """Return 0/1 columns that are constant within units and named like a treatment: they say who, not from when."""
    return tuple(
        name
        for name in panel.others
        if panel.table.kinds[name].type == "boolean"
        and named(name, TREATED)
        and panel.constant(name)
    )


def outcomes_of(panel: Panelled, *, leave: set[str]) -> tuple[str, ...]:
    """Return columns of numbers that vary from period to period, the likeliest outcome first."""
    found = []
    for place, name in enumerate(panel.others):
        kind = panel.table.kinds[name]
        if name in leave or kind.type not in {"number", "integer"}:
            continue
        values = panel.table.numbers(name)
        known = values[~np.isnan(values)]
        distinct = len(np.unique(known))
        if distinct < 3 or known.size * 3 < values.size:
            continue
        if panel.constant(name) or panel.alike(name):
            continue
        worth = 2.0 * named(name, OUTCOME) + (kind.type == "number") - place / 1000
        worth -= distinct <= FEW_NUMBERS  # answers of a scale rather than amounts
        worth -= 1.5 * (level_of(name, panel.table.kinds) is not None) + 0.5 * lagged(name)
        found.append((worth, name))
    return tuple(name for _, name in sorted(found, reverse=True))


def _start(panel: Panelled, name: str) -> Found | None:
    """Read a column as starts: constant within units, in the span of the panel but for one or two codes of never."""
    frequency = panel.pair.frequency
    table = panel.table
    if table.kinds[name].type in {"boolean", "number"} and not _years(table, name):
        return None
    labels = labels_of(table, name, frequency)
    known = labels.dropna().unique()
    if not 1 <= len(known) <= MOST_STARTS or not panel.constant(name):
        return None
    numbers = calendar_numbers(list(known), frequency)
    first, last = np.nanmin(panel.time), np.nanmax(panel.time)
    inside = (numbers > first - 1) & (numbers <= last)
    never = [known[place] for place in np.flatnonzero(~inside)]
    worth = 2.0 * named(name, START) + 0.6 * (frequency != "integer") - 0.5 * (len(never) > 1)
    if not (numbers[inside] > first).any() or len(never) > MOST_NEVER or worth < 0.5:
        return None
    codes = tuple(_code(value) for value in never)
    untreated = bool(never) or bool(labels.isna().any())
    if not untreated and inside.sum() < 2:
        return None
    return Found(Treatment(name, codes), worth, _before(panel, numbers[inside]))


def _years(table: Table, name: str) -> bool:
    if table.kinds[name].type != "number":
        return False
    values = table.numbers(name)
    known = values[~np.isnan(values)]
    return bool((known == np.floor(known)).all())


def _code(value: object) -> str | int:
    if isinstance(value, (int, float, np.number)):
        return int(whole_text(float(value)))
    return str(value)


def switch_told(panel: Panelled, name: str) -> Found:
    """Read a 0/1 column as treatment because a person says so, whatever its name; where it goes back to 0, as starts alone.

    Raises
    ------
    UsageError
        It is blank somewhere, or switches on for nobody, or for all at once.
    """
    found = _switch(panel, name, told=True)
    if found is None:
        raise UsageError(
            f"--cohort: {name}: a 0/1 column that is blank on some rows, switches on for nobody within the periods, or for all "
            "units at once, so that it does not say from when who is treated; name a column of first treated periods"
        )
    return found


def _switch(panel: Panelled, name: str, *, told: bool = False) -> Found | None:
    """Read a 0/1 column as treatment: it switches on for some units, not for all at once."""
    table = panel.table
    if table.kinds[name].type != "boolean" or table.missing(name).any():
        return None
    values = table.numbers(name)
    order = np.lexsort((panel.time, panel.unit))
    same = np.diff(panel.unit[order]) == 0
    change = np.diff(values[order])[same]
    starts = pd.Series(np.where(values == 1, panel.time, np.inf)).groupby(panel.unit).min()
    later = starts[np.isfinite(starts) & (starts > np.nanmin(panel.time))].unique()
    untreated = bool(np.isinf(starts).any())
    if not len(later) or (not untreated and starts.nunique() < 2):
        return None
    off = bool((change < 0).any())
    says = told or named(name, TREATED)
    if off and not says:
        return None
    treatment = Treatment(_new_name(table, name), first_period_of=name, marks_start=off)
    worth = 1.8 * says + 0.3 - 1.0 * off - 1.5 * lagged(name)
    return Found(treatment, worth, _before(panel, later))


def _new_name(table: Table, name: str) -> str:
    made = f"first_{name}"
    while made in table.kinds:
        made += "_period"
    return made


def _before(panel: Panelled, starts: Floats) -> int:
    """Periods before the latest start."""
    times = np.unique(panel.time)
    return int((times < starts.max()).sum())
