"""From rows to cells: sort units by cohort, stratum and observed periods, then sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data.checks import numbers
from impact.errors import UnknownNameError
from impact.moments.points import ClusterSums
from impact.one_thread import one_thread

if TYPE_CHECKING:
    from impact.data.panel import Panel
    from impact.moments.cells import PathMoments


BLOCK = 16_384  # units summed at a time: 14 periods of them fit the second-level cache
NULL_PIVOT = 1e-13  # of a period's variance: below it a pivot is rounding


@dataclass(frozen=True)
class Cells:
    """N units in the order of their cells; cell p is ``order[starts[p]:starts[p + 1]]``."""

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
    def of_unit(self) -> Integers:
        """Each unit's cell, (N,)."""
        cell = np.empty(len(self.order), dtype=np.int64)
        cell[self.order] = np.repeat(np.arange(len(self.n)), self.n)
        return cell


@dataclass(frozen=True)
class Sums:
    """Weighted sums of one kind over the cells: total weight (P,), mean path (P, T) and a root of the scatter."""

    weight: Floats
    mean: Floats
    root: Floats
    root_cell: Integers


@one_thread()
def reduce_panel(panel: "Panel", cells: Cells | None = None) -> dict[str, Any]:
    """Return the fields of `PathMoments` for a panel, whose units may be in the order of their cells already."""
    wide, balanced = panel.wide, panel.balanced
    seen = np.ones(wide.shape, dtype=bool) if balanced else ~np.isnan(wide)
    cells = cells or cells_of(panel, None if balanced else seen)
    origin = _origin(panel)
    path = wide if balanced else np.where(seen, wide, origin)
    weight = panel.weight
    weighted = bool((weight != 1).any())
    sums = _sums(path, origin, cells, weight=weight if weighted else None, power=2)
    mean = _means(path, origin, cells, weight=weight) if weighted else sums.mean
    first = cells.first
    return {
        "times": panel.times,
        "cohort": panel.cohort[first],
        "stratum": panel.stratum[first],
        "observed": seen[first],
        "n": cells.n,
        "n_zero": _all_zero(panel, cells),
        "weight": np.add.reduceat(weight[cells.order], cells.starts[:-1]),
        "mean": mean,
        "weight2": sums.weight,
        "mean2": sums.mean,
        "root": sums.root,
        "root_cell": sums.root_cell,
        "origin": origin,
        "clusters": _cluster_sums(panel, cells, path, origin),
        "sample": panel.sample,
        "time_axis": panel.time_axis,
        "outcome": panel.outcome,
        "non_negative": bool((panel.y >= 0).all()),
        "stratum_labels": panel.stratum_labels,
    }


