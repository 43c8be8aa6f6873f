"""Strata within which cohort labels may be exchanged: who could have been chosen in whose place."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel

Within = Literal["strata", "none"]
SMALLEST_SIDE = 2  # treated and untreated units a stratum needs, else it is merged


def baseline_mean(panel: Panel, *, before: float) -> Floats:
    """Return each unit's mean outcome in periods before ``before``, (N,); NaN where none was observed."""
    early = panel.wide[:, panel.times < before]
    count = (~np.isnan(early)).sum(axis=1)
    total = np.nansum(early, axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def permutation_strata(panel: Panel, *, within: Within | None = None) -> Integers:
    """Return stratum codes (N,) of the units that may take each other's place, small cells merged.

    Of a lot, these are the strata that it was drawn in, as they are. Otherwise a cell with fewer than two treated or two
    untreated units is pooled with the other such cells, first over terciles, then over strata. Units with equal baselines
    fall together, so that neither ids nor the order of units matter. Where each unit is asked once, nobody has a baseline, and
    units asked in one period take each other's place.

    Parameters
    ----------
    panel : Panel
    within : {"strata", "none"}, optional
        The panel's strata alone, or nothing (everybody is exchanged with everybody); by default the panel's strata by terciles
        of the mean outcome before treatment (by period, where each unit is asked once), and of a lot its strata.
    """
    nobody_apart = np.zeros(panel.n_units, dtype=np.int64)
    if within == "none":
        return nobody_apart
    if panel.assignment == "randomised":
        return np.unique(panel.stratum, return_inverse=True)[1].astype(np.int64)
    levels = [panel.stratum, nobody_apart]
    if within is None and panel.waves != "panel" and len(panel.y) == panel.n_units:
        # whoever was asked before has the outcome itself for a baseline: a tercile of it would hold the answer fixed
        asked = panel.time_index[np.argsort(panel.unit_index)]
        levels = [panel.stratum * panel.n_periods + asked, asked, *levels]
    elif within is None:
        levels.insert(0, panel.stratum * 3 + _baseline_tercile(panel))
    return _merged(levels, treated=np.isfinite(panel.cohort))


def _baseline_tercile(panel: Panel) -> Integers:
    """Tercile of each unit's mean before the first cohort's treatment, (N,): by average ranks, those without one last."""
    base = baseline_mean(panel, before=float(panel.cohorts[0]))
    rank = pd.Series(base).rank(method="average", na_option="bottom").to_numpy()
    return np.asarray(np.minimum(3 * (rank - 1) // panel.n_units, 2), dtype=np.int64)


def _merged(levels: Sequence[Integers], *, treated: Mask) -> Integers:
    """Take cells (N,) of the finest level that are large enough, then of coarser ones what is left; all of the last."""
    result = np.full(len(treated), -1)
    next_code = 0
    for level, codes in enumerate(levels):
        for code in np.unique(codes[result < 0]):
            inside = (codes == code) & (result < 0)
            counts = (inside & treated).sum(), (inside & ~treated).sum()
            if min(counts) >= SMALLEST_SIDE or level == len(levels) - 1:
                result[inside] = next_code
                next_code += 1
    return result


def baseline_size(panel: Panel) -> Floats:
    """Return each unit's mean outcome before the first cohort's treatment, (N, 1); the mean of all where it has none."""
    return sizes_of(panel, np.nan_to_num(panel.wide)[:, None, :])


def sizes_of(panel: Panel, outcomes: Floats) -> Floats:
    """Return the same of other outcomes (N, S, T) of a panel's units, zero where not observed: (N, S)."""
    before = panel.times < panel.cohorts[0]
    count = (~np.isnan(panel.wide[:, before])).sum(axis=1)[:, None]
    mean = outcomes @ before.astype(float) / np.maximum(count, 1)
    known = count > 0
    return np.asarray(np.where(known, mean, mean.mean(axis=0, where=known)))
