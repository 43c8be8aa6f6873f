"""Hundreds of defensible specifications: how many agree, and would chance alone have made them agree as much?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.check_result import SMALL_P, CheckResult, Shown, pass_or_warn, text_of
from impact.data.panel import Panel
from impact.data.variation import units_change_alike
from impact.diagnostics.curve_statistics import CentredOutcomes
from impact.errors import EstimationError, NotAvailableError, NotIdentifiedError
from impact.estimators.alternatives import REGRESSIONS, Regression, weighed
from impact.estimators.weighted import Weigh, exchangeable_as_units
from impact.inference.assignments import assignments
from impact.inference.strata import permutation_strata
from impact.interval import TIE
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import Averaging, ControlGroup

Scale = Literal["level", "log1p", "rank"]
Adjustment = Literal["none", "strata"]

AT_ONCE = 64  # assignments held in memory together
MOST_NUMBERS = 8_000_000  # assignments x outcomes held together, for large panels
FAR = 1e100  # stands for an infinite t statistic, of which no median can be taken
DIMENSIONS = ("estimator", "controls", "window", "sample", "adjustment", "winsorise", "scale")


@dataclass(frozen=True, repr=False)
class SpecificationCurve(Shown):
    """Effects under every combination of choices, each against its own permutation distribution.

    Attributes
    ----------
    table : DataFrame
        One row a specification: the choices (``estimator, controls, window, sample, adjustment, winsorise, scale``),
        ``estimate`` (in the scale's unit), ``statistic`` (over its standard error) and ``p_value`` (permutation of the
        statistic).
    share_same_sign : float
        Share with the sign of the majority.
    share_significant : float
        Share with that sign and p of at most .05.
    joint_p_median, joint_p_significant : float
        Permutation p-values of the median statistic, and of the share that is significant in the majority's
        direction: how often would other firms have given as much.
    permutations : int
    """

    table: pd.DataFrame
    share_same_sign: float
    share_significant: float
    joint_p_median: float
    joint_p_significant: float
    permutations: int

    def summary(self) -> str:
        """Return how many specifications agree, and the median of each choice, as plain text."""
        kept = dimensions(self.table)
        medians = self.table.melt(["estimate", "statistic", "p_value"], kept, "choice", "value")
        grouped = medians.groupby(["choice", "value"], sort=False)[["statistic", "p_value"]]
        return (
            f"{len(self.table):,} specifications, {self.permutations:,} permutations\n"
            f"Same sign: {self.share_same_sign:.0%}; beyond chance one by one: {self.share_significant:.0%}; "
            f"joint p of the median: {self.joint_p_median:.3f}\n\n{text_of(grouped.median().reset_index())}"
        )

    def check(self) -> CheckResult:
        """Pass when nine in ten specifications agree in sign and the median one is beyond chance."""
        fine = self.share_same_sign >= MOST and self.joint_p_median <= SMALL_P
        return CheckResult(
            "specification_curve",
            pass_or_warn(fine),
            f"same_sign:{self.share_same_sign:.3f}",
            statistic=float(self.table["statistic"].median()),
            p_value=self.joint_p_median,
        )


MOST = 0.9  # of the specifications that should agree in sign


@dataclass(frozen=True)
class Choices:
    """What is varied, one value a specification.

    Attributes
    ----------
    windows : tuple of int or None
        Periods kept before the first cohort's treatment; None for all.
    winsorise : tuple of float
        Shares at which outcomes are capped within a period; 0 for none.
    scales : tuple of {"level", "log1p", "rank"}
        ``rank`` is the share of units below in the period.
    adjustments : tuple of {"none", "strata"}
        ``strata`` takes the untreated units' mean by stratum and period out.
    """

    averages: tuple[Averaging, ...] = ("cells", "cohort", "event_time")
    controls: tuple[ControlGroup, ...] = ("not_yet_treated", "never_treated")
    regressions: tuple[Regression, ...] = REGRESSIONS
    windows: tuple[int | None, ...] = (None, 8, 4)
    samples: tuple[str, ...] = ("all", "complete")
    adjustments: tuple[Adjustment, ...] = ("none", "strata")
    winsorise: tuple[float, ...] = (0.0, 0.99, 0.95)
    scales: tuple[Scale, ...] = ("level", "log1p", "rank")


@one_thread()
def specification_curve(
    panel: Panel,
    *,
    choices: Choices | None = None,
    permutations: int = 199,
    seed: int = 2012,
) -> SpecificationCurve:
    """Estimate every combination of choices, for the actual and for permuted assignments of cohorts to firms.

    Parameters
    ----------
    panel : Panel
        Raw outcome (winsorising is one of the choices), units as clusters.
    choices : Choices, optional
    permutations : int
    seed : int

    Raises
    ------
    NotAvailableError
        With clusters above the unit, or weights that differ.
    NotIdentifiedError
        When no specification can be estimated.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, on curves and their joint tests.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> curve = impact.specification_curve(panel, permutations=19)
    >>> len(curve.table), curve.share_same_sign
    (112, 1.0)
    >>> curve.check().status
    'pass'
    """
    if not exchangeable_as_units(panel):
        raise NotAvailableError(
            "the specification curve needs units of equal weight that are the clusters; leave out cluster= and weight="
        )
    choices = choices or Choices()
    if (panel.y < 0).any():
        choices = replace(choices, scales=tuple(s for s in choices.scales if s != "log1p"))
    labels = np.searchsorted(np.append(panel.cohorts, np.inf), panel.cohort).astype(np.int64)
    drawn = assignments(
        labels,
        permutation_strata(panel),
        draws=permutations,
        generator=stream(seed, "specification_permutations"),
        most=0,
    )
    every = np.concatenate([labels[None], drawn.labels])
    rows, effects = [], []
    for sample in _samples(panel, choices):
        for row, effect in sample.effects(every, choices):
            rows += row
            effects.append(effect)
    effect, error = np.concatenate(effects, axis=1)
    known = np.isfinite(effect[:, 0]) & (error[:, 0] > 0)
    if not known.any() or units_change_alike(panel):
        raise NotIdentifiedError(
            f"{panel.outcome}: no specification has an effect and an error; check the column"
        )
    table = pd.DataFrame([row for row, kept in zip(rows, known, strict=True) if kept])
    with np.errstate(divide="ignore", invalid="ignore"):  # an assignment may leave no error
        statistics = effect[known] / error[known]
    return summarised(table.assign(estimate=effect[known, 0]), statistics)


def summarised(table: pd.DataFrame, statistics: Floats) -> SpecificationCurve:
    """Judge specifications by their permuted t statistics.

    Parameters
    ----------
    table : DataFrame
        The choices and the ``estimate``, one row a specification.
    statistics : ndarray, (S, 1 + P)
        The actual t statistic, then the permuted ones; NaN where an assignment gives none, infinite without an error.
    """
    standard = np.nan_to_num(statistics, posinf=FAR, neginf=-FAR)
    size = np.abs(standard)
    # each assignment's rank among all, the actual one included: the same p-value for each in its turn
    order = np.sort(size, axis=1)
    count = size.shape[1]
    p_values = np.stack(
        [
            (count - np.searchsorted(row, own * (1 - TIE), side="left")) / count
            for row, own in zip(order, size, strict=True)
        ]
    )
    median = np.median(standard, axis=0)
    direction = np.where(median >= 0, 1, -1)
    significant = ((p_values <= SMALL_P) & (standard * direction > 0)).mean(axis=0)
    estimate = table["estimate"].to_numpy()
    sign = 1 if (estimate > 0).mean() >= 0.5 else -1
    agree = estimate * sign > 0
    return SpecificationCurve(
        table=table.assign(statistic=standard[:, 0], p_value=p_values[:, 0]).reset_index(drop=True),
        share_same_sign=float(agree.mean()),
        share_significant=float(((p_values[:, 0] <= SMALL_P) & agree).mean()),
        joint_p_median=_at_least(np.abs(median)),
        joint_p_significant=_at_least(significant),
        permutations=count - 1,
    )


def _at_least(statistic: Floats) -> float:
    """Share of assignments, the actual one first, with a statistic as large as the actual one's."""
    return float((statistic >= statistic[0] * (1 - TIE)).mean())


