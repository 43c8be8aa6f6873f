"""Wald tests of linear restrictions, against R and against their definition."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel
from scipy import stats

import impact
from impact.covariance.cluster_regression import ClusterRegression
from impact.covariance.satterthwaite import crv2
from impact.data.sample import Sample
from impact.errors import NotIdentifiedError, UnknownNameError, UsageError
from impact.estimate import Estimate
from impact.parameters import Rows

EXACT = 1e-6  # the reference's own tolerance for exact results


def made(values, vcov, *, df, clusters=50, terms=("a", "b", "c")):
    return Estimate(
        Rows(term=list(terms)),
        np.asarray(values, dtype=float),
        np.asarray(vcov, dtype=float),
        estimand="",
        method="",
        sample=Sample(n_obs=100, n_units=50, n_treated=10, n_never=40, n_clusters=clusters),
        spec={"df": df},
    )


@pytest.fixture
def three():
    root = np.array([[1.0, 0.2, 0.1], [0.0, 0.8, 0.3], [0.0, 0.0, 0.5]])
    return made([1.0, -0.5, 2.0], root @ root.T, df=12.0)


def test_any_restriction_is_its_definition(three):
    R, q = np.array([[1.0, -1.0, 0.0], [0.0, 2.0, 1.0]]), np.array([0.5, -1.0])
    gap = R @ three.params.to_numpy() - q
    f = gap @ np.linalg.inv(R @ three.vcov @ R.T) @ gap / 2
    test = three.wald(R, q)
    assert test.statistic == pytest.approx(f, rel=1e-12)
    assert test.p_value == pytest.approx(stats.f.sf(f, 2, 12), rel=1e-10)
    normal = made(three.values, three.vcov, df=None).wald(R, q)
    assert normal.p_value == pytest.approx(stats.chi2.sf(2 * f, 2), rel=1e-10)


def test_names_pairs_mappings_and_matrices_say_the_same(three):
    def statistic(*asked):
        return three.wald(*asked).statistic

    assert statistic(["a", "c"]) == statistic(np.eye(3)[[0, 2]])
    assert statistic("a") == statistic(["a"]) == statistic(np.array([1.0, 0.0, 0.0]))
    assert statistic([("a", "b")]) == statistic({"a": 1, "b": -1})
    assert statistic([{"a": 1, "b": -1}, ("b", "c")]) == statistic(
        np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    )
    assert statistic() == statistic(["a", "b", "c"])
    assert statistic(["a", "b", "c"], 0.0) == statistic(np.eye(3), np.zeros(3))


def test_one_restriction_is_the_squared_t(three):
    t = three.params["a"] / np.sqrt(three.vcov[0, 0])
    assert three.wald("a").statistic == pytest.approx(t**2, rel=1e-12)
    assert three.wald("a").p_value == pytest.approx(three.pvalues["a"], rel=1e-10)


def test_the_result_says_what_was_tested(three):
    table = three.wald([{"a": -2, "b": 1}, ("b", "c")], 1.0).table
    assert table["restriction"].tolist() == ["-2 a + b", "b - c"]
    assert table["estimate"].tolist() == [-2.5, -2.5]
    assert table["value"].tolist() == [1.0, 1.0]
    R = np.array([-2.0, 1.0, 0.0])
    assert table["std_error"][0] == pytest.approx(np.sqrt(R @ three.vcov @ R))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["a", "b", {"a": 1, "b": 1}], "number 3 follows"),
        ([("a", "b"), ("b", "a")], "number 2 follows"),
        ([("a", "a")], "two different names"),
        (np.eye(2), "2 columns for 3"),
        (np.zeros((1, 3)), "number 1 has no weight"),
        ([{"a": np.nan}], "number 1 has no weight"),
    ],
)
def test_restrictions_that_say_nothing_new_are_refused(three, asked, words):
    with pytest.raises(UsageError, match=words):
        three.wald(asked)


def test_unknown_names_and_values_that_do_not_fit_are_refused(three):
    with pytest.raises(UnknownNameError, match="'d'"):
        three.wald(["d"])
    with pytest.raises(UsageError, match="2 values for 1"):
        three.wald("a", np.zeros(2))


def test_more_restrictions_than_the_covariance_tells_apart_are_refused():
    scores = np.random.default_rng(1).normal(size=(3, 2))  # three parameters, two clusters
    few = made([1.0, 1.0, 1.0], scores @ scores.T, df=1.0, clusters=2)
    with pytest.raises(NotIdentifiedError, match="does not determine 3"):
        few.wald()
    assert few.wald(["a", "b"]).p_value > 0
    base = made([1.0, 0.0], np.diag([1.0, 0.0]), df=9.0, terms=("a", "base"))
    assert base.wald().why == "joint_test:1"
    with pytest.raises(NotIdentifiedError, match="standard error"):
        base.wald(["base"])


def test_units_of_measurement_do_not_matter(three):
    scale = np.diag([1e-9, 1.0, 1e9])
    rescaled = made(scale @ three.params.to_numpy(), scale @ three.vcov @ scale, df=12.0)
    assert rescaled.wald().statistic == pytest.approx(three.wald().statistic, rel=1e-9)


def test_two_coefficients_of_clustered_least_squares_agree_with_clubsandwich(reference):
    frame = pd.read_csv(reference / "data" / "r" / "plm_grunfeld.csv")
    X = np.column_stack([frame["value"], frame["capital"], np.ones(len(frame))])
    regression = ClusterRegression.of_arrays(
        frame["inv"].to_numpy(dtype=float), X, cluster=frame["firm"].to_numpy()
    )
    adjusted = crv2(regression)
    golden = pd.read_csv(reference / "golden" / "robust.csv.gz").set_index("case")
    theirs = golden.loc["cs/grunfeld_ols/wald/Naive-F"]
    ours = made(
        regression.coefficients, adjusted.vcov, df=9.0, terms=("value", "capital", "constant")
    ).wald(["value", "capital"])
    assert ours.statistic == pytest.approx(theirs.estimate, rel=EXACT)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=EXACT)


def test_both_coefficients_of_fixed_effects_agree_with_fixest(reference):
    frame = pd.read_csv(reference / "data" / "r" / "base_did.csv")
    frame["g"] = np.where(frame["treat"] == 1, 6, np.nan)
    made_panel = impact.Panel.from_frame(
        frame, unit="id", time="period", outcome="y", cohort="g", covariates=["x1"]
    )
    model = impact.FixedEffects(regressors=("exposed", "x1"), vcov="iid")
    golden = pd.read_csv(reference / "golden" / "fixest.csv.gz", low_memory=False)
    theirs = golden[(golden.case == "fixest/fitstat/base_did") & (golden.term == "wald")]
    ours = model.fit(made_panel).wald(["exposed", "x1"])
    assert ours.statistic == pytest.approx(theirs.estimate.item(), rel=EXACT)


def test_the_pretest_of_callaway_and_santanna_agrees_with_did(reference):
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    frame = frame.rename(columns={"first.treat": "first_treat"})
    made_panel = impact.Panel.from_frame(
        frame, unit="countyreal", time="year", outcome="lemp", cohort="first_treat", never=[0]
    )
    golden = pd.read_csv(reference / "golden" / "did_2.5.1.csv.gz", low_memory=False)
    case = golden.case == "did/mpdta/dr/nevertreated/ant0/none/varying"
    theirs = golden[case & (golden.method == "att_gt_wald")].estimate.item()
    cells = impact.CallawaySantAnna(control_group="never_treated").fit(made_panel)
    leads = cells.table.loc[cells.table["event_time"] < 0, "term"].tolist()
    ours = cells.wald(leads)
    assert len(leads) * ours.statistic == pytest.approx(theirs, rel=EXACT)  # theirs is not divided


def test_equal_effects_of_two_cohorts_are_one_pair():
    cohorts = impact.CallawaySantAnna().fit(panel(long_frame(n=120))).aggregate(by="cohort")
    first, second = cohorts.rows.term
    test = cohorts.wald([(first, second)])
    gap = cohorts.params[first] - cohorts.params[second]
    variance = np.array([1, -1]) @ cohorts.vcov @ np.array([1, -1])
    assert test.statistic == pytest.approx(gap**2 / variance, rel=1e-12)


def test_degrees_of_freedom_are_the_fewest_of_the_rows_tested(three):
    own = replace(three, rows=replace(three.rows, df=[20.0, 5.0, 30.0]))
    f = own.wald(["a", "c"])
    assert f.p_value == pytest.approx(stats.f.sf(f.statistic, 2, 20), rel=1e-10)
