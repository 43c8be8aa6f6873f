"""Honest bounds: intervals for an effect when trends may differ, and how far they may before the answer is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import (
    CheckResult,
    Shown,
    amount,
    pass_or_warn,
    text_of,
)
from impact.critical_values import quantile
from impact.diagnostics.honest.conditional import DRAWS, FIRST_STAGE, ConditionalTest, Rays
from impact.diagnostics.honest.event_times import (
    EventTimes,
    TargetWord,
    event_times,
    name_of,
)
from impact.diagnostics.honest.fixed_length import fixed_length
from impact.diagnostics.honest.restrictions import (
    Direction,
    Restriction,
    Sign,
    TrendRestriction,
)
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

Method = Literal["fixed_length", "least_favourable", "conditional"]
GRID = 400  # target values between which ends are then sought
START = 6.0  # standard errors of the target on either side of it, widened until the ends are inside
WIDEST = 1e4
BISECTIONS = 30
STEPS = 11  # bisections of the breakdown value
VALUES = {
    "relative_magnitudes": (0.0, 0.5, 1.0, 1.5, 2.0),
    "relative_smoothness": (0.0, 0.5, 1.0, 1.5, 2.0),
    "smoothness": (0.0, 0.05, 0.1, 0.25, 0.5),
}
ROBUST = 1.0  # relative magnitude up to which a result should stand: after treatment as much as ever before it


@dataclass(frozen=True, repr=False)
class HonestResult(Shown):
    """Intervals under a restriction on trends, one row a bound.

    Attributes
    ----------
    restriction : TrendRestriction
    target : str
        The estimate's own ``overall`` number, the ``average`` or the ``first`` of the effects after treatment,
        ``event_time=2``, or ``weights``.
    table : DataFrame
        ``value`` (M or M-bar) and the same ``in_unit``, ``conf_low``, ``conf_high``, in the outcome's unit.
    original : tuple of float
        The interval if trends were parallel.
    breakdown : float
        Largest value at which zero is outside the interval; 0 if it is inside already at 0, infinite if never inside.
    unit : float
        What a value of one is in the outcome's unit, a period: the target's standard error for smoothness; the largest step
        or bend before treatment, as estimated, for relative restrictions.
    level : float
    n_before, n_after : int
    """

    restriction: TrendRestriction
    target: str
    table: pd.DataFrame
    original: tuple[float, float]
    breakdown: float
    unit: float
    level: float
    n_before: int
    n_after: int

    @property
    def breakdown_in_unit(self) -> float:
        """The breakdown value in the outcome's unit, a period."""
        return self.breakdown * self.unit if self.breakdown else 0.0

    def summary(self) -> str:
        """Return the intervals and the breakdown value as plain text."""
        low, high = self.original
        return (
            f"Honest bounds ({self.restriction.kind}) of the {self.target} effect, {self.level:.0%}\n"
            f"Parallel trends: {amount(low)} to {amount(high)}\n\n{text_of(self.table)}\n\n"
            f"Zero is outside up to {self.breakdown:.3g} ({amount(self.breakdown_in_unit)} in the outcome's unit)"
        )

    def check(self) -> CheckResult:
        """Pass when the answer stands as long as trends part no more after treatment than they ever did before.

        Smoothness has no such yardstick: any breakdown above zero passes.
        """
        name = f"honest_{self.restriction.kind}"
        needed = 0.0 if self.restriction.kind == "smoothness" else ROBUST
        fine = self.breakdown >= needed if needed else self.breakdown > 0
        why = f"breakdown_{self.restriction.kind}:{self.breakdown:.2f}"
        statistic = self.breakdown if np.isfinite(self.breakdown) else None
        return CheckResult(name, pass_or_warn(fine), why, statistic=statistic, table=self.table)


