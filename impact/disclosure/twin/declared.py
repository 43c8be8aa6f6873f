"""What a twin is made of, declared to the gate; and a twin's ingredients as the gate's answer leaves them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.estimates import declare_weights
from impact.disclosure.figure import COMPUTED_AGAIN, HEADLINE, Place
from impact.disclosure.released import Released
from impact.disclosure.twin.asked import Asked, answers

PART = "kit"
PATHS, SIDES = ("sample", "paths"), ("treated", "comparison")
"""The table of a run that has the mean outcome of either group by period."""


@dataclass(frozen=True)
class Shown:
    """What a twin may be made of.

    Attributes
    ----------
    names : frozenset of str
        Numbers.
    means : ndarray, (2, T)
        Mean outcomes of those treated and those not, by period of the panel with all units; NaN where one is withheld.
    """

    names: frozenset[str]
    means: Floats

    @classmethod
    def of(cls, released: Released, panel: Panel, asked: Sequence[Asked]) -> Self:
        """Read the gate's answer to what `declare_twin` and the tables of a run declared of the same panel."""
        names = [
            one.name
            for one in asked
            if all(
                released.may_leave(_place_of(one.name, column))
                for column in ("estimate", "std_error")
            )
        ]
        times = panel.with_always_treated().times
        means = np.full((len(SIDES), len(times)), np.nan)
        treated = np.isfinite(panel.cohort)
        for side, units in enumerate((treated, ~treated)):
            for at, time in enumerate(panel.times):
                if released.may_leave(Place(*PATHS, str(at), SIDES[side])):
                    means[side, np.searchsorted(times, time)] = np.nanmean(panel.wide[units, at])
        return cls(frozenset(names), means)


def declare_twin(declaration: Declaration, panel: Panel, asked: Sequence[Asked]) -> None:
    """Declare every number that a twin would keep; the means that it is drawn around are those of the run's own tables."""
    answered, _ = answers(panel, asked)
    for rank, one in enumerate(answered):
        whole = one.panel.with_always_treated()
        place, importance = (
            _place_of(one.asked.name, "estimate"),
            COMPUTED_AGAIN if rank else HEADLINE,
        )
        declare_weights(
            declaration, whole, one.weights, one.value, place=place, importance=importance
        )


def _place_of(name: str, column: str) -> Place:
    return Place(PART, "numbers", name, column)
