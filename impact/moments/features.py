"""Features of a path that estimators share: levels, changes between periods, deviations within units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
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


def changes(moments: CellMoments, pairs: Sequence[tuple[int, int]]) -> Features:
    """Return the change over each of U (period, base) pairs for units observed in both, then whether they are: 2U features."""
    return spans(moments, [Span((late,), (early,)) for late, early in pairs])


def spans(moments: CellMoments, wanted: Sequence[Span]) -> Features:
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

    def at_ends(paths: Paths) -> Floats:
        if averaged is None:
            return paths.outcome[:, period]
        found = np.empty((len(paths.cell), len(period)))
        found[:, single] = paths.outcome[:, period[single]]
        found[:, ~single] = np.einsum("let,lt->le", averaged[paths.cell], paths.outcome)
        return found

    def change(paths: Paths) -> Floats:
        value = at_ends(paths)
        if whole:
            return np.asarray(value[:, late] - value[:, early])
        here = has[paths.cell]
        return np.asarray(value[:, late] * here[:, early] - value[:, early] * here[:, late])

    # paths are measured from each period's origin, which cancels between units only where they average the same periods
    shift = has[:, early] * of_origin[:, late] - has[:, late] * of_origin[:, early]
    shift[:, single[late] & single[early]] = 0.0
    both = has[:, early] * has[:, late]

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
