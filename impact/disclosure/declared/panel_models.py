"""Weights of outcomes in the textbook models' coefficient of exposure, by Frisch and Waugh."""

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.estimate import Estimate

ROUNDS = 500  # of taking means out by unit and period in turn, which settle long before


def weights_of_model(model: Estimate, panel: Panel) -> Floats | None:
    """Return the weights (N, T) of a model's effect of exposure; None of a model that is no sum of outcomes.

    Random effects are one at the variances that were estimated, which are told with the model.

    References
    ----------
    Frisch and Waugh (1933), Econometrica 1(4).
    """
    name, dummies = str(model.spec["estimator"]), bool(model.spec["time_effects"])
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
    if name == "FirstDifferences":
        return _by_changes(exposed, seen) if dummies else None
    if name == "RandomEffects":
        error, of_unit = (float(model.spec[f"sigma2_{one}"]) for one in ("error", "unit"))
        ratio = error / (error + np.maximum(seen.sum(axis=1), 1) * of_unit)
        return _less_means(exposed, seen, 1 - np.sqrt(ratio)) if dummies else None
    return None


def _by_changes(exposed: Floats, seen: Mask) -> Floats:
    """Weights of levels where each observation less that of the period before is regressed."""
    unit, period = np.nonzero(seen)
    later = np.flatnonzero((np.diff(unit) == 0) & (np.diff(period) == 1)) + 1
    row = np.arange(len(later))
    change = np.zeros((len(later), seen.shape[1]))
    change[row, period[later]] = 1.0
    change[row, period[later - 1]] = -1.0
    moved = (change * exposed[unit[later]]).sum(axis=1)
    left = _over_squares(_off(moved, change))
    weights = np.zeros(seen.shape)
    np.add.at(weights, (unit[later], period[later]), left)
    np.add.at(weights, (unit[later - 1], period[later - 1]), -left)
    return weights


def _less_means(exposed: Floats, seen: Mask, share: Floats) -> Floats:
    """Weights of levels where each observation less a share (N,) of its unit's mean is regressed."""

    def less(values: Floats) -> Floats:
        mean = values.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        return np.where(seen, values - (share * mean)[:, None], 0.0)

    dummies = [less(np.where(seen & at, 1.0, 0.0))[seen] for at in np.eye(seen.shape[1]) > 0]
    left = np.zeros(seen.shape)
    left[seen] = _over_squares(_off(less(exposed)[seen], np.stack(dummies, axis=1)))
    return less(left)


def _off(values: Floats, columns: Floats) -> Floats:
    """Return what is left of values (n,) off columns (n, k)."""
    return np.asarray(values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0])


def _without_means(values: Floats, seen: Mask, *, axis: int) -> Floats:
    count = np.maximum(seen.sum(axis=axis, keepdims=True), 1)
    return np.where(
        seen, values - np.where(seen, values, 0.0).sum(axis=axis, keepdims=True) / count, 0.0
    )


def _over_squares(left: Floats) -> Floats:
    return np.asarray(left / (left**2).sum())
