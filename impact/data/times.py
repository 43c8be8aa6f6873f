"""Times are declared, not guessed: integer waves, or calendar years, quarters and months.

A time becomes a *calendar number*: the wave itself, or the pandas period's ordinal, in declared steps. Event time is then a
difference of numbers, and a gap stays a gap. A panel observed every fourth year declares ``step=4``; its periods are one step
apart, and a time between them is a fault of the data.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.errors import MissingValueError, UnparsableValueError, UsageError, rows_named, rows_that
from impact.terms import CheckedChoices, Frequency

_CODES: dict[Frequency, str] = {"year": "Y", "quarter": "Q", "month": "M"}
_PATTERNS: dict[Frequency, re.Pattern[str]] = {
    "year": re.compile(r"[12]\d{3}(\.0)?"),
    "quarter": re.compile(r"[12]\d{3}-?Q[1-4]"),
    "month": re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])"),
}
_EXAMPLES: dict[Frequency, str] = {
    "integer": "3", "year": "2013", "quarter": "2013Q1", "month": "2013-01",
}  # fmt: skip
LARGEST_WAVE = 10**9  # beyond it an integer is an identifier or a date in seconds, not a wave


@dataclass(frozen=True)
class TimeAxis(CheckedChoices):
    """How times are written and counted.

    Parameters
    ----------
    frequency : {"integer", "year", "quarter", "month"}
    step : int
        How many of them lie between one period and the next, by design: 2 for every second quarter.
    origin : int
        Where steps start, below ``step``; `anchored` finds it.
    """

    frequency: Frequency = "integer"
    step: int = 1
    origin: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.step, bool) or not isinstance(self.step, int) or self.step < 1:
            raise UsageError("step: a whole number from 1 on; 4 for a panel of every fourth year")

    def anchored(self, column: pd.Series, *, rows: NDArray[np.signedinteger[Any]]) -> "TimeAxis":
        """Return the axis whose steps start at the first time of a column; errors as `parse`."""
        if self.step == 1:
            return self
        known = replace(self, step=1)._parsed(column, rows=rows, missing_allowed=False)[1]
        return replace(self, origin=int(known.min()) % self.step)

    def parse(
        self,
        column: pd.Series,
        *,
        rows: NDArray[np.signedinteger[Any]],
        missing_allowed: bool = False,
    ) -> Floats:
        """Turn labels into calendar numbers; NaN where missing is allowed.

        Raises
        ------
        MissingValueError, UnparsableValueError
            With the data rows (1 is the first) that break the rule.
        """
        codes, known = self._parsed(column, rows=rows, missing_allowed=missing_allowed)
        return np.append(known, np.nan)[codes]

    def index(
        self, column: pd.Series, *, rows: NDArray[np.signedinteger[Any]]
    ) -> tuple[Floats, Integers]:
        """Return the calendar numbers that occur, ascending, and each row's place among them; errors as `parse`."""
        codes, known = self._parsed(column, rows=rows, missing_allowed=False)
        if (known[1:] > known[:-1]).all():
            return known, codes.astype(np.int64, copy=False)
        times, place = np.unique(known, return_inverse=True)
        return times, place.astype(np.int64)[codes]

    def _parsed(
        self, column: pd.Series, *, rows: NDArray[np.signedinteger[Any]], missing_allowed: bool
    ) -> tuple[NDArray[np.intp], Floats]:
        """Return a code for each row (-1 where missing) and the calendar number of each code."""
        codes, labels = pd.factorize(column, use_na_sentinel=True)
        known = np.array([self._number(label) for label in labels], dtype=float)
        if np.isnan(known).any():
            bad = np.isnan(np.append(known, 0.0)[codes])
            raise UnparsableValueError(
                f"{column.name}: {rows_named(rows[bad])} cannot be read as {self._words()}; "
                f"write times like {_EXAMPLES[self.frequency]}, and name codes such as NA in the column's missing"
            )
        if not missing_allowed and codes.size and codes.min() < 0:
            raise MissingValueError(
                f"{column.name}: no time on {rows_named(rows[codes < 0])}; fill it in or remove the rows"
            )
        between = (known - self.origin) % self.step != 0
        if between.any():
            raise UnparsableValueError(
                f"{column.name}: {rows_that(rows[np.append(between, False)[codes]], 'lies between the periods')}, which are "
                f"{self.step} apart from the first one on; write the period in which it was observed, or declare another step"
            )
        return codes, (known - self.origin) / self.step

    def label(self, number: float) -> int | str:
        """Write a calendar number the way data write it: an int for waves and years, ``2013Q1``, ``2013-01``."""
        ordinal = int(number) * self.step + self.origin
        if self.frequency == "integer":
            return ordinal
        period = pd.Period(ordinal=ordinal, freq=_CODES[self.frequency])
        return int(period.year) if self.frequency == "year" else str(period)

    def _words(self) -> str:
        return "an integer wave" if self.frequency == "integer" else f"a {self.frequency}"

    def _number(self, label: object) -> float:
        """Calendar number of one label, NaN when it is not one."""
        if isinstance(label, pd.Period):
            matches = self.frequency != "integer" and label.freqstr[0] == _CODES[self.frequency]
            return float(label.ordinal) if matches else np.nan
        if self.frequency == "integer":
            return _whole(label)
        if self.frequency == "year" and isinstance(label, (int, float, np.number)):
            whole = _whole(label)
            label = "" if np.isnan(whole) else str(int(whole))
        if not isinstance(label, str) or not _PATTERNS[self.frequency].fullmatch(label.strip()):
            return np.nan
        text = label.strip().removesuffix(".0").replace("-Q", "Q")
        return float(pd.Period(text, freq=_CODES[self.frequency]).ordinal)


def _whole(label: object) -> float:
    if isinstance(label, str):
        text = label.strip()
        label = int(text) if re.fullmatch(r"[+-]?[0-9]{1,10}", text) else np.nan
    if isinstance(label, (bool, np.bool_)) or not isinstance(label, (int, float, np.number)):
        return np.nan
    value = float(label)
    return (
        value
        if np.isfinite(value) and value == int(value) and abs(value) < LARGEST_WAVE
        else np.nan
    )


def common_step(times: Floats) -> int:
    """Greatest common divisor of the distances between periods: above 1, a step was not declared."""
    gaps = np.diff(times).astype(np.int64)
    return int(np.gcd.reduce(gaps)) if gaps.size else 1


def step_advice(times: Floats) -> str:
    """Write what an estimator that finds no period a step away may need, or nothing: the step is suggested, never assumed."""
    step = common_step(times)
    if step == 1:
        return ""
    return f"; all periods are {step} apart: declare step={step} (Panel.from_frame, or time.step in the schema)"
