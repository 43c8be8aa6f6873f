"""Part 7: the rating as a ladder, then seven short questions with one sentence each."""

import math
import re

import pandas as pd

from impact.check_result import CheckResult
from impact.evaluation.parts import Impact
from impact.evaluation.sample_tables import remained
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Figure, Question, Text
from impact.reporting.formats import escape
from impact.reporting.rounding import apart
from impact.reporting.sections.certainty import could_find, without_sentence
from impact.reporting.sections.checks import found as what_it_found
from impact.reporting.sections.effects import shares_that_took_part
from impact.reporting.sections.evidence import trends_before
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.impact import agreement, named_estimators
from impact.reporting.sections.other_trends import if_trends_had_parted
from impact.reporting.sections.rated import ladder
from impact.reporting.voice import Voice, inside_a_sentence


def how_sure(voice: Voice, findings: Findings) -> Exhibits:
    """Show the ladder, the exaggeration where the estimate is under what such a study detects, and seven questions."""
    t, evidence = voice.t, findings.evidence
    text = voice.about(
        t(
            "The rating is of the evidence, from 0 to 5. It takes no account of whether {treatment} worked."
        )
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
    # where the design was simulated its own test's power is told, as the figure beside it shows it
    power = found_here.power if effect.design is None else effect.design.power_at(size)
    sentences = [
        t(
            "The estimate is below what such a study detects. Were it true, only {power} of such studies would find it.",
            power=f.percent(100 * power, 0),
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
    unasked = t("Not examined.")
    second = (
        (t("Did participation follow the lot?"), lot_followed(voice, findings) or unasked)
        if voice.study.by_lot
        else (t("Could another trend explain it?"), another_trend(voice, findings) or unasked)
    )
    answers = (
        (t("Were the groups alike before?"), alike(voice, findings) or unasked),
        second,
        (
            t("Does one firm or event carry it?"),
            without_sentence(voice, part.leave_one_out) if part.leave_one_out else unasked,
        ),
        (t("Do other methods agree?"), agreement(voice, impact)),
        (t("Could the study have seen it?"), could_find(voice, findings.headline)),
        (t("Did people drop out?"), dropped_out(voice, findings)),
        (t("Did the comparison group stay untouched?"), untouched(voice, findings)),
    )
    return [
        Question(question, sentence, figure=figure, brief=True)
        for (question, sentence), figure in zip(answers, _pictures(voice, findings), strict=True)
    ]


def alike(voice: Voice, findings: Findings) -> str:
    """Say in what the groups differed most before the start, against the plan's limit; nothing without a period before."""
    t, f, rows = voice.t, voice.f, findings.sample.baseline
    sizes = rows["normalised_difference"].abs()
    if not sizes.notna().any():
        return ""
    most, tested = rows.loc[sizes.idxmax()], check_named(findings, "joint_balance")
    limit = voice.study.plan.limits.imbalance
    sentence = (
        by_chance(voice, findings)
        if voice.study.by_lot
        else t("No: the widest gap ({what}) is {size} standard deviations; the limit is {limit}.")
        if sizes.max() > limit
        else t(
            "By and large: the widest gap ({what}) is {size} standard deviations; the limit is {limit}."
        )
    )
    name = voice.name(most["characteristic"])
    if most["level"]:
        name = f"{name} ({escape(voice.level(most['characteristic'], most['level']))})"
    return sentence.format(
        what=inside_a_sentence(name),
        size=f.number(sizes.max(), apart(float(sizes.max()), limit, least=2)),
        limit=f.number(limit, 2),
        p="" if tested is None or tested.p_value is None else f.p_clause(tested.p_value),
    )


def by_chance(voice: Voice, findings: Findings) -> str:
    """Return the sentence on whether the groups of a lot differed by more than it gives; its figures are to be filled in."""
    t, tested = voice.t, check_named(findings, "joint_balance")
    if tested is None or tested.p_value is None:
        return t(
            "Tested together, the differences could not be; the widest ({what}) is {size} standard deviations."
        )
    return (
        t(
            "By no more than a lot gives ({p}): the widest gap ({what}) is {size} standard deviations."
        )
        if tested.status == "pass"
        else t(
            "No: by more than a lot gives ({p}); the widest gap ({what}) is {size} standard deviations."
        )
    )


def check_named(findings: Findings, name: str) -> CheckResult | None:
    """Return a check of the sample by its name; None where it was not asked."""
    return next((one for one in findings.sample.checks if one.name == name), None)


def lot_followed(voice: Voice, findings: Findings) -> str:
    """Say which share of those drawn took part, and of the others; nothing where the plan names no participation."""
    t, f = voice.t, voice.f
    found, shares = check_named(findings, "compliance"), shares_that_took_part(findings)
    if found is None or shares is None:
        return ""
    drawn, others = (f.percent(100 * share, 0) for share in shares)
    sentence = (
        t("By and large: {drawn} of those drawn took part, and {others} of the others.")
        if found.status == "pass"
        else t("No: {drawn} of those drawn took part, and {others} of the others.")
    )
    return sentence.format(drawn=drawn, others=others)


def another_trend(voice: Voice, findings: Findings) -> str:
    """Say what the periods before showed, and what another trend would do to the answer."""
    part, evidence = findings.certainty, findings.evidence
    sentences = trends_before(voice, evidence.rating, evidence.checks)
    if part.honest:
        sentences.append(if_trends_had_parted(voice, part, findings.headline))
    return " ".join(sentences)


def dropped_out(voice: Voice, findings: Findings) -> str:
    """Say which share of each group still answers in the last period."""
    t, f, flow = voice.t, voice.f, findings.sample.flow
    left = {side: remained(flow, side) for side in ("treated", "comparison")}
    counted = check_named(findings, "attrition")
    if (
        counted is not None and voice.study.plan.waves == "endline_only"
    ):  # its panel has answers alone
        return what_it_found(voice, counted)
    if not voice.study.follows_units:
        return t("Not examined: other firms were asked each time, so nobody can be seen to stop.")
    if math.isnan(left["treated"]):
        return t("Examined, but not shown: it would tell of fewer than ten firms.")
    if math.isnan(left["comparison"]):
        share = f.percent(100 * left["treated"], 0)
        return t("In the last period {treated} of beneficiaries still answer.", treated=share)
    if min(left.values()) == 1:
        return t("No: in both groups every firm in the analysis still answers in the last period.")
    return t(
        "In the last period {treated} of beneficiaries still answer, and {other} of the comparison group.",
        treated=f.percent(100 * left["treated"], 0),
        other=f.percent(100 * left["comparison"], 0),
    )


def untouched(voice: Voice, findings: Findings) -> str:
    """Say whether more of the comparison group than the plan allows met an activity."""
    t, f, found = voice.t, voice.f, findings.sample.contamination
    if found is None:
        return t("Not examined.")
    if found.any_share is None:
        return t("Examined, but not shown: it would tell of fewer than ten firms.")
    sentence = (
        t("No: {share} met another activity; the limit is {limit}.")
        if found.above_limit
        else t("By and large: {share} met another activity; the limit is {limit}.")
    )
    limit = voice.study.plan.limits.contamination
    return sentence.format(
        share=f.percent(100 * found.any_share, 0), limit=f.percent(100 * limit, 0)
    )


def _pictures(voice: Voice, findings: Findings) -> tuple[Figure | None, ...]:
    """Draw one small figure for each question; None where there is nothing to draw."""
    sample, part, impact = findings.sample, findings.certainty, findings.impact
    axis = figures.EffectAxis.of_impact(voice, impact)
    bounds = [one for one in part.honest if one.target == "overall"]  # none of a lot
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
