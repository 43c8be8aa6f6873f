"""Tests of trends: nothing is tested where there is nothing, and a lead is the event study's own."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics.before_trends import before_trend_test, placebo_date
from impact.diagnostics.pretrend_power import equivalence

MAIN = impact.CallawaySantAnna()
TWO = long_frame(n=60, periods=2, cohorts=(2,), share=0.3)


def apart(first, second, start):
    """Two waves some years apart, the programme between them or with the second."""
    return TWO.assign(t=TWO.t.map({1: first, 2: second}), g=TWO.g.map({2.0: start}))


def without_periods(frame, *times):
    return frame[~frame.t.isin(times)]


ONE_BEFORE = {
    "two waves": TWO,
    "two waves four years apart": apart(1, 5, 5.0),
    "a programme between two waves": apart(1, 5, 4.0),
    "one period after, two not observed": without_periods(
        long_frame(n=60, periods=4, cohorts=(4,), share=0.3), 1, 3
    ),
    "two cohorts": without_periods(
        long_frame(n=60, periods=6, cohorts=(4, 6), share=0.3), 2, 3, 4, 5
    ),
}


@pytest.mark.parametrize("frame", ONE_BEFORE.values(), ids=ONE_BEFORE)
def test_with_one_period_before_treatment_no_check_of_trends_passes(frame):
    made = panel(frame)
    events = impact.CallawaySantAnna(base_period="universal").fit(made).aggregate(by="event_time")
    checks = [
        before_trend_test(made, MAIN, permutations=99),
        *(placebo_date(made, MAIN, periods=periods) for periods in (1, 2, 3, 4)),
        equivalence(events),
    ]
    assert [check.status for check in checks] == ["not_applicable"] * len(checks)
    assert checks[0].why == "no_period_before_the_reference"
    assert checks[1].why == "too_few_periods_before_treatment"
    assert checks[0].p_value is None


def test_card_and_kruegers_two_waves_cannot_tell_of_trends(reference):
    """New Jersey's minimum wage rose in April 1992, between waves in February and November: event time of the base is -2."""
    frame = pd.read_csv(reference / "data" / "card_krueger" / "njmin3.csv")
    frame["store"] = frame.groupby(["nj", "d"]).cumcount() + 1000 * frame.nj
    frame["month"] = np.where(frame.d == 1, "1992-11", "1992-02")
    frame["rise"] = np.where(frame.nj == 1, "1992-04", None)
    names = {"unit": "store", "time": "month", "outcome": "fte", "cohort": "rise"}
    made = impact.Panel.from_frame(frame, **names, frequency="month", missing_outcome="drop")
    assert made.n_periods == 2
    found = before_trend_test(made, MAIN, permutations=99)
    assert (found.status, found.why) == ("not_applicable", "no_period_before_the_reference")
    for periods in (1, 2, 9):
        assert placebo_date(made, MAIN, periods=periods).status == "not_applicable"


def test_a_lead_is_the_event_studys_own():
    """A cohort not yet treated was counted among its own controls, which shrank its leads by their share."""
    for gaps, control in (
        (0.0, "not_yet_treated"),
        (0.15, "not_yet_treated"),
        (0.0, "never_treated"),
    ):
        made = panel(long_frame(n=60, periods=3, cohorts=(3,), share=0.4, gaps=gaps))
        estimator = impact.CallawaySantAnna(control_group=control)
        events = impact.CallawaySantAnna(control_group=control, base_period="universal").fit(made)
        row = events.aggregate(by="event_time").row("event_time=-2")
        found = before_trend_test(made, estimator, permutations=99)
        assert found.why == "largest_of_leads:1"
        assert found.statistic == pytest.approx(abs(row["statistic"]), rel=1e-9)


def test_the_last_cohort_has_no_leads_without_anybody_to_compare_with():
    frame = long_frame(n=60, periods=4, cohorts=(2, 4), share=0.5)
    found = before_trend_test(panel(frame[frame.g.notna()]), MAIN, permutations=99)
    assert (found.status, found.why) == ("not_applicable", "no_period_before_the_reference")


@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_outcomes_that_do_not_vary_before_treatment_have_not_passed(slope):
    frame = long_frame(n=60, periods=6, cohorts=(5,), share=0.3)
    made = panel(frame.assign(y=np.where(frame.t < 5, slope * frame.t, frame.y)))
    found = before_trend_test(made, MAIN, permutations=99)
    assert (found.status, found.why) == ("not_applicable", "no_variation_before_treatment")
    assert placebo_date(made, MAIN, periods=2).status == "not_applicable"


def test_a_pretended_start_before_the_first_period_is_set_aside():
    """Four periods earlier, cohort 4 would start before the data do: the placebo is cohort 7's alone."""
    frame = long_frame(n=90, periods=8, cohorts=(4, 7), share=0.3)
    both, alone = (
        placebo_date(panel(part), MAIN, periods=4) for part in (frame, frame[frame.g != 4])
    )
    assert both.why == alone.why == "periods_earlier:4"
    assert np.isfinite(both.p_value)
    assert both.statistic == pytest.approx(alone.statistic, rel=1e-9)
    assert both.p_value == alone.p_value
