"""Covariances of the panel models against fixest 0.14.2, plm 2.6-2, clubSandwich and sandwich, each row by its call.

Point estimates to 1e-8 and standard errors to 1e-6 relative, as the goldens are exact; degrees of freedom to 1e-5.
"""

import json

import numpy as np
import pandas as pd
import pytest

import impact
from impact.covariance.choice import Clustered

VALUE = {"rtol": 1e-8}
STD_ERROR = {"rtol": 1e-6}
DF = {"rtol": 1e-5}


def golden_of(reference, file):
    return pd.read_csv(reference / "golden" / f"{file}.csv.gz")


def agree(estimate, golden, words=None):
    golden = golden.set_index("term")
    names = words or {name: name for name in golden.index if name in estimate.rows.term}
    assert names
    ours = estimate.table.set_index("term").loc[list(names)]
    theirs = golden.loc[list(names.values())]
    np.testing.assert_allclose(ours.estimate, theirs.estimate, **VALUE)
    np.testing.assert_allclose(ours.std_error, theirs.se, **STD_ERROR)


# --- fixest: feols(y ~ d + x1 | id + period, vcov = ...) on base_did, d = treat x post ---

FIXEST = {
    "twfe/base_did/iid": {"vcov": "iid"},
    "twfe/base_did/cl:~id": {"vcov": "CRV1"},
    "twfe/base_did/cl:~period": {"vcov": Clustered(by="period")},
    "twfe/base_did/cl:~id + period": {"vcov": Clustered(by=("id", "period"))},
    "twfe/base_did/cl:~id^period": {"vcov": Clustered(by="row")},
    'twfe_w/base_did/"iid"': {"vcov": "iid", "weight": True},
    'twfe_w/base_did/"hetero"': {"vcov": "HC1", "weight": True},
    "twfe_w/base_did/~id + period": {"vcov": "two_way", "weight": True},
    "twfe_unbal/base_did/~id": {"vcov": "CRV1", "keep": "unbalanced"},
    'twfe_unbal/base_did/"iid"': {"vcov": "iid", "keep": "unbalanced"},
    'twfe_unbal/base_did/"hetero"': {"vcov": "HC1", "keep": "unbalanced"},
    "twfe_unbal/base_did/~id + period": {"vcov": "two_way", "keep": "unbalanced"},
    "twfe_singletons/base_did/none/~id": {"vcov": "CRV1", "keep": "singletons"},
    'twfe_singletons/base_did/none/"iid"': {"vcov": "iid", "keep": "singletons"},
    'twfe_singletons/base_did/none/"hetero"': {"vcov": "HC1", "keep": "singletons"},
}


@pytest.mark.parametrize("case", FIXEST)
@pytest.mark.parametrize("grouped", [False, True])
def test_fixed_effects_equal_fixest(reference, case, grouped):
    """``grouped``: period effects taken out as a grouping of their own, the same model."""
    asked = FIXEST[case]
    frame = pd.read_csv(reference / "data" / "r" / "base_did.csv")
    frame = frame.assign(d=frame.treat * frame.post, w=1 + (frame.id % 5) / 2, one=1)
    frame["row"] = np.arange(len(frame))
    code = frame.id * 31 + frame.period * 17
    keep = {"unbalanced": code % 7 != 0, "singletons": (code % 11).isin([0, 1])}
    frame = frame[keep.get(asked.get("keep"), code > -1)]
    made = impact.Panel.from_frame(
        frame,
        unit="id",
        time="period",
        outcome="y",
        weight="w" if asked.get("weight") else None,
        covariates=["d", "x1", "row", "one"],
    )
    by = {"time_effects_by": ("one",)} if grouped else {}
    estimate = impact.FixedEffects(regressors=("d", "x1"), vcov=asked["vcov"], **by).fit(made)
    golden = golden_of(reference, "fixest").query(
        "case == @name", local_dict={"name": f"fixest/{case}"}
    )
    agree(estimate, golden)
    assert estimate.df == golden.df.iloc[0]


def test_fixed_effects_equal_fixest_on_a_staggered_panel(reference):
    frame = pd.read_csv(reference / "data" / "r" / "base_stagg.csv")
    frame["D"] = (frame.year >= frame.year_treated).astype(float)
    made = impact.Panel.from_frame(
        frame, unit="id", time="year", outcome="y", covariates=["D", "x1"]
    )
    every = golden_of(reference, "fixest")
    for case, vcov in (("~id", "CRV1"), ('"hetero"', "HC1")):
        estimate = impact.FixedEffects(regressors=("D", "x1"), vcov=vcov).fit(made)
        agree(estimate, every[every.case == f"fixest/twfe/base_stagg/{case}"])


