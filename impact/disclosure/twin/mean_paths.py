"""Mean paths of groups and the covariance within them: all that a twin knows of outcomes beside the released numbers."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.disclosure.twin.by_cell import directions_allowed
from impact.disclosure.twin.groups import Grouped, may_be_shown
from impact.disclosure.twin.protection import ENOUGH, Reach
from impact.terms import SMALLEST_SHOWN


@dataclass(frozen=True)
class MeanPaths:
    """Mean path of each of Q groups, (Q, T), and the pooled covariance of deviations from them, (T, T).

    Attributes
    ----------
    group : ndarray of int, (N,)
    mean : ndarray, (Q, T)
        Of the group itself where that may be shown, elsewhere what the shown ones say of group and period.
    covariance : ndarray, (T, T)
    reach : Reach
        What both leave possible of each unit's outcomes; means alone leave more.
    """

    group: Integers
    mean: Floats
    covariance: Floats
    reach: Reach

    @classmethod
    def of(cls, wide: Floats, grouped: Grouped, *, fewest: int = SMALLEST_SHOWN) -> "MeanPaths":
        """Average outcomes (N, T), NaN where not observed, by group."""
        n_groups, n_periods = int(grouped.group.max()) + 1, wide.shape[1]
        mean = np.full((n_groups, n_periods), np.nan)
        for group in range(n_groups):
            for period in range(n_periods):
                known = wide[(grouped.group == group) & grouped.seen[:, period], period]
                if may_be_shown(known, fewest=fewest):
                    mean[group, period] = known.mean()
        deviation = np.nan_to_num(wide - mean[grouped.group])
        smallest = int(np.bincount(grouped.group).min())
        reach = Reach.of(deviation, np.eye(n_periods), limit=1 - 1 / smallest)
        shown = reach.farthest(wide, non_negative=bool(np.nanmin(wide) >= 0))
        enough = bool(np.nanmin(shown) >= ENOUGH * np.nanstd(wide))
        full = directions_allowed(len(wide) - n_groups + 1, n_periods) == n_periods
        covariance = _pooled(deviation, grouped.seen, fewest, full=full and enough)
        if not (full and enough):
            reach = Reach(np.full(wide.shape, np.inf), np.full(wide.shape, np.inf))
        return cls(grouped.group, _filled(mean), covariance, reach)

    @classmethod
    def released(cls, shown: Floats, treated: Mask, *, spread: float) -> "MeanPaths":
        """Take the means of those treated and those not (2, T), NaN where the gate withholds one; noise is independent."""
        nothing = np.full((len(treated), shown.shape[1]), np.inf)
        noise = spread**2 * np.eye(shown.shape[1])
        return cls(np.where(treated, 0, 1), _filled(shown), noise, Reach(nothing, nothing))


def _filled(mean: Floats) -> Floats:
    """Fill what may not be shown with an effect of the group and one of the period, by least squares of what is; else zero.

    A mean over everybody would give it away by difference.
    """
    group, period = np.nonzero(~np.isnan(mean))
    if not len(group):
        return np.zeros_like(mean)
    effects = np.zeros((len(group), sum(mean.shape)))
    rows = np.arange(len(group))
    effects[rows, group] = effects[rows, len(mean) + period] = 1.0
    level = float(mean[group, period].mean())
    found = np.linalg.lstsq(effects, mean[group, period] - level)[0]
    fitted = level + found[: len(mean), None] + found[None, len(mean) :]
    return np.where(np.isnan(mean), fitted, mean)


def _pooled(deviation: Floats, seen: Mask, fewest: int, *, full: bool) -> Floats:
    """Covariance (T, T) of deviations from the groups' own means over units seen in both periods, made semi-definite.

    Not in full, where units are too few for as many directions as there are periods, or one of them would be too easily
    guessed: then two numbers alone, the variance of units and that within them.
    """
    pairs = seen.T.astype(float) @ seen
    product = np.where(pairs >= fewest, deviation.T @ deviation / np.maximum(pairs - 1, 1), 0.0)
    if not full:
        n_periods = len(product)
        apart = ~np.eye(n_periods, dtype=bool)
        shared = max(float(product[apart].mean()), 0.0) if n_periods > 1 else 0.0
        own = max(float(np.diagonal(product).mean()) - shared, 0.0)
        return shared + own * np.eye(n_periods)
    values, vectors = np.linalg.eigh(product)
    return np.asarray((vectors * np.maximum(values, 0)) @ vectors.T)


def drawn(covariance: Floats, n: int, generator: np.random.Generator) -> Floats:
    """Draw n paths (n, T) of a covariance around zero."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return np.asarray(generator.normal(size=(n, len(values))) @ root.T)
