"""Planned against delivered, as readers are told: not known and not done differ in table, figure and sentence, in both languages."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from embedded import study_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from impact.evaluation.programme import Programme
from impact.reporting import figures
from impact.reporting.exhibits import NARROW_WIDTH, Figure
from impact.reporting.figures import canvas
from impact.reporting.figures.timeline import MARKS
from impact.reporting.sections.departures import _events as departures_of_events
from impact.reporting.sections.first_page import delivery
from impact.reporting.sections.indicators import indicators
from impact.reporting.sections.programme import programme
from impact.reporting.style import FULL_WIDTH
from impact.reporting.voice import Voice

WORDS = {
    "en": ("not known", "not done", "delivered by"),
    "fr": ("non connu", "non réalisé", "réalisé au plus tard"),
}


def event(name, **told):
    return {"name": {"en": name, "fr": name}, "source": "press", **told}


PLACE = {"en": "Kiev", "fr": "Kiev"}
ELSEWHERE = {"en": "Moscow", "fr": "Moscou"}
EVERY = [
    event("On time", planned="2013-01", actual="2013-01", places=10, exhibitors=9),
    event("Late", planned="2012-09", actual="2013-02", spending_planned={"amount": 1200, "currency": "USD"}),
    event("Moved", planned="2013-02", done_by="2013-06", place_planned=PLACE, place_actual=ELSEWHERE),
    event("Anew", planned="2013-02", replanned="2013-05"),
    event("Dropped", planned="2013-03", delivered="no", sources={"delivered": "report"}),
    event("Dropped without a month", delivered="no"),
    event("Silent", planned="2013-04", places=10),
    event("Silent without a month"),
    event("Held some time", delivered="yes"),
    event("One month", planned="2013-06", replanned="2013-06", done_by="2013-06"),
]  # fmt: skip


@pytest.fixture(params=["en", "fr"])
def voice(request):
    """The case's study with a programme in which everything happens that can."""
    study = study_of(language=request.param)
    told = {"began": "2012-07", "ended": "2013-09", "events": EVERY}
    study.__dict__["programme"] = Programme.model_validate(told)
    return Voice(study)


@pytest.fixture
def shown(voice):
    planned = pd.DataFrame({"planned": [1.0]})
    return programme(voice, SimpleNamespace(sample=SimpleNamespace(cohorts=planned)))


def table_of(shown, label):
    return next(one for one in shown.tables() if one.label == label)


def rows(table):
    return {cells[0]: dict(zip(table.headings, cells, strict=True)) for cells in table.cells()}


def test_the_table_tells_not_known_from_not_done(voice, shown):
    not_known, not_done, _ = WORDS[voice.study.plan.language]
    found = rows(table_of(shown, "tab-events"))
    assert found["Dropped"]["actual"] == found["Dropped without a month"]["actual"] == not_done
    assert found["Dropped"]["exhibitors"] == found["Dropped"]["spending_actual"] == not_done
    assert found["Silent"]["actual"] == found["Silent without a month"]["actual"] == not_known
    assert found["Silent"]["exhibitors"] == found["Silent"]["spending_actual"] == not_known
    assert (found["On time"]["places"], found["On time"]["exhibitors"]) == ("10", "9")
    assert found["Late"]["spending_planned"].endswith("\u00a0USD")


def test_the_table_has_places_and_sources_of_single_cells(voice, shown):
    found = rows(table_of(shown, "tab-events"))
    place = ELSEWHERE[voice.study.plan.language]
    assert found["Moved"]["planned"].endswith(", Kiev")
    assert found["Moved"]["actual"].endswith(f"2013, {place}")
    assert "report" in found["Dropped"]["source"]
    assert found["Dropped"]["source"].startswith("press")


def test_the_csv_keeps_codes_apart_from_numbers(shown):
    frame = table_of(shown, "tab-events").frame.set_index("event")
    assert frame.loc["Dropped", "exhibitors"] == "not_done"
    assert frame.loc["Silent", "exhibitors"] == "not_known"
    assert frame.loc["On time", "exhibitors"] == 9


def test_sentences_count_what_is_not_known_and_what_was_not_done(voice, shown):
    text = " ".join(getattr(one, "markdown", "") for one in shown.items)
    counts = {
        "en": ("not known for 3 of the events", "Not done, as a source says: 2."),
        "fr": ("On ignore si 3 des événements", "Non réalisés, d'après une source\u00a0: 2."),
    }
    for words in counts[voice.study.plan.language]:
        assert words in text
    first = delivery(voice, voice.study.events)
    assert {"en": "Not done: 2.", "fr": "Non réalisés\u00a0: 2."}[
        voice.study.plan.language
    ] in first


def test_an_event_that_was_not_done_or_held_elsewhere_departs_from_the_plan(voice):
    _, not_done, _ = WORDS[voice.study.plan.language]
    found = list(departures_of_events(voice))
    assert [done for planned, done, _ in found if planned.startswith("Dropped")] == [not_done] * 2
    moved = [done for planned, done, _ in found if "Kiev" in planned]
    assert len(moved) == 1
    assert moved[0].endswith(ELSEWHERE[voice.study.plan.language])
    assert not [planned for planned, _, _ in found if planned.startswith("Silent")]


def test_known_throughout_is_said_of_events_that_were_not_done_too(voice):
    known = tuple(one for one in voice.study.events if one.actual or one.delivery == "no")
    assert delivery(voice, known).startswith({"en": "Known:", "fr": "Connu\u00a0:"}[voice.study.plan.language])  # fmt: skip


