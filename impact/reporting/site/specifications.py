"""The specifications of a run in the order of their t statistic, each as the places of its choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from impact.check_result import SMALL_P
from impact.diagnostics.specification_curve import SpecificationCurve, dimensions
from impact.evaluation.plan import Plan

MAIN = "callaway_santanna_cells"  # the headline's estimator, as specifications name it; of a lot it is the first


@dataclass(frozen=True)
class Dimension:
    """A choice to be made: its name, and the values that were computed."""

    name: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Specification:
    """One combination of choices.

    Attributes
    ----------
    choices : tuple of int
        Place of its value in each dimension.
    estimate : float
        In the unit of its scale.
    statistic, p_value : float
    """

    choices: tuple[int, ...]
    estimate: float
    statistic: float
    p_value: float

    @property
    def beyond_chance(self) -> bool:
        """Whether other assignments give a statistic of this size at most one time in twenty."""
        return self.p_value <= SMALL_P


@dataclass(frozen=True)
class Specifications:
    """All that an explorer shows; numbers of a run, no microdata."""

    curve: SpecificationCurve
    plan: Plan

    @cached_property
    def table(self) -> pd.DataFrame:
        """The curve's table, by t statistic."""
        return self.curve.table.sort_values("statistic", kind="stable", ignore_index=True)

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The choices that vary, their values in the order in which they were computed."""
        return tuple(
            Dimension(name, tuple(self.curve.table[name].unique()))
            for name in dimensions(self.table)
        )

    @cached_property
    def rows(self) -> tuple[Specification, ...]:
        """Every specification, the lowest t statistic first."""
        places = [
            self.table[one.name]
            .map({value: at for at, value in enumerate(one.values)})
            .astype(int)
            .tolist()
            for one in self.dimensions
        ]
        numbers = zip(
            *(self.table[name] for name in ("estimate", "statistic", "p_value")), strict=True
        )
        return tuple(
            Specification(tuple(own[at] for own in places), *map(float, three))
            for at, three in enumerate(numbers)
        )

    @cached_property
    def own(self) -> int | None:
        """Place of the plan's own choice; None where it was not computed."""
        table = self.table
        names = self.curve.table["estimator"]
        wanted = {
            "estimator": MAIN if (names == MAIN).any() else names.iloc[0],
            "controls": self.plan.comparison_group if (names == MAIN).any() else "all",
            "window": -1,
            "sample": "all",
            "adjustment": "none",
            "winsorise": self.plan.winsorise,
            "scale": "level",
        }
        fits = pd.Series(data=True, index=table.index)
        for name, value in wanted.items():
            fits &= table[name] == value
        found: Sequence[int] = table.index[fits].tolist()
        return found[0] if len(found) == 1 else None
