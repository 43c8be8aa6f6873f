"""Whatever departs from a locked plan is found, of the plan, of the rules of its data and of the results; and nothing else."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from impact.data.intake.plan import read_intake_plan
from impact.data.schema import read_schema
from impact.evaluation.compared_plans import changes
from impact.evaluation.departures import (
    departures_of_plan,
    departures_of_results,
    departures_of_rules,
)
from impact.evaluation.key_classes import KEYS
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import Known, canonical
from impact.evaluation.reported import Reported
from impact.pipeline.plan import read_plan

ROOT = Path(__file__).resolve().parents[2]
SHA = "0" * 64
WRITTEN = yaml.safe_load((ROOT / "evaluation.yml").read_text(encoding="utf-8"))
PLAN = read_plan(ROOT / "evaluation.yml")
SCHEMA = read_schema(ROOT / PLAN.data_schema).model_dump(mode="json", by_alias=True)
INTAKE = read_intake_plan(ROOT / PLAN.data).model_dump(mode="json", by_alias=True)
SHOWN = Reported(
    outcomes=PLAN.outcomes,
    secondary=PLAN.secondary,
    estimators=PLAN.estimators,
    beside=("callaway_santanna", "imputation", "stacked"),
    subgroups=PLAN.subgroups,
    families=PLAN.families,
    refused=frozenset(),
    level=1 - PLAN.alpha,
    control_group=PLAN.comparison_group,
    anticipation=PLAN.anticipation,
    caps=frozenset({"raw_values", "capped_at_95"}),
    adjusted=frozenset(
        {"adjusted_for_covariates", "adjusted_for_outcome_before", "adjusted_for_both"}
    ),
    by_dose=True,
)
"""What the results of the embedded case show: tests/reporting/test_parts_of_the_book.py holds real ones to the same."""
OF_THE_PLAN = {
    "changed outcome": ({"outcomes": ["domestic_revenue_mad", "export_revenue_mad"]}, "outcomes"),
    "dropped outcome": ({"outcomes": ["revenue_mad"]}, "outcomes"),
    "added outcome": (
        {"outcomes": ["revenue_mad", "export_revenue_mad", "profit_mad"]},
        "outcomes",
    ),
    "order of outcomes": ({"outcomes": ["export_revenue_mad", "revenue_mad"]}, "outcomes"),
    "a question added": (
        {"questions": [*WRITTEN["questions"], {"question": {"en": "a", "fr": "b"}}]},
        "questions.9",
    ),
    "a question dropped": ({"questions": WRITTEN["questions"][:-1]}, "questions.8"),
    "another hypothesis": (
        {
            "questions": [
                {**WRITTEN["questions"][0], "expects": "change"},
                *WRITTEN["questions"][1:],
            ]
        },
        "questions.1.expects",
    ),
    "questions in another order": ({"questions": WRITTEN["questions"][::-1]}, "questions"),
    "an exclusion added": (
        {"exclusions": [{"column": "city", "any_of": ["Fes"], "because": {"en": "a", "fr": "b"}}]},
        "exclusions.1",
    ),
    "no estimand": ({"estimand": None}, "estimand"),
    "other data": ({"data": "data/artisans.csv"}, "data"),
    "other schema": ({"schema": "data/other.yml"}, "schema"),
    "a part of the firms": ({"only": {"city": ["Fes"]}}, "only.city"),
    "other cohort": ({"cohort": "planned_quarter"}, "cohort"),
    "no planned cohort": ({"planned_cohort": None}, "planned_cohort"),
    "by rule": ({"assignment": "by_rule"}, "assignment"),
    "other people each time": ({"waves": "repeated_cross_sections"}, "waves"),
    "other comparison": ({"comparison_group": "never_treated"}, "comparison_group"),
    "anticipation": ({"anticipation": 1}, "anticipation"),
    "earlier placebo": ({"placebo_periods": 2}, "placebo_periods"),
    "added estimator": (
        {"estimators": ["event_study", "callaway_santanna", "two_way_fixed_effects"]},
        "estimators",
    ),
    "dropped subgroup": ({"subgroups": ["city"]}, "subgroups"),
    "added subgroup": ({"subgroups": ["city", "type", "sector"]}, "subgroups"),
    "other strata": ({"strata": ["city"]}, "strata"),
    "fewer characteristics": ({"characteristics": ["city"]}, "characteristics"),
    "more covariates": ({"covariates": ["city", "type", "sector"]}, "covariates"),
    "no covariates": ({"covariates": []}, "covariates"),
    "blanks refused": ({"missing_covariates": "refuse"}, "missing_covariates"),
    "no outcome before": ({"outcome_before": 0}, "outcome_before"),
    "other winsorising": ({"winsorise": 0.95}, "winsorise"),
    "no winsorising": ({"winsorise": 0}, "winsorise"),
    "own model": (
        {"panel_model": {"outcome": "revenue_mad", "regressors": ["exhibited"]}},
        "panel_model",
    ),
    "no fairs": ({"treatment_group": None}, "treatment_group"),
    "smaller family": (
        {"families": {"revenue_by_market": ["domestic_revenue_mad", "export_revenue_mad"]}},
        "families.revenue_by_market",
    ),
    "other placebo": ({"placebo_outcomes": ["tourist_revenue_mad"]}, "placebo_outcomes"),
    "fewer draws": ({"design_draws": 200}, "design_draws"),
    "other exits": (
        {"survey": {**WRITTEN["survey"], "employment": None}},
        "survey.employment",
    ),
    "dropped secondary": ({"secondary": ["employment", "profit_mad"]}, "secondary"),
    "other exposure": ({"exposure": ["media_tours"]}, "exposure"),
    "no dose": ({"dose": None}, "dose"),
    "smaller relevant effect": ({"relevant_effect": 5}, "relevant_effect"),
    "other reason": (
        {"relevant_effect_reason": {**WRITTEN["relevant_effect_reason"], "en": "Because"}},
        "relevant_effect_reason.en",
    ),
    "more contamination": (
        {"limits": {**WRITTEN["limits"], "contamination": 0.3}},
        "limits.contamination",
    ),
    "no economics": ({"economics": None}, "economics"),
    "other currency": ({"currency": "EUR"}, "currency"),
    "fewer permutations": ({"permutations": 999}, "permutations"),
    "other alpha": ({"alpha": 0.1}, "alpha"),
    "other seed": ({"seed": 2013}, "seed"),
    "other title": ({"title": {"en": "Effect", "fr": "Effet"}}, "title.en"),
}


def known(*, schema=SCHEMA, intake=INTAKE, files=None):
    return Known(
        plan_sha256=SHA,
        plan=canonical(PLAN),
        rules={"schema": schema, "intake": intake},
        files=files or {"data/economics.yml": SHA, "data/raw/enquete_2012.xlsx": SHA},
    )


def edited(document, change):
    other = deepcopy(document)
    change(other)
    return other


def another_start_of_the_panel(intake):
    intake["rules"].insert(2, {"rule": "keep", "from": "panel", "where": {"quarter": "2011Q1"}})


OF_THE_RULES = {
    "other exclusion rule": ("intake", lambda one: one["rules"].pop(3), "rules.4"),
    "other sample window": ("intake", another_start_of_the_panel, "rules.3"),
    "rules in another order": ("intake", lambda one: one["rules"].reverse(), "rules"),
    "blank outcomes refused": (
        "schema",
        lambda one: one.update(missing_outcome="refuse"),
        "missing_outcome",
    ),
    "larger largest revenue": (
        "schema",
        lambda one: one["columns"]["revenue_mad"].update(maximum=1e9),
        "columns.revenue_mad.maximum",
    ),
    "another code of missing": (
        "schema",
        lambda one: one["columns"]["revenue_mad"].update(missing=[-77]),
        "columns.revenue_mad.missing",
    ),
    "another label": (
        "schema",
        lambda one: one["columns"]["revenue_mad"]["label"].update(en="Sales"),
        "columns.revenue_mad.label.en",
    ),
}
OF_THE_RESULTS = {
    "an outcome dropped": ({"outcomes": ("revenue_mad",)}, "outcomes"),
    "order of outcomes": ({"outcomes": PLAN.outcomes[::-1]}, "outcomes"),
    "a secondary outcome dropped": ({"secondary": PLAN.secondary[:1]}, "secondary"),
    "an estimator added": ({"estimators": (*PLAN.estimators, "synthetic_control")}, "estimators"),
    "an estimator added beside": ({"beside": (*SHOWN.beside, "synthetic_control")}, "estimators"),
    "an estimator dropped": ({"estimators": PLAN.estimators[:-1]}, "estimators"),
    "a subgroup dropped": ({"subgroups": ("city",)}, "subgroups"),
    "a subgroup added": ({"subgroups": ("city", "type", "sector")}, "subgroups"),
    "a family dropped": ({"families": {}}, "families.revenue_by_market"),
    "a family added": (
        {"families": {**PLAN.families, "jobs": ("employment", "profit_mad")}},
        "families.jobs",
    ),
    "another level": ({"level": 0.9}, "alpha"),
    "another comparison": ({"control_group": "never_treated"}, "comparison_group"),
    "anticipation": ({"anticipation": 1}, "anticipation"),
    "another cap": ({"caps": frozenset({"raw_values", "capped_at_99"})}, "winsorise"),
    "no cap": ({"caps": frozenset({"capped_at_99", "capped_at_95"})}, "winsorise"),
    "covariates dropped": ({"adjusted": frozenset()}, "covariates"),
}


def test_seeded_departures_are_more_than_fifty_and_every_key_of_a_plan_has_its_class():
    assert len(OF_THE_PLAN) + len(OF_THE_RULES) + len(OF_THE_RESULTS) > 60
    assert list(KEYS) == Plan.keys()


@pytest.mark.parametrize("name", OF_THE_PLAN)
def test_a_seeded_departure_of_the_plan_is_found_by_its_key(name):
    changed, key = OF_THE_PLAN[name]
    found = departures_of_plan(PLAN, Plan.of({**WRITTEN, **changed}))
    assert key in {one.key for one in found}
    assert {one.key.partition(".")[0] for one in found} == {key.partition(".")[0]}


def test_nothing_in_a_plan_can_change_unseen():
    """Every leaf of the plan, each changed alone, is found alone and with the class of its key."""
    whole = canonical(PLAN)
    leaves = [change.path for change in changes({}, whole)]
    for key in leaves:
        (one,) = changes(whole, {**whole, key[0]: "something else"})
        assert one.path == key
        assert KEYS[key[0]] in {"what", "how", "words"}
    assert {key for (key, *_) in leaves} | {key for key in KEYS if not whole[key]} == set(KEYS)


@pytest.mark.parametrize("name", OF_THE_RULES)
def test_a_seeded_departure_of_the_rules_of_data_is_found_where_it_stands(name):
    of, change, key = OF_THE_RULES[name]
    documents = {"schema": SCHEMA, "intake": INTAKE}
    found = departures_of_rules(known(), known(**{of: edited(documents[of], change)}))
    assert [(one.where, one.key) for one in found] == [(of, key)]
    assert (found[0].bears_on == "words") == (name == "another label")
    assert not found[0].planned + found[0].done  # rules may name firms


@pytest.mark.parametrize("name", OF_THE_RESULTS)
def test_a_seeded_departure_of_the_results_is_found_by_its_key(name):
    changed, key = OF_THE_RESULTS[name]
    found = departures_of_results(PLAN, replace(SHOWN, **changed))
    assert [(one.where, one.key) for one in found] == [("results", key)]


def test_a_file_of_assumptions_that_changed_is_a_departure_and_data_that_came_are_none():
    later = {"data/economics.yml": "1" * 64, "data/raw/enquete_2012.xlsx": "1" * 64}
    found = departures_of_rules(known(), known(files=later))
    assert [(one.where, one.key, one.kind) for one in found] == [("file", "economics", "changed")]


def rewritten(seed):
    """The plan's file as another hand would write it: keys in another order, comments, quotes, defaults written out."""
    draw = np.random.default_rng(seed)
    defaults = {key: value for key, value in canonical(PLAN).items() if key not in WRITTEN}
    values = WRITTEN | {key: value for key, value in defaults.items() if draw.random() < 0.5}
    lines = []
    for key in draw.permutation(list(values)).tolist():
        lines.append("# as before" if draw.random() < 0.3 else "")
        lines.append(
            f"{key}: {json.dumps(values[key])}"
            if draw.random() < 0.5
            else yaml.safe_dump({key: values[key]}, sort_keys=bool(draw.random() < 0.5))
        )
    return "\n".join(lines)


def test_fifty_unchanged_plans_have_no_departure(tmp_path):
    for seed in range(50):
        path = tmp_path / f"{seed}.yml"
        path.write_text(rewritten(seed), encoding="utf-8")
        again = read_plan(path)
        assert departures_of_plan(PLAN, again) == []
        assert departures_of_rules(known(), known()) == []
        assert departures_of_results(again, SHOWN) == []


def test_results_of_a_plan_that_could_not_test_a_family_tell_so_themselves():
    refused = replace(SHOWN, families={}, refused=frozenset({"family_of_outcomes"}))
    assert departures_of_results(PLAN, refused) == []
