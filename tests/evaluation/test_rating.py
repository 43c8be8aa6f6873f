"""The rating is of the evidence: each step has the figure that took it, and what was not examined has not been passed."""

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from impact.check_result import CheckResult, not_applicable
from impact.evaluation.rating import WEIGHABLE, rating
from impact.evaluation.reasons import (
    ASKED_BY_THE_PLAN,
    CHECKS_OF,
    OF_A_LOT,
    OF_A_RESULT,
    TRENDS,
    Reason,
)
from impact.evaluation.weighed import AfterAdjusting, Grounds, Without, state_of
from impact.evaluation.wording import Limits

ABOVE, BELOW, ACROSS, TIGHT = (10.0, 20.0), (-20.0, -10.0), (-5.0, 20.0), (-0.5, 0.6)
EVERY = (
    *(name for of in (CHECKS_OF, OF_A_RESULT) for names in of.values() for name in names),
    *(name for names in OF_A_LOT.values() for name in names),
    *WEIGHABLE,
)
TWO_PERIODS = dict.fromkeys(TRENDS, "not_applicable")


def checks(**changed):
    """Every check passed, but for those named: a status, a statistic beyond which none is fine, or None for never asked."""
    statuses = {**dict.fromkeys(EVERY, "pass"), "compliance": 0.9, **changed}
    return tuple(
        not_applicable(name, "nothing_to_test")
        if status == "not_applicable"
        else CheckResult(name, "pass", "nothing_to_test", statistic=status)
        if isinstance(status, float)
        else CheckResult(name, status, "nothing_to_test", statistic=0.01, p_value=0.02)
        for name, status in statuses.items()
        if status is not None
    )


def grounds(interval=ABOVE, assignment="chosen", changed=None, **figures):
    """Grounds on which nothing speaks against a result, but for what is changed."""
    low, high = interval
    fine = {"relevant": 2.0, "detectable": 1.0, "lost": 0.1, "contamination": False, "breakdown": 1.0, "without": Without(0.1)}  # fmt: skip
    return Grounds((low + high) / 2, low, high, checks(**(changed or {})), assignment, **{**fine, **figures})  # fmt: skip


