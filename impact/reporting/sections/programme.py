"""Part 3: what the programme was, as its file tells; a plan without one gets its starts and nothing else."""

from typing import Any

import pandas as pd

from impact.evaluation.programme import Event, Programme, Statement
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import cost_in_words
from impact.reporting.voice import Voice


def programme(voice: Voice, findings: Findings) -> Exhibits:
    """Show aim, money, theory of change and events; say which have no source."""
    t, told = voice.t, voice.study.programme
    chapter = Chapter(3, t("The programme"), "programme")
    if told is None:
        text = t(
            "The plan names no programme file, so money, places and events are not told here. The data show who started when."
        )
        return Exhibits((chapter, Text(text, brief=True)))
    shown: list[Exhibit] = [chapter, Text(_told(voice, told), brief=True)]
    if told.theory_of_change:
        shown += [*figures.drawn(figures.theory_of_change(voice, told)), _theory(voice, told)]
    if told.events:
        shown += [
            Text(f"### {t('Planned and delivered')}\n\n{undated(voice, told.events)}"),
            *figures.drawn(figures.timeline(voice, told)),
            _events(voice),
        ]
    if findings.sample.cohorts["planned"].notna().any():
        shown.append(
            Text(
                t(
                    "Effects in this report are those of taking part; the robustness table adds those of being invited."
                )
            )
        )
    return Exhibits(tuple(shown))


def undated(voice: Voice, events: tuple[Event, ...]) -> str:
    """Say for how many events no month is documented, and for how many of these a latest month is."""
    t, f = voice.t, voice.f
    unknown = [one for one in events if not one.actual]
    if not unknown:
        return t("Every event below has a documented month.")
    return t(
        "No month is documented for {unknown} of the {n} events below; of these, a latest month is known for {bounded}.",
        unknown=f.number(len(unknown)),
        n=f.number(len(events)),
        bounded=f.number(sum(1 for one in unknown if one.done_by)),
    )


def _told(voice: Voice, told: Programme) -> str:
    t = voice.t
    statements = (
        (t("Aim"), told.aim),
        (t("Run by"), told.run_by),
        (t("Paid by"), told.funded_by),
        (t("Where"), told.places),
        (t("Selection"), told.selection),
    )
    points = [_point(voice, name, one) for name, one in statements if one is not None]
    if told.cost is not None:
        cost = cost_in_words(voice)
        source = escape(told.cost.source_in(voice.study.plan.language)) or t(
            "an assumption, without a source"
        )
        points.append(f"- **{t('Cost')}**{voice.colon} {cost} ({source})")
    return "\n".join(points)


def _point(voice: Voice, name: str, one: Statement) -> str:
    language = voice.study.plan.language
    text = escape(one.text.in_language(language))
    source = escape(one.source_in(language)) or voice.t("an assumption, without a source")
    return f"- **{name}**{voice.colon} {text} ({source})"


def _theory(voice: Voice, told: Programme) -> Table:
    t, language = voice.t, voice.study.plan.language
    rows = [
        {
            "n": position,
            "step": step.text.in_language(language),
            "assumption": step.assumption.in_language(language) if step.assumption else "",
            "source": step.source_in(language) or t("assumption"),
        }
        for position, step in enumerate(told.theory_of_change, 1)
    ]
    return Table(
        label="tab-theory-of-change",
        caption=t("Theory of change: each step, and what must hold for it"),
        frame=pd.DataFrame(rows),
        headings={
            "n": t("Step"),
            "step": t("What happens"),
            "assumption": t("Provided that"),
            "source": t("Source"),
        },
    )


def _events(voice: Voice) -> Table:
    t, f, language = voice.t, voice.f, voice.study.plan.language

    def row(event: Event) -> dict[str, Any]:
        return {
            "event": event.name.in_language(language),
            "planned": f.month(event.planned) + ("[^1]" if event.planned_inferred else ""),
            "replanned": f.month(event.replanned),
            "actual": f.month(event.actual)
            if event.actual or not event.done_by
            else t("by {month}", month=f.month(event.done_by)),
            "places": event.places,
            "exhibitors": event.exhibitors,
            "source": event.source_in(language) or t("assumption"),
        }

    inferred = any(one.planned_inferred for one in voice.study.events)
    return Table(
        label="tab-events",
        caption=t("Events of the programme; a dash means that no source was found"),
        frame=pd.DataFrame([row(event) for event in voice.study.events]),
        headings={
            "event": t("Event"),
            "planned": t("Planned"),
            "replanned": t("Planned anew"),
            "actual": t("Delivered"),
            "places": t("Places offered"),
            "exhibitors": t("Took part"),
            "source": t("Source"),
        },
        formats={"places": f.number, "exhibitors": f.number},
        footnotes=(t("The source lists dates and events apart; their order puts them together."),)
        if inferred
        else (),
    )
