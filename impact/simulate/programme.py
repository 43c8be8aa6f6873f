"""Every choice of the simulated programme, named and sourced, and the scenarios that vary them.

Sources in brackets: [seen] published figure, [derived] arithmetic on such figures, [assumed] our judgement.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from impact.errors import UnknownNameError

ScenarioName = Literal[
    "null",
    "persistent",
    "temporary",
    "heterogeneous",
    "selection_on_trend",
    "spillover",
    "as_planned",
    "three_arms",
    "three_arms_clear",
    "three_arms_null",
    "three_arms_dip",
]
Basis = Literal["seen", "planned_anew", "assumed"]
Reach = Literal["trade", "trade_and_city"]


@dataclass(frozen=True)
class Fair:
    """One trade fair: where, when it was planned, when it took place (quarters, ``2013Q1``), and what that date rests on.

    ``basis`` is ``seen`` where a page tells when the fair took place, ``planned_anew`` where the contractor's later plan is
    taken for what was done, ``assumed`` where only "done by June 2013" is known.
    """

    name: str
    planned_quarter: str
    actual_quarter: str
    basis: Basis


FAIRS = (
    # Planned in July 2012. New York took place in January 2013; Seoul, Moscow (for Kiev) and Tokyo were done by June 2013
    # [seen]. Seoul and High Point stand in the contractor's later plan [seen], Moscow and Tokyo are [assumed].
    Fair("New York", "2012Q3", "2013Q1", "seen"),
    Fair("High Point", "2013Q1", "2013Q2", "planned_anew"),
    Fair("Moscow", "2013Q1", "2013Q2", "assumed"),
    Fair("Seoul", "2013Q2", "2013Q1", "planned_anew"),
    Fair("Tokyo", "2013Q2", "2013Q2", "assumed"),
)


@dataclass(frozen=True)
class DomesticEvent:
    """One event at home: its name, its quarter, and how many firms take part that go to no fair abroad."""

    name: str
    quarter: str
    places: int


EVENTS = (
    # Salon Expo Artisan in Marrakech with 300 artisans and firms, a national exposition in Fes with 70: June 2013 [seen].
    # How many of them also went to a fair is not known: 300 firms in all that did not is [assumed].
    DomesticEvent("Expo Artisan Marrakech", "2013Q2", 230),
    DomesticEvent("National exposition Fes", "2013Q2", 70),
)


@dataclass(frozen=True)
class Programme:
    """The simulated artisans, their revenue without the programme, and what the programme does.

    Revenue is in constant 2012 MAD a quarter. Without the programme the log of a firm's revenue is level + growth +
    season + an autoregressive shock + recall noise. Growth is the same in percent for treated and untreated firms, so
    parallel trends hold for *ratios* of mean revenue (within a type of firm), not exactly for levels. Exit bends them
    after the programme's start: it is rarer among larger firms, and so among invited ones.

    What makes a case of three arms (`scenario("three_arms")`) is off by default: events at home, a choice by recent growth,
    common shocks, spells without sales, exit and silence that follow from how a firm does, orders before the fair.
    """

    n_units: int = 350
    first_quarter: str = "2010Q1"
    n_quarters: int = 20  # to 2014Q4
    fairs: tuple[Fair, ...] = FAIRS
    events: tuple[DomesticEvent, ...] = ()
    places_per_fair: int = 10  # [seen]
    exhibiting_share: float = 0.94  # 9-10 of ten invited exhibited [seen for New York: 9 of 10]

    fes_share: float = 0.5  # [assumed]
    sme_share: float = 0.2  # [assumed]: mono-artisans 80%, SMEs 20%
    median_mono_mad: float = 45_000.0  # a year [derived from mean turnover per worker, log-sd 1.1]
    median_sme_mad: float = 240_000.0  # a year [assumed]: small SMEs; the sector's mean SME (4.3 M MAD) is not in the frame
    jewellery_factor: float = (
        2.0  # [assumed]; turnover per worker is 4 times the others' [seen], mostly metal value
    )
    level_sd_mono: float = 0.75  # log points [assumed], within a trade; .95 across trades [derived]
    level_sd_sme: float = 0.75
    export_share_mono: float = (
        0.10  # of revenue [assumed]; the domestic market is 84% of the sector [seen]
    )
    export_share_sme: float = 0.25
    tourist_share: float = 0.25

    growth_mono: float = 0.02  # a year, real [derived: 0-3% per firm]
    growth_sme: float = 0.03
    persistence: float = 0.5  # AR(1) of quarterly log shocks [derived from three small-firm panels]
    shock_sd: float = 0.30
    recall_sd: float = 0.20
    idle_share: float = 0.05  # quarters without any sale [derived: 3-8% idle]
    idle_persistence: float = 0.0  # of what makes quarters idle, from one to the next
    idle_on_level: float = (
        0.0  # how much oftener the smallest are idle than the largest, over the mean
    )
    exit_hazard: float = (
        0.02  # a quarter, from the programme's start on [derived: about 10% a year at most]
    )
    exit_on_shock: float = 0.0  # the hazard's elasticity to last quarter's shock, downward
    city_shock_sd: float = 0.0  # log points of a shock common to a city; the next two likewise
    trade_shock_sd: float = 0.0
    event_shock_sd: float = 0.0  # common to the firms of one fair, or one event at home

    selection_on_level: float = (
        0.75  # weight of standardised log revenue in being invited [assumed: +0.5 to +1 sd]
    )
    selection_on_exports: float = 0.5  # weight of the standardised export share
    selection_on_trend: float = 0.0  # extra yearly growth of invited firms
    selection_on_growth: float = (
        0.0  # weight of the standardised passing growth before the first fair: above zero a spurt
    )
    event_selection_on_level: float = 0.0  # the same of those at events at home
    event_selection_on_growth: float = 0.0

    effect_path: tuple[float, ...] = (
        0.0,
        0.08,
        0.20,
    )  # share of revenue by quarter since the fair; the last one stays
    effect_ends_after: int | None = None  # quarters after which it is gone
    effect_by_fair: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)  # multiplies the path
    effect_export_share: float = 0.7  # of the gain; the rest comes from tourists
    orders_before: tuple[
        float, ...
    ] = ()  # share of revenue in the quarters before the fair, last first
    event_effect_path: tuple[float, ...] = (0.0,)  # of an event at home, by quarter since it
    spillover: float = (
        0.0  # share of revenue of untreated firms of a treated trade, from the first fair on
    )
    spillover_reach: Reach = "trade"  # or in proportion to who exhibits of a firm's trade and city

    attrition_untreated: float = 0.15  # share silent by the last quarter [derived]
    attrition_treated: float = 0.20  # [derived]
    attrition_event: float = 0.15
    skipped_share: float = 0.02  # single quarters without an answer [assumed]
    silence_when_idle: float = 1.0  # times that in quarters without sales
    heaping_share: float = 0.5  # answers rounded to 500 MAD, or 5,000 above 50,000 [assumed]
    under_reporting: float = (
        0.0  # share of revenue not declared (0.3 measured by de Mel and others [seen])
    )

    parallel_trends_scale: str = (
        "ratio of mean revenue within a type of firm, before exit (rarer among larger firms)"
    )


THREE_ARMS = Programme(
    n_units=900,  # 50 places at fairs, 300 at events at home, 550 with neither [seen, seen, assumed]
    events=EVENTS,
    idle_share=0.25,  # of a survey by quarter that counts slack seasons: 20-30% [assumed]
    idle_persistence=0.5,
    idle_on_level=0.5,
    exit_hazard=0.015,
    exit_on_shock=2.0,
    city_shock_sd=0.05,  # with the next two: intraclass correlations of .03-.10 [measured in villages]
    trade_shock_sd=0.06,
    event_shock_sd=0.08,
    selection_on_growth=0.4,  # those whose sales had just risen apply and are taken [assumed]
    event_selection_on_level=0.3,
    event_selection_on_growth=-0.3,  # those who look for buyers at home had just lost some [assumed]
    effect_path=(0.02, 0.08, 0.15),
    orders_before=(0.04,),
    event_effect_path=(0.0, 0.04),
    spillover=-0.02,
    spillover_reach="trade_and_city",
    skipped_share=0.03,
    silence_when_idle=2.0,
    under_reporting=0.25,  # about 30% [seen]
    parallel_trends_scale="none exactly: a spurt of those invited recedes, shocks are shared, exit and silence are selective",
)
"""The programme's three arms: every known difficulty at once, and a modest effect of fairs."""

