"""Restrictions on how trends may differ, as sets of inequalities A delta <= d on the differences in trends delta.

``delta`` has one entry an event time, before and after, without the reference period, whose difference is zero by
normalisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.terms import CheckedChoices

Restriction = Literal["smoothness", "relative_magnitudes", "relative_smoothness"]
Sign = Literal["positive", "negative"]
Direction = Literal["increasing", "decreasing"]


@dataclass(frozen=True)
class Inequalities:
    """One set ``A delta <= d``: ``A`` (m, K), ``d`` (m,)."""

    A: Floats
    d: Floats


@dataclass(frozen=True)
class TrendRestriction(CheckedChoices):
    """A family of sets of differences in trends, indexed by how far they may go.

    Parameters
    ----------
    kind : {"smoothness", "relative_magnitudes", "relative_smoothness"}
        ``smoothness``: the slope changes by at most M from one period to the next. ``relative_magnitudes``: from one period
        to the next after treatment trends part by at most M times the most they did before. ``relative_smoothness``: the
        same of changes of slope.
    sign : {"positive", "negative"}, optional
        Of the differences after treatment.
    direction : {"increasing", "decreasing"}, optional
        In which they go.

    References
    ----------
    Rambachan and Roth (2023), Review of Economic Studies 90(5), sec. 2.4.
    """

    kind: Restriction = "relative_magnitudes"
    sign: Sign | None = None
    direction: Direction | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing but the size of the differences is restricted."""
        return self.sign is None and self.direction is None

    def sets(self, bound: float, *, n_before: int, n_after: int) -> Iterator[Inequalities]:
        """Yield the sets whose union is the restriction, only with the rows that involve a period after treatment."""
        steps = _first_differences(n_before, n_after)
        bends = np.diff(steps, axis=0)
        extra = self._extra(n_before, n_after)
        if self.kind == "smoothness":
            own = bends[n_before - 1 :]
            yield _joined(np.vstack([own, -own]), np.full(2 * len(own), bound), extra)
            return
        moves = steps if self.kind == "relative_magnitudes" else bends
        n_early = n_before if self.kind == "relative_magnitudes" else n_before - 1
        late = moves[n_early:]
        for largest in moves[:n_early]:
            for sign in (1, -1):
                limit = bound * sign * largest
                rows = np.vstack([late - limit, -late - limit])
                yield _joined(rows, np.zeros(len(rows)), extra)

    def unit(self, beta: Floats, *, n_before: int) -> float | None:
        """Largest step (or bend) before treatment among estimates (K,), in the outcome's unit; None for smoothness alone."""
        if self.kind == "smoothness":
            return None
        before = np.append(beta[:n_before], 0.0)
        order = 1 if self.kind == "relative_magnitudes" else 2
        return float(np.abs(np.diff(before, n=order)).max())

    def _extra(self, n_before: int, n_after: int) -> Floats:
        """Rows of the sign and of the direction, each at most zero."""
        n = n_before + n_after
        rows = np.zeros((0, n))
        if self.sign is not None:
            after = np.eye(n)[n_before:]
            rows = np.vstack([rows, -after if self.sign == "positive" else after])
        if self.direction is not None:
            steps = _first_differences(n_before, n_after)[n_before:]
            rows = np.vstack([rows, -steps if self.direction == "increasing" else steps])
        return rows


def _joined(rows: Floats, limits: Floats, extra: Floats) -> Inequalities:
    return Inequalities(np.vstack([rows, extra]), np.concatenate([limits, np.zeros(len(extra))]))


def _first_differences(n_before: int, n_after: int) -> Floats:
    """Rows (K, K) that take differences of neighbouring periods, the reference between before and after."""
    n = n_before + n_after
    levels = np.insert(np.eye(n), n_before, 0.0, axis=0)
    return np.diff(levels, axis=0)
