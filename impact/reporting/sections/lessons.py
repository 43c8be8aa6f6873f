"""Part 10: lessons; the evaluator's from the plan, or drafts that follow from figures by rule and say that they are drafts."""

from dataclasses import dataclass

import pandas as pd

from impact.evaluation.justified import justified
from impact.reporting.exhibits import Chapter, Exhibits, Table, Text
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice


@dataclass(frozen=True)
class Draft:
    """A lesson: what was found, when it holds, what to do."""

    finding: str
    condition: str
    action: str


def lessons(voice: Voice, findings: Findings) -> Exhibits:
    """Show the plan's lessons, or drafts by rule."""
    t, language = voice.t, voice.study.plan.language
    own = [
        Draft(*(words.in_language(language) for words in (one.finding, one.condition, one.action)))
        for one in voice.study.plan.lessons
    ]
    text = (
        t("These lessons are the evaluator's.")
        if own
        else t("These lessons are drafts by rule; the evaluator replaces them in the plan.")
    )
    found = own or drafts(voice, findings)
    frame = pd.DataFrame([vars(one) for one in found], columns=["finding", "condition", "action"])
    table = Table(
        label="tab-lessons",
        caption=t("Lessons") if own else t("Draft lessons"),
        frame=frame,
        headings={"finding": t("Finding"), "condition": t("Holds if"), "action": t("Action")},
        brief=True,
    )
    return Exhibits((Chapter(10, t("Lessons"), "lessons"), Text(text, brief=True), table))


def drafts(voice: Voice, findings: Findings) -> list[Draft]:
    """Return the drafts whose rule holds; the last one always does."""
    t, effect = voice.t, findings.headline
    money = voice.in_currency(voice.study.outcome)
    found = []
    touched = findings.sample.contamination
    if touched is not None and touched.above_limit:
        found.append(
            Draft(
                t("Many firms of the comparison group met the programme too."),
                t("other activities change the same outcome"),
                t("Keep a group untouched, or measure each activity from the start."),
            )
        )
    if abs(effect.verdict.estimate) < effect.verdict.smallest_detectable:
        found.append(
            Draft(
                t("The study was too small for an effect of this size."),
                t("the next programme has as few beneficiaries"),
                t(
                    "Compute the smallest detectable effect before, and enlarge the study to meet it."
                ),
            )
        )
    if findings.certainty.scales is not None and not findings.certainty.scales.agree:
        found.append(
            Draft(
                t("The answer depends on the scale: money and ratios disagree.")
                if money
                else t("The answer depends on the scale: levels, ratios and ranks do not agree."),
                t("a few large firms make up most of the money")
                if money
                else t("a few firms weigh more on one scale than on another"),
                t("Fix the scale in the plan, and ask who gains."),
            )
        )
    found.append(_on_worth(voice, findings))
    return found


def _on_worth(voice: Voice, findings: Findings) -> Draft:
    """Return the lesson on worth: by the answer that part 8 gives, or that it gives none."""
    t, worth = voice.t, findings.economics.worth
    if worth is None:
        return _unappraised(voice)
    answer = justified(worth, findings.evidence.rating).answer
    if answer == "cannot_tell":
        return Draft(
            t("Whether it was worth the money cannot be told."),
            t("the effect and the assumptions stay as uncertain"),
            t("Measure what the answer hinges on, first of all how long effects last."),
        )
    if answer == "above":
        return Draft(
            t("On its assumptions the programme reached the hurdle."),
            t("effects last as long as is assumed"),
            t("Follow the firms on, and appraise again before spending again."),
        )
    return Draft(
        t("On its assumptions the programme did not reach the hurdle."),
        t("the next programme costs as much for each firm"),
        t("Before spending, compare the break-even effect with what such programmes achieve."),
    )


def _unappraised(voice: Voice) -> Draft:
    t, money = voice.t, voice.in_currency(voice.study.outcome)
    return Draft(
        t("Whether it was worth the money is not answered."),
        t("costs and value added stay unmeasured")
        if money
        else t("costs and the worth of the outcome stay unknown"),
        t("Collect costs by activity, and value added beside the outcome.")
        if money
        else t("Collect costs by activity, and what a unit of the outcome is worth."),
    )
