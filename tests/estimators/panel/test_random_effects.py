"""Variance components, correlated random effects and the covariances that know periods, by hand and against linearmodels."""

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PooledOLS, RandomEffects
from panels import long_frame, panel

import impact
from impact.covariance.choice import covariance_of
from impact.covariance.panel_robust import default_lags
from impact.errors import NotAvailableError, UsageError
from impact.estimators.panel.variance_components import _quadratic_forms, _Regression

SAME = {"rtol": 1e-8}


def indexed(made, names=("x",)):
    frame = made.frame().sort_values(["unit", "time"]).set_index(["unit", "time"])
    return frame.y, frame[list(names)].assign(one=1.0)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_swamy_arora_equals_linearmodels(gaps):
    made = panel(long_frame(n=40, gaps=gaps))
    estimate = impact.RandomEffects(["x"], time_effects=False, vcov="iid").fit(made)
    theirs = RandomEffects(*indexed(made)).fit(small_sample=True)
    spec = estimate.spec
    np.testing.assert_allclose(
        spec["sigma2_error"], theirs.variance_decomposition["Residual"], **SAME
    )
    np.testing.assert_allclose(
        spec["sigma2_unit"], theirs.variance_decomposition["Effects"], **SAME
    )
    np.testing.assert_allclose(estimate.params["x"], theirs.params["x"], **SAME)


@pytest.mark.parametrize("kind", ["swamy_arora", "wallace_hussain", "amemiya"])
@pytest.mark.parametrize("group", ["unit", "time"])
def test_with_gaps_variances_are_right_on_average(kind, group):
    """An estimator that is quadratic in the outcome has as expectation its sum over the columns of a root of the covariance."""
    frame = long_frame(n=8, periods=5, gaps=0.3, seed=4)
    generator = np.random.default_rng(0)
    n, (error, effect) = len(frame), (1.5, 0.7)
    X = np.column_stack([np.ones(n), frame.x, generator.normal(size=frame.id.max() + 1)[frame.id]])
    if kind == "amemiya":
        X = X[:, :2]  # within residuals say nothing of a column that does not vary
    code = np.unique(frame["id" if group == "unit" else "t"], return_inverse=True)[1]
    levels = (code[:, None] == np.arange(code.max() + 1)).astype(float)
    root = np.column_stack([np.sqrt(error) * np.eye(n), np.sqrt(effect) * levels])
    found = [
        _quadratic_forms(_Regression(column, X, (code,)), kind, exact=True) for column in root.T
    ]
    np.testing.assert_allclose(sum(one[0] for one in found), error, **SAME)
    np.testing.assert_allclose(sum(one[1][0] for one in found), effect, **SAME)


def test_balanced_two_way_components_follow_their_definition():
    made = panel(long_frame(n=30))
    asked = impact.RandomEffects(["x"], time_effects=False, random_in="both", components="amemiya")
    spec = asked.fit(made).spec
    wide_y, wide_x = (made.frame().pivot_table(c, "unit", "time") for c in ("y", "x"))
    y, x = wide_y.to_numpy(), wide_x.to_numpy()
    both = [v - v.mean(1, keepdims=True) - v.mean(0) + v.mean() for v in (y, x)]
    slope = (both[1] * both[0]).sum() / (both[1] ** 2).sum()
    left = y - slope * x
    left -= left.mean()
    n, t = y.shape
    error = ((both[0] - slope * both[1]) ** 2).sum() / ((n - 1) * (t - 1))
    unit = ((left.mean(1) ** 2).sum() * t / n - error) / t
    time = ((left.mean(0) ** 2).sum() * n / t - error) / n
    found = [spec[f"sigma2_{name}"] for name in ("error", "unit", "time")]
    np.testing.assert_allclose(found, [error, unit, time], **SAME)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("components", ["swamy_arora", "nerlove"])
def test_with_units_means_beside_them_regressors_have_the_coefficients_of_fixed_effects(
    gaps, components
):
    made = panel(long_frame(n=40, gaps=gaps))
    asked = {"regressors": ["x", "exposed"], "time_effects": False}
    correlated = impact.CorrelatedRandomEffects(**asked, components=components).fit(made)
    fixed = impact.FixedEffects(**asked).fit(made)
    np.testing.assert_allclose(correlated.params[["x", "exposed"]], fixed.params, **SAME)


