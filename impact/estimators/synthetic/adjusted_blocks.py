"""Weights together with the coefficients of covariates, which the outcomes are freed of: one choice of groups at a time.

Coefficients and weights take turns: a gradient step of length 1/t for the coefficients, then one Frank-Wolfe step for the
weights of units and one for those of periods, as the authors' package has it (synthdid 0.0.9, ``sc.weight.fw.covariates``).
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.estimators.synthetic.blocks import Block, Kind, Penalties, Weights


@dataclass(frozen=True)
class Adjusted:
    """Weights of R choices, the coefficients (R, p), and the effects by period (R, T1)."""

    weights: Weights
    coefficients: Floats
    effects: Floats


@dataclass(frozen=True)
class _Turn:
    """One choice's weights of controls and periods, what they leave unexplained, and the objective."""

    unit: Floats
    period: Floats
    unit_error: Floats
    period_error: Floats
    objective: float


def adjusted_weights(
    block: Block,
    X: Floats,
    kind: Kind,
    penalties: Penalties,
    start: Weights,
    *,
    held: bool,
) -> Adjusted:
    """Return weights and coefficients given covariates X (p, N, T); the weights stay at ``start`` if ``held``."""
    n = len(block.controls)
    unit, period = np.zeros((n, len(block.Y))), np.zeros((n, block.n_before))
    coefficients, effects = np.zeros((n, len(X))), np.zeros((n, block.Y.shape[1] - block.n_before))
    for row in range(n):
        drawn = block.controls[row].astype(int)
        place = np.repeat(np.arange(len(drawn)), drawn)
        one = _collapsed(block.Y, block, row)
        every = np.array([_collapsed(x, block, row) for x in X])
        of_place = start.unit[row][place] / drawn[place]
        turn, beta = _alternate(
            one,
            every,
            _Updates(kind, float(penalties.unit[row]), float(penalties.period[row]), held=held),
            of_place,
            start.period[row],
            enough=float(penalties.enough[row]),
        )
        unit[row] = np.bincount(place, weights=turn.unit, minlength=len(drawn))
        period[row], coefficients[row] = turn.period, beta
        own = Block(
            block.Y - np.tensordot(beta, X, axes=1),
            block.controls[row : row + 1],
            block.treated[row : row + 1],
            block.n_before,
        )
        effects[row] = Weights(unit[row : row + 1], period[row : row + 1]).effects(own)[0]
    return Adjusted(Weights(unit, period), coefficients, effects)


def _collapsed(Y: Floats, block: Block, row: int) -> Floats:
    """Controls and the treated's mean by periods before and the mean after, (N0 + 1, T0 + 1)."""
    T0 = block.n_before
    drawn = block.controls[row].astype(int)
    treated = block.treated[row] @ Y / block.treated[row].sum()
    rows = np.vstack([np.repeat(Y, drawn, axis=0), treated])
    return np.hstack([rows[:, :T0], rows[:, T0:].mean(axis=1, keepdims=True)])


@dataclass(frozen=True)
class _Updates:
    """What is updated how in a turn."""

    kind: Kind
    unit_zeta: float
    period_zeta: float
    held: bool

    def turn(self, Y: Floats, unit: Floats, period: Floats) -> _Turn:
        """Take one step for each kind of weights on the collapsed outcomes (N0 + 1, T0 + 1)."""
        n, T0 = Y.shape[0] - 1, Y.shape[1] - 1
        across = Y[:n] - Y[:n].mean(axis=0)
        if self.kind.differences and not self.held:
            period = _step(across, period, n * self.period_zeta**2)
        period_error = across @ np.append(period, -1.0)
        along = Y[:, :T0].T
        if self.kind.differences:
            along = along - along.mean(axis=0)
        if not self.held:
            unit = _step(along, unit, T0 * self.unit_zeta**2)
        unit_error = along @ np.append(unit, -1.0)
        ridge = self.unit_zeta**2 * unit @ unit + self.period_zeta**2 * period @ period
        squares = unit_error @ unit_error / T0 + period_error @ period_error / n
        return _Turn(unit, period, unit_error, period_error, float(ridge + squares))


def _step(rows: Floats, x: Floats, eta: float) -> Floats:
    """Take one Frank-Wolfe step for weights x of the first columns that should make the last one."""
    A, b = rows[:, :-1], rows[:, -1]
    fitted = A @ x
    half = (fitted - b) @ A + eta * x
    at = int(np.argmin(half))
    move = -x
    move[at] += 1.0
    change = A[:, at] - fitted
    curve = change @ change + eta * move @ move
    if curve <= 0:
        return x
    return np.asarray(x + np.clip(-(half @ move) / curve, 0.0, 1.0) * move)


def _alternate(
    Y: Floats, X: Floats, updates: _Updates, unit: Floats, period: Floats, *, enough: float
) -> tuple[_Turn, Floats]:
    """Let coefficients and weights take turns until the objective has stopped falling."""
    n, T0 = Y.shape[0] - 1, Y.shape[1] - 1
    beta = np.zeros(len(X))
    turn = updates.turn(Y, unit, period)
    before = np.inf
    for count in range(1, updates.kind.steps + 1):
        over_units = np.einsum(
            "n,pnt,t->p", turn.period_error, X[:, :n], np.append(turn.period, -1.0)
        )
        over_periods = np.einsum(
            "t,pnt,n->p", turn.unit_error, X[:, :, :T0], np.append(turn.unit, -1.0)
        )
        beta = beta + (over_units / n + over_periods / T0) / count
        turn = updates.turn(Y - np.tensordot(beta, X, axes=1), turn.unit, turn.period)
        if count > 1 and before - turn.objective <= enough:
            break
        before = turn.objective
    return turn, beta
