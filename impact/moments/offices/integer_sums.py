"""Whole sums of a grid's cells: counts, sums and sums of products, to the last part of the outcome's unit.

Whole numbers add up to the same total in every order and over any split of the firms, so that what several offices make
together is what one office with all the data would make, to the last bit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.data.schema import Schema
from impact.errors import MomentsError, UnparsableValueError, rows_that
from impact.moments.offices.grid import BITS, SumGrid
from impact.moments.offices.own_units import office_panel

Whole = NDArray[np.object_]  # of Python's whole numbers, which have no largest one
COUNTS = ("n", "n_zero", "n_negative")
LEFT_ASIDE = (
    "missing_outcome",
    "treated_after_last_period_counted_as_untreated",
    "pattern_not_agreed",
)
"""Rows without an outcome, units that start after the last period (as a panel's sample counts them), units left out."""
LIMB = 27  # bits: products of limbs and sums of BLOCK of them stay inside 64 bits
BLOCK = 128  # units whose products are summed at a time


@dataclass(frozen=True, eq=False)
class IntegerSums:
    """Sums over the P cells of a grid with T periods, in parts of the outcome's unit.

    Attributes
    ----------
    counts : ndarray of object, (P, 3)
        Units, those always zero, those ever below zero.
    total : ndarray of object, (P, T)
    product : ndarray of object, (P, T, T)
    aside : list of int
        What `LEFT_ASIDE` counts, over all cells.
    """

    counts: Whole
    total: Whole
    product: Whole
    aside: list[int]

    def numbers(self) -> list[int]:
        """Return all sums in one order: what was left aside, then each cell's counts, sums and products."""
        upper = np.triu_indices(self.total.shape[1])
        cells = np.concatenate([self.counts, self.total, self.product[:, *upper]], axis=1)
        return [*map(int, self.aside), *map(int, cells.ravel())]

    @classmethod
    def of_numbers(cls, numbers: list[int], grid: SumGrid) -> "IntegerSums":
        """Undo `numbers`."""
        n_periods = len(grid.periods)
        upper = np.triu_indices(n_periods)
        cells = np.array(numbers[len(LEFT_ASIDE) :], dtype=object).reshape(len(grid.cells), -1)
        product = np.zeros((len(grid.cells), n_periods, n_periods), dtype=object)
        split = len(COUNTS) + n_periods
        product[:, *upper] = cells[:, split:]
        product.swapaxes(1, 2)[:, *upper] = cells[:, split:]
        return cls(
            cells[:, : len(COUNTS)],
            cells[:, len(COUNTS) : split],
            product,
            numbers[: len(LEFT_ASIDE)],
        )


def n_numbers(grid: SumGrid) -> int:
    """Count the numbers of a grid."""
    n_periods = len(grid.periods)
    return len(LEFT_ASIDE) + len(grid.cells) * (
        len(COUNTS) + n_periods + n_periods * (n_periods + 1) // 2
    )


def integer_sums(frame: pd.DataFrame, grid: SumGrid, *, schema: Schema) -> IntegerSums:
    """Add up an office's firms.

    Parameters
    ----------
    frame : DataFrame
        As `read_frame` gives it.
    grid : SumGrid
    schema : Schema

    Raises
    ------
    MomentsError
        When data have weights, clusters above the unit, or cells, periods or amounts that the grid does not have; with counts.
    DataError
        As `Panel.from_frame`.
    """
    panel = _units(frame, grid, schema)
    place = grid.places(panel.times, panel.time_axis)
    if (place < 0).any():
        raise MomentsError(
            f"periods: {int((place < 0).sum())} periods of the data are not on the grid; add them to it in every office"
        )
    whole = _in_parts(panel, grid)
    seen = np.zeros((panel.n_units, len(grid.periods)), dtype=bool)
    amounts = np.zeros(seen.shape, dtype=np.int64)
    seen[panel.unit_index, place[panel.time_index]] = True
    amounts[panel.unit_index, place[panel.time_index]] = whole
    kept = np.ones(panel.n_units, dtype=bool)
    if grid.other_patterns == "leave_out":
        agreed = {np.packbits(row).tobytes() for row in grid.cells.observed}
        kept = np.array([np.packbits(row).tobytes() in agreed for row in seen])
    cell = _cells(panel, grid, seen, kept)
    late = kept & np.isfinite(panel.cohort) & np.isinf(_on_grid(panel, grid))
    missing = panel.sample.dropped.get("missing_outcome", 0)
    aside = [missing, int(late.sum()), int((~kept).sum())]
    return _summed(amounts[kept], cell, grid, aside)


def _units(frame: pd.DataFrame, grid: SumGrid, schema: Schema) -> Panel:
    """Return the office's units; those that do not count alike are refused."""
    if schema.weight is not None or schema.cluster not in {None, schema.unit}:
        raise MomentsError(
            "weight, cluster: masked sums are of units that count alike and are their own clusters; merge moments of offices "
            "that may show them instead (impact moments merge)"
        )
    if (schema.time.frequency, schema.time.step) != (grid.frequency, grid.step):
        raise MomentsError(
            "frequency, step: the schema's are not the grid's; agree on one way to count periods"
        )
    return office_panel(frame, schema=schema, outcome=grid.outcome, strata=grid.stratum)


def _in_parts(panel: Panel, grid: SumGrid) -> Integers:
    """Outcomes in parts of their unit; those that are no whole number of parts are refused, not rounded."""
    whole = np.rint(panel.y * grid.parts)
    beyond = np.abs(panel.y) > grid.largest
    if beyond.any():
        raise MomentsError(
            f"{grid.outcome}: {int(beyond.sum())} outcomes are larger than the grid's largest; agree on a larger one"
        )
    broken = np.flatnonzero(whole / grid.parts != panel.y)
    if broken.size:
        raise UnparsableValueError(
            f"{grid.outcome}: {len(broken)} outcomes are no whole number of 1/{grid.parts} of the unit (observations in the "
            f"order of unit and time: {rows_that(broken + 1, 'breaks the rule')}); round them where they arise, as an amount "
            "in prices of another year has more digits than it was paid in"
        )
    return whole.astype(np.int64)


def _cells(panel: Panel, grid: SumGrid, seen: Mask, kept: Mask) -> Integers:
    """Return the cell on the grid of each unit that is kept."""
    cells = grid.cells
    codes = np.zeros(panel.n_units, dtype=np.int64)
    if grid.stratum:
        known = {label: code for code, label in enumerate(sorted(grid.strata))}
        codes = np.array([known.get(label, -1) for label in panel.stratum_labels])[panel.stratum]
    known_cells = {
        key: number for number, key in enumerate(_keys(cells.cohort, cells.stratum, cells.observed))
    }
    # a cohort is compared by its label, as two offices may count steps from different first periods
    starts = _on_grid(panel, grid)
    cell = np.array(
        [known_cells.get(key, -1) for key in _keys(starts[kept], codes[kept], seen[kept])]
    )
    if (cell < 0).any():
        raise MomentsError(
            f"cohorts, strata, patterns: {int((cell < 0).sum())} units are in no cell of the grid; add their first treated "
            "periods, strata and patterns of observed periods to it in every office"
        )
    return cell.astype(np.int64)


def _keys(cohort: Floats, stratum: Integers, seen: Mask) -> list[tuple[float, int, bytes]]:
    packed = np.packbits(seen, axis=1)
    return [
        (float(g), int(s), row.tobytes()) for g, s, row in zip(cohort, stratum, packed, strict=True)
    ]


def _on_grid(panel: Panel, grid: SumGrid) -> Floats:
    """Return the units' cohorts as the grid counts them; one after its last period is never treated in it."""
    finite = np.unique(panel.cohort[np.isfinite(panel.cohort)])
    labels = [panel.time_axis.label(at) for at in finite]
    rows = np.arange(1, len(labels) + 1)
    numbers = grid.axis.parse(pd.Series(labels, name="cohorts", dtype=object), rows=rows)
    numbers = np.where(numbers > grid.times[-1], np.inf, numbers)
    return np.append(numbers, np.inf)[np.searchsorted(finite, panel.cohort)]


def _summed(amounts: Integers, cell: Integers, grid: SumGrid, aside: list[int]) -> IntegerSums:
    n_cells, n_periods = len(grid.cells), len(grid.periods)
    counts: Whole = np.zeros((n_cells, len(COUNTS)), dtype=object)
    total: Whole = np.zeros((n_cells, n_periods), dtype=object)
    product: Whole = np.zeros((n_cells, n_periods, n_periods), dtype=object)
    for number in np.unique(cell):
        own = amounts[cell == number]
        zero, negative = (own == 0).all(axis=1).sum(), (own < 0).any(axis=1).sum()
        counts[number] = [len(own), int(zero), int(negative)]
        total[number], product[number] = _exact(own)
    return IntegerSums(counts, total, product, aside)


def _exact(amounts: Integers) -> tuple[Whole, Whole]:
    """Sum paths (n, T) and their products exactly: by limbs, a block at a time."""
    high, low = np.divmod(amounts, 1 << LIMB)
    n_periods = amounts.shape[1]
    total: Whole = np.zeros(n_periods, dtype=object)
    product: Whole = np.zeros((n_periods, n_periods), dtype=object)
    for at in range(0, len(amounts), BLOCK):
        h, l = high[at : at + BLOCK], low[at : at + BLOCK]  # noqa: E741
        total += amounts[at : at + BLOCK].sum(axis=0).astype(object)
        cross = (h.T @ l).astype(object)
        product += (h.T @ h).astype(object) * (1 << 2 * LIMB) + (l.T @ l).astype(object)
        product += (cross + cross.T) * (1 << LIMB)
    return total, product


def refuse_overflow(grid: SumGrid, numbers: list[int]) -> None:
    """Refuse sums that could pass for others in the arithmetic of masks, whichever office has them.

    Raises
    ------
    MomentsError
    """
    if max(map(abs, numbers), default=0) * len(grid.sites) >= 1 << (BITS - 1):
        raise MomentsError(
            f"{grid.outcome}: the sums have more digits than masked numbers hold; take larger parts of the unit"
        )
