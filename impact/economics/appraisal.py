"""The appraisal of a programme: effect, assumptions and costs become yearly streams with and without it, and their figures."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.economics.assumption import Assumptions, Values
from impact.economics.costs import CostStream
from impact.economics.figure import Figure
from impact.economics.rate_of_return import discount_factors, net_present_value, rate_of_return
from impact.economics.yearly_effect import YearlyEffect
from impact.errors import PlanError, UnknownNameError
from impact.terms import nearest


@dataclass(frozen=True)
class Streams:
    """What a programme costs and brings by year, in constant prices: one set (1, T), or one a draw (D, T).

    Attributes
    ----------
    years : (T,) array
    cost, benefit : array
    without, gain : array
        Outcome of a beneficiary without the programme, and what the programme adds to it; zero before benefits begin.
    """

    years: Floats
    cost: Floats
    benefit: Floats
    without: Floats
    gain: Floats

    @property
    def net(self) -> Floats:
        """Benefit less cost."""
        return self.benefit - self.cost

    @property
    def with_programme(self) -> Floats:
        """Outcome of a beneficiary with the programme."""
        return self.without + self.gain

    def value(self, rate: float) -> Floats:
        """Net present value in year 0, one a set."""
        return net_present_value(self.net, rate)

    def rate_of_return(self) -> Figure:
        """Return the rate of the first set."""
        return rate_of_return(self.net[0])

    def benefit_cost_ratio(self, rate: float) -> Figure:
        """Return present benefits over present costs, of the first set."""
        cost = float(net_present_value(self.cost[0], rate))
        if cost <= 0:
            return Figure(why="no_cost")
        return Figure(float(net_present_value(self.benefit[0], rate)) / cost)


@dataclass(frozen=True, kw_only=True)
class Appraisal:
    """A programme to be appraised.

    Attributes
    ----------
    effect : YearlyEffect
        On those on whom it was estimated.
    without : float
        A beneficiary's outcome without the programme in the first year of benefits, in money of constant prices a year.
    assumptions : Assumptions
    costs : CostStream
    first_benefits : int
        Year of the first benefits.
    horizon : int
        Years counted, that of the first cost included.
    hurdle : float
        Rate of return that a programme must reach.
    gain_grows : bool
        Whether the gain grows as the outcome without the programme does (an effect in percent), or stays as it is (an amount).

    Raises
    ------
    PlanError
        For benefits before the first cost or after the horizon, and a horizon or hurdle out of range.

    Assumes
    -------
    Revenue is worth its value added; assumptions are independent of each other and of the effect's error.

    References
    ----------
    MCC, Economic rates of return (mcc.gov/our-impact/err): incomes with and without the project, on a counterfactual that
    grows; costs of all parties; a hurdle of 10 percent over 20 years.
    """

    effect: YearlyEffect
    without: float
    assumptions: Assumptions
    costs: CostStream
    first_benefits: int
    horizon: int = 20
    hurdle: float = 0.10
    gain_grows: bool = False

    def __post_init__(self) -> None:
        """Refuse dates out of order and rates that are none."""
        rules = (
            ("horizon", 2 <= self.horizon <= 100, "from 2 to 100 years"),
            ("hurdle", 0 < self.hurdle < 1, "a rate between 0 and 1"),
            ("first_benefits", self.delay >= 0, "not before the year of the first cost"),
            ("first_benefits", self.delay < self.horizon, "within the horizon"),
            ("without", np.isfinite(self.without), "a finite number"),
        )
        for name, fine, rule in rules:
            if not fine:
                raise PlanError(f"{name}: must be {rule}; change it")

    @property
    def delay(self) -> int:
        """Years from the first cost to the first benefit."""
        return self.first_benefits - self.costs.first_year

    def changed(self, **choices: Any) -> "Appraisal":
        """Return the appraisal with some choices changed."""
        return replace(self, **choices)

    @cached_property
    def central(self) -> Streams:
        """The streams of the estimate, each assumption at its value."""
        return self.streams()

    def streams(self, values: Values | None = None, effect: Floats | None = None) -> Streams:
        """Return the streams of other numbers.

        Parameters
        ----------
        values : mapping, optional
            Of assumptions by name, a number or (D, 1) each; those left out are at their value.
        effect : (K,) or (D, K) array, optional
            Effects by year in place of the estimated ones.

        Raises
        ------
        UnknownNameError
            For a name that no assumption has, with the nearest one.
        """
        given = {**self.assumptions.central, **(values or {})}
        for name in values or {}:
            if name not in self.assumptions.central:
                known = list(self.assumptions.central)
                raise UnknownNameError(
                    f"{name!r}: no such assumption; {nearest(name, known)}known ones are {', '.join(known)}"
                )
        by_year = np.atleast_2d(self.effect.by_year if effect is None else effect)
        since = np.arange(float(self.horizon)) - self.delay  # years since the first benefits
        grown = (1 + given["growth"]) ** since
        gain = self._lasting(by_year, given, since)
        if self.gain_grows:
            gain = gain * grown
        worth = given["value_added_ratio"] * (1 - given["displacement"]) * given["shadow_benefit"]
        benefit = gain * self.participants(given) * worth
        return Streams(
            years=self.costs.first_year + np.arange(float(self.horizon)),
            cost=np.atleast_2d(self._cost(given)),
            benefit=benefit,
            without=np.atleast_2d(self.without * grown),
            gain=gain,
        )

    def participants(self, values: Values) -> Floats:
        """Return those who took part, each counted by the share of the estimated effect that is theirs."""
        return np.asarray(sum(self.weight(one.code, values) for one in self.assumptions.classes))

    @staticmethod
    def weight(code: str, values: Values) -> Floats:
        """Return the same of one class."""
        number, take_up, share = (
            values[f"{code}.{name}"] for name in ("number", "take_up", "share")
        )
        return np.asarray(number * take_up * share)

    def _lasting(self, by_year: Floats, given: Values, since: Floats) -> Floats:
        """Carry effects on beyond the years seen: (D, K) to (D, T)."""
        seen = self.effect.years
        year = np.clip(since, 0, seen - 1).astype(int)
        kept = given["persistence"] ** np.maximum(since - (seen - 1), 0.0)
        lasts = np.clip(given["stops_after"] - since, 0.0, 1.0) * (since >= 0)
        return np.asarray(by_year[:, year] * kept * lasts)

    def _cost(self, given: Values) -> Floats:
        others, taxes = (self.costs.by_year(self.horizon, taxpayers=paid) for paid in (False, True))
        return np.asarray(
            (others + taxes * given["excess_burden"]) * given["overrun"] * given["shadow_cost"]
        )

    def present(self, streams: Floats) -> Floats:
        """Return the worth in year 0 of streams (..., T) at the hurdle."""
        return np.asarray(streams @ discount_factors(self.horizon, self.hurdle))
