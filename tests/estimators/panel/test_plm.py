"""Panel models, their fit, variance components and covariances against plm 2.6-2, each golden row by the call that its case names.

plm's Grunfeld (inv ~ value + capital), EmplUK (logs of emp on wage, capital, output; with gaps at the ends) and Wages (lwage ~ wks +
exp + I(exp^2) + union + married). Values to 1e-8 and standard errors to 1e-6, relative, as the goldens are exact.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from shared_reference import REFERENCE

import impact
from impact.covariance.choice import Clustered

RTOL = {"estimate": 1e-8, "se": 1e-6}
SMALL = 1e-9  # of the largest value of a case: below it a number is a rounding error, as a variance of zero is

VARIANCES = {
    "sigma2_idios": "sigma2_error",
    "sigma2_id": "sigma2_unit",
    "sigma2_time": "sigma2_time",
    "r2": "r2",
    "adj_r2": "adjusted_r2",
}
BY_UNIT = {"time_effects": False}
BOTH_TAKEN_OUT = {
    "time_effects_by": ("one",)
}  # period effects as a grouping: plm counts neither set
MODELS = {
    "pooling": (impact.PooledOLS, BY_UNIT),
    "within": (impact.FixedEffects, BY_UNIT),
    "within_time": (impact.PooledOLS, BOTH_TAKEN_OUT),
    "within_two": (impact.FixedEffects, BOTH_TAKEN_OUT),
    "between": (impact.BetweenEffects, {}),
    "fd": (impact.FirstDifferences, {**BY_UNIT, "trend": True}),
    "re_swar": (impact.RandomEffects, BY_UNIT),
    "re_amemiya": (impact.RandomEffects, {**BY_UNIT, "components": "amemiya"}),
    "re_walhus": (impact.RandomEffects, {**BY_UNIT, "components": "wallace_hussain"}),
    "re_nerlove": (impact.RandomEffects, {**BY_UNIT, "components": "nerlove"}),
    "re_time_swar": (impact.RandomEffects, {**BY_UNIT, "random_in": "time"}),
    "re_two_swar": (impact.RandomEffects, {**BY_UNIT, "random_in": "both"}),
    "mundlak": (impact.CorrelatedRandomEffects, BY_UNIT),
}
COVARIANCES = {
    "iid": "iid",
    "HC0": impact.PanelRobust(),  # of the Mundlak regression
    "vcovDC": Clustered("CRV0", by=("unit", "time")),
    "vcovBK_time(PCSE)": impact.BeckKatz(),
    **{f"vcovNW_L{lags}": impact.NeweyWest(lags) for lags in (1, 2, 3)},
    **{f"vcovSCC_L{lags}": impact.DriscollKraay(lags) for lags in (1, 2, 3)},
    "vcovHC_arellano_HC1_time": impact.PanelRobust("time", "HC1"),
    **{
        f"vcovHC_{method}_{kind}_group": impact.PanelRobust(within, kind)
        for method, within in (
            ("arellano", "unit"),
            ("white1", "nothing"),
            ("white2", "unit_alike"),
        )
        for kind in ("HC0", "HC1", "HC2", "HC3", "sss")
    },
}
LEVELS = {"grunfeld": 200, "empluk": 1031}  # observations; changes are one a unit fewer


@cache
def golden():
    return pd.read_csv(REFERENCE / "golden" / "plm.csv.gz")


@cache
def data_of(name, *, without=()):
    """A panel and plm's words for its regressors."""
    frame = pd.read_csv(REFERENCE / "data" / "r" / f"plm_{name}.csv").assign(one=1)
    if name == "grunfeld":
        words = {"value": "value", "capital": "capital"}
        names = {"unit": "firm", "time": "year", "outcome": "inv"}
    elif name == "empluk":
        columns = ["emp", "wage", "capital", "output"]
        frame[columns] = np.log(frame[columns])
        words = {column: f"log({column})" for column in columns[1:]}
        names = {"unit": "firm", "time": "year", "outcome": "emp"}
    else:
        yes = {column: (frame[column] == "yes").astype(float) for column in ("union", "married")}
        row = np.arange(len(frame))
        frame = frame.assign(exp2=frame.exp**2, id=row // 7, t=row % 7, **yes)
        words = {"wks": "wks", "exp": "exp", "exp2": "I(exp^2)", "union": "unionyes"}
        words["married"] = "marriedyes"
        names = {"unit": "id", "time": "t", "outcome": "lwage"}
    words = {ours: theirs for ours, theirs in words.items() if ours not in without}
    made = impact.Panel.from_frame(frame, **names, covariates=[*words, "one"])
    return made, words


@cache
def fitted(name, model, covariance):
    # exp grows by one a year for everybody: plm drops it beside period effects without a word, ours refuses it
    without = ("exp",) if (name, model) == ("wages", "within_two") else ()
    made, words = data_of(name, without=without)
    kind, options = MODELS[model]
    estimate = kind(regressors=tuple(words), vcov=COVARIANCES[covariance], **options).fit(made)
    terms = {theirs: ours for ours, theirs in words.items()}
    terms["(Intercept)"] = "trend" if model == "fd" else "constant"
    if model == "mundlak":
        terms |= {f"x{place}": ours for place, ours in enumerate(words, 1)}
        terms |= {f"mean_{place}": f"mean of {ours}" for place, ours in enumerate(words, 1)}
    return estimate, terms


def ours_of(row, name, model, covariance):
    """Our estimate and standard error for a golden row, NaN where it has none."""
    estimate, terms = fitted(name, model, covariance if covariance in COVARIANCES else "iid")
    spec = estimate.spec
    if row.term in VARIANCES:
        return spec[VARIANCES[row.term]], np.nan
    if row.term.startswith("theta"):
        if model == "re_two_swar":
            return spec["theta_unit" if row.term == "theta1" else "theta_time"][0], np.nan
        return spec["theta"][int(row.term[5:]) - 1], np.nan
    place = estimate.rows.term.index(terms[row.term])
    return estimate.params.iloc[place], estimate.std_errors.iloc[place]


def agreeing(rows, name, model, covariance):
    """Whether we agree with each golden row."""
    found = []
    for row in rows.itertuples():
        estimate, std_error = ours_of(row, name, model, covariance)
        pairs = [(estimate, row.estimate, RTOL["estimate"])]
        if not np.isnan(row.se):
            pairs.append((std_error, row.se, RTOL["se"]))
        scale = SMALL * max(abs(row.estimate), 1.0)
        if model == "fd" and "_HC1_" in covariance:
            # plm's n/(n-k) has the changes' n above and the levels' below
            n, k = estimate_rows(name, model), len(rows)
            pairs[1] = (std_error * np.sqrt((n - k) / (LEVELS[name] - k)), row.se, RTOL["se"])
        found.append(
            all(abs(a - b) <= rtol * abs(b) + (scale if b == 0 else 0) for a, b, rtol in pairs)
        )
    return np.array(found)


def estimate_rows(name, model):
    return fitted(name, model, "iid")[0].spec["n_obs"]


def cases(data):
    """Cases of the models, as (data, model, covariance or what of the fit)."""
    if not REFERENCE.exists():
        return []
    names = golden().case.unique()
    parts = [name.split("/") for name in names if name.startswith(f"plm/{data}/")]
    return [tuple(part[1:]) for part in parts if part[2] in MODELS]


def agree(name, model, covariance):
    rows = golden()[golden().case == f"plm/{name}/{model}/{covariance}"]
    assert agreeing(rows, name, model, covariance).all()


@pytest.mark.parametrize(("name", "model", "covariance"), cases("grunfeld"))
def test_models_and_covariances_equal_plm(name, model, covariance):
    agree(name, model, covariance)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "model", "covariance"), [*cases("empluk"), *cases("wages")])
def test_models_and_covariances_equal_plm_on_larger_panels(name, model, covariance):
    agree(name, model, covariance)
