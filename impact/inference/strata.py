"""Strata within which cohort labels may be exchanged: who could have been chosen in whose place."""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.data.panel import Panel

SMALLEST_SIDE = 2  # treated and untreated units a stratum needs, else it is merged


def baseline_mean(panel: Panel, *, before: float) -> Floats:
    """Return each unit's mean outcome in periods before ``before``, (N,); NaN where none was observed."""
    early = panel.wide[:, panel.times < before]
    count = (~np.isnan(early)).sum(axis=1)
    total = np.nansum(early, axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def permutation_strata(panel: Panel) -> Integers:
    """Return stratum codes (N,): the panel's strata by baseline tercile, small ones merged.

    A cell with fewer than two treated or two untreated units is pooled with the other such cells, first over terciles, then
    over strata.
    """
    treated = np.isfinite(panel.cohort)
    base = baseline_mean(panel, before=float(panel.cohorts[0]))
    rank = pd.Series(base).rank(method="first", na_option="bottom").to_numpy()
    tercile = np.minimum((3 * (rank - 1) // max(len(rank), 1)).astype(np.int64), 2)
    result = np.full(panel.n_units, -1)
    levels = (panel.stratum * 3 + tercile, panel.stratum, np.zeros(panel.n_units, dtype=np.int64))
    next_code = 0
    for level, codes in enumerate(levels):
        for code in np.unique(codes[result < 0]):
            members = (codes == code) & (result < 0)
            sides = (members & treated).sum(), (members & ~treated).sum()
            if min(sides) >= SMALLEST_SIDE or level == len(levels) - 1:
                result[members] = next_code
                next_code += 1
    return result


def baseline_size(panel: Panel) -> Floats:
    """Return each unit's mean outcome before the first cohort's treatment, (N, 1); the mean of all where it has none."""
    return sizes_of(panel, np.nan_to_num(panel.wide)[:, None, :])


def sizes_of(panel: Panel, outcomes: Floats) -> Floats:
    """Return the same of other outcomes (N, S, T) of a panel's units, zero where not observed: (N, S)."""
    before = panel.times < panel.cohorts[0]
    count = (~np.isnan(panel.wide[:, before])).sum(axis=1)[:, None]
    mean = outcomes[:, :, before].sum(axis=2) / np.maximum(count, 1)
    known = count > 0
    return np.asarray(np.where(known, mean, mean.mean(axis=0, where=known)))