TABLE = [
    # what is rated, assignment, interval, checks changed, figures changed, steps, verb, direction
    ("drawn by lot, nothing against it", "randomised", ABOVE, {}, {}, 5, "did", "higher"),
    ("a tight zero is strong evidence", "randomised", TIGHT, {}, {"detectable": 0.8}, 5, "did", "not_noticeably"),
    ("a wide zero tells nothing", "randomised", ACROSS, {}, {"detectable": 18.0}, 4, "cannot_tell", None),
    ("chosen participants", "chosen", ABOVE, {}, {}, 3, "probably", "higher"),
    ("admitted by a rule", "by_rule", BELOW, {}, {}, 3, "probably", "lower"),
    ("a tight zero among the chosen", "chosen", TIGHT, {}, {"breakdown": 0.0}, 3, "probably", "not_noticeably"),
    ("significant, with a dip before", "chosen", ABOVE, {"recent_change": "warn"}, {}, 2, "may_have", "higher"),
    ("a dip, and trends that break it", "chosen", ABOVE, {"recent_change": "warn"}, {"breakdown": 0.1, "detectable": 30.0}, 1, "cannot_tell", "higher"),
    ("two periods", "chosen", ABOVE, TWO_PERIODS, {"breakdown": None}, 2, "may_have", "higher"),
    ("two periods, drawn by lot", "randomised", ABOVE, TWO_PERIODS, {"breakdown": None}, 5, "did", "higher"),
    ("drawn by lot, trends that part before", "randomised", ABOVE, {"before_trends": "warn", "recent_change": "warn"}, {"breakdown": 0.1}, 5, "did", "higher"),
    ("drawn by lot, one wide gap by chance", "randomised", ABOVE, {"balance": 0.57}, {}, 5, "did", "higher"),
    ("drawn by lot, more unlike than a lot gives", "randomised", ABOVE, {"joint_balance": "warn"}, {}, 4, "did", "higher"),
    ("drawn by lot, never compared before", "randomised", ABOVE, {"joint_balance": "not_applicable"}, {}, 4, "did", "higher"),
    ("drawn by lot, and simulations that hold nothing", "randomised", ABOVE, {"design_check": "fail"}, {}, 5, "did", "higher"),
    ("a lot that could not be drawn again", "randomised", ABOVE, {"drawn_again": "not_applicable"}, {}, 4, "did", "higher"),
    ("drawn by lot, few of the drawn came", "randomised", ABOVE, {"compliance": 0.15}, {}, 4, "did", "higher"),
    ("drawn by lot, who came is not known", "randomised", ABOVE, {"compliance": None}, {}, 5, "did", "higher"),
    ("chosen, and many who were not came too", "chosen", ABOVE, {"compliance": 0.15}, {}, 3, "probably", "higher"),
    ("silence that could hide it", "chosen", ABOVE, {"attrition_bounds": "warn"}, {}, 2, "may_have", "higher"),
    ("silence has no zero to hide", "chosen", TIGHT, {"attrition_bounds": "warn"}, {"detectable": 0.8}, 3, "probably", "not_noticeably"),
    ("groups that answer unlike", "chosen", ABOVE, {"attrition": -0.08}, {}, 2, "may_have", "higher"),
    ("a third lost", "chosen", ABOVE, {}, {"lost": 0.33}, 2, "may_have", "higher"),
    ("groups unlike before", "chosen", ABOVE, {"balance": 0.57}, {}, 2, "may_have", "higher"),
    ("a comparison group that was touched", "chosen", ABOVE, {}, {"contamination": True, "contaminated_share": 0.85}, 2, "may_have", "higher"),
    ("a study too small", "chosen", ABOVE, {}, {"detectable": float("inf")}, 2, "may_have", "higher"),
    ("a study too small whose interval has relevant effects only", "chosen", ABOVE, {}, {"detectable": 14.0}, 3, "probably", "higher"),
    ("an estimate below what such a study finds", "chosen", ABOVE, {}, {"detectable": 16.0}, 2, "may_have", "higher"),
    ("effects too small to matter in the interval", "chosen", ABOVE, {}, {"relevant": 11.0, "detectable": 14.0}, 2, "may_have", "higher"),
    ("a zero that leaves out what the study might have missed", "chosen", TIGHT, {}, {"detectable": 3.0}, 3, "probably", "not_noticeably"),
    ("groups unlike before, which the adjustment removes", "chosen", ABOVE, {"balance": 0.57}, {"adjusted": AfterAdjusting(0.1, 14.0, 9.0, 19.0)}, 3, "probably", "higher"),
    ("groups unlike in what is not adjusted for", "chosen", ABOVE, {"balance": 0.57}, {"adjusted": AfterAdjusting(0.4, 14.0, 9.0, 19.0)}, 2, "may_have", "higher"),
    ("groups unlike, and adjusted zero is in it", "chosen", ABOVE, {"balance": 0.57}, {"adjusted": AfterAdjusting(0.1, 14.0, -1.0, 29.0)}, 2, "may_have", "higher"),
    ("groups unlike, and adjusted it is another effect", "chosen", ABOVE, {"balance": 0.57}, {"adjusted": AfterAdjusting(0.1, 40.0, 30.0, 50.0)}, 2, "may_have", "higher"),
    ("groups that no weights make alike", "chosen", ABOVE, {"balance": 0.57, "group_balance": "not_applicable"}, {"adjusted": AfterAdjusting(0.1, 14.0, 9.0, 19.0)}, 2, "may_have", "higher"),
    ("next to no evidence, none against the direction", "chosen", ABOVE, {"scales": "warn"}, {"breakdown": 0.1}, 1, "very_uncertain", "higher"),
    ("less, and lower", "chosen", BELOW, {"scales": "warn", "balance": 0.57}, {"breakdown": 0.1, "lost": 0.4}, 0, "very_uncertain", "lower"),
    ("next to no evidence for a zero", "chosen", TIGHT, {"scales": "warn", "balance": 0.57}, {}, 1, "cannot_tell", "not_noticeably"),
    ("bounds that break early", "chosen", ABOVE, {}, {"breakdown": 0.4}, 2, "may_have", "higher"),
    ("another scale", "chosen", ABOVE, {"scales": "warn"}, {}, 2, "may_have", "higher"),
    ("one firm carries it", "chosen", ABOVE, {}, {"without": Without(5.0)}, 2, "may_have", "higher"),
    ("one event carries its sign", "chosen", ABOVE, {}, {"without": Without(0.1, turned=1)}, 2, "may_have", "higher"),
    ("another inference includes zero", "chosen", ABOVE, {}, {"including_zero": ("group_t",)}, 2, "may_have", "higher"),
    ("another estimator turns it", "chosen", ABOVE, {}, {"opposite_estimators": ("stacked",)}, 2, "may_have", "higher"),
    ("placebo outcomes moved", "chosen", ABOVE, {"placebo_outcomes": "warn"}, {}, 2, "may_have", "higher"),
    ("no interval holds", "chosen", ABOVE, {"design_check": "fail"}, {}, 2, "may_have", "higher"),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case[0])
