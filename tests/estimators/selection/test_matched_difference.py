"""The matched difference and the variance that matching has: by hand, by simulation, and where it is refused."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame

import impact
from impact.errors import NotAvailableError, NotIdentifiedError, UsageError


def two_periods(generator, n=200, *, slope=1.0, effect=1.0):
    """Changes that go with x, and starts that do."""
    x = generator.normal(size=n)
    treated = generator.random(n) < 1 / (1 + np.exp(1 - x))
    base = generator.normal(size=n)
    change = slope * x + effect * treated + generator.normal(size=n) * (1 + 0.5 * treated)
    start = np.where(treated, 2.0, np.nan)
    frame = pd.DataFrame({"id": np.arange(n), "x": x, "g": start})
    both = [frame.assign(t=t, y=base + (t == 2) * change) for t in (1, 2)]
    return pd.concat(both), x, treated, change


def panel_of(frame, **choices):
    names = {"covariates": ["x"], "cohort": "g", **choices}
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", **names)


def abadie_imbens(x, treated, change, neighbours, similar):
    """Theorem 7 of Abadie and Imbens (2006), one covariate, as it is printed."""
    mine, theirs = np.flatnonzero(treated), np.flatnonzero(~treated)
    used, difference = np.zeros(len(x)), []
    for unit in mine:
        near = theirs[np.argsort(np.abs(x[theirs] - x[unit]), kind="stable")[:neighbours]]
        used[near] += 1
        difference.append(change[unit] - change[near].mean())
    effect = np.mean(difference)
    spread = np.zeros(len(x))
    for unit in theirs:
        others = theirs[theirs != unit]
        near = others[np.argsort(np.abs(x[others] - x[unit]), kind="stable")[:similar]]
        spread[unit] = similar / (similar + 1) * (change[unit] - change[near].mean()) ** 2
    between = ((np.array(difference) - effect) ** 2).sum()
    again = (used * (used - 1) / neighbours**2 * spread)[theirs].sum()
    return effect, np.sqrt(between + again) / len(mine)


@pytest.mark.parametrize(("neighbours", "similar"), [(1, 1), (3, 2)])
def test_effect_and_variance_are_those_of_abadie_and_imbens(neighbours, similar):
    frame, *known = two_periods(np.random.default_rng(5))
    matching = impact.NearestNeighbours(["x"], neighbours=neighbours)
    found = impact.MatchedDifference(matching, similar=similar).fit(panel_of(frame))
    effect, std_error = abadie_imbens(*known, neighbours, similar)
    assert found.params.iloc[0] == pytest.approx(effect, rel=1e-10)
    assert found.std_errors.iloc[0] == pytest.approx(std_error, rel=1e-10)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_promise():
    generator = np.random.default_rng(6)
    held = []
    for _ in range(300):
        frame, *_ = two_periods(generator, n=150)
        table = impact.MatchedDifference(impact.NearestNeighbours(["x"])).fit(panel_of(frame)).table
        held.append(table.conf_low[0] < 1 < table.conf_high[0])
    assert 0.91 < np.mean(held) < 0.985


def test_the_matched_difference_is_that_of_the_weighed_panel():
    frame, *_ = two_periods(np.random.default_rng(7))
    panel = panel_of(frame)
    matching = impact.NearestNeighbours(["x"], neighbours=2)
    weighed = impact.CallawaySantAnna().fit(matching.weigh(panel))
    ours = impact.MatchedDifference(matching).fit(panel)
    assert ours.params.iloc[0] == pytest.approx(weighed.params.iloc[0], rel=1e-10)


def test_the_adjustment_takes_out_what_matches_differ_by():
    frame, *_ = two_periods(np.random.default_rng(8), slope=5.0, n=120)
    exact = frame.assign(y=np.where(frame.t == 2, 5 * frame.x + 2.0 * frame.g.notna(), 0.0))
    matching = impact.NearestNeighbours(["x"])
    plain, adjusted = (
        impact.MatchedDifference(matching, bias_adjustment=each).fit(panel_of(exact)).params.iloc[0]
        for each in ("none", "regression")
    )
    assert abs(plain - 2) > 1e-3
    assert adjusted == pytest.approx(2, abs=1e-9)


def test_each_cohort_is_held_against_its_matches_over_its_own_periods():
    frame = long_frame(n=120, gaps=0.1)
    panel = panel_of(frame)
    matching = impact.NearestNeighbours(lagged_outcomes=1, neighbours=2, missing="leave_out")
    found = impact.MatchedDifference(matching).fit(panel)
    baseline = matching.baseline(panel)
    matches = matching.matches(baseline)
    y, times = baseline.panel.wide, baseline.panel.times
    difference = []
    for unit, controls in zip(matches.treated, matches.control, strict=True):
        start = baseline.panel.cohort[unit]
        after, before = times >= start, times < start
        change = np.nanmean(y[:, after], axis=1) - np.nanmean(y[:, before], axis=1)
        difference.append(change[unit] - change[controls].mean())
    assert found.params.iloc[0] == pytest.approx(np.mean(difference), rel=1e-9)
    assert found.table.n_treated[0] == len(matches.treated)


def test_weights_count_as_copies_in_the_effect():
    frame, *_ = two_periods(np.random.default_rng(9))
    heavy = frame.assign(w=1.0 + (frame.id % 3 == 0) * frame.g.notna())
    copies = pd.concat([frame, frame[heavy.w == 2].assign(id=lambda f: f.id + 1000)])
    matched = impact.MatchedDifference(impact.NearestNeighbours(["x"]))
    one = matched.fit(panel_of(heavy, weight="w")).params.iloc[0]
    assert one == pytest.approx(matched.fit(panel_of(copies)).params.iloc[0], rel=1e-6)


def test_permutation_leave_one_out_and_comparison_fit_anew():
    frame, *_ = two_periods(np.random.default_rng(10), n=40)
    found = impact.MatchedDifference(impact.NearestNeighbours(["x"])).fit(panel_of(frame))
    permuted = found.under(impact.Permutation(permutations=19))
    assert permuted.conf_low < permuted.estimate < permuted.conf_high
    assert "matched_difference" in repr(impact.compare([found]))
    again = impact.Estimate.from_json(found.to_json())
    pd.testing.assert_frame_equal(again.table, found.table, check_dtype=False)


def test_it_is_refused_by_name_where_the_variance_is_not_known():
    frame, *_ = two_periods(np.random.default_rng(11), n=60)
    matching = impact.NearestNeighbours(["x"], reuse="without_replacement")
    with pytest.raises(UsageError, match="matching: reuse='without_replacement'"):
        impact.MatchedDifference(matching)
    with pytest.raises(UsageError, match="similar"):
        impact.MatchedDifference(impact.NearestNeighbours(["x"]), similar=0)
    clustered = panel_of(frame.assign(village=frame.id // 3), cluster="village")
    plain = impact.MatchedDifference(impact.NearestNeighbours(["x"]))
    with pytest.raises(NotAvailableError, match="village: the variance of matching is by unit"):
        plain.fit(clustered)
    with pytest.raises(NotAvailableError, match="fit it on the Panel"):
        plain.fit(impact.PathMoments.from_panel(panel_of(frame)))
    narrow = impact.NearestNeighbours(["x"], caliper=1e-12, unmatched="leave_out")
    with pytest.raises(NotIdentifiedError, match="y: no treated unit is matched"):
        impact.MatchedDifference(narrow).fit(panel_of(frame))
