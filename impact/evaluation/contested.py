"""Which way a result points, apart from how sure it is: what leaves open that it may point the other way.

Little evidence is one thing, evidence against another. A direction that was found is told with its certainty, however low,
unless a check found what could have turned it or hidden a zero, or one that could have found it was not made.
"""

from impact.evaluation.reasons import TRENDS, Reason
from impact.evaluation.weighed import Grounds, Step, state_of

SIZE_ALONE: frozenset[Reason] = frozenset({"imbalance", "compliance", "contamination"})
"""Failed, they lower the certainty and may change the size; of the direction other checks speak."""


def contested(grounds: Grounds, taken: tuple[Step, ...]) -> tuple[Reason, ...]:
    """Return the reasons, of those that took a step, that leave the direction open; none of a result that has none."""
    if not grounds.points:
        return ()
    found = [step.reason for step in taken if _contests(grounds, step)]
    if grounds.assignment != "randomised" and "trends" not in found and not _trends_passed(grounds):
        found.append("trends")
    return tuple(found)


def _contests(grounds: Grounds, step: Step) -> bool:
    if step.state == "could_not_be_made":
        return True
    if (
        step.reason == "trends"
    ):  # bounds that break early only say how much other trends would matter
        return not _trends_passed(grounds)
    if step.reason == "attrition":  # whoever is silent, could the effect vanish with them?
        return state_of(grounds.checks, ("attrition_bounds",))[0] != "passed"
    if step.reason == "scale":
        return bool(grounds.opposite_scales)
    if step.reason == "single_unit_or_event":
        return _turned(grounds)
    return step.reason not in SIZE_ALONE


def _trends_passed(grounds: Grounds) -> bool:
    return state_of(grounds.checks, TRENDS)[0] == "passed"


def _turned(grounds: Grounds) -> bool:
    """Whether the effect vanishes or turns without one unit, cohort or event."""
    without = grounds.without
    return without is None or bool(without.turned) or without.moved >= abs(grounds.estimate)
