"""From rows to cells: units in the order of their cells, summed a block at a time.

A block is gathered once; the units of a cell then lie side by side, and means, deviations and products are taken of slices. A
cell of more units than a block is summed in pieces and put together as samples are (Chan, Golub and LeVeque 1983, eq. 2.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.checks import numbers
from impact.data.panel import Panel
from impact.errors import UnknownNameError
from impact.moments.cells import CellMoments
from impact.moments.cluster_sums import ClusterSums
from impact.moments.scatter import scatter_root
from impact.moments.unit_order import UnitOrder, unit_order
from impact.one_thread import one_thread

BLOCK = 16_384  # units summed at a time: 14 periods of them fit the second-level cache


@one_thread()
def reduce_panel(panel: Panel, order: UnitOrder | None = None) -> CellMoments:
    """Reduce a panel to moments; its units may be in the order of their cells already."""
    seen = None if panel.balanced else ~np.isnan(panel.wide)
    order = order or unit_order(panel, seen)
    first = order.first
    observed = np.ones((len(first), panel.n_periods), dtype=bool) if seen is None else seen[first]
    origin = _origin(panel, order.n @ observed)
    weight = panel.weight if (panel.weight != 1).any() else None
    sums = _cell_sums(panel, order, origin, weight)
    return CellMoments(
        times=panel.times,
        cohort=panel.cohort[first],
        stratum=panel.stratum[first],
        observed=observed,
        n=order.n,
        n_zero=_all_zero(panel, order),
        weight=sums.weight,
        mean=sums.mean,
        weight2=sums.weight2,
        mean2=sums.mean2,
        root=sums.root,
        root_cell=sums.root_cell,
        origin=origin,
        clusters=_cluster_sums(panel, order, origin),
        sample=panel.sample,
        time_axis=panel.time_axis,
        outcome=panel.outcome,
        non_negative=bool((panel.y >= 0).all()),
        stratum_labels=panel.stratum_labels,
        complete=_complete(panel),
    )


def _complete(panel: Panel) -> CellMoments | None:
    """Moments with the units that the panel set aside, where it did and their outcome is known."""
    complete = panel.complete
    return None if complete is None or np.isnan(complete.y).any() else reduce_panel(complete)


def reduce_several(panel: Panel, outcomes: Sequence[str]) -> dict[str, CellMoments]:
    """Reduce several outcomes: units are put in order once for all that are never missing.

    Raises
    ------
    UnknownNameError
        For a name that is neither the panel's outcome nor among its covariates.
    """
    rows = np.arange(1, len(panel.y) + 1)
    shared: UnitOrder | None = None
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
            found[name] = reduce_panel(made.where(known, reason="never_observed"))
            continue
        shared = shared or unit_order(made, None if made.balanced else ~np.isnan(made.wide))
        found[name] = reduce_panel(made, shared)
    return found


def _origin(panel: Panel, n_seen: Integers) -> Floats:
    """Mean outcome of each period, (T,), given the number of units seen in it."""
    if panel.balanced:
        return np.asarray(np.ones(panel.n_units) @ panel.wide / n_seen)
    total = np.bincount(panel.time_index, weights=panel.y, minlength=panel.n_periods)
    return np.asarray(total / n_seen)


@dataclass(frozen=True)
class _CellSums:
    """Weighted sums over the P cells, by weight and by squared weight, as `CellMoments` has them."""

    weight: Floats
    mean: Floats
    weight2: Floats
    mean2: Floats
    root: Floats
    root_cell: Integers


@dataclass(frozen=True)
class _PieceSums:
    """Weighted sums over the B pieces of a block.

    Attributes
    ----------
    weight, mean, weight2, mean2 : ndarray, (B,) or (B, T)
    root : ndarray, (R, T)
        Deviations of the units in cells of few but more than one.
    scatter : ndarray, (M, T, T)
        Scatters of the pieces of other cells.
    """

    weight: Floats
    mean: Floats
    weight2: Floats
    mean2: Floats
    root: Floats
    scatter: Floats


def _cell_sums(panel: Panel, order: UnitOrder, origin: Floats, weight: Floats | None) -> _CellSums:
    """Sum the paths, measured from ``origin`` (T,) and zero where not observed."""
    starts = _piece_starts(order, at_least=2 * panel.n_periods)
    cell = np.searchsorted(order.starts, starts[:-1], side="right") - 1
    small = order.n <= 2 * panel.n_periods
    block = np.flatnonzero(np.diff(starts[:-1] // BLOCK, prepend=-1))
    found = []
    for a, b in zip(block, [*block[1:], len(cell)], strict=True):
        units = order.order[starts[a] : starts[b]]
        rows = panel.wide.take(units, axis=0)
        rows -= origin
        if not panel.balanced:
            np.copyto(rows, 0.0, where=np.isnan(rows))
        own = None if weight is None else weight[units]
        found.append(_piece_sums(rows, starts[a : b + 1] - starts[a], small[cell[a:b]], own))
    pieces = _PieceSums(
        *(np.concatenate([getattr(part, name) for part in found]) for name in vars(found[0]))
    )
    return _joined(pieces, cell, order, small)


def _piece_starts(order: UnitOrder, *, at_least: int) -> Integers:
    """First place of each cell and of each further piece of a cell of more units than a block and ``at_least``, then N."""
    large = np.flatnonzero(order.n > max(BLOCK, at_least))
    cuts = [np.arange(order.starts[p] + BLOCK, order.starts[p + 1], BLOCK) for p in large]
    return np.sort(np.concatenate([order.starts, *cuts]))


def _piece_sums(rows: Floats, starts: Integers, small: Mask, weight: Floats | None) -> _PieceSums:
    """Sum rows (L, T), which are overwritten, over pieces that start at ``starts`` (B + 1,); small cells keep their rows."""
    n, n_periods = np.diff(starts), rows.shape[1]
    if weight is None:
        total = total2 = n.astype(float)
        mean = mean2 = np.add.reduceat(rows, starts[:-1]) / total[:, None]
    else:
        total, total2 = (np.add.reduceat(weight**power, starts[:-1]) for power in (1, 2))
        weighted = rows * weight[:, None]
        mean = np.add.reduceat(weighted, starts[:-1]) / total[:, None]
        weighted *= weight[:, None]
        mean2 = np.add.reduceat(weighted, starts[:-1]) / total2[:, None]
    rows -= np.repeat(mean2, n, axis=0)
    if weight is not None:
        rows *= weight[:, None]
    scatter = np.empty((int((~small).sum()), n_periods, n_periods))
    for place, piece in enumerate(np.flatnonzero(~small)):
        some = rows[starts[piece] : starts[piece + 1]]
        np.matmul(some.T, some, out=scatter[place])
    return _PieceSums(total, mean, total2, mean2, rows[np.repeat(small & (n > 1), n)], scatter)


def _joined(pieces: _PieceSums, cell: Integers, order: UnitOrder, small: Mask) -> _CellSums:
    """Put the pieces of each cell together; ``cell`` (B,) ascends."""
    at = np.searchsorted(cell, np.arange(len(order.n)))
    weight, weight2 = (np.add.reduceat(part, at) for part in (pieces.weight, pieces.weight2))
    mean = np.add.reduceat(pieces.mean * pieces.weight[:, None], at) / weight[:, None]
    mean2 = np.add.reduceat(pieces.mean2 * pieces.weight2[:, None], at) / weight2[:, None]
    kept = np.repeat(np.arange(len(order.n)), np.where(small & (order.n > 1), order.n, 0))
    many = np.flatnonzero(~small)
    if not many.size:
        return _CellSums(weight, mean, weight2, mean2, pieces.root, kept)
    of_many = ~small[cell]
    away = (pieces.mean2 - mean2[cell])[of_many] * np.sqrt(pieces.weight2[of_many])[:, None]
    scatter = pieces.scatter + away[:, :, None] * away[:, None, :]
    root, place = scatter_root(np.add.reduceat(scatter, np.searchsorted(cell[of_many], many)))
    of_root = np.concatenate([kept, many[place]])
    by_cell = np.argsort(of_root, kind="stable")
    root = np.concatenate([pieces.root, root])[by_cell]
    return _CellSums(weight, mean, weight2, mean2, root, of_root[by_cell])


def _all_zero(panel: Panel, order: UnitOrder) -> Integers:
    """Units of each cell whose outcome is zero whenever observed, (P,)."""
    if not (panel.y == 0).any():
        return np.zeros(len(order.n), dtype=np.int64)
    some = np.zeros(panel.n_units, dtype=bool)
    some[panel.unit_index[panel.y != 0]] = True
    return np.add.reduceat((~some[order.order]).astype(np.int64), order.starts[:-1])


def _cluster_sums(panel: Panel, order: UnitOrder, origin: Floats) -> ClusterSums | None:
    n_clusters, n_cells = int(panel.cluster.max()) + 1, len(order.n)
    if n_clusters == panel.n_units:
        return None
    joint = panel.cluster.astype(np.int64) * n_cells + order.cell_of_unit
    by_pair = np.argsort(joint, kind="stable")
    starts = np.flatnonzero(np.diff(joint[by_pair], prepend=-1))
    cluster, cell = np.divmod(joint[by_pair[starts]], n_cells)
    weight = panel.weight[by_pair]
    rows = np.nan_to_num((panel.wide[by_pair] - origin) * weight[:, None])
    return ClusterSums(
        cluster=cluster,
        cell=cell,
        weight=np.add.reduceat(weight, starts),
        n=np.diff(starts, append=len(by_pair)),
        total=np.add.reduceat(rows, starts, axis=0),
        n_clusters=n_clusters,
    )
