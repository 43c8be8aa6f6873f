"""Few clusters: CRV2 with Satterthwaite degrees of freedom, HTZ, CRV3, and the wild bootstrap, against references and by hand.

Golden numbers: clubSandwich (coef_test, Wald_test), full enumerations of the wild bootstrap with ties counted
(wild_enum), fwildclusterboot 0.14.3 boottest; see docs/references.md.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel
from shared_reference import REFERENCE

import impact
from impact.covariance.cluster_regression import ClusterRegression
from impact.covariance.satterthwaite import crv2, crv3, wald_htz
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimators.linear_scores import two_way
from impact.inference.wild_bootstrap import WildClusterBootstrap, WildResult
from impact.inference.wild_statistics import WildStatistics

EXACT = 1e-9  # relative; cross-products against R's decompositions of the rows
CASES = {
    "grunfeld_ols": ("inv", ["value", "capital"], [], "firm"),
    "grunfeld_fe": ("inv", ["value", "capital"], [], "firm"),
    "grunfeld_lsdv": ("inv", ["value", "capital"], ["firm"], "firm"),
    "base_stagg_G6": ("y", ["D", "x1"], ["id", "year"], "G"),
    "base_stagg_G8": ("y", ["D", "x1"], ["id", "year"], "G"),
    "base_stagg_G12": ("y", ["D", "x1"], ["id", "year"], "G"),
    "base_stagg_G20": ("y", ["D", "x1"], ["id", "year"], "G"),
    "base_did_fewtreated": ("y", ["d", "x1"], ["id", "period"], "G"),
    "castle": ("l_homicide", ["post"], ["sid", "year"], "sid"),
    "castle12": ("l_homicide", ["post"], ["sid", "year"], "sid"),
    "castle10": ("l_homicide", ["post"], ["sid", "year"], "sid"),
}


def frame_of(name):
    data = REFERENCE / "data" / "r"
    if name.startswith("grunfeld"):
        return pd.read_csv(data / "plm_grunfeld.csv")
    if name.startswith("base_stagg"):
        frame = pd.read_csv(data / "base_stagg.csv")
        groups = int(name.split("G")[1])
        return frame.assign(D=(frame.year >= frame.year_treated) * 1.0, G=frame.id % groups)
    if name.startswith("base_did"):
        frame = pd.read_csv(data / "base_did.csv")
        return frame.assign(
            d=frame.treat * frame.post, G=np.where(frame.id <= 4, frame.id, 5 + frame.id % 7)
        )
    frame = pd.read_csv(data / "castle.csv.gz")
    if name == "castle":
        return frame
    lowest = np.sort(frame.sid.unique())[: int(name.removeprefix("castle"))]
    return frame[frame.sid.isin(lowest)]


def regression(name, first=None, weight=None):
    outcome, regressors, effects, cluster = CASES[name]
    frame = frame_of(name).dropna(subset=[outcome, *regressors])
    ordered = sorted(regressors, key=lambda r: r != first) if first else regressors
    columns = [frame[r].to_numpy(float) for r in ordered]
    for effect in effects:
        columns += [(frame[effect] == v).to_numpy(float) for v in np.unique(frame[effect])[1:]]
    absorb = name.endswith("_fe")
    if not absorb:
        columns.append(np.ones(len(frame)))
    return ClusterRegression.of_arrays(
        frame[outcome].to_numpy(float),
        np.column_stack(columns),
        frame[cluster].to_numpy(),
        unit=frame[cluster].to_numpy() if absorb else None,
        weight=None if weight is None else frame[weight].to_numpy(float),
        names=tuple(ordered),
    )


@cache
def golden(name):
    return pd.read_csv(REFERENCE / "golden" / f"{name}.csv.gz")


def of_club(case, kind):
    rows = golden("robust")
    return rows[rows.case == f"cs/{case}/{kind}"]


CLUB = {
    "CR1": (*(c for c in CASES if c not in {"base_stagg_G8", "castle10"}),),
    "CR2": (*(c for c in CASES if c not in {"base_stagg_G8", "castle10", "grunfeld_ols"}),),
    "CR3": ("grunfeld_fe",),
}


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind in CLUB for case in CLUB[kind]])
def test_standard_errors_and_degrees_of_freedom_are_clubsandwichs(case, kind):
    rows = of_club(case, kind)
    assert len(rows)
    made = regression(case)
    groups = made.n_clusters
    if kind == "CR1":  # clubSandwich's factor is G/(G-1) alone
        scale = np.sqrt(groups / (groups - 1) / made.crv1_factor)
        errors, df = scale * np.sqrt(made.vcov().diagonal()), None
    elif kind == "CR2":
        errors, df = crv2(made).std_error, crv2(made).df
    else:  # clubSandwich's CR3 has no factor
        found = crv3(made, df="satterthwaite")
        errors, df = np.sqrt(groups / (groups - 1)) * found.std_error, found.df
    for row in rows.itertuples():
        at = made.names.index(row.term)
        assert made.coefficients[at] == pytest.approx(row.estimate, rel=EXACT)
        assert errors[at] == pytest.approx(row.se, rel=EXACT)
        if df is not None:
            assert df[at] == pytest.approx(row.df, rel=1e-7)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("kind", ["CR1", "CR2"])
def test_inverse_variance_weights_are_clubsandwichs(kind):
    made = regression("castle", weight="popwt")
    row = of_club("castle_w_invvar", kind).iloc[0]
    found = crv2(made)
    groups = made.n_clusters
    scale = np.sqrt(groups / (groups - 1) / made.crv1_factor)
    error = (
        found.std_error[0] if kind == "CR2" else scale * float(np.sqrt(made.vcov().diagonal()[0]))
    )
    assert error == pytest.approx(row.se, rel=EXACT)
    if kind == "CR2":
        assert found.df[0] == pytest.approx(row.df, rel=1e-7)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("case", ["base_stagg_G6", "base_stagg_G12", "base_stagg_G20"])
def test_the_wald_test_is_clubsandwichs_htz(case):
    rows = golden("robust")
    row = rows[rows.case == f"cs/{case}/wald/HTZ"].iloc[0]
    found = wald_htz(regression(case), [0, 1])
    assert found.statistic == pytest.approx(row.estimate, rel=EXACT)
    assert found.p_value == pytest.approx(row.p_value, rel=1e-6)


def enumerations():
    if not REFERENCE.is_dir():
        return []
    rows = golden("wild_enum")
    return sorted({c.removeprefix("wildenum/") for c in rows.case if "demeaned" not in c})


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("case", enumerations())
def test_enumerated_p_values_count_ties_as_the_enumeration_does(case):
    *name, kind = case.split("/")
    first = name[1] if len(name) > 1 else None
    rows = golden("wild_enum")
    rows = rows[rows.case == f"wildenum/{case}"].set_index("term").estimate
    found = WildClusterBootstrap(impose_null=kind == "WCR").test(regression(name[0], first))
    assert found.enumerated
    assert found.statistic == pytest.approx(rows["t_CR1"], rel=EXACT)
    assert found.p_value == pytest.approx(rows["p_two_ge(ties incl.)"], abs=1e-12)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("case", ["castle12", "base_did_fewtreated"])
def test_enumerated_intervals_are_fwildclusterboots(case):
    """Its search stops at 1e-6 of a p-value step; the step function is inverted to the same jump."""
    rows = golden("wild_ri")
    row = rows[rows.case == f"wild/{case}/rademacher"].iloc[0]
    found = WildClusterBootstrap().test(regression(case))
    width = row.ci_high - row.ci_low
    assert found.conf_low == pytest.approx(row.ci_low, abs=0.01 * width)
    assert found.conf_high == pytest.approx(row.ci_high, abs=0.01 * width)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("case", ["base_stagg_G6", "base_stagg_G8", "base_stagg_G12"])
def test_webb_weights_agree_up_to_simulation_error(case):
    rows = golden("wild_ri")
    row = rows[rows.case == f"wild/{case}/webb"].iloc[0]
    found = WildClusterBootstrap(weights="webb", draws=49_999).test(regression(case))
    assert found.p_value == pytest.approx(row.p_value, abs=4 * np.sqrt(0.0005 / 49_999) + 2e-5)
    assert found.conf_low == pytest.approx(row.ci_low, rel=0.01)
    assert found.conf_high == pytest.approx(row.ci_high, rel=0.01)


@pytest.mark.usefixtures("reference")
def test_jackknife_statistics_are_fwildclusterboots_but_for_its_factor():
    """Bootstrap type 13 multiplies CRV3 by the CRV1 factor; p-values and intervals do not depend on it."""
    rows = golden("wild_ri").set_index("case")
    made = regression("grunfeld_ols", "value")
    found = WildClusterBootstrap(variant="V", impose_null=False).test(made)
    golden_row = rows.loc["wild/grunfeld_ols/WCUtype13"]
    assert found.statistic / np.sqrt(made.crv1_factor) == pytest.approx(golden_row.stat, rel=EXACT)
    assert found.p_value == golden_row.p_value == 0


def by_rows(y, X, cluster, v, *, r, jackknife):
    """One draw of the restricted bootstrap, on the rows: the statistic of beta*_1 - r."""
    others = X[:, 1:]
    restricted = others @ np.linalg.lstsq(others, y - r * X[:, 0])[0] + r * X[:, 0]
    drawn = restricted + v[cluster] * (y - restricted)
    beta = np.linalg.lstsq(X, drawn)[0]
    residual = drawn - X @ beta
    bread = np.linalg.inv(X.T @ X)
    if jackknife:
        without = [
            np.linalg.lstsq(X[cluster != g], drawn[cluster != g])[0][0] for g in range(len(v))
        ]
        variance = (len(v) - 1) / len(v) * ((np.array(without) - beta[0]) ** 2).sum()
    else:
        scores = np.array([X[cluster == g].T @ residual[cluster == g] for g in range(len(v))])
        n, k, groups = len(y), X.shape[1], len(v)
        factor = groups / (groups - 1) * (n - 1) / (n - k)
        variance = factor * ((scores @ bread[0]) ** 2).sum()
    return (beta[0] - r) / np.sqrt(variance)


@pytest.mark.parametrize("variant", ["C", "V"])
@pytest.mark.parametrize("r", [0.0, 0.7])
def test_every_draw_is_what_refitting_its_rows_gives(variant, r):
    generator = np.random.default_rng(3)
    cluster = np.repeat(np.arange(9), 7)
    X = np.column_stack([generator.normal(size=(63, 2)) + 0.1 * cluster[:, None], np.ones(63)])
    y = X @ [0.4, 1, 2] + generator.normal(size=63) + generator.normal(size=9)[cluster]
    made = ClusterRegression.of_arrays(y, X, cluster)
    v = np.where(generator.random((9, 400)) < 0.5, -1.0, 1.0)
    boot = WildStatistics.of_regression(made, v, variant=variant, impose_null=True)
    variance = boot.low0 - 2 * r * boot.cross + r**2 * boot.low1
    drawn = (boot.top0 - r * boot.top1) / np.sqrt(variance)
    for draw in (1, 17, 300):
        by_hand = by_rows(y, X, cluster, v[:, draw], r=r, jackknife=variant == "V")
        assert drawn[draw] == pytest.approx(by_hand, rel=1e-8)


def test_the_interval_holds_exactly_what_the_test_does_not_reject():
    made = panel(long_frame(n=40, cohorts=(5,), share=0.4), cluster="village")
    found = WildClusterBootstrap(draws=1999).test(made)
    frame = long_frame(n=40, cohorts=(5,), share=0.4)

    def p_value(effect):
        moved = frame.assign(y=frame.y - effect * (frame.t >= frame.g))
        return WildClusterBootstrap(draws=1999).test(panel(moved, cluster="village")).p_value

    width = found.conf_high - found.conf_low
    for end, inward in ((found.conf_low, 1), (found.conf_high, -1)):
        assert p_value(end + inward * 0.01 * width) > 0.05 >= p_value(end - inward * 0.01 * width)


def test_subclusters_are_refused_where_units_are_the_clusters_and_differ_where_not():
    with pytest.raises(NotAvailableError, match="several units a cluster"):
        WildClusterBootstrap(unit_of_draws="subcluster").test(panel())
    clustered = panel(long_frame(n=48), cluster="village")
    one = WildClusterBootstrap(draws=999).test(clustered)
    other = WildClusterBootstrap(draws=999, unit_of_draws="subcluster").test(clustered)
    assert one.statistic == other.statistic
    assert one.p_value != other.p_value or one.conf_low != other.conf_low


def test_the_estimate_is_two_way_fixed_effects_with_gaps_and_weights():
    made = panel(long_frame(gaps=0.2), weight="w")
    row = impact.TwoWayFixedEffects().fit(made).table.iloc[0]
    found = WildClusterBootstrap(draws=99).test(made)
    assert found.estimate == pytest.approx(row.estimate, rel=1e-9)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_the_scores_of_many_outcomes_have_the_same_corrected_errors(gaps):
    made = panel(long_frame(gaps=gaps))
    one = ClusterRegression.of_panel(made)
    _, second, third = two_way(made)
    outcome = np.nan_to_num(made.wide)[:, None, :]
    assert second.evaluate(outcome)[1][0] == pytest.approx(crv2(one).std_error[0], rel=1e-9)
    assert second.df == pytest.approx(crv2(one).df[0], rel=1e-9)
    assert third.evaluate(outcome)[1][0] == pytest.approx(crv3(one).std_error[0], rel=1e-9)


def test_leaving_one_cluster_out_is_refitting_without_it():
    made = panel(long_frame(n=30, gaps=0.1))
    without = ClusterRegression.of_panel(made).without_each()[:, 0]
    for unit in (0, 7, 29):
        part = made.subset(np.arange(30) != unit, reason="left_out")
        refit = impact.TwoWayFixedEffects().fit(part).table.estimate[0]
        assert without[unit] == pytest.approx(refit, rel=1e-9)


def test_degrees_of_freedom_of_the_jackknife_are_those_of_its_matrix_of_squares():
    """By hand on the rows: the variance is e'Qe; twice its squared mean over its variance is (tr Q)^2 / tr Q^2 (e iid)."""
    generator = np.random.default_rng(8)
    cluster = np.repeat(np.arange(7), [3, 5, 8, 4, 6, 9, 7])
    X = np.column_stack([(cluster < 2) * 1.0, generator.normal(size=42), np.ones(42)])
    made = ClusterRegression.of_arrays(generator.normal(size=42), X, cluster)
    residual_maker = np.eye(42) - X @ np.linalg.solve(X.T @ X, X.T)
    rows = []
    for g in range(7):
        inside = cluster == g
        left = np.linalg.inv(X[~inside].T @ X[~inside])
        rows.append((left @ X[inside].T @ residual_maker[inside])[0])
    gram = np.array(rows) @ np.array(rows).T
    df = np.trace(gram) ** 2 / (gram**2).sum()
    assert crv3(made, df="satterthwaite").df[0] == pytest.approx(df, rel=1e-9)
    assert df < 3  # two treated clusters
    assert (crv3(made).df == 6).all()


