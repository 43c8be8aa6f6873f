"""What an inference works on: one number of one design, and how its units were or may be assigned.

An inference is a frozen dataclass with a ``code`` and ``intervals``; from these a base class makes the two ways it is
asked: ``of(panel, estimator)`` and, through `Estimate.under`, ``on(estimate)``.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.data.variation import units_change_alike
from impact.errors import EstimationError, NotAvailableError
from impact.estimate import Estimate
from impact.estimators.many import AnyEstimator, Many, UnitEffects, clusters_are_units
from impact.estimators.many_of import many, many_of
from impact.inference.exchange import Exchange
from impact.inference.strata import sizes_of
from impact.inference.treatment_groups import group_codes
from impact.interval import Interval, Refused
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL

SEED = 2012  # of what an inference draws, unless it carries its own


@dataclass(frozen=True)
class Intervals:
    """Intervals of S estimates: from ``low`` to ``high``, (S,), and the p-values (S,) of no effect that go with them."""

    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats

    @classmethod
    def of_t(cls, estimate: Floats, std_error: Floats, df: float, level: float) -> "Intervals":
        """Symmetric intervals from standard errors; without degrees of freedom they are unbounded."""
        from scipy.special import ndtr, stdtr

        if df <= 0:
            nothing = np.full(len(estimate), np.inf)
            return cls(estimate, std_error, -nothing, nothing, np.ones(len(estimate)))
        width = quantile((1 + level) / 2, df) * std_error
        statistic = -np.abs(estimate) / np.maximum(std_error, np.finfo(float).tiny)
        p = 2 * (ndtr(statistic) if np.isinf(df) else stdtr(df, statistic))
        return cls(estimate, std_error, estimate - width, estimate + width, p)


@dataclass(frozen=True)
class Situation:
    """One number and its design.

    Attributes
    ----------
    many : Many
    exchange : Exchange
    group : ndarray of int, (N,)
        Group through which each treated unit was treated (its cohort without groups); -1 for none.
    level : float
    size_level : ndarray, (N,)
        Added to the size of each unit that outcomes show: of simulated outcomes, which are deviations.
    """

    many: Many
    exchange: Exchange
    group: Integers
    level: float = CONFIDENCE_LEVEL
    size_level: Floats = field(default_factory=lambda: np.zeros(1))

    @classmethod
    def of(
        cls, asked: Many, *, group: pd.Series | None = None, level: float = CONFIDENCE_LEVEL
    ) -> "Situation":
        """Take the design from the panel of what answers.

        Raises
        ------
        NotAvailableError
            When a cluster has units of several cohorts, or all units change alike.
        """
        needs_variation(asked.panel)
        exchange = Exchange.of(asked.panel, asked.labels)
        return cls(asked, exchange, group_codes(asked.panel, group), level)

    @property
    def panel(self) -> Panel:
        """The panel."""
        return self.many.panel

    @cached_property
    def outcomes(self) -> Floats:
        """The panel's own outcome as (N, 1, T), zero where not observed."""
        return np.nan_to_num(self.panel.wide)[:, None, :]

    @property
    def n_treated(self) -> int:
        """Treated units of assignment."""
        return int((self.exchange.labels < len(self.many.cohorts) - 1).sum())

    def sizes(self, outcomes: Floats) -> Floats:
        """Return the mean outcome before any treatment of each unit, or of its cluster's units: (N, S)."""
        size = self.size_level[:, None] + sizes_of(self.panel, outcomes)
        if clusters_are_units(self.panel):
            return np.asarray(size)
        count = np.bincount(self.panel.cluster)
        total = np.zeros((len(count), size.shape[1]))
        np.add.at(total, self.panel.cluster, size)
        return np.asarray((total / count[:, None])[self.panel.cluster])

    def effects(self, outcomes: Floats) -> UnitEffects:
        """Return what each treated unit of assignment contributes to the number."""
        units = self.many.unit_effects(outcomes)
        return units if clusters_are_units(self.panel) else _of_clusters(units, self.panel)


