"""The rating of the evidence: as a line on the first page, and as a ladder with what took each step."""

from dataclasses import replace

from impact.evaluation.rating import Rating
from impact.evaluation.weighed import Step
from impact.reporting.exhibits import Ladder
from impact.reporting.rounding import apart
from impact.reporting.voice import Voice
from impact.reporting.words.register import REGISTER, said
from impact.terms import Assignment

MOST_REASONS = 3  # on a line
CARRIED = "single_unit_or_event"


def reason_in_a_line(voice: Voice, rating: Rating) -> str:
    """Say the rating and the first reasons for it, those that leave the direction open before others.

    ``2 of 5: a check failed; another too``.
    """
    t, steps = voice.t, voice.f.number(rating.steps)
    first = sorted(rating.taken, key=lambda step: step.reason not in rating.contested)
    reasons = reasons_of(voice, replace(rating, taken=tuple(first)))
    if not reasons:
        return out_of_five(voice, rating, t("{n} of 5: no check speaks against it", n=steps))
    shown = [*reasons[:MOST_REASONS]]
    if len(reasons) > MOST_REASONS:
        shown.append(t("and more"))
    said = t("{n} of 5: {reasons}", n=steps, reasons=voice.f.listed(shown))
    return out_of_five(voice, rating, said)


def out_of_five(voice: Voice, rating: Rating, said: str) -> str:
    """Note of a sentence that begins with ``{n} of 5`` that this is the rating."""
    begins = said[: said.find("5", 1) + 1]
    voice.f.counted(begins, rating.steps, "steps")
    return said


def reasons_of(voice: Voice, rating: Rating) -> list[str]:
    """Write each concern that is open."""
    return [_reason(voice, one) for one in rating.taken]


def _reason(voice: Voice, step: Step) -> str:
    if step.state == "failed" and step.reason == CARRIED and voice.in_clusters:
        return voice.t("one cluster, cohort or event carries much of the result")
    return said(voice.t, "failed" if step.state == "failed" else "not_made", step.reason)


def what_took(voice: Voice, step: Step) -> str:
    """Say what took a step, each with its figure and limit; the reason alone where it has none."""
    known = [code for code in REGISTER["taken"] if code.partition(":")[0] == step.reason]
    figures = {code: code.partition(":")[2] for code in known}
    clauses = [
        _clause(
            voice,
            code,
            figure=_figure(
                voice, code, step.figures[name], beside=step.figures.get(f"{name}_limit")
            ),
            limit=_figure(voice, code, step.figures.get(f"{name}_limit")),
        )
        for code, name in figures.items()
        if name in step.figures and step.state == "failed"
    ]
    return voice.f.listed(clauses) or _reason(voice, step)


def _clause(voice: Voice, code: str, *, figure: str, limit: str) -> str:
    """Say a figure and its limit; of what one carries, by what was left out: a firm, or a cluster where these were assigned."""
    t, figures = voice.t, {"figure": figure, "limit": limit}
    if voice.in_clusters and code == f"{CARRIED}:share":
        return t("one cluster of firms moves the effect by {figure} of its size; the limit is {limit}", **figures)  # fmt: skip
    if voice.in_clusters and code == f"{CARRIED}:of_interval":
        return t(
            "one cluster of firms moves the effect by {figure} of half its interval, which is more than its size; the limit is "
            "{limit}",
            **figures,
        )
    return said(t, "taken", code, **figures)


def _figure(
    voice: Voice, code: str, value: float | str | None, *, beside: float | str | None = None
) -> str:
    """Write a step's figure as its kind is written: an amount, a share, points, a count; finer where its limit reads alike."""
    f, number = voice.f, None if value is None else float(value)
    share = None if number is None else 100 * number
    limit = number if beside is None else float(beside)

    def digits(least: int, times: float) -> int:
        if number is None or limit is None:
            return least
        return apart(times * number, times * limit, least=least)

    if code in {"attrition:difference", "attrition:exit_durations", "compliance:participation"}:
        return voice.t("{n} percentage points", n=f.number(share, digits(1, 100)))
    if code == "detectable_effect:detectable":
        return voice.amount(voice.study.outcome, number)
    if code in {
        "attrition:lost",
        "contamination:share",
        f"{CARRIED}:share",
        f"{CARRIED}:of_interval",
    }:
        return f.percent(share, digits(0, 100))
    return f.number(number, 0 if code.endswith(":turned") else digits(2, 1))


def ladder(voice: Voice, rating: Rating, assignment: Assignment) -> Ladder:
    """Show where the rating starts, what took each step, and where it ends; never below zero."""
    reasons = [what_took(voice, step) for step in rating.taken]
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
