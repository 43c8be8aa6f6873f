"""Indicators of the monitoring plan: how much is complete, or why it cannot be said; every figure with a source; no result of ours."""

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.errors import PlanError
from impact.evaluation.completion import percent_complete
from impact.evaluation.indicators import MOST, QUARTERS, Indicator, read_indicators

ROOT = Path(__file__).resolve().parents[2]
SAID = {"en": "x", "fr": "x"}
FIGURES = st.floats(-MOST, MOST)
OWN = {"project": "p", "activity": "a", "level": "output", "name": SAID, "unit": SAID}


def told(value, **more):
    return {"value": value, "source": "report", **more}


UNDONE = {"state": "not_done", "source": "report"}


def indicator(classification="cumulative", **more):
    return Indicator.model_validate({**OWN, "classification": classification, **more})


def content(*indicators, **more):
    return {
        "country": SAID,
        "began": "2008-09-15",
        "source": "treaty",
        "projects": {"p": SAID},
        "activities": {"a": SAID},
        "indicators": [{**OWN, "classification": "cumulative", **one} for one in indicators],
        **more,
    }


def read(tmp_path, values):
    path = tmp_path / "indicators.yml"
    path.write_text(json.dumps(values), encoding="utf-8")  # JSON is YAML
    return read_indicators(path)


def refused(tmp_path, values):
    with pytest.raises(PlanError) as caught:
        read(tmp_path, values)
    return str(caught.value)


@given(actual=FIGURES, target=FIGURES)
def test_of_counts_complete_is_actual_over_target_or_has_a_reason(actual, target):
    found = percent_complete("cumulative", actual=actual, target=target)
    assert (found.percent is None) == (found.code == "target_zero")
    if found.percent is not None:
        assert math.isfinite(found.percent)
        assert found.percent == pytest.approx(100 * (actual / target))
    else:
        assert abs(target) < 1e-280


@given(actual=FIGURES, target=FIGURES, baseline=FIGURES)
def test_of_levels_complete_is_the_share_of_the_way_or_has_a_reason(actual, target, baseline):
    found = percent_complete("level", actual=actual, target=target, baseline=baseline)
    if found.percent is None:
        assert found.code == "target_at_baseline"
        assert target - baseline == pytest.approx(0, abs=1e-280)
    else:
        assert math.isfinite(found.percent)
        assert found.percent == pytest.approx(100 * ((actual - baseline) / (target - baseline)))


@given(
    actual=st.floats(0, 1e6),
    target=st.floats(1, 1e6),
    baseline=st.floats(0, 1e6),
    factor=st.floats(0.01, 100),
)
def test_complete_does_not_depend_on_the_unit(actual, target, baseline, factor):
    figures = {"actual": actual, "target": target, "baseline": baseline}
    if abs(target - baseline) < 1e-3:
        return
    scaled = {name: factor * value for name, value in figures.items()}
    one, other = (percent_complete("level", **each) for each in (figures, scaled))
    assert other.percent == pytest.approx(one.percent, rel=1e-6, abs=1e-6)


def test_a_level_at_its_baseline_is_0_percent_and_at_its_target_100():
    ends = {"target": 1499.0, "baseline": 849.0}
    assert percent_complete("level", actual=849.0, **ends).percent == 0
    assert percent_complete("level", actual=1499.0, **ends).percent == 100
    assert percent_complete("level", actual=800.0, **ends).percent < 0


def test_where_less_is_better_at_least_so_much_is_at_most_so_complete():
    falling = percent_complete("level", actual=30.0, target=10.0, baseline=50.0, bound="at_least")
    assert (falling.percent, falling.bound) == (50.0, "at_most")
    rising = percent_complete("level", actual=30.0, target=50.0, baseline=10.0, bound="at_least")
    assert (rising.percent, rising.bound) == (50.0, "at_least")


