"""What a report from moments says of itself: that no firm's own figures were there, and what it therefore does not show."""

from impact.evaluation.from_moments.missing import missing_parts
from impact.reporting.exhibits import Exhibit, Text
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def not_available(voice: Voice) -> list[Exhibit]:
    """List what is not available from moments, each with its reason; nothing of a study that has its data."""
    if not voice.study.from_moments:
        return []
    t = voice.t
    opening = t(
        "This report was made from moments: sums over groups of firms that started together and answered in the same periods. "
        "No firm's own figures were there. Checks that need them count as not made, and the rating with them."
    )
    lines = [f"- {line}" for line in lines_of_missing(voice)]
    return [Text(f"### {t('Not available from moments')}\n\n{opening}\n\n" + "\n".join(lines))]


def lines_of_missing(voice: Voice) -> list[str]:
    """Say of each missing part what it would need."""
    return [said(voice.t, "not_in_moments", name) for name in missing_parts(voice.study)]