def reduce_several(panel: "Panel", outcomes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the fields of `PathMoments` for several outcomes: units are put in order once for all that are never missing.

    Raises
    ------
    UnknownNameError
        For a name that is neither the panel's outcome nor among its covariates.
    """
    rows = np.arange(1, len(panel.y) + 1)
    shared: Cells | None = None
    found = {}
    for name in outcomes:
        if name == panel.outcome:
            y = panel.y
        elif name in panel.covariates:
            y = numbers(panel.covariates[name], rows=rows)
        else:
            raise UnknownNameError(
                f"{name}: neither the panel's outcome nor among its covariates; pass it to Panel.from_frame(covariates=...)"
            )
        known = ~np.isnan(y)
        made = panel.with_outcome(y, name)
        if not known.all():
            found[name] = reduce_panel(made.where(known, reason=f"{name}_never_observed"))
            continue
        shared = shared or cells_of(made, None if made.balanced else ~np.isnan(made.wide))
        found[name] = reduce_panel(made, shared)
    return found


def cells_of(panel: "Panel", seen: Mask | None) -> Cells:
    """Put units in the order of cohort, stratum and observed periods; ``seen`` (N, T), or None where nothing is missing."""
    cohort = pd.factorize(panel.cohort, sort=True)[0]
    keys = [cohort, panel.stratum] if panel.stratum.any() else [cohort]
    if seen is not None:
        keys += list(pattern_digits(seen).T)
    order = np.arange(len(cohort))
    for key in reversed(keys):
        order = order[np.argsort(_narrow(key)[order], kind="stable")]
    new = np.zeros(len(order), dtype=bool)
    new[0] = True
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    return Cells(order=order, starts=np.append(np.flatnonzero(new), len(order)))


def pattern_digits(seen: Mask) -> NDArray[np.uint16]:
    """Write each row's observed periods as 16-bit numbers, (N, ceil(T / 16)); rows sort as the patterns do."""
    packed = np.packbits(seen, axis=1)
    if packed.shape[1] % 2:
        packed = np.pad(packed, ((0, 0), (0, 1)))
    return packed.view(">u2").astype(np.uint16)


def _narrow(key: NDArray[Any]) -> NDArray[Any]:
    """Sixteen bits where they suffice: numpy then sorts by radix, in linear time."""
    return key.astype(np.uint16) if key.size and key.max() < 2**16 else key


def find_cells(panel: "Panel", moments: "PathMoments") -> Integers:
    """Find each unit's cell in moments of the same panel, (N,); -1 where it was left out."""
    cells = cells_of(panel, ~np.isnan(panel.wide))
    first = cells.first
    seen = ~np.isnan(panel.wide[first])
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
    return np.asarray(number[cells.of_unit])


def _origin(panel: "Panel") -> Floats:
    if panel.balanced:
        return np.asarray(panel.wide.mean(axis=0))
    n_periods = len(panel.times)
    count = np.bincount(panel.time_index, minlength=n_periods)
    return np.asarray(np.bincount(panel.time_index, weights=panel.y, minlength=n_periods) / count)


def _sums(path: Floats, origin: Floats, cells: Cells, *, weight: Floats | None, power: int) -> Sums:
    """Weights, means and scatter roots, each unit weighing ``weight ** power`` (and its deviations ``weight``).

    Cells of many units are summed in blocks around a provisional mean; the deviations of small ones are kept as they are.
    """
    n, n_periods = cells.n, path.shape[1]
    total, mean = n.astype(float), np.zeros((len(n), n_periods))
    if weight is not None:
        total = np.add.reduceat(weight[cells.order] ** power, cells.starts[:-1])
    large = n > 2 * n_periods
    scatter = np.zeros((int(large.sum()), n_periods, n_periods))
    for number, cell in enumerate(np.flatnonzero(large)):
        units = cells.order[cells.starts[cell] : cells.starts[cell + 1]]
        mean[cell], scatter[number] = _one_cell(path, origin, units, weight=weight, power=power)
    small = _small_cells(path, origin, cells, ~large, weight=weight, power=power)
    mean[~large] = small.mean
    root, place = scatter_root(scatter)
    both = np.concatenate([small.root_cell, np.flatnonzero(large)[place]])
    order = np.argsort(both, kind="stable")
    return Sums(total, mean, np.concatenate([small.root, root])[order], both[order])


def _one_cell(
    path: Floats, origin: Floats, units: Integers, *, weight: Floats | None, power: int
) -> tuple[Floats, Floats]:
    """Weighted mean (T,) and scatter (T, T) of one large cell, in blocks around its first block's mean."""
    shift = path[units[:BLOCK]].mean(axis=0)
    total, linear = 0.0, np.zeros(path.shape[1])
    square = np.zeros((path.shape[1], path.shape[1]))
    for start in range(0, len(units), BLOCK):
        some = units[start : start + BLOCK]
        block = path[some]
        block -= shift
        if weight is None:
            total += len(some)
            linear += block.sum(axis=0)
        else:
            factor = weight[some] ** power
            total += factor.sum()
            linear += factor @ block
            block *= np.sqrt(factor)[:, None]
        square += block.T @ block
    return shift - origin + linear / total, square - np.outer(linear, linear) / total


def _small_cells(
    path: Floats,
    origin: Floats,
    cells: Cells,
    chosen: Mask,
    *,
    weight: Floats | None,
    power: int,
) -> Sums:
    """Means of the chosen cells and every unit's deviation from them; cells of one unit have no deviation to keep."""
    numbers = np.flatnonzero(chosen)
    counts = cells.n[numbers]
    if not numbers.size:
        return Sums(
            np.zeros(0), np.zeros((0, path.shape[1])), np.zeros((0, path.shape[1])), numbers
        )
    units = cells.order[np.repeat(chosen, cells.n)]
    rows = path[units]
    rows -= origin
    starts = np.cumsum(counts) - counts
    factor = None if weight is None else weight[units] ** power
    total = counts.astype(float) if factor is None else np.add.reduceat(factor, starts)
    scaled = rows if factor is None else rows * factor[:, None]
    mean = np.add.reduceat(scaled, starts, axis=0) / total[:, None]
    several = np.repeat(counts > 1, counts)
    cell = np.repeat(np.arange(len(counts)), counts)[several]
    root = rows[several]
    root -= mean[cell]
    if factor is not None:
        root *= np.sqrt(factor[several])[:, None]
    return Sums(total, mean, root, numbers[cell])


def _means(path: Floats, origin: Floats, cells: Cells, *, weight: Floats) -> Floats:
    ordered = weight[cells.order]
    rows = (path[cells.order] - origin) * ordered[:, None]
    starts = cells.starts[:-1]
    return np.asarray(
        np.add.reduceat(rows, starts, axis=0) / np.add.reduceat(ordered, starts)[:, None]
    )


@one_thread()
def scatter_root(scatter: Floats) -> tuple[Floats, Integers]:
    """Return rows (R, T) and their matrix (R,) whose cross-products are the matrices (B, T, T), zero rows left out.

    Cholesky for semi-definite matrices, all at once: a pivot that is rounding gives a row of zeros.
    """
    n_matrices, size = scatter.shape[:2]
    upper = np.zeros_like(scatter)
    tolerance = NULL_PIVOT * np.einsum("btt->bt", scatter)
    for j in range(size):
        row = scatter[:, j, j:] - np.einsum("bi,bik->bk", upper[:, :j, j], upper[:, :j, j:])
        pivot = row[:, 0]
        positive = pivot > tolerance[:, j]
        row /= np.sqrt(np.where(positive, pivot, 1.0))[:, None]
        upper[:, j, j:] = np.where(positive[:, None], row, 0.0)
    filled = np.diagonal(upper, axis1=1, axis2=2) > 0
    return upper[filled], np.repeat(np.arange(n_matrices), filled.sum(axis=1))


def _all_zero(panel: "Panel", cells: Cells) -> Integers:
    if not (panel.y == 0).any():
        return np.zeros(len(cells.n), dtype=np.int64)
    some = np.zeros(panel.n_units, dtype=bool)
    some[panel.unit_index[panel.y != 0]] = True
    return np.add.reduceat((~some[cells.order]).astype(np.int64), cells.starts[:-1])


def _cluster_sums(panel: "Panel", cells: Cells, path: Floats, origin: Floats) -> ClusterSums | None:
    n_clusters = int(panel.cluster.max()) + 1
    if n_clusters == panel.n_units:
        return None
    cell = cells.of_unit
    joint = panel.cluster.astype(np.int64) * len(cells.n) + cell
    order = np.argsort(joint, kind="stable")
    starts = np.flatnonzero(np.diff(joint[order], prepend=-1))
    pair = joint[order[starts]]
    weight = panel.weight[order]
    rows = (path[order] - origin) * weight[:, None]
    return ClusterSums(
        cluster=pair // len(cells.n),
        cell=pair % len(cells.n),
        weight=np.add.reduceat(weight, starts),
        n=np.diff(starts, append=len(order)),
        total=np.add.reduceat(rows, starts, axis=0),
        n_clusters=n_clusters,
    )
