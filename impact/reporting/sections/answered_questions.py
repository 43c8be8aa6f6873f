"""The plan, populated: each question that was asked before the data, in its order, with its answer."""

import math
from collections.abc import Callable
from typing import Literal

import pandas as pd

from impact.evaluation.answered import Held, effect_asked, held
from impact.evaluation.parts import NotMeasured, OutcomeEffect
from impact.evaluation.promised import AnsweredBy, PlannedQuestion
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import worth_it
from impact.reporting.sections.plan_departures import all_departures, results_before_lock
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

Beside = Literal["weak", "above_zero", "below_zero", "zero_inside"]
"""What is said where nothing was expected, or where the evidence is too weak to say whether it held."""


def answered_questions(voice: Voice, findings: Findings) -> list[Exhibit]:
    """Show the questions of the plan as it was locked, each with its hypothesis and its answer; nothing where it asks none."""
    t, f, questions = voice.t, voice.f, voice.study.planned.questions
    if not questions:
        return []
    n = len(all_departures(voice.study, findings))
    told = t(
        "The questions are those of the plan, in its order. Departures from its choices: {n}; part 11 has these, what else was other "
        "than planned, and whether it was locked.",
        n=f.number(n),
    )
    locked = voice.study.locked
    if locked is not None and locked.lock.earlier:
        told = f"{told} {results_before_lock(voice, locked)}"
    rows = [
        {
            "number": number,
            "question": one.question.in_language(voice.study.plan.language),
            "expected": said(t, "expected", f"expects:{one.expects}") if one.expects else "",
            "answer": _answer(voice, findings, one),
        }
        for number, one in enumerate(questions, start=1)
    ]
    headings = {
        "number": t("No."),
        "question": t("Question"),
        "expected": t("Expected"),
        "answer": t("Answer"),
    }
    table = Table(
        label="tab-questions",
        caption=t("Every question of the plan, answered"),
        frame=pd.DataFrame(rows),
        headings=headings,
        formats={"number": f.number},
    )
    return [Text(f"### {t('Questions of the plan')}\n\n{told}"), table]


def _answer(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    return _ANSWERS[asked.answered_by](voice, findings, asked)


def _of_effect(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    t = voice.t
    found = effect_asked(asked, voice.study.planned, findings.impact)
    if found is None:
        return t("Not answered: the results lack it.")
    if isinstance(found, NotMeasured):
        return t("Not answered: {why}.", why=said(t, "unmeasured", found.why))
    verdict, outcome = found.verdict, found.outcome
    shown = t(
        "{outcome}: {estimate}, {level} interval {interval}.",
        outcome=voice.study.label(outcome),
        estimate=voice.amount(outcome, verdict.estimate),
        level=voice.confidence,
        interval=voice.f.interval(
            verdict.conf_low, verdict.conf_high, lambda value: voice.amount(outcome, value)
        ),
    )
    return f"{shown} {said(t, 'held', f'held:{_state(voice, findings, asked, found)}')}"


def _state(
    voice: Voice, findings: Findings, asked: PlannedQuestion, found: OutcomeEffect
) -> Held | Beside:
    """Say what the interval decides; of the headline no more than the title may say."""
    verdict = found.verdict
    state: Held | Beside = (
        _side(verdict.conf_low, verdict.conf_high)
        if asked.expects is None
        else held(asked.expects, found, relevant=voice.study.planned.relevant_effect)
    )
    rated = found.outcome == findings.headline.outcome
    weak = rated and findings.evidence.rating.verb == "cannot_tell"
    return "weak" if weak and state not in {"open", "zero_inside"} else state


def _side(low: float, high: float) -> Beside:
    if low > 0:
        return "above_zero"
    return "below_zero" if high < 0 else "zero_inside"


def _of_subgroup(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    t, outcome = voice.t, voice.study.outcome
    column = str(asked.about)
    rows = findings.impact.subgroups
    each = [
        t(
            "{level}: {estimate} ({interval})",
            level=voice.level(column, str(row["level"])),
            estimate=voice.amount(outcome, row["estimate"]),
            interval=voice.f.interval(
                row["conf_low"], row["conf_high"], lambda value: voice.amount(outcome, value)
            ),
        )
        for row in rows[rows["subgroup"] == column].to_dict("records")
        if not math.isnan(row["estimate"])
    ]
    return f"{voice.f.listed(each)}." if each else t("Not answered: the results lack it.")


def _of_family(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    t = voice.t
    found = next((one for one in findings.certainty.families if one.name == asked.about), None)
    if found is None:
        return t("Not answered: the results lack it.")
    each = [
        f"{voice.study.label(row['outcome'])} {voice.f.p_clause(row['p_westfall_young'])}"
        for row in found.table.to_dict("records")
        if row["outcome"] in voice.study.schema.columns
    ]
    return t("Adjusted for being several (Westfall and Young): {each}.", each=voice.f.listed(each))


def _of_placebo(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    del asked
    t, checks = voice.t, findings.certainty.checks
    status = next((one.status for one in checks if one.name == "placebo_outcomes"), None)
    if status == "pass":
        return t("No change beyond chance was found in outcomes that the programme could not move.")
    if status == "warn":
        return said(t, "held", "held:open")
    if status == "fail":
        return t("Outcomes that the programme could not move did change, beyond chance.")
    return t("Not answered: the results lack it.")


def _of_contamination(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    del asked
    t, f, found = voice.t, voice.f, findings.sample.contamination
    if found is None or found.any_share is None:
        return t("Not answered: the results lack it.")
    return t(
        "{share} of the comparison group met an activity of the programme; the limit of the plan is {limit}.",
        share=f.percent(100 * found.any_share),
        limit=f.percent(100 * voice.study.planned.limits.contamination),
    )


def _of_worth(voice: Voice, findings: Findings, asked: PlannedQuestion) -> str:
    del asked
    return worth_it(voice, findings).answer


_ANSWERS: dict[AnsweredBy, Callable[[Voice, Findings, PlannedQuestion], str]] = {
    "effect": _of_effect,
    "subgroup": _of_subgroup,
    "family": _of_family,
    "placebo": _of_placebo,
    "contamination": _of_contamination,
    "worth": _of_worth,
}
