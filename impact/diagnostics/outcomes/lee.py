"""Bounds where treatment may decide who has an outcome at all: the group that has more of it is trimmed."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from impact.arrays import Floats, Mask
from impact.check_result import OneRow
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.diagnostics.outcomes.changes import Changes, before_and_after
from impact.errors import NotIdentifiedError
from impact.terms import CONFIDENCE_LEVEL

FEWEST = 2  # units with an outcome that each group needs
STEPS = 60  # halvings in search of a critical value

Trimmed = Literal["treated", "comparison", "nobody"]


@dataclass(frozen=True, repr=False, kw_only=True)
class Bounds(OneRow):
    """An effect between two bounds, on units that have an outcome either way.

    Attributes
    ----------
    low, high : float
        The bounds, in the outcome's unit.
    std_error_low, std_error_high : float
    conf_low, conf_high : float
        An interval that holds the effect, wherever between the bounds it lies, with probability ``level``.
    trimmed : {"treated", "comparison", "nobody"}
        The group of which more have an outcome.
    share_trimmed : float
        Share of its outcomes that are taken away, from above or from below.
    share_treated, share_comparison : float
        Share of each group with an outcome.
    n_treated, n_comparison : int
        Units of each group with an outcome.
    level : float
    """

    low: float
    high: float
    std_error_low: float
    std_error_high: float
    conf_low: float
    conf_high: float
    trimmed: Trimmed
    share_trimmed: float
    share_treated: float
    share_comparison: float
    n_treated: int
    n_comparison: int
    level: float


def lee_bounds(panel: Panel, *, level: float = CONFIDENCE_LEVEL) -> Bounds:
    """Bound the effect on the change of units that would answer at the end either way.

    Compares each unit's mean from the last cohort's start on with its mean before the first cohort's start, treated units
    with never-treated ones. A unit without an observation from the last start on is one that no longer answers.

    Parameters
    ----------
    panel : Panel
    level : float

    Assumes
    -------
    Treated and never-treated units would have changed alike without treatment, in distribution; treatment moves all units
    the same way as to whether they answer: it makes none silent if it makes some answer.

    Raises
    ------
    NotIdentifiedError
        Without a period before, or with fewer than two answers in a group.

    References
    ----------
    Lee (2009), Review of Economic Studies 76(3), Propositions 1a and 3; Imbens and Manski (2004), Econometrica 72(6), eq. 7.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> bounds = impact.lee_bounds(panel)
    >>> bounds.trimmed, bounds.low <= bounds.high
    ('nobody', True)
    """
    return trimmed_bounds(before_and_after(panel).groups, level=level)


def trimmed_bounds(changes: Changes, *, level: float = CONFIDENCE_LEVEL) -> Bounds:
    """Bound the difference in means of the units that would have a value in either group.

    Raises
    ------
    NotIdentifiedError
        With fewer than two values in a group.
    """
    sides = {True: _Side.of(changes, treated=True), False: _Side.of(changes, treated=False)}
    more = max(sides, key=lambda treated: sides[treated].share)  # the treated where both are alike
    much, few = sides[more], sides[not more]
    kept = few.share / much.share
    whole = few.mean()
    of_kept = kept * (few.share_influence / few.share - much.share_influence / much.share)
    ends = (much.trimmed(kept, of_kept, sign=1), much.trimmed(kept, of_kept, sign=-1))
    if more:
        low, high = ((m.value - whole.value, m.influence - whole.influence) for m in ends)
    else:
        high, low = ((whole.value - m.value, whole.influence - m.influence) for m in ends)
    errors = [changes.std_error(influence) for _, influence in (low, high)]
    conf_low, conf_high = imbens_manski((low[0], high[0]), errors, level=level)
    same = sides[True].share == sides[False].share
    return Bounds(
        low=float(low[0]),
        high=float(high[0]),
        std_error_low=errors[0],
        std_error_high=errors[1],
        conf_low=conf_low,
        conf_high=conf_high,
        trimmed="nobody" if same else ("treated" if more else "comparison"),
        share_trimmed=1 - kept,
        share_treated=sides[True].share,
        share_comparison=sides[False].share,
        n_treated=int(sides[True].has.sum()),
        n_comparison=int(sides[False].has.sum()),
        level=level,
    )


class _Mean(NamedTuple):
    """A mean and how each of the N units moves it."""

    value: float
    influence: Floats


@dataclass(frozen=True)
class _Side:
    """One group: who of the N units has a value, and the share that has."""

    changes: Changes
    has: Mask
    share: float
    share_influence: Floats

    @classmethod
    def of(cls, changes: Changes, *, treated: bool) -> "_Side":
        mine = changes.treated == treated
        has = mine & changes.known
        if has.sum() < FEWEST:
            raise NotIdentifiedError(
                f"{'treated' if treated else 'never-treated'} units: fewer than {FEWEST} have a value at the end; bounds need "
                "some in each group"
            )
        weight = changes.weight
        share = float(weight[has].sum() / weight[mine].sum())
        influence = np.where(mine, weight * (changes.known - share), 0.0) / weight[mine].sum()
        return cls(changes, has, share, influence * len(weight))

    def mean(self) -> _Mean:
        """The mean of those with a value."""
        weight = np.where(self.has, self.changes.weight, 0.0)
        value = float(weight @ self.changes.value / weight.sum())
        return _Mean(value, weight * (self.changes.value - value) * (len(weight) / weight.sum()))

    def trimmed(self, kept: float, kept_influence: Floats, *, sign: int) -> _Mean:
        """The mean of the lowest (``sign`` 1) or highest (-1) share ``kept`` of values.

        With y the quantile at ``kept``, the mean of the lowest is ``y + E min(Y - y, 0) / kept``: the unit at the quantile
        counts for the part of it that is kept.
        """
        weight = np.where(self.has, self.changes.weight, 0.0)
        value = sign * self.changes.value
        y = _quantile(value[self.has], weight[self.has], kept)
        below = np.minimum(value - y, 0.0)
        mean = y + float(weight @ below) / (kept * weight.sum())
        scale = len(weight) / (kept * weight.sum())
        influence = weight * (below - kept * (mean - y)) * scale
        influence += (y - mean) / kept * kept_influence
        return _Mean(sign * mean, sign * influence)


def _quantile(value: Floats, weight: Floats, share: float) -> float:
    """Return the smallest value at or below which at least ``share`` of the weight lies."""
    order = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    place = int(np.searchsorted(reached, share * (1 - 1e-12)))
    return float(value[order][min(place, len(value) - 1)])


def imbens_manski(
    bounds: tuple[float, float], std_errors: list[float], *, level: float
) -> tuple[float, float]:
    """Return an interval for an effect that lies between two bounds.

    References
    ----------
    Imbens and Manski (2004), Econometrica 72(6), eqs. 6 and 7.
    """
    from scipy.special import ndtr

    width, largest = bounds[1] - bounds[0], max(std_errors)
    critical = quantile((1 + level) / 2, np.inf)
    if largest > 0:
        inside, outside = quantile(level, np.inf), critical
        for _ in range(STEPS):
            middle = (inside + outside) / 2
            covered = ndtr(middle + width / largest) - ndtr(-middle)
            inside, outside = (middle, outside) if covered < level else (inside, middle)
        critical = outside
    return bounds[0] - critical * std_errors[0], bounds[1] + critical * std_errors[1]
