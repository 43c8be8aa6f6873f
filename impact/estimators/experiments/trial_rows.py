"""The rows that a comparison of arms uses: outcomes after treatment began, and each unit's mean before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.covariance.choice import Covariance
from impact.covariance.clusters import groups_of
from impact.covariance.small_sample import nested
from impact.data.panel import Panel
from impact.errors import MissingValueError, NotAvailableError, NotIdentifiedError, UsageError
from impact.estimators.experiments.adjusted_means import ArmRows
from impact.estimators.experiments.arms import Arms
from impact.estimators.selection.covariates import numbers_of

Rounds = Literal["mean", "pooled", "last"]


@dataclass(frozen=True)
class TrialRows:
    """Outcomes after the start.

    Attributes
    ----------
    unit : ndarray of int, (n,)
        Place of each row's unit in the panel.
    period : ndarray of int, (n,)
        Place of its period among the panel's; of averages, 0.
    y : ndarray, (n,)
    weight : ndarray, (n,)
        Ones where all weigh the same.
    baseline : ndarray, (N,)
        Mean outcome of each unit before the start; NaN where it was not observed then.
    before, after : ndarray of bool, (N, T)
        The observations that baselines and rows are made of.
    pooled : bool
        Whether each row is an observation; else the mean of a unit's.
    between : int
        Observations that are neither before the first cohort's start nor after the last one's.
    """

    unit: Integers
    period: Integers
    y: Floats
    weight: Floats
    baseline: Floats
    before: Mask
    after: Mask
    pooled: bool
    between: int

    @classmethod
    def of(cls, panel: Panel, *, start: Any, rounds: Rounds) -> "TrialRows":
        """Take the rows of a panel.

        Raises
        ------
        UsageError
            When several periods leave open which of them come after the start.
        NotIdentifiedError
            When no observation does, or the outcome is then the same for all.
        """
        first, last = starts(panel, start)
        seen = ~np.isnan(panel.wide)
        before, after = seen & (panel.times < first), seen & (panel.times >= last)
        between = int(seen.sum() - before.sum() - after.sum())
        if rounds == "last":
            after[:, :-1] = False
        _outcomes_differ(panel, after)
        unit, period = np.nonzero(after)
        if rounds != "pooled":
            unit = np.unique(unit)
            period = np.zeros(len(unit), dtype=np.int64)
        weight = panel.weight[unit]
        rows = cls(
            unit=unit,
            period=period,
            y=np.zeros(len(unit)),
            weight=np.ones(len(unit)) if np.ptp(weight) == 0 else weight,
            baseline=np.zeros(panel.n_units),
            before=before,
            after=after,
            pooled=rounds == "pooled",
            between=between,
        )
        return rows.with_outcome(np.nan_to_num(panel.wide))

    def with_outcome(self, wide: Floats) -> "TrialRows":
        """Return the same rows of another outcome, (N, T)."""
        y = wide[self.unit, self.period] if self.pooled else _means(wide, self.after)[self.unit]
        return replace(self, y=y, baseline=_means(wide, self.before))

    def where(self, rows: Mask) -> "TrialRows":
        """Return some of the rows."""
        held = {name: getattr(self, name)[rows] for name in ("unit", "period", "y", "weight")}
        return replace(self, **held)

    def for_arms(self, panel: Panel, arms: Arms) -> ArmRows:
        """Return the rows as they are compared; a unit is its own cluster unless the panel has others."""
        return ArmRows(self.y, arms.code[self.unit], self.weight, panel.cluster[self.unit])

    def groups(self, panel: Panel, choice: Covariance) -> tuple[Integers, ...]:
        """Return what a covariance groups the rows by, each (n,).

        Raises
        ------
        NotAvailableError
            When rows are units' averages, and a column of the choice varies within units.
        """
        if self.pooled:
            key = panel.unit_index * panel.n_periods + panel.time_index
            place = np.searchsorted(key, self.unit * panel.n_periods + self.period)
            return groups_of(panel, choice, place)
        every = groups_of(panel, choice, np.arange(len(panel.y)))
        if not all(nested(panel.unit_index, codes) for codes in every):
            raise NotAvailableError(
                f"{choice.name}: a row is the average of a unit; group by a column that does not vary within units, or take "
                "rounds='pooled'"
            )
        first = np.searchsorted(panel.unit_index, self.unit)
        return tuple(codes[first] for codes in every)


def _outcomes_differ(panel: Panel, after: Mask) -> None:
    outcomes = panel.wide[after]
    if not outcomes.size:
        raise NotIdentifiedError(
            f"{panel.outcome}: no observation from the start on; check start= and the cohort column"
        )
    if np.ptp(outcomes) == 0:
        raise NotIdentifiedError(
            f"{panel.outcome}: the same for all from the start on, so nothing says how far an estimate may be off; check the "
            "column"
        )


def starts(panel: Panel, start: Any) -> tuple[float, float]:
    """Return from when on somebody is treated, and from when on all of the treated are, as calendar numbers.

    Raises
    ------
    UsageError
        Without cohorts and ``start``, where there are several periods.
    """
    if start is not None:
        number = float(
            panel.time_axis.parse(pd.Series([start], name="start"), rows=np.array([1]))[0]
        )
        return number, number
    cohorts = panel.cohorts
    if len(cohorts):
        return float(cohorts[0]), float(cohorts[-1])
    if panel.n_periods > 1:
        raise UsageError(
            f"start: {panel.n_periods} periods and no cohort column do not say when treatment began; name the first period "
            "after it"
        )
    return float(panel.times[0]), float(panel.times[0])


def covariates_at_start(
    panel: Panel, rows: TrialRows, names: Sequence[str], *, start: Any
) -> Floats:
    """Return each row's covariates (n, p), as its unit was last seen before the start, or first after it.

    Raises
    ------
    UnknownNameError, UsageError
        As `numbers_of`.
    MissingValueError
    """
    before = panel.times[panel.time_index] < starts(panel, start)[0]
    order = np.arange(len(panel.y))
    place = np.full(panel.n_units, -1)
    place[panel.unit_index[::-1]] = order[::-1]  # each unit's first row is written last
    place[panel.unit_index[before]] = order[before]
    columns = np.column_stack([numbers_of(panel, name) for name in names])
    values = columns[place][rows.unit]
    for name, missing in zip(names, np.isnan(values).sum(axis=0), strict=True):
        if missing:
            raise MissingValueError(
                f"{name}: missing for {int(missing)} rows when their unit was last seen before the start; complete it, or "
                "leave these units out"
            )
    return np.asarray(values)


def _means(wide: Floats, observations: Mask) -> Floats:
    """Mean outcome (N, T) of each unit over some observations, (N,); NaN without any."""
    count = observations.sum(axis=1)
    total = np.where(observations, wide, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
