"""Part 8: whether the results justify the resources; where nothing was appraised, what is missing, in honest sentences."""

from impact.evaluation.justified import justified
from impact.reporting.exhibits import Chapter, Exhibits, Text
from impact.reporting.formats import escape
from impact.reporting.sections import worth_sentences as says
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import cost_in_words
from impact.reporting.sections.worth_it import (
    what_is_assumed,
    what_it_hinges_on,
    what_it_takes,
    who_gains,
)
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def worth_the_money(voice: Voice, findings: Findings) -> Exhibits:
    """Show the answer, what it would take, what it hinges on, who gains, and what is assumed."""
    t, worth = voice.t, findings.economics.worth
    chapter = Chapter(8, t("Worth the money?"), "worth-the-money")
    if worth is None:
        return Exhibits((chapter, Text(" ".join(unanswered(voice, findings)), brief=True)))
    found = justified(worth, findings.evidence.rating)
    second = [says.present_value(voice, worth), *says.invented(voice)]
    text = "\n\n".join(map(" ".join, (says.answer(voice, worth, found), second)))
    return Exhibits(
        (
            chapter,
            Text(text, brief=True),
            *what_it_takes(voice, worth),
            *what_it_hinges_on(voice, worth),
            *who_gains(voice, worth),
            *what_is_assumed(voice),
        )
    )


def unanswered(voice: Voice, findings: Findings) -> list[str]:
    """Say the cost, the gain that an appraisal would start from, and what is missing."""
    t, told = voice.t, voice.study.programme
    gain = findings.impact.counterfactual.gain
    sentences = []
    if told is not None and told.cost is not None:
        source = escape(told.cost.source_in(voice.study.plan.language)) or t(
            "an assumption, without a source"
        )
        sentences.append(
            t("The announced cost is {cost} ({source}).", cost=cost_in_words(voice), source=source)
        )
    elif voice.study.economics is None:
        sentences.append(t("The plan gives no cost to set against the estimate."))
    return [
        *sentences,
        t(
            "A calculation would start from the estimated difference, {gain} {each}.",
            gain=voice.amount(voice.study.outcome, gain),
            each=voice.each,
        ),
        t(
            "Two things are missing: what firms keep once their inputs are paid (value added), and how long effects last."
        )
        if voice.in_currency(voice.study.outcome)
        else t(
            "Two things are missing: what the effect is worth in money, and how long effects last."
        ),
        said(t, "unappraised", str(findings.economics.why)),
    ]
