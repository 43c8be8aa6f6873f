"""A panel's cohorts, each beside the never-treated units: weights and effects for many choices of groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers
from impact.estimators.synthetic.adjusted_blocks import adjusted_weights
from impact.estimators.synthetic.blocks import (
    Block,
    Kind,
    Penalties,
    Weights,
    equal_weights,
    fitted_weights,
)
from impact.estimators.synthetic.draws import Draws

CHUNK = 4_000_000  # numbers held at once


@dataclass(frozen=True)
class CohortFit:
    """Answers for one cohort under R choices of groups.

    Attributes
    ----------
    weights : Weights
    coefficients : ndarray, (R, p)
        Of covariates.
    before, effects : ndarray, (R, T0) and (R, T1)
        Treated less weighted controls, counted from the weighted mean of periods before: by period before treatment, and after.
    own, change : ndarray, (R, N)
        What each unit counts with: its mean after treatment, less that of the weighted periods before; or less the plain mean.
    penalties : Penalties
    """

    weights: Weights
    coefficients: Floats
    before: Floats
    effects: Floats
    own: Floats
    change: Floats
    penalties: Penalties


@dataclass(frozen=True)
class CohortDesign:
    """Outcomes of N units in T periods, and when each of G cohorts begins.

    Attributes
    ----------
    Y : ndarray, (N, T)
    X : ndarray, (p, N, T)
        Covariates, if any.
    n_before : ndarray of int, (G,)
    kind : Kind
    """

    Y: Floats
    X: Floats
    n_before: Integers
    kind: Kind

    def fit(
        self, draws: Draws, *, like: Sequence[CohortFit] | None = None, held: bool = False
    ) -> tuple[CohortFit, ...]:
        """Fit each cohort under R choices.

        Parameters
        ----------
        like : sequence of CohortFit, optional
            Fits of the sample, whose penalties are kept and whose weights are begun with.
        held : bool
            Keep those weights, given anew to the controls that are drawn, instead of new ones.
        """
        width = max(1, CHUNK // self.Y.size)
        parts = [
            self._some(draws.some(np.arange(i, min(i + width, len(draws)))), like, held=held)
            for i in range(0, len(draws), width)
        ]
        return tuple(_joined(each) for each in zip(*parts, strict=True))

    def _some(
        self, draws: Draws, like: Sequence[CohortFit] | None, *, held: bool
    ) -> tuple[CohortFit, ...]:
        found = []
        for place, (treated, n_before) in enumerate(zip(draws.treated, self.n_before, strict=True)):
            block = Block(self.Y, draws.controls, treated, int(n_before))
            found.append(self._one(block, None if like is None else like[place], held=held))
        return tuple(found)

    def _one(self, block: Block, like: CohortFit | None, *, held: bool) -> CohortFit:
        n = len(block.controls)
        penalties = like.penalties.repeated(n) if like else Penalties.of(block, self.kind)
        start = _begun(block, like)
        if not self.kind.differences:
            start = replace(start, period=np.zeros_like(start.period))
        if not len(self.X):
            weights = start if held else fitted_weights(block, self.kind, penalties, start)
            return _answer(block, weights, np.zeros((n, 0)), penalties, self.X)
        adjusted = adjusted_weights(block, self.X, self.kind, penalties, start, held=held)
        return _answer(block, adjusted.weights, adjusted.coefficients, penalties, self.X)


def _begun(block: Block, like: CohortFit | None) -> Weights:
    """Weights to begin with: equal, or those of the sample, given anew to the controls that are drawn."""
    equal = equal_weights(block)
    if like is None:
        return equal
    unit = like.weights.unit * block.controls
    total = unit.sum(axis=1, keepdims=True)
    some = total > 0
    unit = np.where(some, unit / np.where(some, total, 1.0), equal.unit)
    return Weights(unit, np.broadcast_to(like.weights.period, equal.period.shape))


def _answer(
    block: Block, weights: Weights, coefficients: Floats, penalties: Penalties, X: Floats
) -> CohortFit:
    """Collect what a choice's weights say, covariates taken out."""
    n_before = block.n_before
    share = block.treated / block.treated.sum(axis=1, keepdims=True) - weights.unit
    gap = share @ block.Y - np.einsum("rp,pnt,rn->rt", coefficients, X, share, optimize=True)
    before = gap[:, :n_before]
    base = (before * weights.period).sum(axis=1, keepdims=True)
    own, change = (
        _contrast(block, periods, coefficients, X)
        for periods in (weights.period, np.full_like(weights.period, 1 / n_before))
    )
    return CohortFit(
        weights, coefficients, before - base, gap[:, n_before:] - base, own, change, penalties
    )


def _contrast(block: Block, before: Floats, coefficients: Floats, X: Floats) -> Floats:
    """Each unit's mean after treatment less that of periods weighted by ``before`` (R, T0), covariates taken out, (R, N)."""
    n_after = block.Y.shape[1] - block.n_before
    weights = np.hstack([-before, np.full((len(before), n_after), 1 / n_after)])
    covariates = np.einsum("rp,pnt,rt->rn", coefficients, X, weights, optimize=True)
    return np.asarray(weights @ block.Y.T - covariates)


def _joined(parts: Sequence[CohortFit]) -> CohortFit:
    """Put answers for consecutive choices together."""

    def rows(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    unit = np.concatenate([part.weights.unit for part in parts])
    period = np.concatenate([part.weights.period for part in parts])
    penalties = Penalties(
        *(
            np.concatenate([getattr(part.penalties, name) for part in parts])
            for name in ("unit", "period", "enough")
        )
    )
    return CohortFit(
        Weights(unit, period),
        rows("coefficients"),
        rows("before"),
        rows("effects"),
        rows("own"),
        rows("change"),
        penalties,
    )
