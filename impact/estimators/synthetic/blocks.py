"""One cohort beside its controls: weights of control units and of periods before treatment, for many choices of both groups.

All choices share the outcomes Y (N, T): a choice r says how often each unit counts as a control, C (R, N), and as treated,
D (R, N). A sample without a unit, a placebo and a bootstrap draw are such counts, so that one pass answers for all of them.
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.synthetic.frank_wolfe import SimplexProblems, frank_wolfe

ENOUGH = 1e-5  # times the noise level: the square is the fall of the objective at which steps end
FIRST_STEPS = 100  # before small weights are set to zero
SMALL = 4  # weights up to a quarter of the largest are set to zero once
ALMOST_NO_PENALTY = (
    1e-6  # of period weights, and of unit weights of synthetic control; times the noise level
)


@dataclass(frozen=True)
class Kind:
    """What tells synthetic differences from synthetic control: a penalty on unit weights, intercepts, and period weights.

    Attributes
    ----------
    differences : bool
    steps : int
        The most that a search takes.
    """

    differences: bool
    steps: int = 10_000

    def unit_penalty(self, n_treated: Floats, n_after: int) -> Floats:
        """Return eta of the unit weights, (R,), which the noise level multiplies."""
        if self.differences:
            return np.asarray((n_treated * n_after) ** 0.25)
        return np.full(len(n_treated), ALMOST_NO_PENALTY)


@dataclass(frozen=True)
class Block:
    """Outcomes and counts of R choices of one cohort's groups.

    Attributes
    ----------
    Y : ndarray, (N, T)
    controls, treated : ndarray, (R, N)
        How often each unit is drawn.
    n_before : int
        Periods before treatment.
    """

    Y: Floats
    controls: Floats
    treated: Floats
    n_before: int

    @property
    def treated_path(self) -> Floats:
        """Mean outcomes of the treated, (R, T)."""
        return np.asarray(self.treated @ self.Y / self.treated.sum(axis=1, keepdims=True))

    def noise(self) -> Floats:
        """Return the standard deviation of controls' changes before treatment, (R,)."""
        change = np.diff(self.Y[:, : self.n_before], axis=1)
        count = self.controls.sum(axis=1) * change.shape[1]
        mean = self.controls @ change.sum(axis=1) / count
        centred = ((change - change.mean()) ** 2).sum(axis=1)
        square = self.controls @ centred - count * (mean - change.mean()) ** 2
        return np.asarray(np.sqrt(np.maximum(square, 0.0) / np.maximum(count - 1, 1)))


@dataclass(frozen=True)
class Penalties:
    """Ridge of unit weights and of period weights, and when steps end, each (R,); or (1,) for all choices."""

    unit: Floats
    period: Floats
    enough: Floats

    @classmethod
    def of(cls, block: Block, kind: Kind) -> "Penalties":
        """As the noise level says."""
        noise = block.noise()
        n_after = block.Y.shape[1] - block.n_before
        eta = kind.unit_penalty(block.treated.sum(axis=1), n_after)
        return cls(eta * noise, ALMOST_NO_PENALTY * noise, (ENOUGH * noise) ** 2)

    def repeated(self, n: int) -> "Penalties":
        """Return the same penalties for n choices."""
        return Penalties(
            *(np.broadcast_to(each, (n,)) for each in (self.unit, self.period, self.enough))
        )


@dataclass(frozen=True)
class Weights:
    """Weights of control units (R, N), which sum to one over how often units are drawn, and of periods before (R, T0)."""

    unit: Floats
    period: Floats

    def effects(self, block: Block) -> Floats:
        """Return the effects by period after treatment, (R, T1).

        References
        ----------
        Arkhangelsky and others (2021), eq. 7, by period: their mean is the estimate of algorithm 1.
        """
        gap = block.treated_path - self.unit @ block.Y
        before, after = gap[:, : block.n_before], gap[:, block.n_before :]
        return np.asarray(after - (before * self.period).sum(axis=1, keepdims=True))


def equal_weights(block: Block) -> Weights:
    """Return equal weights of drawn controls, and of periods: what steps start from."""
    unit = block.controls / block.controls.sum(axis=1, keepdims=True)
    return Weights(unit, np.full((len(unit), block.n_before), 1 / block.n_before))


def fitted_weights(
    block: Block, kind: Kind, penalties: Penalties, start: Weights | None = None
) -> Weights:
    """Return the weights of each choice.

    References
    ----------
    Arkhangelsky and others (2021), eqs. 4-6; for synthetic control without intercept, with no more penalty than tells
    minimisers apart, and no period weights.
    """
    start = start or equal_weights(block)
    ever = np.asarray(
        (block.controls > 0).any(axis=0)
    )  # the others would only make each step longer
    problems = _of_units(block, penalties, ever, centred=kind.differences)
    unit = np.zeros_like(start.unit)
    unit[:, ever] = _sparse(problems, start.unit[:, ever], most=kind.steps)
    if not kind.differences:
        return Weights(unit, np.zeros_like(start.period))
    return Weights(unit, _sparse(_of_periods(block, penalties), start.period, most=kind.steps))


def _sparse(problems: SimplexProblems, start: Floats, *, most: int) -> Floats:
    """Take a hundred steps, set small weights to zero, and go on from there."""
    first = frank_wolfe(problems, start, most=min(most, FIRST_STEPS))
    return frank_wolfe(problems, without_small(first), most=most)


def without_small(weights: Floats) -> Floats:
    """Set weights up to a quarter of the largest to zero, (R, p)."""
    large = weights > weights.max(axis=1, keepdims=True) / SMALL
    kept = np.where(large, weights, 0.0)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


def _of_units(block: Block, penalties: Penalties, ever: Mask, *, centred: bool) -> SimplexProblems:
    """The treated path before treatment as a mixture of those of ``ever`` drawn controls, levels aside if ``centred``."""
    A, b = block.Y[ever, : block.n_before], block.treated_path[:, : block.n_before]
    if centred:
        A, b = A - A.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        spread = 1 / block.controls[:, ever]
    rows = np.full(len(b), float(block.n_before))
    return SimplexProblems(A.T, b, rows, penalties.unit, spread, penalties.enough)


def _of_periods(block: Block, penalties: Penalties) -> SimplexProblems:
    """Controls' mean after treatment as a mixture of their periods before it, levels aside; compressed by QR."""
    Y, T0 = block.Y, block.n_before
    collapsed = np.hstack([Y[:, :T0], Y[:, T0:].mean(axis=1, keepdims=True)])
    n_controls = block.controls.sum(axis=1)
    mean = block.controls @ collapsed / n_controls[:, None]
    rows = (collapsed - mean[:, None, :]) * np.sqrt(block.controls)[:, :, None]
    R = np.asarray(np.linalg.qr(rows, mode="r"))
    every = np.ones((len(R), T0))
    return SimplexProblems(
        R[:, :, :T0], R[:, :, T0], n_controls, penalties.period, every, penalties.enough
    )
