"""How far a result may be believed: a pure function of what speaks for and against it, 0 to 5, each step with its figure.

The rating is of the evidence, not of the result: a tight zero may be strong evidence, a significant result earns nothing. It
starts at how beneficiaries came to take part and loses a step for each reason that holds. What could not be examined has not
been passed: fewer periods, hence fewer checks, never earn a better rating. Verb and direction stand beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from impact.evaluation.contested import contested
from impact.evaluation.reasons import (
    ASKED_BY_THE_PLAN,
    BY_FIGURES,
    CHECKS_OF,
    OF_A_RESULT,
    OF_EXITS,
    TRENDS,
    Reason,
    checks_of,
)
from impact.evaluation.weighed import Direction, Grounds, State, Step, direction_of, state_of
from impact.terms import Assignment

Verb = Literal["did", "probably", "may_have", "very_uncertain", "cannot_tell"]

START: Mapping[Assignment, int] = {"randomised": 5, "by_rule": 3, "chosen": 3}
WITHOUT_A_BEFORE = 2  # to start from where nobody was drawn by lot and trends before cannot be seen
LEAST: Mapping[Verb, int] = {"did": 4, "probably": 3, "may_have": 2, "very_uncertain": 0}
"""Fewest steps of each verb, strongest first; at the last of them a direction is told only where nothing contests it."""

BOUNDS = "honest_relative_magnitudes"
BREAKDOWN = 0.5  # of the largest step before: trends may part so far before zero is possible
WEIGHABLE = ("group_balance",)  # the comparison group can be weighted to be like the treated
CARRIES = 0.25  # of the effect, or of half its interval where that is more, that leaving out one unit may move


@dataclass(frozen=True)
class Rating:
    """Evidence behind one number.

    Attributes
    ----------
    steps : int
        0 (nothing to go by) to 5 (drawn by lot, nothing against it).
    start : int
        Where it began.
    taken : tuple of Step
        What took a step, in the order of `Reason`; more than there were to lose are listed too.
    verb : str
        The strongest word that the evidence allows; ``cannot_tell`` where the interval leaves the direction open, and below
        two steps where something contests it.
    direction : str or None
        ``higher``, ``lower``, ``not_noticeably``; None where the interval includes zero and relevant effects.
    not_asked : tuple of str
        Reasons that could not be judged because the plan names nothing to judge them by.
    trends : str or None
        State of the test of trends before treatment: unless it passed, no sentence says that the groups moved alike. None of a
        lot, which is not asked for it.
    contested : tuple of str
        Of a result that points up or down: what leaves open whether it points the right way.
    """

    steps: int
    start: int
    taken: tuple[Step, ...]
    verb: Verb
    direction: Direction | None
    not_asked: tuple[str, ...] = ()
    trends: State | None = "could_not_be_made"
    contested: tuple[Reason, ...] = ()


def rating(grounds: Grounds) -> Rating:
    """Rate the evidence for one number."""
    trends = state_of(grounds.checks, ("before_trends",))[0]
    by_lot = grounds.assignment == "randomised"
    blind = trends == "could_not_be_made" and not by_lot
    start = WITHOUT_A_BEFORE if blind else START[grounds.assignment]
    found = {**_by_checks(grounds, blind=blind), **_by_figures(grounds)}
    taken = tuple(found[reason] for reason in get_args(Reason) if reason in found)
    steps = max(start - len(taken), 0)
    against = contested(grounds, taken)
    return Rating(
        steps=steps,
        start=start,
        taken=taken,
        verb=_verb(grounds, steps, against),
        direction=grounds.direction,
        not_asked=_not_asked(grounds),
        trends=None if by_lot else trends,
        contested=against,
    )


def _verb(grounds: Grounds, steps: int, against: tuple[Reason, ...]) -> Verb:
    """Return the strongest verb; a direction with next to no evidence only where nothing contests it, a zero never."""
    if grounds.direction is None:
        return "cannot_tell"
    strongest = next(verb for verb, least in LEAST.items() if steps >= least)
    if strongest == "very_uncertain" and (against or not grounds.points):
        return "cannot_tell"
    return strongest


def _by_checks(grounds: Grounds, *, blind: bool) -> dict[Reason, Step]:
    """Steps that checks take, failed or not made; those that the figures judge count here only where they are not made."""
    found = {one: Step(one, "could_not_be_made", {}) for one in grounds.beyond_moments}
    for reason, always in checks_of(grounds.assignment).items():
        names = (*always, *OF_A_RESULT.get(reason, ())) if grounds.points else always
        names = (*names, *_of_exits(grounds)) if reason == "attrition" else names
        state, against = state_of(grounds.checks, names)
        if state == "could_not_be_made":
            # without a period before, the rating has begun lower already
            asked = reason not in ASKED_BY_THE_PLAN or reason in grounds.beyond_moments
            if not asked or (reason == "trends" and blind):
                continue
        elif state == "passed" and reason == "trends" and _unbounded(grounds):
            state, against = "could_not_be_made", (BOUNDS,)
        elif state == "passed" or (reason in BY_FIGURES and names == CHECKS_OF[reason]):
            continue
        found[reason] = Step(reason, state, _figures(grounds, against), against)
    return found


def _of_exits(grounds: Grounds) -> tuple[str, ...]:
    """Return the checks of exits that count as attrition: of those asked, where exits are left out of the headline."""
    asked = {check.name for check in grounds.checks}
    return tuple(name for name in OF_EXITS if grounds.exits_missing and name in asked)


def _unbounded(grounds: Grounds) -> bool:
    """Whether the bounds that a result which points somewhere needs could not be computed."""
    return grounds.points and grounds.breakdown is None


def _figures(grounds: Grounds, names: Sequence[str]) -> dict[str, float | str]:
    """Return the statistic of each check, and its p-value, by the check's name."""
    figures: dict[str, float | str] = {}
    for check in grounds.checks:
        if check.name in names and check.status in {"warn", "fail"}:
            known = {check.name: check.statistic, f"{check.name}_p": check.p_value}
            figures |= {name: value for name, value in known.items() if value is not None}
    return figures


