"""Panel models with own regressors: counts, names, clusters of any column, and effects without dummies, against hand work."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.covariance.choice import Clustered, Robust
from impact.errors import (
    MissingValueError,
    NotAvailableError,
    NotIdentifiedError,
    UnknownNameError,
    UsageError,
)

EXACT = {"rtol": 1e-10}
BY_HAND = {"rtol": 1e-8}  # dummies and a pseudo-inverse lose two digits


def by_dummies(frame, columns, effects, weight=None):
    """Least squares with a dummy for every level: coefficients, X, residuals, bread (all times roots of weights)."""
    dummies = [pd.get_dummies(frame[name].astype(str)).to_numpy(float) for name in effects]
    root = np.ones(len(frame)) if weight is None else np.sqrt(frame[weight].to_numpy())
    X = np.column_stack([frame[columns].to_numpy(float), *dummies]) * root[:, None]
    y = frame.y.to_numpy() * root
    bread = np.linalg.pinv(X.T @ X, rcond=1e-12)
    beta = bread @ X.T @ y
    return beta, X, y - X @ beta, bread


def state_years(*, gaps=0.2, seed=4, n=80):
    """Units in states, some of which move; state x year joined as a column for the hand work."""
    frame = long_frame(gaps=gaps, seed=seed, n=n)
    frame["state"] = (frame.id % 5 + (frame.id % 11 == 0) * (frame.t > 4)) % 5
    frame["state_year"] = frame.state * 100 + frame.t
    frame["z"] = np.sin(frame.id * frame.t)
    frame["row"] = np.arange(len(frame))
    return frame


def model(frame, **choices):
    made = panel(frame, cohort=None, covariates=["x", "z", "state"], **choices.pop("made", {}))
    return impact.FixedEffects(regressors=("x", "z"), **choices).fit(made)


@pytest.mark.parametrize("gaps", [0.0, 0.25])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("cluster", [None, "village"])
def test_fixed_effects_and_two_way_fixed_effects_of_one_model_agree(gaps, weight, cluster):
    made = panel(long_frame(gaps=gaps), weight=weight, cluster=cluster)
    for vcov in ("CRV1", "CRV3") if weight is None else ("CRV1",):
        two_way = impact.TwoWayFixedEffects(vcov=vcov).fit(made)
        fixed = impact.FixedEffects(vcov=vcov).fit(made)
        for name in ("estimate", "std_error", "p_value", "conf_low", "conf_high"):
            ours, theirs = two_way.row("exposed")[name], fixed.row("exposed")[name]
            np.testing.assert_allclose(ours, theirs, **EXACT, atol=1e-14)


def test_two_way_clusters_of_both_agree():
    made = panel(long_frame())
    two_way = impact.TwoWayFixedEffects(vcov="two_way").fit(made)
    fixed = impact.FixedEffects(vcov="two_way").fit(made)
    np.testing.assert_allclose(
        two_way.row("exposed").std_error, fixed.row("exposed").std_error, **EXACT
    )
    assert two_way.df == fixed.df


@pytest.mark.parametrize("weight", [None, "w"])
def test_grouped_period_effects_equal_a_dummy_for_each(weight):
    frame = state_years()
    made = {"weight": weight}
    estimate = model(frame, time_effects_by=("state",), vcov="HC0", made=made)
    beta, X, residual, bread = by_dummies(frame, ["x", "z"], ["id", "state_year"], weight)
    np.testing.assert_allclose(estimate.values, beta[:2], **BY_HAND)
    score = X * residual[:, None]
    vcov = (bread @ score.T @ score @ bread)[:2, :2]
    np.testing.assert_allclose(estimate.vcov, vcov, **BY_HAND)
    assert "period effects by state" in estimate.method


@pytest.mark.parametrize("effects", [["id", "t"], ["id", "state_year"]])
@pytest.mark.parametrize(("kind", "power"), [("HC2", 1), ("HC3", 2)])
@pytest.mark.parametrize("weight", [None, "w"])
def test_leverages_include_the_effects(effects, kind, power, weight):
    frame = state_years()
    grouped = ("state",) if "state_year" in effects else ()
    made = {"weight": weight}
    estimate = model(frame, time_effects_by=grouped, vcov=Robust(kind), made=made)
    _, X, residual, bread = by_dummies(frame, ["x", "z"], effects, weight)
    left = 1 - np.einsum("ij,jk,ik->i", X, bread, X)
    score = X * (residual / np.maximum(left, 1e-9) ** (power / 2))[:, None]
    vcov = (bread @ score.T @ score @ bread)[:2, :2]
    np.testing.assert_allclose(estimate.vcov[:2, :2], vcov, rtol=1e-6)


@pytest.mark.parametrize("by", ["id", "t", "state"])
@pytest.mark.parametrize("grouped", [(), ("state",)])
def test_leaving_out_each_cluster_is_exact_whatever_the_clusters_contain(by, grouped):
    """Clusters of units, of periods, and of states that units leave: every regression fitted again."""
    frame = state_years(n=40)
    effects = ["id", "state_year"] if grouped else ["id", "t"]
    estimate = model(frame, time_effects_by=grouped, vcov=Clustered("CRV3", by=by))
    full = by_dummies(frame, ["x", "z"], effects)[0][:2]
    groups = frame[by].unique()
    apart = np.array(
        [by_dummies(frame[frame[by] != g], ["x", "z"], effects)[0][:2] - full for g in groups]
    )
    vcov = (len(groups) - 1) / len(groups) * apart.T @ apart
    np.testing.assert_allclose(estimate.vcov[:2, :2], vcov, rtol=1e-6)
    assert estimate.df == len(groups) - 1


@pytest.mark.parametrize(
    ("by", "grouped", "counted"),
    [
        ("t", (), 2 + 1 + 59),
        (("id", "t"), (), 2 + 1),
        ("village", (), 2 + 1 + 7),
        ("state_year", ("state",), 2 + 1 + 59),
    ],
)
def test_effects_nested_in_the_clusters_are_not_counted(by, grouped, counted):
    frame = state_years(gaps=0.0, n=60)
    covariates = ["x", "z", "state", "village", "state_year"]
    made = panel(frame, cohort=None, covariates=covariates)
    options = {"regressors": ("x", "z"), "time_effects_by": grouped}
    plain, factored = (
        impact.FixedEffects(vcov=Clustered(kind, by=by), **options).fit(made)
        for kind in ("CRV0", "CRV1")
    )
    names = [by] if isinstance(by, str) else list(by)
    G, n = min(frame[name].nunique() for name in names), len(frame)
    factor = G / (G - 1) * (n - 1) / (n - counted)
    np.testing.assert_allclose(factored.vcov[:2, :2], factor * plain.vcov[:2, :2], **EXACT)
    assert factored.df == G - 1


def test_a_users_column_called_exposed_is_not_replaced_by_the_treatment():
    frame = long_frame().rename(columns={"x": "exposed"})
    made = panel(frame, covariates=["exposed"])
    theirs = impact.FixedEffects(regressors=("exposed",)).fit(made)
    renamed = panel(long_frame())
    np.testing.assert_allclose(
        theirs.values, impact.FixedEffects(regressors=("x",)).fit(renamed).values, **EXACT
    )
    assert "column_of_the_data:exposed" in theirs.notes
    treatment = impact.FixedEffects().fit(made)
    np.testing.assert_allclose(treatment.values, impact.FixedEffects().fit(renamed).values, **EXACT)


@pytest.mark.parametrize("name", ["outcome", "weight", "cluster", "unit", "time", "y"])
@pytest.mark.parametrize(
    "kind", [impact.PooledOLS, impact.FixedEffects, impact.RandomEffects, impact.FirstDifferences]
)
def test_a_regressor_may_have_any_name(name, kind):
    frame = long_frame().rename(columns={"y": "result", "x": name})
    made = impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="result", covariates=[name], weight="w"
    )
    same = impact.Panel.from_frame(
        long_frame(), unit="id", time="t", outcome="y", covariates=["x"], weight="w"
    )
    named = kind(regressors=(name,)).fit(made)
    plain = kind(regressors=("x",)).fit(same)
    np.testing.assert_allclose(named.vcov, plain.vcov, **EXACT)
    np.testing.assert_allclose(named.values, plain.values, **EXACT)


def test_a_regressor_with_the_name_of_a_column_of_the_model_is_refused():
    made = panel(long_frame().rename(columns={"x": "constant"}), covariates=["constant"])
    with pytest.raises(UsageError, match="rename the regressor"):
        impact.PooledOLS(regressors=("constant",)).fit(made)


def test_unknown_columns_are_refused_with_the_nearest():
    made = panel(covariates=["x", "village"])
    with pytest.raises(UnknownNameError, match="did you mean village"):
        impact.FixedEffects(vcov=Clustered(by="vilage")).fit(made)
    with pytest.raises(UnknownNameError, match="did you mean village"):
        impact.FixedEffects(time_effects_by=("vilage",)).fit(made)
    with pytest.raises(UnknownNameError, match="did you mean clustered"):
        impact.FixedEffects(vcov="clusterd")


def test_a_missing_cluster_is_refused_by_name():
    frame = long_frame()
    frame.loc[3, "village"] = np.nan
    made = panel(frame, covariates=["x", "village"])
    with pytest.raises(MissingValueError, match="village: missing in 1"):
        impact.FixedEffects(vcov=Clustered(by="village")).fit(made)


def test_between_effects_need_clusters_of_whole_units():
    made = panel(covariates=["x", "village"])
    with pytest.raises(NotAvailableError, match="one row a unit"):
        impact.BetweenEffects(vcov=Clustered(by="t")).fit(made)
    estimate = impact.BetweenEffects(vcov=Clustered(by="village")).fit(made)
    assert estimate.df == long_frame().village.nunique() - 1


def test_grouped_effects_without_period_effects_contradict_each_other():
    with pytest.raises(UsageError, match="time_effects=True"):
        impact.FixedEffects(time_effects=False, time_effects_by=("state",))


def test_a_regressor_that_effects_explain_is_refused():
    frame = state_years()
    frame["policy"] = np.cos(frame.state_year)
    made = panel(frame, cohort=None, covariates=["x", "state", "policy"])
    with pytest.raises(NotIdentifiedError, match="leave one out"):
        impact.FixedEffects(regressors=("x", "policy"), time_effects_by=("state",)).fit(made)


def test_one_cluster_is_refused_by_name():
    frame = long_frame().assign(region=1)
    made = panel(frame, covariates=["x", "region"])
    with pytest.raises(NotIdentifiedError, match="two clusters"):
        impact.FixedEffects(vcov=Clustered(by="region")).fit(made)


def test_too_many_shared_effects_for_crv3_are_refused_before_memory_is_taken():
    frame = long_frame(n=2500, periods=6)
    made = panel(frame, covariates=["x", "village"])
    with pytest.raises(NotAvailableError, match="use CRV1"):
        impact.FixedEffects(
            regressors=("x",), time_effects_by=("village",), vcov=Clustered("CRV3", by="unit")
        ).fit(made)


@pytest.mark.parametrize(
    "kind",
    [
        impact.PooledOLS,
        impact.FixedEffects,
        impact.RandomEffects,
        impact.FirstDifferences,
        impact.BetweenEffects,
    ],
)
@pytest.mark.parametrize(
    "vcov", ["CRV0", "CRV1", "CRV2", "CRV3", "HC0", "HC1", "HC2", "HC3", "iid"]
)
def test_every_model_has_every_covariance(kind, vcov):
    estimate = kind(regressors=("x",), vcov=vcov).fit(panel(long_frame(gaps=0.1)))
    row = estimate.row("x")
    assert row.std_error > 0
    assert row.conf_low < row.estimate < row.conf_high
    assert estimate.spec["vcov"] == vcov


@pytest.mark.parametrize(
    "kind", [impact.RandomEffects, impact.FirstDifferences, impact.BetweenEffects]
)
@pytest.mark.parametrize("weight", [None, "w"])
def test_coefficients_of_linearmodels_are_least_squares_on_our_transformed_rows(kind, weight):
    made = panel(long_frame(gaps=0.2), weight=weight)
    chosen = kind(regressors=("x",))
    from impact.estimators.panel.model_rows import ModelRows

    found = chosen.transformed(made, ModelRows.of(made, ("x",)))
    np.testing.assert_allclose(found.values, found.fitted.coefficients, rtol=1e-9, atol=1e-12)


def test_as_many_clusters_as_coefficients_leave_nothing_to_take_a_spread_from():
    """It gave a standard error of 2e-11 and p = 7e-15: residuals sum to zero in every such cluster."""
    frame = long_frame(n=40, periods=2, cohorts=(2,))
    frame["arm"] = (frame.id % 2).astype(float)
    made = panel(frame, covariates=["arm"])
    model = impact.PooledOLS(["arm"], time_effects=False, vcov=impact.Clustered("CRV1", by="arm"))
    with pytest.raises(NotIdentifiedError, match="2 clusters"):
        model.fit(made)
