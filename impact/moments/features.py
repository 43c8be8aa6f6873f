"""Features of a path that estimators share: levels, changes between periods, deviations within units."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from impact.moments.cells import PathMoments, Points
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
            return path[:, late] - path[:, early]
        here = seen[points.cell]
        return path[:, late] * here[:, early] - path[:, early] * here[:, late]

    def evaluate(points: Points) -> Floats:
        here = seen[points.cell]
        together = here[:, late] * here[:, early] * points.one[:, None]
        return np.concatenate([change(points), together], axis=1)

    return Features(evaluate, change)


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
            return points.path - points.path.mean(axis=1, keepdims=True)
        mean = np.einsum("lt,lt->l", points.path, average[points.cell])
        return (points.path - mean[:, None]) * used[points.cell]

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
