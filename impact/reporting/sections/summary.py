"""The first pages: executive summary, and questions with their answers."""

import math
from dataclasses import dataclass

import pandas as pd

from impact.evaluation.certainty import Certainty
from impact.evaluation.parts import DataQuality, Impact, SampleAndComparability
from impact.evaluation.robustness import PanelModels, Robustness
from impact.reporting.exhibits import Callout, Card, Exhibit, Exhibits, KeyFigures, Table, Text
from impact.reporting.sections.certainty import evidence
from impact.reporting.sections.impact import finding, which_interval
from impact.reporting.voice import Voice


@dataclass(frozen=True)
class Findings:
    """All parts of one evaluation."""

    quality: DataQuality
    sample: SampleAndComparability
    impact: Impact
    certainty: Certainty
    panel_models: PanelModels
    robustness: Robustness


def executive_summary(voice: Voice, findings: Findings) -> Exhibits:
    """Show the answer, how sure it is, and where to check it."""
    t = voice.t
    effect = findings.impact.effects[0]
    others = findings.impact.effects[1:]
    grade = evidence(voice, findings.impact, findings.certainty, findings.robustness)
    shown: list[Exhibit] = [
        Text(f"## {t('Executive summary')}"),
        _cards(voice, findings),
        Callout("finding", finding(voice, effect)),
        Text(f"**{t('How sure are we?')}** {grade} {which_interval(voice, effect)}"),
    ]
    if others:
        shown.append(
            Text(
                f"**{t('Other outcomes.')}**\n\n"
                + "\n".join(f"- {finding(voice, other)}" for other in others)
            )
        )
    return Exhibits(tuple(shown))


def _cards(voice: Voice, findings: Findings) -> KeyFigures:
    t, f = voice.t, voice.f
    effect = findings.impact.effects[0]
    verdict, sample = effect.verdict, findings.quality.sample
    cards = [
        Card(
            t("Effect a period and beneficiary"),
            voice.amount(effect.outcome, verdict.estimate),
            t(
                "{level} interval {span}",
                level=voice.confidence,
                span=voice.span(effect.outcome, verdict.conf_low, verdict.conf_high),
            ),
        ),
        Card(
            t("Smallest detectable effect"),
            voice.amount(effect.outcome, verdict.smallest_detectable),
            t("found in 80% of studies of this size"),
        ),
        Card(
            t("Beneficiaries"),
            f.number(sample.n_treated),
            t("beside {n} firms of comparison", n=f.number(sample.n_never)),
        ),
    ]
    percent = effect.verdict_percent
    if percent is not None and math.isfinite(percent[0]):
        cards.insert(
            1,
            Card(
                t("In percent of the outcome without the programme"),
                f.percent(percent[0]),
                t(
                    "{level} interval {span}",
                    level=voice.confidence,
                    span=f.interval(percent[1], percent[2], f.percent),
                ),
            ),
        )
    return KeyFigures(tuple(cards))


def questions(voice: Voice, findings: Findings) -> Exhibits:
    """Show the three questions of every evaluation of the funder, each with its answer and where it is argued."""
    t, f = voice.t, voice.f
    cohorts = findings.sample.cohorts
    invited = cohorts["planned"].sum() if cohorts["planned"].notna().any() else None
    took_part = cohorts["actual"].sum()
    delivered = (
        t(
            "{invited} firms were invited, {actual} took part; dates: section on the programme.",
            invited=f.number(invited),
            actual=f.number(took_part),
        )
        if invited is not None
        else t(
            "{actual} firms took part; the plan gives no planned starts to compare with.",
            actual=f.number(took_part),
        )
    )
    main = finding(voice, findings.impact.effects[0]).replace("**", "").replace("\\", "")
    rows = [
        (t("Was the programme carried out as planned?"), delivered, t("Programme")),
        (
            t("Did outcomes change because of it, and by how much?"),
            main,
            t("Effect of the programme"),
        ),
        (
            t("Do the results justify the resources?"),
            t(
                "Not answered in this report: it needs costs by year, value added and persistence; the effect above is its input."
            ),
            t("Limitations"),
        ),
    ]
    frame = pd.DataFrame(rows, columns=["question", "answer", "where"])
    table = Table(
        label="tab-questions",
        caption=t("Questions and answers"),
        frame=frame,
        headings={"question": t("Question"), "answer": t("Answer"), "where": t("Section")},
    )
    return Exhibits((Text(f"## {t('Questions and answers')}"), table))
