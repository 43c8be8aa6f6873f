"""Features of a path that estimators share: levels, changes between periods, deviations within units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.moments.cells import PathMoments
from impact.moments.points import Points
from impact.moments.scores import Features


def levels(moments: PathMoments) -> Features:
    """Return the path and, beside it, one in each observed period: 2T features."""
    seen = moments.observed.astype(float)

    def evaluate(points: Points) -> Floats:
        return np.concatenate([points.path, seen[points.cell] * points.one[:, None]], axis=1)

    return Features(evaluate, lambda points: points.path)


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


def changes(moments: PathMoments, pairs: Sequence[tuple[int, int]]) -> Features:
    """Return the change over each of U (period, base) pairs for units observed in both, then whether they are: 2U features."""
    return spans(moments, [Span((late,), (early,)) for late, early in pairs])


def spans(moments: PathMoments, wanted: Sequence[Span]) -> Features:
    """Return each of U spans for the units that have it, then whether they have it: 2U features.

    A span's two ends are shared with other spans, so each of the E distinct ends is worked out once.
    """
    ends: dict[_End, int] = {}
    late = np.array([ends.setdefault(_End(span.late), len(ends)) for span in wanted])
    early = np.array([ends.setdefault(_End.early(span), len(ends)) for span in wanted])
    single = np.array([len(end.periods) == 1 for end in ends])
    period = np.array([end.periods[0] for end in ends])
    slope = [end.slope(moments) for end in ends]
    has = np.stack([(part != 0).any(axis=1) for part in slope], axis=1).astype(float)
    averaged = (
        np.stack([part for part, one in zip(slope, single, strict=True) if not one], axis=1)
        if not single.all()
        else None
    )
    origin = moments.origin - moments.origin.mean()  # the coefficients of an end sum to one
    of_origin = np.stack([part @ origin for part in slope], axis=1)
    whole = bool(has.all())

    def at_ends(points: Points) -> Floats:
        if averaged is None:
            return points.path[:, period]
        found = np.empty((len(points.cell), len(period)))
        found[:, single] = points.path[:, period[single]]
        found[:, ~single] = np.einsum("let,lt->le", averaged[points.cell], points.path)
        return found

    def change(points: Points) -> Floats:
        value = at_ends(points)
        if whole:
            return np.asarray(value[:, late] - value[:, early])
        here = has[points.cell]
        return np.asarray(value[:, late] * here[:, early] - value[:, early] * here[:, late])

    # paths are measured from each period's origin, which cancels between units only where they average the same periods
    shift = has[:, early] * of_origin[:, late] - has[:, late] * of_origin[:, early]
    shift[:, single[late] & single[early]] = 0.0
    both = has[:, early] * has[:, late]

    def evaluate(points: Points) -> Floats:
        one = points.one[:, None]
        return np.concatenate(
            [change(points) + one * shift[points.cell], one * both[points.cell]], axis=1
        )

    return Features(evaluate, change)


@dataclass(frozen=True)
class _End:
    """A mean over periods, or the line through them at ``at``; ``may_miss`` averages those observed."""

    periods: tuple[int, ...]
    may_miss: bool = False
    at: int | None = None

    @classmethod
    def early(cls, span: Span) -> "_End":
        at = span.late[0] if span.trend else None
        return cls(span.early, span.early_may_miss or span.trend, at)

    def slope(self, moments: PathMoments) -> Floats:
        """Coefficients on each cell's path, (P, T); zero for cells that do not have it."""
        seen, chosen = moments.observed, list(self.periods)
        used = np.zeros(seen.shape)
        used[:, chosen] = seen[:, chosen]
        count = used.sum(axis=1)
        needed = (1 if self.at is None else 2) if self.may_miss else len(chosen)
        slope = used / np.maximum(count, 1)[:, None]
        if self.at is not None:
            middle = slope @ moments.times
            away = used * (moments.times - middle[:, None])
            spread = (away**2).sum(axis=1)
            ahead = moments.times[self.at] - middle
            slope = slope + (ahead / np.where(spread > 0, spread, 1))[:, None] * away
        return np.where((count >= needed)[:, None], slope, 0.0)


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
