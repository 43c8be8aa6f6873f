"""Untreated outcome paths drawn from a panel's own: what outcomes would look like if nothing had happened, again and again."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError

Process = Literal["resampled", "gaussian", "shared_shock"]
FEWEST_DONORS = 5  # paths a stratum needs to draw from; else the whole comparison group is the pool
SCALES = (0.5, 2.0)  # how far the spread of treated paths may be taken from that of the others
SHARED = 0.05  # share of the variance that a shock to all units of one group makes up


@dataclass(frozen=True)
class UntreatedPaths:
    """A pool of deviations from stratum and period means, and who may draw from it.

    Attributes
    ----------
    pool : ndarray, (M, T)
        Deviations of never-treated units; periods in which one was not observed are filled by a draw given the others.
    pool_stratum : ndarray of int, (M,)
    covariance : ndarray, (T, T)
    stratum : ndarray of int, (N,)
        Of the panel's units, each of which draws from its own stratum.
    scale : ndarray, (N,)
        By which a treated unit's draw is stretched so that treated paths spread as they did before treatment.
    group : ndarray of int, (N,)
        Units that share shocks; -1 for none.
    cluster, pool_cluster : ndarray of int, (N,) and (M,)
        Clusters of the units and of the pool's: each cluster draws its units' paths from one cluster of the pool.
    level : ndarray, (N,)
        Mean before the first cohort's treatment of those a unit draws from: with a drawn path's it makes the size of the unit.
    """

    pool: Floats
    pool_stratum: Integers
    covariance: Floats
    stratum: Integers
    scale: Floats
    group: Integers
    level: Floats
    cluster: Integers
    pool_cluster: Integers

    @classmethod
    def of(
        cls, panel: Panel, *, strata: Integers, group: Integers, generator: np.random.Generator
    ) -> "UntreatedPaths":
        """Take the pool from a panel's untreated observations.

        Parameters
        ----------
        strata : ndarray of int, (N,)
            Within which levels are alike: a treated unit's path is drawn from untreated units of its stratum.
        group : ndarray of int, (N,)
            Units that a shared shock hits together; -1 for none.

        Raises
        ------
        NotIdentifiedError
            With fewer than five never-treated units (or clusters of them), or fewer than two seen in two periods together.
        """
        never = np.isinf(panel.cohort)
        n_donors = len(np.unique(panel.cluster[never]))
        if n_donors < FEWEST_DONORS:
            raise NotIdentifiedError(
                f"{panel.outcome}: fewer than {FEWEST_DONORS} never-treated units (or clusters) to draw untreated paths from"
            )
        untreated = np.where(panel.times < panel.cohort[:, None], panel.wide, np.nan)
        pool = _pool_of(strata, never, panel.cluster)
        deviation = _deviations(untreated, pool, never)
        covariance = _covariance(deviation[never])
        return cls(
            pool=_filled(deviation[never], covariance, generator),
            pool_stratum=strata[never],
            covariance=covariance,
            stratum=pool,
            scale=np.where(never, 1.0, _relative_spread(deviation, pool, never))
            * _few_clusters(n_donors, int(never.sum())),
            group=group,
            level=_levels(untreated[:, panel.times < panel.cohorts[0]], pool, never),
            cluster=panel.cluster,
            pool_cluster=panel.cluster[never],
        )

    def with_treated_spread(self, relative: float, *, treated: Mask) -> "UntreatedPaths":
        """Return the same with treated units' draws stretched by so much; as they are where it is not known (NaN)."""
        if not np.isfinite(relative):
            return self
        return replace(self, scale=np.where(treated, np.clip(relative, *SCALES), self.scale))

    def draw(self, process: Process, n_draws: int, generator: np.random.Generator) -> Floats:
        """Draw outcomes without any effect, (N, S, T): parallel trends hold exactly, levels and spread are the panel's."""
        shape = (len(self.stratum), n_draws, self.pool.shape[1])
        if process == "gaussian":
            values, vectors = np.linalg.eigh(self.covariance)
            root = vectors * np.sqrt(np.maximum(values, 0))
            paths = self._normal(shape, generator) @ root.T
        elif self._clustered:
            paths = self.pool[self._donors_of_clusters(n_draws, generator)]
        else:
            paths = self.pool[self._donors(n_draws, generator)]
        paths *= self.scale[:, None, None]
        if process == "shared_shock":
            paths += self._shocks(n_draws, generator)
        return np.asarray(paths)

    @property
    def _clustered(self) -> bool:
        """Whether clusters lie above the unit."""
        return len(np.unique(self.cluster)) < len(self.cluster)

    def _normal(self, shape: tuple[int, int, int], generator: np.random.Generator) -> Floats:
        """Standard normals, correlated within clusters as the pool's deviations are."""
        own = generator.standard_normal(shape)
        if not self._clustered:
            return own
        rho = _intraclass(self.pool, self.pool_cluster)
        shared = generator.standard_normal((int(self.cluster.max()) + 1, *shape[1:]))
        return np.asarray(np.sqrt(rho) * shared[self.cluster] + np.sqrt(1 - rho) * own)

    def _donors_of_clusters(self, n_draws: int, generator: np.random.Generator) -> Integers:
        """Draw a cluster of the pool for each cluster, then one of its units for each unit: places in the pool (N, S)."""
        of_pool = np.unique(self.pool_cluster, return_inverse=True)[1]
        order = np.argsort(of_pool, kind="stable")
        start, count = np.unique(of_pool[order], return_index=True)[1], np.bincount(of_pool)
        stratum_of_donor = self.pool_stratum[order][start]
        donor = np.empty((int(self.cluster.max()) + 1, n_draws), dtype=np.int64)
        first = np.unique(self.cluster, return_index=True)[1]
        for cluster, code in enumerate(self.stratum[first]):
            fitting = np.flatnonzero((stratum_of_donor == code) | (code < 0))
            donor[cluster] = fitting[generator.integers(len(fitting), size=n_draws)]
        chosen = donor[self.cluster]
        return np.asarray(
            order[start[chosen] + (generator.random(chosen.shape) * count[chosen]).astype(int)]
        )

    def _donors(self, n_draws: int, generator: np.random.Generator) -> Integers:
        donors = np.empty((len(self.stratum), n_draws), dtype=np.int64)
        for code in np.unique(self.stratum):
            rows = np.flatnonzero(self.stratum == code)
            candidates = np.flatnonzero((self.pool_stratum == code) | (code < 0))
            donors[rows] = candidates[
                generator.integers(len(candidates), size=(len(rows), n_draws))
            ]
        return donors

    def _shocks(self, n_draws: int, generator: np.random.Generator) -> Floats:
        """Shocks by group and period, their variance the share of one of deviations from a unit's mean."""
        centred = self.pool - self.pool.mean(axis=1, keepdims=True)
        size = np.sqrt(SHARED / (1 - SHARED) * centred.var())
        groups = int(self.group.max()) + 1
        drawn = size * generator.standard_normal((groups, n_draws, self.pool.shape[1]))
        drawn = np.concatenate([drawn, np.zeros((1, n_draws, self.pool.shape[1]))])
        return np.asarray(drawn[self.group])


