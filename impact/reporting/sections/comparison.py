"""Part 4: who is compared with whom, who else met the programme, who left, and how alike the groups were."""

import pandas as pd

from impact.evaluation.contamination import Contamination, UnexposedEffect
from impact.reporting import figures
from impact.reporting.exhibits import Callout, Chapter, Exhibit, Exhibits, Table, Text
from impact.reporting.sections.assigned import compared_with, how_assigned
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.headings import one_level_down
from impact.reporting.sections.sample import comparability, sample_flow
from impact.reporting.voice import Voice
from impact.reporting.words.register import said_why_not


def comparison(voice: Voice, findings: Findings) -> Exhibits:
    """Show selection, contamination, the flow of the sample, and balance."""
    t = voice.t
    shown: list[Exhibit] = [
        Chapter(4, t("Who is compared with whom"), "comparison"),
        Text(f"{how_assigned(voice)} {compared_with(voice)}", brief=True),
        *_untouched(voice, findings),
        *one_level_down(sample_flow(voice, findings.sample).items),
        *one_level_down(comparability(voice, findings.sample).items),
    ]
    return Exhibits(tuple(shown))


def _untouched(voice: Voice, findings: Findings) -> list[Exhibit]:
    """Say who else was exposed; where the plan names no activity, that it was not asked."""
    t, found = voice.t, findings.sample.contamination
    heading = f"### {t('Who else met the programme')}"
    if found is None and voice.study.from_moments and voice.study.plan.exposure:
        return [Text(f"{heading}\n\n{t('Not available from moments: not examined.')}")]
    if found is None:
        return [
            Text(
                f"{heading}\n\n{t('The plan names no activity that others may have met: not examined.')}"
            )
        ]
    sentence = (
        t(
            "The comparison group is not untouched by the programme: {share} of it met at least one activity.",
            share=voice.f.percent(100 * found.any_share, 0),
        )
        if found.any_share is not None
        else t(
            "The share that met an activity is not shown: it would tell of fewer than ten firms."
        )
    )
    kind = "caution" if found.above_limit else "finding"
    return [
        Text(heading),
        Callout(kind, f"{sentence} {against_the_unexposed(voice, found)}", brief=True),
        *figures.drawn(figures.exposure(voice, found)),
        _activities(voice, found),
    ]


def against_the_unexposed(voice: Voice, found: Contamination) -> str:
    """Say the effect against firms that met nothing, or why there is none."""
    t, outcome, one = voice.t, voice.study.outcome, found.unexposed
    if not isinstance(one, UnexposedEffect):
        return t(
            "The effect against firms that met nothing has no answer: {why}.",
            why=said_why_not(t, one.error),
        )
    return t(
        "Against the {n} firms that met none, the effect is {estimate} ({level} interval: {span}).",
        n=voice.f.number(one.n_control),
        estimate=voice.amount(outcome, one.estimate),
        level=voice.confidence,
        span=voice.span(outcome, one.conf_low, one.conf_high),
    )


def _activities(voice: Voice, found: Contamination) -> Table:
    t, f = voice.t, voice.f
    names = [voice.study.label(name) for name in found.activities["activity"]]
    return Table(
        label="tab-contamination",
        caption=t("Activities that the comparison group met"),
        frame=pd.DataFrame(found.activities).assign(name=names),
        headings={"name": t("Activity"), "n_met": t("Firms that met it"), "share": t("Share")},
        formats={"n_met": f.number, "share": lambda value: f.percent(100 * value, 0)},
        notes=(
            t(
                "Of {n} firms of the comparison group. A dash: fewer than ten met it, or fewer than ten did not.",
                n=f.number(found.n_comparison),
            ),
        ),
    )
