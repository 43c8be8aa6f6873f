"""Estimates printed in papers and textbooks (replications.json), to the digits printed there."""

import json

import numpy as np
import pandas as pd
import pytest
from linearmodels.datasets import jobtraining, wage_panel

import impact


@pytest.fixture(scope="module")
def published(reference):
    return {
        item["name"]: item["published"]
        for item in json.loads((reference / "replications.json").read_text())
    }


def printed(value, target):
    """Whether a value rounds to what is printed, to as many decimals as are printed."""
    digits = len(str(target).split(".")[1])
    assert round(float(value), digits) == pytest.approx(target, abs=10.0 ** -(digits + 2))


def check(estimate, term, published):
    row = estimate.row(term)
    printed(row.estimate, published["est"])
    if published["se"] is not None:
        printed(row.std_error, published["se"])
    if published["n"] is not None:
        assert estimate.sample.n_obs == published["n"]


def test_training_grants_and_scrap_by_fixed_effects(published):
    """Wooldridge, example 14.1; the data ship in linearmodels, the numbers are in the textbook."""
    frame = jobtraining.load().dropna(subset=["lscrap"])
    made = impact.Panel.from_frame(
        frame,
        unit="fcode",
        time="year",
        outcome="lscrap",
        frequency="year",
        covariates=["grant", "grant_1"],
    )
    estimate = impact.FixedEffects(regressors=("grant", "grant_1"), vcov="iid").fit(made)
    for term, name in (
        ("grant", "grant"),
        ("grant_1", "grant_1"),
        ("time=1988", "d88"),
        ("time=1989", "d89"),
    ):
        check(estimate, term, published[f"jtrain_fe_{name}"])


@pytest.mark.parametrize("outcome", ["scrap", "lscrap"])
def test_training_grants_and_scrap_by_first_differences(published, outcome):
    """Wooldridge, equations 13.32 and 13.33: n there counts differences (54), half of our observations."""
    frame = jobtraining.load().query("year < 1989").dropna(subset=["scrap"])
    made = impact.Panel.from_frame(
        frame, unit="fcode", time="year", outcome=outcome, frequency="year", covariates=["grant"]
    )
    estimate = impact.FirstDifferences(regressors=("grant",), vcov="iid").fit(made)
    target = published[f"jtrain_fd_{outcome}"]
    check(estimate, "grant", {**target, "n": 2 * target["n"]})


def test_kentucky_and_the_incinerator_by_four_means(reference, published):
    """Repeated cross-sections: each row is a unit of its own."""
    injury = (
        pd.read_csv(reference / "data" / "injury" / "injury.csv").query("ky == 1").reset_index()
    )
    injury["cohort"] = np.where(injury.highearn == 1, 1, np.nan)
    made = impact.Panel.from_frame(
        injury, unit="index", time="afchnge", outcome="ldurat", cohort=None
    )
    check_four_means(made, injury.cohort, published["injury_ky"])
    house = pd.read_csv(reference / "data" / "kielmc" / "kielmc.csv").reset_index()
    house["cohort"] = np.where(house.nearinc == 1, 1, np.nan)
    columns = {"kielmc_1": [], "kielmc_2": ["age", "agesq"]}
    columns["kielmc_3"] = ["age", "agesq", "intst", "land", "area", "rooms", "baths"]
    for name, covariates in columns.items():
        made = impact.Panel.from_frame(
            house, unit="index", time="y81", outcome="rprice", covariates=covariates
        )
        check_four_means(made, house.cohort, published[name], covariates=covariates)


def check_four_means(made, cohort, target, covariates=()):
    made = made.with_cohort(np.where(np.isnan(cohort), np.inf, cohort))
    estimate = impact.DifferenceInDifferences(covariates=covariates, vcov="iid").fit(made)
    check(estimate, "treated_after", target)


