"""Least squares on the simplex with a ridge, by Frank-Wolfe steps, for many problems at once.

Problem r of R minimises, over weights x that are not negative and sum to one,

    zeta_r^2 sum_j s_rj x_j^2 + |A_r x - b_r|^2 / n_r .

A step goes towards one vertex of the simplex, as far as the quadratic falls; problems that have stopped falling leave the
batch, so that the last ones cost no more than they must.

References
----------
Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12), eqs. 4 and 6, and the steps of their
R package synthdid 0.0.9.
"""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers, Mask

KEPT = 0.75  # searches that have ended go with the others until fewer than this share are left
SMALLEST_SCALE = 1e-100
TINY = 1e-150  # residuals over it are finite, and weights beside such quotients nothing


@dataclass(frozen=True)
class SimplexProblems:
    """R problems of p weights.

    Attributes
    ----------
    A : ndarray, (m, p) or (R, m, p)
        The same for all problems, or one for each.
    b : ndarray, (R, m)
    n_rows : ndarray, (R,)
        What the sum of squares is divided by: the rows before they were compressed.
    zeta : ndarray, (R,)
    spread : ndarray, (R, p)
        Multiplies the penalty of a weight: one over how often its column is drawn; infinite where it is not, and the
        weight zero.
    enough : ndarray, (R,)
        The fall of the objective at which steps end.
    """

    A: Floats
    b: Floats
    n_rows: Floats
    zeta: Floats
    spread: Floats
    enough: Floats

    def some(self, kept: Mask) -> "SimplexProblems":
        """Return some of the problems."""
        own = {
            name: getattr(self, name)[kept] for name in ("b", "n_rows", "zeta", "spread", "enough")
        }
        return replace(self, A=self.A if self.A.ndim == 2 else self.A[kept], **own)

    def fitted(self, x: Floats) -> Floats:
        """Return A x, (R, m)."""
        if self.A.ndim == 2:
            return np.asarray(x @ self.A.T)
        return np.asarray((self.A @ x[:, :, None])[:, :, 0])

    def against(self, residual: Floats, out: Floats) -> None:
        """Put A'r, (R, p), into ``out``."""
        if self.A.ndim == 2:
            np.matmul(residual, self.A, out=out)
        else:
            np.matmul(residual[:, None, :], self.A, out=out[:, None, :])

    def columns(self, at: Integers) -> Floats:
        """Return one column of each A, (R, m)."""
        if self.A.ndim == 2:
            return np.asarray(self.A.T[at])
        return np.asarray(self.A[np.arange(len(at)), :, at])


def frank_wolfe(problems: SimplexProblems, start: Floats, *, most: int) -> Floats:
    """Return the weights (R, p) after at most ``most`` steps from ``start`` (R, p)."""
    found = start.copy()
    at = _Iterate(problems, start)
    live, falling = np.arange(len(start)), np.ones(len(start), dtype=bool)
    value = np.full(len(start), np.inf)
    for count in range(most):
        before, value = value, at.step()
        ended = falling & (before - value <= at.problems.enough) & (count > 0)
        if not ended.any():
            continue
        found[live[ended]] = at.weights(ended)
        falling &= ~ended
        if not falling.any():
            return found
        if falling.sum() < KEPT * len(falling):
            at = _Iterate(at.problems.some(falling), at.weights(falling))
            live, value, falling = live[falling], value[falling], falling[falling]
    found[live[falling]] = at.weights(falling)
    return found


class _Iterate:
    """Where R searches stand.

    A step changes one weight and shrinks all others alike, so these are kept as they are and the shrinking as one number a
    search: weights are ``scale * kept / spread``. A column that is not in the problem is kept
    at infinity, which no step goes to.
    """

    def __init__(self, problems: SimplexProblems, x: Floats) -> None:
        self.problems = problems
        self.eta = problems.n_rows * problems.zeta**2
        blocked = np.isinf(problems.spread)
        self.spread = np.where(blocked, 1.0, problems.spread)
        self.kept = np.ascontiguousarray(
            np.where(blocked, np.inf, x * self.spread)
        )  # a step writes into it by place
        self.scale = np.ones(len(x))
        self.ridge = np.where(blocked, 0.0, x * x * self.spread).sum(axis=1)
        self.fitted = problems.fitted(x)
        self.residual = self.fitted - problems.b
        self.half = np.empty(x.shape)
        self.first = (
            np.arange(len(x)) * x.shape[1]
        )  # place of each search's first column, all laid end to end

    def weights(self, rows: Mask) -> Floats:
        """Return the weights of some searches."""
        kept = self.kept[rows]
        kept = np.where(np.isinf(kept), 0.0, kept)
        return np.asarray(self.scale[rows, None] * kept / self.spread[rows])

    def step(self) -> Floats:
        """Take a step in every search, and return the objectives (R,)."""
        penalty = np.maximum(
            self.eta * self.scale, TINY
        )  # not zero, as blocked columns are infinite
        self.problems.against(self.residual / penalty[:, None], self.half)
        self.half += self.kept
        at = self.half.argmin(axis=1)
        place = self.first + at
        spread = self.spread.take(place)
        own = self.scale * self.kept.take(place)  # the weight times its spread
        change = self.problems.columns(at) - self.fitted
        here = np.vecdot(self.residual, self.fitted) + self.eta * self.ridge
        slope = penalty * self.half.take(place) - here
        moved = self.ridge - 2 * own + spread
        curve = np.vecdot(change, change) + self.eta * moved
        curve[curve <= 0] = np.inf
        length = np.minimum(np.maximum(-slope / curve, 0.0), 1.0)
        self.fitted += length[:, None] * change
        self.residual = self.fitted - self.problems.b
        self.ridge += length * (length * moved + 2 * (own - self.ridge))
        self._shrink(length)
        self.kept.reshape(-1)[place] += length * spread / self.scale
        squares = np.vecdot(self.residual, self.residual)
        return np.asarray(self.problems.zeta**2 * self.ridge + squares / self.problems.n_rows)

    def _shrink(self, length: Floats) -> None:
        """Shrink all weights; where almost nothing is left of the scale, put it into them."""
        self.scale *= 1 - length
        small = self.scale < SMALLEST_SCALE
        if small.any():
            factor = np.where(np.isinf(self.kept[small]), 1.0, self.scale[small, None])
            self.kept[small] *= factor
            self.scale[small] = 1.0
