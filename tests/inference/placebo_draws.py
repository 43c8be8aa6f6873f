"""Placebo programmes on untreated panels: who is drawn, what the recommended test says, and which checks warn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

import impact
from impact.diagnostics.before_trends import before_trend_test, placebo_date
from impact.diagnostics.design import COUNTED, design_check
from impact.diagnostics.recent_change import recent_change
from impact.inference.choose import headline_intervals
from impact.inference.named import CANDIDATES
from impact.streams import stream

UNITS = 80  # drawn anew for each programme from panels that have more
SIZES = (5, 10, 20)
STRENGTH = 2.0  # a unit's odds are multiplied by e for each standard deviation of what selects
EARLIER = 4  # periods that a dip is measured against
PERMUTATIONS = 199
SIMULATED, SIMULATED_PERMUTATIONS = 200, 99  # of the design check
LEVEL = 0.05


@dataclass(frozen=True)
class Draw:
    """One placebo programme: whether the recommended inference rejects, and which checks warn.

    ``others_warn`` is asked only of programmes that reject.
    """

    rejected: bool
    recent_change_warns: bool
    others_warn: bool


def recommended_p_value(panel, *, seed):
    """P-value of the headline by the inference that the design check recommends.

    Where every inference that may be recommended is on the same side of the level, the design check cannot change the
    answer and is not made: the largest or the smallest p-value stands for all.
    """
    intervals = headline_intervals(panel, permutations=PERMUTATIONS, seed=seed).table
    p_value = intervals.set_index("inference")["p_value"].reindex(list(CANDIDATES)).fillna(1.0)
    if p_value.max() <= LEVEL or p_value.min() > LEVEL:
        return float(p_value.max() if p_value.max() <= LEVEL else p_value.min())
    check = design_check(
        panel, processes=COUNTED, draws=SIMULATED, permutations=SIMULATED_PERMUTATIONS, seed=seed
    )
    return float(p_value[check.recommended])


def tests_before_the_start(panel, *, seed):
    """The report's other tests of what was before the start, the new one apart.

    Bounds, equivalence and pre-trend power are left out: they warn of nearly every study of so few units, whoever was
    selected; so what is said here of draws without any warning is more than a reader of the report would meet.
    """
    estimator = impact.CallawaySantAnna()
    return (
        before_trend_test(panel, estimator, permutations=PERMUTATIONS, seed=seed),
        placebo_date(panel, estimator, periods=4),
        placebo_date(panel, estimator, periods=2),
    )


def cohorts_of(n_periods, n_treated):
    """Starts (indexes of periods) and how many units each has: two cohorts for five units, three for more."""
    middle = n_periods // 2
    starts = [start for start in (middle, middle + 1, middle + 3) if start < n_periods]
    starts = starts[: 2 if n_treated == SIZES[0] else 3]
    return [
        (start, len(part))
        for start, part in zip(starts, np.array_split(range(n_treated), len(starts)), strict=True)
    ]


def _level(wide, start):
    """Mean of all periods, before and after alike: what lasts, not a passing high that would recede after the start."""
    del start
    return np.nanmean(wide, axis=1)


def _growth(wide, start):
    """Mean of the last two periods before the start less that of the two before them."""
    before = wide[:, max(start - 4, 0) : start]
    half = before.shape[1] // 2
    return np.nanmean(before[:, half:], axis=1) - np.nanmean(before[:, :half], axis=1)


def _dip(wide, start):
    """How far the last period before the start is below the mean of up to four earlier ones."""
    return np.nanmean(wide[:, max(start - 1 - EARLIER, 0) : start - 1], axis=1) - wide[:, start - 1]


def _nothing(wide, start):
    del start
    return np.zeros(len(wide))


SELECTIONS = {
    "at random": _nothing,
    "on level": _level,
    "on growth": _growth,
    "on a dip": _dip,
}


def programme(panel, n_treated, selection, generator):
    """Draw units, give some of them a start by what selects, and return the panel."""
    n_units, n_periods = panel.wide.shape
    rows = generator.choice(n_units, size=min(n_units, UNITS), replace=False)
    wide = panel.wide[rows]
    start = np.full(len(rows), np.nan)
    for first, size in cohorts_of(n_periods, n_treated):
        open_to = np.isnan(start) & ~np.isnan(wide[:, first - 1 : first + 1]).any(axis=1)
        chosen = np.flatnonzero(open_to)
        score = pd.Series(SELECTIONS[selection](wide[chosen], first))
        normal = norm.ppf((score.rank().fillna(score.count() / 2)) / (len(score) + 1))
        odds = STRENGTH * normal + generator.gumbel(size=len(chosen))
        start[chosen[np.argsort(-odds)[:size]]] = first + 1
    unit, time = np.nonzero(~np.isnan(wide))
    frame = pd.DataFrame(
        {"unit": unit, "time": time + 1, "y": wide[unit, time], "start": start[unit]}
    )
    return impact.Panel.from_frame(frame, unit="unit", time="time", outcome="y", cohort="start")


def cell_of(panel, n_treated, selection, *, draws, seed):
    """Judge placebo programmes of one panel, size and selection: shares of draws, a row of the page."""
    generator = stream(seed, "resampled")
    found = [
        _judged(programme(panel, n_treated, selection, generator), seed=number)
        for number in range(draws)
    ]
    false = [one for one in found if one.rejected]
    return {
        "panel": panel.name,
        "selection": selection,
        "n_treated": n_treated,
        "draws": draws,
        "rejected": len(false) / draws,
        "rejected_unwarned": sum(not (f.recent_change_warns or f.others_warn) for f in false)
        / draws,
        "rejected_unwarned_by_others": sum(not f.others_warn for f in false) / draws,
        "recent_change_warns": sum(f.recent_change_warns for f in found) / draws,
    }


def _judged(drawn, *, seed):
    rejected = recommended_p_value(drawn, seed=seed) <= LEVEL
    warns = recent_change(drawn, permutations=PERMUTATIONS, seed=seed).status == "warn"
    others = rejected and any(
        check.status == "warn" for check in tests_before_the_start(drawn, seed=seed)
    )
    return Draw(rejected, warns, others)
