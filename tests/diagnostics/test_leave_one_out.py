"""Leaving out cohorts and events: ranges over all of them, and single ones only where they are large."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics.leave_one_out import leave_one_out
from impact.errors import NotIdentifiedError
from impact.evaluation.certainty import _releasable
from impact.evaluation.store import decode, encode

FIVE = (3, 4, 5, 6, 7)


def five_cohorts(*, sizes, effects=None):
    """Cohorts of these sizes among 80 firms, with these effects."""
    frame = long_frame(n=80, effect=0.0, share=0.0)
    first = np.full(80, np.nan)
    first[: sum(sizes)] = np.repeat(FIVE[: len(sizes)], sizes)
    gain = dict(zip(FIVE, effects or [1.0] * 5, strict=False)) | {np.inf: 0.0}
    g = first[frame.id]
    gained = np.array([gain[x] for x in np.where(np.isnan(g), np.inf, g)])
    return panel(frame.assign(g=g, y=frame.y + gained * (frame.t >= g)))


def test_the_range_is_over_every_cohort_though_single_small_ones_are_withheld():
    made = five_cohorts(sizes=(6, 6, 6, 6, 12), effects=(3.0, 0.0, 1.0, 2.0, 1.0))
    every = leave_one_out(made)
    shown = _releasable(every)
    refits = []
    for cohort in made.cohorts:
        part = made.subset(made.cohort != cohort, reason="left_out")
        refits.append(impact.CallawaySantAnna().fit(part).aggregate(by="overall").params.iloc[0])
    assert shown.cohorts.n == 5
    assert shown.cohorts.low == pytest.approx(min(refits), rel=1e-12)
    assert shown.cohorts.high == pytest.approx(max(refits), rel=1e-12)
    assert shown.cohorts.high - shown.cohorts.low > 0.1
    assert every.table["n_treated"].tolist() == [6, 6, 6, 6, 12]


def test_no_cohort_is_shown_beside_a_range_that_would_tell_of_a_small_one():
    """With four cohorts shown, an end of the range over five that is none of theirs is the fifth's."""
    shown = _releasable(leave_one_out(five_cohorts(sizes=(10, 10, 10, 10, 5))))
    assert shown.table.empty
    assert shown.cohorts.low < shown.cohorts.high
    assert shown.check().table.empty


def test_what_is_left_out_is_named_as_what_was_assigned():
    frame = long_frame(n=40)
    villages = panel(
        frame.assign(village=frame.id // 2, g=frame.groupby(frame.id // 2)["g"].transform("first")),
        cluster="village",
    )
    found = leave_one_out(villages)
    assert found.of_clusters
    assert "without one cluster" in found.summary()
    assert "without one unit" in leave_one_out(panel(frame)).summary()


def test_large_cohorts_are_shown_one_by_one():
    shown = _releasable(leave_one_out(five_cohorts(sizes=(10, 12, 10))))
    assert shown.table["n_treated"].tolist() == [10, 12, 10]


@pytest.mark.parametrize(("sizes", "told"), [((12, 5), False), ((12, 12), True), ((6, 5, 5), True)])
def test_a_range_over_two_with_a_small_one_is_not_shown(sizes, told):
    shown = _releasable(leave_one_out(five_cohorts(sizes=sizes)))
    assert shown.cohorts.n == len(sizes)
    assert (shown.cohorts.low is not None) == (shown.cohorts.high is not None) == told


def test_signs_are_counted_over_cohorts_that_are_withheld():
    made = five_cohorts(sizes=(4, 4, 4, 4, 12), effects=(30.0, -2.0, -2.0, -2.0, -2.0))
    every = leave_one_out(made)
    assert (every.table["estimate"] * every.estimate < 0).any()
    shown = _releasable(every)
    assert shown.check().status == "warn"
    assert shown.check().why == every.check().why == "sign_turns_without:1"


def test_one_cohort_leaves_nothing_to_leave_out():
    found = leave_one_out(five_cohorts(sizes=(12,)))
    assert found.cohorts.n == found.groups.n == 0
    assert "of 0" not in found.summary()
    assert _releasable(found).cohorts.turned == 0


def test_events_have_a_range_of_their_own():
    made = five_cohorts(sizes=(9, 9))
    fair = pd.Series(np.where(np.arange(18) < 6, "a", np.where(np.arange(18) < 12, "b", "c")))
    found = leave_one_out(made, group=fair)
    assert (found.cohorts.n, found.groups.n) == (2, 3)
    rows = found.table[found.table.kind == "group"]
    assert (found.groups.low, found.groups.high) == (rows.estimate.min(), rows.estimate.max())
    assert "of 3 groups" in found.summary()


def test_one_firm_on_each_side_is_refused_by_name():
    frame = long_frame(n=2, share=0.0)
    frame.loc[frame.id == 0, "g"] = 5.0
    with pytest.raises(NotIdentifiedError, match="without any one unit"):
        leave_one_out(panel(frame))


def test_what_is_withheld_is_not_stored():
    shown = _releasable(leave_one_out(five_cohorts(sizes=(12, 5))))
    back = decode(encode(shown))
    assert back.cohorts == shown.cohorts
    assert (back.cohorts.n, back.cohorts.low, back.cohorts.high) == (2, None, None)
