"""Several arms of a lot: which of them page one has, and a table of each against the control and against the others."""

import pandas as pd

from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.formats import escape
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def of_arms(voice: Voice, found: pd.DataFrame | None) -> list[Exhibit]:
    """Show the comparisons of arms; nothing where the plan names none."""
    if found is None:
        return []
    t = voice.t
    return [
        Text(f"### {t('By arm')}\n\n{which_arms(voice)}", brief=True),
        _table(voice, found),
    ]


def which_arms(voice: Voice) -> str:
    """Say which two arms page one compares; empty where the plan names no arms."""
    t, drawn = voice.t, voice.study.arms
    if drawn is None:
        return ""
    control, first = (escape(arm_named(voice, name)) for name in drawn.labels[:2])
    return t(
        "The lot had {n} arms. The main effect compares “{first}” with “{control}”.",
        n=voice.f.number(len(drawn.labels)),
        first=first,
        control=control,
    )


def arm_named(voice: Voice, name: str) -> str:
    """Return an arm's name: the plan's, or the schema's for the category, or as it stands in the column."""
    study, planned = voice.study, voice.study.plan.arms
    if planned is None:
        return name
    if name in planned.labels:
        return planned.labels[name].in_language(study.plan.language)
    return study.column(planned.column).level_in(name, study.plan.language)


def _table(voice: Voice, found: pd.DataFrame) -> Table:
    t, f, outcome = voice.t, voice.f, voice.study.outcome
    plain = voice.plain(outcome)
    frame = found.assign(
        comparison=[
            t("{arm} against {other}", arm=arm_named(voice, arm), other=arm_named(voice, other))
            for arm, other in zip(found["label"], found["other"], strict=True)
        ],
        interval=[
            f.interval(low, high, plain)
            for low, high in zip(found["conf_low"], found["conf_high"], strict=True)
        ],
        by=[said(t, "short_inference", name) for name in found["believed"]],
    )
    return Table(
        label="tab-arms",
        caption=t(
            "Each arm against the control and against the others: {outcome}",
            outcome=voice.with_unit(outcome),
        ),
        frame=frame,
        headings={
            "comparison": t("Arms"),
            "estimate": t("Effect"),
            "interval": t("Interval"),
            "p_value": t("p, alone"),
            "p_holm": t("p, of several (Holm)"),
            "p_westfall_young": t("p, of several (by the lot)"),
            "by": t("By"),
        },
        formats={
            "estimate": plain,
            "interval": str,
            "p_value": f.p_value,
            "p_holm": f.p_value,
            "p_westfall_young": f.p_value,
        },
        notes=(
            t(
                "Each row compares the units of its two arms alone, by the main estimator. Intervals are not adjusted for being several."
            ),
            t(
                "p of several: Holm's whatever comparisons have to do with each other; by the lot, drawn again among arms that may be "
                "equal, for the largest t (closed tests, up to four arms). Where both are small, so is the chance of one false finding."
            ),
        ),
    )
