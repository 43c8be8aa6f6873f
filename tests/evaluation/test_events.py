"""Events of a programme file: not known is not the same as not done, sources stand by cell, months are in order."""

import json
from pathlib import Path

import pytest

from impact.errors import PlanError
from impact.evaluation.programme import Event, read_programme

ROOT = Path(__file__).resolve().parents[2]
SAID = {"en": "x", "fr": "x"}
EVENT = {"name": SAID, "source": "press"}


def event(**told):
    return Event.model_validate({**EVENT, **told})


def refused(tmp_path, *events, **programme):
    path = tmp_path / "programme.yml"
    told = {**programme, "events": [{**EVENT, **one} for one in events]}
    path.write_text(json.dumps(told), encoding="utf-8")  # JSON is YAML
    with pytest.raises(PlanError) as caught:
        read_programme(path)
    return str(caught.value)


def test_an_event_of_which_nothing_is_said_is_not_known_and_never_not_done():
    assert event().delivery == event(planned="2013-01", places=10).delivery == "not_known"
    assert event(delivered="not_known").delivery == "not_known"
    assert event(delivered="no").delivery == "no"


@pytest.mark.parametrize(
    "told",
    [
        {"actual": "2013-01"}, {"done_by": "2013-06"}, {"place_actual": SAID}, {"exhibitors": 9},
        {"spending_actual": {"amount": 5, "currency": "USD"}}, {"delivered": "yes"},
    ],
)  # fmt: skip
def test_what_only_a_delivered_event_has_says_that_it_was_delivered(told):
    assert event(**told).delivery == "yes"


@pytest.mark.parametrize("state", ["no", "not_known"])
@pytest.mark.parametrize("name", ["actual", "done_by", "exhibitors"])
def test_an_event_that_was_not_done_has_no_month_and_nobody_present(tmp_path, state, name):
    told = {"actual": "2013-01", "done_by": "2013-06", "exhibitors": 9}[name]
    said = refused(tmp_path, {"delivered": state, name: told})
    assert f"delivered: {state}, but {name} says that it was" in said


def test_nobody_present_does_not_say_that_it_was_delivered():
    assert event(delivered="no", exhibitors=0).delivery == "no"


def test_not_done_needs_a_source_that_says_so(tmp_path):
    assert "no source says so" in refused(tmp_path, {"delivered": "no", "source": ""})
    told = {"delivered": "no", "source": "", "sources": {"delivered": "report"}}
    assert event(**told).delivery == "no"


ORDER = {
    "ended: before the programme began": {"began": "2013-09", "ended": "2012-07"},
    "events.0.actual: before the programme began": {"began": "2013-02"},
    "events.0.actual: after the programme ended": {"ended": "2012-12"},
}


@pytest.mark.parametrize("words", ORDER)
def test_months_out_of_order_are_refused_by_name(tmp_path, words):
    assert words in refused(tmp_path, {"actual": "2013-01"}, **ORDER[words])


def test_an_event_cannot_take_place_after_it_was_over(tmp_path):
    said = refused(tmp_path, {"actual": "2013-07", "done_by": "2013-06"})
    assert "after the month by which it was over" in said


WRONG = {
    "places": {"places": -1},
    "exhibitors": {"exhibitors": -3},
    "spending_planned.amount": {"spending_planned": {"amount": -1, "currency": "USD"}},
    "spending_actual.currency": {"spending_actual": {"amount": 1, "currency": "dollars"}},
    "actual": {"actual": "2013-13"},
    "delivered": {"delivered": "perhaps"},
    "did you mean exhibitors?": {"exibitors": 3},
    "did you mean planned?": {"sources": {"planed": "press"}},
    "sources.actual: a source of a cell that is not there": {"sources": {"actual": "press"}},
}


@pytest.mark.parametrize("words", WRONG)
def test_an_event_that_breaks_a_rule_is_refused_by_name(tmp_path, words):
    assert words in refused(tmp_path, WRONG[words])


def test_an_unknown_key_of_a_programme_gets_the_nearest_one(tmp_path):
    assert "endd: unknown key; did you mean ended?" in refused(tmp_path, endd="2013-09")


@pytest.fixture(scope="module")
def case():
    return {one.name.en: one for one in read_programme(ROOT / "data" / "programme.yml").events}


def test_the_fair_of_kiev_was_held_in_moscow(case):
    kiev = case["Kiev fair"]
    assert (kiev.place_planned.en, kiev.place_actual.en, kiev.delivery) == ("Kiev", "Moscow", "yes")
    assert "our reading" in kiev.sources_in("en")["place_actual"]


def test_the_case_knows_of_no_event_that_was_not_done(case):
    assert {one.delivery for one in case.values()} == {"yes", "not_known"}
    assert case["High Point fair"].delivery == case["California mission"].delivery == "not_known"
    assert not any(one.spending_planned or one.spending_actual for one in case.values())