def _of_clusters(units: UnitEffects, panel: Panel) -> UnitEffects:
    """Put units' contributions together by cluster; each cluster stands under the place of its first unit."""
    treated, of_treated = np.unique(panel.cluster[units.treated], return_inverse=True)
    never, of_never = np.unique(panel.cluster[units.never], return_inverse=True)
    weight = np.bincount(of_treated, weights=units.weight).astype(float)
    effect = np.zeros((len(treated), units.effect.shape[1]))
    np.add.at(effect, of_treated, units.weight[:, None] * np.nan_to_num(units.effect))
    member = (of_never == np.arange(len(never))[:, None]).astype(float)
    known = ~np.isnan(units.placebo)
    total, count = member @ np.nan_to_num(units.placebo), member @ known.astype(float)
    first = np.unique(panel.cluster, return_index=True)[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return UnitEffects(
            effect / weight[:, None], weight, total / count, first[treated], first[never]
        )


class Answering(Protocol):
    """What works with any estimator and any check: an inference of one number."""

    @property
    def code(self) -> str:
        """Its word in tables and sentences."""

    def of(self, panel: Panel, estimator: AnyEstimator) -> Interval | Refused:
        """Answer for an estimator's overall number on a panel."""

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """Answer for S outcomes (N, S, T) at once.

        Raises
        ------
        EstimationError
            When the design gives it nothing to go by.
        """


class OneNumber:
    """Base of inferences of one number: what is asked of a panel or of an estimate is asked of `Many`."""

    code: ClassVar[str]
    level: float | None

    @one_thread()
    def of(self, panel: Panel, estimator: AnyEstimator) -> Interval | Refused:
        """Answer for an estimator's overall number on a panel, or say why not."""
        try:
            return self.answer(many(panel, estimator), level=level_of(self.level, estimator))
        except EstimationError as problem:
            return Refused.of(self.code, problem)

    @one_thread()
    def on(self, estimate: Estimate) -> Interval | Refused:
        """Answer for an estimate of one number, or say why not."""
        if len(estimate.values) != 1:
            return Refused(
                self.code,
                f"{len(estimate.values)} parameters, and this answers for one; aggregate(by='overall') or select([...]) first",
            )
        _ = estimate.origin.panel  # refuses estimates without one, whoever asks
        try:
            return self.answer(many_of(estimate.origin), level=self.level or estimate.level)
        except EstimationError as problem:
            return Refused.of(self.code, problem)

    def answer(self, asked: Many, *, level: float) -> Interval:
        """Answer for one number.

        Raises
        ------
        EstimationError
            When the design gives it nothing to go by.
        """
        situation = Situation.of(asked, level=level)
        found = self.intervals(
            situation, situation.outcomes, stream(getattr(self, "seed", SEED), "stand_ins")
        )
        return one_of_many(self.code, found, level=level)

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`."""
        raise NotImplementedError


def level_of(asked: float | None, estimator: AnyEstimator | None) -> float:
    """Return the level asked for, or the estimator's own."""
    own: float = getattr(estimator, "level", CONFIDENCE_LEVEL)
    return own if asked is None else asked


def one_of_many(code: str, found: Intervals, *, level: float) -> Interval:
    """Return the first of several intervals."""
    estimate, error, low, high, p = (
        float(getattr(found, name)[0])
        for name in ("estimate", "std_error", "low", "high", "p_value")
    )
    return Interval(
        inference=code,
        estimate=estimate,
        std_error=error,
        conf_low=low,
        conf_high=high,
        p_value=p,
        level=level,
    )


def needs_variation(panel: Panel) -> None:
    """Refuse outcomes that change alike for all units: there is no spread to judge an effect by.

    Raises
    ------
    NotAvailableError
    """
    needs(
        not units_change_alike(panel),
        f"{panel.outcome}: constant, or changing alike for all units in every period, so nothing says how far an estimate "
        "may be off; check the column",
    )


def needs(condition: bool, what: str) -> None:  # noqa: FBT001 (the condition itself)
    """Refuse when an inference has nothing to go by.

    Raises
    ------
    NotAvailableError
    """
    if not condition:
        raise NotAvailableError(what)
