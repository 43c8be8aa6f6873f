"""Callaway-Sant'Anna against R did 2.5.1 (att_gt, aggte): every case of panels that the reference folder holds."""

import json

import numpy as np
import pandas as pd
import pytest
import sign_of_drdid

import impact
from impact.estimators.selection import cross_sections

# Exact formulas on both sides; what remains is rounding in two different orders of summation.
VALUE = {"rtol": 1e-8, "atol": 1e-12}
STD_ERROR = {"rtol": 1e-6, "atol": 1e-12}
# R's logit stops at a tolerance of 1e-8 of the deviance; ours is at the maximum to rounding.
GIVEN_COVARIATES = {"rtol": 2e-7, "atol": 1e-12}
AGGREGATES = {"simple": "overall", "group": "cohort", "dynamic": "event_time", "calendar": "time"}
CONTROLS = {"nevertreated": "never_treated", "notyettreated": "not_yet_treated"}

CASES = [
    "mpdta/dr/nevertreated/ant0/none/varying",
    "mpdta/dr/nevertreated/ant0/none/universal",
    "mpdta/dr/nevertreated/ant1/none/varying",
    "mpdta/dr/notyettreated/ant0/none/universal",
    *(f"mpdta/dr/notyettreated/ant1/none/{base}" for base in ("universal", "varying")),
    *(f"mpdta/ipw/nevertreated/ant{n}/none/varying" for n in (0, 1)),
    *(f"mpdta/ipw/notyettreated/ant0/none/{base}" for base in ("universal", "varying")),
    "mpdta/ipw/notyettreated/ant1/none/varying",
    "mpdta/reg/nevertreated/ant0/none/universal",
    *(f"mpdta/reg/nevertreated/ant1/none/{base}" for base in ("universal", "varying")),
    *(f"mpdta/reg/notyettreated/ant0/none/{base}" for base in ("universal", "varying")),
    "mpdta/reg/notyettreated/ant1/none/varying",
    *(
        f"mpdta_w/{method}/{control}/none"
        for method in ("dr", "ipw", "reg")
        for control in CONTROLS
        if (method, control) != ("dr", "notyettreated")
    ),
    *(
        f"mpdta_unbal/reg/{control}/none/{rule}"
        for control in CONTROLS
        for rule in ("balance", "allow")
    ),
    *(f"mpdta_unbal/dr/nevertreated/none/{rule}" for rule in ("balance", "allow")),
    *(f"mpdta_unbal/dr/notyettreated/none/{rule}" for rule in ("balance", "allow")),
    *(f"mpdta_unbal/ipw/{control}/none/balance" for control in CONTROLS),
    "mpdta_unbal/ipw/notyettreated/none/allow",
    *(f"mpdta_nonever/{method}/none" for method in ("dr", "reg")),
    "base_stagg/nevertreated/dr",
    "base_stagg_nonever",
    *(f"{name}/{control}" for name in ("castle", "castle_popwt") for control in CONTROLS),
]
GIVEN_POPULATION = [
    "mpdta/dr/nevertreated/ant0/lpop/varying",
    "mpdta/dr/nevertreated/ant1/lpop/universal",
    *(
        f"mpdta/dr/notyettreated/ant{n}/lpop/{base}"
        for n in (0, 1)
        for base in ("universal", "varying")
    ),
    "mpdta/ipw/nevertreated/ant0/lpop/universal",
    *(f"mpdta/ipw/nevertreated/ant1/lpop/{base}" for base in ("universal", "varying")),
    *(f"mpdta/ipw/notyettreated/ant0/lpop/{base}" for base in ("universal", "varying")),
    "mpdta/ipw/notyettreated/ant1/lpop/universal",
    *(
        f"mpdta/reg/nevertreated/ant{n}/lpop/{base}"
        for n in (0, 1)
        for base in ("universal", "varying")
    ),
    "mpdta/reg/notyettreated/ant0/lpop/varying",
    *(f"mpdta/reg/notyettreated/ant1/lpop/{base}" for base in ("universal", "varying")),
    *(
        f"mpdta_w/{method}/{control}/lpop"
        for method in ("dr", "ipw", "reg")
        for control in CONTROLS
    ),
    *(f"mpdta_unbal/{method}/notyettreated/lpop/balance" for method in ("dr", "ipw", "reg")),
    *(f"mpdta_gap/dr/{base}" for base in ("universal", "varying")),
    "mpdta_nonever/dr/lpop",
    "mpdta_cl_analytic/lpop",
]
# Other people in each period: every row of mpdta a person of its own, or a panel with gaps taken as if it were.
OTHER_PEOPLE = [
    *(f"mpdta_rc/{method}/nevertreated/none" for method in ("dr", "ipw", "reg")),
    "mpdta_rc/ipw/notyettreated/none",
]
OTHER_PEOPLE_GIVEN_POPULATION = [
    *(f"mpdta_rc/ipw/{control}/lpop" for control in CONTROLS),
    *(f"mpdta_unbal/ipw/{control}/lpop/allow" for control in CONTROLS),
]
OTHER_PEOPLE_DOUBLY_ROBUST = [
    *(f"mpdta_rc/dr/{control}/lpop" for control in CONTROLS),
    "mpdta_unbal/dr/nevertreated/lpop/allow",
]


