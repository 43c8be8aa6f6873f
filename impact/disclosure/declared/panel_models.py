"""Weights of outcomes in the textbook models' coefficient of exposure, by Frisch and Waugh."""

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel

ROUNDS = 500  # of taking means out by unit and period in turn, which settle long before


def weights_of_model(name: str, panel: Panel) -> Floats | None:
    """Return the weights (N, T) of a model's effect of exposure; None of a model whose weights rest on the outcomes.

    References
    ----------
    Frisch and Waugh (1933), Econometrica 1(4).
    """
    seen = ~np.isnan(panel.wide)
    exposed = np.where(seen & (panel.times >= panel.cohort[:, None]), 1.0, 0.0)
    if name == "PooledOLS":
        return _over_squares(_without_means(exposed, seen, axis=0))
    if name == "FixedEffects":
        left = exposed
        for _ in range(ROUNDS):
            left = _without_means(_without_means(left, seen, axis=1), seen, axis=0)
        return _over_squares(left)
    if name == "BetweenEffects":
        count = np.maximum(seen.sum(axis=1), 1)
        mean = exposed.sum(axis=1) / count
        left = (mean - mean.mean()) / ((mean - mean.mean()) ** 2).sum()
        return np.where(seen, (left / count)[:, None], 0.0)
    return None


def _without_means(values: Floats, seen: Floats, *, axis: int) -> Floats:
    count = np.maximum(seen.sum(axis=axis, keepdims=True), 1)
    return np.where(
        seen, values - np.where(seen, values, 0.0).sum(axis=axis, keepdims=True) / count, 0.0
    )


def _over_squares(left: Floats) -> Floats:
    return np.asarray(left / (left**2).sum())
