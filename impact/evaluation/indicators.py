"""Indicators of the monitoring plan: baseline, targets and what is known to have been reached, each figure with its source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from impact.data.strict import Words
from impact.evaluation.completion import (
    Bound,
    Classification,
    Completion,
    CompletionCode,
    percent_complete,
)
from impact.evaluation.named_file import StrictForm, read_named_file, source_in
from impact.evaluation.programme import Month
from impact.terms import Language, nearest

YEARS = 5  # of a compact, and of the funder's layout of the table
Level = Literal["process", "output", "outcome", "goal"]
State = Literal["not_known", "not_done"]
"""Nobody documents it; it is documented that it was not done (of a baseline or target: never measured, never set)."""
MeasuredBy = Literal["monitoring", "study"]
YearName = Annotated[str, Field(pattern=r"^y[1-5]$")]
QuarterName = Annotated[str, Field(pattern=r"^y[1-5]q[1-4]$")]
QUARTERS = tuple(f"y{year}q{quarter}" for year in range(1, YEARS + 1) for quarter in range(1, 5))
MOST = 1e15  # beyond it a figure is a slip of the pen, and sums of figures are no longer exact
Number = Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


def _real_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_real_day)]


class Cell(StrictForm):
    """One figure: a value (of a date, the month) with a source or marked as an assumption, or its state."""

    value: Number | None = None
    on: Month | None = None
    state: State | None = None
    bound: Literal["exact", "at_least", "more_than"] = "exact"
    source: str | Words = ""
    assumed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _state_in_a_word(cls, told: Any) -> Any:
        return {"state": told} if isinstance(told, str) else told

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if [self.value, self.on, self.state].count(None) != 2:
            raise ValueError("one of: a value, a month (on), not_known, not_done")
        if self.state == "not_known" and (self.source or self.assumed):
            raise ValueError("not_known: has no source and is no assumption")
        if self.state != "not_known" and bool(self.source) == self.assumed:
            raise ValueError("a figure, or not_done, has a source or is marked by assumed: true")
        if not self.known and self.bound != "exact":
            raise ValueError("bound: of a figure only")
        return self

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.state is None

    def source_in(self, language: Language) -> str:
        """Return the source in one language; empty where there is none."""
        return source_in(self.source, language)


class Baseline(Cell):
    """The figure before the programme, and its year."""

    year: Annotated[int, Field(ge=1900, le=2100)] | None = None


NOT_KNOWN = Cell(state="not_known")


@dataclass(frozen=True)
class Actual:
    """What was reached to date, as stated or added up from quarters; a code where no figure is known."""

    value: float | None = None
    on: str | None = None
    code: CompletionCode | None = None
    bound: Bound = "exact"


class Indicator(StrictForm):
    """One indicator. A result of the study never stands in the file: ``measured_by: study`` has no actual figures."""

    name: Words
    project: Key
    activity: Key
    sub_activity: Key | None = None
    level: Level
    classification: Classification
    unit: Words
    measured_by: MeasuredBy = "monitoring"
    may_be_negative: bool = False
    baseline: Baseline = Baseline(state="not_known")
    year_targets: dict[YearName, Cell] = Field(default_factory=dict)
    quarters: dict[QuarterName, Cell] = Field(default_factory=dict)
    target: Cell = NOT_KNOWN
    to_date: Cell | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _cells_fit(self) -> Self:
        actual = [*self.quarters.items(), *([("to_date", self.to_date)] if self.to_date else [])]
        planned = [("baseline", self.baseline), ("target", self.target), *self.year_targets.items()]
        for name, cell in (*planned, *actual):
            self._fits(name, cell)
        if bounded := [name for name, cell in planned if cell.bound != "exact"]:
            raise ValueError(f"{bounded[0]}: a baseline or target is exact")
        if self.measured_by == "study" and any(cell.known for _, cell in actual):
            raise ValueError("a result of the study does not stand here; the report shows it")
        return self._adds_up()

    def _fits(self, name: str, cell: Cell) -> None:
        if not cell.known:
            return
        if (cell.on is not None) != (self.classification == "date"):
            raise ValueError(f"{name}: an indicator of class date has months (on), others values")
        if cell.value is not None and cell.value < 0 and not self.may_be_negative:
            raise ValueError(f"{name}: below zero; say may_be_negative: true if it may be")

    def _adds_up(self) -> Self:
        if self.classification != "cumulative" or self.may_be_negative or self.to_date is None:
            return self
        known = [one.value for one in self.quarters.values() if one.value is not None]
        if self.to_date.value is not None and self.to_date.value < sum(known) * (1 - 1e-12):
            raise ValueError("to_date: less than its quarters add up to")
        return self

    def cell(self, quarter: str) -> Cell:
        """Return a quarter's actual figure; not known where the file does not say."""
        return self.quarters.get(quarter, NOT_KNOWN)

    def actual(self, through: str = QUARTERS[-1]) -> Actual:
        """Return what is known to have been reached by the end of a quarter."""
        if self.measured_by == "study":
            return Actual(code="measured_by_study")
        if self.to_date is not None:
            return _stated(self.to_date)
        cells = [self.cell(name) for name in QUARTERS[: QUARTERS.index(through) + 1]]
        known = [one for one in cells if one.known]
        if not known:
            done = all(one.state == "not_done" for one in cells)
            return Actual(code="not_done" if done else "actual_not_known")
        if self.classification != "cumulative":
            return _stated(known[-1])
        whole = all(one.bound == "exact" and one.state != "not_known" for one in cells)
        total = sum(one.value for one in known if one.value is not None)
        return Actual(value=total, bound="exact" if whole else "at_least")

    def completion(self, through: str = QUARTERS[-1]) -> Completion:
        """Return the percentage of the end-of-compact target that is reached, or why it cannot be said."""
        actual = self.actual(through)
        if actual.code is not None:
            return Completion(code=actual.code)
        if self.classification == "date":
            return Completion(code="done_by_date")
        assert actual.value is not None  # noqa: S101 (narrowing for mypy; only dates have none)
        return self._against(self.target, actual.value, actual.bound)

    def completion_of_year(self, year: int, through: str = QUARTERS[-1]) -> Completion:
        """Return the percentage of a year's target: of the last known quarter of a level, of all known ones of a count.

        A count with a quarter that is not known is at least what the others add up to, as it is to date.
        """
        if self.measured_by == "study":
            return Completion(code="measured_by_study")
        names = [f"y{year}q{quarter}" for quarter in range(1, 5)]
        cells = [self.cell(name) for name in names if name <= through]
        known = [one for one in cells if one.known]
        undone = sum(one.state == "not_done" for one in cells)
        if undone == len(names):
            return Completion(code="not_done")
        counts = self.classification == "cumulative"
        if not known:
            return Completion(code="actual_not_known")
        if self.classification == "date":
            return Completion(code="done_by_date")
        used = known if counts else known[-1:]
        whole = not counts or len(known) + undone == len(names)
        exact = whole and all(one.bound == "exact" for one in used)
        value = sum(one.value for one in used if one.value is not None)
        target = self.year_targets.get(f"y{year}", NOT_KNOWN)
        return self._against(target, value, "exact" if exact else "at_least")

    def _against(self, target: Cell, value: float, bound: Bound) -> Completion:
        assert self.classification != "date"  # noqa: S101 (narrowing for mypy; callers checked)
        if target.value is None:
            none = target.state == "not_done"
            return Completion(code="no_target" if none else "target_not_known")
        if self.classification == "level" and self.baseline.state == "not_done":
            return Completion(code="no_baseline")
        return percent_complete(
            self.classification,
            actual=value,
            target=target.value,
            baseline=self.baseline.value,
            bound=bound,
        )

    def sourced(self) -> Iterator[Cell]:
        """Yield the cells that say something: baseline, targets, actual ones."""
        cells = (self.baseline, self.target, *self.year_targets.values(), *self.quarters.values())
        yield from (one for one in (*cells, self.to_date) if one and one.state != "not_known")


