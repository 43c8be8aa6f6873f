"""Workings of the sensitivity: one row a scenario, from its assumptions by way of its yearly net benefits to its rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from impact.economics.appraisal import Streams
from impact.reporting.economics_workbook.assumptions import name_of
from impact.reporting.economics_workbook.benefits import WORTH, participants_formula
from impact.reporting.economics_workbook.cells import Cell, Formula, Given, Said
from impact.reporting.economics_workbook.page import Page, cell_name
from impact.reporting.economics_workbook.rates import RateCells, grid

EFFECT, HORIZON = "effect", "horizon"
_PLAIN = ("persistence", "stops_after", "growth", "excess_burden")
_NPV, _RATE, _NET = 11, 12, 22  # columns: present value, first of the rate's nine, first year
_HEADS = 8  # rows above the scenarios


@dataclass(frozen=True)
class Scenario:
    """The appraisal with some numbers moved.

    Attributes
    ----------
    label : str
    moved : mapping
        Name of an assumption, ``effect`` or ``horizon`` to the cell that it is read from.
    values : mapping
        The same to the number that the cell has now.
    """

    label: str
    moved: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)

    def read(self, name: str) -> str:
        """Return what formulas read a number from."""
        return self.moved.get(name, name_of(name))


@dataclass(frozen=True)
class Workings:
    """The block of scenarios, from a row of the page on."""

    page: Page
    top: int
    scenarios: Sequence[Scenario]

    @property
    def end(self) -> int:
        """The row after it."""
        return self.top + _HEADS + len(self.scenarios)

    def value(self, number: int) -> str:
        """Return the cell with the net present value of a scenario."""
        return cell_name((self._row(number), _NPV))

    def rate(self, number: int) -> str:
        """Return the cell with its rate of return."""
        return cell_name((self._row(number), _RATE + 8))

    def present_cost(self, number: int) -> str:
        """Return the formula of its present costs."""
        row = self._row(number)
        counted = f"({self._head(0)}<{cell_name((row, 2))})"
        paid = f"({self._head(3)}+{self._head(4)}*{cell_name((row, 9))})*{cell_name((row, 10))}"
        return f"SUMPRODUCT({counted}*{paid}*{self._head(2)})"

    def streams(self, number: int) -> Streams:
        """Return its streams."""
        values = dict(self.scenarios[number].values)
        effect, horizon = values.pop(EFFECT, None), values.pop(HORIZON, None)
        length = None if horizon is None else int(horizon)
        return self.page.book.subject.streams(values, effect=effect, horizon=length)

    def write(self) -> None:
        """Write head rows and scenarios; the first is the estimate itself."""
        self._heads()
        for number, one in enumerate(self.scenarios):
            self._scenario(number, one)
        first = self._row(0)
        self.page.name("estimate_start", (first, _RATE + 7))
        self.page.name("estimate_return", (first, _RATE + 8))

    def _row(self, number: int) -> int:
        return self.top + _HEADS + number

    def _head(self, line: int) -> str:
        """Return one of the rows above the yearly net benefits, every year of it."""
        row, last = self.top + 1 + line, _NET + self.page.book.subject.years - 1
        ends = (cell_name((row, each), fixed_row=True, fixed_column=True) for each in (_NET, last))
        return ":".join(ends)

    def _heads(self) -> None:
        """Write what all scenarios share by year: number, years since, discount, costs, effect seen; and the grid of rates."""
        page, subject = self.page, self.page.book.subject
        t, years = subject.t, subject.years
        page.row(self.top, [Said(t("Grid of rates, as logarithms of one plus the rate"))])
        points = grid(years)
        for column, point in enumerate(points, 1):
            page.put((self.top, column), Given(float(point), "factor"))
        page.name("rate_grid", (self.top, 1), (self.top, len(points)))
        page.name("rate_grid_left", (self.top, 1), (self.top, len(points) - 1))
        page.name("rate_grid_right", (self.top, 2), (self.top, len(points)))
        words = (
            t("Scenario"), "", t("Years counted"), t("Effect moved by"), t("Participants"), t("Worth of the outcome"),
            t("Share kept"), t("Years in full"), t("Growth"), t("Worth of a tax"), t("Factor on costs"), t("Net present value"),
            t("Years with a gain"), t("Years with a cost"), t("First gain"), t("First cost"), t("Last cost"),
            t("Rates that fit"), t("Points of the grid above zero"), t("Search starts at"), t("Rate of return"),
        )  # fmt: skip
        self._yearly_heads()
        page.headings(self.top + _HEADS - 1, words)

    def _yearly_heads(self) -> None:
        subject = self.page.book.subject
        appraisal = subject.worth.appraisal
        position = np.arange(float(subject.years))
        since, by_year = position - appraisal.delay, appraisal.effect.by_year
        others, taxes = (
            subject.padded(appraisal.costs.by_year(appraisal.horizon, taxpayers=paid))
            for paid in (False, True)
        )
        seen = by_year[np.clip(since, 0, len(by_year) - 1).astype(int)]
        factor = (1 + appraisal.hurdle) ** -position
        rows: list[tuple[str, Sequence[Cell]]] = [
            (subject.t("Year no."), [Given(float(each), "year") for each in position]),
            (subject.t("Years since first benefits"), self._across("{year}-delay", since)),
            (subject.t("Discount factor"), self._across("(1+hurdle)^-{year}", factor)),
            (subject.t("Paid by others"), self._across("INDEX(cost_others,{year}+1)", others)),
            (subject.t("Paid by taxpayers"), self._across("INDEX(cost_taxes,{year}+1)", taxes)),
            (
                subject.t("Effect of the year seen"),
                self._across(
                    "INDEX(effect_by_year,MAX(MIN({year}-delay,ROWS(effect_by_year)-1),0)+1)", seen
                ),
            ),
        ]
        for row, (label, cells) in enumerate(rows, self.top + 1):
            self.page.put((row, _NET - 2), Said(label))
            for column, one in enumerate(cells, _NET):
                self.page.put((row, column), one)

    def _across(self, formula: str, held: np.ndarray) -> list[Formula]:
        years = (
            cell_name((self.top + 1, column), fixed_row=True)
            for column in range(_NET, _NET + len(held))
        )
        return [
            Formula(formula.format(year=year), float(value), "amount")
            for year, value in zip(years, held, strict=True)
        ]

    def _scenario(self, number: int, one: Scenario) -> None:
        row, subject = self._row(number), self.page.book.subject
        streams = self.streams(number)
        net = subject.padded(streams.net[0])
        value = float(streams.value(subject.worth.appraisal.hurdle)[0])
        last = _NET + subject.years - 1
        cells = [cell_name((row, _RATE + place)) for place in range(8)]
        rate = RateCells(
            f"{cell_name((row, _NET))}:{cell_name((row, last))}", self._head(0), *cells
        )
        present = f"SUMPRODUCT({rate.net},{self._head(2)})"
        self.page.row(row, [Said(one.label), None, *self._numbers(one)])
        self.page.put((row, _NPV), Formula(present, value, "money"))
        for column, formula in enumerate(rate.formulas(subject, net), _RATE):
            self.page.put((row, column), formula)
        for year, each in enumerate(net):
            self.page.put((row, _NET + year), Formula(self._net(row, _NET + year), float(each), "money"))  # fmt: skip

    def _numbers(self, one: Scenario) -> list[Cell]:
        """Return the cells of a scenario's own numbers."""
        appraisal = self.page.book.subject.worth.appraisal
        values = {**appraisal.assumptions.central, **one.values}
        codes = tuple(each.code for each in appraisal.assumptions.classes)
        shift = float(one.values.get(EFFECT, appraisal.effect.mean)) - appraisal.effect.mean
        worth = (
            values["value_added_ratio"] * (1 - values["displacement"]) * values["shadow_benefit"]
        )
        named = {name: one.read(name) for name in values}
        factors = "*".join(f"({_with(part, one)})" for part in WORTH)
        participants = float(appraisal.participants(values))
        return [
            Formula(one.read(HORIZON), float(one.values.get(HORIZON, appraisal.horizon)), "year"),
            Formula(f"{one.read(EFFECT)}-effect", shift, "amount"),
            Formula(participants_formula(codes, named), participants, "amount"),
            Formula(factors, worth, "factor"),
            *(Formula(one.read(name), float(values[name]), "factor") for name in _PLAIN),
            Formula(
                f"{one.read('overrun')}*{one.read('shadow_cost')}",
                float(values["overrun"]) * float(values["shadow_cost"]),
                "factor",
            ),
        ]

    def _net(self, row: int, column: int) -> str:
        """Return the formula of a year's net benefit."""
        year, since, _, others, taxes, effect = (
            cell_name((self.top + 1 + line, column), fixed_row=True) for line in range(6)
        )
        horizon, shift, people, worth, kept, stops, growth, tax, factor = (
            cell_name((row, each), fixed_column=True) for each in range(2, 11)
        )
        gain = (
            f"({effect}+{shift})*IF({since}<ROWS(effect_by_year),1,{kept}^({since}-ROWS(effect_by_year)+1))"
            f"*MAX(MIN({stops}-{since},1),0)*IF(gain_grows=1,(1+{growth})^{since},1)"
        )
        benefit = f"IF({since}<0,0,{gain}*{people}*{worth})"
        return f"IF({year}<{horizon},{benefit}-({others}+{taxes}*{tax})*{factor},0)"


def _with(part: str, one: Scenario) -> str:
    """Return a part of a product with the scenario's cell in place of the name."""
    name = part.removeprefix("1-")
    return part.replace(name, one.read(name))
