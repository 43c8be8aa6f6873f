"""Features of a path that estimators share: levels, changes between periods, deviations within units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.moments.cells import CellMoments
from impact.moments.paths import Paths


@dataclass(frozen=True)
class Features:
    """What scores are made of: q numbers a point, linear in (path, one) with coefficients common to the cell.

    Attributes
    ----------
    evaluate : callable
        Paths (L, ...) to features (L, q).
    of_deviations : callable
        The first features on paths whose ``one`` is zero; those it leaves out are zero there.
    """

    evaluate: Callable[[Paths], Floats]
    of_deviations: Callable[[Paths], Floats]

    def with_constant(self) -> "Features":
        """Add ``one`` as the last feature: scores of averages with estimated shares need it."""

        def more(paths: Paths) -> Floats:
            return np.concatenate([self.evaluate(paths), paths.one[:, None]], axis=1)

        return Features(more, self.of_deviations)


def levels(moments: CellMoments) -> Features:
    """Return the path and, beside it, one in each observed period: 2T features."""
    seen = moments.observed.astype(float)

    def evaluate(paths: Paths) -> Floats:
        return np.concatenate([paths.outcome, seen[paths.cell] * paths.one[:, None]], axis=1)

    return Features(evaluate, lambda paths: paths.outcome)


def changes(moments: CellMoments, pairs: Sequence[tuple[int, int]]) -> Features:
    """Return the change over each of U (period, base) pairs for units observed in both, then whether they are: 2U features."""
    late, early = np.array(pairs).T
    change_of = np.zeros((len(moments.times), len(pairs)))
    change_of[late, np.arange(len(pairs))] += 1.0
    change_of[early, np.arange(len(pairs))] -= 1.0
    both = (moments.observed[:, late] & moments.observed[:, early]).astype(float)
    whole = bool(both.all())

    def change(paths: Paths) -> Floats:
        value = paths.outcome @ change_of
        if not whole:
            value *= both.take(paths.cell, axis=0)
        return value

    def evaluate(paths: Paths) -> Floats:
        has = both.take(paths.cell, axis=0) * paths.one[:, None]
        return np.concatenate([change(paths), has], axis=1)

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


def spans(moments: CellMoments, wanted: Sequence[Span]) -> Features:
    """Return each of U spans for the units that have it, then whether they have it: 2U features.

    A span's two ends are shared with other spans, so each of the E distinct ends is worked out once. An end of one period is
    read off the path; the others need coefficients for every cell.
    """
    ends: dict[_End, int] = {}
    late = np.array([ends.setdefault(_End(span.late), len(ends)) for span in wanted])
    early = np.array([ends.setdefault(_End.early(span), len(ends)) for span in wanted])
    if all(end.one_period for end in ends):
        first = np.array([end.periods[0] for end in ends])
        return changes(moments, list(zip(first[late], first[early], strict=True)))
    at = _Ends.of(moments, list(ends))

    def change(paths: Paths) -> Floats:
        value = at.values(paths)
        if at.whole:
            return np.asarray(value[:, late] - value[:, early])
        has = at.has[paths.cell]
        return np.asarray(value[:, late] * has[:, early] - value[:, early] * has[:, late])

    # paths are measured from each period's origin, which cancels between units only where they average the same periods
    shift = at.has[:, early] * at.origin[:, late] - at.has[:, late] * at.origin[:, early]
    shift[:, at.single[late] & at.single[early]] = 0.0
    both = at.has[:, early] * at.has[:, late]

    def evaluate(paths: Paths) -> Floats:
        one = paths.one[:, None]
        return np.concatenate(
            [change(paths) + one * shift[paths.cell], one * both[paths.cell]], axis=1
        )

    return Features(evaluate, change)


@dataclass(frozen=True)
class _End:
    """A mean over periods, or the line through them at ``at``; ``may_miss`` averages those observed."""

    periods: tuple[int, ...]
    may_miss: bool = False
    at: int | None = None

    @property
    def one_period(self) -> bool:
        """Whether it is the outcome of one period; a line needs two."""
        return len(self.periods) == 1 and self.at is None

    @classmethod
    def early(cls, span: Span) -> "_End":
        at = span.late[0] if span.trend else None
        return cls(span.early, span.early_may_miss or span.trend, at)

    def slope(self, moments: CellMoments) -> Floats:
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


@dataclass(frozen=True)
class _Ends:
    """E ends of spans, evaluated together.

    Attributes
    ----------
    single : ndarray of bool, (E,)
        The outcome of one period, ``period`` (E,); the others have coefficients ``slope`` (P, number of them, T) on the paths.
    has : ndarray, (P, E)
        One in cells that have the end.
    origin : ndarray, (P, E)
        What the end makes of the moments' origin.
    """

    single: Mask
    period: Integers
    slope: Floats
    has: Floats
    origin: Floats

    @classmethod
    def of(cls, moments: CellMoments, ends: Sequence[_End]) -> "_Ends":
        single = np.array([end.one_period for end in ends])
        period = np.array([end.periods[0] for end in ends])
        slope = np.stack([end.slope(moments) for end in ends if not end.one_period], axis=1)
        origin = moments.origin - moments.origin.mean()  # the coefficients of an end sum to one
        has = moments.observed[:, period].astype(float)
        has[:, ~single] = (slope != 0).any(axis=2)
        of_origin = has * origin[period]
        of_origin[:, ~single] = slope @ origin
        return cls(single, period, slope, has, of_origin)

    @cached_property
    def whole(self) -> bool:
        """Whether every cell has every end."""
        return bool(self.has.all())

    def values(self, paths: Paths) -> Floats:
        """Value of each end on paths, (L, E)."""
        value = paths.outcome[:, self.period]
        value[:, ~self.single] = np.einsum("let,lt->le", self.slope[paths.cell], paths.outcome)
        return value


def within(moments: CellMoments, fitted: Floats, counted: Mask | None = None) -> Features:
    """Return the path less ``fitted`` (C, T), less the mean of that over the unit's observed periods: T features.

    ``counted`` (C, T) marks the periods over which the mean is taken; all by default. Periods not observed are zero, and so
    are all periods of a cell without one that counts.
    """
    cohort, seen = moments.cohort_index, moments.observed
    share = seen if counted is None else seen & counted[cohort]
    count = share.sum(axis=1)
    average = share / np.maximum(count, 1)[:, None]
    used = (seen & (count > 0)[:, None]).astype(float)

    def of_deviations(paths: Paths) -> Floats:
        if moments.balanced and counted is None:
            return np.asarray(paths.outcome - paths.outcome.mean(axis=1, keepdims=True))
        mean = np.einsum("lt,lt->l", paths.outcome, average[paths.cell])
        return np.asarray((paths.outcome - mean[:, None]) * used[paths.cell])

    def evaluate(paths: Paths) -> Floats:
        left = paths.outcome - paths.one[:, None] * (fitted[cohort] * seen)[paths.cell]
        return of_deviations(Paths(left, paths.one, paths.cell))

    return Features(evaluate, of_deviations)


def with_indicators(moments: CellMoments, features: Features) -> Features:
    """Add one in each observed period: T further features, which centre the others."""
    seen = moments.observed.astype(float)

    def evaluate(paths: Paths) -> Floats:
        indicators = seen[paths.cell] * paths.one[:, None]
        return np.concatenate([features.evaluate(paths), indicators], axis=1)

    return Features(evaluate, features.of_deviations)
