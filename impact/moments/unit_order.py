"""Units in the order of their cells: by cohort, stratum and observed periods."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.moments.cells import CellMoments
from impact.moments.paths import Paths


@dataclass(frozen=True)
class UnitOrder:
    """N units in the order of their P cells; cell p is ``order[starts[p]:starts[p + 1]]``."""

    order: Integers
    starts: Integers

    @property
    def n(self) -> Integers:
        """Units a cell, (P,)."""
        return np.diff(self.starts)

    @property
    def first(self) -> Integers:
        """One unit of each cell, (P,)."""
        return self.order[self.starts[:-1]]

    @property
    def cell_of_unit(self) -> Integers:
        """Each unit's cell, (N,)."""
        cell = np.empty(len(self.order), dtype=np.int64)
        cell[self.order] = np.repeat(np.arange(len(self.n)), self.n)
        return cell


def unit_order(panel: Panel, seen: Mask | None) -> UnitOrder:
    """Put units in the order of cohort, stratum and observed periods; ``seen`` (N, T), or None where nothing is missing."""
    cohort = pd.factorize(panel.cohort, sort=True)[0]
    keys = [cohort, panel.stratum] if panel.stratum.any() else [cohort]
    if seen is not None:
        keys += list(pattern_digits(seen).T)
    keys = [_narrow(key) for key in keys]
    order = np.arange(len(cohort))
    for key in reversed(keys):
        order = order[np.argsort(key[order], kind="stable")]
    new = np.zeros(len(order), dtype=bool)
    new[0] = True
    for key in keys:
        ordered = key[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    return UnitOrder(order=order, starts=np.append(np.flatnonzero(new), len(order)))


def pattern_digits(seen: Mask) -> NDArray[np.uint16]:
    """Write each row's observed periods (N, T) as 16-bit numbers, (N, ceil(T / 16)); rows sort as the patterns do."""
    n_units, n_periods = seen.shape
    whole = np.zeros((n_units, -(-n_periods // 16) * 16), dtype=bool)
    whole[:, :n_periods] = seen
    # packed as one row of bits: packing row by row takes six times as long
    return np.packbits(whole).view(">u2").astype(np.uint16).reshape(n_units, -1)


def _narrow(key: NDArray[Any]) -> NDArray[Any]:
    """Sixteen bits where they suffice: numpy then sorts by radix, in linear time."""
    return key.astype(np.uint16) if key.size and key.max() < 2**16 else key


def paths_of_units(panel: Panel, moments: CellMoments) -> Paths:
    """Return each unit's path, (N,), in a panel from which the moments came; ``cell`` is -1 for units left out of them."""
    wide = panel.wide[:, places_of_times(panel, moments)]
    return Paths(
        outcome=np.where(np.isnan(wide), 0.0, wide - moments.origin),
        one=np.ones(panel.n_units),
        cell=_cell_of_units(panel, wide, moments),
    )


def places_of_times(panel: Panel, moments: CellMoments) -> Integers:
    """Return the places of the moments' periods among the panel's: an estimator may have cut some off."""
    return np.flatnonzero(np.isin(panel.times, moments.times))


def _cell_of_units(panel: Panel, wide: Floats, moments: CellMoments) -> Integers:
    order = unit_order(panel, ~np.isnan(wide))
    first = order.first
    seen = ~np.isnan(wide[first])
    known = {
        (cohort, stratum, pattern.tobytes()): number
        for number, (cohort, stratum, pattern) in enumerate(
            zip(moments.cohort, moments.stratum, moments.observed, strict=True)
        )
    }
    number = np.array(
        [
            known.get((panel.cohort[unit], panel.stratum[unit], pattern.tobytes()), -1)
            for unit, pattern in zip(first, seen, strict=True)
        ]
    )
    return np.asarray(number[order.cell_of_unit])
