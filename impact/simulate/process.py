"""Draw artisans, their revenue with and without the programme, and what a survey records of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.simulate.programme import Programme

CITIES = ("Fes", "Marrakech")
SECTORS = ("building crafts", "decoration", "furniture", "jewellery", "traditional clothing")
MARKETS = ("domestic", "tourist", "export")
SEASON = {  # by quarter of the year, log points: weddings in summer, tourists in spring and autumn, orders before winter
    "domestic": (-0.06, 0.00, 0.10, -0.04),
    "tourist": (0.02, 0.14, -0.16, 0.00),
    "export": (-0.10, 0.04, 0.02, 0.04),
}
STREAMS = ("frame", "selection", "levels", "shocks", "exit", "response", "reporting", "exposure")


@dataclass(frozen=True)
class Draw:
    """One draw of the programme: N units by T quarters, three markets.

    ``untreated`` and ``treated`` (N, T, 3) are the potential revenues by market without and with the programme, both zero in
    idle quarters and after exit; ``answered`` (N, T) says what the survey saw.
    """

    programme: Programme
    quarters: pd.PeriodIndex
    sector: Integers
    city: Integers
    sme: Mask
    fair: Integers
    exhibited: Mask
    start: Integers
    untreated: Floats
    treated: Floats
    exited: Mask
    answered: Mask
    reported: Integers
    employment: Integers
    exposure: dict[str, Integers]

    @property
    def event_time(self) -> Floats:
        """Quarters since the fair, (N, T); minus infinity for who did not exhibit."""
        quarter = np.arange(len(self.quarters))
        return np.where(self.exhibited[:, None], quarter - self.start[:, None], -np.inf)


def draw(programme: Programme, *, seed: int) -> Draw:
    """Draw once. Each part has its own named stream, so that changing one leaves the others as they were."""
    spawned = np.random.SeedSequence(seed).spawn(len(STREAMS))
    stream = {
        name: np.random.default_rng(child) for name, child in zip(STREAMS, spawned, strict=True)
    }
    n, quarters = (
        programme.n_units,
        pd.period_range(programme.first_quarter, periods=programme.n_quarters, freq="Q"),
    )
    sector = stream["frame"].integers(0, len(SECTORS), n)
    city = (stream["frame"].random(n) >= programme.fes_share).astype(np.int64)
    sme = stream["frame"].random(n) < programme.sme_share
    level_z = stream["levels"].standard_normal(n)
    shares = _market_shares(programme, sme, stream["levels"])
    fair, exhibited = _select(programme, level_z, shares[:, 2], stream["selection"])
    start = np.array([quarters.get_loc(pd.Period(f.actual_quarter, "Q")) for f in programme.fairs])
    started = np.where(fair >= 0, start[fair], -1)
    untreated = _counterfactual(
        programme, quarters, (sector, sme, fair >= 0), level_z, shares, stream["shocks"]
    )
    exited = _exit(programme, quarters, untreated.sum(axis=2), stream["exit"])
    untreated[exited] = 0.0
    treated = _with_programme(programme, untreated, (sector, fair, exhibited, started))
    answered = _answers(programme, quarters, treated.sum(axis=2), exhibited, stream["response"])
    reported = _report(programme, treated, stream["reporting"])
    staff = np.where(sme, 6.0, 1.6) * np.exp(0.25 * level_z)
    employment = np.maximum(1, np.rint(staff)).astype(np.int64)
    return Draw(
        programme=programme, quarters=quarters, sector=sector, city=city, sme=sme, fair=fair, exhibited=exhibited,
        start=started, untreated=untreated, treated=treated, exited=exited, answered=answered, reported=reported,
        employment=employment, exposure=_exposure(exhibited, city, stream["exposure"]),
    )  # fmt: skip


def _market_shares(programme: Programme, sme: Mask, generator: np.random.Generator) -> Floats:
    """Shares of the three markets in a firm's revenue, (N, 3)."""
    export = np.where(sme, programme.export_share_sme, programme.export_share_mono)
    mean = np.column_stack(
        [1 - export - programme.tourist_share, np.full(len(sme), programme.tourist_share), export]
    )
    gamma = generator.gamma(4 * mean)
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def _select(
    programme: Programme, level: Floats, export: Floats, generator: np.random.Generator
) -> tuple[Integers, Mask]:
    """Invite the firms with the highest index plus Gumbel noise; return fair (-1: not invited) and exhibited."""
    standard = (export - export.mean()) / export.std()
    index = programme.selection_on_level * level + programme.selection_on_exports * standard
    places = len(programme.fairs) * programme.places_per_fair
    invited = np.argsort(-(index + generator.gumbel(size=len(level))), kind="stable")[:places]
    fair = np.full(len(level), -1)
    fair[generator.permutation(invited)] = np.arange(places) // programme.places_per_fair
    shows_up = generator.random(len(level)) < programme.exhibiting_share
    return fair, (fair >= 0) & shows_up


