"""Small pictures of the site: an interval beside zero, drawn so that it fits whatever width it is given."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from impact.reporting.site.records import Span

WIDE, HIGH = 1000.0, 20.0  # units of a drawing, which is stretched to its place
FURTHEST = 4.0
"""Times the median of intervals' further ends, beyond which an interval leaves the picture."""


@dataclass(frozen=True)
class Axis:
    """How far the pictures of one unit reach to both sides of zero."""

    reach: float

    @classmethod
    def of(cls, spans: Iterable[Span]) -> "Axis":
        """Make room for all ends that are not far beyond the usual interval."""
        spans = list(spans)
        ends = [abs(end) for span in spans for end in (span.low, span.high) if math.isfinite(end)]
        if not ends or not max(ends):
            return cls(1.0)
        usual = median(filter(None, map(_further, spans))) * FURTHEST
        return cls(max(end for end in ends if end <= usual) * 1.05)

    def place(self, value: float) -> float:
        """Return where a value stands, held to the picture."""
        share = min(max(value / self.reach, -1.0), 1.0)
        return round(WIDE * (1 + share) / 2, 1)


def _further(span: Span) -> float:
    """Return how far an interval reaches from zero, to the side where it reaches further; 0 of one without any end."""
    return max((abs(end) for end in (span.low, span.high) if math.isfinite(end)), default=0.0)


def interval_picture(span: Span, axis: Axis) -> str:
    """Draw a point and its interval: an end outside the picture is an arrow, a point whose interval has zero is hollow.

    The words beside it say the same, so that who cannot see it misses nothing.
    """
    middle = axis.place(span.estimate)
    ends = "".join(_end(end, axis) for end in (span.low, span.high))
    dot = f"M{middle} {HIGH / 2}h.01" if abs(span.estimate) <= axis.reach else ""
    hole = "" if span.excludes_zero else f'<path class="hole" d="{dot}"/>'
    kind = "apart" if span.excludes_zero else "around"
    return (
        f'<svg class="interval {kind}" aria-hidden="true" viewBox="0 0 {WIDE:.0f} {HIGH:.0f}" preserveAspectRatio="none">'
        f'<path class="zero" d="M{WIDE / 2} 0v{HIGH}"/>'
        f'<path class="span" d="M{axis.place(span.low)} {HIGH / 2}H{axis.place(span.high)}{ends}"/>'
        f'<path class="dot" d="{dot}"/>{hole}</svg>'
    )


def _end(end: float, axis: Axis) -> str:
    place = axis.place(end)
    if abs(end) <= axis.reach:
        return f"M{place} {HIGH / 4}v{HIGH / 2}"
    tail = 18 if end < 0 else -18
    return f"M{place + tail} {HIGH / 5}L{place} {HIGH / 2}l{tail} {3 * HIGH / 10}"
