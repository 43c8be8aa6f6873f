"""Optimal fixed-length intervals under bounded changes of slope."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from impact.arrays import Floats
from impact.critical_values import quantile
from impact.errors import UsageError

STARTS = 3  # of the optimiser, between least variance and least bias
MOST_STEPS = 50  # of Newton's method; six are enough
NEGLIGIBLE = 1e-9  # share of a standard error that rounding leaves where estimates cancel
MACHINE = 4 * float(np.finfo(float).eps)
ROOT_TWO_PI = float(np.sqrt(2 * np.pi))


@dataclass(frozen=True)
class FixedLength:
    """An interval ``centre`` plus or minus ``half``; ``weights`` (K,) of the estimates in the centre."""

    centre: float
    half: float
    weights: Floats

    @property
    def ends(self) -> tuple[float, float]:
        """Lower and upper end."""
        return self.centre - self.half, self.centre + self.half


def folded_quantile(bias: ArrayLike, probability: float) -> Floats:
    """Return the quantile of the absolute value of a normal with mean ``bias`` (any shape, not negative) and variance one.

    Newton's method. From half on, the quantile lies where the density falls and its distribution function is concave, so
    that steps from below never pass it and every one of them is nearer.

    Raises
    ------
    UsageError
        For a probability below a half, or of one.
    """
    from scipy.special import ndtr

    if not 0.5 <= probability < 1:
        raise UsageError("level: between 0.5 and 1, such as 0.95")
    shift = np.abs(np.asarray(bias, dtype=float))
    one_sided, two_sided = quantile(probability, np.inf), quantile((1 + probability) / 2, np.inf)
    found = np.maximum(shift + one_sided, two_sided)  # both lie below it
    for _ in range(MOST_STEPS):
        near, far = _densities(found, shift)
        missing = probability - (ndtr(found - shift) - ndtr(-found - shift))
        step = missing / (near + far)
        found = found + step
        if np.all(np.abs(step) <= MACHINE * found):
            break
    return np.asarray(found)


def slope_of_quantile(found: Floats, bias: Floats) -> Floats:
    """Return how fast `folded_quantile` (given as ``found``) rises with the bias."""
    near, far = _densities(found, bias)
    return np.asarray((near - far) / (near + far))


def _densities(value: Floats, bias: Floats) -> tuple[Floats, Floats]:
    """Densities of a normal with mean ``bias`` at a value and at its mirror image."""
    near, far = (np.exp(-(distance**2) / 2) for distance in (value - bias, value + bias))
    return near / ROOT_TWO_PI, far / ROOT_TWO_PI


def fixed_length(
    beta: Floats, sigma: Floats, *, n_before: int, target: Floats, bound: float, level: float
) -> FixedLength:
    """Return the shortest interval of fixed length that covers whatever the trend, slope changes at most ``bound``.

    The centre is linear in the estimates: the target's weights after treatment, and before it weights chosen to trade
    the largest possible bias against variance. A linear trend must cancel, or the bias would have no bound.

    Parameters
    ----------
    beta : ndarray, (K,)
    sigma : ndarray, (K, K)
    n_before : int
        Event times before treatment, the reference left out.
    target : ndarray, (n_after,)
        Weights of the effects after treatment.
    bound : float
        M, in the outcome's unit a period squared.
    level : float

    References
    ----------
    Rambachan and Roth (2023), sec. 4.1, eqs. 16-18; Armstrong and Kolesar (2018), Econometrica 86(2).
    """
    n_after = len(target)
    time = np.concatenate([np.arange(-n_before, 0), np.arange(1, n_after + 1)]).astype(float)
    bends = _response_to_bends(n_before, n_after)
    before = time[:n_before]
    fixed = np.concatenate([np.zeros(n_before), target])
    needed = -(target @ time[n_before:])
    start = before * needed / (before @ before)
    free = np.linalg.svd(before[None])[2][1:].T
    base = fixed + np.concatenate([start, np.zeros(n_after)])
    spread = np.vstack([free, np.zeros((n_after, free.shape[1]))])
    problem = _Problem(base, spread, bends, sigma, bound, level)
    weights = problem.solve()
    return FixedLength(float(weights @ beta), problem.half_length(weights), weights)


def _response_to_bends(n_before: int, n_after: int) -> Floats:
    """How differences in trends (K,) follow from changes of slope, given the first slope after the reference: (K, K-1)."""
    n = n_before + n_after
    level, bend = np.arange(n + 1)[:, None], np.arange(1, n)
    after = np.where(bend > n_before, level - bend, bend - level)
    return np.delete(np.maximum(after, 0).astype(float), n_before, axis=0)


@dataclass(frozen=True)
class _Problem:
    """Minimise the half-length over weights ``base + spread x``; ``bends`` (K, K-1) gives the bias of each slope change."""

    base: Floats
    spread: Floats
    bends: Floats
    sigma: Floats
    bound: float
    level: float

    def half_length(self, weights: Floats) -> float:
        sd = float(np.sqrt(max(float(weights @ self.sigma @ weights), 0.0)))
        bias = self.bound * float(np.abs(self.bends.T @ weights).sum())
        if sd == 0:  # such as weights that two clusters' estimates cancel under
            return bias
        return sd * float(folded_quantile(bias / sd, self.level))

    def solve(self) -> Floats:
        """Return the best weights, from starts between least variance and least bias."""
        least_variance = self._least_variance()
        if self.bound == 0 or self.spread.shape[1] == 0:
            return self.base + self.spread @ least_variance
        least_bias = self._least_bias()
        found = [
            self._descend(least_variance + share * (least_bias - least_variance))
            for share in np.linspace(0, 1, STARTS)
        ]
        return min((self.base + self.spread @ x for x in found), key=self.half_length)

    def _least_variance(self) -> Floats:
        left = self.spread.T @ self.sigma @ self.spread
        return np.asarray(-np.linalg.lstsq(left, self.spread.T @ self.sigma @ self.base)[0])

    def _least_bias(self) -> Floats:
        from scipy.optimize import linprog

        A, b = self.bends.T @ self.spread, self.bends.T @ self.base
        n, k = A.shape
        found = linprog(
            np.concatenate([np.zeros(k), np.ones(n)]),
            A_ub=np.block([[A, -np.eye(n)], [-A, -np.eye(n)]]),
            b_ub=np.concatenate([-b, b]),
            bounds=[(None, None)] * k + [(0, None)] * n,
            method="highs",
        )
        return np.asarray(found.x[:k])

    def _descend(self, x: Floats) -> Floats:
        """Minimise with the absolute biases as extra variables, so that the problem is smooth."""
        from scipy.optimize import minimize

        A, b = self.bends.T @ self.spread, self.bends.T @ self.base
        n, k = A.shape
        unit = float(np.sqrt(self.base @ self.sigma @ self.base))

        def length(z: Floats) -> tuple[float, Floats]:
            weights = self.base + self.spread @ z[:k]
            variances = self.sigma @ weights
            sd = float(np.sqrt(max(float(weights @ variances), (NEGLIGIBLE * unit) ** 2)))
            bias = np.asarray(self.bound * z[k:].sum() / sd)
            found = folded_quantile(bias, self.level)
            rise = slope_of_quantile(found, bias)
            by_weight = (found - bias * rise) / sd * (variances @ self.spread)
            gradient = np.concatenate([by_weight, np.full(n, self.bound * rise)])
            return sd * float(found) / unit, gradient / unit

        constraints = [
            {
                "type": "ineq",
                "fun": lambda z, s=sign: z[k:] - s * (A @ z[:k] + b),
                "jac": lambda _, s=sign: np.hstack([-s * A, np.eye(n)]),
            }
            for sign in (1, -1)
        ]
        begin = np.concatenate([x, np.abs(A @ x + b)])
        found = minimize(
            length,
            begin,
            jac=True,
            method="SLSQP",
            constraints=constraints,
            options={"maxiter": 300, "ftol": 1e-12},
        )
        return np.asarray(found.x[:k])
