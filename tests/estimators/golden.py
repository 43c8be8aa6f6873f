"""Reference data sets as panels, and golden numbers as tables: what the tests against other packages share."""

import json
from functools import cache

import numpy as np
import pandas as pd

import impact

COEFFICIENT = {"rtol": 1e-8, "atol": 1e-10}  # the same formula: only rounding differs
STD_ERROR = {"rtol": 1e-6, "atol": 1e-10}


def numbers(reference, file, *, case, method=None):
    """Rows of a golden file, ``options`` read from JSON."""
    table = pd.read_csv(reference / "golden" / f"{file}.csv.gz", low_memory=False)
    rows = table[(table.case == case) & (method is None or table.method == method)].copy()
    assert len(rows), f"{file}: no case {case}"
    rows["options"] = [json.loads(text) for text in rows.options]
    return rows.reset_index(drop=True)


def panel(reference, name, *, cluster=None, weight=None, drop=None):
    """One of the data sets that the references used; ``drop`` names the rule that removed rows."""
    if name == "mpdta":
        frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
        frame = frame.rename(columns={"first.treat": "cohort", "first_treat": "cohort"})
        unit, time, outcome, never = "countyreal", "year", "lemp", [0]
        frame["w"] = 1 + (frame.countyreal % 5) / 2
        frame["reg"] = frame.countyreal % 20
    elif name.startswith("base_stagg"):
        frame = pd.read_csv(reference / "data" / "r" / "base_stagg.csv")
        frame = frame.rename(columns={"year_treated": "cohort"})
        unit, time, outcome, never = "id", "year", "y", [10000]
        frame["w"] = 1 + (frame.id % 4) / 2
        frame["reg"] = frame.id % 10
    elif name == "castle":
        frame = pd.read_csv(reference / "data" / "castle" / "castle.csv")
        frame = frame.rename(columns={"effyear": "cohort"})
        unit, time, outcome, never = "sid", "year", "l_homicide", []
    elif name == "df_hom":
        frame = pd.read_csv(reference / "data" / "r" / "df_hom.csv.gz")
        frame = frame.rename(columns={"g": "cohort"})
        unit, time, outcome, never = "unit", "year", "dep_var", [0]
    else:
        raise KeyError(name)
    if drop == "(id*13+year*7)%%6==0":
        frame = frame[(frame.id * 13 + frame.year * 7) % 6 != 0]
    elif drop == "never":
        frame = frame[~frame.cohort.isin(never)]
    return impact.Panel.from_frame(
        frame,
        unit=unit,
        time=time,
        outcome=outcome,
        cohort="cohort",
        never=never,
        cluster=cluster,
        weight=weight,
    )


def agrees(ours, theirs, *, std_error=STD_ERROR):
    """Compare estimates and standard errors, row by row."""
    np.testing.assert_allclose(ours.estimate, theirs.estimate, **COEFFICIENT)
    np.testing.assert_allclose(ours.std_error, theirs.se, **std_error)


def rule(theirs):
    """The rule that removed rows, written in the reference's options."""
    options = theirs.options[0]
    if not isinstance(options, dict):
        return None
    return options.get("drop") or ("never" if options.get("sample") == "g>0" else None)


@cache
def moments(reference, name):
    """Moments of a data set, made once: the police data have half a million rows."""
    if name != "pj":
        return impact.PathMoments.from_panel(panel(reference, name))
    frame = pd.read_csv(reference / "data" / "r" / "pj_officer.csv.gz")
    made = impact.Panel.from_frame(
        frame, unit="uid", time="period", outcome="complaints", cohort="first_trained"
    )
    return impact.PathMoments.from_panel(made)
