"""Outcomes as unit and period effects, covariates and a matrix of low rank, fitted to the cells of a panel that are untreated.

The cells that are not fitted to are filled in with what the fit says of them, and the filled matrix is fitted again, until
nothing moves. Of a filled matrix the effects are its means by row and column, and the low-rank part follows from the singular
values of what is left: the r largest (interactive effects), or all less a penalty (matrix completion). Steps are accelerated by
Anderson's mixing, which has the same fixed points.

References
----------
Bai (2009), Econometrica 77(4), sec. 4; Gobillon and Magnac (2016), Review of Economics and Statistics 98(3); Athey, Bayati,
Doudchenko, Imbens and Khosravi (2021), Journal of the American Statistical Association 116(536), sec. 4.
"""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Mask

MEMORY = 6  # steps that are mixed
RIDGE = 1e-12  # of the mixing weights


@dataclass(frozen=True)
class LowRank:
    """How the part of low rank follows from what effects and covariates leave: by rank, or by a penalty.

    Attributes
    ----------
    rank : int, optional
        The r largest singular values are kept as they are.
    penalty : float
        Else all are lowered by this much times the number of cells, to zero at least.
    enough : float
        Steps end when no filled-in cell moves by more, over the outcomes' standard deviation.
    most : int
        The most steps.
    """

    rank: int | None = None
    penalty: float = 0.0
    enough: float = 1e-8
    most: int = 2_000

    def roughly(self) -> "LowRank":
        """Return the form with few and rough steps, which is enough to choose among forms."""
        return replace(self, enough=1e-4, most=100)

    def part(self, left: Floats) -> Floats:
        """Return the low-rank part of a matrix (N, T)."""
        if self.rank == 0:
            return np.zeros_like(left)
        U, s, V = np.linalg.svd(left, full_matrices=False)
        lowered = np.maximum(s - self.penalty * left.size, 0.0)
        s = lowered if self.rank is None else s[: self.rank]
        return np.asarray((U[:, : len(s)] * s) @ V[: len(s)])


@dataclass(frozen=True)
class Fitted:
    """Fitted outcomes of all cells, (N, T), and coefficients of covariates, (p,)."""

    outcome: Floats
    coefficients: Floats


def fit_low_rank(
    Y: Floats, seen: Mask, X: Floats, form: LowRank, *, start: Floats | None = None
) -> Fitted:
    """Fit outcomes Y (N, T) where ``seen``, given covariates X (p, N, T), from fitted outcomes ``start``."""
    known = np.where(seen, Y, 0.0)
    scale = float(Y[seen].std()) or 1.0
    rows = X.reshape(len(X), Y.size)
    inverse = np.asarray(np.linalg.pinv(rows @ rows.T), dtype=float)
    hidden = ~seen
    filled = start if start is not None else np.full(Y.shape, Y[seen].mean())
    state = np.append(filled[hidden], np.zeros(len(X)))
    mixing = _Mixing()
    for _ in range(form.most):
        made, outcome = _step(known, hidden, X, inverse, form, state)
        moved = made - state
        if np.abs(moved[: hidden.sum()]).max(initial=0.0) <= form.enough * scale and (
            not len(X)
            or np.abs(moved[hidden.sum() :]).max() <= form.enough * (1 + np.abs(made).max())
        ):
            return Fitted(outcome, made[hidden.sum() :])
        state = mixing.next(state, moved)
    return Fitted(outcome, made[hidden.sum() :])


def _step(
    known: Floats, hidden: Mask, X: Floats, inverse: Floats, form: LowRank, state: Floats
) -> tuple[Floats, Floats]:
    """Fill in, take covariates out, fit effects and the low-rank part, then the covariates' coefficients anew."""
    filled = known.copy()
    filled[hidden] = state[: hidden.sum()]
    left = filled - np.tensordot(state[hidden.sum() :], X, axes=1)
    row, column = left.mean(axis=1, keepdims=True), left.mean(axis=0, keepdims=True)
    effects = row + column - left.mean()
    common = effects + form.part(left - effects)
    beta = inverse @ (X.reshape(len(X), known.size) @ (filled - common).ravel())
    outcome = common + np.tensordot(beta, X, axes=1)
    return np.append(outcome[hidden], beta), outcome


class _Mixing:
    """Anderson's mixing: the mixture of the last steps whose moves cancel best, or a plain step where moves have grown.

    References
    ----------
    Walker and Ni (2011), SIAM Journal on Numerical Analysis 49(4), algorithm AA.
    """

    def __init__(self) -> None:
        self.states: list[Floats] = []
        self.moves: list[Floats] = []

    def next(self, state: Floats, move: Floats) -> Floats:
        """Return where to go from a state and its plain move."""
        if self.moves and np.linalg.norm(move) > 2 * np.linalg.norm(self.moves[-1]):
            self.states, self.moves = [], []
        self.states.append(state)
        self.moves.append(move)
        self.states, self.moves = self.states[-MEMORY:], self.moves[-MEMORY:]
        if len(self.moves) == 1:
            return np.asarray(state + move)
        change = np.diff(np.array(self.moves), axis=0)
        steps = np.diff(np.array(self.states), axis=0)
        gram = change @ change.T
        if not gram.any():  # nothing moves any more
            return np.asarray(state + move)
        gram += RIDGE * np.trace(gram) * np.eye(len(gram))
        mix = np.linalg.solve(gram, change @ move)
        return np.asarray(state + move - mix @ (steps + change))


def fit_from_controls(
    Y: Floats, seen: Mask, X: Floats, form: LowRank, *, controls: Mask, start: Floats | None = None
) -> Fitted:
    """Fit factors and coefficients to the control units alone, then each treated unit's level and loadings to its own past.

    References
    ----------
    Xu (2017), Political Analysis 25(1), sec. 3.1: generalised synthetic control.
    """
    begun = None if start is None else start[controls]
    of_controls = fit_low_rank(Y[controls], seen[controls], X[:, controls], form, start=begun)
    covariates = np.tensordot(of_controls.coefficients, X, axes=1)
    common = of_controls.outcome - covariates[controls]
    period = common.mean(axis=0)
    left = common - period
    factors = np.linalg.svd(left - left.mean(axis=1, keepdims=True), full_matrices=False)[2]
    basis = np.vstack([np.ones(Y.shape[1]), factors[: form.rank]])
    outcome = np.empty_like(Y)
    outcome[controls] = of_controls.outcome
    for unit in np.flatnonzero(~controls):
        past = seen[unit]
        own = Y[unit] - covariates[unit] - period
        loading = np.linalg.lstsq(basis[:, past].T, own[past], rcond=None)[0]
        outcome[unit] = loading @ basis + period + covariates[unit]
    return Fitted(outcome, of_controls.coefficients)