@pytest.fixture(scope="module")
def golden(reference):
    return pd.read_csv(reference / "golden" / "did_2.5.1.csv.gz")


def frame_of(reference, name):
    """Data set, its columns, and its never-treated code."""
    if name.startswith("mpdta"):
        frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
        return (
            frame,
            {"unit": "countyreal", "time": "year", "outcome": "lemp", "cohort": "first.treat"},
            0,
        )
    if name.startswith("castle"):
        frame = pd.read_csv(reference / "data" / "castle" / "castle.csv")
        return (
            frame,
            {"unit": "sid", "time": "year", "outcome": "l_homicide", "cohort": "effyear"},
            0,
        )
    frame = pd.read_csv(reference / "data" / "r" / "base_stagg.csv")
    return frame, {"unit": "id", "time": "year", "outcome": "y", "cohort": "year_treated"}, 10000


def panel_of(reference, name, options):
    frame, names, never = frame_of(reference, name)
    if "drop" in options:
        assert options["drop"] == "(countyreal*7+year*3)%%11==0"
        frame = frame[(frame.countyreal * 7 + frame.year * 3) % 11 != 0]
    if options.get("sample") == "year!=2005":
        frame = frame[frame.year != 2005]
    elif "sample" in options:
        frame = frame[~frame[names["cohort"]].isin([never])]
    if options.get("clustervars") == "countyreal%%23":
        frame = frame.assign(group=frame.countyreal % 23)
        names = {**names, "cluster": "group"}
    if options.get("x") == "~lpop":
        names = {**names, "covariates": ["lpop"]}
    if options.get("weights") == "1+(countyreal%%5)/2":
        frame = frame.assign(w=1 + (frame.countyreal % 5) / 2)
        names = {**names, "weight": "w"}
    elif options.get("weights") == "popwt":
        names = {**names, "weight": "popwt"}
    if options.get("panel", True) is False:
        del names["unit"]
        names = {**names, "waves": "repeated_cross_sections"}
    return impact.Panel.from_frame(frame, **names, never=[never])


def estimator_of(options):
    gaps = "cross_sections" if options.get("allow_unbalanced_panel") else "balanced"
    missing = gaps if options.get("panel", True) else "pairs"
    return impact.CallawaySantAnna(
        control_group=CONTROLS[options["control_group"]],
        anticipation=options.get("anticipation", 0),
        base_period=options.get("base_period", "varying"),
        missing=missing,
        method=options.get("est_method", "dr"),
        covariates=["lpop"] if options.get("x") == "~lpop" else [],
    )


def compare(ours, theirs, *, key, value=VALUE, std_error=STD_ERROR):
    """Compare estimates and standard errors matched on ``key``; every reference row must be found."""
    joined = theirs.merge(ours, on=key, how="left", suffixes=("_reference", ""))
    assert len(joined) == len(theirs) > 0
    known = joined["estimate_reference"].notna()
    np.testing.assert_allclose(
        joined.loc[known, "estimate"], joined.loc[known, "estimate_reference"], **value
    )
    has_error = known & joined["se"].notna() & (joined["se"] > 1e-14) & joined["std_error"].notna()
    np.testing.assert_allclose(
        joined.loc[has_error, "std_error"], joined.loc[has_error, "se"], **std_error
    )
    return has_error


