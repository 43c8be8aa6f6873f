"""What results say of each question that a plan asks, and whether its hypothesis held."""

from typing import Literal

from impact.evaluation.parts import Impact, NotMeasured, OutcomeEffect
from impact.evaluation.plan import Plan
from impact.evaluation.promised import Hypothesis, PlannedQuestion

Held = Literal["yes", "no", "open"]
"""Whether the interval says what was expected, the opposite, or leaves it open."""


def effect_asked(
    question: PlannedQuestion, plan: Plan, impact: Impact
) -> OutcomeEffect | NotMeasured | None:
    """Return the effect that a question is about: the headline of the plan, if it names none; None where results lack it."""
    about = question.about or plan.outcomes[0]
    return next((one for one in (*impact.effects, *impact.secondary) if one.outcome == about), None)


def held(expects: Hypothesis, effect: OutcomeEffect, *, relevant: float | None) -> Held:
    """Say whether an effect is as expected, by its believed interval.

    Parameters
    ----------
    expects : {"increase", "decrease", "change", "nothing_relevant"}
    effect : OutcomeEffect
    relevant : float or None
        The smallest effect that would matter, in percent: nothing relevant is an interval within it on both sides.
    """
    low, high = effect.verdict.conf_low, effect.verdict.conf_high
    if expects == "nothing_relevant":
        return _within(effect.verdict_percent, relevant)
    if expects == "decrease":
        low, high = -high, -low
    if low > 0 or (expects == "change" and high < 0):
        return "yes"
    return "no" if high < 0 else "open"


def _within(percent: tuple[float, float, float] | None, relevant: float | None) -> Held:
    if percent is None or relevant is None:
        return "open"
    _, low, high = percent
    if -relevant < low and high < relevant:
        return "yes"
    return "no" if low >= relevant or high <= -relevant else "open"
