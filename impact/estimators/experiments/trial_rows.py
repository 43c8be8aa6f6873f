"""The rows that a comparison of arms uses: outcomes after treatment began, and each unit's mean before."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimators.experiments.adjusted_means import ArmRows
from impact.estimators.experiments.arms import Arms

Rounds = Literal["mean", "pooled", "last"]


@dataclass(frozen=True)
class TrialRows:
    """Outcomes after the start.

    Attributes
    ----------
    unit : ndarray of int, (n,)
        Place of each row's unit in the panel.
    round : ndarray of int, (n,)
        Which round after the start it is, from 0 without holes; all 0 where a unit has one row.
    y : ndarray, (n,)
    weight : ndarray, (n,)
        Ones where all weigh the same.
    baseline : ndarray, (N,)
        Mean outcome of each unit before the start; NaN where it was not observed then.
    between : int
        Observations that are neither before the first cohort's start nor after the last one's.
    """

    unit: Integers
    round: Integers
    y: Floats
    weight: Floats
    baseline: Floats
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
        time = panel.times[panel.time_index]
        before, after = time < first, time >= last
        if rounds == "last":
            after &= panel.time_index == panel.n_periods - 1
        if not after.any():
            raise NotIdentifiedError(
                f"{panel.outcome}: no observation from the start on; check start= and the cohort column"
            )
        if np.ptp(panel.y[after]) == 0:
            raise NotIdentifiedError(
                f"{panel.outcome}: the same for all from the start on, so nothing says how far an estimate may be off; check "
                "the column"
            )
        unit, y = panel.unit_index[after], panel.y[after]
        place = np.unique(panel.time_index[after], return_inverse=True)[1].astype(np.int64)
        if rounds != "pooled":
            unit, y = np.unique(unit), _unit_means(panel, after)[np.unique(unit)]
            place = np.zeros(len(unit), dtype=np.int64)
        weight = panel.weight[unit]
        alike = np.ptp(weight) == 0
        return cls(
            unit=unit,
            round=place,
            y=y,
            weight=np.ones(len(unit)) if alike else weight,
            baseline=_unit_means(panel, before),
            between=int((~(time < first) & ~(time >= last)).sum()),
        )

    def where(self, rows: Mask) -> "TrialRows":
        """Return some of the rows."""
        return TrialRows(
            self.unit[rows],
            np.unique(self.round[rows], return_inverse=True)[1].astype(np.int64),
            self.y[rows],
            self.weight[rows],
            self.baseline,
            self.between,
        )

    def for_arms(self, panel: Panel, arms: Arms) -> ArmRows:
        """Return the rows as they are compared; a unit is its own cluster unless the panel has others."""
        return ArmRows(self.y, arms.code[self.unit], self.weight, panel.cluster[self.unit])


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


def _unit_means(panel: Panel, rows: Mask) -> Floats:
    """Mean outcome of each unit over some observations, (N,); NaN without any."""
    count = np.bincount(panel.unit_index[rows], minlength=panel.n_units)
    total = np.bincount(panel.unit_index[rows], weights=panel.y[rows], minlength=panel.n_units)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
