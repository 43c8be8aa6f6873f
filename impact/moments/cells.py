"""Moments of cells: counts, mean paths and path scatters of units that share a cohort, a stratum and their observed periods."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.sample import Sample
from impact.data.times import TimeAxis
from impact.moments.cell_groups import CellGroups
from impact.moments.cluster_sums import ClusterSums
from impact.moments.paths import Paths

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class CellMoments:
    """Counts, mean paths and path scatters of the P cells of a panel with T periods.

    A cell is a cohort, a stratum and a pattern of observed periods. Every linear estimator and its clustered covariance
    follow from these numbers exactly; no estimator needs the rows again (docs/path-moments.md).

    Attributes
    ----------
    times : ndarray, (T,)
        Calendar numbers of the periods.
    cohort : ndarray, (P,)
        First treated period as a calendar number, ascending; infinity for never treated.
    stratum : ndarray of int, (P,)
    observed : ndarray of bool, (P, T)
    n, n_zero : ndarray of int, (P,)
        Units in the cell, and those among them whose outcome is zero whenever observed.
    weight, mean : ndarray, (P,), (P, T)
        Sum of weights and weighted mean path, from ``origin``; zero where not observed.
    weight2, mean2 : ndarray, (P,), (P, T)
        The same in squared weights, which variances need: a unit's score is proportional to its weight.
    root, root_cell : ndarray, (R, T), (R,)
        A square root of each cell's centred scatter in squared weights: the cross-product of its rows. A small cell keeps its
        units' own deviations, a large one at most T rows, so moments are never larger than the data.
    origin : ndarray, (T,)
        What was taken from each period before squaring, so that large levels lose no digits.
    non_negative : bool
        No outcome is below zero, which ratios need.
    stratum_labels : tuple of str
        What the codes in ``stratum`` stand for.
    complete : CellMoments, optional
        As in `Panel`: the moments with the units in them that were set aside as treated from the first period on.
    """

    times: Floats
    cohort: Floats
    stratum: Integers
    observed: Mask
    n: Integers
    n_zero: Integers
    weight: Floats
    mean: Floats
    weight2: Floats
    mean2: Floats
    root: Floats = field(repr=False)
    root_cell: Integers = field(repr=False)
    origin: Floats
    clusters: ClusterSums | None = field(repr=False)
    sample: Sample
    time_axis: TimeAxis
    outcome: str
    non_negative: bool = False
    stratum_labels: tuple[str, ...] = ()
    complete: "CellMoments | None" = field(default=None, repr=False)
    _shared: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def n_cells(self) -> int:
        """P, the number of cells."""
        return len(self.n)

    @property
    def n_obs(self) -> int:
        """Observations: units times the periods in which they were observed."""
        return int((self.n @ self.observed).sum())

    @property
    def balanced(self) -> bool:
        """Whether every unit is observed in every period."""
        return bool(self.observed.all())

    @property
    def cohorts(self) -> Floats:
        """Calendar numbers of the treated cohorts, ascending."""
        every = self.every_cohort
        return every[np.isfinite(every)]

    @cached_property
    def every_cohort(self) -> Floats:
        """The C cohorts, ascending; never treated, where there is one, is last."""
        return np.unique(self.cohort)

    @cached_property
    def cohort_index(self) -> Integers:
        """Each cell's place in ``every_cohort``, (P,)."""
        return np.searchsorted(self.every_cohort, self.cohort).astype(np.int64)

    @property
    def event_time(self) -> Floats:
        """Periods since treatment by cohort and period, (C, T); minus infinity for never treated."""
        return self.times[None, :] - self.every_cohort[:, None]

    @cached_property
    def mean_paths(self) -> Paths:
        """Return the weighted mean path of each cell, (P,)."""
        return Paths(self.mean, np.ones(self.n_cells), np.arange(self.n_cells))

    @cached_property
    def root_paths(self) -> Paths:
        """Return the rows of the root as deviations from their cells' means, (R,)."""
        return Paths(self.root, np.zeros(len(self.root)), self.root_cell)

    @cached_property
    def scaled_means(self) -> Paths:
        """Return each cell's mean path, (P,), so scaled that with the root its scores' cross-products sum to the units'."""
        scale = np.sqrt(self.weight2)
        return Paths(self.mean2 * scale[:, None], scale, np.arange(self.n_cells))

    @cached_property
    def weight_seen(self) -> Floats:
        """Sum of weights observed by cohort and period, (C, T)."""
        return self.by_cohort(self.weight[:, None] * self.observed)

    @cached_property
    def units_seen(self) -> Integers:
        """Units observed by cohort and period, (C, T)."""
        return self.by_cohort((self.n[:, None] * self.observed).astype(float)).astype(np.int64)

    @cached_property
    def cohort_size(self) -> Floats:
        """Sum of weights by cohort, (C,)."""
        return self.by_cohort(self.weight)

    @cached_property
    def cohort_mean(self) -> Floats:
        """Weighted mean outcome of all units observed, by cohort and period, (C, T); NaN where nobody is."""
        total = self.by_cohort(self.weight[:, None] * self.mean)
        seen = self.weight_seen
        return np.where(seen > 0, total / np.where(seen > 0, seen, 1), np.nan) + self.origin

    @property
    def usual_size(self) -> float:
        """Mean of all outcomes, unweighted; where some are negative, whose size is in no sum, the root of their mean square."""
        n, level = self.n[:, None] * self.observed, self.mean + self.origin
        if self.non_negative:
            return float((n * level).sum() / self.n_obs)
        return float(np.sqrt(((n * level**2).sum() + (self.root**2).sum()) / self.n_obs))

    @property
    def scatter2(self) -> Floats:
        """Centred scatter of each cell in squared weights, (P, T, T)."""
        n_periods = len(self.times)
        scatter = np.zeros((self.n_cells, n_periods, n_periods))
        starts = np.searchsorted(self.root_cell, np.arange(self.n_cells + 1))
        for cell in np.flatnonzero(np.diff(starts)):
            rows = self.root[starts[cell] : starts[cell + 1]]
            scatter[cell] = rows.T @ rows
        return scatter

    @cached_property
    def cohort_groups(self) -> CellGroups:
        """The cohorts as groups of cells."""
        codes = np.arange(len(self.every_cohort))
        return CellGroups(self.cohort_index, codes, np.zeros(len(codes), dtype=np.int64))

    @cached_property
    def stratum_groups(self) -> CellGroups:
        """The cohorts within strata as groups of cells."""
        joint = self.cohort_index * (int(self.stratum.max()) + 1) + self.stratum
        pair, of_cell = np.unique(joint, return_inverse=True)
        cohort, stratum = np.divmod(pair, int(self.stratum.max()) + 1)
        return CellGroups(of_cell.astype(np.int64), cohort, stratum)

    def by_cohort(self, cells: Floats) -> Floats:
        """Sum an array over the cells (P, ...) of each cohort, (C, ...)."""
        return self.cohort_groups.sums(cells)

    def with_always_treated(self) -> Self:
        """Return the moments with the units in them that were set aside as treated from the first period on."""
        complete = self.complete
        if complete is None:
            return self
        return replace(self, **{part.name: getattr(complete, part.name) for part in fields(self)})

    def set_aside(self) -> Self:
        """Return the moments without units treated from the first period on, which designs that compare cohorts cannot use."""
        return self.where(lambda every: every.cohort > every.times[0], reason="always_treated")

    def once(self, name: str, compute: Callable[[Self], Found]) -> Found:
        """Return ``compute(self)``, kept under ``name`` for the next estimator that needs the same."""
        if name not in self._shared:
            self._shared[name] = compute(self)
        return self._shared[name]  # type: ignore[no-any-return]

    def where(self, kept: Callable[[Self], Mask], *, reason: str) -> Self:
        """Return the cells for which ``kept(moments)`` holds; the units of the others are counted under ``reason``."""
        chosen = kept(self)
        if chosen.all():
            return self
        per_cell = (
            "cohort",
            "stratum",
            "observed",
            "n",
            "n_zero",
            "weight",
            "mean",
            "weight2",
            "mean2",
        )
        rows = chosen[self.root_cell]
        fewer = replace(
            self,
            **{name: getattr(self, name)[chosen] for name in per_cell},
            root=self.root[rows],
            root_cell=(np.cumsum(chosen) - 1)[self.root_cell[rows]],
            clusters=None if self.clusters is None else self.clusters.of_cells(chosen),
            complete=None,
            _shared={},
        )
        return replace(fewer, sample=fewer.counted(reason, int(self.n[~chosen].sum())))

    def counted(self, reason: str, dropped: int) -> Sample:
        """Count the moments' units anew, with ``dropped`` more for a reason."""
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

    def only(self, kept: Mask, *, reason: str) -> Self:
        """Return the observations by cohort and period (C, T) marked True; units left without any are counted."""
        mask = kept[self.cohort_index]
        clusters = self.clusters
        if clusters is not None:
            clusters = replace(clusters, total=clusters.total * mask[clusters.cell])
        masked = replace(
            self,
            observed=self.observed & mask,
            mean=self.mean * mask,
            mean2=self.mean2 * mask,
            root=self.root * mask[self.root_cell],
            clusters=clusters,
            complete=None,
            _shared={},
        )
        return masked.during(np.asarray(masked.observed.any(axis=0)), reason=reason)

    def during(self, periods: Mask, *, reason: str) -> Self:
        """Return the periods (T,) marked True; units observed in none of them are counted under ``reason``."""
        clusters = self.clusters
        if clusters is not None:
            clusters = replace(clusters, total=clusters.total[:, periods])
        shorter = replace(
            self,
            times=self.times[periods],
            observed=self.observed[:, periods],
            mean=self.mean[:, periods],
            mean2=self.mean2[:, periods],
            root=self.root[:, periods],
            origin=self.origin[periods],
            clusters=clusters,
            complete=None,
            _shared={},
        )
        seen = shorter.where(lambda cut: np.asarray(cut.observed.any(axis=1)), reason=reason)
        return replace(seen, sample=seen.counted(reason, 0))