@dataclass(frozen=True)
class HonestBounds(CheckedChoices):
    """Bounds on an effect under restrictions on how trends may differ.

    Parameters
    ----------
    restriction : {"smoothness", "relative_magnitudes", "relative_smoothness"}
    target : {"overall", "average", "first"}, int or sequence of float
        The estimate's own overall number, the average of the effects after treatment, the first of them, the one so many
        periods after the start, or the sum with these weights.
    values : tuple of float, optional
        M-bar; for smoothness M in standard errors of the target. By default 0, .5, 1, 1.5, 2; for smoothness 0 to .5.
    sign, direction : str, optional
        Of the difference in trends after treatment, if known.
    method : str, optional
        ``fixed_length`` (default for smoothness alone), ``least_favourable`` (conditional with a least-favourable first
        stage, default else), ``conditional``.
    level : float
    seed : int
        Of the first stage's normal draws.

    Assumes
    -------
    Estimates are jointly normal; the effect before treatment is zero; the difference in trends lies in the restriction.

    References
    ----------
    Rambachan and Roth (2023), Review of Economic Studies 90(5); Andrews, Roth and Pakes (2023), Review of Economic
    Studies 90(6).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> path = impact.CallawaySantAnna(base_period="universal").fit(panel).aggregate(by="event_time")
    >>> bounds = impact.HonestBounds("relative_magnitudes", values=(0.0, 0.5)).of(path)
    >>> bounds.table[["value", "conf_low", "conf_high"]].round(2)
       value  conf_low  conf_high
    0    0.0      1.27       1.96
    1    0.5      0.68       2.62
    """

    restriction: Restriction = "relative_magnitudes"
    target: TargetWord | int | Sequence[float] = "overall"
    values: tuple[float, ...] | None = None
    sign: Sign | None = None
    direction: Direction | None = None
    method: Method | None = None
    level: float = CONFIDENCE_LEVEL
    seed: int = 2012

    def of(self, estimate: Estimate) -> HonestResult:
        """Bound the effect of an estimate: by event time with a universal base (`CallawaySantAnna(base_period="universal")`,
        `EventStudy`), or any other of such an estimator, whose event times are then estimated anew.

        Raises
        ------
        NotAvailableError
            When periods before treatment are too few for the restriction, event times have gaps, or nothing is by event time.
        """  # noqa: D205 (the two names belong together)
        return self.of_path(event_times(estimate))

    @one_thread()
    def of_path(self, path: EventTimes) -> HonestResult:
        """Bound the effect from estimates by event time and their covariance."""
        n_before, n_after = path.n_before, len(path.beta) - path.n_before
        needed = {"smoothness": 1, "relative_magnitudes": 1, "relative_smoothness": 2}
        if n_before < needed[self.restriction] or n_after < 1:
            raise NotAvailableError(
                f"honest bounds ({self.restriction}): {n_before} periods before the reference, needs "
                f"{needed[self.restriction]}; keep more periods before treatment"
            )
        target, path = path.weights(self.target), path.for_target(self.target)
        se = float(np.sqrt(target @ path.sigma[n_before:, n_before:] @ target))
        asked = _Path(path.beta, path.sigma, n_before, target, se, self)
        scale = se if self.restriction == "smoothness" else 1.0
        values = self.values or VALUES[self.restriction]
        ends = [asked.ends(value * scale) for value in values]
        unit = asked.rule.unit(path.beta, n_before=n_before) or se
        centre = float(target @ path.beta[n_before:])
        width = quantile((1 + self.level) / 2, np.inf) * se
        return HonestResult(
            restriction=asked.rule,
            target=name_of(self.target),
            table=pd.DataFrame(
                {
                    "value": values,
                    "in_unit": [value * unit for value in values],
                    "conf_low": [low for low, _ in ends],
                    "conf_high": [high for _, high in ends],
                }
            ),
            original=(centre - width, centre + width),
            breakdown=breakdown(lambda value: asked.leaves_out_zero(value * scale)),
            unit=unit,
            level=self.level,
            n_before=n_before,
            n_after=n_after,
        )


