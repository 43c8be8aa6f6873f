"""What a plan calls things, what is known of the programme, what is known elsewhere: read, checked, in both languages."""

import pytest
from embedded import study_of
from pydantic import ValidationError

from impact.errors import PlanError
from impact.evaluation.elsewhere import PublishedEffect, read_evidence
from impact.evaluation.plan import Plan
from impact.evaluation.programme import Event, read_programme
from impact.evaluation.truth import read_truth
from impact.evaluation.wording import Noun, Wording


@pytest.fixture
def artisans():
    return study_of()


def test_a_noun_is_counted_as_its_language_counts():
    firm = Noun(en=("firm", "firms"), fr=("entreprise", "entreprises", "f"))
    assert [firm.counted(n, "en") for n in (0, 1, 2)] == ["firms", "firm", "firms"]
    assert [firm.counted(n, "fr") for n in (0, 1, 2)] == ["entreprise", "entreprise", "entreprises"]
    assert firm.feminine
    assert not Wording().treated.feminine


def test_every_word_has_a_default_and_a_plan_changes_the_ones_it_names(artisans):
    assert Wording().treatment.en == "the programme"
    assert artisans.plan.words.treated.many("fr") == "exposants"
    named = artisans.plan.model_dump(by_alias=True) | {"words": {"unit": {"en": ["state", "states"], "fr": ["État", "États"]}}}  # fmt: skip
    plan = Plan.of(named)
    assert (plan.words.unit.many("en"), plan.words.start.en) == ("states", "start")


def test_an_outcome_that_the_data_lack_needs_a_name_and_then_counts_as_not_measured(artisans):
    assert artisans.plan.secondary[-1] == "profit_mad"
    assert "profit_mad" not in artisans.measured
    assert artisans.label("profit_mad") == "Profit"


def test_the_programme_says_of_everything_who_said_so(artisans):
    programme = artisans.programme
    assert programme.cost.amount == 5_700_000
    assert [cost.amount for cost in programme.other_costs] == [5_600_000]
    assert not any(told.assumed for told in (programme.cost, programme.aim, programme.run_by))
    assert [step.assumed for step in programme.theory_of_change] == [False, False, True, True, True]
    assert all(step.assumption for step in programme.theory_of_change)
    assert all(event.source for event in programme.events)


def test_dates_that_the_press_lists_apart_from_the_fairs_are_marked_as_inferred(artisans):
    planned = [event for event in artisans.events if event.planned]
    assert len(planned) == 5
    assert all(event.planned_inferred for event in planned)


def test_an_event_without_a_date_is_one_of_which_none_is_known():
    assert Event.model_validate({"name": {"en": "a", "fr": "b"}}).assumed


def test_a_programme_file_that_breaks_a_rule_is_refused_with_the_place(tmp_path):
    path = tmp_path / "programme.yml"
    path.write_text("cost: {amount: -1, currency: USD}")
    with pytest.raises(PlanError, match=r"programme.yml: cost.amount"):
        read_programme(path)


def test_without_files_nothing_is_invented(artisans):
    bare = artisans.changed(programme=None, truth=None, evidence=None)
    assert (bare.programme, bare.events, bare.truth, bare.elsewhere) == (None, (), None, [])


def test_the_truth_of_simulated_data_is_the_effect_over_its_counterfactual(artisans):
    truth = artisans.truth
    assert truth.percent == pytest.approx(100 * truth.effect / truth.counterfactual)
    assert truth.scenario == "three_arms"
    assert 0 < truth.by_event_time[0] < truth.by_event_time[4]


def test_a_truth_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "truth.json"
    path.write_text('{"overall": 3}')
    with pytest.raises(PlanError, match="not of a simulation"):
        read_truth(path)


def test_published_effects_carry_reference_and_source(artisans):
    found = artisans.elsewhere
    assert len(found) == 5
    assert all(one.reference and one.source for one in found)
    rugs = found[0]
    assert (rugs.low, rugs.estimate, rugs.high) == (16.0, None, 26.0)


@pytest.mark.parametrize(
    "figures",
    [{"low": 3.0}, {"low": 5.0, "high": 3.0}, {"low": 1.0, "estimate": 9.0, "high": 3.0}, {}],
)
def test_a_published_effect_without_a_figure_or_with_its_ends_crossed_is_refused(figures):
    words = {"en": "x", "fr": "x"}
    told = {"name": words, "outcome": words, "design": words, "reference": "r", "source": "s"}
    with pytest.raises(ValidationError):
        PublishedEffect.model_validate(told | figures)


def test_a_file_without_effects_is_refused(tmp_path):
    path = tmp_path / "evidence.yml"
    path.write_text("effects: []")
    with pytest.raises(PlanError, match=r"evidence\.yml: effects"):
        read_evidence(path)