@pytest.mark.parametrize("by", ["countyreal", "reg"])
def test_region_by_year_effects_equal_fixest(reference, by):
    """feols(lemp ~ D | countyreal + reg^year, ~countyreal or ~reg), reg = countyreal %% 7."""
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    frame["D"] = ((frame["first.treat"] > 0) & (frame.year >= frame["first.treat"])).astype(float)
    frame["reg"] = frame.countyreal % 7
    made = impact.Panel.from_frame(
        frame, unit="countyreal", time="year", outcome="lemp", covariates=["D", "reg"]
    )
    estimate = impact.FixedEffects(
        regressors=("D",), time_effects_by=("reg",), vcov=Clustered(by=by)
    ).fit(made)
    every = golden_of(reference, "fixest")
    golden = every[every.case == f"fixest/twfe/mpdta/regionyear/~{by}"]
    agree(estimate, golden)
    assert estimate.df == golden.df.iloc[0]


# --- plm: vcovHC(model, method, type, cluster), vcovDC; no factor counts K except "sss" and HC1 ---


def plm_panel(reference, dataset):
    if dataset == "grunfeld":
        frame = pd.read_csv(reference / "data" / "r" / "plm_grunfeld.csv")
        names = ["value", "capital"]
        words = {name: name for name in names}
        made = impact.Panel.from_frame(
            frame, unit="firm", time="year", outcome="inv", covariates=names
        )
        return made, words
    frame = pd.read_csv(reference / "data" / "r" / "plm_empluk.csv")
    columns = ["emp", "wage", "capital", "output"]
    frame[columns] = np.log(frame[columns])
    names = ["wage", "capital", "output"]
    made = impact.Panel.from_frame(frame, unit="firm", time="year", outcome="emp", covariates=names)
    return made, {name: f"log({name})" for name in names}


MODELS = {
    "pooling": (impact.PooledOLS, {"time_effects": False}),
    "within": (impact.FixedEffects, {"time_effects": False}),
    "within_two": (impact.FixedEffects, {}),
    "re_swar": (impact.RandomEffects, {"time_effects": False}),
}


@pytest.mark.parametrize(
    ("model", "call", "vcov"),
    [
        *((model, "vcovHC_arellano_HC0_group", "CRV0") for model in MODELS),
        *((model, "vcovHC_white1_HC0_group", "HC0") for model in MODELS),
        *(
            (model, "vcovDC", Clustered("CRV0", by=("unit", "time")))
            for model in ("within", "within_two", "re_swar")  # not asked of plm for pooling
        ),
    ],
)
def test_covariances_without_a_factor_equal_plm(reference, model, call, vcov):
    every = golden_of(reference, "plm")
    golden = every[every.case == f"plm/grunfeld/{model}/{call}"]
    made, words = plm_panel(reference, "grunfeld")
    kind, options = MODELS[model]
    agree(kind(regressors=tuple(words), vcov=vcov, **options).fit(made), golden, words)


@pytest.mark.parametrize(
    ("call", "vcov"),
    [
        ("vcovHC_arellano_sss_group", "CRV1"),
        ("vcovHC_white1_HC1_group", "HC1"),
        ("vcovHC_white1_HC2_group", "HC2"),
        ("vcovHC_white1_HC3_group", "HC3"),
    ],
)
@pytest.mark.parametrize("model", ["pooling", "re_swar"])
def test_factors_and_leverages_equal_plm_where_no_effects_are_counted(reference, call, vcov, model):
    golden = golden_of(reference, "plm")
    golden = golden[golden.case == f"plm/grunfeld/{model}/{call}"]
    made, words = plm_panel(reference, "grunfeld")
    kind, options = MODELS[model]
    agree(kind(regressors=tuple(words), vcov=vcov, **options).fit(made), golden, words)


def test_first_differences_cluster_by_hand(reference):
    """plm(model = "fd") has an intercept, which is a trend in levels; ours has none unless asked for period effects."""
    made, words = plm_panel(reference, "grunfeld")
    estimate = impact.FirstDifferences(
        regressors=tuple(words), time_effects=False, vcov="CRV0"
    ).fit(made)
    wide = made.frame().sort_values(["unit", "time"])
    change = wide.groupby("unit")[["inv", *words]].diff().dropna().to_numpy()
    unit = wide.unit.to_numpy()[wide.groupby("unit").cumcount() > 0]
    y, X = change[:, 0], change[:, 1:]
    bread = np.linalg.inv(X.T @ X)
    score = X * (y - X @ bread @ X.T @ y)[:, None]
    summed = pd.DataFrame(score).groupby(unit).sum().to_numpy()
    vcov = bread @ summed.T @ summed @ bread
    np.testing.assert_allclose(estimate.vcov, vcov, rtol=1e-8)


# --- clubSandwich: vcovCR(type), coef_test(test = "Satterthwaite") ---