def test_cases(case):
    _, assignment, interval, changed, figures, steps, verb, direction = case
    found = rating(grounds(interval, assignment, changed, **figures))
    assert (found.steps, found.verb, found.direction) == (steps, verb, direction)
    assert found.steps == max(found.start - len(found.taken), 0)


FIGURES = [
    ({"attrition": -0.08}, {}, "attrition", {"difference": 0.08, "difference_limit": 0.05}),
    ({}, {"lost": 0.33}, "attrition", {"lost": 0.33, "lost_limit": 0.2}),
    ({"balance": 0.57}, {}, "imbalance", {"difference": 0.57, "difference_limit": 0.25}),
    ({}, {"detectable": 30.0}, "detectable_effect", {"detectable": 30.0, "detectable_limit": 2.0}),
    ({}, {"breakdown": 0.4}, "trends", {"breakdown": 0.4, "breakdown_limit": 0.5}),
    ({}, {"contamination": True, "contaminated_share": 0.85}, "contamination", {"share": 0.85, "share_limit": 0.1}),
    ({}, {"contamination": True}, "contamination", {"share_limit": 0.1}),
    ({}, {"without": Without(6.0)}, "single_unit_or_event", {"share": 0.4, "share_limit": 0.25}),
    ({}, {"including_zero": ("group_t",)}, "assignment_inference", {"n": 1.0}),
    ({"before_trends": "warn"}, {}, "trends", {"before_trends": 0.01, "before_trends_p": 0.02}),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "figures", "reason", "took"), FIGURES)
def test_each_step_has_the_figure_that_took_it(changed, figures, reason, took):
    (step,) = rating(grounds(changed=changed, **figures)).taken
    assert (step.reason, step.state, step.figures) == (reason, "failed", took)


LITTLE = {"scales": "warn", "balance": 0.57}  # two steps; bounds that break early take the third
CONTESTED = [
    ({"before_trends": "warn"}, {}, "trends"),
    ({"recent_change": "warn"}, {}, "trends"),
    ({"placebo_date": "not_applicable"}, {}, "trends"),
    (TWO_PERIODS, {"breakdown": None}, "trends"),
    ({}, {"breakdown": None}, "trends"),
    ({"attrition_bounds": "warn"}, {"lost": 0.4}, "attrition"),
    ({"attrition_bounds": None}, {"lost": 0.4}, "attrition"),
    ({}, {"opposite_scales": ("log1p",)}, "scale"),
    ({}, {"without": Without(1.0, turned=1)}, "single_unit_or_event"),
    ({}, {"without": Without(16.0)}, "single_unit_or_event"),
    ({}, {"including_zero": ("group_t",)}, "assignment_inference"),
    ({}, {"opposite_estimators": ("stacked",)}, "other_estimators"),
    ({"placebo_outcomes": "warn"}, {}, "placebo_outcomes"),
    ({"design_check": "fail"}, {}, "interval"),
    ({}, {"detectable": 16.0}, "detectable_effect"),
    ({"balance": "not_applicable"}, {}, "imbalance"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "figures", "reason"), CONTESTED)
def test_a_direction_with_little_evidence_is_told_unless_something_contests_it(
    changed, figures, reason
):
    little = rating(grounds(changed=LITTLE, breakdown=0.1))
    assert (little.steps, little.verb, little.contested) == (0, "very_uncertain", ())
    found = rating(grounds(changed={**LITTLE, **changed}, **{"breakdown": 0.1, **figures}))
    assert (found.verb, found.direction, found.contested) == ("cannot_tell", "higher", (reason,))


def test_what_may_change_the_size_alone_contests_no_direction():
    size = {"contamination": True, "lost": 0.4, "breakdown": 0.1, "without": Without(6.0)}
    found = rating(grounds(changed=LITTLE, **size))
    assert (found.verb, found.contested) == ("very_uncertain", ())


def test_a_result_that_points_nowhere_has_no_direction_to_contest():
    assert rating(grounds(ACROSS, changed={"before_trends": "warn"})).contested == ()


def test_the_plans_limits_are_the_ones_that_count():
    touched = grounds(changed={"balance": 0.4}, lost=0.33)
    assert rating(touched).steps == 1
    wide = Limits(contamination=1.0, attrition=0.5, lost=0.5, imbalance=0.5)
    assert rating(replace(touched, limits=wide)).steps == 3