REASONS = {
    "actual_not_known": ("cumulative", {"target": told(6)}),
    "not_done": ("cumulative", {"target": told(6), "to_date": UNDONE}),
    "target_not_known": ("cumulative", {"to_date": told(5)}),
    "no_target": ("cumulative", {"to_date": told(5), "target": UNDONE}),
    "target_zero": ("cumulative", {"to_date": told(5), "target": told(0)}),
    "baseline_not_known": ("level", {"to_date": told(5), "target": told(6)}),
    "no_baseline": ("level", {"to_date": told(5), "target": told(6), "baseline": UNDONE}),
    "target_at_baseline": ("level", {"to_date": told(5), "target": told(6), "baseline": told(6)}),
    "measured_by_study": ("level", {"measured_by": "study", "target": told(6)}),
    "done_by_date": ("date", {"to_date": {"on": "2013-01", "source": "report"}}),
}


@pytest.mark.parametrize("code", REASONS)
def test_what_has_no_percentage_says_why_and_is_never_zero(code):
    classification, cells = REASONS[code]
    found = indicator(classification, **cells).completion()
    assert (found.percent, found.code) == (None, code)


def test_nothing_done_is_told_from_nothing_known_and_both_from_a_zero():
    undone = indicator(quarters=dict.fromkeys(QUARTERS, UNDONE))
    zero = indicator(quarters={"y1q1": told(0)}, target=told(4))
    assert undone.actual().code == "not_done"
    assert indicator().actual().code == "actual_not_known"
    assert (zero.actual().value, zero.completion().percent) == (0, 0)


def test_quarters_that_are_not_known_make_a_sum_a_lower_bound():
    some = indicator(quarters={"y5q2": told(10), "y5q4": told(10)}, target=told(40))
    assert (some.actual().value, some.actual().bound) == (20, "at_least")
    assert (some.completion().percent, some.completion().bound) == (50, "at_least")
    every = indicator(quarters={**dict.fromkeys(QUARTERS, told(1)), "y2q2": UNDONE})
    assert (every.actual().value, every.actual().bound) == (19, "exact")


def test_quarters_after_the_last_reported_are_not_missing():
    early = indicator(quarters={"y1q1": told(3), "y1q2": told(4)})
    assert early.actual("y1q2").bound == "exact"
    assert early.actual("y1q3").bound == "at_least"


def test_a_level_to_date_is_the_last_known_one():
    assert indicator("level", quarters={"y1q1": told(3), "y4q2": told(9)}).actual().value == 9


def test_a_year_of_counts_with_an_unknown_quarter_is_at_least_the_others_as_it_is_to_date():
    three = {f"y1q{n}": told(5) for n in (1, 2, 3)}
    counts = indicator(quarters=three, year_targets={"y1": told(40)}, target=told(40))
    year, to_date = counts.completion_of_year(1), counts.completion()
    assert (year.percent, year.bound) == (to_date.percent, to_date.bound) == (37.5, "at_least")
    assert counts.completion_of_year(2).code == "actual_not_known"
    whole = indicator(quarters={**three, "y1q4": UNDONE}, year_targets={"y1": told(40)})
    assert (whole.completion_of_year(1).percent, whole.completion_of_year(1).bound) == (
        37.5,
        "exact",
    )


def test_a_year_of_a_level_is_its_last_known_quarter():
    three = {f"y1q{n}": told(5) for n in (1, 2, 3)}
    level = indicator("level", quarters=three, year_targets={"y1": told(10)}, baseline=told(0))
    assert level.completion_of_year(1).percent == 50
    assert level.completion_of_year(2).code == "actual_not_known"


def test_an_unknown_key_is_refused_with_the_nearest(tmp_path):
    assert "target_s: unknown key; did you mean target?" in refused(
        tmp_path, content({"target_s": told(1)})
    )
    assert "did you mean value?" in refused(
        tmp_path, content({"target": {"valu": 1, "source": "x"}})
    )
    assert "did you mean country?" in refused(tmp_path, {**content({}), "contry": SAID})


