"""What the gate asks of everything that leaves together, and the codes of why something may not."""

from dataclasses import dataclass
from typing import Literal

from impact.terms import PAST_DIRECTIONS, SMALLEST_SHOWN, direction_budget

Reason = Literal[
    "few_units",
    "dominated",
    "all_zero",
    "few_beyond",
    "solved",
    "solved_with_earlier",
    "nearly_solved",
    "directions",
    "beside_withheld",
    "undeclared",
]
"""Why a figure may not leave.

``few_units``: it rests, or compares units that rest, on fewer than the rule allows. ``dominated``: two units, or one as
another sees it, make up nearly all of it. ``all_zero``: a total of zero tells every unit's outcome. ``few_beyond``: a
quantile beyond which too few lie. ``solved``: with figures that leave, it solves for fewer units than the rule allows;
``_with_earlier``: with those of earlier releases. ``nearly_solved``: with them it bounds such units too closely.
``directions``: with it, spreads would tell more directions of some units' paths than their number hides.
``beside_withheld``: an error of a withheld estimate. ``undeclared``: nobody said what it is made of.
"""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Limits of the gate.

    Attributes
    ----------
    fewest : int
        Units on which a figure, each group that it compares, and every combination of figures must rest.
    two_hold : float
        Share that the two largest contributions together must stay below (the (n, k) rule with n = 2).
    hidden_by_others : float
        What the units but the two largest must hold, as a share of the largest (the p% rule), so that the second
        largest cannot tell the largest.
    known_within : float
        How closely what is hidden may not be bounded, as a share of it, on either side.
    past_directions : int
        Units that a full spread of T periods must have beyond T + 1: n - 1 >= T + 10.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4; ABS DataLab output clearance (rule of ten).
    """

    fewest: int = SMALLEST_SHOWN
    two_hold: float = 0.9
    hidden_by_others: float = 0.1
    known_within: float = 0.05
    past_directions: int = PAST_DIRECTIONS

    def directions(self, units: int) -> int:
        """Return the direction budget: how many linear directions of their paths the spread of so many units may tell.

        A spread of n units has rank n - 1. Where q directions of it are told, a unit's place in them is held to an
        ellipsoid that it fills by q / (n - 1) on average, and exactly at q = n - 1. So: at most half of the ranks, or
        all but ``past_directions`` where that is more, which for a full spread of T periods is n - 1 >= T + 10.
        """
        return direction_budget(units, past=self.past_directions)
