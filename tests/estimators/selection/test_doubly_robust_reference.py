"""Two groups and two periods given covariates against R DRDID 1.2.3: every panel case that the reference folder holds."""

import numpy as np
import pandas as pd
import pytest

from impact.estimators.selection.compared import Compared
from impact.estimators.selection.doubly_robust import adjusted

# R stops its logit and its tilting at a tolerance of their own; ours are at the minimum to rounding (below 1e-12).
AGREES = {"rtol": 1e-6}
CLOSED_FORM = {"rtol": 1e-10}

METHODS = {
    "dr_imp": "dr_improved",
    "dr_trad": "dr",
    "ipw_hajek": "ipw",
    "ipw_ht": "ipw_abadie",
    "reg": "reg",
}
FUNCTIONS = {
    "drdid_imp_panel": "dr_improved",
    "drdid_panel": "dr",
    "std_ipw_did_panel": "ipw",
    "ipw_did_panel": "ipw_abadie",
    "reg_did_panel": "reg",
}
TRAINED = ("age", "educ", "black", "married", "nodegree", "hisp", "re74")


@pytest.fixture(scope="module")
def golden(reference):
    return pd.read_csv(reference / "golden" / "drdid.csv.gz").set_index("case")


def training(reference, name):
    """Earnings of 1975 and 1978 of the named groups, and who was treated."""
    nsw = pd.read_csv(reference / "data" / "r" / "nsw_long.csv.gz")
    survey = nsw["sample"] == 2
    kept, treated = {
        "nsw_exp": (nsw.treated.notna(), "treated"),
        "lalonde_cps_eval": ((nsw.treated == 0) | survey, "experimental"),
        "lalonde_cps_att": ((nsw.treated == 1) | survey, "experimental"),
    }[name]
    before, after = (nsw[kept & (nsw.year == year)].set_index("id") for year in (1975, 1978))
    return before, (after.re - before.re).to_numpy(), before[treated].to_numpy() == 1


def training_case(reference, case):
    _, name, covariates, weights, _, method = case.split("/")
    before, change, treated = training(reference, name)
    names = TRAINED if covariates == "full" else ()
    weight = 1 + (before.index.to_numpy() % 3) / 2 if weights == "w" else None
    values = before[list(names)].to_numpy(float)
    compared = Compared.of(change[:, None], treated, values, weight=weight, names=names)
    return adjusted(compared, METHODS[method])


def employment_case(reference, case):
    _, _, function, weights = case.split("/")
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    frame = frame[frame["first.treat"].isin([0, 2007])]
    before, after = (frame[frame.year == year].set_index("countyreal") for year in (2006, 2007))
    weight = 1 + (before.index.to_numpy() % 5) / 2 if weights == "w" else None
    compared = Compared.of(
        (after.lemp - before.lemp).to_numpy()[:, None],
        before["first.treat"].to_numpy() == 2007,
        before[["lpop"]].to_numpy(float),
        weight=weight,
        names=["lpop"],
    )
    return adjusted(compared, FUNCTIONS[function])


def test_every_panel_case_of_drdid_is_met(reference, golden):
    panel = golden[golden.index.str.contains("/panel/") | golden.method.isin(FUNCTIONS)]
    assert len(panel) == 45
    for case, row in panel.iterrows():
        training_data = row.dataset == "nsw_long"
        found = (training_case if training_data else employment_case)(reference, case)
        tolerance = CLOSED_FORM if row.method in {"ordid", "reg_did_panel"} else AGREES
        std_error = np.sqrt((found.scores**2).sum(axis=0))
        np.testing.assert_allclose(found.effect, row.estimate, **tolerance, err_msg=case)
        np.testing.assert_allclose(std_error, row.se, **tolerance, err_msg=case)
