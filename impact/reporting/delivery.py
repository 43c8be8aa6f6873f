"""How events and indicators are said wherever they stand: page, figure, workbook. Not known is never said as not done."""

from impact.evaluation.completion import Bound, Completion
from impact.evaluation.indicators import Actual, Cell, Indicator
from impact.evaluation.programme import Event
from impact.reporting.formats import Formats
from impact.reporting.voice import Voice
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said
from impact.terms import Language


def event_name(voice: Voice, event: Event) -> str:
    """Return an event's name, with where it was held if that was not where it was planned."""
    language = voice.study.plan.language
    name = event.name.in_language(language)
    planned, actual = event.place_planned, event.place_actual
    if planned is None or actual is None or planned == actual:
        return name
    return voice.t("{event} (held in {place})", event=name, place=actual.in_language(language))


def cell_in_words(t: Words, f: Formats, cell: Cell) -> str:
    """Write a figure, or that it is not known or was not done."""
    if cell.state is not None:
        return said(t, "figure_state", cell.state)
    return _figure(t, f, cell.value, cell.on, cell.bound)


def actual_in_words(t: Words, f: Formats, actual: Actual) -> str:
    """Write what was reached to date, or why there is no figure."""
    if actual.code == "actual_not_known":
        return said(t, "figure_state", "not_known")
    if actual.code is not None:
        return said(t, "completion", actual.code)
    return _figure(t, f, actual.value, actual.on, actual.bound)


def completion_in_words(t: Words, f: Formats, completion: Completion) -> str:
    """Write a percentage, or why there is none."""
    if completion.code is not None:
        return said(t, "completion", completion.code)
    return said(t, "bound", completion.bound, figure=f.percent(completion.percent, 0))


def _figure(t: Words, f: Formats, value: float | None, month: str | None, bound: Bound) -> str:
    whole = value is not None and value.is_integer()
    written = f.number(value) if whole else f.significant(value)
    figure = written if month is None else f.month(month)
    return said(t, "bound", bound, figure=figure)


def sources_in_words(t: Words, f: Formats, one: Indicator, language: Language) -> str:
    """List the sources of an indicator's figures, each once; assumed figures are said to be so."""
    if one.measured_by == "study":
        return t("this study")
    found = [cell.source_in(language) or t("assumption") for cell in one.sourced()]
    return f.listed(list(dict.fromkeys(found))) or t("none found")
