"""Part 9: published effects of like programmes beside this one's,."""

from typing import Any

import pandas as pd

from impact.evaluation.elsewhere import PublishedEffect
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Table, Text
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.telling_percent import telling_percent
from impact.reporting.voice import Voice


def evidence_elsewhere(voice: Voice, findings: Findings) -> Exhibits:
    """Show what others found; that the plan names none, where it does not."""
    t, published = voice.t, voice.study.elsewhere
    own = telling_percent(voice, findings.headline)
    chapter = Chapter(9, t("Evidence elsewhere"), "evidence-elsewhere")
    if not published:
        return Exhibits(
            (chapter, Text(t("The plan names no published effects to set beside this one.")))
        )
    shown: list[Exhibit] = [
        chapter,
        Text(
            t(
                "Others measured other outcomes, over other times: they give a scale for the size of this effect, not a test of it. "
                "References stand in the annex."
            )
        ),
        *([] if own is None else figures.drawn(figures.effects_elsewhere(voice, own, published))),
        _table(voice, findings, published),
    ]
    return Exhibits(tuple(shown))


def _table(voice: Voice, findings: Findings, published: list[PublishedEffect]) -> Table:
    t, f, language = voice.t, voice.f, voice.study.plan.language
    own = telling_percent(voice, findings.headline)
    rows: list[dict[str, Any]] = [
        {
            "name": t("This study"),
            "outcome": voice.study.label(voice.study.outcome),
            "effect": f.percent(own[0] if own else None),
            "range": f.interval(own[1], own[2], f.percent) if own else f.percent(None),
            "design": t("drawn by lot") if findings.assignment == "randomised" else t("difference-in-differences"),
        }
    ]  # fmt: skip
    for one in published:
        finding = one.finding.in_language(language) if one.finding else ""
        rows.append(
            {
                "name": one.name.in_language(language),
                "outcome": one.outcome.in_language(language),
                "effect": f.percent(one.estimate, 0) if one.estimate is not None else finding,
                "range": f.interval(one.low, one.high, lambda value: f.percent(value, 0)),
                "design": one.design.in_language(language),
            }
        )
    return Table(
        label="tab-elsewhere",
        caption=t("Effects of like programmes, in percent of what would have been without them"),
        frame=pd.DataFrame(rows),
        headings={
            "name": t("Programme and study"),
            "outcome": t("Outcome"),
            "effect": t("Effect"),
            "range": t("Interval or range"),
            "design": t("Design"),
        },
    )
