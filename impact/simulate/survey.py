"""What a survey would record of a draw: answers and silences, noise, round numbers, staff, other activities met."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.simulate.artisans import CITIES, MARKETS, SECTORS, Floats, Integers, Mask
from impact.simulate.process import Draw
from impact.simulate.streams import Streams

STATUSES = ("active", "idle", "exited", "non_response")
ROUND = (
    (50_000, 5_000),
    (5_000, 500),
    (0, 50),
)  # from this revenue on, round answers are multiples of, MAD


@dataclass(frozen=True)
class Survey:
    """``answered`` (N, T); whole MAD by market, ``reported`` (N, T, 3); ``employment`` (N, T); other activities (N,)."""

    answered: Mask
    reported: Integers
    employment: Integers
    exposure: dict[str, Integers]


def survey(sample: Draw, *, seed: int) -> Survey:
    """Ask every firm about every quarter."""
    streams = Streams(seed)
    return Survey(
        answered=_answers(sample, streams["attrition"]),
        reported=_reports(sample, streams),
        employment=_staff(sample),
        exposure=_exposure(sample, streams["exposure"]),
    )


def frame_of(sample: Draw, recorded: Survey) -> pd.DataFrame:
    """Return one row a firm and quarter, sorted so; revenue and staff are missing where there was no answer."""
    n, periods = recorded.answered.shape
    unit, quarter = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    firms, invited = sample.firms, sample.invitations
    labels = sample.calendar.quarters.astype(str).to_numpy(dtype=object)
    fairs = [*sample.programme.fairs, None]
    name, planned = (
        np.array([getattr(fair, field, None) for fair in fairs], dtype=object)
        for field in ("name", "planned_quarter")
    )
    ids = np.char.add("A", np.char.zfill(np.arange(1, n + 1).astype(str), max(3, len(str(n)))))
    silent = ~recorded.answered.ravel()
    revenue = recorded.reported.reshape(-1, len(MARKETS))
    columns = {
        "artisan_id": ids.astype(object)[unit],
        "quarter": labels[quarter],
        "city": np.array(CITIES, dtype=object)[firms.city][unit],
        "sector": np.array(SECTORS, dtype=object)[firms.sector][unit],
        "type": np.where(firms.sme, "SME", "mono-artisan").astype(object)[unit],
        "status": np.array(STATUSES, dtype=object)[_status(sample, recorded).ravel()],
        "revenue_mad": _whole(revenue.sum(axis=1), silent),
        **{f"{m}_revenue_mad": _whole(revenue[:, i], silent) for i, m in enumerate(MARKETS)},
        "employment": _whole(recorded.employment.ravel(), silent),
        "fair": name[invited.fair][unit],
        "planned_quarter": planned[invited.fair][unit],
        "exhibited": invited.exhibited.astype(np.int64)[unit],
        "first_fair": np.where(invited.exhibited, labels[invited.start], None)[unit],
        **{activity: times[unit] for activity, times in recorded.exposure.items()},
    }
    return pd.DataFrame(columns)


def _whole(values: Integers, missing: Mask) -> pd.Series:
    return pd.Series(pd.array(values, dtype="Int64")).mask(missing)


def _status(sample: Draw, recorded: Survey) -> Integers:
    """Place in `STATUSES`, (N, T). Who does not answer is non-response, closed or not: the survey cannot know."""
    idle = recorded.reported.sum(axis=2) == 0
    known = np.where(sample.exited, 2, idle.astype(np.int64))
    return np.asarray(np.where(recorded.answered, known, 3))


def _answers(sample: Draw, generator: np.random.Generator) -> Mask:
    """Whether there is an answer, (N, T): some firms fall silent for good, more often small ones; some skip a quarter."""
    programme, first = sample.programme, sample.calendar.after_selection
    n, periods = sample.exited.shape
    rank = np.argsort(np.argsort(sample.untreated[:, :first].sum(axis=(1, 2)))) / max(n - 1, 1)
    share = np.where(
        sample.invitations.exhibited, programme.attrition_treated, programme.attrition_untreated
    )
    leaves = generator.random(n) < share * (1 + programme.attrition_slope * (0.5 - rank))
    last = generator.integers(first, max(periods - 1, first + 1), n)
    gone = leaves[:, None] & (np.arange(periods) > last[:, None])
    skipped = generator.random((n, periods)) < programme.skipped_share
    return np.asarray(~gone & ~skipped)


def _reports(sample: Draw, streams: Streams) -> Integers:
    """Whole MAD by market, (N, T, 3): totals with noise, some heaped at round numbers; markets sum to them."""
    programme, true = sample.programme, sample.treated.sum(axis=2)
    spread = programme.recall_sd
    noise = np.exp(spread * streams["recall"].standard_normal(true.shape) - spread**2 / 2)
    hidden = (
        np.where(sample.event_time >= 0, programme.under_reporting_after_fair, 0.0)
        + programme.under_reporting
    )
    declared = true * noise * (1 - np.minimum(hidden, 1.0))
    heaped = streams["heaping"].random(true.shape) < programme.heaping_share
    whole = np.rint(np.where(heaped, _rounded(declared), declared))
    whole = np.where(true > 0, np.maximum(whole, 1.0), 0.0)
    share = sample.treated / np.where(true > 0, true, 1.0)[:, :, None]
    parts = np.floor(whole[:, :, None] * share)
    largest = share.argmax(axis=2)[:, :, None]
    left = (whole - parts.sum(axis=2))[:, :, None]
    np.put_along_axis(parts, largest, np.take_along_axis(parts, largest, axis=2) + left, axis=2)
    return np.asarray(parts.astype(np.int64))


def _rounded(revenue: Floats) -> Floats:
    step = np.select([revenue >= lowest for lowest, _ in ROUND], [step for _, step in ROUND])
    return np.asarray(np.rint(revenue / step) * step)


def _staff(sample: Draw) -> Integers:
    """Persons, (N, T): they follow size, the shocks of a year, and the programme; none after exit."""
    programme, firms = sample.programme, sample.firms
    year = np.cumsum(sample.shock, axis=1)
    year[:, 4:] -= year[:, :-4].copy()
    year /= np.minimum(np.arange(1, year.shape[1] + 1), 4)
    without = sample.untreated.sum(axis=2)
    ratio = np.divide(
        sample.treated.sum(axis=2), without, out=np.ones_like(without), where=without > 0
    )
    usual = np.log(np.where(firms.sme, programme.staff_sme, programme.staff_mono))
    change = programme.level_sd * firms.level_z[:, None] + year + np.log(ratio)
    persons = np.maximum(
        1, np.rint(np.exp(usual[:, None] + programme.staff_elasticity * change))
    ).astype(np.int64)
    return np.where(sample.exited, 0, persons)


def _exposure(sample: Draw, generator: np.random.Generator) -> dict[str, Integers]:
    """How often each firm met the programme's other activities, (N,) each."""
    programme = sample.programme
    often = np.where(sample.invitations.exhibited, programme.exposure_of_exhibitors, 1.0)

    def met(times: int, chance: Floats) -> Integers:
        return generator.binomial(times, np.minimum(chance, 1.0)).astype(np.int64)

    return {
        "marrakech_events": met(2, np.asarray(programme.event_attendance)[sample.firms.city]),
        "media_tours": met(5, programme.media_tour_chance * often),
        "buyer_visits": met(3, programme.buyer_visit_chance * often),
        "b2b_meetings": generator.poisson(programme.b2b_meetings_mean * often).astype(np.int64),
    }
