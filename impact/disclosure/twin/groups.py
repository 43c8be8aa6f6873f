"""Who is described together: units that share a cohort and their observed periods, merged until every mean has ten units.

The rule, in this order: patterns of gaps are merged within their cohort; a cohort of fewer units than the rule asks is merged
with the next later one, the last with the one before it; never-treated units are a group of their own, or join the last.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.moments.unit_order import unit_order
from impact.terms import SMALLEST_SHOWN

DOMINANT = (
    0.9  # share of a sum that its two largest contributions may have, ABS DataLab output clearance
)


@dataclass(frozen=True)
class Grouped:
    """N units in P cells and in fewer groups of them.

    Attributes
    ----------
    seen : ndarray of bool, (N, T)
    cell, group : ndarray of int, (N,)
        Each unit's cell (cohort and observed periods) and group.
    """

    seen: Mask
    cell: Integers
    group: Integers

    @classmethod
    def of(cls, panel: Panel, *, fewest: int = SMALLEST_SHOWN) -> "Grouped":
        """Group the units of a panel without strata, by the rule at the top."""
        seen = ~np.isnan(panel.wide)
        cell = unit_order(panel, None if panel.balanced else seen).cell_of_unit
        return cls(seen, cell, _merged_cohorts(panel.cohort, fewest))

    @cached_property
    def n_of_cell(self) -> Integers:
        """Units a cell, (P,)."""
        return np.bincount(self.cell)

    @property
    def single(self) -> bool:
        """Whether every group is one cell, so that means by group are means by cell."""
        return int(self.cell.max()) == int(self.group.max())

    def centred_in_cells(self, values: Floats) -> Floats:
        """Return values (N, ...) less their means by cell."""
        total = np.zeros((len(self.n_of_cell), *values.shape[1:]))
        np.add.at(total, self.cell, values)
        count = self.n_of_cell.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(values - (total / count)[self.cell])


def _merged_cohorts(cohort: Floats, fewest: int) -> Integers:
    """Give each unit its group of neighbouring cohorts, none of fewer than ``fewest`` units if there are as many."""
    every, count = np.unique(cohort, return_counts=True)
    group, code, held = np.zeros(len(every), dtype=np.int64), 0, 0
    for place, (first, units) in enumerate(zip(every, count, strict=True)):
        if np.isinf(first) and 0 < held < fewest and code > 0:
            group[group == code] = code - 1  # the last cohorts are too few: they join those before
            held, code = fewest, code - 1
        if held >= fewest:
            code, held = code + 1, 0
        group[place] = code
        held += int(units)
    if held < fewest and code > 0:
        group[group == code] = code - 1
    return group[np.searchsorted(every, cohort)]


def may_be_shown(values: Floats, *, fewest: int = SMALLEST_SHOWN) -> bool:
    """Say whether a mean of these outcomes (n,) may leave: enough units, and no two of them that are nearly all of the sum."""
    if len(values) < fewest:
        return False
    size = np.sort(np.abs(values))
    return bool(size[-2:].sum() <= DOMINANT * size.sum() or size.sum() == 0)
