"""Every choice of the simulated programme, named and sourced, and the scenarios that vary them.

Each field ends with its unit and, in brackets, where it comes from: [seen] a published figure, [derived] arithmetic
on published figures, [memory] known but not sourced here, [assumed] our judgement.
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from impact.errors import PlanError, UnknownNameError

ScenarioName = Literal[
    "null",
    "persistent",
    "temporary",
    "heterogeneous",
    "selection_on_trend",
    "spillover",
    "as_planned",
]

RATIO_SCALE = (
    "ratio of mean revenue within a type of firm and a market, once the shocks that selection saw have faded "
    "(by half each quarter)"
)


@dataclass(frozen=True)
class Fair:
    """One trade fair: where, when it was planned and when it took place (quarters, ``2013Q1``), and how we know."""

    name: str
    planned_quarter: str
    actual_quarter: str
    basis: str


FAIRS = (
    Fair("New York", "2012Q3", "2013Q1", "planned August 2012, held January 2013 [seen]"),
    Fair("High Point", "2013Q1", "2013Q4", "no report of it by June 2013 [seen]; autumn market [assumed]"),
    Fair("Moscow", "2013Q1", "2013Q2", "planned for Kiev; done by June 2013 [seen]; quarter [assumed]"),
    Fair("Seoul", "2013Q2", "2013Q2", "planned anew for March, done by June 2013 [seen]; quarter [assumed]"),
    Fair("Tokyo", "2013Q2", "2013Q3", "done by June 2013 in the press [seen]; a slip of a quarter [assumed]"),
)  # fmt: skip
"""The five fairs. The last two dates are the simulation's own, so that four quarters differ: they are not history."""


