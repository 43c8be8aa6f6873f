"""A plan's questions are of something that it has, its hypotheses are held to intervals, its exclusions are carried out."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from impact.data.schema import read_schema
from impact.errors import PlanError
from impact.evaluation.answered import effect_asked, held
from impact.evaluation.excluded import without_excluded
from impact.evaluation.parts import NotMeasured
from impact.evaluation.plan_check import check_columns
from impact.pipeline.plan import read_plan

ROOT = Path(__file__).resolve().parents[2]
PLAN = read_plan(ROOT / "evaluation.yml")
SCHEMA = read_schema(ROOT / PLAN.data_schema)
ASK = {"en": "Did it?", "fr": "Et alors ?"}
WHY = {"en": "Outside the window", "fr": "Hors de la fenêtre"}


def asking(**question):
    return PLAN.changed(questions=[{"question": ASK, **question}])


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"about": "export_revenue_mad", "expects": "increase"},
        {"about": "profit_mad"},
        {"expects": "nothing_relevant"},
        {"answered_by": "subgroup", "about": "city"},
        {"answered_by": "family", "about": "revenue_by_market"},
        {"answered_by": "placebo"},
        {"answered_by": "contamination"},
        {"answered_by": "worth"},
    ],
)
def test_a_question_about_what_the_plan_has_is_taken(question):
    check_columns(asking(**question), SCHEMA)


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ({"about": "sales"}, r"questions\.1\.about: sales is no effect of the plan"),
        (
            {"answered_by": "subgroup", "about": "sector"},
            "is no subgroup of the plan; .*take it up there, or the question out",
        ),
        ({"answered_by": "family"}, "about: name the family"),
        ({"answered_by": "worth", "about": "city"}, "not of worth"),
        ({"answered_by": "placebo", "expects": "change"}, "expects: only of an effect"),
        ({"answered_by": "luck"}, "answered_by"),
    ],
)
def test_a_question_that_nothing_answers_is_refused_by_its_number(question, rule):
    with pytest.raises(PlanError, match=rule):
        check_columns(asking(**question), SCHEMA)


@pytest.mark.parametrize(
    ("key", "value", "form"),
    [
        (
            "name",
            "Été à Fès",
            "name: must be lower-case letters without accents, digits and hyphens",
        ),
        ("currency", "dirham", "currency: must be a currency's three capital letters"),
        ("families", {"My Family": ["a", "b"]}, "must be lower-case letters without accents"),
    ],
)
def test_a_form_that_a_value_lacks_is_told_in_words_and_without_the_value(key, value, form):
    with pytest.raises(PlanError, match=form) as refused:
        PLAN.changed(**{key: value})
    assert not re.search(r"\^|\[|Fès|dirham", str(refused.value))


@pytest.mark.parametrize(
    ("answered_by", "lost"),
    [
        ("worth", {"economics": None}),
        ("contamination", {"exposure": ()}),
        ("placebo", {"placebo_outcomes": ()}),
    ],
)
def test_a_question_whose_source_the_plan_lacks_names_the_key(answered_by, lost):
    with pytest.raises(PlanError, match=f"answered from `{next(iter(lost))}`"):
        check_columns(asking(answered_by=answered_by).changed(**lost), SCHEMA)


def test_nothing_relevant_needs_what_would_be():
    plan = asking(expects="nothing_relevant").changed(relevant_effect=None)
    with pytest.raises(PlanError, match="needs relevant_effect"):
        check_columns(plan, SCHEMA)


def effect(low, high, percent=None):
    verdict = SimpleNamespace(conf_low=low, conf_high=high)
    return SimpleNamespace(verdict=verdict, verdict_percent=percent)


@pytest.mark.parametrize(
    ("expects", "ends", "state"),
    [
        ("increase", (1, 5), "yes"),
        ("increase", (-5, -1), "no"),
        ("increase", (-1, 5), "open"),
        ("increase", (-np.inf, np.inf), "open"),
        ("decrease", (-5, -1), "yes"),
        ("decrease", (1, 5), "no"),
        ("decrease", (-5, 1), "open"),
        ("change", (1, 5), "yes"),
        ("change", (-5, -1), "yes"),
        ("change", (-1, 1), "open"),
    ],
)
def test_a_hypothesis_holds_where_its_whole_interval_says_so(expects, ends, state):
    assert held(expects, effect(*ends), relevant=10) == state


@pytest.mark.parametrize(
    ("percent", "relevant", "state"),
    [
        ((1, -4, 6), 10, "yes"),
        ((1, -4, 16), 10, "open"),
        ((20, 12, 28), 10, "no"),
        ((-20, -28, -12), 10, "no"),
        ((1, -4, 6), None, "open"),
        (None, 10, "open"),
    ],
)
def test_nothing_relevant_is_an_interval_within_what_would_matter(percent, relevant, state):
    assert held("nothing_relevant", effect(0, 0, percent), relevant=relevant) == state


def test_the_headline_asked_about_is_that_of_the_plan_and_not_of_what_was_run():
    first, other = (SimpleNamespace(outcome=name) for name in PLAN.outcomes)
    missing = NotMeasured("profit_mad", "Profit", "not_in_the_data")
    impact = SimpleNamespace(effects=(other, first), secondary=(missing,))
    (question,) = asking().questions
    assert effect_asked(question, PLAN, impact) is first
    (question,) = asking(about="profit_mad").questions
    assert effect_asked(question, PLAN, impact) is missing
    assert effect_asked(question, PLAN, SimpleNamespace(effects=(), secondary=())) is None


def frame():
    made = pd.DataFrame(
        {
            "quarter": ["2010Q1", "2010Q2", "2010Q3", None],
            "wave": pd.array([1, 2, 3, pd.NA], dtype="Int64"),
            "employment": [0.0, 5.0, 900.0, np.nan],
        }
    )
    made.attrs = {"missing": {}, "intake": [{"number": 4}]}
    return made


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"column": "quarter", "any_of": ["2010Q1", "2010Q2"]}, [2, 3]),
        ({"column": "wave", "any_of": [3]}, [0, 1, 3]),
        ({"column": "employment", "any_of": [5]}, [0, 2, 3]),
        ({"column": "employment", "below": 1}, [1, 2, 3]),
        ({"column": "employment", "above": 500.0}, [0, 1, 3]),
        ({"column": "employment", "below": 1, "above": 500}, [1, 3]),
    ],
)
def test_an_exclusion_leaves_out_what_it_names_keeps_blanks_and_counts(rule, kept):
    data = frame()
    found = without_excluded(data, PLAN.changed(exclusions=[{**rule, "because": WHY}]))
    pd.testing.assert_frame_equal(found, data.iloc[kept].reset_index(drop=True))
    line = found.attrs["intake"][-1]
    assert (line["number"], line["rule"], line["why"]) == (5, "exclude", WHY)
    assert (line["before"], line["touched"], line["after"]) == (4, 4 - len(kept), len(kept))
    assert len(data.attrs["intake"]) == 1


def test_without_exclusions_data_are_what_they_were():
    data = frame()
    assert without_excluded(data, PLAN) is data


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"column": "jobs", "any_of": ["x"]}, r"exclusions\.1: jobs is not declared"),
        ({"column": "city", "below": 3}, "below and above are of a number"),
        ({"column": "city"}, "say either any_of, or below and above"),
        ({"column": "city", "any_of": ["Fes"], "below": 3}, "say either any_of"),
    ],
)
def test_an_exclusion_that_cannot_be_carried_out_is_refused(rule, message):
    with pytest.raises(PlanError, match=message):
        check_columns(PLAN.changed(exclusions=[{**rule, "because": WHY}]), SCHEMA)


def test_a_window_of_periods_is_an_exclusion():
    rule = {"column": "quarter", "any_of": ["2010Q1"], "because": WHY}
    check_columns(PLAN.changed(exclusions=[rule]), SCHEMA)


def test_an_estimand_that_the_design_does_not_have_is_refused():
    assert PLAN.changed(estimand="effect_on_beneficiaries").estimand
    with pytest.raises(PlanError, match="estimand"):
        PLAN.changed(estimand="effect_of_being_drawn")