def test_units_of_a_regressor_do_not_matter_where_it_is_gone_with_a_cluster():
    """One cluster alone is treated, another regressor is in millions: leaving the cluster out drops treatment, nothing else."""
    generator = np.random.default_rng(2)
    cluster = np.repeat(np.arange(6), 8)
    money = generator.normal(size=48)
    y = generator.normal(size=48)
    one, millions = (
        ClusterRegression.of_arrays(
            y, np.column_stack([scale * money, cluster == 0, np.ones(48)]), cluster
        )
        for scale in (1.0, 1e7)
    )
    np.testing.assert_allclose(
        1e7 * millions.without_each()[:, 0], one.without_each()[:, 0], rtol=1e-9
    )
    rest = np.flatnonzero(cluster > 0)
    X = np.column_stack([money[rest], np.ones(40)])
    assert one.without_each()[0, 0] == pytest.approx(np.linalg.lstsq(X, y[rest])[0][0], rel=1e-9)


def test_collinear_regressors_are_refused():
    x = np.arange(12.0)
    with pytest.raises(NotIdentifiedError, match="collinear"):
        ClusterRegression.of_arrays(x, np.column_stack([x, 2 * x]), np.repeat([0, 1, 2], 4))


def test_few_treated_clusters_make_the_restricted_interval_unbounded_and_it_says_so():
    frame = long_frame(n=24, cohorts=(4,), share=2 / 24, seed=3)
    treated = frame[frame.g.notna()].id.nunique()
    assert treated in {1, 2, 3}
    found = WildClusterBootstrap(draws=1999).test(panel(frame))
    assert found.n_treated_clusters == treated
    assert found.p_value > 0.05 or np.isinf([found.conf_low, found.conf_high]).any()
    assert WildResult.from_dict(found.to_dict()) == found
    assert replace(found).why == "WCR-C, cluster"
