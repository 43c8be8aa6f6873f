"""Draw artisans, their revenue with and without the programme, and what a survey records of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.simulate.gains import with_programme
from impact.simulate.programme import Programme
from impact.simulate.revenue import (
    SECTORS,
    Firms,
    common_shocks,
    counterfactual,
    exit_from,
    passing,
)
from impact.simulate.selection import choose, passing_growth
from impact.simulate.survey import answers, declared, exposure

STREAMS = (
    "frame",
    "selection",
    "levels",
    "shocks",
    "exit",
    "response",
    "reporting",
    "exposure",
    "idle",
    "common",
    "events",
)
"""Streams are spawned by their place: new ones come last, so that earlier ones stay as they were."""
Arm = Literal["fair", "event", "neither"]


@dataclass(frozen=True)
class Draw:
    """One draw of the programme: N units by T quarters, three markets.

    ``untreated`` and ``treated`` (N, T, 3) are the potential revenues by market without and with the programme, both zero in
    idle quarters and after exit; ``answered`` (N, T) says what the survey saw. ``fair`` and ``event`` are -1 for none, and so
    are ``start`` and ``event_start``, the quarters in which they take place.
    """

    programme: Programme
    quarters: pd.PeriodIndex
    sector: Integers
    city: Integers
    sme: Mask
    fair: Integers
    event: Integers
    exhibited: Mask
    start: Integers
    event_start: Integers
    shock: Floats
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

    @property
    def since_event(self) -> Floats:
        """Quarters since the event at home, (N, T); minus infinity for who was at none."""
        quarter = np.arange(len(self.quarters))
        return np.where(self.event[:, None] >= 0, quarter - self.event_start[:, None], -np.inf)

    def of_arm(self, arm: Arm) -> Mask:
        """Whether a firm is of an arm, (N,): invited to a fair, at an event at home, or neither."""
        return {
            "fair": self.fair >= 0,
            "event": self.event >= 0,
            "neither": (self.fair < 0) & (self.event < 0),
        }[arm]


def draw(programme: Programme, *, seed: int) -> Draw:
    """Draw once. Each part has its own named stream, so that changing one leaves the others as they were."""
    spawned = np.random.SeedSequence(seed).spawn(len(STREAMS))
    stream = {
        name: np.random.default_rng(child) for name, child in zip(STREAMS, spawned, strict=True)
    }
    n_quarters = programme.n_quarters
    quarters = pd.period_range(programme.first_quarter, periods=n_quarters, freq="Q")
    at = {str(quarter): place for place, quarter in enumerate(quarters)}
    firms = _firms(programme, stream["frame"], stream["levels"])
    own = passing(programme, n_quarters, own=stream["shocks"], idle=stream["idle"])
    starts = [at[fair.actual_quarter] for fair in programme.fairs]
    growth = passing_growth(own.shock + own.noise, last=min(starts) - 1)
    chosen = choose(
        programme,
        (firms.level, firms.shares[:, 2], growth),
        fairs=stream["selection"],
        events=stream["events"],
    )
    start = np.array([*starts, -1])[chosen.fair]
    event_start = np.array([*(at[one.quarter] for one in programme.events), -1])[chosen.event]
    common = common_shocks(programme, firms, chosen, n_quarters, stream["common"])
    untreated = counterfactual(
        programme, quarters, firms, own, invited=chosen.fair >= 0, common=common
    )
    base = min(at[fair.planned_quarter] for fair in programme.fairs)
    exited = exit_from(programme, untreated.sum(axis=2), own.shock, base, stream["exit"])
    untreated[exited] = 0.0
    treated = with_programme(
        programme, untreated, firms, chosen, start=start, event_start=event_start
    )
    return Draw(
        programme=programme, quarters=quarters, sector=firms.sector, city=firms.city, sme=firms.sme,
        fair=chosen.fair, event=chosen.event, exhibited=chosen.exhibited, start=start, event_start=event_start,
        shock=own.shock + own.noise, untreated=untreated, treated=treated, exited=exited,
        answered=answers(programme, treated.sum(axis=2), chosen, base, stream["response"]),
        reported=declared(programme, treated, stream["reporting"]),
        employment=_employment(firms),
        exposure=exposure(programme, chosen, firms.city, stream["exposure"]),
    )  # fmt: skip


def _firms(programme: Programme, frame: np.random.Generator, levels: np.random.Generator) -> Firms:
    n = programme.n_units
    sector = frame.integers(0, len(SECTORS), n)
    city = (frame.random(n) >= programme.fes_share).astype(np.int64)
    sme = frame.random(n) < programme.sme_share
    level = levels.standard_normal(n)
    return Firms(sector, city, sme, level, _market_shares(programme, sme, levels))


def _market_shares(programme: Programme, sme: Mask, generator: np.random.Generator) -> Floats:
    """Shares of the three markets in a firm's revenue, (N, 3)."""
    export = np.where(sme, programme.export_share_sme, programme.export_share_mono)
    mean = np.column_stack(
        [1 - export - programme.tourist_share, np.full(len(sme), programme.tourist_share), export]
    )
    gamma = generator.gamma(4 * mean)
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def _employment(firms: Firms) -> Integers:
    staff = np.where(firms.sme, 6.0, 1.6) * np.exp(0.25 * firms.level)
    return np.asarray(np.maximum(1, np.rint(staff)), dtype=np.int64)