def _years_later(day: date, years: int) -> date:
    """Return a day some years later; of a leap day the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _stated(cell: Cell) -> Actual:
    if cell.known:
        return Actual(value=cell.value, on=cell.on, bound=cell.bound)
    return Actual(code="not_done" if cell.state == "not_done" else "actual_not_known")


class Indicators(StrictForm):
    """The indicators of a programme, as the file tells of them.

    Attributes
    ----------
    began : str
        The day from which the compact's years count.
    submitted : str or None
        The day on which the table was handed in; None is not known.
    through : str
        The last quarter reported on; later ones have no figures.
    projects, activities, sub_activities : mapping
        Key to name.
    """

    country: Words
    began: Day
    source: str | Words
    submitted: Day | None = None
    through: QuarterName = QUARTERS[-1]
    projects: Annotated[dict[Key, Words], Field(min_length=1)]
    activities: Annotated[dict[Key, Words], Field(min_length=1)]
    sub_activities: dict[Key, Words] = Field(default_factory=dict)
    indicators: Annotated[tuple[Indicator, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.submitted is not None and self.submitted < self.began:
            raise ValueError("submitted: before the compact began; dates are in order")
        seen = set()
        for at, one in enumerate(self.indicators):
            self._named(at, one)
            self._in_time(at, one)
            if (one.project, one.name.en) in seen:
                raise ValueError(f"indicators.{at}.name: stands twice; name each once")
            seen.add((one.project, one.name.en))
        return self

    def _named(self, at: int, one: Indicator) -> None:
        named = (
            ("project", one.project, self.projects),
            ("activity", one.activity, self.activities),
            ("sub_activity", one.sub_activity, self.sub_activities),
        )
        for key, name, known in named:
            if name is not None and name not in known:
                raise ValueError(
                    f"indicators.{at}.{key}: {name} is not declared; {nearest(name, known)}"
                    f"declared are {', '.join(known) or 'none'}"
                )

    def _in_time(self, at: int, one: Indicator) -> None:
        if late := sorted(name for name in one.quarters if name > self.through):
            raise ValueError(
                f"indicators.{at}.quarters.{late[0]}: after the last quarter reported on (through)"
            )
        if one.baseline.year is not None and one.baseline.year > self.years()[-1][1].year:
            raise ValueError(f"indicators.{at}.baseline.year: after the compact ended")

    def years(self) -> list[tuple[date, date]]:
        """Return first and last day of each of the compact's years."""
        began = date.fromisoformat(self.began)
        starts = [_years_later(began, years) for years in range(YEARS + 1)]
        return [(a, b - timedelta(days=1)) for a, b in pairwise(starts)]

    def of(self, project: str) -> list[Indicator]:
        """Return a project's indicators, those of an activity and sub-activity together, in the order of the file."""
        own = [one for one in self.indicators if one.project == project]
        activities, parts = list(self.activities), ["", *self.sub_activities]
        return sorted(
            own,
            key=lambda one: (activities.index(one.activity), parts.index(one.sub_activity or "")),
        )


def read_indicators(path: Path) -> Indicators:
    """Read a file of indicators.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    return read_named_file(path, Indicators, key="indicators")
