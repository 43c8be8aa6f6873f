"""Features of a path that estimators share: levels, changes between periods, deviations within units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.moments.cells import PathMoments
from impact.moments.points import Points
from impact.moments.scores import Features

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def levels(moments: PathMoments) -> Features:
    """Return the path and, beside it, one in each observed period: 2T features."""
    seen = moments.observed.astype(float)

    def evaluate(points: Points) -> Floats:
        return np.concatenate([points.path, seen[points.cell] * points.one[:, None]], axis=1)

    return Features(evaluate, lambda points: points.path)


def changes(moments: PathMoments, pairs: Sequence[tuple[int, int]]) -> Features:
    """Return the change over each of U (period, base) pairs for units observed in both, then whether they are: 2U features."""
    late, early = (np.array(ends, dtype=int) for ends in zip(*pairs, strict=True))
    seen = moments.observed.astype(float)

    def change(points: Points) -> Floats:
        path = points.path
        if moments.balanced:
            return np.asarray(path[:, late] - path[:, early])
        here = seen[points.cell]
        return np.asarray(path[:, late] * here[:, early] - path[:, early] * here[:, late])

    def evaluate(points: Points) -> Floats:
        here = seen[points.cell]
        together = here[:, late] * here[:, early] * points.one[:, None]
        return np.concatenate([change(points), together], axis=1)

    return Features(evaluate, change)


@dataclass(frozen=True)
class Span:
    """A change of the mean over the periods ``late`` from the mean over the periods ``early`` (places among the times).

    All late periods must be observed. Early ones too, unless ``early_may_miss``: then those observed are averaged. ``trend``
    takes away the line fitted to the early periods instead of their mean, and needs two of them observed.
    """

    late: tuple[int, ...]
    early: tuple[int, ...]
    early_may_miss: bool = False
    trend: bool = False


def spans(moments: PathMoments, wanted: Sequence[Span]) -> Features:
    """Return each of U spans for the units that have it, then whether they have it: 2U features.

    The coefficients of a span depend on the observed periods alone, so they are worked out once a cell.
    """
    slope = np.stack([_span_slope(moments, span) for span in wanted], axis=1)
    has = (slope != 0).any(axis=2).astype(float)
    of_origin = slope @ moments.origin  # patterns average different periods, so it does not cancel
    numbers = np.arange(moments.n_cells)

    def change(points: Points) -> Floats:
        found = np.empty((len(points.cell), len(wanted)))
        ends = np.searchsorted(points.cell, numbers)
        if (np.diff(points.cell) < 0).any() or len(points.cell) < 4 * moments.n_cells:
            return np.asarray(
                np.einsum("lut,lt->lu", slope[points.cell], points.path, optimize=True)
            )
        for cell, first, last in zip(numbers, ends, [*ends[1:], len(points.cell)], strict=True):
            found[first:last] = points.path[first:last] @ slope[cell].T
        return found

    def evaluate(points: Points) -> Floats:
        one = points.one[:, None]
        moved = change(points) + one * of_origin[points.cell]
        return np.concatenate([moved, one * has[points.cell]], axis=1)

    return Features(evaluate, change)


def _span_slope(moments: PathMoments, span: Span) -> Floats:
    """Coefficients of one span on each cell's path, (P, T); zero for cells that do not have it."""
    seen = moments.observed
    slope = np.zeros(seen.shape)
    slope[:, list(span.late)] = 1 / len(span.late)
    early = np.zeros(seen.shape)
    early[:, list(span.early)] = seen[:, list(span.early)]
    count = early.sum(axis=1)
    needed = len(span.early) if not span.early_may_miss else (2 if span.trend else 1)
    has = seen[:, list(span.late)].all(axis=1) & (count >= needed)
    average = early / np.maximum(count, 1)[:, None]
    slope -= average
    if span.trend:
        middle = average @ moments.times
        away = early * (moments.times - middle[:, None])
        spread = (away**2).sum(axis=1)
        ahead = moments.times[list(span.late)].mean() - middle
        slope -= (ahead / np.where(spread > 0, spread, 1))[:, None] * away
    return np.where(has[:, None], slope, 0.0)


def within(moments: PathMoments, fitted: Floats, counted: Mask | None = None) -> Features:
    """Return the path less ``fitted`` (C, T), less the mean of that over the unit's observed periods: T features.

    ``counted`` (C, T) marks the periods over which the mean is taken; all by default. Periods not observed are zero, and so
    are all periods of a cell without one that counts.
    """
    cohort, seen = moments.cohort_index, moments.observed
    share = seen if counted is None else seen & counted[cohort]
    count = share.sum(axis=1)
    average = share / np.maximum(count, 1)[:, None]
    used = (seen & (count > 0)[:, None]).astype(float)

    def of_deviations(points: Points) -> Floats:
        if moments.balanced and counted is None:
            return np.asarray(points.path - points.path.mean(axis=1, keepdims=True))
        mean = np.einsum("lt,lt->l", points.path, average[points.cell])
        return np.asarray((points.path - mean[:, None]) * used[points.cell])

    def evaluate(points: Points) -> Floats:
        left = points.path - points.one[:, None] * (fitted[cohort] * seen)[points.cell]
        return of_deviations(Points(left, points.one, points.cell))

    return Features(evaluate, of_deviations)


def with_indicators(moments: PathMoments, features: Features) -> Features:
    """Add one in each observed period: T further features, which centre the others."""
    seen = moments.observed.astype(float)

    def evaluate(points: Points) -> Floats:
        indicators = seen[points.cell] * points.one[:, None]
        return np.concatenate([features.evaluate(points), indicators], axis=1)

    return Features(evaluate, features.of_deviations)
