"""The economics file: costs, beneficiaries and every assumption of the appraisal, each with a source or a reason."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from impact.data.intake.series import SeriesName, published
from impact.data.strict import Words
from impact.economics.assumption import Assumption, Assumptions, Beneficiaries
from impact.economics.costs import Cost, CostStream
from impact.economics.prices import Prices
from impact.economics.right_decisions import Plausible
from impact.errors import PlanError
from impact.evaluation.named_file import StrictForm, read_named_file
from impact.terms import Language

Year = Annotated[int, Field(ge=1900, le=2200)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
MOST = 1e15  # beyond it an amount is a slip of the pen
Amount = Annotated[float, Field(le=MOST, allow_inf_nan=False)]
Years = Annotated[int, Field(ge=2, le=100)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Grounded(StrictForm):
    """A choice with the source it was read in, or the reason why it is assumed."""

    source: str | Words = ""
    reason: Words | None = None

    @property
    def assumed(self) -> bool:
        """Whether no source was found."""
        return not self.source

    def grounds_in(self, language: Language) -> str:
        """Return the source, and the reason after it where both are given."""
        source = self.source if isinstance(self.source, str) else self.source.in_language(language)
        reason = self.reason.in_language(language) if self.reason else ""
        return ". ".join(filter(None, (source, reason)))

    @model_validator(mode="after")
    def _has_grounds(self) -> Self:
        if not self.source and self.reason is None:
            raise ValueError("neither a source nor a reason; give one")
        return self


class Number(Grounded):
    """A number with its range; without ``low`` and ``high`` it is taken as certain."""

    label: Words
    value: Amount
    low: Amount | None = None
    high: Amount | None = None

    @property
    def assumption(self) -> Assumption:
        """The number for the appraisal."""
        low = self.value if self.low is None else self.low
        return Assumption(self.value, low, self.value if self.high is None else self.high)


class PriceIndex(Grounded):
    """Prices by year, at any base: written out, or some years of a series of the package, which brings its source.

    Attributes
    ----------
    by_year : dict of int to float
    series : str or None
    years : tuple of int or None
        First and last year taken from the series.
    """

    by_year: Annotated[dict[Year, float], Field(min_length=1)]
    series: SeriesName | None = None
    years: Annotated[tuple[Year, Year], Field(strict=False)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _years_of_a_series(cls, values: Any) -> Any:
        if not isinstance(values, Mapping) or "series" not in values:
            return values
        if values.keys() & {"by_year", "source"}:
            raise ValueError("series goes with years, not with by_year or source")
        if values["series"] not in get_args(SeriesName):
            raise ValueError(f"series: none of the package; {', '.join(get_args(SeriesName))}")
        series = published(values["series"])
        match values.get("years"):
            case [int(first), int(last)] if {first, last} <= series.by_period.keys():
                levels = {year: series.by_period[year] for year in range(first, last + 1)}
                return {**values, "by_year": levels, "source": series.source}
        raise ValueError(
            f"years: first and last year of those from {min(series.by_period)} to {max(series.by_period)}"
        )


class Rate(Grounded):
    """Units of the study's currency for one of another, in the base year."""

    rate: Annotated[float, Field(gt=0)]


class Spent(Grounded):
    """What one payer spent in one year, at the prices of that year."""

    year: Year
    payer: Words
    amount: Amount
    currency: Currency
    taxpayers: bool = False


class Class(StrictForm):
    """A class of beneficiaries: how many, who of them took part, and how their effect compares with the estimated one."""

    code: Code
    label: Words
    number: Number
    take_up: Number
    share: Number


class Start(Grounded):
    """Year of the first benefits."""

    year: Year


class Horizon(Grounded):
    """Years counted, that of the first cost included, and others to show beside."""

    years: Years
    others: Annotated[tuple[Years, ...], Field(strict=False)] = ()


class Hurdle(Grounded):
    """Rate of return that a programme must reach."""

    rate: Annotated[float, Field(gt=0, lt=1)]


class Follows(Grounded):
    """How the effect runs through the years that the study saw, and whether it grows with the outcome without it."""

    follows: Literal["mean", "path"]
    gain_grows: bool


class Projection(StrictForm):
    """The rate of return that was projected for the programme, or for what it was part of."""

    label: Words
    rate: float
    source: str | Words


class PlausibleEffect(Grounded):
    """A range of effects that others found, in percent, and its weight among the ranges."""

    label: Words
    low: float
    high: float
    weight: Annotated[float, Field(gt=0)] = 1.0

    @property
    def plausible(self) -> Plausible:
        """The range for the calculation."""
        return Plausible(self.low, self.high, self.weight)


class Design(Grounded):
    """A study that could be made: how many firms, how many rounds of a year each; one of them is ``planned``.

    Attributes
    ----------
    one_event : bool
        Whether it is the part of the planned study that tells of a single event.
    """

    label: Words
    treated: Annotated[int, Field(ge=2)]
    comparison: Annotated[int, Field(ge=2)]
    before: Annotated[int, Field(ge=1, le=50)]
    after: Annotated[int, Field(ge=1, le=50)]
    planned: bool = False
    one_event: bool = False