CLUB = {
    "grunfeld_fe": (impact.FixedEffects, ("CR0", "CR2", "CR3")),
    "grunfeld_lsdv": (impact.FixedEffects, ("CR2",)),
    "grunfeld_re": (impact.RandomEffects, ("CR3",)),  # CR2: see docs/references.md
}
KINDS = {
    "CR0": Clustered("CRV0", df="satterthwaite"),
    "CR2": Clustered("CRV2"),
    "CR3": Clustered("CRV3", df="satterthwaite"),
}


@pytest.mark.parametrize(
    ("case", "kind"), [(case, kind) for case, (_, kinds) in CLUB.items() for kind in kinds]
)
def test_bias_reduced_covariances_and_their_degrees_of_freedom_equal_clubsandwich(
    reference, case, kind
):
    golden = golden_of(reference, "robust")
    golden = golden[golden.case == f"cs/{case}/{kind}"].set_index("term")
    made, words = plm_panel(reference, "grunfeld")
    estimate = CLUB[case][0](regressors=tuple(words), time_effects=False, vcov=KINDS[kind]).fit(
        made
    )
    ours = estimate.table.set_index("term").loc[list(words)]
    # clubSandwich's CR3 has no (G-1)/G
    scale = np.sqrt(10 / 9) if kind == "CR3" else 1.0
    golden = golden.loc[list(words.values())]
    np.testing.assert_allclose(ours.std_error * scale, golden.se, **STD_ERROR)
    place = [estimate.rows.term.index(name) for name in words]
    np.testing.assert_allclose(estimate.row_df[place], golden.df, **DF)


@pytest.mark.parametrize("groups", [6, 12, 20])
@pytest.mark.parametrize("grouped", [False, True])
def test_clusters_above_the_unit_equal_clubsandwich_with_period_effects(reference, groups, grouped):
    """vcovCR(lm(y ~ D + x1 + factor(id) + factor(year)), id %% G, "CR2"), periods as columns and taken out."""
    frame = pd.read_csv(reference / "data" / "r" / "base_stagg.csv")
    frame["D"] = (frame.year >= frame.year_treated).astype(float)
    frame = frame.assign(group=frame.id % groups, one=1)
    made = impact.Panel.from_frame(
        frame, unit="id", time="year", outcome="y", covariates=["D", "x1", "group", "one"]
    )
    by = {"time_effects_by": ("one",)} if grouped else {}
    golden = golden_of(reference, "robust")
    golden = golden[golden.case == f"cs/base_stagg_G{groups}/CR2"].set_index("term")
    estimate = impact.FixedEffects(
        regressors=("D", "x1"), vcov=Clustered("CRV2", by="group"), **by
    ).fit(made)
    ours = estimate.table.set_index("term").loc[list(golden.index)]
    np.testing.assert_allclose(ours.std_error, golden.se, **STD_ERROR)
    place = [estimate.rows.term.index(name) for name in golden.index]
    np.testing.assert_allclose(estimate.row_df[place], golden.df, **DF)


# --- sandwich: vcovCL(lm(y ~ x), cluster, type) on Petersen's data ---


def test_pooled_clusters_equal_sandwich(reference):
    frame = pd.read_csv(reference / "data" / "r" / "petersen.csv")
    made = impact.Panel.from_frame(frame, unit="firm", time="year", outcome="y", covariates=["x"])
    every = golden_of(reference, "robust")
    for case, vcov in (
        ("CL_firm_HC1", "CRV1"),
        ("CL_year_HC1", Clustered(by="year")),
    ):
        golden = every[every.case == f"sandwich/petersen/{case}"]
        assert json.loads(golden.options.iloc[0])["fml"] == "y~x"
        options = {"regressors": ("x",), "time_effects": False, "vcov": vcov}
        agree(impact.PooledOLS(**options).fit(made), golden)


def test_two_way_clusters_without_a_factor_equal_sandwich_but_for_its_own(reference):
    """vcovCL gives each of the three parts its own G/(G-1), HC0 included: taken off here part by part."""
    frame = pd.read_csv(reference / "data" / "r" / "petersen.csv")
    frame["row"] = np.arange(len(frame))
    made = impact.Panel.from_frame(
        frame, unit="firm", time="year", outcome="y", covariates=["x", "row"]
    )

    def vcov(by):
        options = {"regressors": ("x",), "time_effects": False, "vcov": Clustered("CRV0", by=by)}
        return impact.PooledOLS(**options).fit(made).vcov

    parts = [
        vcov(by) * count / (count - 1) for by, count in (("firm", 500), ("year", 10), ("row", 5000))
    ]
    std_error = np.sqrt(np.diag(parts[0] + parts[1] - parts[2]))
    golden = golden_of(reference, "robust")
    golden = golden[golden.case == "sandwich/petersen/CL_two_HC0"]
    np.testing.assert_allclose(std_error, golden.se, **STD_ERROR)
