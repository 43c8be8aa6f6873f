"""Part 7: the rating as a ladder, then seven short questions with one sentence each."""

import math
import re

import pandas as pd

from impact.evaluation.parts import Impact
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Figure, Question, Text
from impact.reporting.sections.certainty import could_find, without_sentence
from impact.reporting.sections.checks import found
from impact.reporting.sections.evidence import what_was_made
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import contaminated
from impact.reporting.sections.impact import agreement, named_estimators
from impact.reporting.sections.other_trends import if_trends_had_parted
from impact.reporting.sections.rated import ladder
from impact.reporting.voice import Voice


def how_sure(voice: Voice, findings: Findings) -> Exhibits:
    """Show the ladder, the exaggeration where the estimate is under what such a study detects, and seven questions."""
    t, evidence = voice.t, findings.evidence
    text = t(
        "The rating is of the evidence, from 0 to 5. It takes no account of whether the programme succeeded."
    )
    shown: list[Exhibit] = [
        Chapter(7, t("How sure are we?"), "how-sure"),
        Text(text, brief=True),
        ladder(voice, evidence.rating, evidence.assignment),
        *(Text(sentence, brief=True) for sentence in exaggerated(voice, findings)),
        *_questions(voice, findings),
    ]
    return Exhibits(tuple(shown))


def exaggerated(voice: Voice, findings: Findings) -> list[str]:
    """Warn of power and exaggeration where the estimate is smaller than what such a study detects; nothing otherwise."""
    t, f, effect = voice.t, voice.f, findings.headline
    size, found_here = abs(effect.verdict.estimate), effect.exaggeration
    if found_here is None or not size < effect.verdict.smallest_detectable:
        return []
    sentences = [
        t(
            "The estimate is below what such a study detects. Were it true, only {power} of such studies would find it.",
            power=f.percent(100 * found_here.power, 0),
        )
    ]
    if math.isfinite(found_here.exaggeration_ratio):
        sentences.append(
            t(
                "Those that did would overstate it, by a factor of {factor} on average.",
                factor=f.number(found_here.exaggeration_ratio, 1),
            )
        )
    return [" ".join(sentences)]


def _questions(voice: Voice, findings: Findings) -> list[Question]:
    t, part, impact = voice.t, findings.certainty, findings.impact
    checks = {check.name: check for check in findings.evidence.checks}
    unasked = t("Not examined.")

    def about(name: str) -> str:
        return found(voice, checks[name]) if name in checks else unasked

    answers = (
        (t("Were the groups alike before?"), about("balance")),
        (
            t("Could another trend explain it?"),
            if_trends_had_parted(voice, part) if part.honest else about("before_trends"),
        ),
        (
            t("Does one firm or event carry it?"),
            without_sentence(voice, part.leave_one_out) if part.leave_one_out else unasked,
        ),
        (t("Do other methods agree?"), agreement(voice, impact)),
        (t("Could the study have seen it?"), could_find(voice, findings.headline)),
        (t("Did people drop out?"), about("attrition")),
        (
            t("Did the comparison group stay untouched?"),
            contaminated(voice, findings) or t("Not examined, or not shown."),
        ),
    )
    return [
        Question(question, sentence, figure=figure, brief=True)
        for (question, sentence), figure in zip(answers, _pictures(voice, findings), strict=True)
    ]


def _pictures(voice: Voice, findings: Findings) -> tuple[Figure | None, ...]:
    """Draw one small figure for each question; None where there is nothing to draw."""
    sample, part, impact = findings.sample, findings.certainty, findings.impact
    axis = figures.EffectAxis.of_impact(voice, impact)
    bounds = [one for one in part.honest if one.target == "overall"]
    left_out, design = part.leave_one_out, findings.headline.design
    estimate = findings.headline.verdict.estimate
    return (
        figures.love_plot(voice, sample.baseline, small=True),
        figures.honest_bounds(voice, bounds[:1], small=True) if bounds else None,
        figures.without_one(voice, left_out, axis, small=True) if left_out else None,
        figures.estimators(voice, _without_authors(voice, impact), axis, small=True),
        figures.power_curve(voice, design, estimate, small=True) if design else None,
        figures.attrition(voice, sample.flow, small=True),
        figures.exposure(voice, sample.contamination, small=True) if sample.contamination else None,
    )


def _without_authors(voice: Voice, impact: Impact) -> pd.DataFrame:
    """Name estimators by their method alone, as there is little room: the annex says whose they are."""
    rows = named_estimators(voice, impact.estimators)
    names = [
        name if i == 0 else re.sub(r"\s*\([^)]*\)$", "", name)
        for i, name in enumerate(rows["words"])
    ]
    return rows.assign(words=names)


def not_made(voice: Voice, findings: Findings) -> str:
    """Say what of trends was examined and which checks could not be made."""
    evidence = findings.evidence
    return " ".join(what_was_made(voice, evidence.rating, evidence.checks))