def test_an_undeclared_activity_is_refused_with_the_nearest(tmp_path):
    said = refused(tmp_path, content({"activity": "promotoin"}, activities={"promotion": SAID}))
    assert "indicators.0.activity" in said.replace("file: ", "")
    assert "did you mean promotion?" in said


WRONG = {
    "a figure, or not_done, has a source": {"target": {"value": 6}},
    "not_known: has no source": {"target": {"state": "not_known", "source": "x"}},
    "one of: a value": {"target": {"source": "x"}},
    "below zero": {"to_date": told(-1)},
    "quarters.y1q1": {"quarters": {"y1q1": "maybe"}},
    "quarters.y6q1": {"quarters": {"y6q1": told(1)}},
    "a baseline or target is exact": {"target": told(6, bound="at_least")},
    "less than its quarters": {"quarters": {"y1q1": told(6)}, "to_date": told(5)},
    "has months (on)": {"target": {"on": "2013-01", "source": "x"}},
    "baseline.year: after the compact ended": {"baseline": told(3, year=2014)},
    "at least -1,000": {"to_date": told(-1e15 - 1)},
    "no result|does not stand here": {"measured_by": "study", "to_date": told(5)},
    "indicators.0.name.fr": {"name": {"en": "x"}},
}


@pytest.mark.parametrize("words", WRONG)
def test_a_cell_that_breaks_a_rule_is_refused_by_name(tmp_path, words):
    said = refused(tmp_path, content(WRONG[words]))
    assert said.startswith("indicators: indicators.yml: ")
    assert any(each in said for each in words.split("|")), said


def test_dates_out_of_order_are_refused(tmp_path):
    late = content({"quarters": {"y3q1": told(1)}}, through="y2q4")
    assert "quarters.y3q1: after the last quarter reported on" in refused(tmp_path, late)
    assert "submitted: before the compact began" in refused(
        tmp_path, content({}, submitted="2008-01-15")
    )
    assert "began" in refused(tmp_path, content({}, began="2008-02-35"))
    assert "stands twice" in refused(tmp_path, content({}, {}))


def test_a_figure_below_zero_may_be_declared(tmp_path):
    one = {"may_be_negative": True, "classification": "level", "to_date": told(-0.9)}
    assert read(tmp_path, content(one)).indicators[0].actual().value == -0.9


def test_years_of_the_compact_follow_one_another_without_a_gap(tmp_path):
    for began in ("2008-09-15", "2008-02-25"):
        years = read(tmp_path, content({}, began=began)).years()
        assert len(years) == 5
        for (_, last), (first, _) in pairwise(years):
            assert (first - last).days == 1


@pytest.fixture(scope="module")
def case():
    return read_indicators(ROOT / "data" / "indicators.yml")


def by_name(case, name):
    return next(one for one in case.indicators if one.name.en == name)


def test_every_figure_of_the_case_has_its_source_and_none_is_assumed(case):
    cells = [cell for one in case.indicators for cell in one.sourced()]
    assert len(cells) > 10
    assert all(cell.source and not cell.assumed for cell in cells)


def test_the_case_says_what_sources_say_and_no_more(case):
    potters = by_name(case, "Average income of potters")
    assert (potters.baseline.value, potters.baseline.year, potters.target.value) == (
        849,
        2008,
        1499,
    )
    assert potters.completion().code == "actual_not_known"
    assert "doubtful" in potters.note.en
    assert by_name(case, "Contacts with buyers").cell("y5q2").value == 22
    benefiting = by_name(case, "Artisans benefiting").actual()
    assert (benefiting.value, benefiting.bound) == (300, "more_than")
    disbursed = by_name(case, "Funds disbursed").completion()
    assert disbursed.percent == pytest.approx(100 * 84_019_666 / 111_873_858)


def test_no_outcome_that_the_study_measures_has_a_figure_of_monitoring(case):
    measured = [one for one in case.indicators if one.measured_by == "study"]
    assert {one.name.en for one in measured} == {"Annual revenue", "Employment"}
    assert not [cell for one in measured for cell in one.sourced()]
