"""Assumptions: numbers that the study did not measure, each with the range it may lie in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np

from impact.arrays import Floats
from impact.errors import PlanError

Values = Mapping[str, "float | Floats"]
"""A value, or an array (D, 1) of draws, of each assumption by its name."""


@dataclass(frozen=True)
class Assumption:
    """A number and its range; it is drawn from the triangle over the range that has its top at the number.

    Attributes
    ----------
    value, low, high : float
        ``low <= value <= high``; a number that is taken as certain has no range.
    """

    value: float
    low: float
    high: float

    @classmethod
    def certain(cls, value: float) -> "Assumption":
        """Return a number without a range."""
        return cls(value, value, value)

    @property
    def ranges(self) -> bool:
        """Whether it has a range."""
        return self.low < self.high

    @property
    def mean(self) -> float:
        """Expectation of its draws."""
        return (self.low + self.value + self.high) / 3

    def drawn(self, generator: np.random.Generator, draws: int) -> Floats:
        """Draw from its triangle, (D, 1)."""
        if not self.ranges:
            return np.full((draws, 1), self.value)
        return generator.triangular(self.low, self.value, self.high, (draws, 1))


ONE = Assumption(1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Beneficiaries:
    """A class of those who were offered the programme.

    Attributes
    ----------
    code : str
    number : Assumption
        Firms that were offered it.
    take_up : Assumption
        Share of them that took part.
    share : Assumption
        Their effect as a share of the estimated one: 1 for those on whom it was estimated.
    """

    code: str
    number: Assumption
    take_up: Assumption
    share: Assumption = ONE


SHARE, POSITIVE = (0.0, 1.0), (0.0, np.inf)
LIMITS: dict[str, tuple[float, float]] = {
    "number": POSITIVE,
    "take_up": SHARE,
    "share": (0.0, 10.0),
    "value_added_ratio": SHARE,
    "displacement": SHARE,
    "persistence": SHARE,
    "stops_after": POSITIVE,
    "growth": (-0.5, 0.5),
    "household_size": (1.0, 50.0),
    "overrun": (0.01, 100.0),
    "shadow_cost": (0.01, 100.0),
    "shadow_benefit": (0.01, 100.0),
    "excess_burden": (1.0, 100.0),
}
"""Lowest and highest number that each assumption may be."""


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Everything that turns an effect on firms into a benefit of the country.

    Attributes
    ----------
    classes : tuple of Beneficiaries
    value_added_ratio : Assumption
        Value added over revenue: what is left when the firms' inputs are paid.
    displacement : Assumption
        Share of the gain that other firms of the country lost.
    persistence : Assumption
        Share of the effect that is kept from one year to the next, after the years that the study saw.
    stops_after : Assumption
        Years that the effect lasts, the first one included; a part of a year counts as such.
    growth : Assumption
        Yearly growth of a beneficiary's outcome without the programme.
    household_size : Assumption
        Persons who live on a beneficiary's income.
    overrun : Assumption
        Factor on all costs.
    shadow_cost, shadow_benefit : Assumption
        Worth to the country of a unit of cost and of benefit, over its price.
    excess_burden : Assumption
        Worth of a unit of the country's taxes over what they pay for; on the costs of taxpayers only.

    Raises
    ------
    PlanError
        With the name, the rule and the remedy.
    """

    classes: tuple[Beneficiaries, ...]
    value_added_ratio: Assumption
    displacement: Assumption
    persistence: Assumption
    stops_after: Assumption
    growth: Assumption
    household_size: Assumption = ONE
    overrun: Assumption = ONE
    shadow_cost: Assumption = ONE
    shadow_benefit: Assumption = ONE
    excess_burden: Assumption = ONE

    def __post_init__(self) -> None:
        """Hold every number to its limits."""
        codes = [one.code for one in self.classes]
        if len(set(codes)) < len(codes):
            raise PlanError("beneficiaries: a class stands twice; name each once")
        for name, assumption in self.by_name():
            _refuse_beyond_limits(name, assumption)

    def by_name(self) -> Iterator[tuple[str, Assumption]]:
        """Return each assumption with its name; those of a class as ``<class>.number`` and so on."""
        for one in self.classes:
            yield f"{one.code}.number", one.number
            yield f"{one.code}.take_up", one.take_up
            yield f"{one.code}.share", one.share
        for field in fields(self)[1:]:
            yield field.name, getattr(self, field.name)

    @property
    def central(self) -> dict[str, float]:
        """Each at its value."""
        return {name: assumption.value for name, assumption in self.by_name()}

    @property
    def means(self) -> dict[str, float]:
        """Each at the mean of its draws."""
        return {name: assumption.mean for name, assumption in self.by_name()}

    def drawn(self, generator: np.random.Generator, draws: int) -> dict[str, Floats]:
        """Draw each on its own, (D, 1), in the order of their names."""
        return {name: one.drawn(generator, draws) for name, one in sorted(self.by_name())}


def _refuse_beyond_limits(name: str, assumption: Assumption) -> None:
    lowest, highest = LIMITS[name.rpartition(".")[-1]]
    numbers = (assumption.low, assumption.value, assumption.high)
    if not all(np.isfinite(numbers)) or min(numbers) < lowest or max(numbers) > highest:
        most = "" if np.isinf(highest) else f" and {highest:g}"
        rule = f"between {lowest:g}{most}" if most else f"at least {lowest:g}"
        raise PlanError(f"{name}: value and range must be {rule}; change it")
    if not assumption.low <= assumption.value <= assumption.high:
        raise PlanError(f"{name}: the value must lie within its range, from low to high; change it")
