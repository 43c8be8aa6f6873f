"""What a twin is made of, declared to the gate; and a twin's ingredients as the gate's answer leaves them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from impact.arrays import Mask
from impact.data.panel import Panel
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.estimates import declare_weights
from impact.disclosure.figure import Place
from impact.disclosure.released import Released
from impact.disclosure.twin.asked import Answered, Asked, answers
from impact.disclosure.twin.groups import Grouped
from impact.terms import SMALLEST_SHOWN

PART = "kit"
HEADLINE, NUMBER, MEAN = (
    0,
    2,
    3,
)  # importance: a twin can do without means, so they give way to numbers


@dataclass(frozen=True)
class Shown:
    """What a twin may be made of.

    Attributes
    ----------
    names : frozenset of str
        Numbers.
    means : ndarray of bool, (Q, T)
        Mean outcomes of groups by period.
    """

    names: frozenset[str]
    means: Mask

    @classmethod
    def of(
        cls,
        released: Released,
        panel: Panel,
        asked: Sequence[Asked],
        *,
        fewest: int = SMALLEST_SHOWN,
    ) -> Self:
        """Read the gate's answer to what `declare_twin` declared of the same panel."""
        grouped = Grouped.of(panel.with_always_treated(), fewest=fewest)
        means = np.zeros(
            (int(grouped.group.max()) + 1, panel.with_always_treated().n_periods), dtype=bool
        )
        for group, period in np.ndindex(means.shape):
            means[group, period] = released.may_leave(_place_of_mean(group, period))
        names = [
            one.name
            for one in asked
            if all(
                released.may_leave(_place_of(one.name, column))
                for column in ("estimate", "std_error")
            )
        ]
        return cls(frozenset(names), means)


def declare_twin(
    declaration: Declaration,
    panel: Panel,
    asked: Sequence[Asked],
    *,
    fewest: int = SMALLEST_SHOWN,
) -> None:
    """Declare every number that a twin would keep, and the mean of every group and period that it would be drawn around."""
    answered, _ = answers(panel, asked)
    for rank, one in enumerate(answered):
        _declare(declaration, one, NUMBER if rank else HEADLINE)
    whole = panel.with_always_treated()
    grouped = Grouped.of(whole, fewest=fewest)
    outcome = np.nan_to_num(whole.wide)
    for group in range(int(grouped.group.max()) + 1):
        for period in range(whole.n_periods):
            units = (grouped.group == group) & grouped.seen[:, period]
            if not units.any():
                continue
            weights = np.zeros(outcome.shape)
            weights[units, period] = 1 / units.sum()
            value = float((weights * outcome).sum())
            place = _place_of_mean(group, period)
            declare_weights(declaration, whole, weights, value, place=place, importance=MEAN)


def _declare(declaration: Declaration, one: Answered, importance: int) -> None:
    whole = one.panel.with_always_treated()
    place = _place_of(one.asked.name, "estimate")
    declare_weights(declaration, whole, one.weights, one.value, place=place, importance=importance)


def _place_of(name: str, column: str) -> Place:
    return Place(PART, "numbers", name, column)


def _place_of_mean(group: int, period: int) -> Place:
    return replace(Place(PART, "means"), row=str(group), column=str(period))
