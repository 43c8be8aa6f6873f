"""Section on the sample: who is compared with whom, and how alike they were."""

import pandas as pd

from impact.evaluation.parts import SampleAndComparability
from impact.reporting import figures
from impact.reporting.exhibits import Exhibits, Table, Text
from impact.reporting.sections.checks import checks_table
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def sample_flow(voice: Voice, part: SampleAndComparability) -> Exhibits:
    """Show the flow of firms and the cohorts."""
    t, f = voice.t, voice.f
    flow = part.flow
    last, start = flow.iloc[-1], flow.iloc[1]
    text = Text(
        f"## {t('Sample and attrition')}\n\n"
        + t(
            "Still answering in the last period: {treated_left} of {treated} beneficiaries, {other_left} of {other} firms of "
            "the comparison group.",
            treated=f.number(start["treated"]),
            treated_left=f.number(last["treated"]),
            other=f.number(start["comparison"]),
            other_left=f.number(last["comparison"]),
        )
    )
    began = () if part.arrival is None or part.arrival.empty else (_arrival(voice, part.arrival),)
    return Exhibits((text, *began, figures.flow(voice, flow), _cohorts(voice, part.cohorts)))


def _arrival(voice: Voice, arrival: pd.DataFrame) -> Table:
    """Show what became of the rows of the files on their way to the panel."""
    t, f = voice.t, voice.f
    what = [
        t("{rule}: {why}", rule=said(t, "intake_rule", rule), why=why)
        if why
        else said(t, "intake_rule", rule)
        for rule, why in zip(arrival["rule"], arrival["why"], strict=True)
    ]
    frame = arrival.assign(
        step=["" if not number else f.number(number) for number in arrival["number"]], what=what
    )
    return Table(
        label="tab-arrival",
        caption=t("From the files to the panel"),
        frame=frame,
        headings={
            "step": t("Rule"),
            "table": t("Table"),
            "what": t("What was done"),
            "before": t("Rows before"),
            "touched": t("Rows touched"),
            "after": t("Rows after"),
        },
        formats={
            "before": f.number,
            "touched": f.number,
            "after": f.number,
        },
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


def comparability(voice: Voice, part: SampleAndComparability) -> Exhibits:
    """Show baseline differences, their tests, and the raw paths."""
    t, f, study = voice.t, voice.f, voice.study
    text = Text(
        f"## {t('Comparability')}\n\n" + said(t, "selection_in_full", study.plan.assignment)
    )
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
    table = Table(
        label="tab-balance",
        caption=t("Before treatment: means or shares by group"),
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
    starts = [
        str(period)
        for period, n in zip(part.cohorts["period"], part.cohorts["actual"], strict=True)
        if n
    ]
    return Exhibits(
        (
            text,
            *figures.drawn(figures.love_plot(voice, part.baseline)),
            table,
            checks_table(
                voice, part.checks, label="tab-balance-checks", caption=t("Checks of comparability")
            ),
            *figures.drawn(figures.raw_paths(voice, part.paths, starts=starts)),
        )
    )