def fast_food(reference):
    """Card and Krueger's fixed-width file: employment by store and wave; closed stores employ nobody."""
    folder = reference / "data" / "card_krueger"
    rows = [line.split() for line in (folder / "public.dat").read_text().splitlines()]
    names = [
        "SHEET",
        "CHAIN",
        "CO_OWNED",
        "STATE",
        "SOUTHJ",
        "CENTRALJ",
        "NORTHJ",
        "PA1",
        "PA2",
        "SHORE",
        "NCALLS",
        "EMPFT",
        "EMPPT",
        "NMGRS",
        "WAGE_ST",
        "INCTIME",
        "FIRSTINC",
        "BONUS",
        "PCTAFF",
        "MEALS",
        "OPEN",
        "HRSOPEN",
        "PSODA",
        "PFRY",
        "PENTREE",
        "NREGS",
        "NREGS11",
        "TYPE2",
        "STATUS2",
        "DATE2",
        "NCALLS2",
        "EMPFT2",
        "EMPPT2",
        "NMGRS2",
        "WAGE_ST2",
        "INCTIME2",
        "FIRSTIN2",
        "SPECIAL2",
        "MEALS2",
        "OPEN2R",
        "HRSOPEN2",
        "PSODA2",
        "PFRY2",
        "PENTREE2",
        "NREGS2",
        "NREGS112",
    ]
    frame = pd.DataFrame(rows, columns=names).apply(pd.to_numeric, errors="coerce")
    frame["fte1"] = frame.EMPFT + frame.NMGRS + 0.5 * frame.EMPPT
    frame["fte2"] = np.where(
        frame.STATUS2 == 3, 0.0, frame.EMPFT2 + frame.NMGRS2 + 0.5 * frame.EMPPT2
    )
    frame["store"] = range(len(frame))
    long = frame.melt(id_vars=["store", "STATE"], value_vars=["fte1", "fte2"], value_name="fte")
    long["wave"] = long.variable.str[-1].astype(int)
    return long.assign(cohort=np.where(long.STATE == 1, 2.0, np.nan)).dropna(subset=["fte"])


def test_minimum_wages_and_employment(reference, published):
    """Table 3: row 3 prints 2.76, the difference of rounded means; unrounded it is 2.7536. Row 4 keeps stores seen twice."""
    long = fast_food(reference)
    made = impact.Panel.from_frame(long, unit="store", time="wave", outcome="fte", cohort="cohort")
    pooled = impact.DifferenceInDifferences().fit(made).table.iloc[0]
    assert pooled.estimate == pytest.approx(2.753606, abs=1e-6)  # pyfixest 0.60.0 on the same rows
    assert abs(pooled.estimate - published["ck_t3_row3"]["est"]) < 0.01
    twice = long.groupby("store").wave.transform("size") == 2
    balanced = impact.Panel.from_frame(
        long[twice], unit="store", time="wave", outcome="fte", cohort="cohort"
    )
    changes = impact.FirstDifferences(vcov="robust").fit(balanced)
    check(changes, "exposed", {**published["ck_t3_row4"], "n": 768})
    row = impact.DifferenceInDifferences().fit(balanced).table.iloc[0]
    printed(row.estimate, published["ck_t3_row4"]["est"])
    # clustered by store the four means have the standard error of the changes but for the factor: within 1%
    assert row.std_error == pytest.approx(changes.row("exposed").std_error, rel=0.01)


def test_castle_doctrine_with_population_weights(reference, published):
    """Cheng and Hoekstra, table 5 panel A column 1: the law enters as the share of the year it was in force."""
    frame = pd.read_csv(reference / "data" / "castle" / "castle.csv")
    made = impact.Panel.from_frame(
        frame, unit="sid", time="year", outcome="l_homicide", weight="popwt", covariates=["cdl"]
    )
    check(impact.FixedEffects(regressors=("cdl",)).fit(made), "cdl", published["castle_t_w"])


def test_grunfeld(reference, published):
    frame = pd.read_csv(reference / "data" / "grunfeld" / "grunfeld.csv")
    frame = frame[frame.firm != "American Steel"]
    made = impact.Panel.from_frame(
        frame, unit="firm", time="year", outcome="invest", covariates=["value", "capital"]
    )
    options = {"regressors": ("value", "capital"), "time_effects": False, "vcov": "iid"}
    models = {"ols": impact.PooledOLS, "fe": impact.FixedEffects, "re_swar": impact.RandomEffects}
    for name, kind in models.items():
        estimate = kind(**options).fit(made)
        for term in ("value", "capital"):
            check(estimate, term, published[f"grunfeld_{name}_{term}"])


def test_union_premium(published):
    """Wooldridge, table 14.2; the data ship in linearmodels."""
    frame = wage_panel.load()
    fixed = ["educ", "black", "hisp", "exper", "expersq", "married", "union"]
    varying = ["expersq", "married", "union"]
    made = impact.Panel.from_frame(frame, unit="nr", time="year", outcome="lwage", covariates=fixed)
    models = {
        "ols": (impact.PooledOLS, fixed),
        "re": (impact.RandomEffects, fixed),
        "fe": (impact.FixedEffects, varying),
    }
    for name, (kind, regressors) in models.items():
        check(
            kind(regressors=regressors, vcov="iid").fit(made),
            "union",
            published[f"wagepan_{name}_union"],
        )
