"""Every choice of the simulated programme, named and sourced, and the scenarios that vary them.

Sources in brackets: [seen] published figure, [derived] arithmetic on such figures, [assumed] our judgement.
"""

from dataclasses import dataclass, replace
from typing import Literal

from impact.errors import UnknownNameError

ScenarioName = Literal[
    "null",
    "persistent",
    "temporary",
    "heterogeneous",
    "selection_on_trend",
    "spillover",
    "as_planned",
]


@dataclass(frozen=True)
class Fair:
    """One trade fair: where, when it was planned, when it took place (quarters, ``2013Q1``)."""

    name: str
    planned_quarter: str
    actual_quarter: str


FAIRS = (
    # Planned in July 2012. New York took place in January 2013; Seoul, Moscow (for Kiev) and Tokyo were done by June 2013
    # [seen]. Seoul and High Point stand in the contractor's later plan [seen], Moscow and Tokyo are [assumed].
    Fair("New York", "2012Q3", "2013Q1"),
    Fair("High Point", "2013Q1", "2013Q2"),
    Fair("Moscow", "2013Q1", "2013Q2"),
    Fair("Seoul", "2013Q2", "2013Q1"),
    Fair("Tokyo", "2013Q2", "2013Q2"),
)


@dataclass(frozen=True)
class Programme:
    """The simulated artisans, their revenue without the programme, and what the programme does.

    Revenue is in constant 2012 MAD a quarter. Without the programme the log of a firm's revenue is level + growth +
    season + an autoregressive shock + recall noise. Growth is the same in percent for treated and untreated firms, so
    parallel trends hold for *ratios* of mean revenue (within a type of firm), not exactly for levels. Exit bends them
    after the programme's start: it is rarer among larger firms, and so among invited ones.
    """

    n_units: int = 350
    first_quarter: str = "2010Q1"
    n_quarters: int = 20  # to 2014Q4
    fairs: tuple[Fair, ...] = FAIRS
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
    exit_hazard: float = (
        0.02  # a quarter, from the programme's start on [derived: about 10% a year at most]
    )

    selection_on_level: float = (
        0.75  # weight of standardised log revenue in being invited [assumed: +0.5 to +1 sd]
    )
    selection_on_exports: float = 0.5  # weight of the standardised export share
    selection_on_trend: float = 0.0  # extra yearly growth of invited firms

    effect_path: tuple[float, ...] = (
        0.0,
        0.08,
        0.20,
    )  # share of revenue by quarter since the fair; the last one stays
    effect_ends_after: int | None = None  # quarters after which it is gone
    effect_by_fair: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)  # multiplies the path
    effect_export_share: float = 0.7  # of the gain; the rest comes from tourists
    spillover: float = (
        0.0  # share of revenue of untreated firms of a treated trade, from the first fair on
    )

    attrition_untreated: float = 0.15  # share silent by the last quarter [derived]
    attrition_treated: float = 0.20  # [derived]
    skipped_share: float = 0.02  # single quarters without an answer [assumed]
    heaping_share: float = 0.5  # answers rounded to 500 MAD, or 5,000 above 50,000 [assumed]
    under_reporting: float = (
        0.0  # share of revenue not declared (0.3 measured by de Mel and others [seen])
    )

    parallel_trends_scale: str = (
        "ratio of mean revenue within a type of firm, before exit (rarer among larger firms)"
    )


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
    }
    if name not in scenarios:
        raise UnknownNameError(f"scenario: unknown; choose among {', '.join(scenarios)}")
    return scenarios[name]
