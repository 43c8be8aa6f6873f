"""Draw artisans and their revenue with and without the programme, from the same shocks."""

from dataclasses import dataclass

import numpy as np

from impact.simulate.artisans import (
    MARKETS,
    SECTORS,
    Artisans,
    Calendar,
    Floats,
    Integers,
    Invitations,
    Mask,
    artisans,
    invitations,
)
from impact.simulate.programme import Programme
from impact.simulate.streams import Streams


@dataclass(frozen=True)
class Draw:
    """One draw of the programme: N firms by T quarters, three markets.

    ``untreated`` and ``treated`` (N, T, 3) are true revenue by market without and with the programme, MAD a quarter; both
    are zero in idle quarters and after exit, which the programme does not change. ``shock`` (N, T) is in log points.
    """

    programme: Programme
    calendar: Calendar
    firms: Artisans
    invitations: Invitations
    shock: Floats
    untreated: Floats
    treated: Floats
    exited: Mask

    @property
    def event_time(self) -> Integers:
        """Quarters since the fair, (N, T); far below zero for who did not exhibit."""
        start = np.where(self.invitations.exhibited, self.invitations.start, 10**6)
        return np.asarray(np.arange(self.exited.shape[1]) - start[:, None])


def draw(programme: Programme, *, seed: int) -> Draw:
    """Draw once; the same seed gives the same shocks whatever the programme does.

    Parameters
    ----------
    programme : Programme
    seed : int
        Not negative. Every part of the draw has its own stream, named in `Streams`.
    """
    streams, calendar = Streams(seed), Calendar.of(programme)
    firms = artisans(programme, streams)
    shock = _shocks(programme, firms, streams)
    window = slice(calendar.after_selection - 4, calendar.after_selection)
    seen = firms.level + shock[:, window].mean(axis=1)
    invited = invitations(programme, firms, seen, calendar, streams)
    untreated = _counterfactual(programme, firms, invited, shock, calendar)
    exited = _exits(programme, calendar, streams["exit"])
    idle = streams["idle"].random(shock.shape) < programme.idle_share
    untreated[exited | idle] = 0.0
    treated = _with_programme(programme, untreated, firms, invited, streams["effects"])
    return Draw(programme, calendar, firms, invited, shock, untreated, treated, exited)


def _shocks(programme: Programme, firms: Artisans, streams: Streams) -> Floats:
    """Stationary AR(1) paths, (N, T), in part common to a trade and city."""
    periods, guilds = programme.n_quarters, 2 * len(SECTORS)
    own = streams["shocks"].standard_normal((programme.n_units, periods))
    guild = streams["guild shocks"].standard_normal((guilds, periods))[
        2 * firms.sector + firms.city
    ]
    common = programme.guild_icc
    path = np.sqrt(1 - common) * own + np.sqrt(common) * guild
    rho = programme.persistence
    for t in range(1, periods):
        path[:, t] = rho * path[:, t - 1] + np.sqrt(1 - rho**2) * path[:, t]
    return np.asarray(programme.shock_sd * path)


def _counterfactual(
    programme: Programme, firms: Artisans, invited: Invitations, shock: Floats, calendar: Calendar
) -> Floats:
    """Revenue by market without the programme, in a quarter with sales, (N, T, 3)."""
    years = np.arange(programme.n_quarters) / 4
    since_selection = years - years[calendar.after_selection - 1]
    growth = np.where(firms.sme, programme.growth_sme, programme.growth_mono)
    extra = programme.selection_on_trend * (invited.fair >= 0)
    trend = growth[:, None] * years + extra[:, None] * since_selection
    total = np.exp(firms.level[:, None] + trend + shock)
    season = np.array(
        [programme.season_domestic, programme.season_tourist, programme.season_export]
    )
    by_quarter = np.exp(season[:, calendar.quarters.quarter - 1].T)
    return np.asarray(total[:, :, None] * firms.shares[:, None, :] * by_quarter)


def _exits(programme: Programme, calendar: Calendar, generator: np.random.Generator) -> Mask:
    """Whether a firm has closed for good, (N, T). Size plays no part: else survival alone would break parallel trends."""
    closes = generator.random((programme.n_units, programme.n_quarters)) < programme.exit_hazard
    closes[:, : calendar.after_selection] = False
    return np.asarray(np.logical_or.accumulate(closes, axis=1))


def _with_programme(
    programme: Programme,
    untreated: Floats,
    firms: Artisans,
    invited: Invitations,
    generator: np.random.Generator,
) -> Floats:
    """Revenue by market with the programme, (N, T, 3): the gain lands on exports and on tourists."""
    n, periods, _ = untreated.shape
    event = np.arange(periods) - invited.start[:, None]
    after = invited.exhibited[:, None] & (event >= 0)
    path = np.asarray(programme.effect_path)
    spread = programme.effect_sd
    own = np.exp(spread * generator.standard_normal(n) - spread**2 / 2)
    own *= np.asarray(programme.effect_by_fair)[invited.fair]
    gain = np.where(after, path[np.clip(event, 0, len(path) - 1)] * own[:, None], 0.0)
    gain *= untreated.sum(axis=2)
    treated = untreated.copy()
    treated[:, :, MARKETS.index("export")] += programme.effect_export_share * gain
    treated[:, :, MARKETS.index("tourist")] += (1 - programme.effect_export_share) * gain
    if programme.spillover and invited.exhibited.any():
        since = np.arange(periods) >= invited.start[invited.exhibited].min()
        touched = ~invited.exhibited & np.isin(firms.sector, firms.sector[invited.exhibited])
        treated *= 1 + programme.spillover * (touched[:, None] & since)[:, :, None]
    return treated
