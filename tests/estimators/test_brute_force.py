"""Every estimator against the slow way: dummies by least squares, four means by hand, imputation unit by unit, units left out."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.errors import NotAvailableError, NotIdentifiedError

CLOSE = {"rtol": 1e-9, "atol": 1e-10}  # two exact ways to the same number


def rows_of(made):
    """The panel as rows: outcome, unit, period, cohort, calendar time and weight."""
    return {
        "y": made.y,
        "i": made.unit_index,
        "s": made.time_index,
        "g": made.cohort[made.unit_index],
        "t": made.times[made.time_index],
        "w": made.weight[made.unit_index],
    }


def dummies(codes):
    return (codes[:, None] == np.unique(codes)).astype(float)


def least_squares(y, X, w):
    """Coefficients and residuals of a regression that may be collinear."""
    root = np.sqrt(w)[:, None]
    beta = np.linalg.lstsq(X * root, y * root[:, 0], rcond=None)[0]
    return beta, y - X @ beta


def saturated(rows, leads):
    """An indicator for each treated cohort and period after treatment, or for all but the last before it."""
    event = rows["t"] - rows["g"]
    columns, keys = [], []
    for g in np.unique(rows["g"][np.isfinite(rows["g"])]):
        for t in np.unique(rows["t"]):
            if (t >= g) or (leads and t - g != -1):
                column = ((rows["g"] == g) & (rows["t"] == t)).astype(float)
                if column.any():
                    columns.append(column)
                    keys.append((g, t))
    assert np.isfinite(event).any()
    return np.column_stack(columns), keys


def crv1(X, residual, rows, cluster, *, k, n_counted):
    """Sandwich of the first k coefficients by clusters, K counted as told."""
    bread = np.linalg.pinv((X * rows["w"][:, None]).T @ X, rcond=1e-10)[:k]
    scores = (X * (residual * rows["w"])[:, None]) @ bread.T
    sums = np.array([scores[cluster == c].sum(axis=0) for c in np.unique(cluster)])
    n, n_clusters = len(residual), len(sums)
    return n_clusters / (n_clusters - 1) * (n - 1) / (n - n_counted) * sums.T @ sums


@pytest.mark.parametrize("choice", [{}, {"weight": "w"}, {"cluster": "village"}])
@pytest.mark.parametrize(("name", "leads"), [("ExtendedTWFE", False), ("SunAbraham", True)])
def test_saturated_regressions_equal_dummies(name, leads, choice):
    made = panel(long_frame(n=40, gaps=0.1), **choice)
    rows = rows_of(made)
    D, keys = saturated(rows, leads)
    X = np.column_stack([D, dummies(rows["i"]), dummies(rows["s"])])
    beta, residual = least_squares(rows["y"], X, rows["w"])
    k = D.shape[1]
    cluster = made.cluster[made.unit_index]
    vcov = crv1(X, residual, rows, cluster, k=k, n_counted=k + made.n_periods)
    ours = getattr(impact, name)().fit(made)
    assert list(zip(ours.table.cohort, ours.table.time, strict=True)) == keys
    np.testing.assert_allclose(ours.table.estimate, beta[:k], **CLOSE)
    np.testing.assert_allclose(ours.vcov, vcov, rtol=1e-8, atol=1e-10)


def test_cohort_effects_are_a_pooled_regression():
    made = panel(long_frame(n=40, gaps=0.1), weight="w")
    rows = rows_of(made)
    D, _ = saturated(rows, leads=False)
    X = np.column_stack([D, dummies(rows["g"]), dummies(rows["s"])[:, 1:]])
    beta, residual = least_squares(rows["y"], X, rows["w"])
    k = D.shape[1]
    vcov = crv1(X, residual, rows, rows["i"], k=k, n_counted=X.shape[1])
    ours = impact.ExtendedTWFE(effects="cohort").fit(made)
    np.testing.assert_allclose(ours.table.estimate, beta[:k], **CLOSE)
    np.testing.assert_allclose(ours.vcov, vcov, rtol=1e-8, atol=1e-10)
    by_unit = impact.ExtendedTWFE(effects="unit").fit(made)
    assert not np.allclose(ours.table.estimate, by_unit.table.estimate)  # with gaps they differ


@pytest.mark.parametrize("choice", [{}, {"cluster": "village"}])
def test_crv3_is_leaving_one_cluster_out(choice):
    made = panel(long_frame(n=40, gaps=0.1), **choice)
    rows = rows_of(made)
    D = (rows["t"] >= rows["g"]).astype(float)
    X = np.column_stack([D, dummies(rows["i"]), dummies(rows["s"])])
    whole = least_squares(rows["y"], X, rows["w"])[0][0]
    cluster = made.cluster[made.unit_index]
    without = []
    for c in np.unique(cluster):
        kept = cluster != c
        without.append(least_squares(rows["y"][kept], X[kept], rows["w"][kept])[0][0])
    G = len(without)
    variance = (G - 1) / G * np.sum((np.array(without) - whole) ** 2)
    ours = impact.TwoWayFixedEffects(vcov="CRV3").fit(made)
    assert ours.vcov[0, 0] == pytest.approx(variance, rel=1e-8)
    assert "CRV3" in ours.method


def test_crv3_refuses_a_cohort_that_cannot_do_without_one_unit():
    frame = long_frame(n=40)
    last = frame.id.max()
    frame["g"] = frame.g.where(frame.id != last, 7.0)
    with pytest.raises(NotIdentifiedError, match="CRV3"):
        impact.SunAbraham(vcov="CRV3").fit(panel(frame))


def test_two_way_clusters_add_periods_and_take_away_single_observations():
    made = panel(long_frame(n=40, gaps=0.1), weight="w")
    rows = rows_of(made)
    D = (rows["t"] >= rows["g"]).astype(float)
    X = np.column_stack([D, dummies(rows["i"]), dummies(rows["s"])])
    _, residual = least_squares(rows["y"], X, rows["w"])
    bread = np.linalg.pinv((X * rows["w"][:, None]).T @ X, rcond=1e-10)[0]
    score = (X * (residual * rows["w"])[:, None]) @ bread
    n, periods = len(score), made.n_periods
    by = [np.bincount(rows[key], weights=score) for key in ("i", "s")]
    meat = sum(np.sum(sums**2) for sums in by) - np.sum(score**2)
    variance = periods / (periods - 1) * (n - 1) / (n - 2) * meat
    ours = impact.TwoWayFixedEffects(vcov="two_way").fit(made)
    assert ours.vcov[0, 0] == pytest.approx(variance, rel=1e-8)
    assert ours.df == periods - 1


@pytest.mark.parametrize("choice", [{}, {"weight": "w"}])
@pytest.mark.parametrize("averages", ["own", "leave_one_out"])
def test_imputation_unit_by_unit(averages, choice):
    made = panel(long_frame(n=40, gaps=0.1), **choice)
    rows = rows_of(made)
    untreated = rows["t"] < rows["g"]
    known = np.isin(rows["i"], rows["i"][untreated])
    X = np.column_stack([dummies(rows["i"]), dummies(rows["s"])])
    weighted = X * rows["w"][:, None]
    beta = np.linalg.lstsq(
        weighted[untreated].T @ X[untreated],
        weighted[untreated].T @ rows["y"][untreated],
        rcond=None,
    )[0]
    effect = rows["y"] - X @ beta
    treated = ~untreated & known
    weight = np.where(treated, rows["w"], 0.0)
    weight = weight / weight.sum()
    overall = float(weight @ effect)
    # the weights on untreated outcomes that imputation implies, by projection
    inverse = np.linalg.pinv(weighted[untreated].T @ X[untreated], rcond=1e-10)
    on_untreated = -(weighted[untreated] @ inverse @ X.T @ weight)
    v = weight.copy()
    v[untreated] = on_untreated
    residual = effect.copy()
    for g, t in {(g, t) for g, t in zip(rows["g"][treated], rows["t"][treated], strict=True)}:
        cell = treated & (rows["g"] == g) & (rows["t"] == t)
        average = np.average(effect[cell], weights=weight[cell] ** 2)
        n = cell.sum()
        factor = n / (n - 1) if averages == "leave_one_out" else 1.0
        residual[cell] = factor * (effect[cell] - average)
    sums = np.bincount(rows["i"], weights=v * residual)
    ours = impact.Imputation(averages=averages).fit(made).aggregate(by="overall").table.iloc[0]
    assert ours.estimate == pytest.approx(overall, rel=1e-9)
    assert ours.std_error == pytest.approx(np.sqrt(np.sum(sums**2)), rel=1e-8)


def test_callaway_santanna_within_strata_is_four_means_a_stratum():
    frame = long_frame(n=120, gaps=0.05).assign(region=lambda f: f.id % 2)
    made = panel(frame, strata=["region"])
    ours = impact.CallawaySantAnna(controls="strata").fit(made).table.set_index(["cohort", "time"])
    wide, cohort, stratum = made.wide, made.cohort, made.stratum
    for (g, t), row in ours.iterrows():
        base = g - 1 if t >= g else t - 1
        change = wide[:, int(t) - 1] - wide[:, int(base) - 1]
        seen = ~np.isnan(change)
        total, size = 0.0, 0
        for code in np.unique(stratum):
            inside = seen & (stratum == code)
            mine = inside & (cohort == g)
            control = inside & (cohort > max(t, base)) & (cohort != g)
            total += mine.sum() * (change[mine].mean() - change[control].mean())
            size += mine.sum()
        assert row.estimate == pytest.approx(total / size, rel=1e-10)
    unit_scores = impact.CallawaySantAnna(controls="strata").fit(made).influence(made)
    vcov = impact.CallawaySantAnna(controls="strata").fit(made).vcov
    np.testing.assert_allclose(unit_scores.T @ unit_scores, vcov, rtol=1e-9, atol=1e-12)


def line_through(times, y, at):
    slope, level = np.polyfit(times, y, 1)
    return level + slope * at


@pytest.mark.parametrize("transformation", ["demean", "detrend"])
def test_rolling_transformations_unit_by_unit(transformation):
    made = panel(long_frame(n=60, gaps=0.1))
    ours = impact.LeeWooldridge(transformation=transformation).fit(made).table
    for row in ours.itertuples():
        moved = np.full(made.n_units, np.nan)
        for unit in range(made.n_units):
            seen = ~np.isnan(made.wide[unit])
            early = seen & (made.times < row.cohort)
            now = made.times == row.time
            if not seen[now].all() or early.sum() < (1 if transformation == "demean" else 2):
                continue
            past = made.wide[unit][early]
            taken = (
                past.mean()
                if transformation == "demean"
                else line_through(made.times[early], past, row.time)
            )
            moved[unit] = made.wide[unit][now][0] - taken
        mine = moved[(made.cohort == row.cohort) & ~np.isnan(moved)]
        control = moved[(made.cohort > row.time) & ~np.isnan(moved)]
        assert row.estimate == pytest.approx(mine.mean() - control.mean(), rel=1e-9)
        variance = mine.var() / len(mine) + control.var() / len(control)
        assert row.std_error == pytest.approx(np.sqrt(variance), rel=1e-9)
        assert (row.n_treated, row.n_control) == (len(mine), len(control))


def test_local_projections_run_over_calendar_distances_not_rows():
    made = panel(long_frame(n=80, gaps=0.2))
    ours = impact.LocalProjectionsDiD(weighting="equal").fit(made).table.set_index("event_time")
    for horizon in (-2, 0, 1, 2):
        total, size = 0.0, 0
        for number, t in enumerate(made.times):
            late, early = number + horizon, number - 1
            if early < 0 or not 0 <= late < made.n_periods:
                continue
            change = made.wide[:, late] - made.wide[:, early]
            seen = ~np.isnan(change)
            mine = seen & (made.cohort == t)
            control = seen & (made.cohort > t + max(horizon, 0))
            if mine.any() and control.any():
                total += mine.sum() * (change[mine].mean() - change[control].mean())
                size += mine.sum()
        assert ours.estimate[horizon] == pytest.approx(total / size, rel=1e-10)


def poisson_with_dummies(y, X, units, periods):
    """Newton on the full likelihood with a dummy for every unit and period."""
    import statsmodels.api as sm

    design = np.column_stack([X, dummies(units), dummies(periods)[:, 1:]])
    fit = sm.GLM(y, design, family=sm.families.Poisson()).fit(tol=1e-13, maxiter=200)
    return fit.params[: X.shape[1]], y - fit.mu, fit.mu


def test_poisson_equals_a_dummy_for_every_unit():
    frame = long_frame(n=40, gaps=0.1)
    frame["y"] = np.floor(np.exp(frame.y / 4))
    frame.loc[frame.id == 3, "y"] = 0.0
    made = panel(frame)
    rows = rows_of(made)
    alive = ~np.isin(rows["i"], np.flatnonzero(np.bincount(rows["i"], weights=rows["y"]) == 0))
    D, keys = saturated(rows, leads=False)
    beta, residual, mu = poisson_with_dummies(
        rows["y"][alive], D[alive], rows["i"][alive], rows["s"][alive]
    )
    ours = impact.ExtendedTWFE(family="poisson").fit(made)
    mean = np.array([rows["y"][(rows["g"] == g) & (rows["t"] == t)].mean() for g, t in keys])
    np.testing.assert_allclose(ours.table.estimate, mean * (1 - np.exp(-beta)), rtol=1e-7)
    percent = ours.percent().table
    np.testing.assert_allclose(percent.estimate, 100 * (np.exp(beta) - 1), rtol=1e-7)
    X = np.column_stack([D, dummies(rows["i"]), dummies(rows["s"])])[alive]
    bread = np.linalg.pinv((X * mu[:, None]).T @ X, rcond=1e-10, hermitian=True)[: len(beta)]
    scores = (X * residual[:, None]) @ bread.T
    units = rows["i"][alive]
    sums = np.array([scores[units == u].sum(axis=0) for u in np.unique(units)])
    n, G = alive.sum(), len(sums)
    factor = G / (G - 1) * (n - 1) / (n - len(beta) - made.n_periods)
    std_error = np.sqrt(factor * np.sum(sums**2, axis=0))
    np.testing.assert_allclose(percent.std_error, 100 * np.exp(beta) * std_error, rtol=1e-6)


def test_poisson_refuses_what_has_no_ratio():
    with pytest.raises(NotAvailableError, match="negative"):
        impact.ExtendedTWFE(family="poisson").fit(panel())
    frame = long_frame(n=40).assign(y=lambda f: np.exp(f.y / 4))
    frame.loc[(frame.g == 6) & (frame.t == 7), "y"] = 0.0
    with pytest.raises(NotIdentifiedError, match="zero"):
        impact.ExtendedTWFE(family="poisson").fit(panel(frame))


def test_triple_differences_are_eight_means():
    frame = long_frame(n=160, gaps=0.05).assign(eligible=lambda f: f.id % 2)
    made = panel(frame, strata=["eligible"])
    ours = impact.TripleDifferences(third_dimension="eligible").fit(made).table
    for row in ours.itertuples():
        change = made.wide[:, int(row.time) - 1] - made.wide[:, int(row.cohort) - 2]
        seen = ~np.isnan(change)
        value = 0.0
        for code, sign in ((1, 1), (0, -1)):
            inside = seen & (made.stratum == code)
            mine, control = (
                inside & side for side in (made.cohort == row.cohort, np.isinf(made.cohort))
            )
            value += sign * (change[mine].mean() - change[control].mean())
        assert row.estimate == pytest.approx(value, rel=1e-10)
    with pytest.raises(NotAvailableError, match="two values"):
        impact.TripleDifferences(third_dimension="eligible").fit(panel())


def test_efficient_weights_leave_nothing_that_comparisons_before_could_explain():
    made = panel(long_frame(n=400, gaps=0.05))
    sharp = impact.EfficientDiD(assumption="parallel_trends").fit(made)
    plain = impact.CallawaySantAnna(control_group="never_treated", base_period="universal").fit(
        made
    )
    before = impact.CallawaySantAnna(control_group="never_treated").fit(made)
    nil = before.table.event_time < 0
    scores = np.hstack([sharp.influence(made), before.influence(made)[:, nil]])
    covariance = scores.T @ scores
    k = len(sharp.table)
    scale = np.sqrt(np.outer(np.diag(covariance)[:k], np.diag(covariance)[k:]))
    assert (
        np.abs(covariance[:k, k:] / scale).max() < 1e-8
    )  # otherwise the variance could still fall
    ours = sharp.table.set_index("term").std_error
    assert (ours < plain.table.set_index("term").loc[ours.index].std_error).all()


def test_efficient_weights_are_centred_on_the_effect_and_more_precise():
    found = []
    for seed in range(60):
        made = panel(long_frame(n=300, seed=seed))
        found.append(
            [
                estimator.fit(made).aggregate(by="overall").table.estimate[0]
                for estimator in (
                    impact.EfficientDiD(assumption="parallel_trends"),
                    impact.CallawaySantAnna(control_group="never_treated"),
                )
            ]
        )
    sharp, plain = np.array(found).T
    truth = 1 + 0.5 * np.mean([0, 1, 2, 3, 4, 0, 1, 2])
    assert abs(sharp.mean() - truth) < 4 * sharp.std() / np.sqrt(len(sharp)) + 0.02
    assert sharp.std() < 0.95 * plain.std()


def test_bacon_adds_up_and_refuses_gaps():
    made = panel(long_frame(n=60))
    found = impact.GoodmanBacon().fit(made)
    whole = impact.TwoWayFixedEffects().fit(made).table.estimate[0]
    assert found.total == pytest.approx(whole, rel=1e-10)
    assert found.table.weight.sum() == pytest.approx(1)
    assert set(found.by_kind().kind) == {
        "treated_against_never",
        "earlier_against_later",
        "later_against_earlier",
    }
    with pytest.raises(NotAvailableError, match="balanced"):
        impact.GoodmanBacon().fit(panel(long_frame(gaps=0.1)))


def test_negative_weights_appear_where_early_cohorts_serve_as_controls():
    from impact.diagnostics.decomposition import negative_weights

    mostly_treated = negative_weights(panel(long_frame(n=60, share=0.45)))
    assert mostly_treated.status == "warn"
    assert mostly_treated.statistic > 0.05
    assert mostly_treated.table.weight.sum() == pytest.approx(1)
    one_cohort = negative_weights(panel(long_frame(n=60, cohorts=(5,))))
    assert one_cohort.status == "pass"


def test_a_single_treated_unit_gets_no_small_standard_error():
    frame = long_frame(n=41, cohorts=(5,), share=0.0)
    frame["g"] = np.where(frame.id == 40, 5.0, np.nan)
    made = panel(frame)
    honest = impact.Imputation().fit(made).aggregate(by="overall")
    own = impact.Imputation(averages="own").fit(made).aggregate(by="overall")
    # its own average leaves only the controls' noise; without it there is nothing to go by, and nothing is said
    assert own.table.std_error[0] < 0.2
    assert honest.table.std_error.isna().all()
    for estimate in (honest, own):
        assert "few_treated_units:1" in estimate.notes
        assert "single_unit_cohort:5" in estimate.notes
