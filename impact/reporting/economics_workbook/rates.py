"""Formulas of a rate of return that say in words when there is none, by the rules of `impact.economics.rate_of_return`."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.economics.figure import Figure
from impact.economics.rate_of_return import rate_of_return
from impact.reporting.economics_workbook.cells import Formula
from impact.reporting.economics_workbook.subject import Subject

HALF = 120  # points of the grid on either side of a rate of zero
REACH, EXPONENT = (
    14.0,
    560.0,
)  # of the grid, in logarithms of one plus the rate; beyond the second numbers overflow
NEVER = 9999  # year of what never comes


def grid(years: int) -> Floats:
    """Return rates to look at, as logarithms of one plus the rate, denser near zero; (2 * HALF + 1,)."""
    steps = np.arange(-HALF, HALF + 1) / HALF
    return np.asarray(np.sign(steps) * steps**2 * min(REACH, EXPONENT / years))


@dataclass(frozen=True)
class RateCells:
    """Addresses of the cells around the net stream of one row.

    Attributes
    ----------
    net, years : str
        The row's yearly net benefits, and the row of year numbers above it.
    gains, costs, first_gain, first_cost, last_cost, fits, above, start : str
        Years with a gain and with a cost; when they come; how many rates fit; points of the grid with a present value above
        zero; where the search starts.
    """

    net: str
    years: str
    gains: str
    costs: str
    first_gain: str
    first_cost: str
    last_cost: str
    fits: str
    above: str
    start: str

    def formulas(self, subject: Subject, net: Floats) -> list[Formula]:
        """Return the formulas of these cells and of the rate, with what they give for a net stream (years,)."""
        held = _held(net)
        present = f"MMULT({self.net},EXP(-position*{{}}))>=0"
        turns = (
            f"SUM(--(({present.format('rate_grid_left')})<>({present.format('rate_grid_right')})))"
        )
        fits = f"IF(OR({self.gains}=0,{self.costs}=0),0,IF({self.last_cost}<{self.first_gain},1,{turns}))"
        above = f"IF({self.fits}=1,SUM(--({present.format('rate_grid')})),0)"
        last = f"MIN({self.above}+1,COLUMNS(rate_grid))"
        middle = f"(INDEX(rate_grid,MAX({self.above},1))+INDEX(rate_grid,{last}))/2"
        rate = rate_of_return(net)
        return [
            Formula(f'COUNTIF({self.net},">0")', held.gains, "year"),
            Formula(f'COUNTIF({self.net},"<0")', held.costs, "year"),
            Formula(f"MIN(IF({self.net}>0,{self.years},{NEVER}))", held.first_gain, "year", array=True),
            Formula(f"MIN(IF({self.net}<0,{self.years},{NEVER}))", held.first_cost, "year", array=True),
            Formula(f"MAX(IF({self.net}<0,{self.years},-1))", held.last_cost, "year", array=True),
            Formula(fits, held.fits, "year", array=True),
            Formula(above, held.above, "year", array=True),
            Formula(f'IF({self.fits}=1,EXP({middle})-1,"")', held.start, "factor"),
            Formula(self._rate(), subject.shown(rate), "rate"),
        ]  # fmt: skip

    def _rate(self) -> str:
        """Return the formula of the rate, or of why there is none."""
        reasons = (
            (f"{self.gains}=0", "why_no_gain"),
            (f"{self.costs}=0", "why_no_cost"),
            (f"{self.fits}>1", "why_several_returns"),
            (f"{self.fits}=0", "why_no_return"),
            (f"{self.first_gain}<{self.first_cost}", "why_gain_before_cost"),
        )
        formula = f"IRR({self.net},{self.start})"
        for condition, reason in reversed(reasons):
            formula = f"IF({condition},{reason},{formula})"
        return formula


@dataclass(frozen=True)
class _Held:
    gains: float
    costs: float
    first_gain: float
    first_cost: float
    last_cost: float
    fits: float
    above: float
    start: float | str


def _held(net: Floats) -> _Held:
    """Return what the cells around a net stream hold."""
    gain, cost = np.nonzero(net > 0)[0], np.nonzero(net < 0)[0]
    points = grid(len(net))
    with np.errstate(over="ignore"):
        above = net @ np.exp(-np.outer(np.arange(float(len(net))), points)) >= 0
    last_cost = float(cost[-1]) if len(cost) else -1.0
    first_gain = float(gain[0]) if len(gain) else float(NEVER)
    turns = 1.0 if last_cost < first_gain else float((above[1:] != above[:-1]).sum())
    fits = turns if len(gain) and len(cost) else 0.0
    count = int(above.sum())
    middle = (points[max(count, 1) - 1] + points[min(count + 1, len(points)) - 1]) / 2
    return _Held(
        gains=float(len(gain)),
        costs=float(len(cost)),
        first_gain=first_gain,
        first_cost=float(cost[0]) if len(cost) else float(NEVER),
        last_cost=last_cost,
        fits=fits,
        above=float(count) if fits == 1 else 0.0,
        start=float(np.expm1(middle)) if fits == 1 else "",
    )


def ratio_formula(benefit: str, cost: str) -> str:
    """Return the formula of benefits over costs, or of why there is no such ratio."""
    return f"IF({cost}<=0,why_no_cost,{benefit}/{cost})"


def percent_of(needed: Figure, without: float) -> Figure:
    """Return a break-even effect as a share of the outcome without the programme."""
    if needed.value is None or without <= 0:
        return Figure(why=needed.why or "nothing_without")
    return Figure(needed.value / without)
