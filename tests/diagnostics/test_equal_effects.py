"""Tests that effects are equal: in subgroups and in cohorts; their size without a difference, and that they find one."""

import numpy as np
import pytest
from evaluation.facts import firms, study_of

from impact.check_result import CheckResult, not_applicable
from impact.diagnostics.equal_effects import equal_cohorts, equal_in_all
from impact.estimators.headline import default_estimator
from impact.evaluation.subgroups import adjusted, interactions, subgroups


def test_cohorts_with_one_effect_pass_and_with_two_effects_do_not(tmp_path):
    same = study_of(tmp_path, firms()).panel()
    assert equal_cohorts(same, default_estimator(), permutations=99).status == "pass"
    unlike = study_of(tmp_path, firms(effects=(5.0, 20.0))).panel()
    found = equal_cohorts(unlike, default_estimator(), permutations=99)
    assert (found.status, found.p_value) == ("warn", 0.01)


def test_a_p_value_of_exactly_five_percent_finds_a_difference(tmp_path):
    """Of 19 other assignments none is as far out: 1 in 20."""
    unlike = study_of(tmp_path, firms(effects=(5.0, 20.0))).panel()
    found = equal_cohorts(unlike, default_estimator(), permutations=19)
    assert (found.p_value, found.status) == (0.05, "warn")


def test_the_statistic_of_two_cohorts_is_the_squared_t_of_their_difference(tmp_path):
    panel = study_of(tmp_path, firms()).panel()
    effects = default_estimator().fit(panel).aggregate(by="cohort")
    (a, b), v = effects.params, effects.vcov
    t = (b - a) / np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])
    found = equal_cohorts(panel, default_estimator(), permutations=19)
    assert found.statistic == pytest.approx(t**2)


def test_one_cohort_has_nothing_to_compare(tmp_path):
    frame = firms()
    one = study_of(tmp_path, frame[frame.g.ne(6) | frame.g.isna()]).panel()
    found = equal_cohorts(one, default_estimator())
    assert (found.status, found.why) == ("not_applicable", "one_cohort")


@pytest.mark.longer
def test_equal_cohorts_are_called_unequal_about_as_often_as_promised(tmp_path):
    """40 draws with equal effects of ten: at 5% no more than six rejections (binomial, 0.3%)."""
    rejected = 0
    for seed in range(40):
        panel = study_of(tmp_path, firms(seed=seed)).panel()
        rejected += equal_cohorts(panel, default_estimator(), permutations=39).p_value <= 0.05
    assert rejected <= 6


def test_subgroups_that_differ_are_told_apart_and_alike_ones_are_not(tmp_path):
    for more, status in ((0.0, "pass"), (15.0, "warn")):
        study = study_of(tmp_path, firms(of_town=more))
        (found,) = interactions(study, study.panel())
        assert (found.name, found.status) == ("equal_in_subgroups", status)
        assert found.why == "levels_compared:town"


def test_several_subgroups_are_held_to_one_promise():
    """Holm (1979): the smallest of three p-values counts three times, the next twice; none falls below the one before."""
    untested = not_applicable("equal_in_subgroups", "one_level_with_enough_beneficiaries")
    tests = [
        CheckResult("equal_in_subgroups", "warn", f"levels_compared:{p}", 1.0, p)
        for p in (0.04, 0.01, 0.03)
    ]
    found = adjusted([tests[0], untested, *tests[1:]])
    assert [check.p_value for check in found] == [
        pytest.approx(0.06),
        None,
        pytest.approx(0.03),
        pytest.approx(0.06),
    ]
    assert [check.status for check in found] == ["pass", "not_applicable", "warn", "pass"]
    assert adjusted(tests[:1]) == (tests[0],)


def test_a_subgroup_with_one_level_shown_has_nothing_to_compare(tmp_path):
    panel = study_of(tmp_path, firms()).panel()
    assert equal_in_all([panel], default_estimator()).status == "not_applicable"


def test_a_subgroups_interval_is_by_the_inference_that_is_believed(tmp_path):
    study = study_of(tmp_path, firms())
    table = subgroups(study, study.panel(), inference="permutation")
    clustered = subgroups(study, study.panel(), inference="clustered")
    assert (table.estimate == clustered.estimate).all()
    assert (table.conf_low != clustered.conf_low).all()
    assert table.p_value.between(0, 1).all()