def test_a_significant_result_earns_nothing_and_a_null_loses_nothing():
    """The same evidence: a null is never rated below a result, and above it only by what results alone are held to."""
    for changed in ({}, TWO_PERIODS, {"attrition": "warn", "scales": "warn"}):
        steps = [rating(grounds(ends, changed=changed, without=Without(0.05))).steps for ends in (ABOVE, BELOW, TIGHT)]  # fmt: skip
        assert len(set(steps)) == 1


@pytest.mark.parametrize("status", ["pass", "warn", "fail"])
@pytest.mark.parametrize("unmade", TRENDS)
def test_fewer_periods_never_earn_a_better_rating(status, unmade):
    seen = rating(grounds(changed={TRENDS[0]: status})).steps
    fewer = rating(grounds(changed={TRENDS[0]: status, unmade: "not_applicable"})).steps
    none = rating(grounds(changed=TWO_PERIODS, breakdown=None)).steps
    assert none <= 2
    assert max(fewer, none) <= seen


def test_bounds_that_could_not_be_computed_have_not_been_passed():
    found = rating(grounds(breakdown=None))
    assert [(step.reason, step.state) for step in found.taken] == [("trends", "could_not_be_made")]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("assignment", ["randomised", "chosen"])
def test_no_check_that_warns_or_is_missing_raises_the_rating(name, assignment):
    best = rating(grounds(assignment=assignment)).steps
    for status in ("warn", "fail", "not_applicable", None):
        assert rating(grounds(assignment=assignment, changed={name: status})).steps <= best


def test_nothing_examined_says_nothing():
    found = rating(Grounds(15.0, 10.0, 20.0, ()))
    assert found.verb == "cannot_tell"
    assert {step.state for step in found.taken} == {"could_not_be_made"}
    assert {step.reason for step in found.taken} == set(CHECKS_OF) - {
        "placebo_outcomes",
        "trends",
        "compliance",
    }
    assert found.not_asked == ("detectable_effect", "contamination", "placebo_outcomes")


def test_what_the_plan_does_not_name_costs_nothing_and_is_listed():
    nothing = {"placebo_outcomes": None, "compliance": None}
    found = rating(grounds(relevant=None, contamination=None, changed=nothing))
    assert found.steps == 3
    assert set(found.not_asked) == ASKED_BY_THE_PLAN - {
        "compliance"
    }  # which only a lot is asked for
    drawn = rating(grounds(assignment="randomised", relevant=None, contamination=None, changed=nothing))  # fmt: skip
    assert drawn.steps == 5
    assert set(drawn.not_asked) == ASKED_BY_THE_PLAN
    assert rating(grounds()).not_asked == ()


def test_every_reason_can_take_a_step():
    taken = set()
    for _, assignment, interval, changed, figures, *_ in TABLE:
        taken |= {
            step.reason for step in rating(grounds(interval, assignment, changed, **figures)).taken
        }
    assert taken == set(get_args(Reason))


def test_many_warnings_never_let_a_result_be_said_as_a_fact():
    many = dict.fromkeys(
        ("before_trends", "joint_balance", "attrition", "scales", "placebo_outcomes"), "warn"
    )
    for assignment, ends in product(("randomised", "chosen", "by_rule"), (ABOVE, BELOW)):
        assert rating(grounds(ends, assignment, many)).verb == "cannot_tell"


def test_a_unit_is_weighed_against_half_the_interval_where_the_effect_is_near_zero():
    near_zero = grounds(
        ACROSS, without=Without(3.0)
    )  # 40% of the estimate, 24% of half the interval
    assert rating(near_zero).taken == ()
    (step,) = rating(grounds(ACROSS, without=Without(4.0))).taken
    assert step.reason == "single_unit_or_event"
    assert set(step.figures) == {"of_interval", "of_interval_limit"}


def test_with_one_period_before_trends_are_not_examined_rather_than_alike():
    assert rating(grounds(changed=TWO_PERIODS)).trends == "could_not_be_made"
    assert rating(grounds(changed={"before_trends": "warn"})).trends == "failed"
    assert rating(grounds()).trends == "passed"


def test_a_question_of_several_checks_has_three_states():
    names = ("before_trends", "placebo_date")
    assert state_of(checks(), names) == ("passed", ())
    assert state_of(checks(placebo_date="warn"), names) == ("failed", ("placebo_date",))
    gone = state_of(checks(placebo_date="not_applicable"), names)
    assert gone == ("could_not_be_made", ("placebo_date",))
    twice = [*checks(), not_applicable("placebo_date", "too_few_periods_before_treatment")]
    assert state_of(twice, names)[0] == "could_not_be_made"
