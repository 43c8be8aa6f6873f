"""Prices: amounts of any year and currency in constant prices of one year, by a price index and one exchange rate."""

from collections.abc import Mapping
from dataclasses import dataclass

from impact.errors import PlanError


@dataclass(frozen=True)
class Prices:
    """What money of other years and currencies is in constant prices.

    Attributes
    ----------
    currency : str
        Of the constant prices, as ``MAD``.
    base_year : int
        Whose prices they are.
    index : mapping of int to float
        Price index by year, at any base.
    rates : mapping of str to float
        Units of ``currency`` for one unit of another, in the base year.

    Raises
    ------
    PlanError
        For an index without the base year, and for a price level or a rate that is not above zero.

    Assumes
    -------
    An amount in foreign currency is converted at the base year's rate, whenever it was spent: a devaluation later on does not
    turn the same work into more of it. It is then deflated by the country's own prices.
    """

    currency: str
    base_year: int
    index: Mapping[int, float]
    rates: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse prices that cannot be compared."""
        if self.base_year not in self.index:
            raise PlanError(f"price_index: the base year {self.base_year} is missing; add it")
        if min(self.index.values()) <= 0 or min(self.rates.values(), default=1.0) <= 0:
            raise PlanError("price_index, exchange_rates: must be above zero; change them")

    def rate(self, currency: str) -> float:
        """Return the units of the constant prices' currency for one unit of another, in the base year."""
        if currency == self.currency:
            return 1.0
        if currency not in self.rates:
            known = ", ".join(sorted({self.currency, *self.rates}))
            raise PlanError(
                f"currency: a cost in {currency}, which has no exchange rate (known: {known}); add the rate of {self.base_year}"
            )
        return self.rates[currency]

    def constant(self, amount: float, *, year: int, currency: str) -> float:
        """Return an amount of a year and currency in constant prices."""
        if year not in self.index:
            raise PlanError(f"price_index: the year {year} of a cost is missing; add it")
        return amount * self.rate(currency) * self.index[self.base_year] / self.index[year]
