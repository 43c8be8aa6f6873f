"""Whether an outcome moves at all: where it does not, there is nothing to estimate, and nothing to take an error from."""

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel

SAME = 1e-13  # relative to the largest outcome: rounding of sums of a few numbers


def units_change_alike(panel: Panel) -> bool:
    """Whether, from one period seen to the next, all units change by the same amount: constant outcomes do, by nothing.

    Where no unit is seen twice, whether all have the same outcome in each period.
    """
    again = panel.unit_index[1:] == panel.unit_index[:-1]
    values, group = panel.y, panel.time_index
    if again.any():
        early, late = panel.time_index[:-1][again], panel.time_index[1:][again]
        values, group = (panel.y[1:] - panel.y[:-1])[again], early * panel.n_periods + late
    return bool((_ranges(values, group) <= SAME * np.abs(panel.y).max(initial=0.0)).all())


def _ranges(values: Floats, group: Integers) -> Floats:
    """Largest less smallest value of each group."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    if not len(starts):
        return np.zeros(0)
    arranged = values[order]
    return np.asarray(np.maximum.reduceat(arranged, starts) - np.minimum.reduceat(arranged, starts))
