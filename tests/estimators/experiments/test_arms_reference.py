"""Comparisons of arms against R estimatr 1.0.0 (``difference_in_means``, ``lm_robust``, ``lm_lin``), each row by its call.

Estimates to 1e-8, standard errors to 1e-6, degrees of freedom to 1e-5 relative: the goldens are exact. Each golden regression has
rows for its other coefficients too; ours are the comparisons of arms.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import impact

VALUE, STD_ERROR, DF = {"rtol": 1e-8}, {"rtol": 1e-6}, {"rtol": 1e-5}
LALONDE = ["age", "educ", "re74", "re75"]
TREAT = {"arm": "treat", "control": 0}
SCHOOLS = {"arm": "treated", "control": 0}


@cache
def data_of(reference, name):
    if name == "lalonde":
        frame = pd.read_csv(reference / "data" / "r" / "lalonde.csv")
        return frame.assign(block=frame.educ // 5, w=1 + (frame.age % 4) / 2)
    if name == "alo":
        return pd.read_csv(reference / "data" / "r" / "alo_star_men.csv").dropna()
    frame = pd.read_csv(
        reference / "data" / "r" / "cs_achievementawardsrct.csv.gz", low_memory=False
    )
    return frame[(frame.year == 2001) & (frame.sex == "Girl")]


def endline(frame, outcome, **choices):
    frame = frame.assign(endline=1, row=np.arange(len(frame)))
    return impact.Panel.from_frame(frame, unit="row", time="endline", outcome=outcome, **choices)


@cache
def golden_of(reference):
    return pd.read_csv(reference / "golden" / "robust.csv.gz")


CASES = {
    "lalonde/dim_blocked": (impact.DifferenceInMeans(**TREAT), {"strata": ["block"]}),
    "lalonde/lm_robust/HC2": (impact.Ancova(LALONDE, **TREAT), {}),
    "lalonde/lm_robust/HC3": (impact.Ancova(LALONDE, vcov="HC3", **TREAT), {}),
    "lalonde/lm_robust_w/HC1": (impact.Ancova(LALONDE, vcov="HC1", **TREAT), {"weight": "w"}),
    "lalonde/lm_robust_w/HC2": (impact.Ancova(LALONDE, vcov="HC2", **TREAT), {"weight": "w"}),
    "lalonde/lm_lin/HC0": (impact.Ancova(LALONDE, vcov="HC0", slopes="by_arm", **TREAT), {}),
    "lalonde/lm_lin/HC1": (impact.Ancova(LALONDE, vcov="HC1", slopes="by_arm", **TREAT), {}),
    "alo/dim_ssp": (impact.DifferenceInMeans(arm="ssp", control=0), {}),
    "alo/lm_lin/HC2": (impact.Ancova(["gpa0"], arm="ssp", control=0, slopes="by_arm"), {}),
    "achieve/dim_cluster": (impact.DifferenceInMeans(**SCHOOLS), {}),
    "achieve/lm_robust_cl/CR0": (impact.Ancova(["siblings"], vcov="CRV0", **SCHOOLS), {}),
    "achieve/lm_robust_cl/stata": (impact.Ancova(["siblings"], vcov="CRV1", **SCHOOLS), {}),
    "achieve/lm_lin_cl/CR0": (
        impact.Ancova(["siblings"], vcov="CRV0", slopes="by_arm", **SCHOOLS),
        {},
    ),
    "achieve/lm_lin_cl/CR2": (impact.Ancova(["siblings"], slopes="by_arm", **SCHOOLS), {}),
    "achieve/dim_matchedpair_cluster": (impact.DifferenceInMeans(**SCHOOLS), {"strata": ["pair"]}),
}
OUTCOMES = {"lalonde": "re78", "alo": "GPA_year1", "achieve": "Bagrut_status"}
ARM_TERMS = {"lalonde": "treat", "alo": "ssp", "achieve": "treated"}


@pytest.mark.parametrize("case", CASES)
def test_comparisons_of_arms_equal_estimatr(reference, case):
    data = case.split("/")[0]
    estimator, choices = CASES[case]
    frame = data_of(reference, data)
    if "pair" in choices.get("strata", ()):
        frame = frame[frame.groupby("pair").school_id.transform("nunique") == 2]
    known = [estimator.arm, *getattr(estimator, "covariates", ())]
    cluster = "school_id" if data == "achieve" else None
    made = endline(frame, OUTCOMES[data], covariates=known, cluster=cluster, **choices)
    row = estimator.fit(made).table.iloc[0]
    golden = golden_of(reference)
    theirs = golden[(golden.case == f"estimatr/{case}") & (golden.term == ARM_TERMS[data])].iloc[0]
    np.testing.assert_allclose(row.estimate, theirs.estimate, **VALUE)
    np.testing.assert_allclose(row.std_error, theirs.se, **STD_ERROR)
    np.testing.assert_allclose(estimator.fit(made).df, theirs.df, **DF)
    np.testing.assert_allclose(
        row[["conf_low", "conf_high"]].astype(float), [theirs.ci_low, theirs.ci_high], rtol=1e-6
    )


def test_the_offer_of_microcredit_in_moroccan_villages_has_the_published_difference(reference):
    """17.544 dollars a fortnight with an error of 11.401 that knows no villages (replications.json, microcredit_morocco)."""
    frame = pd.read_csv(reference / "data" / "crepon_morocco" / "crepon_morocco_endline.csv")
    frame = frame[frame.profit_MAD.notna()]
    made = endline(frame, "profit_MAD", covariates=["treatment"], cluster="village_id")
    offer = impact.DifferenceInMeans(arm="treatment", control=0)
    found = offer.fit(made)
    assert made.n_units == 5498
    np.testing.assert_allclose(found.params, [1966.015645], rtol=1e-9)
    by_village = impact.DifferenceInMeans(arm="treatment", control=0, vcov="CRV1").fit(made)
    np.testing.assert_allclose(by_village.std_errors, [1841.495873], rtol=1e-6)  # pyfixest 0.60
    assert found.std_errors.iloc[0] > by_village.std_errors.iloc[0]
    assert 100 < found.df < made.sample.n_clusters
    alone = impact.DifferenceInMeans(arm="treatment", control=0, vcov="iid").fit(made)
    np.testing.assert_allclose(
        found.params.iloc[0] / alone.std_errors.iloc[0], 17.544 / 11.401, rtol=1e-3
    )


ROBUST = {
    "lalonde/lm_robust/HC2": {"vcov": "HC2"},
    "lalonde/lm_robust/HC3": {"vcov": "HC3"},
    "lalonde/lm_robust_w/HC1": {"vcov": "HC1", "weight": "w"},
    "lalonde/lm_robust_w/HC2": {"vcov": "HC2", "weight": "w"},
    "achieve/lm_robust_cl/CR0": {"vcov": "CRV0"},
    "achieve/lm_robust_cl/stata": {"vcov": "CRV1"},
}


@pytest.mark.parametrize("case", ROBUST)
def test_every_coefficient_of_lm_robust_is_that_of_pooled_least_squares(reference, case):
    data, asked = case.split("/")[0], ROBUST[case]
    names = ["treat", *LALONDE] if data == "lalonde" else ["treated", "siblings"]
    made = endline(
        data_of(reference, data),
        OUTCOMES[data],
        covariates=names,
        cluster="school_id" if data == "achieve" else None,
        weight=asked.get("weight"),
    )
    ours = impact.PooledOLS(names, time_effects=False, vcov=asked["vcov"]).fit(made)
    golden = golden_of(reference)
    theirs = golden[golden.case == f"estimatr/{case}"].set_index("term")
    theirs = theirs.loc[["(Intercept)", *names]]
    np.testing.assert_allclose(ours.params, theirs.estimate, **VALUE)
    np.testing.assert_allclose(ours.std_errors, theirs.se, **STD_ERROR)
    assert set(theirs.df) == {ours.df}


LIN = [name for name in CASES if "lm_lin" in name]


@pytest.mark.parametrize("case", LIN)
def test_the_constant_of_lm_lin_is_the_adjusted_mean_of_the_control_arm(reference, case):
    data = case.split("/")[0]
    estimator = CASES[case][0]
    known = [estimator.arm, *estimator.covariates]
    cluster = "school_id" if data == "achieve" else None
    made = endline(data_of(reference, data), OUTCOMES[data], covariates=known, cluster=cluster)
    found = estimator.fit(made)
    golden = golden_of(reference)
    theirs = golden[(golden.case == f"estimatr/{case}") & (golden.term == "(Intercept)")].iloc[0]
    compared = found.parts.compared
    np.testing.assert_allclose(compared.estimates[0], theirs.estimate, **VALUE)
    np.testing.assert_allclose(np.sqrt(compared.vcov[0, 0]), theirs.se, **STD_ERROR)


def test_fixed_effects_with_clusters_above_the_unit_equal_estimatr(reference):
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    first = next(name for name in frame if name.startswith("first"))
    frame["D"] = ((frame[first] > 0) & (frame.year >= frame[first])).astype(float)
    frame["group"] = frame.countyreal % 23
    made = impact.Panel.from_frame(
        frame, unit="countyreal", time="year", outcome="lemp", covariates=["D"], cluster="group"
    )
    ours = impact.FixedEffects(["D"]).fit(made).select(["D"])
    golden = golden_of(reference).set_index("case")
    theirs = golden.loc["estimatr/mpdta/lm_robust_fe_cl/stata"]
    np.testing.assert_allclose(ours.params, [theirs.estimate], **VALUE)
    counted = made.n_units + made.n_periods - 1 + 1  # estimatr counts unit effects too
    own = made.n_periods + 1
    factor = np.sqrt((len(frame) - own) / (len(frame) - counted))
    np.testing.assert_allclose(ours.std_errors * factor, [theirs.se], **STD_ERROR)
    assert ours.df == theirs.df
