"""Part 8: what it cost, and in one honest sentence what is not answered; nothing is computed that the plan cannot carry."""

from impact.reporting.exhibits import Chapter, Exhibits, Text
from impact.reporting.formats import escape
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import cost_in_words
from impact.reporting.voice import Voice


def worth_the_money(voice: Voice, findings: Findings) -> Exhibits:
    """Show cost, the gain that a calculation would start from, and what is missing."""
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
    else:
        sentences.append(t("The plan gives no cost to set against the estimate."))
    sentences += [
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
        t("So this report gives no break-even and no rate of return."),
    ]
    return Exhibits(
        (
            Chapter(8, t("Worth the money?"), "worth-the-money"),
            Text(" ".join(sentences), brief=True),
        )
    )
