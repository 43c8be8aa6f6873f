"""Test of a target under linear inequalities with nuisance effects: conditional, with a least-favourable first stage."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.errors import NotAvailableError

FIRST_STAGE = 0.1  # share of alpha spent on the least-favourable first stage
DRAWS = 10_000
MOST_BASES = 400_000  # candidate sets of active inequalities
TINY = 1e-9


@dataclass(frozen=True)
class Rays:
    """Extreme rays of {gamma >= 0: gamma' X = 0}, (V, m): how inequalities combine so that nuisance effects drop out."""

    gamma: Floats

    @classmethod
    def of(cls, after: Floats, target: Floats) -> "Rays":
        """Find the rays of inequalities whose columns after treatment are ``after`` (m, n_after).

        Raises
        ------
        NotAvailableError
            With too many periods after treatment to list the rays of a sign or direction.
        """
        n_after = len(target)
        nuisance = np.linalg.svd(target[None])[2][1:].T
        X = after @ nuisance
        paired = len(after) == 2 * n_after and np.allclose(after[:n_after], -after[n_after:])
        if paired and np.linalg.matrix_rank(after[:n_after]) == n_after:
            return cls(_paired(after[:n_after], target))
        if comb(len(X), n_after) > MOST_BASES:
            raise NotAvailableError(
                f"honest bounds with a sign or direction: {comb(len(X), n_after):,} combinations of {n_after} periods after "
                "treatment; use fewer periods (balance=)"
            )
        return cls(_enumerated(X, n_after))


def _paired(late: Floats, target: Floats) -> Floats:
    """Rays when every row comes with its negative and the rows span all effects: each pair, and the target either way."""
    n = len(late)
    pairs = np.hstack([np.eye(n), np.eye(n)])
    along = np.linalg.solve(late.T, target)
    plus, minus = np.maximum(along, 0), np.maximum(-along, 0)
    ways = np.vstack([np.concatenate([plus, minus]), np.concatenate([minus, plus])])
    return np.vstack([pairs, ways])


def _enumerated(X: Floats, n_active: int) -> Floats:
    """Every basic solution with at most ``n_active`` rows that is not negative."""
    chosen = np.array(list(combinations(range(len(X)), n_active)))
    system = np.concatenate(
        [X[chosen].transpose(0, 2, 1), np.ones((len(chosen), 1, n_active))], axis=1
    )
    regular = np.abs(np.linalg.det(system)) > 1e-10
    right = np.zeros((int(regular.sum()), n_active, 1))
    right[:, -1] = 1
    solution = np.linalg.solve(system[regular], right)[:, :, 0]
    fine = (solution >= -TINY).all(axis=1)
    rays = np.zeros((int(fine.sum()), len(X)))
    np.put_along_axis(rays, chosen[regular][fine], np.maximum(solution[fine], 0), axis=1)
    return np.unique(rays.round(12), axis=0)


@dataclass(frozen=True)
class ConditionalTest:
    """Tests target values under a union of S sets of inequalities: a value is rejected when every set rejects it.

    All sets have the same rays and as many rows, so that they are one array. A ray's *moment* at a target value v is
    ``gamma'(A beta - d) - v gamma'A a`` with a the target over its squared length; a set is tested by its largest moment.

    Parameters
    ----------
    rays : Rays
    A, d : ndarray, (S, m, K), (S, m)
    beta, sigma : ndarray, (K,), (K, K)
    n_before : int
    target : ndarray, (n_after,)
    alpha : float
    first_stage : float
        Share of draws that a least-favourable first stage rejects (C-LF); zero for the conditional test alone.
    normals : ndarray, (draws, K)
        Of that first stage.

    References
    ----------
    Andrews, Roth and Pakes (2023), Review of Economic Studies 90(6), secs. 4-5; Rambachan and Roth (2023), sec. 3.2.
    """

    rays: Rays
    A: Floats
    d: Floats
    beta: Floats
    sigma: Floats
    n_before: int
    target: Floats
    alpha: float
    first_stage: float
    normals: Floats

    @cached_property
    def _size(self) -> Floats:
        """Standard deviations of every set's moments, weighted by each ray, (S, V); infinite for a ray without any."""
        variance = np.einsum("smk,kl,sml->sm", self.A, self.sigma, self.A, optimize=True)
        sd = np.sqrt(np.maximum(variance, 0))
        size = sd @ self.rays.gamma.T
        return np.where(size > TINY * sd.max(axis=1, keepdims=True), size, np.inf)

    @cached_property
    def _rows(self) -> Floats:
        """Rays times inequalities, scaled so that their weights on the moments' standard deviations sum to one: (S, V, K)."""
        return np.asarray((self.rays.gamma @ self.A) / self._size[:, :, None])

    @cached_property
    def _level(self) -> Floats:
        """Every moment at a target value of zero, (S, V); minus infinity for a ray without a standard deviation."""
        moment = self._rows @ self.beta - (self.d @ self.rays.gamma.T) / self._size
        return np.where(np.isinf(self._size), -np.inf, moment)

    @cached_property
    def _slope(self) -> Floats:
        """What a unit of the target value takes from every moment, (S, V)."""
        return np.asarray(
            self._rows[:, :, self.n_before :] @ self.target / (self.target @ self.target)
        )

    @cached_property
    def _covariance(self) -> Floats:
        """Of every set's moments, (S, V, V)."""
        return np.asarray(self._rows @ self.sigma @ self._rows.transpose(0, 2, 1))

    @cached_property
    def least_favourable(self) -> Floats:
        """Critical value of each set's first stage, (S,); infinite without one."""
        if not self.first_stage:
            return np.full(len(self.A), np.inf)
        values, vectors = np.linalg.eigh(self.sigma)
        drawn = (vectors * np.sqrt(np.maximum(values, 0))) @ self.normals.T
        largest = [
            (rows[np.isfinite(size)] @ drawn).max(axis=0)
            for rows, size in zip(self._rows, self._size, strict=True)
        ]
        return np.asarray(np.quantile(largest, 1 - self.first_stage, axis=1))

    def accepts(self, values: Floats) -> Mask:
        """Whether each target value (G,) is accepted by one of the sets."""
        moments = self._level[:, None, :] - values[:, None] * self._slope[:, None, :]
        best = moments.argmax(axis=2)
        statistic = np.take_along_axis(moments, best[:, :, None], axis=2)[:, :, 0]
        variance = np.take_along_axis(np.diagonal(self._covariance, axis1=1, axis2=2), best, axis=1)
        low, high = self._truncation(moments, best, statistic, variance)
        first = self.least_favourable[:, None]
        high = np.minimum(high, first)
        alpha = (self.alpha - self.first_stage) / (1 - self.first_stage)
        sd = np.sqrt(np.maximum(variance, 0))
        known = sd > TINY
        scale = np.where(known, sd, 1.0)
        beyond = _upper_share(statistic / scale, low / scale, high / scale)
        rejected = np.where(known, beyond <= alpha, True) & (statistic > 0)
        return np.asarray(~(rejected | (statistic > first)).all(axis=0))

    def _truncation(
        self, moments: Floats, best: Integers, statistic: Floats, variance: Floats
    ) -> tuple[Floats, Floats]:
        """Between which values the statistic could lie with the same ray the largest and what is independent of it as it is."""
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.take_along_axis(self._covariance, best[:, :, None], axis=1)
            slope = slope / variance[:, :, None]
            end = (moments - slope * statistic[:, :, None]) / (1 - slope)
        low = np.where(slope < 1 - TINY, end, -np.inf).max(axis=2)
        high = np.where(slope > 1 + TINY, end, np.inf).min(axis=2)
        return np.minimum(low, statistic), np.maximum(high, statistic)


def _upper_share(value: Floats, low: Floats, high: Floats) -> Floats:
    """P(Z >= value | low <= Z <= high) of a standard normal, accurate in both tails."""
    from scipy.special import log_ndtr

    above_value, above_low, above_high = (log_ndtr(-x) for x in (value, low, high))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.exp(above_value - above_low) * (
            -np.expm1(above_high - above_value) / -np.expm1(above_high - above_low)
        )
    return np.asarray(np.nan_to_num(share, nan=0.0))
