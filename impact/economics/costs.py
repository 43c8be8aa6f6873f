"""Costs: who paid how much in which year, and the same in constant prices."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.economics.prices import Prices
from impact.errors import PlanError


@dataclass(frozen=True)
class Cost:
    """What one payer spent in one year.

    Attributes
    ----------
    year : int
    payer : str
    amount : float
        At the prices of the year.
    currency : str
    taxpayers : bool
        Whether taxes of the country paid it, so that their excess burden counts.
    """

    year: int
    payer: str
    amount: float
    currency: str
    taxpayers: bool = False

    def __post_init__(self) -> None:
        """Refuse an amount below zero: what flows back is a benefit."""
        if not (np.isfinite(self.amount) and self.amount >= 0):
            raise PlanError(
                f"costs: the amount of {self.year} is below zero or no number; give what was spent, and gains as benefits"
            )


@dataclass(frozen=True)
class CostStream:
    """Costs in constant prices by year.

    Attributes
    ----------
    first_year : int
        Year 0 of the appraisal: that of the first cost.
    by_payer : DataFrame
        ``year, payer, nominal, currency, constant, taxpayers``: one row a cost.
    """

    first_year: int
    by_payer: pd.DataFrame

    @classmethod
    def of(cls, costs: Sequence[Cost], prices: Prices) -> "CostStream":
        """Put costs in constant prices.

        Raises
        ------
        PlanError
            Without a cost, for an unknown currency and for a year that the price index lacks.
        """
        if not costs:
            raise PlanError("costs: none is given; give at least one year's")
        rows = [
            {
                "year": cost.year,
                "payer": cost.payer,
                "nominal": cost.amount,
                "currency": cost.currency,
                "constant": prices.constant(cost.amount, year=cost.year, currency=cost.currency),
                "taxpayers": cost.taxpayers,
            }
            for cost in sorted(costs, key=lambda one: (one.year, one.payer, one.currency))
        ]
        return cls(min(cost.year for cost in costs), pd.DataFrame(rows))

    def by_year(self, horizon: int, *, taxpayers: bool) -> Floats:
        """Return the costs of taxpayers, or those of others, (T,).

        Raises
        ------
        PlanError
            For a cost after the horizon.
        """
        total = np.zeros(horizon)
        position = self.by_payer["year"].to_numpy(int) - self.first_year
        if position.max() >= horizon:
            raise PlanError("costs: one lies after the horizon; lengthen it or mend the year")
        chosen = self.by_payer["taxpayers"].to_numpy(bool) == taxpayers
        np.add.at(total, position[chosen], self.by_payer["constant"].to_numpy(float)[chosen])
        return total