@pytest.fixture
def drawn(voice, monkeypatch):
    """The timeline's canvases by width, and its words."""
    made = {}

    def keep(draw, **words):
        for width in (FULL_WIDTH, NARROW_WIDTH):
            made[width] = draw(width)
            FigureCanvasAgg(made[width]).draw()
        return Figure(label=words["label"], caption=words["caption"], alt=words["alt"], svg=b"", png=b"")  # fmt: skip

    monkeypatch.setattr(canvas.Figure, "from_matplotlib", keep)
    return figures.timeline(voice, voice.study.programme), made


def marks_of(axes):
    """Marks as drawn: shape, face, and where; a written sign stands on a white ground, which is no mark."""
    points = [line for line in axes.lines if len(line.get_xdata()) == 1]
    places = [(float(one.get_xdata()[0]), float(one.get_ydata()[0])) for one in points]
    found = []
    for i, line in enumerate(points):
        written = not isinstance(line.get_marker(), str)
        if places[i] not in places[i + 1 :]:  # a ground lies below its sign
            found.append(
                ("?" if written else line.get_marker(), line.get_markerfacecolor(), *places[i])
            )
    return found


def test_each_state_has_a_mark_of_its_own_and_the_key_names_it(voice, drawn):
    looks = {(mark.shape, mark.face) for mark in MARKS.values()}
    assert len(looks) == len(MARKS)
    for one in drawn[1].values():
        key = next(axes for axes in one.axes if not axes.axison)
        assert len(marks_of(key)) == len(MARKS)
        words = {text.get_text() for text in key.findobj(Text)}
        assert set(WORDS[voice.study.plan.language]) <= words


def test_the_figure_draws_each_event_as_it_is_known(drawn):
    for one in drawn[1].values():
        axes = next(axes for axes in one.axes if axes.axison)
        row = {name["name"]["en"]: len(EVERY) - 1 - i for i, name in enumerate(EVERY)}
        shapes = {name: [] for name in row}
        for shape, face, x, y in marks_of(axes):
            name = next(name for name, at in row.items() if at == y)
            shapes[name].append((shape, face, x))
        kinds = {name: [(s, f) for s, f, _ in found] for name, found in shapes.items()}
        as_drawn = {name: (mark.shape, mark.face) for name, mark in MARKS.items()}
        assert kinds["Silent"] == [as_drawn["planned"], as_drawn["not_known"]]
        assert kinds["Dropped"] == [as_drawn["planned"], as_drawn["no"]]
        assert kinds["Silent without a month"] == [as_drawn["not_known"]]
        assert kinds["Dropped without a month"] == [as_drawn["no"]]
        assert kinds["Held some time"] == [as_drawn["actual"]]
        assert kinds["Moved"] == [as_drawn["planned"], as_drawn["done_by"]]
        months = [x for _, _, x in shapes["One month"]]
        assert np.all(np.diff(months) > 0), "marks of one month stand side by side"
        last = max(x for name in ("On time", "Late", "Moved") for _, _, x in shapes[name])
        assert shapes["Silent"][-1][2] > last, "what has no month stands aside"


def test_marks_and_words_of_the_figure_do_not_meet(drawn):
    for width, one in drawn[1].items():
        renderer = one.canvas.get_renderer()
        key, axes = (next(a for a in one.axes if a.axison is on) for on in (False, True))
        boxes = [t.get_window_extent(renderer) for t in key.texts]
        boxes += [t.label1.get_window_extent(renderer) for t in axes.xaxis.get_major_ticks()]
        boxes += [t.get_window_extent(renderer) for t in axes.texts]
        for i, box in enumerate(boxes):
            assert box.x1 <= one.bbox.width + 1, width
            for other in boxes[i + 1 :]:
                across = min(box.x1, other.x1) - max(box.x0, other.x0)
                along = min(box.y1, other.y1) - max(box.y0, other.y0)
                assert min(across, along) <= one.dpi / 72, width


def test_who_cannot_see_the_figure_is_told_what_is_not_known_and_not_done(voice, drawn):
    alt = drawn[0].alt
    counts = {"en": ("not known for 3", "not done: 2"), "fr": ("pour 3", "non réalisés\u00a0: 2")}
    assert all(words in alt for words in counts[voice.study.plan.language])


def test_the_indicators_stand_in_part_three_with_reasons_and_sources(voice):
    text, table = indicators(voice)
    found = {cells[0].partition("[")[0]: cells for cells in table.cells()}
    missions = found[{"en": "Missions held", "fr": "Missions tenues"}[voice.study.plan.language]]
    assert "83" in missions[5]
    assert "carana.com" in missions[6]
    french = voice.study.plan.language == "fr"
    potters = found["Revenu moyen des potiers" if french else "Average income of potters"]
    assert potters[2].startswith("849")
    assert potters[4] == WORDS[voice.study.plan.language][0]
    revenue = found["Chiffre d'affaires annuel" if french else "Annual revenue"]
    assert revenue[4] == ("mesuré par cette étude" if french else "measured by this study")
    assert not any(
        cell in {"0%", "0\u00a0%", "nan", "None"} for row in table.cells() for cell in row
    )
    assert ("jamais ici" if french else "never here") in text.markdown


def test_a_plan_without_indicators_shows_none(voice):
    assert indicators(Voice(voice.study.changed(indicators=None))) == []
