"""Who may take whose place: strata that do not depend on names or order, and every assignment counted and listed once."""

from itertools import permutations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel

from impact.inference.assignments import assignments, count
from impact.inference.randomization import RandomizationInference
from impact.inference.strata import permutation_strata


def groups_of(strata):
    return [np.flatnonzero(strata == code) for code in np.unique(strata)]


def listed(labels, strata, most=20_000):
    return assignments(labels, strata, draws=5, generator=np.random.default_rng(1), most=most)


def by_hand(labels, strata):
    """Every distinct assignment, by permuting each stratum's labels in all orders."""
    groups = groups_of(strata)
    found = set()
    for orders in product(*({tuple(o) for o in permutations(labels[g])} for g in groups)):
        changed = labels.copy()
        for members, order in zip(groups, orders, strict=True):
            changed[members] = order
        found.add(tuple(int(label) for label in changed))
    return found


UNITS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=8
)  # label (several cohorts and never) and stratum of each unit


@settings(deadline=None, max_examples=60)
@given(units=UNITS)
def test_every_assignment_of_the_scheme_is_counted_and_listed_once(units):
    labels, strata = (np.array(column, dtype=np.int64) for column in zip(*units, strict=True))
    expected = by_hand(labels, strata)
    assert count(labels, groups_of(strata), most=10**9) == len(expected)
    every = listed(labels, strata)
    if len(expected) > 20_000:
        assert not every.enumerated
        return
    assert every.enumerated
    assert every.added == 0
    assert {tuple(row) for row in every.labels.tolist()} == expected
    assert len(every.labels) == len(expected)
    assert tuple(labels.tolist()) in expected


@settings(deadline=None, max_examples=60)
@given(units=UNITS, most=st.integers(0, 400))
def test_a_count_that_stops_early_is_on_the_right_side_of_its_limit(units, most):
    labels, strata = (np.array(column, dtype=np.int64) for column in zip(*units, strict=True))
    exact = count(labels, groups_of(strata), most=10**9)
    stopped = count(labels, groups_of(strata), most=most)
    assert (stopped <= most) == (exact <= most)
    assert listed(labels, strata, most=most).enumerated == (exact <= most)


def test_a_limit_above_the_usual_one_is_not_taken_for_kept_by_a_count_that_stopped():
    """Three strata of 12 with 4 treated: 495 assignments each, 121 million together; two of them are 245,025."""
    labels, strata = np.tile([1] * 8 + [0] * 4, 3), np.repeat(np.arange(3), 12)
    assert count(labels, groups_of(strata), most=300_000) > 300_000
    assert not listed(labels, strata, most=300_000).enumerated


def test_thousands_of_strata_without_a_choice_do_not_stop_the_list():
    labels = np.array([0, 0, 1, 1, 1, *[1] * 3000])
    strata = np.array([0] * 5 + [*range(1, 3001)])
    every = listed(labels, strata)
    assert every.enumerated
    assert len(every.labels) == comb(5, 2)


def many_zeros(n=90):
    """A panel in which two firms of five sold nothing before treatment: a tie across half of the sample."""
    frame = long_frame(n=n, periods=6, cohorts=(4, 5), share=0.3, seed=11)
    frame["y"] = np.where((frame.id % 5 < 2) & (frame.t < 4), 0.0, frame.y)
    return frame


def partition(made, units, **choices):
    """Sets of firms that may be exchanged, by the firms' first names."""
    strata = permutation_strata(made, **choices)
    return {frozenset(units[strata == code]) for code in np.unique(strata)}


@pytest.mark.parametrize("seed", range(3))
def test_other_names_for_the_firms_leave_the_strata_as_they_are(seed):
    frame = many_zeros()
    renamed = np.random.default_rng(seed).permutation(frame.id.nunique())
    first_name = np.argsort(renamed)
    other = frame.assign(id=renamed[frame.id])
    ours, theirs = panel(frame), panel(other)
    assert partition(ours, ours.units) == partition(theirs, first_name[theirs.units])
    assert len(partition(ours, ours.units)) == 3


def test_the_p_value_of_an_enumeration_does_not_depend_on_names():
    frame = many_zeros(n=40)
    frame["g"] = np.where(frame.id.isin([3, 5, 8, 11]), 4.0, np.nan)
    kept = frame[frame.id < 14]
    found = set()
    for seed in range(4):
        renamed = np.random.default_rng(seed).permutation(14)
        made = panel(kept.assign(id=renamed[kept.id]))
        result = RandomizationInference().test(made)
        assert result.enumerated
        found.add((round(result.p_value, 12), result.permutations))
    assert len(found) == 1


def test_firms_without_a_baseline_are_exchanged_among_themselves_whatever_their_names():
    frame = many_zeros()
    frame = frame[(frame.id % 7 != 0) | (frame.t >= 4)]
    names = np.arange(frame.id.max() + 1)[::-1].copy()
    ours, theirs = panel(frame), panel(frame.assign(id=names[frame.id]))
    assert partition(ours, ours.units) == partition(theirs, names[theirs.units])


def test_the_scheme_can_be_the_panels_strata_alone_or_nothing():
    frame = many_zeros().assign(city=lambda f: np.where(f.id % 2, "a", "b"))
    made = panel(frame, strata=["city"])
    cities = {frozenset(made.units[made.stratum == code]) for code in (0, 1)}
    assert partition(made, made.units, within="strata") == cities
    assert partition(made, made.units, within="none") == {frozenset(made.units)}
    assert len(partition(made, made.units)) > 2
