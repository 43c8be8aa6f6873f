"""Revenue without the programme: lasting levels, passing shocks of firms and of what they share, idle quarters, exit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from impact.arrays import Floats, Integers, Mask
from impact.simulate.programme import Programme
from impact.simulate.selection import Chosen

CITIES = ("Fes", "Marrakech")
SECTORS = ("building crafts", "decoration", "furniture", "jewellery", "traditional clothing")
MARKETS = ("domestic", "tourist", "export")
SEASON = {  # by quarter of the year, log points: weddings in summer, tourists in spring and autumn, orders before winter
    "domestic": (-0.06, 0.00, 0.10, -0.04),
    "tourist": (0.02, 0.14, -0.16, 0.00),
    "export": (-0.10, 0.04, 0.02, 0.04),
}


@dataclass(frozen=True)
class Firms:
    """N firms as they last: trade, city, type, standardised log level, and shares of the three markets (N, 3)."""

    sector: Integers
    city: Integers
    sme: Mask
    level: Floats
    shares: Floats


@dataclass(frozen=True)
class Passing:
    """What passes, (N, T): a firm's autoregressive shock and recall noise in log points, and the uniform that idles it."""

    shock: Floats
    noise: Floats
    idling: Floats


def passing(
    programme: Programme, n_quarters: int, *, own: np.random.Generator, idle: np.random.Generator
) -> Passing:
    """Draw each firm's own shocks."""
    shape = (programme.n_units, n_quarters)
    shock = programme.shock_sd * autoregressive(programme.persistence, own.standard_normal(shape))
    noise = programme.recall_sd * own.standard_normal(shape)
    uniform = own.random(shape)
    if programme.idle_persistence:
        uniform = ndtr(autoregressive(programme.idle_persistence, idle.standard_normal(shape)))
    return Passing(shock, noise, uniform)


def autoregressive(rho: float, normal: Floats) -> Floats:
    """Make stationary AR(1) paths of standard deviation one of standard normals, (N, T)."""
    path = normal.copy()
    for t in range(1, normal.shape[1]):
        path[:, t] = rho * path[:, t - 1] + np.sqrt(1 - rho**2) * normal[:, t]
    return path


def common_shocks(
    programme: Programme,
    firms: Firms,
    chosen: Chosen,
    n_quarters: int,
    generator: np.random.Generator,
) -> Floats:
    """Draw log points that firms of one city, one trade and one fair or event share, (N, T)."""
    met = np.where(chosen.fair >= 0, chosen.fair, chosen.event + len(programme.fairs))
    met = np.where((chosen.fair < 0) & (chosen.event < 0), -1, met)
    shared = (
        (programme.city_shock_sd, firms.city, len(CITIES)),
        (programme.trade_shock_sd, firms.sector, len(SECTORS)),
        (programme.event_shock_sd, met, len(programme.fairs) + len(programme.events)),
    )
    total = np.zeros((len(firms.city), n_quarters))
    for size, group, n_groups in shared:
        path = autoregressive(
            programme.persistence, generator.standard_normal((n_groups, n_quarters))
        )
        total += np.where(group[:, None] >= 0, size * path[group], 0.0)
    return total


def counterfactual(
    programme: Programme,
    quarters: pd.PeriodIndex,
    firms: Firms,
    own: Passing,
    *,
    invited: Mask,
    common: Floats,
) -> Floats:
    """Return revenue by market without the programme and before exit, (N, T, 3)."""
    median = np.where(firms.sme, programme.median_sme_mad, programme.median_mono_mad) / 4
    jewellers = firms.sector == SECTORS.index("jewellery")
    median = median * np.where(jewellers, programme.jewellery_factor, 1.0)
    spread = np.where(firms.sme, programme.level_sd_sme, programme.level_sd_mono)
    level = np.log(median) + spread * firms.level
    growth = np.where(firms.sme, programme.growth_sme, programme.growth_mono)
    growth = growth + programme.selection_on_trend * invited
    years = np.arange(len(quarters)) / 4
    total = np.exp(level[:, None] + growth[:, None] * years + own.shock + own.noise + common)
    total[own.idling < _idle_share(programme, firms.level)[:, None]] = 0.0
    season = np.exp(np.array([SEASON[market] for market in MARKETS])[:, quarters.quarter - 1].T)
    return np.asarray(total[:, :, None] * firms.shares[:, None, :] * season[None])


def _idle_share(programme: Programme, level: Floats) -> Floats:
    """Share of quarters in which each firm sells nothing, (N,): larger firms less often."""
    return programme.idle_share * (1 + programme.idle_on_level * (0.5 - rank_of(level)))


def rank_of(values: Floats) -> Floats:
    """Return ranks from 0 for the smallest to 1 for the largest, (N,)."""
    return np.asarray(np.argsort(np.argsort(values)) / max(len(values) - 1, 1))


def exit_from(
    programme: Programme, revenue: Floats, shock: Floats, base: int, generator: np.random.Generator
) -> Mask:
    """Whether a firm has closed for good, (N, T), from quarter ``base`` on: rather small ones, and after a bad quarter."""
    before = revenue[:, :base].mean(axis=1)
    hazard = programme.exit_hazard * np.where(before < np.median(before), 1.5, 0.5)
    last = np.column_stack([np.zeros(len(before)), shock[:, :-1]])
    closes = generator.random(revenue.shape) < hazard[:, None] * np.exp(
        -programme.exit_on_shock * last
    )
    closes[:, :base] = False
    return np.asarray(np.logical_or.accumulate(closes, axis=1))
