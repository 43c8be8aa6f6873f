"""The panel that a schema declares, filled as a plan expects it: who is asked when, who starts when, and what they answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.data.intake.periods import MONTHS
from impact.data.schema import Column, Schema
from impact.errors import PlanError
from impact.simulate.planned.roles import Firms, Roles

Cells = NDArray[np.object_]
Shares = Mapping[str, Mapping[str, float]]
"""Column to the shares of its categories, where a baseline tells them."""
FEW_EXPOSED = 0.1  # of the firms that are not treated
SECOND_VISITS = 0.1  # of the interviews
MINUTES = 45.0  # of an interview, at the median
LETTERS = ("a", "b", "c")  # of a text that nothing is known of
PART = 0.3  # of the headline, for another amount
OFTEN = 0.25  # share of the rounds in which something is so that comes and goes
STAFF = 3.0  # persons, for a count


@dataclass(frozen=True)
class PlannedTable:
    """Writes the columns of a schema for firms over their rounds; one row a firm and round, firm by firm.

    Attributes
    ----------
    schema : Schema
    roles : Roles
    firms : Firms
    generator : Generator
    shares : mapping
        Of categories, from a baseline; equal ones where it does not tell.
    """

    schema: Schema
    roles: Roles
    firms: Firms
    generator: np.random.Generator
    shares: Shares = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the panel: texts, labels and floats; None or NaN where nothing stands.

        Raises
        ------
        PlanError
            Naming the column that cannot be simulated.
        """
        known = self._by_role()
        n, periods = self.firms.shape
        columns = {}
        for name, column in self.schema.columns.items():
            made = known.get(name, partial(self._anything, name, column))()
            columns[name] = self._within(name, column, made)
        frame = pd.DataFrame(columns, index=range(n * periods)).astype(object)
        if self.schema.missing_outcome == "refuse":
            answered = self.firms.answered.ravel()
            frame = frame[answered].reset_index(drop=True)
        return frame

    def _by_role(self) -> dict[str, Callable[[], Cells]]:
        """Columns that mean something to the plan, and how each is made; the first role counts."""
        roles, firms, schema = self.roles, self.firms, self.schema
        made: dict[str | None, Callable[[], Cells]] = {}
        each: tuple[tuple[str | None, Callable[[], Cells]], ...] = (
            (schema.unit, lambda: self._of_firm(np.array(firms.ids, dtype=object))),
            (
                schema.time.column,
                lambda: np.tile(np.array(firms.times, dtype=object), len(firms.ids)),
            ),
            (roles.cohort, partial(self._start, comes=roles.participation is None)),
            (roles.planned_cohort, partial(self._start, comes=False)),
            (roles.marks, self._marks),
            (roles.outcome, partial(self._answers, firms.treated)),
            (schema.cluster, self._clusters),
            (schema.weight, lambda: self._of_firm(np.ones(len(firms.ids)))),
            (roles.arm, self._arm),
            (roles.participation, lambda: self._of_firm((firms.ever & firms.comes).astype(float))),
            (roles.group, self._group),
            (roles.status, self._status),
            (roles.enumerator, self._enumerators),
            (roles.duration, self._minutes),
            (roles.entered, lambda: self._constant(firms.label(0))),
            *((name, partial(self._met, name)) for name in roles.exposure),
            (roles.dose, partial(self._met, roles.dose or "")),
            *((name, partial(self._other, name, firms.untreated)) for name in roles.unmoved),
            *((name, partial(self._other, name, firms.treated)) for name in roles.measured),
            *((name, partial(self._varying, name)) for name in roles.varying),
            *((copy, partial(self._second, first)) for first, copy in roles.back_check.items()),
        )
        for name, make in each:
            made.setdefault(name, make)
        return {name: make for name, make in made.items() if name is not None}

    def _of_firm(self, values: NDArray[np.generic] | Cells) -> Cells:
        return np.repeat(np.asarray(values, dtype=object), self.firms.shape[1])

    def _constant(self, value: object) -> Cells:
        return np.full(self.firms.untreated.size, value, dtype=object)

    def _start(self, *, comes: bool) -> Cells:
        firms = self.firms
        treated = firms.ever & (firms.comes | (not comes))
        labels = [
            firms.label(place) if starts else None
            for place, starts in zip(firms.start, treated, strict=True)
        ]
        return self._of_firm(np.array(labels, dtype=object))

    def _marks(self) -> Cells:
        place, start = np.arange(self.firms.shape[1]), self.firms.start[:, None]
        marked = place == start if self.roles.marks_start else place >= start
        return np.asarray(marked, dtype=float).ravel().astype(object)

    def _answers(self, values: NDArray[np.float64]) -> Cells:
        return np.where(self.firms.answered, values, np.nan).ravel().astype(object)

    def _clusters(self) -> Cells:
        column = self.schema.columns[self.schema.cluster or ""]
        width = len(str(int(self.firms.cluster.max()) + 1))
        numeric = column.type in {"integer", "number"}
        names = [float(c + 1) if numeric else f"C{c + 1:0{width}d}" for c in self.firms.cluster]
        return self._of_firm(np.array(names, dtype=object))

    def _arm(self) -> Cells:
        names = [self.roles.control or "control", *self.roles.arms]
        return self._of_firm(np.array(names, dtype=object)[self.firms.arm])

    def _group(self) -> Cells:
        """Name by which a firm was treated: one a start, and several where there are more names than starts."""
        firms, names = self.firms, self.firms.groups
        starts = np.unique(firms.start[firms.ever])
        of_firm = np.full(len(firms.ids), None, dtype=object)
        for number, start in enumerate(starts):
            mine = [name for at, name in enumerate(names) if at % len(starts) == number]
            rows = np.flatnonzero(firms.start == start)
            own = mine or [f"event {number + 1}"]
            of_firm[rows] = [own[at % len(own)] for at in range(len(rows))]
        return self._of_firm(of_firm)

    def _status(self) -> Cells:
        roles, firms = self.roles, self.firms
        known = self.schema.columns[roles.status or ""].categories or ["active"]
        usual = [one for one in known if one not in {*roles.exit, *roles.nonresponse}] or known[:1]
        idle = usual[1] if len(usual) > 1 else usual[0]
        status = np.where(firms.treated == 0, idle, usual[0]).astype(object)
        if roles.nonresponse:
            status[~firms.answered] = roles.nonresponse[0]
        return np.asarray(status.ravel(), dtype=object)

    def _enumerators(self) -> Cells:
        numbers = self.generator.integers(1, 9, len(self.firms.ids))
        return self._of_firm(np.array([f"E{number}" for number in numbers], dtype=object))

    def _minutes(self) -> Cells:
        drawn = MINUTES * np.exp(0.25 * self.generator.standard_normal(self.firms.untreated.size))
        return np.rint(drawn).astype(object)

    def _met(self, name: str) -> Cells:
        """How often a firm met an activity: the treated who came once or more, few of the others."""
        firms = self.firms
        often = self.generator.poisson(1.0, len(firms.ids)) + 1
        others = self.generator.random(len(firms.ids)) < FEW_EXPOSED
        met = np.where(firms.ever & firms.comes, often, others).astype(float)
        if self.schema.columns[name].type == "boolean":
            met = np.minimum(met, 1.0)
        return self._of_firm(met)

    def _other(self, name: str, headline: NDArray[np.float64]) -> Cells:
        """Another outcome, which moves with the headline and on its own, firm by firm and round by round."""
        column, shape = self.schema.columns[name], headline.shape
        own = 0.3 * self.generator.standard_normal((shape[0], 1))
        own = own + 0.2 * self.generator.standard_normal(shape)
        if column.scale == "log" or self.roles.scale != "amount":
            values = own if column.type == "number" else STAFF * np.exp(own)
        elif column.type == "integer":
            of_firm = headline.mean(axis=1, keepdims=True)
            mean = max(float(headline.mean()), np.finfo(float).tiny)
            values = STAFF * (of_firm / mean) ** 0.2 * np.exp(own)
        else:
            values = PART * headline * np.exp(own)
        return self._answers(values)

    def _second(self, first: str) -> Cells:
        """A second visit's answer: near the first one, of few interviews."""
        firms = self.firms
        if first != self.roles.outcome:
            raise PlanError(
                f"survey.back_check: {first}: only the headline's second visit can be simulated yet; rehearse without that key"
            )
        near = firms.treated * np.exp(0.05 * self.generator.standard_normal(firms.shape))
        made = firms.answered & (self.generator.random(firms.shape) < SECOND_VISITS)
        return np.where(made, near, np.nan).ravel().astype(object)

    def _varying(self, name: str) -> Cells:
        """A column of which only is known that it changes within a firm."""
        size = self.firms.untreated.size
        if self.schema.columns[name].type == "boolean":
            return (self.generator.random(size) < OFTEN).astype(float).astype(object)
        return (STAFF * np.exp(0.5 * self.generator.standard_normal(size))).astype(object)

    def _anything(self, name: str, column: Column) -> Cells:
        """A column that the plan says nothing of, or only that firms are compared by it: constant within a firm."""
        n = len(self.firms.ids)
        if column.type in {"category", "boolean", "string"}:
            values: dict[str, Sequence[object]] = {
                "category": column.categories or [],
                "boolean": [0.0, 1.0],
                "string": LETTERS,
            }
            known = self.shares.get(name)
            options: list[object] = list(known or values[column.type])
            weights = None if known is None else np.array(list(known.values()), dtype=float)
            p = None if weights is None else weights / weights.sum()
            drawn = self.generator.choice(len(options), n, p=p)
            return self._of_firm(np.array(options, dtype=object)[drawn])
        if column.type == "period":
            return self._constant(None)
        if column.type == "date":
            return np.array(
                [self._day(place) for _ in range(n) for place in range(self.firms.shape[1])],
                dtype=object,
            )
        return self._of_firm(STAFF * np.exp(0.5 * self.generator.standard_normal(n)))

    def _day(self, place: int) -> str | None:
        """A day in the middle of a round; None where rounds are counted without a calendar."""
        frequency = self.schema.time.frequency
        if frequency == "integer":
            return None
        months = MONTHS[frequency]
        month = int(self.firms.axis.origin + (self.firms.first + place) * self.firms.axis.step)
        since = month * months + months // 2 if frequency != "year" else month * 12 + 6
        return f"{1970 + since // 12:04d}-{since % 12 + 1:02d}-15"

    def _within(self, name: str, column: Column, cells: Cells) -> Cells:
        """Hold numbers to what the schema allows, and whole where they are."""
        if column.type not in {"integer", "number"} or name in {
            self.schema.unit,
            self.schema.time.column,
        }:
            return cells
        values = cells.astype(float)
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        values = np.clip(values, low, high)
        if column.type == "integer":
            values = np.clip(np.rint(values), np.ceil(low), np.floor(high))
        if column.decimals is not None:
            values = np.round(values, column.decimals)
        return np.asarray(values.astype(object), dtype=object)