def _deviations(untreated: Floats, pool: Integers, never: Mask) -> Floats:
    """Take from each untreated observation the mean of never-treated units of its stratum in the period, spread restored."""
    result = np.full(untreated.shape, np.nan)
    for code in np.unique(pool):
        rows = pool == code
        donors = untreated[never & (rows if code >= 0 else True)]
        count = (~np.isnan(donors)).sum(axis=0)
        mean = np.where(count > 1, np.nansum(donors, axis=0) / np.maximum(count, 1), np.nan)
        result[rows] = (untreated[rows] - mean) * np.sqrt(count / np.maximum(count - 1, 1))
    return result


def _levels(before: Floats, pool: Integers, never: Mask) -> Floats:
    """Mean of never-treated units' outcomes before any treatment, by the stratum a unit draws from, (N,)."""
    result = np.zeros(len(pool))
    for code in np.unique(pool):
        rows = pool == code
        donors = before[never & (rows if code >= 0 else True)]
        result[rows] = np.nansum(donors) / max((~np.isnan(donors)).sum(), 1)
    return result


def _few_clusters(n_clusters: int, n_units: int) -> float:
    """What deviations from a mean over few clusters lack in spread; nothing where clusters are units."""
    if n_clusters == n_units:
        return 1.0
    return float(np.sqrt(n_clusters / (n_clusters - 1)))