@dataclass(frozen=True)
class _Path:
    """Estimates by event time and what is asked of them."""

    beta: Floats
    sigma: Floats
    n_before: int
    target: Floats
    se: float
    asked: HonestBounds

    @cached_property
    def rule(self) -> TrendRestriction:
        return TrendRestriction(self.asked.restriction, self.asked.sign, self.asked.direction)

    @cached_property
    def normals(self) -> Floats:
        generator = stream(self.asked.seed, "first_stage")
        return generator.standard_normal((DRAWS, len(self.beta)))

    @property
    def method(self) -> Method:
        plain = self.rule.kind == "smoothness" and self.rule.plain
        return self.asked.method or ("fixed_length" if plain else "least_favourable")

    def ends(self, bound: float) -> tuple[float, float]:
        """Interval under one bound: the hull of the values that no set of the restriction rejects."""
        if self.method == "fixed_length":
            return fixed_length(
                self.beta,
                self.sigma,
                n_before=self.n_before,
                target=self.target,
                bound=bound,
                level=self.asked.level,
            ).ends
        return self._inside(self.test(bound).accepts)

    def test(self, bound: float) -> ConditionalTest:
        """The test of target values under one bound."""
        alpha = 1 - self.asked.level
        sets = list(self.rule.sets(bound, n_before=self.n_before, n_after=len(self.target)))
        return ConditionalTest(
            self.rays,
            np.array([part.A for part in sets]),
            np.array([part.d for part in sets]),
            self.beta,
            self.sigma,
            self.n_before,
            self.target,
            alpha,
            FIRST_STAGE * alpha if self.method == "least_favourable" else 0.0,
            self.normals,
        )

    @cached_property
    def rays(self) -> Rays:
        """The rays of every set: their columns after treatment are the same whatever the bound."""
        part = next(self.rule.sets(1.0, n_before=self.n_before, n_after=len(self.target)))
        return Rays.of(part.A[:, self.n_before :], self.target)

    def leaves_out_zero(self, bound: float) -> bool:
        """Whether zero is outside the interval: a test of zero first, which mostly settles it."""
        if self.method != "fixed_length" and self.test(bound).accepts(np.zeros(1))[0]:
            return False
        low, high = self.ends(bound)
        return low > 0 or high < 0

    def _inside(self, accepted: Callable[[Floats], Mask]) -> tuple[float, float]:
        centre = float(self.target @ self.beta[self.n_before :])
        reach = START
        while reach < WIDEST:
            grid = centre + self.se * reach * np.linspace(-1, 1, 2 * GRID + 1)
            inside = np.flatnonzero(accepted(grid))
            if inside.size and inside[0] > 0 and inside[-1] < len(grid) - 1:
                return _edges(
                    accepted,
                    outside=grid[[inside[0] - 1, inside[-1] + 1]],
                    inside=grid[[inside[0], inside[-1]]],
                )
            reach *= 2
        grid_ends = accepted(centre + self.se * reach * np.array([-1.0, 1.0]))
        if not inside.size:
            return float(np.nan), float(np.nan)
        return (
            -np.inf if grid_ends[0] else float(grid[inside[0]]),
            np.inf if grid_ends[1] else float(grid[inside[-1]]),
        )


def _edges(
    accepted: Callable[[Floats], Mask], *, outside: Floats, inside: Floats
) -> tuple[float, float]:
    """Find both ends at once, each between a value outside and one inside."""
    for _ in range(BISECTIONS):
        middle = (outside + inside) / 2
        fine = accepted(middle)
        outside, inside = np.where(fine, outside, middle), np.where(fine, middle, inside)
    return float(inside[0]), float(inside[1])


def breakdown(leaves_out: Callable[[float], bool]) -> float:
    """Return the largest value whose interval leaves out zero, to a thousandth; 0 or infinity where there is none."""
    if not leaves_out(0.0):
        return 0.0
    high = 1.0
    while leaves_out(high):
        high *= 2
        if high > WIDEST:
            return float(np.inf)
    low = 0.0 if high == 1.0 else high / 2
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if leaves_out(middle) else (low, middle)
    return low