def _counterfactual(
    programme: Programme,
    quarters: pd.PeriodIndex,
    kind: tuple[Integers, Mask, Mask],
    level_z: Floats,
    shares: Floats,
    generator: np.random.Generator,
) -> Floats:
    """Revenue by market without the programme, (N, T, 3)."""
    sector, sme, invited = kind
    n, periods = len(level_z), len(quarters)
    median = np.where(sme, programme.median_sme_mad, programme.median_mono_mad) / 4
    median = median * np.where(
        sector == SECTORS.index("jewellery"), programme.jewellery_factor, 1.0
    )
    level = (
        np.log(median) + np.where(sme, programme.level_sd_sme, programme.level_sd_mono) * level_z
    )
    growth = (
        np.where(sme, programme.growth_sme, programme.growth_mono)
        + programme.selection_on_trend * invited
    )
    years = np.arange(periods) / 4
    shock = _autoregressive(programme, generator.standard_normal((n, periods)))
    noise = programme.recall_sd * generator.standard_normal((n, periods))
    total = np.exp(level[:, None] + growth[:, None] * years + shock + noise)
    total[generator.random((n, periods)) < programme.idle_share] = 0.0
    season = np.exp(np.array([SEASON[market] for market in MARKETS])[:, quarters.quarter - 1].T)
    return np.asarray(total[:, :, None] * shares[:, None, :] * season[None])


def _autoregressive(programme: Programme, normal: Floats) -> Floats:
    """Stationary AR(1) paths of the given standard deviation, (N, T)."""
    rho, path = programme.persistence, normal.copy()
    for t in range(1, normal.shape[1]):
        path[:, t] = rho * path[:, t - 1] + np.sqrt(1 - rho**2) * normal[:, t]
    return programme.shock_sd * path


def _first_fair(programme: Programme, quarters: pd.PeriodIndex) -> int:
    return int(
        min(quarters.get_loc(pd.Period(fair.planned_quarter, "Q")) for fair in programme.fairs)
    )


def _exit(
    programme: Programme, quarters: pd.PeriodIndex, revenue: Floats, generator: np.random.Generator
) -> Mask:
    """Whether a firm has closed for good, (N, T): twice the hazard below the median revenue, half above."""
    base = _first_fair(programme, quarters)
    before = revenue[:, :base].mean(axis=1)
    hazard = programme.exit_hazard * np.where(before < np.median(before), 1.5, 0.5)
    closes = generator.random(revenue.shape) < hazard[:, None]
    closes[:, :base] = False
    return np.asarray(np.logical_or.accumulate(closes, axis=1))


def _with_programme(
    programme: Programme, untreated: Floats, who: tuple[Integers, Integers, Mask, Integers]
) -> Floats:
    """Revenue by market with the programme: the gain lands on exports and on tourists."""
    sector, fair, exhibited, start = who
    periods = untreated.shape[1]
    event = np.arange(periods) - start[:, None]
    path = np.asarray(programme.effect_path)
    gain = path[np.clip(event, 0, len(path) - 1)] * ((event >= 0) & exhibited[:, None])
    if programme.effect_ends_after is not None:
        gain = gain * (event <= programme.effect_ends_after)
    gain = gain * np.where(fair >= 0, np.asarray(programme.effect_by_fair)[fair], 0.0)[:, None]
    extra = gain * untreated.sum(axis=2)
    treated = untreated.copy()
    treated[:, :, 2] += programme.effect_export_share * extra
    treated[:, :, 1] += (1 - programme.effect_export_share) * extra
    if programme.spillover and exhibited.any():
        since = np.arange(periods) >= start[exhibited].min()
        touched = ~exhibited & np.isin(sector, sector[exhibited])
        treated *= 1 + programme.spillover * (touched[:, None] & since)[:, :, None]
    return treated


def _answers(
    programme: Programme,
    quarters: pd.PeriodIndex,
    revenue: Floats,
    exhibited: Mask,
    generator: np.random.Generator,
) -> Mask:
    """Whether the survey has an answer, (N, T): some firms fall silent for good, more often small ones."""
    base = _first_fair(programme, quarters)
    before = revenue[:, :base].mean(axis=1)
    rank = np.argsort(np.argsort(before)) / max(len(before) - 1, 1)
    share = np.where(exhibited, programme.attrition_treated, programme.attrition_untreated)
    silent = generator.random(len(before)) < share * (1.3 - 0.6 * rank)
    last = generator.integers(base, len(quarters), len(before))
    gone = silent[:, None] & (np.arange(len(quarters)) > last[:, None])
    skipped = generator.random(revenue.shape) < programme.skipped_share
    return np.asarray(~gone & ~skipped)


def _report(programme: Programme, revenue: Floats, generator: np.random.Generator) -> Integers:
    """Whole MAD by market, (N, T, 3): totals heaped at round numbers, markets summing to the total."""
    total = revenue.sum(axis=2) * (1 - programme.under_reporting)
    step = np.where(total > 50_000, 5_000.0, 500.0)
    heaped = generator.random(total.shape) < programme.heaping_share
    whole = np.rint(np.where(heaped, np.rint(total / step) * step, total))
    share = revenue / np.maximum(revenue.sum(axis=2, keepdims=True), 1e-9)
    parts = np.floor(whole[:, :, None] * share)
    parts[:, :, 0] += whole - parts.sum(axis=2)
    return np.asarray(parts.astype(np.int64))


def _exposure(
    exhibited: Mask, city: Integers, generator: np.random.Generator
) -> dict[str, Integers]:
    """How often each firm met the programme's other activities."""
    n = len(city)
    often = 1.0 + exhibited
    return {
        "marrakech_events": (generator.random(n) < np.where(city == 1, 0.7, 0.4)).astype(np.int64)
        + (generator.random(n) < np.where(city == 1, 0.4, 0.2)),
        "media_tours": generator.binomial(5, np.minimum(0.04 * often, 1)),
        "buyer_visits": generator.binomial(3, np.minimum(0.08 * often, 1)),
        "b2b_meetings": generator.poisson(0.3 * often**2),
    }
