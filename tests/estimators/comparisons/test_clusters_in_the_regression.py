"""Degrees of freedom count the clusters in the regression, not in the file (stacked, local projections)."""

import numpy as np
import pandas as pd
from panels import panel
from scipy import stats

import impact

EXACT = {"rtol": 1e-10}


def mostly_outside(*, n_outside=49, n_treated=5, n_never=7, periods=9):
    """Five units start in period 5, seven never, and 49 start in period 2, too early for a window of three periods before."""
    cohort = np.repeat([2.0, 5.0, np.nan], [n_outside, n_treated, n_never])
    n = len(cohort)
    generator = np.random.default_rng(3)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    y = generator.normal(size=n)[unit] + generator.normal(size=n * periods)
    frame = pd.DataFrame({"id": unit, "t": time, "y": y, "g": cohort[unit]})
    return frame.assign(village=frame.id // 2, x=0.0)


def test_stacked_uses_the_twelve_units_of_its_windows_not_the_sixty_one_of_the_file():
    estimate = impact.StackedDiD(before=3, after=2).fit(panel(mostly_outside()))
    assert estimate.sample.n_clusters == 61
    assert (estimate.table.n_clusters == 12).all()
    assert estimate.df == 11
    row = estimate.table.iloc[0]
    half = stats.t.ppf(0.975, 11) * row.std_error
    np.testing.assert_allclose(row.conf_high - row.conf_low, 2 * half, **EXACT)
    np.testing.assert_allclose(row.p_value, 2 * stats.t.sf(abs(row.statistic), 11), **EXACT)


def test_stacked_with_clusters_above_the_unit_counts_those_in_its_windows():
    frame = mostly_outside()
    inside = frame[frame.g != 2].village.nunique()
    estimate = impact.StackedDiD(before=3, after=2).fit(panel(frame, cluster="village"))
    assert estimate.df == inside - 1


def test_local_projections_count_each_horizons_own_clusters():
    """With cohort 2 beside cohort 5: no base period before it reaches further back than one, so leads -2 and on have twelve units."""
    estimate = impact.LocalProjectionsDiD(after=2).fit(panel(mostly_outside()))
    by_event = estimate.table.set_index("event_time")
    assert (by_event.loc[[-4, -3, -2], "n_clusters"] == 12).all()
    assert (by_event.loc[[0, 1, 2], "n_clusters"] == 61).all()
    row = by_event.loc[-3]
    np.testing.assert_allclose(row.p_value, 2 * stats.t.sf(abs(row.statistic), 11), **EXACT)
    assert estimate.df == 11  # the smallest, for bands and joint tests


def test_local_projections_factor_counts_the_clusters_it_uses():
    """Lead -3: dummies by hand on the twelve units' differences, CRV1 with G = 12."""
    frame = mostly_outside()
    wide = frame.pivot_table(index="id", columns="t", values="y")
    cohort = frame.groupby("id").g.first()
    rows = []
    for t in range(1, 10):
        if t - 1 in wide and t - 3 in wide:
            new, clean = cohort == t, cohort.isna() | (cohort > t)
            for i in wide.index[new | clean]:
                rows.append((i, t, float(new[i]), wide.loc[i, t - 3] - wide.loc[i, t - 1]))
    data = pd.DataFrame(rows, columns=["i", "t", "d", "dy"])
    X = np.column_stack([data.d, pd.get_dummies(data.t).to_numpy(float)])
    bread = np.linalg.inv(X.T @ X)
    score = X * (data.dy - X @ bread @ X.T @ data.dy).to_numpy()[:, None]
    summed = pd.DataFrame(score).groupby(data.i.to_numpy()).sum().to_numpy()
    G, n, K = data.i.nunique(), len(data), X.shape[1]
    assert G == 12
    vcov = G / (G - 1) * (n - 1) / (n - K) * bread @ summed.T @ summed @ bread
    estimate = impact.LocalProjectionsDiD(after=2).fit(panel(frame))
    ours = estimate.table.set_index("event_time").loc[-3]
    np.testing.assert_allclose(ours.std_error, np.sqrt(vcov[0, 0]), **EXACT)


def test_intervals_at_another_level_keep_each_rows_degrees_of_freedom():
    estimate = impact.LocalProjectionsDiD(after=2).fit(panel(mostly_outside()))
    interval = estimate.confint(0.8)
    df = estimate.table.n_clusters.to_numpy() - 1
    half = stats.t.ppf(0.9, df) * estimate.table.std_error.to_numpy()
    np.testing.assert_allclose((interval.high - interval.low) / 2, half, **EXACT)


def test_an_average_has_the_degrees_of_freedom_of_the_horizon_that_has_fewest_among_its_own():
    average = impact.LocalProjectionsDiD(after=2).fit(panel(mostly_outside()))
    average = average.aggregate(by="overall")
    assert (average.df, average.table.n_clusters[0]) == (
        60,
        61,
    )  # horizons 0, 1, 2 have 61 units; the leads with twelve do not enter


def test_json_keeps_the_degrees_of_freedom_of_each_row():
    estimate = impact.LocalProjectionsDiD(after=2).fit(panel(mostly_outside()))
    again = impact.Estimate.from_json(estimate.to_json())
    np.testing.assert_array_equal(again.row_df, estimate.row_df)
    pd.testing.assert_frame_equal(again.table, estimate.table)
    pd.testing.assert_frame_equal(again.confint(0.8), estimate.confint(0.8))


def test_some_of_the_parameters_keep_their_own():
    estimate = impact.LocalProjectionsDiD(after=2).fit(panel(mostly_outside()))
    assert estimate.select(["event_time=0"]).df == 60
    assert estimate.select(["event_time=-3"]).df == 11


def test_a_horizon_without_degrees_of_freedom_keeps_its_value_and_says_so():
    frame = mostly_outside(n_outside=0, n_treated=3, n_never=3)
    frame["village"] = 0
    estimate = impact.LocalProjectionsDiD(before=2, after=1).fit(panel(frame, cluster="village"))
    row = estimate.table.set_index("event_time").loc[0]
    assert np.isfinite(row.estimate)
    assert np.isnan(row.std_error)
    assert "no_degrees_of_freedom_at:0" in estimate.notes