@dataclass(frozen=True)
class Programme:
    """The simulated artisans, their revenue without the programme, and what the programme does.

    Without the programme a firm's revenue a quarter, in constant 2012 MAD, is ``exp(level + growth + shock)``, split over
    three markets that each have their season, zero in idle quarters and after exit. The programme adds a share of it.
    The survey records that revenue with recall noise, round numbers and gaps.

    Raises
    ------
    PlanError
        If the choices contradict each other, with the field and the rule.
    """

    n_units: int = 350
    """Artisans and SMEs in the sampling frame, made in the selection quarter [assumed]."""
    first_quarter: str = "2010Q1"
    """First quarter asked about [assumed]."""
    n_quarters: int = 20
    """Quarters, to 2014Q4 [assumed]."""
    fairs: tuple[Fair, ...] = FAIRS
    """Fairs in their planned order; dates are data, not constants [seen, assumed: see each `Fair.basis`]."""
    places_per_fair: int = 10
    """Firms invited to each fair [seen]."""
    absent_share: float = 0.06
    """Share of the invited that never exhibit, so 9 or 10 of ten do [derived from 9 of 10 in New York]."""

    fes_share: float = 0.5
    """Share of firms in Fes; the rest is in Marrakech [assumed]."""
    sme_share: float = 0.2
    """Share of SMEs; the rest are mono-artisans [assumed]."""
    median_mono_mad: float = 45_000.0
    """Median revenue of a mono-artisan, MAD a year [derived from turnover per worker]."""
    median_sme_mad: float = 240_000.0
    """Median revenue of an SME, MAD a year [assumed]: small ones; the sector's mean SME, 4.3 M, is not in the frame."""
    jewellery_factor: float = 2.0
    """Revenue in jewellery, times the others' [assumed]; 4 per worker [seen], mostly the metal's value."""
    level_sd: float = 0.80
    """Spread of lasting differences between firms of a trade and type, log points [assumed; .95 across trades]."""
    exporters_mono: float = 0.25
    """Share of mono-artisans that export at all [assumed]."""
    exporters_sme: float = 0.55
    """Share of SMEs that export at all [assumed]."""
    export_share_mono: float = 0.30
    """Exports in an exporting mono-artisan's revenue, mean share [assumed; the domestic market is 84% of the sector]."""
    export_share_sme: float = 0.40
    """Exports in an exporting SME's revenue, mean share [assumed]."""
    tourist_share: float = 0.25
    """Sales to tourists in revenue, mean share [assumed; both cities live on tourism]."""

    growth_mono: float = 0.02
    """Growth of mono-artisans' revenue without the programme, log points a year, real [derived: 1 to 4%]."""
    growth_sme: float = 0.03
    """Growth of SMEs' revenue without the programme, log points a year, real [derived: 0 to 3% nominal, upper end]."""
    season_domestic: tuple[float, float, float, float] = (-0.06, 0.0, 0.10, -0.04)
    """Season of domestic sales, log points by quarter: weddings; Ramadan fell in Q3 in 2010-2014 [memory]."""
    season_tourist: tuple[float, float, float, float] = (0.02, 0.14, -0.16, 0.0)
    """Season of tourist sales, log points by quarter: spring and autumn [memory]."""
    season_export: tuple[float, float, float, float] = (-0.10, 0.04, 0.02, 0.04)
    """Season of exports, log points by quarter: orders shipped before winter [assumed]."""
    persistence: float = 0.5
    """Autocorrelation of shocks from quarter to quarter [derived from three small-firm panels]."""
    shock_sd: float = 0.40
    """Spread of shocks, log points [derived: .3 to .6]."""
    guild_icc: float = 0.0
    """Share of the shocks' variance common to a trade and city [derived: .03 to .10 is realistic; 0 by default]."""
    idle_share: float = 0.05
    """Share of quarters without any sale [derived: 3 to 8%]."""
    exit_hazard: float = 0.015
    """Share of firms that close for good, a quarter, after the selection quarter [derived: up to 10% a year]."""

    selection_quarter: str = "2012Q2"
    """Last quarter the programme saw when it chose firms [derived: launched in July 2012]."""
    selection_on_level: float = 0.75
    """Weight of standardised log revenue of the four quarters before selection [assumed: treated +0.5 to +1 sd]."""
    selection_on_exports: float = 0.5
    """Weight of the standardised export share in being invited [assumed]."""
    selection_on_trend: float = 0.0
    """Extra growth of invited firms without the programme, log points a year [assumed: 0 to .05]."""

    effect_path: tuple[float, ...] = (0.0, 0.08, 0.20)
    """Effect by quarter since the fair, share of revenue; the last one stays [assumed; rug exporters +16 to 26% seen]."""
    effect_by_fair: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    """What multiplies the effect path at each fair [assumed]."""
    effect_sd: float = 0.5
    """Spread of effects between firms, log points around a mean multiplier of one [assumed]."""
    effect_export_share: float = 0.7
    """Share of the effect that is exports; the rest is sold to tourists [assumed]."""
    spillover: float = 0.0
    """Change in untreated firms of a treated trade, share of revenue, from the first fair on [assumed]."""

    staff_mono: float = 1.6
    """Persons in a mono-artisan's workshop of mean revenue [assumed]."""
    staff_sme: float = 6.0
    """Persons in an SME of mean revenue [assumed]."""
    staff_elasticity: float = 0.25
    """Change in persons for a change in revenue, both in logs [assumed]."""

    event_attendance: tuple[float, float] = (0.30, 0.55)
    """Chance to attend each of the two Marrakech events, firms of Fes and of Marrakech [assumed; 300 attended one]."""
    media_tour_chance: float = 0.04
    """Chance to be visited by each of the five media tours [assumed]."""
    buyer_visit_chance: float = 0.08
    """Chance to be visited by each of the three buyers' visits [assumed]."""
    b2b_meetings_mean: float = 0.3
    """Business-to-business meetings a firm, mean [assumed]."""
    exposure_of_exhibitors: float = 2.0
    """What multiplies these chances for exhibitors, except at the Marrakech events [assumed]."""

    attrition_untreated: float = 0.15
    """Share of firms silent for good by the last quarter [derived]."""
    attrition_treated: float = 0.20
    """The same among exhibitors [derived]."""
    attrition_slope: float = 0.6
    """How much likelier the smallest firm falls silent than the largest, share of the mean [assumed]."""
    skipped_share: float = 0.02
    """Share of single quarters without an answer [assumed]."""
    recall_sd: float = 0.25
    """Recall noise in reported revenue, log points, right on average [derived: up to .4 a year]."""
    heaping_share: float = 0.5
    """Share of answers rounded to 50, 500 or 5,000 MAD [assumed]."""
    under_reporting: float = 0.0
    """Share of revenue not declared [.3 seen in a measurement study; 0 by default]."""
    under_reporting_after_fair: float = 0.0
    """The same for exhibitors from their fair on: unlike it, reporting itself changes [assumed]."""

    parallel_trends_scale: str = RATIO_SCALE
    """The scale on which untreated revenue of treated and untreated firms moves in parallel, in words [derived]."""

    def __post_init__(self) -> None:
        """Refuse choices that contradict each other."""
        if not self.fairs or len(self.effect_by_fair) != len(self.fairs):
            raise PlanError("effect_by_fair: needs one multiplier a fair, and at least one fair")
        if not 0 < len(self.fairs) * self.places_per_fair < self.n_units:
            raise PlanError(
                "places_per_fair: invites all firms or none; raise n_units or change it"
            )
        if not self.effect_path:
            raise PlanError("effect_path: is empty; (0.0,) stands for no effect")
        largest = max(self.export_share_mono, self.export_share_sme) + self.tourist_share
        if not (self.tourist_share > 0 and largest < 1):
            raise PlanError("tourist_share: with the export shares must leave a domestic market")


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
        "temporary": replace(base, effect_path=(0.0, 0.08, 0.20, 0.20, 0.10, 0.0)),
        "heterogeneous": replace(base, effect_by_fair=(2.0, 1.0, 0.0, 1.5, 0.5)),
        "selection_on_trend": replace(
            base,
            selection_on_trend=0.05,
            parallel_trends_scale="none: invited firms grow faster anyway",
        ),
        "spillover": replace(
            base,
            spillover=-0.05,
            parallel_trends_scale=f"{RATIO_SCALE}; but the untreated firms that are seen lose sales to the treated",
        ),
        "as_planned": replace(
            base, fairs=tuple(replace(fair, actual_quarter=fair.planned_quarter) for fair in FAIRS)
        ),
    }
    if name not in scenarios:
        raise UnknownNameError(
            f"scenario: unknown; choose among {', '.join(get_args(ScenarioName))}"
        )
    return scenarios[name]
