"""Who the simulated artisans are, and whom the programme invites."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.errors import PlanError
from impact.simulate.programme import Programme
from impact.simulate.streams import Streams

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

CITIES = ("Fes", "Marrakech")
SECTORS = ("building crafts", "decoration", "furniture", "jewellery", "traditional clothing")
MARKETS = ("domestic", "tourist", "export")
SHARE_CONCENTRATION = 4.0  # of the gamma draws behind market shares: mean share .25 has sd .19


@dataclass(frozen=True)
class Calendar:
    """The quarters, and the places in them that the programme's dates refer to.

    ``after_selection`` is the first quarter in which firms may close or fall silent; ``starts`` the fairs' quarters.
    """

    quarters: pd.PeriodIndex
    after_selection: int
    starts: Integers

    @classmethod
    def of(cls, programme: Programme) -> "Calendar":
        """Place a programme's dates.

        Raises
        ------
        PlanError
            If a fair or the selection lies outside the quarters, or fewer than four quarters precede it.
        """
        quarters = pd.period_range(programme.first_quarter, periods=programme.n_quarters, freq="Q")

        def place(quarter: str) -> int:
            return int(pd.Period(quarter, freq="Q").ordinal - quarters[0].ordinal)

        starts = np.array([place(fair.actual_quarter) for fair in programme.fairs], dtype=np.int64)
        selection = place(programme.selection_quarter)
        if min(selection + 1, starts.min()) < 4 or max(selection + 1, starts.max()) >= len(
            quarters
        ):
            raise PlanError(
                "fairs: selection and every fair need four quarters before and one after, within n_quarters"
            )
        return cls(quarters, selection + 1, starts)


@dataclass(frozen=True)
class Artisans:
    """N invented firms: trade, city, type, lasting level of log revenue (standardised and in logs), market shares (N, 3)."""

    sector: Integers
    city: Integers
    sme: Mask
    level_z: Floats
    level: Floats
    shares: Floats


@dataclass(frozen=True)
class Invitations:
    """Which fair a firm is invited to (-1: none), whether it exhibits, and in which quarter (-1: never)."""

    fair: Integers
    exhibited: Mask
    start: Integers


def artisans(programme: Programme, streams: Streams) -> Artisans:
    """Draw the firms."""
    n, frame = programme.n_units, streams["frame"]
    sector = frame.integers(0, len(SECTORS), n)
    city = (frame.random(n) >= programme.fes_share).astype(np.int64)
    sme = frame.random(n) < programme.sme_share
    level_z = streams["levels"].standard_normal(n)
    median = np.where(sme, programme.median_sme_mad, programme.median_mono_mad) / 4
    median *= np.where(sector == SECTORS.index("jewellery"), programme.jewellery_factor, 1.0)
    level = np.log(median) + programme.level_sd * level_z
    return Artisans(
        sector, city, sme, level_z, level, _market_shares(programme, sme, streams["markets"])
    )


def _market_shares(programme: Programme, sme: Mask, generator: np.random.Generator) -> Floats:
    """Shares of the three markets in a firm's revenue, (N, 3); exports are 0 for who does not export."""
    n = len(sme)
    exports = generator.random(n) < np.where(sme, programme.exporters_sme, programme.exporters_mono)
    export = np.where(sme, programme.export_share_sme, programme.export_share_mono)
    tourist = np.full(n, programme.tourist_share)
    mean = np.column_stack([1 - export - tourist, tourist, export])
    gamma = generator.gamma(SHARE_CONCENTRATION * mean)
    gamma[~exports, MARKETS.index("export")] = 0.0
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def invitations(
    programme: Programme, firms: Artisans, seen: Floats, calendar: Calendar, streams: Streams
) -> Invitations:
    """Invite the firms that rank highest by what the programme ``seen`` (log revenue, (N,)), their exports, and luck.

    Luck is Gumbel noise, so the choice is a logit one. Fairs are filled at random; one invited firm in some fairs stays away.
    """
    generator, n = streams["selection"], len(seen)
    index = programme.selection_on_level * _standardised(seen, firms.sme)
    index += programme.selection_on_exports * _standardised(
        firms.shares[:, MARKETS.index("export")], np.zeros(n, dtype=bool)
    )
    n_fairs, places = len(programme.fairs), programme.places_per_fair
    invited = np.argsort(-(index + generator.gumbel(size=n)), kind="stable")[: n_fairs * places]
    order = generator.permutation(invited).reshape(n_fairs, places)
    fair = np.full(n, -1)
    fair[order] = np.arange(n_fairs)[:, None]
    absent = np.floor(places * programme.absent_share + generator.random(n_fairs))
    exhibited = np.zeros(n, dtype=bool)
    exhibited[order] = np.arange(places) >= absent[:, None]
    return Invitations(fair, exhibited, np.where(exhibited, calendar.starts[fair], -1))


def _standardised(values: Floats, group: Mask) -> Floats:
    """Mean 0 and standard deviation 1 within each group that has any spread."""
    result = np.zeros(len(values))
    for member in (group, ~group):
        spread = values[member].std() if member.any() else 0.0
        if spread > 0:
            result[member] = (values[member] - values[member].mean()) / spread
    return result