@pytest.mark.parametrize(
    ("case", "value"),
    [
        *((case, VALUE) for case in CASES),
        *((case, VALUE) for case in OTHER_PEOPLE),
        *(
            (case, GIVEN_COVARIATES)
            for case in (
                *GIVEN_POPULATION,
                *OTHER_PEOPLE_GIVEN_POPULATION,
            )
        ),
    ],
)
def test_group_time_effects_and_all_four_averages_equal_did(reference, golden, case, value):
    equal_to_did(reference, golden, case, value)


@pytest.mark.parametrize("case", OTHER_PEOPLE_DOUBLY_ROBUST)
def test_doubly_robust_across_people_equals_did_but_for_a_sign_in_its_influence(
    reference, golden, case, monkeypatch
):
    monkeypatch.setitem(cross_sections.METHODS, "dr", sign_of_drdid.doubly_robust)
    equal_to_did(reference, golden, case, GIVEN_COVARIATES)


def equal_to_did(reference, golden, case, value):
    rows = golden[golden.case == f"did/{case}"]
    rows = rows[rows.method == "att_gt"]
    assert len(rows), f"no reference for {case}"
    options = json.loads(rows.options.iloc[0])
    fitted = estimator_of(options).fit(panel_of(reference, case, options))

    ours = fitted.table.drop(columns=["event_time"]).rename(columns={"cohort": "group"})
    ours = ours.astype({"group": float, "time": float})
    theirs = rows[["group", "time", "estimate", "se"]]
    assert compare(ours, theirs, key=["group", "time"], value=value).any()

    for name, by in AGGREGATES.items():
        average = golden[golden.case == f"did/{case}/{name}"]
        if average.empty:
            continue
        overall = average[average.rel.isna()]
        mean = fitted.aggregate(by="overall", average="cells" if by == "overall" else by)
        np.testing.assert_allclose(mean.table.estimate, overall.estimate, **value)
        np.testing.assert_allclose(mean.table.std_error, overall.se, **STD_ERROR)
        if by != "overall":
            part = fitted.aggregate(by=by).table.astype({by: float})
            part = part[[by, "estimate", "std_error"]].rename(columns={by: "rel"})
            theirs = average.loc[average.rel.notna(), ["rel", "estimate", "se"]]
            compare(part, theirs, key=["rel"], value=value)


def test_balanced_event_times_equal_did(reference, golden):
    rows = golden[
        golden.case.str.startswith("did/mpdta_balance_e1") & (golden.method == "aggte_dynamic")
    ]
    options = json.loads(rows.options.iloc[0])
    fitted = estimator_of({"control_group": "nevertreated", **options}).fit(
        panel_of(reference, "mpdta", {})
    )
    ours = fitted.aggregate(by="event_time", balance=1).table.rename(columns={"event_time": "rel"})
    compare(
        ours[["rel", "estimate", "std_error"]],
        rows.loc[rows.rel.notna(), ["rel", "estimate", "se"]],
        key=["rel"],
    )


def test_published_readme_numbers_of_did(reference):
    published = {
        item["name"]: item for item in json.loads((reference / "replications.json").read_text())
    }
    fitted = impact.CallawaySantAnna(control_group="never_treated").fit(
        panel_of(reference, "mpdta", {})
    )
    by_cohort = fitted.aggregate(by="overall", average="cohort").table.iloc[0]
    by_event = fitted.aggregate(by="overall", average="event_time").table.iloc[0]
    assert round(by_cohort.estimate, 3) == published["mpdta_group"]["published"]["est"]
    assert round(by_event.estimate, 4) == published["mpdta_dynamic"]["published"]["est"]
    first = fitted.row("att(2004,2004)")
    assert round(first.estimate, 4) == published["mpdta_att_2004_2004"]["published"]["est"]
