"""Least squares on the simplex with a ridge, by Frank-Wolfe steps, for many problems at once.

Problem r of R minimises, over weights x that are not negative and sum to one,

    zeta_r^2 sum_j s_rj x_j^2 + |A_r x - b_r|^2 / n_r .

As the weights sum to one, A x - b mixes the columns C_j = A_j - b, and n times the objective is |C x|^2 + eta sum_j s_j x_j^2
with eta = n zeta^2: a form without a linear part. Its value sigma, and half its gradient u, say all of a step to the vertex i
at which u is least: it falls by l (2 (sigma - u_i) - l (q_i - 2 u_i + sigma)) over a length l, where q_i = |C_i|^2 + eta s_i.
Problems that have stopped falling leave the batch, and the last few of them are carried on one at a time, in floats.

References
----------
Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12), eqs. 4 and 6, and the steps of their
R package synthdid 0.0.9.
"""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Mask

KEPT = 0.75  # searches that have ended go with the others until fewer than this share are left
FEW = 8  # searches that cost less one at a time than in a batch
SMALLEST_SCALE = 1e-100
TINY = 1e-150  # of a penalty or a curvature: over it quotients are finite, and beside others it is nothing
NEVER = -np.inf  # the fall at which a search that has ended already would end


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

    @property
    def penalty(self) -> Floats:
        """Eta times the spread, (R, p); infinite for columns that are not in a problem."""
        return np.asarray(np.maximum(self.n_rows * self.zeta**2, TINY)[:, None] * self.spread)

    @property
    def differences(self) -> Floats:
        """The columns less what they should make, (R, p, m)."""
        return np.asarray(np.swapaxes(self.A, -1, -2) - self.b[:, None, :])


def frank_wolfe(problems: SimplexProblems, start: Floats, *, most: int) -> Floats:
    """Return the weights (R, p) after at most ``most`` steps from ``start`` (R, p)."""
    found = start.copy()
    live, left = np.arange(len(start)), most
    while len(live) > FEW and left > 0:
        batch = _Batch(problems, found[live])
        falling, taken = batch.run(left, first=left == most)
        found[live] = batch.weights()
        live, left = live[falling], left - taken
        problems = problems.some(falling)
    for place, row in enumerate(live):
        one = problems.some(np.arange(len(live)) == place)
        found[row] = _alone(one, found[row], left, first=left == most)
    return found