def _by_figures(grounds: Grounds) -> dict[Reason, Step]:
    """Steps that figures take, against the plan's limits or against the result itself."""
    limits, by_lot = grounds.limits, grounds.assignment == "randomised"
    beyond: dict[Reason, dict[str, float | str] | None] = {
        "attrition": _above(
            {
                "difference": (_statistic(grounds, "attrition"), limits.attrition),
                "lost": (grounds.lost, limits.lost),
            }
        ),
        "imbalance": None
        if by_lot or _adjusted_away(grounds)
        else _above({"difference": (_statistic(grounds, "balance"), limits.imbalance)}),
        "compliance": _disobeyed(grounds) if by_lot else None,
        "detectable_effect": None
        if _precise(grounds)
        else _above({"detectable": (grounds.detectable, grounds.relevant)}),
        "contamination": _contaminated(grounds),
        "single_unit_or_event": _carried(grounds),
    }
    if grounds.points and not by_lot:
        beyond["trends"] = _broken(grounds)
    found = {
        reason: Step(reason, "failed", figures, _said_by(grounds, reason))
        for reason, figures in beyond.items()
        if figures is not None
    }
    return found | _others(grounds)


def _adjusted_away(grounds: Grounds) -> bool:
    """Whether the plan's adjustment leaves no difference beyond the limit, can be made, and says what is said without it."""
    found = grounds.adjusted
    if found is None or found.left > grounds.limits.imbalance:
        return False
    adjusted = direction_of(found.conf_low, found.conf_high, relevant=grounds.relevant)
    alike = state_of(grounds.checks, WEIGHABLE)[0] == "passed"
    inside = grounds.conf_low <= found.estimate <= grounds.conf_high
    return alike and inside and adjusted == grounds.direction


