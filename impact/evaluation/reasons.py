"""What a rating may lose a step for, which checks speak to it, and what is asked of whom."""

from collections.abc import Mapping
from typing import Literal

from impact.terms import Assignment

Reason = Literal[
    "attrition",
    "imbalance",
    "compliance",
    "detectable_effect",
    "trends",
    "contamination",
    "assignment_inference",
    "scale",
    "single_unit_or_event",
    "interval",
    "other_estimators",
    "placebo_outcomes",
]

TRENDS = ("before_trends", "recent_change", "placebo_date")
EVERY_TREND = (
    *TRENDS,
    "pretrend_power",
    "equivalence",
    "honest_relative_magnitudes",
    "honest_smoothness",
)
"""Checks that must all pass before it may be said that the groups moved alike."""

CHECKS_OF: Mapping[Reason, tuple[str, ...]] = {
    "attrition": ("attrition",),
    "imbalance": ("balance",),
    "compliance": ("compliance",),
    "trends": TRENDS,
    "scale": ("scales",),
    "single_unit_or_event": ("leave_one_out",),
    "interval": ("design_check",),
    "placebo_outcomes": ("placebo_outcomes",),
}
"""Checks that speak to a reason; where one of them could not be made, the reason has not been passed."""

BY_FIGURES: frozenset[Reason] = frozenset({"imbalance", "compliance", "single_unit_or_event"})
"""Reasons that figures judge: their checks count where they could not be made."""

OF_A_RESULT: Mapping[Reason, tuple[str, ...]] = {"attrition": ("attrition_bounds",)}
"""Checks that ask whether a result could vanish: a result that lets zero in has nothing to lose."""

OF_EXITS = ("exit_durations",)
"""Checks that speak to attrition where the headline leaves out firms that closed: they are lost to it as the silent are.

Where it counts them, as zero, how many closed is part of the effect."""

ASKED_BY_THE_PLAN: frozenset[Reason] = frozenset(
    {"placebo_outcomes", "contamination", "detectable_effect", "compliance"}
)
"""Reasons that need something the plan may name: where it does not, they cost nothing and are listed as not asked."""

OF_A_LOT: dict[Reason, tuple[str, ...]] = {
    "imbalance": ("joint_balance",),
    "interval": ("drawn_again",),
}
"""A lot makes groups differ by chance, more so the fewer were drawn: what is asked is whether they differ by more than that.
Its interval needs no simulation: the lot itself says which other draws were possible."""

NOT_ASKED_OF: Mapping[Assignment, Reason] = {
    "randomised": "trends",
    "by_rule": "compliance",
    "chosen": "compliance",
}
"""A lot needs no trends that would have been parallel; without one, nobody was drawn who could have stayed away."""


def checks_of(assignment: Assignment) -> dict[Reason, tuple[str, ...]]:
    """Return the checks that speak to each reason, of those that are asked where beneficiaries came to take part so."""
    asked = {one: names for one, names in CHECKS_OF.items() if one != NOT_ASKED_OF[assignment]}
    return asked | (OF_A_LOT if assignment == "randomised" else {})