def _intraclass(pool: Floats, cluster: Integers) -> float:
    """Intraclass correlation of deviations (M, T) within clusters, by analysis of variance, between 0 and 1."""
    code = np.unique(cluster, return_inverse=True)[1]
    count = np.bincount(code)
    n_clusters, n_units = len(count), len(code)
    total = np.zeros((n_clusters, pool.shape[1]))
    np.add.at(total, code, pool)
    mean = total / count[:, None]
    within = ((pool - mean[code]) ** 2).sum() / max(n_units - n_clusters, 1)
    grand = pool.mean(axis=0)
    between = (count[:, None] * (mean - grand) ** 2).sum() / max(n_clusters - 1, 1)
    size = (n_units - (count**2).sum() / n_units) / max(n_clusters - 1, 1)
    whole = between + (size - 1) * within
    return float(np.clip((between - within) / whole, 0, 1)) if whole > 0 else 0.0


def _pool_of(strata: Integers, never: Mask, cluster: Integers) -> Integers:
    """Stratum from which each unit draws, (N,); -1 where its own has too few never-treated units, or clusters of them."""
    first = np.unique(cluster[never], return_index=True)[1]
    enough = np.bincount(strata[never][first], minlength=strata.max() + 1) >= FEWEST_DONORS
    return np.where(enough[strata], strata, -1)


def _covariance(deviation: Floats) -> Floats:
    """Pairwise covariances of periods, made positive semi-definite; a pair never seen together counts as uncorrelated."""
    seen = ~np.isnan(deviation)
    filled = np.where(seen, deviation, 0.0)
    together = seen.T.astype(float) @ seen
    product = np.where(together > 1, (filled.T @ filled) / np.maximum(together, 1), 0.0)
    values, vectors = np.linalg.eigh((product + product.T) / 2)
    if values[-1] <= 0:
        raise NotIdentifiedError("the outcome of never-treated units does not vary within strata")
    return np.asarray((vectors * np.maximum(values, 1e-6 * values[-1])) @ vectors.T)


def _filled(deviation: Floats, covariance: Floats, generator: np.random.Generator) -> Floats:
    """Fill what was not observed by a normal draw given what was."""
    result = deviation.copy()
    seen = ~np.isnan(deviation)
    patterns, code = np.unique(seen, axis=0, return_inverse=True)
    for number, here in enumerate(patterns):
        rows = np.flatnonzero(code.ravel() == number)
        gone = ~here
        if not gone.any():
            continue
        across = covariance[np.ix_(gone, here)]
        slope = across @ np.linalg.pinv(covariance[np.ix_(here, here)], hermitian=True)
        left = covariance[np.ix_(gone, gone)] - slope @ across.T
        noise = generator.multivariate_normal(
            np.zeros(gone.sum()), left, size=len(rows), method="eigh"
        )
        result[np.ix_(rows, gone)] = deviation[np.ix_(rows, here)] @ slope.T + noise
    return result


def _relative_spread(deviation: Floats, pool: Integers, never: Mask) -> float:
    """How much more treated units moved from period to period before treatment than never-treated ones of their strata did."""
    squares = np.diff(deviation, axis=1) ** 2
    seen = ~np.isnan(squares)
    moved, expected = 0.0, 0.0
    for code in np.unique(pool[~never]):
        rows = pool == code
        donors = never & (rows if code >= 0 else True)
        typical = np.nansum(squares[donors]) / max(seen[donors].sum(), 1)
        moved += np.nansum(squares[rows & ~never])
        expected += typical * seen[rows & ~never].sum()
    if moved <= 0 or expected <= 0:
        return 1.0
    return float(np.clip(np.sqrt(moved / expected), *SCALES))