def _precise(grounds: Grounds) -> bool:
    """Whether the interval has answered what the study, before its data, might have missed.

    A result: the interval has relevant effects only, and the estimate is no smaller than what such a study finds, as smaller
    ones that are significant overstate. A zero: no relevant effect is in it.
    """
    if not grounds.points:
        return grounds.direction is not None
    if grounds.relevant is None or grounds.detectable is None:
        return False
    nearest = min(abs(grounds.conf_low), abs(grounds.conf_high))
    return nearest >= grounds.relevant and abs(grounds.estimate) >= grounds.detectable


def _broken(grounds: Grounds) -> dict[str, float | str] | None:
    """Whether trends that part half as far as they did before would let zero in; a zero has nothing to break."""
    held = None if grounds.breakdown is None else -grounds.breakdown
    broken = _above({"breakdown": (held, -BREAKDOWN)}, size=False)
    return None if broken is None else {**_figures(grounds, TRENDS), **broken}


def _said_by(grounds: Grounds, reason: Reason) -> tuple[str, ...]:
    state, against = state_of(grounds.checks, CHECKS_OF.get(reason, ()))
    return against if state == "failed" else ()


def _others(grounds: Grounds) -> dict[Reason, Step]:
    """Steps that other inferences and estimators take from a result that points somewhere."""
    others: dict[Reason, tuple[str, ...]] = {
        "assignment_inference": grounds.including_zero,
        "other_estimators": grounds.opposite_estimators,
    }
    return {
        reason: Step(reason, "failed", {"n": float(len(names))}, names)
        for reason, names in others.items()
        if names and grounds.points
    }


def _statistic(grounds: Grounds, name: str) -> float | None:
    made = [c.statistic for c in grounds.checks if c.name == name and c.status != "not_applicable"]
    return made[0] if made else None


def _above(
    pairs: Mapping[str, tuple[float | None, float | None]], *, size: bool = True
) -> dict[str, float | str] | None:
    """Return the figures whose size is above their limit, each with it; None where none is."""
    figures: dict[str, float | str] = {}
    for name, (value, limit) in pairs.items():
        if value is not None and limit is not None and (abs(value) if size else value) > limit:
            figures |= {name: abs(value), f"{name}_limit": abs(limit)}
    return figures or None


def _contaminated(grounds: Grounds) -> dict[str, float | str] | None:
    if not grounds.contamination:
        return None
    share = grounds.contaminated_share
    limit: dict[str, float | str] = {"share_limit": grounds.limits.contamination}
    return limit if share is None else {"share": share, **limit}


def _disobeyed(grounds: Grounds) -> dict[str, float | str] | None:
    """Whether participation differs by less than the plan's share between those drawn and the others."""
    found, limit = _statistic(grounds, "compliance"), grounds.limits.compliance
    return (
        None
        if found is None or found >= limit
        else {"participation": found, "participation_limit": limit}
    )


def _carried(grounds: Grounds) -> dict[str, float | str] | None:
    """Whether one unit carries more than a quarter of the effect, or of half its interval; or a cohort or event its sign."""
    if grounds.without is None:
        return None
    half = (grounds.conf_high - grounds.conf_low) / 2
    size = abs(grounds.estimate)
    yardstick = max(size, half)
    share = grounds.without.moved / yardstick if yardstick > 0 else 0.0
    if share > CARRIES:
        name = "share" if size >= half else "of_interval"
        return {name: share, f"{name}_limit": CARRIES}
    if grounds.without.turned and grounds.points:
        return {"turned": float(grounds.without.turned)}
    return None


def _not_asked(grounds: Grounds) -> tuple[str, ...]:
    placebo = state_of(grounds.checks, CHECKS_OF["placebo_outcomes"])[0]
    by_lot = grounds.assignment == "randomised"
    missing: dict[Reason, bool] = {
        "compliance": by_lot and _statistic(grounds, "compliance") is None,
        "detectable_effect": grounds.relevant is None,
        "contamination": grounds.contamination is None,
        "placebo_outcomes": placebo == "could_not_be_made",
    }
    return tuple(
        reason for reason, gone in missing.items() if gone and reason not in grounds.beyond_moments
    )
