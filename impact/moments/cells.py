"""Reduce a panel to cells of units that share a cohort and the periods in which they were observed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from impact.data.panel import Panel
from impact.data.sample import Sample
from impact.data.times import TimeAxis

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ClusterSums:
    """What clusters above the unit need: one row a (cluster, cell) pair that occurs, L of them.

    Attributes
    ----------
    cluster, cell : ndarray, (L,)
        Cluster code (0..G-1) and cell number.
    weight : ndarray, (L,)
        Sum of weights.
    total : ndarray, (L, T)
        Weighted sum of paths, measured from `PathMoments.origin`; zero where not observed.
    n_clusters : int
    """

    cluster: Integers
    cell: Integers
    weight: Floats
    total: Floats
    n_clusters: int


@dataclass(frozen=True)
class PathMoments:
    """Counts, mean paths and path scatters of the P cells of a panel with T periods.

    Attributes
    ----------
    times : ndarray, (T,)
        Calendar numbers of the periods.
    number : ndarray, (P,)
        Each cell's number in `cells_of`; it stays when cells are left out.
    cohort : ndarray, (P,)
        First treated period as a calendar number; infinity for never treated.
    observed : ndarray of bool, (P, T)
    n : ndarray, (P,)
        Units in the cell.
    weight, mean : ndarray, (P,), (P, T)
        Sum of weights and weighted mean path, from `origin`; zero where not observed.
    weight2, mean2, scatter2 : ndarray, (P,), (P, T), (P, T, T)
        The same in squared weights, with the centred scatter: the unit's score is proportional to its weight.
    origin : ndarray, (T,)
        What was taken from each period before squaring, so that large levels lose no digits.
    """

    times: Floats
    number: Integers
    cohort: Floats
    observed: NDArray[np.bool_]
    n: Integers
    weight: Floats
    mean: Floats
    weight2: Floats
    mean2: Floats
    scatter2: Floats
    origin: Floats
    clusters: ClusterSums | None
    sample: Sample
    time_axis: TimeAxis
    outcome: str

    @classmethod
    def from_panel(cls, panel: Panel) -> Self:
        """Reduce a panel in one pass.

        Parameters
        ----------
        panel : Panel
            N units by T periods, gaps allowed.

        Returns
        -------
        PathMoments
            P cells, at most one a unit.
        """
        wide = panel.wide
        seen = ~np.isnan(wide)
        origin = np.nanmean(wide, axis=0)
        path = np.where(seen, wide - origin, 0.0)
        cell = cells_of(panel)
        order = np.argsort(cell, kind="stable")
        starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
        first = order[starts]
        weight = panel.weight
        total, mean = _weighted_mean(path[order], weight[order], starts)
        total2, mean2 = _weighted_mean(path[order], weight[order] ** 2, starts)
        return cls(
            times=panel.times,
            number=np.arange(len(starts)),
            cohort=panel.cohort[first],
            observed=seen[first],
            n=np.diff(starts, append=len(order)).astype(np.int64),
            weight=total,
            mean=mean,
            weight2=total2,
            mean2=mean2,
            scatter2=_scatter(path[order], weight[order], starts, mean2, seen[first]),
            origin=origin,
            clusters=_cluster_sums(panel, cell, path),
            sample=panel.sample,
            time_axis=panel.time_axis,
            outcome=panel.outcome,
        )

    @property
    def n_cells(self) -> int:
        """P, the number of cells."""
        return len(self.n)

    @property
    def n_obs(self) -> int:
        """Observations: units times the periods in which they were observed."""
        return int((self.n[:, None] * self.observed).sum())

    @property
    def cohorts(self) -> Floats:
        """Calendar numbers of the treated cohorts, ascending."""
        return np.unique(self.cohort[np.isfinite(self.cohort)])

    @property
    def event_time(self) -> Floats:
        """Periods since treatment of each cell and period, (P, T); minus infinity for never treated."""
        return self.times[None, :] - self.cohort[:, None]

    def where(
        self, kept: Callable[["PathMoments"], NDArray[np.bool_]], *, reason: str
    ) -> "PathMoments":
        """Return the cells for which ``kept(moments)`` holds; the units of the others are counted under ``reason``."""
        chosen = kept(self)
        clusters = self.clusters
        if clusters is not None:
            rows = chosen[clusters.cell]
            clusters = replace(
                clusters,
                cluster=clusters.cluster[rows],
                cell=(np.cumsum(chosen) - 1)[clusters.cell[rows]],
                weight=clusters.weight[rows],
                total=clusters.total[rows],
            )
        names = (
            "number",
            "cohort",
            "observed",
            "n",
            "weight",
            "mean",
            "weight2",
            "mean2",
            "scatter2",
        )
        fewer = replace(
            self, clusters=clusters, **{name: getattr(self, name)[chosen] for name in names}
        )
        return replace(fewer, sample=fewer._counted(reason, int(self.n[~chosen].sum())))

    def _counted(self, reason: str, dropped: int) -> Sample:
        treated = np.isfinite(self.cohort)
        n_units = int(self.n.sum())
        n_clusters = n_units if self.clusters is None else len(np.unique(self.clusters.cluster))
        counts = Sample(
            n_obs=self.n_obs,
            n_units=n_units,
            n_treated=int(self.n[treated].sum()),
            n_never=int(self.n[~treated].sum()),
            n_clusters=n_clusters,
            dropped=self.sample.dropped,
        )
        return counts.with_dropped(reason, dropped)


def cells_of(panel: Panel) -> Integers:
    """Number each unit's cell, (N,): cells are ordered by cohort, then by observed periods."""
    cohort = np.unique(panel.cohort, return_inverse=True)[1].astype(np.int64)
    seen = ~np.isnan(panel.wide)
    if seen.all():
        return np.unique(cohort, return_inverse=True)[1].astype(np.int64)
    packed = np.packbits(seen, axis=1)
    pattern = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)[1]
    joint = cohort * (int(pattern.max()) + 1) + pattern.astype(np.int64)
    return np.unique(joint, return_inverse=True)[1].astype(np.int64)


def _weighted_mean(path: Floats, weight: Floats, starts: Integers) -> tuple[Floats, Floats]:
    total = np.add.reduceat(weight, starts)
    return total, np.add.reduceat(path * weight[:, None], starts, axis=0) / total[:, None]


def _scatter(
    path: Floats, weight: Floats, starts: Integers, mean2: Floats, observed: NDArray[np.bool_]
) -> Floats:
    n_periods = path.shape[1]
    scatter = np.zeros((len(starts), n_periods, n_periods))
    ends = np.append(starts[1:], len(path))
    for cell in np.flatnonzero(ends - starts > 1):
        rows = slice(starts[cell], ends[cell])
        centred = (path[rows] - mean2[cell]) * observed[cell] * weight[rows, None]
        scatter[cell] = centred.T @ centred
    return scatter


def _cluster_sums(panel: Panel, cell: Integers, path: Floats) -> ClusterSums | None:
    n_clusters = int(panel.cluster.max()) + 1
    if n_clusters == panel.n_units:
        return None
    joint = panel.cluster.astype(np.int64) * (int(cell.max()) + 1) + cell
    pair, row = np.unique(joint, return_inverse=True)
    total = np.zeros((len(pair), path.shape[1]))
    np.add.at(total, row, path * panel.weight[:, None])
    return ClusterSums(
        cluster=pair // (int(cell.max()) + 1),
        cell=pair % (int(cell.max()) + 1),
        weight=np.bincount(row, weights=panel.weight).astype(float),
        total=total,
        n_clusters=n_clusters,
    )
