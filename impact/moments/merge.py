"""Join moments of disjoint sets of units: centred sums are updated, never raw squares of revenue."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.errors import MomentsError
from impact.moments.cells import CellMoments
from impact.moments.cluster_sums import ClusterSums
from impact.moments.scatter import scatter_root
from impact.moments.unit_order import pattern_digits
from impact.one_thread import one_thread


@one_thread()
def merged(one: CellMoments, other: CellMoments) -> CellMoments:
    """Return the moments of all units of both.

    The parts must be of different units; with clusters above the unit, of different clusters.

    Raises
    ------
    MomentsError
        When they are of different outcomes, periods or kinds.

    References
    ----------
    Chan, Golub and LeVeque (1983), American Statistician 37(3), eq. 2.1, for the scatter.
    """
    _refuse_different(one, other)
    complete = None
    if one.complete or other.complete:
        complete = merged(one.with_always_treated(), other.with_always_treated())
    labels = tuple(sorted({*one.stratum_labels, *other.stratum_labels}))
    first, second = (_relabelled(part, labels) for part in (one, _moved(other, one.origin)))
    keys = _keys(first, second)
    unique, place = np.unique(keys, axis=0, return_inverse=True)
    place = place.reshape(-1)
    cells = _joined_cells(first, second, place, len(unique))
    shift = first.n_cells
    total = replace(
        one,
        **cells,
        clusters=_joined_clusters(first.clusters, second.clusters, place, shift),
        non_negative=one.non_negative and other.non_negative,
        stratum_labels=labels,
        complete=complete,
        _shared={},
    )
    sample = total.counted("", 0)
    for reason, count in other.sample.dropped.items():
        sample = sample.with_dropped(reason, count)
    return replace(total, sample=sample)


def _refuse_different(one: CellMoments, other: CellMoments) -> None:
    if one.outcome != other.outcome:
        raise MomentsError(
            f"{one.outcome}, {other.outcome}: moments of different outcomes do not merge; make both of the same column"
        )
    if one.time_axis != other.time_axis or not np.array_equal(one.times, other.times):
        raise MomentsError(
            f"{one.outcome}: moments of different periods do not merge; split the data by unit, not by period"
        )
    if (one.clusters is None) != (other.clusters is None):
        raise MomentsError(
            f"{one.outcome}: only one of the two has clusters above the unit; make both with the same columns"
        )
    if bool(one.stratum_labels) != bool(other.stratum_labels):
        raise MomentsError(
            f"{one.outcome}: only one of the two has strata; make both with the same columns"
        )


def _moved(moments: CellMoments, origin: Floats) -> CellMoments:
    """Measure the paths from another origin."""
    by = (moments.origin - origin) * moments.observed
    clusters = moments.clusters
    if clusters is not None:
        total = clusters.total + by[clusters.cell] * clusters.weight[:, None]
        clusters = replace(clusters, total=total)
    return replace(
        moments, origin=origin, mean=moments.mean + by, mean2=moments.mean2 + by, clusters=clusters
    )


def _relabelled(moments: CellMoments, labels: tuple[str, ...]) -> CellMoments:
    if not labels:
        return moments
    code = np.array([labels.index(label) for label in moments.stratum_labels])
    return replace(moments, stratum=code[moments.stratum])


def _keys(*parts: CellMoments) -> Floats:
    """Cohort, stratum and observed periods of every cell, one row a cell, in the order cells have."""
    return np.concatenate(
        [
            np.column_stack([part.cohort, part.stratum, pattern_digits(part.observed)])
            for part in parts
        ]
    )


def _joined_cells(
    one: CellMoments, other: CellMoments, place: Integers, n_cells: int
) -> dict[str, Any]:
    def stacked(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(one, name), getattr(other, name)])

    def summed(values: NDArray[Any]) -> NDArray[Any]:
        total = np.zeros((n_cells, *values.shape[1:]), dtype=values.dtype)
        np.add.at(total, place, values)
        return total

    joined: dict[str, Any] = {name: summed(stacked(name)) for name in ("n", "n_zero")}
    for weight, mean in (("weight", "mean"), ("weight2", "mean2")):
        each = stacked(weight)
        joined[weight] = summed(each)
        joined[mean] = summed(stacked(mean) * each[:, None]) / joined[weight][:, None]
    first = np.unique(place, return_index=True)[1]
    for name in ("cohort", "stratum", "observed"):
        joined[name] = stacked(name)[first]
    between = (stacked("mean2") - joined["mean2"][place]) * np.sqrt(stacked("weight2"))[:, None]
    root = np.concatenate([one.root, other.root, between])
    cell = np.concatenate([place[one.root_cell], place[one.n_cells + other.root_cell], place])
    nonzero = root.any(axis=1)
    return {**joined, **_shortened(root[nonzero], cell[nonzero])}


def _shortened(root: Floats, cell: Integers) -> dict[str, Any]:
    """Sort the rows by cell, and replace those of cells with more than 2T of them by at most T."""
    order = np.argsort(cell, kind="stable")
    root, cell = root[order], cell[order]
    n_periods = root.shape[1]
    numbers, starts, counts = np.unique(cell, return_index=True, return_counts=True)
    long = np.flatnonzero(counts > 2 * n_periods)
    scatter = np.array(
        [
            root[starts[i] : starts[i] + counts[i]].T @ root[starts[i] : starts[i] + counts[i]]
            for i in long
        ]
    ).reshape(len(long), n_periods, n_periods)
    short, place = scatter_root(scatter)
    kept = ~np.isin(cell, numbers[long])
    root = np.concatenate([root[kept], short])
    cell = np.concatenate([cell[kept], numbers[long][place]])
    order = np.argsort(cell, kind="stable")
    return {"root": root[order], "root_cell": cell[order].astype(np.int64)}


def _joined_clusters(
    one: ClusterSums | None, other: ClusterSums | None, place: Integers, shift: int
) -> ClusterSums | None:
    if one is None or other is None:
        return None
    return ClusterSums(
        cluster=np.concatenate([one.cluster, other.cluster + one.n_clusters]),
        cell=place[np.concatenate([one.cell, other.cell + shift])],
        weight=np.concatenate([one.weight, other.weight]),
        n=np.concatenate([one.n, other.n]),
        total=np.concatenate([one.total, other.total]),
        n_clusters=one.n_clusters + other.n_clusters,
    )
