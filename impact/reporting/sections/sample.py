"""Section on the sample: who is compared with whom, and how alike they were."""

import pandas as pd

from impact.evaluation.parts import SampleAndComparability
from impact.reporting import figures
from impact.reporting.exhibits import Exhibits, Table, Text
from impact.reporting.sections.arrival import arrived
from impact.reporting.sections.checks import checks_table
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def sample_flow(voice: Voice, part: SampleAndComparability) -> Exhibits:
    """Show the flow of firms and the cohorts."""
    text = Text(f"## {voice.t('Sample and attrition')}\n\n{still_there(voice, part.flow)}")
    began = arrived(voice, part.arrival)
    return Exhibits((text, *began, figures.flow(voice, part.flow), _cohorts(voice, part.cohorts)))


def still_there(voice: Voice, flow: pd.DataFrame) -> str:
    """Say how many of each group still answer at the end, or that nobody is followed."""
    t, f = voice.t, voice.f
    last, start = flow.iloc[-1], flow.iloc[1]
    if voice.study.plan.waves == "endline_only":
        return t(
            "Firms were asked once, after the start. In the analysis: {treated} beneficiaries, {other} firms of the comparison group.",
            treated=f.number(start["treated"]),
            other=f.number(start["comparison"]),
        )
    if not voice.study.follows_units:
        return t(
            "Other firms were asked each time: nobody is followed, so who stopped answering cannot be seen. In the analysis: "
            "{treated} beneficiaries, {other} firms of the comparison group.",
            treated=f.number(start["treated"]),
            other=f.number(start["comparison"]),
        )
    if not start["comparison"]:
        return t(
            "Still answering in the last period: {treated_left} of {treated} beneficiaries. Everyone starts at some time.",
            treated=f.number(start["treated"]),
            treated_left=f.number(last["treated"]),
        )
    return t(
        "Still answering in the last period: {treated_left} of {treated} beneficiaries, {other_left} of {other} firms of "
        "the comparison group.",
        treated=f.number(start["treated"]),
        treated_left=f.number(last["treated"]),
        other=f.number(start["comparison"]),
        other_left=f.number(last["comparison"]),
    )


def _cohorts(voice: Voice, cohorts: pd.DataFrame) -> Table:
    t, f = voice.t, voice.f
    headings = {"when": t("Start"), "actual": t("Beneficiaries, actual start")}
    formats = {"actual": f.number}
    if cohorts["planned"].notna().any():
        headings = {
            "when": t("Start"),
            "planned": t("Invited, planned start"),
            "actual": t("Beneficiaries, actual start"),
        }
        formats["planned"] = f.number
    frame = cohorts.assign(when=[f.time(period) for period in cohorts["period"]])
    return Table(
        label="tab-cohorts", caption=t("Cohorts"), frame=frame, headings=headings, formats=formats
    )


def _balance_table(voice: Voice, part: SampleAndComparability) -> Table:
    t, f, study = voice.t, voice.f, voice.study
    frame = part.baseline.copy()
    frame["what"] = [
        t("{what}: {level}", what=study.label(name), level=voice.level(name, level))
        if level
        else study.label(name)
        for name, level in zip(frame["characteristic"], frame["level"], strict=True)
    ]
    for side in ("treated", "comparison"):
        frame[f"{side}_shown"] = [
            f.percent(100 * value) if level else f.significant(value)
            for value, level in zip(frame[side], frame["level"], strict=True)
        ]
    return Table(
        label="tab-balance",
        caption=t("Characteristics: means or shares by group")
        if study.plan.waves == "endline_only"
        else t("Before treatment: means or shares by group"),
        frame=frame,
        headings={
            "what": t("Characteristic"),
            "treated_shown": t("Beneficiaries"),
            "comparison_shown": t("Comparison group"),
            "normalised_difference": t("Difference in standard deviations"),
            "p_value": t("p‑value"),
        },
        formats={
            "treated_shown": str,
            "comparison_shown": str,
            "normalised_difference": lambda value: f.number(value, 2),
            "p_value": f.p_value,
        },
    )


def comparability(voice: Voice, part: SampleAndComparability) -> Exhibits:
    """Show baseline differences, their tests, and the raw paths."""
    t = voice.t
    text = Text(
        f"## {t('Comparability')}\n\n" + said(t, "selection_in_full", voice.study.plan.assignment)
    )
    starts = [
        str(period)
        for period, n in zip(part.cohorts["period"], part.cohorts["actual"], strict=True)
        if n
    ]
    return Exhibits(
        (
            text,
            *figures.drawn(figures.love_plot(voice, part.baseline)),
            *(() if part.baseline.empty else (_balance_table(voice, part),)),
            checks_table(
                voice, part.checks, label="tab-balance-checks", caption=t("Checks of comparability")
            ),
            *figures.drawn(figures.raw_paths(voice, part.paths, starts=starts)),
        )
    )
