"""The verb of a result follows from its interval and its checks; nothing that was not examined counts as passed."""

from itertools import product

import pytest

from impact.check_result import CheckResult, not_applicable
from impact.evaluation.grade import ASKED_BY_THE_PLAN, CHECKS_OF, grade, state_of

ABOVE, BELOW, ACROSS = (10.0, 20.0), (-20.0, -10.0), (-5.0, 20.0)
EVERY = tuple(name for names in CHECKS_OF.values() for name in names)
PERIODS = CHECKS_OF["trends"]
NEEDED = tuple(concern for concern in CHECKS_OF if concern not in ASKED_BY_THE_PLAN)


def checks(**changed):
    """Every check passed, but for those named: a status, or None for one that was never asked."""
    statuses = {**dict.fromkeys(EVERY, "pass"), **changed}
    return [
        not_applicable(name, "nothing_to_test") if status == "not_applicable" else CheckResult(name, status, "nothing_to_test")
        for name, status in statuses.items()
        if status is not None
    ]  # fmt: skip


WARNINGS = dict.fromkeys(("before_trends", "attrition", "balance", "leave_one_out", "specification_curve"), "warn")  # fmt: skip
TWO_PERIODS = dict.fromkeys(PERIODS, "not_applicable")

TABLE = [
    # assignment, interval, checks changed, verb, steps
    ("randomised", ABOVE, {}, "did", 5),
    ("randomised", ABOVE, {"attrition": "warn"}, "did", 4),
    ("randomised", ABOVE, {"attrition": "warn", "leave_one_out": "warn"}, "probably", 3),
    ("randomised", ABOVE, TWO_PERIODS, "did", 5),
    ("randomised", ABOVE, WARNINGS, "cannot_tell", 0),
    ("chosen", ABOVE, {}, "probably", 3),
    ("chosen", BELOW, {}, "probably", 3),
    ("by_rule", ABOVE, {}, "probably", 3),
    ("chosen", ABOVE, {"before_trends": "warn"}, "may_have", 2),
    ("chosen", ABOVE, {"design_check": "fail"}, "may_have", 2),
    ("chosen", ABOVE, TWO_PERIODS, "may_have", 2),
    ("chosen", ABOVE, {"before_trends": "warn", "placebo_date": "warn"}, "may_have", 2),
    ("chosen", ABOVE, {"before_trends": "warn", "leave_one_out": "warn"}, "cannot_tell", 1),
    ("chosen", ABOVE, WARNINGS, "cannot_tell", 0),
    ("chosen", ABOVE, {"placebo_outcomes": "not_applicable"}, "probably", 3),
    ("chosen", ABOVE, {"placebo_outcomes": "warn"}, "may_have", 2),
    ("chosen", ABOVE, {"design_check": None}, "may_have", 2),
    ("chosen", ACROSS, {}, "cannot_tell", 3),
    ("randomised", ACROSS, {}, "cannot_tell", 5),
    ("chosen", (float("-inf"), float("inf")), {}, "cannot_tell", 3),
]


@pytest.mark.parametrize(("assignment", "interval", "changed", "verb", "steps"), TABLE)
def test_the_verb_follows_from_interval_and_checks(assignment, interval, changed, verb, steps):
    found = grade(interval, checks(**changed), assignment=assignment)
    assert (found.verb, found.steps) == (verb, steps)


def test_nothing_examined_says_nothing():
    found = grade(ABOVE, [])
    assert found.verb == "cannot_tell"
    assert [one.concern for one in found.concerns] == list(NEEDED)
    assert {one.state for one in found.concerns} == {"could_not_be_made"}


def test_five_warnings_never_let_a_result_be_said_as_a_fact():
    for assignment, interval in product(("randomised", "chosen", "by_rule"), (ABOVE, BELOW)):
        assert grade(interval, checks(**WARNINGS), assignment=assignment).verb == "cannot_tell"


@pytest.mark.parametrize("status", ["pass", "warn", "fail"])
def test_fewer_periods_never_earn_a_better_grade(status):
    """Whatever more periods would have shown, not having them is at best as good as having seen a problem."""
    seen = grade(ABOVE, checks(**{**dict.fromkeys(PERIODS, "pass"), PERIODS[0]: status}))
    fewer = grade(ABOVE, checks(**TWO_PERIODS))
    assert fewer.steps <= seen.steps
    for unmade in PERIODS:
        one = grade(ABOVE, checks(**{PERIODS[0]: status, unmade: "not_applicable"}))
        assert one.steps <= seen.steps


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("assignment", ["randomised", "chosen"])
def test_no_check_that_warns_or_is_missing_raises_the_grade(name, assignment):
    best = grade(ABOVE, checks(), assignment=assignment).steps
    for status in ("warn", "fail", "not_applicable", None):
        assert grade(ABOVE, checks(**{name: status}), assignment=assignment).steps <= best


def test_with_one_period_before_trends_are_not_examined_rather_than_alike():
    assert grade(ABOVE, checks(**TWO_PERIODS)).trends == "could_not_be_made"
    assert grade(ABOVE, checks(before_trends="warn")).trends == "failed"
    assert grade(ABOVE, checks()).trends == "passed"


def test_other_credible_intervals_that_include_zero_cost_a_step():
    found = grade(ABOVE, checks(), holding_that_include_zero=["permutation", "crv3_t"])
    assert (found.verb, found.concerns[0].checks) == ("may_have", ("permutation", "crv3_t"))
    assert grade(ACROSS, checks(), holding_that_include_zero=["permutation"]).concerns == ()


def test_other_estimators_and_other_specifications_are_one_question():
    alone = grade(ABOVE, checks(), opposite_estimators=["event_study"])
    both = grade(ABOVE, checks(specification_curve="warn"), opposite_estimators=["event_study"])
    assert alone.steps == both.steps == 2
    assert [one.concern for one in both.concerns] == ["other_choices", "other_estimators"]


def test_a_significant_result_earns_nothing_and_a_null_loses_nothing():
    for changed in ({}, TWO_PERIODS, WARNINGS):
        steps = {grade(ends, checks(**changed)).steps for ends in (ABOVE, BELOW, ACROSS)}
        assert len(steps) == 1


def test_a_question_of_several_checks_has_three_states():
    names = ("before_trends", "placebo_date")
    made = checks()
    assert state_of(made, names) == ("passed", ())
    assert state_of(checks(placebo_date="warn"), names) == ("failed", ("placebo_date",))
    assert state_of(checks(placebo_date="not_applicable"), names) == (
        "could_not_be_made",
        ("placebo_date",),
    )
    twice = [*made, not_applicable("placebo_date", "too_few_periods_before_treatment")]
    assert state_of(twice, names)[0] == "could_not_be_made"
