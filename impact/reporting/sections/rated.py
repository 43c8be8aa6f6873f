"""The rating of the evidence: as a line on the first page, and as a ladder with what took each step."""

from impact.evaluation.rating import Rating
from impact.reporting.exhibits import Ladder
from impact.reporting.voice import Voice
from impact.reporting.words.register import said
from impact.terms import Assignment

MOST_REASONS = 3  # on a line


def reason_in_a_line(voice: Voice, rating: Rating) -> str:
    """Say the rating and the first reasons for it: ``2 of 5: a check failed; another too``."""
    t, reasons = voice.t, reasons_of(voice, rating)
    if not reasons:
        return t("{n} of 5: no check speaks against it", n=voice.f.number(rating.steps))
    shown = [*reasons[:MOST_REASONS]]
    if len(reasons) > MOST_REASONS:
        shown.append(t("and more"))
    return t("{n} of 5: {reasons}", n=voice.f.number(rating.steps), reasons=voice.f.listed(shown))


def reasons_of(voice: Voice, rating: Rating) -> list[str]:
    """Write each concern that is open."""
    return [
        said(voice.t, "failed" if one.state == "failed" else "not_made", one.reason)
        for one in rating.taken
    ]


def ladder(voice: Voice, rating: Rating, assignment: Assignment) -> Ladder:
    """Show where the rating starts, what took each step, and where it ends; never below zero."""
    reasons = reasons_of(voice, rating)
    return Ladder(
        start=rating.start,
        steps=tuple(
            (reason[:1].upper() + reason[1:], max(rating.start - lost, 0))
            for lost, reason in enumerate(reasons, 1)
        ),
        final=rating.steps,
        start_text=said(voice.t, "selection", assignment),
        final_text=voice.t("Rating of the evidence, not of the result"),
        brief=True,
    )