NOTHING: dict[str, Any] = {
    "effect_path": (0.0,),
    "orders_before": (),
    "event_effect_path": (0.0,),
    "spillover": 0.0,
}
"""What a programme without any effect has of effects."""

SMALLER: dict[str, Any] = {
    "n_units": 450,
    "first_quarter": "2011Q1",
    "n_quarters": 16,
    "events": (replace(EVENTS[0], places=115), replace(EVENTS[1], places=35)),
}
"""The same with half of the firms that go to no fair, and a year less: for the files of the further cases."""


def scenario(name: ScenarioName) -> Programme:
    """Return the programme of a named scenario.

    Raises
    ------
    UnknownNameError
        With the known names.
    """
    base = Programme()
    scenarios = {
        "persistent": base,
        "null": replace(base, effect_path=(0.0,)),
        "temporary": replace(base, effect_ends_after=5),
        "heterogeneous": replace(base, effect_by_fair=(2.0, 1.0, 0.0, 1.5, 0.5)),
        "selection_on_trend": replace(
            base,
            selection_on_trend=0.05,
            parallel_trends_scale="none: invited firms grow faster anyway",
        ),
        "spillover": replace(
            base,
            spillover=-0.05,
            parallel_trends_scale="none: untreated firms of the same trades lose sales",
        ),
        "as_planned": replace(
            base, fairs=tuple(replace(fair, actual_quarter=fair.planned_quarter) for fair in FAIRS)
        ),
        "three_arms": THREE_ARMS,
        "three_arms_clear": replace(
            THREE_ARMS, **SMALLER, effect_path=(0.30, 0.80, 1.20), orders_before=(0.08,)
        ),
        "three_arms_null": replace(THREE_ARMS, **SMALLER, **NOTHING),
        "three_arms_dip": replace(THREE_ARMS, **SMALLER, **NOTHING, selection_on_growth=-0.8),
    }
    if name not in scenarios:
        raise UnknownNameError(f"scenario: unknown; choose among {', '.join(scenarios)}")
    return scenarios[name]