def test_so_they_have_with_every_periods_values():
    made = panel(long_frame(n=40))
    asked = {"regressors": ["x"], "time_effects": False}
    found = impact.CorrelatedRandomEffects(**asked, correlated_by="chamberlain").fit(made)
    assert list(found.rows.term[:4]) == ["constant", "x", "x at 1", "x at 2"]
    np.testing.assert_allclose(
        found.params["x"], impact.FixedEffects(**asked).fit(made).params["x"]
    )
    with pytest.raises(NotAvailableError, match="every unit in every period"):
        impact.CorrelatedRandomEffects(["x"], correlated_by="chamberlain").fit(
            panel(long_frame(gaps=0.1))
        )


def test_a_regressor_that_does_not_vary_over_time_has_no_mean_beside_it():
    made = panel(long_frame().assign(size=lambda f: f.id % 7), covariates=["x", "size"])
    found = impact.CorrelatedRandomEffects(["x", "size"], time_effects=False).fit(made)
    assert list(found.rows.term) == ["constant", "x", "size", "mean of x"]


def test_driscoll_kraay_equals_linearmodels_and_goes_by_periods():
    made = panel(long_frame(n=30, periods=9, gaps=0.1))
    y, X = indexed(made)
    estimate = impact.PooledOLS(["x"], time_effects=False, vcov=impact.DriscollKraay(2)).fit(made)
    theirs = PooledOLS(y, X).fit(cov_type="kernel", kernel="bartlett", bandwidth=2, debiased=False)
    np.testing.assert_allclose(estimate.std_errors.iloc[1], theirs.std_errors["x"], **SAME)
    assert estimate.df == 8


def test_newey_west_pairs_a_units_errors_by_calendar_distance():
    """With gaps: a lag of one is the period before, or nothing."""
    made = panel(long_frame(n=20, gaps=0.3))
    estimate = impact.PooledOLS(["x"], time_effects=False, vcov=impact.NeweyWest(2)).fit(made)
    frame = made.frame()
    X = np.column_stack([np.ones(len(frame)), frame.x])
    bread = np.linalg.inv(X.T @ X)
    h = X * (frame.y - X @ bread @ X.T @ frame.y).to_numpy()[:, None]
    key = {(u, t): place for place, (u, t) in enumerate(zip(frame.unit, frame.time, strict=True))}
    meat = h.T @ h
    for lag in (1, 2):
        for (unit, time), place in key.items():
            if (unit, time - lag) in key:
                product = np.outer(h[place], h[key[unit, time - lag]])
                meat += (1 - lag / 3) * (product + product.T)
    np.testing.assert_allclose(estimate.vcov, bread @ meat @ bread, **SAME)


def test_lags_by_default_follow_the_number_of_periods():
    assert [default_lags(n) for n in (2, 8, 100)] == [1, 2, 4]


def test_what_is_not_defined_is_refused_by_name():
    weighted = panel(long_frame(), weight="w")
    with pytest.raises(NotAvailableError, match="weights"):
        impact.RandomEffects(["x"], time_effects=False, random_in="time").fit(weighted)
    with pytest.raises(NotAvailableError, match="without gaps"):
        impact.RandomEffects(["x"], time_effects=False, random_in="both").fit(
            panel(long_frame(gaps=0.1))
        )
    with pytest.raises(UsageError, match="time_effects=False"):
        impact.RandomEffects(["x"], random_in="both")
    with pytest.raises(NotAvailableError, match="one row a unit"):
        impact.BetweenEffects(["x"], vcov=impact.DriscollKraay()).fit(panel())
    with pytest.raises(UsageError, match="lags"):
        impact.NeweyWest(lags=-1)
    with pytest.raises(UsageError, match="time_effects=False"):
        impact.FirstDifferences(["x"], trend=True)


def test_shares_of_variance_are_squared_correlations():
    made = panel(long_frame(n=40, gaps=0.1))
    estimate = impact.FixedEffects(["x"], time_effects=False).fit(made)
    frame = made.frame()
    fit = frame.x * estimate.params["x"]
    unit = frame.groupby("unit")
    within = [column - column.groupby(frame.unit).transform("mean") for column in (frame.y, fit)]
    means = [unit.y.mean(), fit.groupby(frame.unit).mean()]
    for name, (a, b) in (
        ("r2", within),
        ("r2_within", within),
        ("r2_between", means),
        ("r2_overall", (frame.y, fit)),
    ):
        assert estimate.spec[name] == pytest.approx(pd.Series(a).corr(pd.Series(b)) ** 2, rel=1e-8)


def test_covariances_that_need_periods_are_refused_elsewhere_by_name():
    with pytest.raises(UsageError, match="for the panel models"):
        covariance_of(impact.DriscollKraay())  # type: ignore[arg-type]
