"""Part 3: what the programme was, as its file tells; a plan without one gets its starts and nothing else."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from impact.data.strict import Words
from impact.evaluation.programme import Event, Programme, Spending, Statement
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import cost_in_words
from impact.reporting.sections.indicators import indicators
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def programme(voice: Voice, findings: Findings) -> Exhibits:
    """Show aim, money, theory of change and events; say which have no source."""
    t, told = voice.t, voice.study.programme
    chapter = Chapter(3, t("The programme"), "programme")
    if told is None:
        text = t(
            "The plan names no programme file, so money, places and events are not told here. The data show who started when."
        )
        return Exhibits((chapter, Text(text, brief=True), *indicators(voice)))
    shown: list[Exhibit] = [chapter, Text(_told(voice, told), brief=True)]
    if told.theory_of_change:
        shown += [*figures.drawn(figures.theory_of_change(voice, told)), _theory(voice, told)]
    if told.events:
        shown += [
            Text(f"### {t('Planned and delivered')}\n\n{undated(voice, told.events)}"),
            *figures.drawn(figures.timeline(voice, told)),
            _events(voice),
        ]
    shown += indicators(voice)
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
    """Say for how many events no month is documented, of how many it is not known whether they took place, and how many did not."""
    t, f = voice.t, voice.f
    states = [one.delivery for one in events]
    unknown = [one for one in events if not one.actual and one.delivery != "no"]
    if not unknown and "no" not in states:
        return t("Every event below has a documented month.")
    told = []
    if unknown:
        told.append(
            t(
                "No month is documented for {unknown} of the {n} events below; of these, a latest month is known for {bounded}.",
                unknown=f.number(len(unknown)),
                n=f.number(len(events)),
                bounded=f.number(sum(1 for one in unknown if one.done_by)),
            )
        )
    else:
        told.append(t("Every event that took place has a documented month."))
    if n := states.count("not_known"):
        told.append(t("Whether it took place is not known for {n} of the events.", n=f.number(n)))
    if n := states.count("no"):
        told.append(t("Not done, as a source says: {n}.", n=f.number(n)))
    if not any(one.spending_planned or one.spending_actual for one in events):
        told.append(t("What single events were to cost, or cost, is not known."))
    return " ".join(told)


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
    t, events = voice.t, voice.study.events
    inferred = any(one.planned_inferred for one in events)
    spent = any(one.spending_planned or one.spending_actual for one in events)
    spending = ("spending_planned", "spending_actual") if spent else ()
    named = ("planned", "replanned", "actual", "places", "exhibitors", *spending)
    return Table(
        label="tab-events",
        caption=t("Events of the programme, planned against delivered"),
        frame=pd.DataFrame([_event(voice, one) for one in events]),
        headings={
            "event": t("Event"),
            **{name: said(t, "event_cell", f"event:{name}") for name in named},
            "source": t("Source"),
        },
        formats={name: _counted(voice) for name in ("places", "exhibitors")},
        notes=(
            t(
                "Not known: no source says. Not done: a source says that it was not. A dash: no source has a later plan."
            ),
        ),
        footnotes=(t("The source lists dates and events apart; their order puts them together."),)
        if inferred
        else (),
    )


def _event(voice: Voice, event: Event) -> dict[str, Any]:
    t, f, language = voice.t, voice.f, voice.study.plan.language
    not_known = said(t, "delivery", "not_known")
    planned = _when_and_where(
        voice, f.month(event.planned) if event.planned else "", event.place_planned
    )
    return {
        "event": event.name.in_language(language),
        "planned": (planned or not_known) + ("[^1]" if event.planned_inferred else ""),
        "replanned": f.month(event.replanned),
        "actual": _delivered(voice, event),
        "places": "not_known" if event.places is None else event.places,
        "exhibitors": _present(event),
        "spending_planned": _money(voice, event.spending_planned) or not_known,
        "spending_actual": _money(voice, event.spending_actual)
        or said(t, "delivery", "no" if event.delivery == "no" else "not_known"),
        "source": _sources(voice, event),
    }


def _when_and_where(voice: Voice, month: str, place: Words | None) -> str:
    """Write month and place, one of them, or nothing."""
    t = voice.t
    if place is None:
        return month
    where = place.in_language(voice.study.plan.language)
    if not month:
        return t("{place}, month not known", place=where)
    return t("{month}, {place}", month=month, place=where)


def _delivered(voice: Voice, event: Event) -> str:
    """Write when and where an event took place, that it did not, or that nobody says."""
    t, f = voice.t, voice.f
    if event.delivery != "yes":
        return said(t, "delivery", event.delivery)
    by = t("by {month}", month=f.month(event.done_by)) if event.done_by else ""
    month = f.month(event.actual) if event.actual else by
    told = _when_and_where(voice, month, event.place_actual)
    return told or t("month not known")


def _present(event: Event) -> int | str:
    if event.exhibitors is not None:
        return event.exhibitors
    return "not_done" if event.delivery == "no" else "not_known"


def _counted(voice: Voice) -> Callable[[Any], str]:
    """Return the function that writes a count, or why there is none."""

    def write(count: Any) -> str:
        if isinstance(count, str):
            return said(voice.t, "figure_state", count)
        return voice.f.number(count)

    return write


def _money(voice: Voice, spending: Spending | None) -> str:
    return "" if spending is None else f"{voice.f.number(spending.amount)}\u00a0{spending.currency}"


def _sources(voice: Voice, event: Event) -> str:
    """List the event's source and those of single cells, cells of one source together."""
    t, f, language = voice.t, voice.f, voice.study.plan.language
    cells: dict[str, list[str]] = {}
    for name, source in event.sources_in(language).items():
        cells.setdefault(source, []).append(said(t, "event_cell", f"event:{name}"))
    own = event.source_in(language) or ("" if cells else t("assumption"))
    single = [f"{', '.join(names)}{voice.colon} {source}" for source, names in cells.items()]
    return f.listed([*filter(None, [own]), *single])
