"""Contamination: who of the comparison group met an activity, and the effect against those who did not."""

import pytest
from evaluation.facts import UNTREATED, firms, study_of

from impact.evaluation.contamination import UnexposedEffect, contamination
from impact.interval import Refused


def found(folder, **made):
    study = study_of(folder, firms(**made))
    return contamination(study, study.panel())


def test_the_share_is_of_the_comparison_group_and_counts_a_firm_once(tmp_path):
    half = found(tmp_path)
    assert half.n_comparison == UNTREATED
    assert half.any_share == 0.5
    assert half.above_limit
    rows = half.activities.set_index("activity")
    assert (rows.loc["met", "n_met"], rows.loc["met", "share"]) == (30, 0.5)
    assert (rows.loc["told", "n_met"], rows.loc["told", "share"]) == (0, 0.0)


def test_an_untouched_comparison_group_is_below_the_limit(tmp_path):
    none = found(tmp_path, n_met=0)
    assert (none.any_share, none.above_limit) == (0.0, False)


def test_counts_of_fewer_than_ten_on_either_side_are_not_kept(tmp_path):
    for n_met in (4, UNTREATED - 4):
        few = found(tmp_path, n_met=n_met)
        assert few.any_share is None
        assert few.activities.set_index("activity").loc["met"].isna().all()
        assert few.above_limit == (n_met > 6)


def test_against_the_unexposed_the_spill_over_no_longer_hides_the_effect(tmp_path):
    """Half the comparison group gained as much as the treated: the headline halves, the unexposed show the whole."""
    study = study_of(tmp_path, firms(spill=10.0))
    headline = study.estimator().fit(study.panel()).aggregate(by="overall").params.iloc[0]
    unexposed = contamination(study, study.panel()).unexposed
    assert isinstance(unexposed, UnexposedEffect)
    assert (unexposed.n_treated, unexposed.n_control) == (30, 30)
    assert unexposed.conf_low < 10 < unexposed.conf_high
    assert unexposed.estimate == pytest.approx(10, abs=2)
    assert headline < unexposed.estimate - 2


def test_with_fewer_than_ten_unexposed_the_effect_is_refused_with_its_reason(tmp_path):
    few = found(tmp_path, n_met=UNTREATED - 4).unexposed
    assert isinstance(few, Refused)
    assert (few.inference, few.error) == ("effect_against_the_unexposed", "NoComparisonError")


def test_a_plan_without_exposure_has_no_contamination(tmp_path):
    study = study_of(tmp_path, firms(), exposure=[])
    assert contamination(study, study.panel()) is None
