"""How far a result may be believed, and in which verb it may be said: a pure function of its interval and its checks.

The grade is of the evidence, not of the result. It starts at how beneficiaries came to take part and loses a step for each
concern that is open: one of its checks warns or fails, or could not be made. Fewer periods, hence fewer checks, never earn a
better grade. The verb follows from grade and interval: did, probably, may have, cannot tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from impact.check_result import CheckResult
from impact.terms import Assignment

Concern = Literal[
    "interval",
    "other_intervals",
    "trends",
    "attrition",
    "comparability",
    "single_firms",
    "other_choices",
    "other_estimators",
    "placebo_outcomes",
]
State = Literal["passed", "failed", "could_not_be_made"]
Verb = Literal["did", "probably", "may_have", "cannot_tell"]
Direction = Literal["higher", "lower"]

CHECKS_OF: Mapping[Concern, tuple[str, ...]] = {
    "interval": ("design_check",),
    "trends": (
        "before_trends",
        "recent_change",
        "placebo_date",
        "pretrend_power",
        "equivalence",
        "honest_relative_magnitudes",
        "honest_smoothness",
    ),
    "attrition": ("attrition",),
    "comparability": ("balance",),
    "single_firms": ("leave_one_out",),
    "other_choices": ("specification_curve",),
    "placebo_outcomes": ("placebo_outcomes",),
}
ASKED_BY_THE_PLAN: frozenset[Concern] = frozenset({"placebo_outcomes"})
"""Concerns that only a plan which names something can raise: not made, they cost nothing and earn nothing."""

NOT_NEEDED_BY_LOT: frozenset[Concern] = frozenset({"trends", "comparability"})
"""What a lot sees to by itself: not made, they cost nothing there."""

SAME_QUESTION: Mapping[Concern, Concern] = {"other_estimators": "other_choices"}
"""Concerns that cost one step together with another."""

START: Mapping[Assignment, int] = {"randomised": 5, "by_rule": 3, "chosen": 3}
LEAST: Mapping[Verb, int] = {"did": 4, "probably": 3, "may_have": 2, "cannot_tell": 0}
"""Fewest steps of each verb, strongest first."""


@dataclass(frozen=True)
class OpenConcern:
    """A concern that is not met, whether it failed or could not be made, and the checks that say so."""

    concern: Concern
    state: State
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Grade:
    """Evidence behind one number.

    Attributes
    ----------
    steps : int
        0 (nothing to go by) to 5 (drawn by lot, every concern met).
    verb : str
        The strongest word that evidence and interval allow.
    direction : str or None
        ``higher`` or ``lower``; None where the interval includes zero.
    concerns : tuple of OpenConcern
        What is open, in the order of `Concern`.
    trends : str
        State of the test of trends before treatment: unless it passed, no sentence says that the groups moved alike.
    """

    steps: int
    verb: Verb
    direction: Direction | None
    concerns: tuple[OpenConcern, ...]
    trends: State


def grade(
    interval: tuple[float, float],
    checks: Sequence[CheckResult],
    *,
    assignment: Assignment = "chosen",
    holding_that_include_zero: Sequence[str] = (),
    opposite_estimators: Sequence[str] = (),
) -> Grade:
    """Grade the evidence for one number.

    Parameters
    ----------
    interval : tuple of float
        Ends of the interval that is shown, possibly infinite.
    checks : sequence of CheckResult
        Every check that was asked; a check that is not among them counts as not made.
    holding_that_include_zero : sequence of str
        Other inferences that hold on this design and whose interval includes zero.
    opposite_estimators : sequence of str
        Estimators of the same effect that point the other way.
    """
    low, high = interval
    direction: Direction | None = "higher" if low > 0 else "lower" if high < 0 else None
    found = [OpenConcern(concern, *state_of(checks, names)) for concern, names in CHECKS_OF.items()]
    concerns = [one for one in found if _counts(one, assignment)]
    if direction and holding_that_include_zero:
        concerns.append(OpenConcern("other_intervals", "failed", tuple(holding_that_include_zero)))
    if opposite_estimators:
        concerns.append(OpenConcern("other_estimators", "failed", tuple(opposite_estimators)))
    open_questions = {SAME_QUESTION.get(one.concern, one.concern) for one in concerns}
    steps = max(START[assignment] - len(open_questions), 0)
    strongest = next(verb for verb, least in LEAST.items() if steps >= least)
    return Grade(
        steps=steps,
        verb=strongest if direction else "cannot_tell",
        direction=direction,
        concerns=tuple(concerns),
        trends=state_of(checks, ("before_trends",))[0],
    )


def state_of(checks: Iterable[CheckResult], names: Sequence[str]) -> tuple[State, tuple[str, ...]]:
    """Return the state of a question that several checks answer, and the checks that decide it.

    Passed only if each of them was made and passed; failed if one warns or fails.
    """
    mine = [check for check in checks if check.name in names]
    against = [check.name for check in mine if check.status in {"warn", "fail"}]
    if against:
        return "failed", tuple(dict.fromkeys(against))
    made = {check.name for check in mine if check.status == "pass"}
    unmade = {check.name for check in mine if check.status == "not_applicable"}
    missing = [name for name in names if name not in made or name in unmade]
    return ("could_not_be_made", tuple(missing)) if missing else ("passed", ())


def _counts(concern: OpenConcern, assignment: Assignment) -> bool:
    """Whether a concern costs a step."""
    if concern.state != "could_not_be_made":
        return concern.state == "failed"
    by_lot = assignment == "randomised" and concern.concern in NOT_NEEDED_BY_LOT
    return concern.concern not in ASKED_BY_THE_PLAN and not by_lot
