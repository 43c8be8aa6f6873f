"""A panel is validated once, says what it dropped, and never shows a value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel

import impact
from impact import errors

CANARY = "Zineb-0661-secret"


def make(frame, **choices):
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", cohort="g", **choices)


def broken(change):
    frame = long_frame(n=12, periods=4, cohorts=(3,), share=0.5).astype(
        {"id": object, "t": object, "y": object, "g": object}
    )
    change(frame)
    return frame


CASES = {
    "duplicate key": (
        errors.DuplicateKeyError,
        "rows 5 and 6",
        lambda f: f.loc.__setitem__((5, ["id", "t"]), list(f.loc[4, ["id", "t"]])),
    ),
    "missing id": (errors.MissingValueError, "row 3", lambda f: f.loc.__setitem__((2, "id"), None)),
    "missing time": (
        errors.MissingValueError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "t"), None),
    ),
    "unparsable time": (
        errors.UnparsableValueError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "t"), CANARY),
    ),
    "missing outcome": (
        errors.MissingValueError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "y"), None),
    ),
    "unparsable outcome": (
        errors.UnparsableValueError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "y"), CANARY),
    ),
    "infinite outcome": (
        errors.InfiniteValueError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "y"), np.inf),
    ),
    "unparsable cohort": (
        errors.UnparsableValueError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "g"), CANARY),
    ),
    "varying cohort": (
        errors.VaryingCohortError,
        "row 3",
        lambda f: f.loc.__setitem__((2, "g"), 4),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_refused_by_name_with_its_rows(name):
    kind, rows, change = CASES[name]
    with pytest.raises(kind) as caught:
        make(broken(change))
    assert rows in str(caught.value)
    assert CANARY not in str(caught.value)
    assert caught.value.exit_code == 3


def test_an_unknown_column_is_refused_with_the_nearest_known_one():
    with pytest.raises(errors.MissingColumnError, match="did you mean village"):
        panel(cluster="vilage")


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan])
def test_a_weight_that_is_not_above_zero_or_missing_is_refused_by_its_row(weight):
    frame = long_frame()
    frame.loc[3, "w"] = weight
    with pytest.raises(errors.RangeError, match="w: not positive, or missing, on row 4"):
        panel(frame, weight="w")


def test_many_rows_are_counted_not_listed():
    frame = long_frame()
    frame.loc[:39, "y"] = np.nan
    with pytest.raises(errors.MissingValueError, match="rows 1, 2, 3, 4, 5 and 35 more"):
        panel(frame)


def test_missing_outcomes_may_be_dropped_and_are_counted():
    frame = long_frame()
    frame.loc[[3, 9], "y"] = np.nan
    assert panel(frame, missing_outcome="drop").sample.dropped == {"missing_outcome": 2}


def test_always_treated_units_are_dropped_and_counted():
    frame = long_frame()
    frame.loc[frame.id == 0, "g"] = 1
    made = panel(frame)
    assert made.sample.dropped["always_treated"] == 1
    assert 0 not in made.units


def test_a_panel_needs_somebody_treated_and_somebody_to_compare():
    frame = long_frame()
    with pytest.raises(errors.NoComparisonError, match="no unit is treated"):
        panel(frame.assign(g=np.nan))
    with pytest.raises(errors.NoComparisonError, match="every unit is treated at the same time"):
        panel(frame.assign(g=4))


def test_treatment_that_switches_off_is_refused():
    frame = long_frame()
    frame["d"] = (frame.t >= frame.g).astype(int)
    assert panel(frame, absorbing_treatment="d").n_units == 60
    frame.loc[frame.index[(frame.d == 1) & (frame.t == 8)][0], "d"] = 0
    with pytest.raises(errors.TreatmentReversalError, match="switches off"):
        panel(frame, absorbing_treatment="d")


def test_never_treated_codes_are_declared_not_guessed():
    frame = long_frame()
    coded = frame.assign(g=frame.g.fillna(9999).astype(int))
    assert panel(coded, never=[9999]).sample == panel(frame).sample
    later = panel(coded)
    assert later.sample.dropped == {
        "treated_after_last_period_counted_as_untreated": later.sample.n_never
    }


def test_ids_stay_as_they_are():
    frame = long_frame(n=20)
    text = frame.assign(id=[f"{value:03d}" for value in frame.id])
    assert list(panel(text).units[:3]) == ["000", "001", "002"]
    long = frame.assign(id=frame.id + 2**53)
    assert len(panel(long).units) == 20


def test_quarters_count_as_calendar_periods_and_a_gap_stays_a_gap():
    frame = long_frame(n=20, periods=6, cohorts=(4,), share=0.4)
    label = {1: "2012Q1", 2: "2012Q2", 3: "2012Q4", 4: "2013Q1", 5: "2013Q2", 6: "2013Q3"}
    frame["t"], frame["g"] = frame.t.map(label), frame.g.map(label)
    made = panel(frame, frequency="quarter")
    assert np.diff(made.times).tolist() == [1, 2, 1, 1, 1]
    assert made.time_axis.label(made.times[2]) == "2012Q4"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_never_matters(seed):
    frame = long_frame(gaps=0.2)
    shuffled = frame.sample(frac=1, random_state=seed)
    one, other = panel(frame), panel(shuffled)
    np.testing.assert_array_equal(one.wide, other.wide)
    pd.testing.assert_frame_equal(one.frame(), other.frame())


def test_inputs_are_not_mutated():
    frame = long_frame()
    before = frame.copy()
    panel(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_windows_and_subsets_keep_count():
    made = panel(long_frame(gaps=0.2))
    half = made.subset(made.units < 30, reason="not_in_half")
    assert half.sample.dropped["not_in_half"] == 30
    early = made.where(made.times[made.time_index] <= 3, reason="late")
    assert early.n_periods == 3
    assert early.sample.n_obs == len(early.y)


def test_a_row_without_an_outcome_may_not_stand_beside_one_of_the_same_unit_and_time():
    frame = pd.DataFrame(
        {
            "unit": ["a", "a", "a", "b", "b"],
            "time": [1, 1, 2, 1, 2],
            "y": [None, 9.0, 1.0, 2.0, 3.0],
            "start": [2, 2, 2, None, None],
        }
    )
    with pytest.raises(
        errors.DuplicateKeyError,
        match="unit, time repeat on rows 1 and 2, one of them without an outcome",
    ):
        impact.Panel.from_frame(
            frame, unit="unit", time="time", outcome="y", cohort="start", missing_outcome="drop"
        )
