"""Features of paths are what a reader would compute from the units themselves."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.moments.features import Span, changes, levels, spans, within
from impact.moments.unit_order import paths_of_units


@pytest.fixture(params=[0.0, 0.25], ids=["balanced", "gaps"])
def made(request):
    return panel(long_frame(n=120, gaps=request.param))


def on_units(made, feature_of):
    moments = impact.PathMoments.from_panel(made)
    return feature_of(moments).evaluate(paths_of_units(made, moments))


def test_a_change_is_the_difference_for_units_seen_in_both_periods(made):
    pairs = [(2, 1), (3, 0), (0, 2)]
    found = on_units(made, lambda moments: changes(moments, pairs))
    origin = impact.PathMoments.from_panel(made).origin
    for place, (late, early) in enumerate(pairs):
        difference = made.wide[:, late] - made.wide[:, early] - (origin[late] - origin[early])
        seen = ~np.isnan(difference)
        np.testing.assert_allclose(found[:, place], np.where(seen, difference, 0), atol=1e-12)
        np.testing.assert_array_equal(found[:, len(pairs) + place], seen)


def test_a_span_of_one_period_at_each_end_is_a_change_beside_longer_spans_too(made):
    pairs = [(2, 1), (3, 0)]
    single = [Span((late,), (early,)) for late, early in pairs]
    one = on_units(made, lambda moments: changes(moments, pairs))
    np.testing.assert_array_equal(on_units(made, lambda moments: spans(moments, single)), one)
    longer = on_units(made, lambda moments: spans(moments, [*single, Span((3,), (0, 1))]))
    np.testing.assert_allclose(longer[:, :2], one[:, :2], atol=1e-12)
    np.testing.assert_array_equal(longer[:, 3:5], one[:, 2:])


def test_a_span_is_from_the_mean_of_its_early_periods(made):
    found = on_units(
        made,
        lambda moments: spans(
            moments, [Span((3,), (0, 1)), Span((3,), (0, 1), early_may_miss=True)]
        ),
    )
    early = made.wide[:, :2]
    some = ~np.isnan(made.wide[:, 3]) & ~np.isnan(early).all(axis=1)
    every = some & ~np.isnan(early).any(axis=1)
    shift = impact.PathMoments.from_panel(made).origin.mean()
    for place, seen in enumerate((every, some)):
        difference = made.wide[seen, 3] - np.nanmean(early[seen], axis=1)
        np.testing.assert_allclose(found[seen, place], difference, atol=1e-11 * (1 + abs(shift)))
        np.testing.assert_array_equal(found[:, 2 + place], seen)
        assert not found[~seen, place].any()


def test_a_line_needs_two_early_periods(made):
    found = on_units(made, lambda moments: spans(moments, [Span((3,), (0, 1, 2), trend=True)]))
    for unit in range(made.n_units):
        y = made.wide[unit]
        seen = np.flatnonzero(~np.isnan(y[:3]))
        if np.isnan(y[3]) or len(seen) < 2:
            assert not found[unit].any()
            continue
        slope, level = np.polyfit(made.times[seen], y[seen], 1)
        assert found[unit, 0] == pytest.approx(y[3] - level - slope * made.times[3], abs=1e-9)


def test_levels_and_deviations_are_zero_where_not_observed(made):
    seen = ~np.isnan(made.wide)
    level = on_units(made, levels)
    np.testing.assert_array_equal(level[:, made.n_periods :], seen)
    assert not level[:, : made.n_periods][~seen].any()
    deviation = on_units(
        made, lambda moments: within(moments, np.zeros_like(moments.event_time) - moments.origin)
    )
    own = made.wide - np.nanmean(made.wide, axis=1, keepdims=True)
    np.testing.assert_allclose(deviation, np.where(seen, own, 0), atol=1e-11)
