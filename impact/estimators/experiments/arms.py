"""Who was assigned to which arm, and which arms are compared."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import (
    MissingValueError,
    NoComparisonError,
    UnknownNameError,
    UsageError,
    VaryingCohortError,
)
from impact.terms import nearest

OF_COHORTS = ("control", "treated")


@dataclass(frozen=True)
class Arms:
    """The arm of each unit.

    Attributes
    ----------
    code : ndarray of int, (N,)
        Places among the labels.
    labels : tuple of str
        The A arms, the control first.
    of_column : bool
        Whether a column says who was assigned to what; else who is ever treated says it.
    """

    code: Integers
    labels: tuple[str, ...]
    of_column: bool

    @classmethod
    def of(cls, panel: Panel, *, arm: str | None, control: Any) -> "Arms":
        """Read the arms from a covariate that is constant within units, or from the cohorts where none is named.

        Raises
        ------
        UnknownNameError
            When the column is none of the panel's covariates.
        UsageError
            Without the name of the control arm.
        MissingValueError, VaryingCohortError
            When a unit's arm is missing or changes.
        NoComparisonError
            Without a unit in the control arm, or outside it.
        """
        if arm is None:
            made = cls(np.isfinite(panel.cohort).astype(np.int64), OF_COHORTS, of_column=False)
        else:
            made = cls._of_column(panel, arm, control)
        if len(np.unique(made.code)) < len(made.labels) or len(made.labels) < 2:
            name = arm or panel.names["cohort"] or "cohort"
            raise NoComparisonError(
                f"{name}: all units are in one arm; a comparison needs units of the control arm and of another"
            )
        return made

    @classmethod
    def _of_column(cls, panel: Panel, arm: str, control: Any) -> "Arms":
        if arm not in panel.covariates:
            known = [str(column) for column in panel.covariates.columns]
            raise UnknownNameError(
                f"{arm}: not among the panel's covariates; {nearest(arm, known)}pass it to Panel.from_frame(covariates=...)"
            )
        if control is None:
            raise UsageError(
                f"control: say which arm of {arm} is the control, as it is written in that column"
            )
        codes, values = pd.factorize(panel.covariates[arm], sort=True)
        if (codes < 0).any():
            raise MissingValueError(
                f"{arm}: missing in {int((codes < 0).sum())} observations; every unit was assigned to an arm"
            )
        of_unit = np.empty(panel.n_units, dtype=np.int64)
        of_unit[panel.unit_index] = codes
        varying = of_unit[panel.unit_index] != codes
        if varying.any():
            raise VaryingCohortError(
                f"{arm}: changes within {len(np.unique(panel.unit_index[varying]))} units; the arm is what a unit was assigned "
                "to at the start, whatever it did later"
            )
        is_control = np.array([same(value, control) for value in values])
        if not is_control.any():
            raise NoComparisonError(
                f"{arm}: no unit is in the control arm that control= names; write it as it stands in the column"
            )
        order = np.argsort(~is_control, kind="stable")
        labels = tuple(written(values[place]) for place in order)
        return cls(np.argsort(order)[of_unit].astype(np.int64), labels, of_column=True)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The comparisons: every arm with the control, then the arms with each other."""
        n_arms = len(self.labels)
        return tuple((arm, other) for other in range(n_arms) for arm in range(other + 1, n_arms))

    @property
    def terms(self) -> list[str]:
        """Names of the comparisons."""
        if not self.of_column:
            return [OF_COHORTS[1]]
        return [f"{self.labels[arm]} vs {self.labels[other]}" for arm, other in self.pairs]

    @property
    def contrasts(self) -> Floats:
        """The comparisons as combinations of the arms' means, (m, A)."""
        means = np.eye(len(self.labels))
        return np.array([means[arm] - means[other] for arm, other in self.pairs])

    def counts(self, units: Mask) -> Integers:
        """Units of each arm among those marked, (A,)."""
        return np.bincount(self.code[units], minlength=len(self.labels)).astype(np.int64)


def same(value: Any, control: Any) -> bool:
    """Whether a label of the column is the control's, as a number or as written."""
    return bool(value == control) or written(value) == str(control)


def written(value: Any) -> str:
    """Write an arm's label; whole numbers without decimals."""
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)
