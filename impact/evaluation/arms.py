"""The arms of a lot: what a plan says of them, and which unit was drawn to which."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from impact.arrays import Integers, Mask
from impact.data.panel import Panel
from impact.data.strict import Words
from impact.errors import NoComparisonError, PlanError
from impact.estimators.experiments.arms import Arms, written

Text = Annotated[str, Field(min_length=1, max_length=1000)]
FEWEST = 2  # units (or clusters) of an arm: with one nothing says how far its mean may be off


class PlannedArms(BaseModel):
    """Several arms of a lot, each compared with the control and with each other."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )

    column: Text
    """column of the arm that each unit was drawn to, constant within it"""
    control: Text
    """the control arm, as it stands in that column; a number in quotes"""
    labels: dict[Text, Words] = Field(default_factory=dict)
    """`{arm: {en: ..., fr: ...}}`: names of the arms; the first that is not the control is page one's"""


@dataclass(frozen=True)
class DrawnArms:
    """Which unit was drawn to which arm.

    Attributes
    ----------
    labels : tuple of str
        The arms as written in the column: the control, then in the plan's order, the others in their own.
    code : ndarray of int, (N,)
        Place of each unit's arm among them, of the panel that has all arms.
    start : float
        When all of them but the control start.
    """

    labels: tuple[str, ...]
    code: Integers
    start: float

    @classmethod
    def of(cls, planned: PlannedArms, panel: Panel) -> "DrawnArms":
        """Read the arms of a panel of all units, whose covariates have the column.

        Raises
        ------
        DataError
            As `Arms.of`: a missing arm, one that varies within a unit, no control.
        NoComparisonError
            When an arm has fewer than two units or clusters, or no unit of the control in any of its strata.
        PlanError
            When arms and starts contradict each other, or a label is none of the arms.
        """
        found = Arms.of(panel, arm=planned.column, control=planned.control)
        unknown = [name for name in planned.labels if name not in found.labels]
        if unknown:
            raise PlanError(
                f"arms.labels: {len(unknown)} of the names are no arm of {planned.column}; write them as it has them"
            )
        named = [name for name in planned.labels if name != found.labels[0]]
        order = (
            found.labels[0],
            *named,
            *(name for name in found.labels[1:] if name not in named),
        )
        code = np.array([order.index(name) for name in found.labels], dtype=np.int64)[found.code]
        _enough(planned.column, panel, code)
        return cls(order, code, _one_start(planned.column, panel, code))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The comparisons: every arm with the control, then the arms with each other."""
        return tuple(
            (arm, other)
            for place, other in enumerate(self.labels)
            for arm in self.labels[place + 1 :]
        )

    def compared(self, panel: Panel, arm: str, other: str) -> Panel:
        """Return the panel of two arms, the first of them as treated and the other as the comparison.

        Raises
        ------
        NoComparisonError
            When one of them is not seen with this outcome.
        """
        if not {arm, other} <= set(self.labels):
            raise NoComparisonError(
                f"arms: {panel.outcome} was not observed in one of the arms; leave the outcome out of the plan"
            )
        own = self.code == self.labels.index(arm)
        kept = own | (self.code == self.labels.index(other))
        starts = np.where(own, self.start, np.inf)
        return panel.with_cohort(starts).subset(kept, reason="in_another_arm")


def rows_of_arms(column: "pd.Series[object]", arms: tuple[str, ...]) -> Mask:
    """Mark the rows (n,) of some arms, written as they are; rows without an arm stay out."""
    codes, values = pd.factorize(column)
    wanted = [place for place, value in enumerate(values) if written(value) in arms]
    return np.isin(codes, wanted)


def _enough(column: str, panel: Panel, code: Integers) -> None:
    """Refuse an arm without spread, and one that has no control within its strata."""
    cells = np.unique(np.column_stack([code, panel.cluster]), axis=0)
    few = int((np.bincount(cells[:, 0]) < FEWEST).sum())
    if few:
        raise NoComparisonError(
            f"arms: {few} arms of {column} have fewer than two units (or clusters) with an outcome, so nothing says how far "
            "their means may be off; join arms, or leave these units out of the data"
        )
    beside_control = np.isin(panel.stratum, panel.stratum[code == 0])
    alone = [arm for arm in range(1, int(code.max()) + 1) if not beside_control[code == arm].any()]
    if alone:
        raise NoComparisonError(
            f"arms: {len(alone)} arms of {column} have no unit of the control in any of their strata; join strata, or leave "
            "strata out of the plan"
        )


def _one_start(column: str, panel: Panel, code: Integers) -> float:
    """Return the period in which all arms but the control start."""
    if np.isfinite(panel.cohort[code == 0]).any():
        raise PlanError(
            f"arms: units of the control arm of {column} have a start; leave their cohort empty, or correct the arm"
        )
    starts = np.unique(panel.cohort[code > 0])
    if len(starts) != 1 or not np.isfinite(starts).all():
        raise PlanError(
            f"arms: the arms of {column} start in {len(starts)} periods, or some of their units never; arms are compared from "
            "one start on, so give every unit outside the control the period in which its arm began, whether it came or not"
        )
    return float(starts[0])
