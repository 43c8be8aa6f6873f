"""Part 3: the indicators of the monitoring plan, what was reached of each, and which ones this study measures itself."""

from typing import Any

import pandas as pd

from impact.evaluation.indicators import Indicator
from impact.reporting.delivery import (
    actual_in_words,
    cell_in_words,
    completion_in_words,
    sources_in_words,
)
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.voice import Voice


def indicators(voice: Voice) -> list[Exhibit]:
    """Show the indicators, as far as sources tell; nothing where the plan names no file of them."""
    t, f, told = voice.t, voice.f, voice.study.indicators
    if told is None:
        return []
    every = [one for project in told.projects for one in told.of(project)]
    complete = [one.completion(told.through) for one in every]
    text = t(
        "Of {n} indicators, {known} have a documented figure of what was reached; of {percent} it can be said how much of the "
        "target that is. Measured by this study: {study}; such results stand in the parts that follow, never here.",
        n=f.number(len(every)),
        known=f.number(sum(one.actual(told.through).code is None for one in every)),
        percent=f.number(sum(one.percent is not None for one in complete)),
        study=f.number(sum(one.measured_by == "study" for one in every)),
    )
    return [Text(f"### {t('Indicators')}\n\n{text}"), _table(voice, every)]


def _table(voice: Voice, every: list[Indicator]) -> Table:
    t, language = voice.t, voice.study.plan.language
    notes = [one.note.in_language(language) for one in every if one.note]
    footnotes = list(dict.fromkeys(notes))
    return Table(
        label="tab-indicators",
        caption=t("Indicators: what was planned and what was reached"),
        frame=pd.DataFrame([_row(voice, one, footnotes) for one in every]),
        headings={
            "indicator": t("Indicator"),
            "unit": t("Unit"),
            "baseline": t("Baseline"),
            "target": t("Target"),
            "actual": t("Actual to date"),
            "complete": t("% complete"),
            "source": t("Source"),
        },
        notes=(
            t(
                "Figures of monitoring, each as its source has it; baselines and targets are the plan's and do not change with results."
            )
            if voice.study.rehearsal is not None
            else t(
                "Figures of monitoring, each as its source has it; baselines and targets are the plan's and do not change with results. "
                "The whole table, by quarter, is in indicators.xlsx."
            ),
        ),
        footnotes=footnotes,
        group="activity",
    )


def _row(voice: Voice, one: Indicator, footnotes: list[str]) -> dict[str, Any]:
    t, f, language = voice.t, voice.f, voice.study.plan.language
    told = voice.study.indicators
    assert told is not None  # noqa: S101 (narrowing for mypy; callers checked)
    name = one.name.in_language(language)
    year = f" ({one.baseline.year})" if one.baseline.year else ""
    mark = f"[^{footnotes.index(one.note.in_language(language)) + 1}]" if one.note else ""
    return {
        "activity": told.activities[one.activity].in_language(language),
        "indicator": name + mark,
        "unit": one.unit.in_language(language),
        "baseline": cell_in_words(t, f, one.baseline) + year,
        "target": cell_in_words(t, f, one.target),
        "actual": actual_in_words(t, f, one.actual(told.through)),
        "complete": completion_in_words(t, f, one.completion(told.through)),
        "source": sources_in_words(t, f, one, language),
    }
