"""Units treated from the first period on: set aside by designs that compare cohorts, kept by what is defined with them."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.moments import PathMoments

SET_ASIDE = {
    "did": impact.DifferenceInDifferences(),
    "event_study": impact.EventStudy(),
    "cs": impact.CallawaySantAnna(),
    "sun_abraham": impact.SunAbraham(),
    "imputation": impact.Imputation(),
    "two_stage": impact.TwoStage(),
    "etwfe": impact.ExtendedTWFE(),
    "etwfe_poisson": impact.ExtendedTWFE(family="poisson"),
    "stacked": impact.StackedDiD(before=2, after=1),
    "lpdid": impact.LocalProjectionsDiD(),
    "lee_wooldridge": impact.LeeWooldridge(),
    "dcdh": impact.DeChaisemartinDHaultfoeuille(),
    "efficient": impact.EfficientDiD(),
    "efficient_trends": impact.EfficientDiD(assumption="parallel_trends"),
    "triple": impact.TripleDifferences(third_dimension="region"),
}
N_ALWAYS = 14


def frame(*, always=True, gaps=0.0, n=80):
    made = long_frame(n=n, gaps=gaps)
    made["y"] = np.exp(made.y / 6)
    made["region"] = made.id % 2
    if not always:
        return made
    extra = long_frame(n=N_ALWAYS, seed=5, gaps=gaps, cohorts=(), effect=0.0)
    extra = extra.assign(
        id=extra.id + 1_000,
        g=np.where(extra.id % 2, 1.0, -3.0),
        y=np.exp(extra.y / 6) + extra.t**1.5,
        region=extra.id % 2,
    )
    return pd.concat([made, extra], ignore_index=True)


def made(**choices):
    return panel(frame(**choices), covariates=["x"], strata=["region"])


def by_hand(rows):
    """Least squares on dummies of units and periods: the coefficient on being treated, and its clustered standard error."""
    exposed = (rows.t >= rows.g).astype(float)
    dummies = [pd.get_dummies(rows[name], dtype=float).to_numpy() for name in ("id", "t")]
    X = np.column_stack([exposed, dummies[0], dummies[1][:, 1:]])
    beta, *_ = np.linalg.lstsq(X, rows.y.to_numpy(), rcond=None)
    residual = rows.y.to_numpy() - X @ beta
    away = exposed - X[:, 1:] @ np.linalg.lstsq(X[:, 1:], exposed, rcond=None)[0]
    scores = np.bincount(pd.factorize(rows.id)[0], weights=away * residual)
    n, G, periods = len(rows), rows.id.nunique(), rows.t.nunique()
    factor = G / (G - 1) * (n - 1) / (n - 1 - periods)
    return beta[0], np.sqrt(factor * (scores**2).sum()) / (away**2).sum()


@pytest.mark.parametrize("name", SET_ASIDE)
@pytest.mark.parametrize("reduced", [False, True])
def test_designs_that_compare_cohorts_set_them_aside_and_say_so(name, reduced):
    if name == "did" and reduced:
        return  # it takes no moments
    with_them, without = made(), made(always=False)
    for data in (with_them, with_them.with_always_treated()):
        estimate = SET_ASIDE[name].fit(PathMoments.from_panel(data) if reduced else data)
        assert f"always_treated_set_aside:{N_ALWAYS}" in estimate.notes
        expected = SET_ASIDE[name].fit(without)
        pd.testing.assert_frame_equal(estimate.table, expected.table, rtol=1e-9)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_two_way_fixed_effects_have_them_among_the_controls(gaps):
    rows = frame(gaps=gaps)
    data = panel(rows)
    estimate, std_error = by_hand(rows)
    for each in (data, data.with_always_treated(), PathMoments.from_panel(data)):
        found = impact.TwoWayFixedEffects().fit(each)
        assert found.table.estimate[0] == pytest.approx(estimate, rel=1e-9)
        assert found.table.std_error[0] == pytest.approx(std_error, rel=1e-9)
        assert not [note for note in found.notes if note.startswith("always")]
        assert found.sample.n_units == rows.id.nunique()
    scores = found.influence(data)
    assert scores.shape == (rows.id.nunique(), 1)
    np.testing.assert_allclose(found.parts.factor * scores.T @ scores, found.vcov, rtol=1e-9)


@pytest.mark.parametrize(
    "model", [impact.FixedEffects, impact.PooledOLS, impact.RandomEffects, impact.FirstDifferences]
)
def test_panel_models_keep_all_units(model):
    found = model().fit(made())
    assert found.sample.n_units == 80 + N_ALWAYS
    first = 80 + N_ALWAYS if model is impact.FirstDifferences else 0  # a unit's first has no change
    assert found.spec["n_obs"] == len(frame()) - first


def test_the_within_model_and_two_way_fixed_effects_are_one_model():
    data = made()
    one, two = impact.FixedEffects().fit(data).row("exposed"), impact.TwoWayFixedEffects().fit(data)
    assert one.estimate == pytest.approx(two.table.estimate[0], rel=1e-9)


def test_goodman_bacon_compares_with_them_and_adds_up():
    data = made()
    found = impact.GoodmanBacon().fit(data)
    assert found.table.weight.sum() == pytest.approx(1.0)
    assert found.total == pytest.approx(impact.TwoWayFixedEffects().fit(data).table.estimate[0])
    against = found.table[found.table.kind == "later_against_always"]
    assert set(against.treated) == {
        4,
        6,
    }  # one comparison a cohort: all always treated are one group
    assert set(against.control) == {1}
    rows = frame()
    means = rows.assign(g=rows.g.clip(lower=1).fillna(99)).pivot_table("y", "g", "t")
    for row in against.itertuples():
        late = means.columns >= row.treated
        change = means.loc[:, late].mean(axis=1) - means.loc[:, ~late].mean(axis=1)
        assert row.estimate == pytest.approx(change[row.treated] - change[1])
    # its weight in the decomposition without them is nil
    assert "later_against_always" not in set(
        impact.GoodmanBacon().fit(made(always=False)).table.kind
    )


def test_a_panel_with_them_set_aside_is_the_panel_without_them():
    with_them, without = made(), made(always=False)
    for name in ("units", "times", "y", "cohort", "cluster", "weight", "stratum", "time_index"):
        np.testing.assert_array_equal(getattr(with_them, name), getattr(without, name))
    assert without.complete is None
    assert without.with_always_treated() is without
    whole = with_them.with_always_treated()
    assert whole.n_units == 80 + N_ALWAYS
    assert whole.sample.n_treated == with_them.sample.n_treated + N_ALWAYS
    assert with_them.sample.dropped == {"always_treated": N_ALWAYS}


def test_choosing_units_or_rows_leaves_out_whom_it_does_not_mark():
    data = made()
    first = np.arange(data.n_units) < 60
    for smaller in (
        data.subset(first, reason="outside"),
        data.where(first[data.unit_index], reason="outside"),
    ):
        assert smaller.complete is None
        assert smaller.sample.dropped["always_treated"] == N_ALWAYS
        note = f"always_treated_set_aside:{N_ALWAYS}"
        assert note in impact.TwoWayFixedEffects().fit(smaller).notes
    assert data.subset(np.ones(80, dtype=bool), reason="x").complete is data.complete
    assert data.where(np.ones(len(data.y), dtype=bool), reason="x").complete is data.complete


def test_other_cohorts_and_outcomes_keep_them_where_theirs_are_known():
    data = made()
    same = impact.TwoWayFixedEffects().fit(data.with_cohort(data.cohort)).table
    pd.testing.assert_frame_equal(same, impact.TwoWayFixedEffects().fit(data).table)
    turned = data.with_cohort(np.where(data.cohort == 4, 6.0, data.cohort))
    assert set(turned.with_always_treated().cohort) == {-3, 1, 6, np.inf}
    other = data.with_outcome(data.covariates["x"].to_numpy(), "x")
    estimate, _ = by_hand(frame().assign(y=lambda f: f.x))
    assert impact.TwoWayFixedEffects().fit(other).table.estimate[0] == pytest.approx(estimate)
    assert data.with_outcome(np.log(data.y), "log").complete is None
    several = PathMoments.several(data, ["y", "x"])
    assert impact.TwoWayFixedEffects().fit(several["x"]).table.estimate[0] == pytest.approx(
        estimate
    )


def test_moments_keep_them_in_files_merges_and_databases(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    rows = frame(n=200)
    columns = {"unit": "id", "time": "t", "outcome": "y", "cohort": "g"}
    data = panel(rows)
    moments = PathMoments.from_panel(data)
    moments.save(tmp_path / "m.npz", small_cells="include")
    halves = [PathMoments.from_panel(panel(rows[rows.id % 2 == i])) for i in (0, 1)]
    connection = duckdb.connect()
    connection.register("rows", rows)
    expected = impact.TwoWayFixedEffects().fit(data).table
    for other in (
        PathMoments.load(tmp_path / "m.npz"),
        halves[0].merge(halves[1]),
        PathMoments.from_sql(connection, "rows", **columns),
    ):
        found = impact.TwoWayFixedEffects().fit(other).table
        np.testing.assert_allclose(found.estimate, expected.estimate, rtol=1e-9)
        np.testing.assert_allclose(found.std_error, expected.std_error, rtol=1e-9)
        assert other.sample.dropped == {"always_treated": N_ALWAYS}


def test_too_few_of_them_do_not_leave_the_office(tmp_path):
    rows = frame(n=200)
    rows = rows[(rows.id < 1_000) | (rows.id >= 1_008)]  # six are left, two cohorts of three
    moments = PathMoments.from_panel(panel(rows))
    moments.save(tmp_path / "m.npz")
    loaded = PathMoments.load(tmp_path / "m.npz")
    assert loaded.complete is None
    assert "always_treated_set_aside:6" in impact.TwoWayFixedEffects().fit(loaded).notes
