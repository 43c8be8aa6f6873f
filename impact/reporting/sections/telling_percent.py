"""When an effect is told in percent, and when in the outcome's own unit alone."""

import math

from impact.evaluation.parts import OutcomeEffect
from impact.reporting.voice import Voice

LEAST_BASE = 0.1  # of what was observed: with less left without the programme, a percentage is of next to nothing


def telling_percent(voice: Voice, effect: OutcomeEffect) -> tuple[float, float, float] | None:
    """Return the effect and its interval in percent; None where a percentage would be of next to nothing.

    An effect of p percent of a level leaves 1 / (1 + p / 100) of what was observed for the outcome without the programme.
    Where the estimate or a bounded end of its interval leaves less than a tenth, small changes of the amount make any percentage,
    and amounts are told instead. A logarithm's percentages have no such base.
    """
    percent = effect.verdict_percent
    if percent is None or not math.isfinite(percent[0]):
        return None
    if voice.study.column(effect.outcome).scale == "log":
        return percent
    verdict = effect.verdict
    amounts = (verdict.estimate, verdict.conf_low, verdict.conf_high)
    most = 100 / LEAST_BASE - 100
    beyond = any(
        share > most
        for share, amount in zip(percent, amounts, strict=True)
        if math.isfinite(amount)
    )
    return None if beyond else percent