def _samples(panel: Panel, choices: Choices) -> Iterator["_Sample"]:
    for window in choices.windows:
        first = panel.cohorts[0] - window if window is not None else panel.times[0]
        periods = np.flatnonzero(panel.times >= first)
        if window is not None and periods[0] == 0:
            continue  # as long as the whole
        complete = ~np.isnan(panel.wide[:, periods]).any(axis=1)
        for sample in choices.samples:
            units = complete if sample == "complete" else np.ones(panel.n_units, dtype=bool)
            if sample == "complete" and (
                complete.all() or not np.isfinite(panel.cohort[units]).any()
            ):
                continue
            yield _Sample(panel, window, sample, periods, np.flatnonzero(units))


@dataclass(frozen=True)
class _Sample:
    """One window and set of units: what all its specifications share."""

    panel: Panel
    window: int | None
    sample: str
    periods: Integers
    units: Integers

    @cached_property
    def part(self) -> Panel:
        rows = np.isin(self.panel.time_index, self.periods) & np.isin(
            self.panel.unit_index, self.units
        )
        return self.panel.where(rows, reason="outside_the_window_or_incomplete")

    @cached_property
    def seen(self) -> Mask:
        return ~np.isnan(self.part.wide)

    def effects(
        self, labels: Integers, choices: Choices
    ) -> Iterator[tuple[list[dict[str, Any]], Floats]]:
        """Yield choices, and effects with standard errors (2, S, P), one estimator and adjustment at a time."""
        names, outcomes = self._outcomes(choices)
        kept = np.isin(self.panel.units, self.part.units)
        width = max(1, min(AT_ONCE, MOST_NUMBERS // outcomes.size))
        blocks = range(0, len(labels), width)
        estimators = self._estimators(choices)
        found: dict[tuple[int, Adjustment], list[Floats]] = {}
        for start in blocks:
            some = labels[start : start + width, kept]
            adjustments = self._adjustments(choices)
            centred = self._centred(adjustments, some, outcomes)
            for place, (_, _, weigh) in enumerate(estimators):
                try:
                    weights = weigh(some)
                except EstimationError:
                    continue
                each = centred.statistics(weights)
                for adjustment, statistics in zip(adjustments, each, strict=True):
                    found.setdefault((place, adjustment), []).append(statistics)
        for (place, adjustment), parts in found.items():
            if len(parts) == len(blocks):  # else refused under one of the assignments
                row = self._row(*estimators[place][:2], adjustment)
                yield [{**row, **name} for name in names], np.concatenate(parts, axis=2)

    def _row(self, estimator: str, controls: str, adjustment: Adjustment) -> dict[str, Any]:
        return {
            "estimator": estimator,
            "controls": controls,
            "window": -1 if self.window is None else self.window,
            "sample": self.sample,
            "adjustment": adjustment,
        }

    def _estimators(self, choices: Choices) -> list[tuple[str, str, Weigh]]:
        return list(
            weighed(
                self.part,
                cohorts=self.panel.cohorts,  # labels are places among these, whoever is left here
                averages=choices.averages,
                controls=choices.controls,
                regressions=choices.regressions,
            )
        )

    def _adjustments(self, choices: Choices) -> list[Adjustment]:
        one_stratum = len(np.unique(self.part.stratum)) < 2
        return [name for name in choices.adjustments if name == "none" or not one_stratum]

    def _centred(
        self, adjustments: list[Adjustment], labels: Integers, outcomes: Floats
    ) -> CentredOutcomes:
        """Outcomes (N, S, T) under assignments (P, N), and what each adjustment takes out of them."""
        never = labels == len(self.panel.cohorts)
        return CentredOutcomes.of(
            labels,
            outcomes,
            self.seen,
            stratum=self.part.stratum,
            less_strata=[None if name == "none" else never for name in adjustments],
        )

    def _outcomes(self, choices: Choices) -> tuple[list[dict[str, Any]], Floats]:
        """Variants of the outcome (N, S, T), zero where not observed; ranks do not depend on the cap."""
        names, variants = [], []
        wide = self.part.wide
        for scale in choices.scales:
            for share in choices.winsorise if scale != "rank" else (0.0,):
                capped = np.minimum(wide, np.nanquantile(wide, share, axis=0)) if share else wide
                names.append({"winsorise": share, "scale": scale})
                variants.append(np.nan_to_num(scaled(capped, scale)))
        return names, np.stack(variants, axis=1)


def scaled(wide: Floats, scale: Scale) -> Floats:
    """Return outcomes (N, T) on a scale; ranks are within periods."""
    if scale == "level":
        return wide
    if scale == "log1p":
        return np.asarray(np.log1p(wide))
    ranks = pd.DataFrame(wide).rank(method="average")
    return np.asarray(ranks / (ranks.count() + 1), dtype=float)


def dimensions(table: pd.DataFrame) -> Sequence[str]:
    """Return the choices that vary in a curve's table, in the order they are shown."""
    return [name for name in DIMENSIONS if len(table[name].unique()) > 1]
