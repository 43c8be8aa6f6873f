"""The first pages: executive summary, and questions with their answers."""

import math
from dataclasses import dataclass

import pandas as pd

from impact.evaluation.certainty import Certainty
from impact.evaluation.parts import DataQuality, Impact, SampleAndComparability
from impact.evaluation.plan import Plan
from impact.evaluation.robustness import PanelModels, Robustness
from impact.reporting.exhibits import Callout, Card, Exhibit, Exhibits, KeyFigures, Table, Text
from impact.reporting.sections.evidence import Evidence, but, finding, graded, what_was_made
from impact.reporting.sections.impact import estimated, which_interval
from impact.reporting.voice import Voice
from impact.reporting.words.register import said
from impact.terms import Assignment


@dataclass(frozen=True)
class Findings:
    """All parts of one evaluation."""

    quality: DataQuality
    sample: SampleAndComparability
    impact: Impact
    certainty: Certainty
    panel_models: PanelModels
    robustness: Robustness
    plan: Plan

    @property
    def assignment(self) -> Assignment:
        """How beneficiaries came to take part."""
        return self.plan.assignment

    @property
    def evidence(self) -> Evidence:
        """What speaks for or against the headline."""
        return Evidence(
            impact=self.impact,
            sample=self.sample,
            certainty=self.certainty,
            robustness=self.robustness,
            plan=self.plan,
        )


def executive_summary(voice: Voice, findings: Findings) -> Exhibits:
    """Show the answer, how sure it is, and where to check it."""
    t = voice.t
    effect = findings.impact.effects[0]
    others = findings.impact.effects[1:]
    evidence = findings.evidence
    rating = evidence.rating
    sure = [
        graded(voice, rating),
        *([] if rating.direction else but(voice, rating)),
        *what_was_made(voice, rating, evidence.checks),
        which_interval(voice, effect),
    ]
    shown: list[Exhibit] = [
        Text(f"## {t('Executive summary')}"),
        _cards(voice, findings),
        Callout("finding", finding(voice, effect, rating)),
        Text(f"**{t('How sure are we?')}** {' '.join(sure)}"),
    ]
    if others:
        shown.append(
            Text(
                f"**{t('Other outcomes.')}**\n\n"
                + "\n".join(f"- {estimated(voice, other)}" for other in others)
                + f"\n\n{said(t, 'evidence', 'only_the_interval')}"
            )
        )
    return Exhibits(tuple(shown))


def _cards(voice: Voice, findings: Findings) -> KeyFigures:
    t, f = voice.t, voice.f
    effect = findings.impact.effects[0]
    verdict, sample, part = effect.verdict, findings.quality.sample, findings.sample
    cards = [
        Card(
            t("Estimate, {each}", each=voice.each),
            voice.amount(effect.outcome, verdict.estimate),
            t(
                "{level} interval {span}",
                level=voice.confidence,
                span=voice.span(effect.outcome, verdict.conf_low, verdict.conf_high),
            ),
        ),
        Card(
            t("Smallest detectable effect"),
            voice.detectable(
                verdict.smallest_detectable, lambda value: voice.amount(effect.outcome, value)
            ),
            t("found in 80% of studies of this size"),
        ),
        Card(
            t("Beneficiaries"),
            voice.assigned(sample.n_treated, part.treated_clusters),
            t(
                "compared with {assigned}",
                assigned=voice.assigned(sample.n_never, part.other_clusters),
            ),
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
            "Took part: {assigned}. The plan gives no planned starts to compare with.",
            assigned=voice.assigned(int(took_part), findings.sample.treated_clusters),
        )
    )
    main = (
        finding(voice, findings.impact.effects[0], findings.evidence.rating)
        .replace("**", "")
        .replace("\\", "")
    )
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