class BeforeData(StrictForm):
    """What is believed of outcomes and effects before there is data, and which studies could be made.

    Attributes
    ----------
    mean : Number
        Outcome of a firm in a year.
    variation : Number
        Standard deviation over mean, between firms in one round.
    permanent, autocorrelation : Number
        Share of the variance that lies between firms for good; correlation of the rest from one round to the next.
    attrition : Number
        Share of firms lost by the last round.
    right_enough : Number
        Share of right decisions from which on a study is said to tell.
    """

    mean: Number
    variation: Number
    permanent: Number
    autocorrelation: Number
    attrition: Number
    right_enough: Number
    plausible: Annotated[tuple[PlausibleEffect, ...], Field(strict=False, min_length=1)]
    designs: Annotated[tuple[Design, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _has_a_plan(self) -> Self:
        if sum(one.planned for one in self.designs) != 1:
            raise ValueError("designs: exactly one is planned; mark it")
        if not 0.5 <= self.right_enough.value < 1:
            raise ValueError("right_enough: a share from 0.5 to below 1")
        return self


class Numbers(StrictForm):
    """Assumptions on the way from an effect to a benefit, as `Assumptions` has them."""

    value_added_ratio: Number
    displacement: Number
    persistence: Number
    stops_after: Number
    growth: Number
    household_size: Number
    overrun: Number
    shadow_cost: Number
    shadow_benefit: Number
    excess_burden: Number


class EconomicsFile(StrictForm):
    """The whole file.

    Attributes
    ----------
    base_year : int
        Year whose constant prices everything is in.
    outcome_prices : int
        Year whose prices the study's outcome is in.
    periods_per_year : int or None
        Periods of the outcome in a year, where the data count waves.
    """

    base_year: Year
    outcome_prices: Year
    periods_per_year: Annotated[int, Field(ge=1, le=366)] | None = None
    price_index: PriceIndex
    exchange_rates: dict[Currency, Rate] = Field(default_factory=dict)
    costs: Annotated[tuple[Spent, ...], Field(strict=False, min_length=1)]
    first_benefits: Start
    horizon: Horizon
    hurdle: Hurdle
    effect: Follows
    classes: Annotated[tuple[Class, ...], Field(strict=False, min_length=1)]
    assumptions: Numbers
    projected: Projection | None = None
    before_data: BeforeData | None = None

    def prices(self, currency: str) -> Prices:
        """Return how money becomes constant prices of a currency."""
        return Prices(
            currency=currency,
            base_year=self.base_year,
            index=self.price_index.by_year,
            rates={code: one.rate for code, one in self.exchange_rates.items()},
        )

    def cost_stream(self, currency: str, language: Language) -> CostStream:
        """Return the costs in constant prices of a currency."""
        return CostStream.of(
            [
                Cost(
                    year=one.year,
                    payer=one.payer.in_language(language),
                    amount=one.amount,
                    currency=one.currency,
                    taxpayers=one.taxpayers,
                )
                for one in self.costs
            ],
            self.prices(currency),
        )

    def beliefs(self) -> Assumptions:
        """Return the assumptions, held to their limits."""
        return Assumptions(
            classes=tuple(
                Beneficiaries(
                    code=one.code,
                    number=one.number.assumption,
                    take_up=one.take_up.assumption,
                    share=one.share.assumption,
                )
                for one in self.classes
            ),
            **{name: getattr(self.assumptions, name).assumption for name in Numbers.model_fields},
        )

    def numbers(self) -> dict[str, Number]:
        """Return every number with its label and grounds, by the names that the appraisal knows it by."""
        found = {
            f"{one.code}.{name}": getattr(one, name)
            for one in self.classes
            for name in ("number", "take_up", "share")
        }
        return found | {name: getattr(self.assumptions, name) for name in Numbers.model_fields}


def read_economics(path: Path, *, currency: str, language: Language) -> EconomicsFile:
    """Read an economics file, and hold its numbers to their limits.

    Raises
    ------
    PlanError
        With the place, the rule and the remedy.
    """
    found = read_named_file(path, EconomicsFile, key="economics")
    try:
        found.beliefs()
        first = found.cost_stream(currency, language).first_year
    except PlanError as problem:
        raise PlanError(f"economics: {path.name}: {problem}") from None
    for rule in _broken(found, first):
        raise PlanError(f"economics: {path.name}: {rule}")
    return found


def _broken(file: EconomicsFile, first: int) -> Iterator[str]:
    """Say which years do not fit together; ``first`` is that of the first cost."""
    last_cost = max(one.year for one in file.costs)
    if file.outcome_prices not in file.price_index.by_year:
        yield f"price_index: the year {file.outcome_prices} of the outcome's prices is missing; add it"
    if not first <= file.first_benefits.year < first + file.horizon.years:
        yield "first_benefits: must lie between the first cost and the horizon; change it"
    if last_cost >= first + file.horizon.years:
        yield "costs: one lies after the horizon; lengthen it or mend the year"
    if first + min(file.horizon.others, default=100) <= max(last_cost, file.first_benefits.year):
        yield "horizon.others: one ends before all costs are paid or benefits begin; lengthen it"
