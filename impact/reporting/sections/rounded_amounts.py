"""Page one's amounts: with the programme, without, the difference and its interval, rounded to what the interval supports."""

import math
from dataclasses import dataclass

from impact.reporting.formats import escape
from impact.reporting.rounding import adding_up, decimals
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice


@dataclass(frozen=True)
class RoundedAmounts:
    """The outcome with, without, the difference and the ends of its interval, as far as the interval supports their digits.

    ``ends`` are the exact ones, both the difference where the interval is unbounded; ``lowest`` is the lower end as rounded.
    """

    actual: str
    without: str
    gain: str
    low: str
    high: str
    ends: tuple[float, float]
    lowest: float

    @classmethod
    def of(cls, voice: Voice, findings: Findings) -> "RoundedAmounts":
        """Round, so that what is shown adds up, and write; each is noted with what it was rounded from."""
        verdict, path = findings.headline.verdict, findings.impact.counterfactual
        ends = (verdict.conf_low, verdict.conf_high)
        if not all(map(math.isfinite, ends)):
            ends = (path.gain, path.gain)
        rounded = adding_up(path.actual, path.without, low=ends[0], high=ends[1])
        digits = decimals(rounded)
        exact = (path.actual, path.without, path.gain, *ends)
        actual, without, gain, low, high = (
            voice.rounded(voice.study.outcome, shown, value, digits=digits)
            for value, shown in zip(exact, rounded, strict=True)
        )
        return cls(actual, without, gain, low, high, ends, rounded[3])


def in_amounts(voice: Voice, findings: Findings) -> str:
    """Say the best estimate in the outcome's unit, where a percentage would be of next to nothing."""
    shown = RoundedAmounts.of(voice, findings)
    if shown.ends[0] == shown.ends[1]:
        return voice.t(
            "The best estimate is {gain}; it has no telling percentage, as next to nothing might be left without {treatment}.",
            gain=shown.gain,
            treatment=escape(voice.nouns.treatment),
        )
    return voice.t(
        "The best estimate is {gain} ({level} interval: {low} to {high}). In percent it tells little: at one end next to nothing is left "
        "without {treatment}.",
        gain=shown.gain,
        level=voice.confidence,
        low=shown.low,
        high=shown.high,
        treatment=escape(voice.nouns.treatment),
    )