class _Batch:
    """Where R searches stand.

    A step changes one weight and shrinks all others alike, so these are kept as they are and the shrinking as one number a
    search: ``scale * kept`` are penalty times weights, and ``scale * mixed`` the residual C x, with -b'C x below it, which a
    row of ones under A adds to every column's product. A column that is not in the problem is kept at infinity,
    which no step goes to.
    """

    def __init__(self, problems: SimplexProblems, x: Floats) -> None:
        n, p = x.shape
        penalty, columns = problems.penalty, problems.differences
        blocked = np.isinf(penalty)
        self.penalty = np.where(blocked, 1.0, penalty)
        self.kept = np.where(blocked, np.inf, x * self.penalty)
        self.scale = np.ones(n)
        ones = np.ones((*problems.A.shape[:-2], 1, p))
        self.A = np.concatenate([problems.A, ones], axis=-2)
        below = -np.matmul(columns, problems.b[:, :, None])
        columns = np.concatenate([columns, below], axis=2)
        self.mixed = np.matmul(x[:, None, :], columns)[:, 0]
        square = np.square(columns[:, :, :-1]).sum(axis=2) + self.penalty
        every = np.concatenate([columns, square[:, :, None], self.penalty[:, :, None]], axis=2)
        self.by_column = every.reshape(n * p, -1)  # what a step to a column needs of it
        ridge = np.where(blocked, 0.0, x * x * self.penalty).sum(axis=1)
        self.sigma = np.square(self.mixed[:, :-1]).sum(axis=1) + ridge
        self.enough = problems.enough * problems.n_rows
        self.first = np.arange(n) * p  # place of each search's first column, all laid end to end
        self.half = np.empty(x.shape)
        self.column = np.empty((n, self.by_column.shape[1]))
        self.falling = np.ones(n, dtype=bool)
        self.ended_at = np.zeros(x.shape)

    def run(self, most: int, *, first: bool) -> tuple[Mask, int]:
        """Step until so many searches have ended that a smaller batch is due; who is still falling, and the steps taken.

        The weights of those that have ended are where they ended. The ``first`` step of all ends none.
        """
        for count in range(most):
            ended = self.step() <= self.enough
            if not ended.any() or (first and count == 0):
                continue
            self.ended_at[ended] = self._weights_of(ended)
            self.enough[ended] = NEVER
            self.falling &= ~ended
            if self.falling.sum() < KEPT * len(self.falling):
                break
        return self.falling, count + 1

    def weights(self) -> Floats:
        """Return the weights of all searches, of those that have ended as they ended."""
        here = self._weights_of(slice(None))
        return np.asarray(np.where(self.falling[:, None], here, self.ended_at))

    def _weights_of(self, rows: Mask | slice) -> Floats:
        kept = self.kept[rows]
        kept = np.where(np.isinf(kept), 0.0, kept)
        return np.asarray(self.scale[rows, None] * kept / self.penalty[rows])

    def step(self) -> Floats:
        """Take a step in every search, and return by how much n times the objective has fallen, (R,)."""
        if self.A.ndim == 2:
            np.matmul(self.mixed, self.A, out=self.half)
        else:
            np.matmul(self.mixed[:, None, :], self.A, out=self.half[:, None, :])
        self.half += self.kept
        place = self.half.argmin(axis=1)
        place += self.first
        low = self.half.take(place)
        low *= self.scale
        column = self.by_column.take(place, axis=0, out=self.column, mode="clip")
        gap = self.sigma - low
        curve = column[:, -2] - low
        curve += gap
        np.maximum(curve, TINY, out=curve)
        length = gap / curve
        np.maximum(length, 0.0, out=length)
        np.minimum(length, 1.0, out=length)
        curve *= length
        gap += gap
        gap -= curve
        gap *= length
        self.sigma -= gap
        self._shrink(length)
        length /= self.scale
        self.mixed += length[:, None] * column[:, :-2]
        length *= column[:, -1]
        self.kept.reshape(-1)[place] += length
        return np.asarray(gap)

    def _shrink(self, length: Floats) -> None:
        """Shrink all weights; where almost nothing is left of the scale, put it into them."""
        self.scale *= 1 - length
        if self.scale.min() < SMALLEST_SCALE:
            small = self.scale < SMALLEST_SCALE
            factor = np.where(np.isinf(self.kept[small]), 1.0, self.scale[small, None])
            self.kept[small] *= factor
            self.mixed[small] *= self.scale[small, None]
            self.scale[small] = 1.0


def _alone(problem: SimplexProblems, start: Floats, most: int, *, first: bool) -> Floats:
    """Carry on one search (p,), in the same steps as a batch."""
    inside = np.isfinite(problem.spread[0])
    x, penalty, C = start[inside], problem.penalty[0, inside], problem.differences[0, inside]
    kept, mixed, scale = x * penalty, x @ C, 1.0
    square = (np.square(C).sum(axis=1) + penalty).tolist()
    sigma = float(mixed @ mixed + kept @ x)
    enough = float(problem.enough[0] * problem.n_rows[0])
    half, by_column = np.empty(len(x)), penalty.tolist()
    for count in range(most):
        np.dot(C, mixed, out=half)
        half += kept
        at = int(half.argmin())
        low = scale * half.item(at)
        gap = sigma - low
        curve = max(square[at] - low + gap, TINY)
        length = min(max(gap / curve, 0.0), 1.0)
        fall = length * (2 * gap - length * curve)
        sigma -= fall
        scale *= 1 - length
        if scale < SMALLEST_SCALE:
            kept *= scale
            mixed *= scale
            scale = 1.0
        kept[at] += length / scale * by_column[at]
        mixed += length / scale * C[at]
        if fall <= enough and not (first and count == 0):
            break
    weights = np.zeros(len(start))
    weights[inside] = scale * kept / penalty
    return weights
