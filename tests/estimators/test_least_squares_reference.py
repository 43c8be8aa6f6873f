"""Two-way fixed effects, event study and panel models against fixest 0.14.2 and plm 2.6-2, and against dummies by hand."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact

VALUE = {"rtol": 1e-8}
STD_ERROR = {"rtol": 1e-6}


@pytest.fixture(scope="module")
def fixest(reference):
    return pd.read_csv(reference / "golden" / "fixest.csv.gz")


@pytest.fixture(scope="module")
def plm(reference):
    return pd.read_csv(reference / "golden" / "plm.csv.gz")


@pytest.fixture(scope="module")
def mpdta(reference):
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    return impact.Panel.from_frame(
        frame, unit="countyreal", time="year", outcome="lemp", cohort="first.treat", never=[0]
    )


def agree(estimate, golden, terms):
    ours = estimate.table.set_index("term").loc[list(terms)]
    theirs = golden.set_index("term").loc[list(terms.values())]
    np.testing.assert_allclose(ours.estimate, theirs.estimate, **VALUE)
    np.testing.assert_allclose(ours.std_error, theirs.se, **STD_ERROR)


def test_two_way_fixed_effects_equal_fixest(mpdta, fixest):
    golden = fixest[fixest.case == "fixest/twfe/mpdta/~countyreal"]
    row = impact.TwoWayFixedEffects().fit(mpdta).table.iloc[0]
    np.testing.assert_allclose(row.estimate, golden.estimate.iloc[0], **VALUE)
    np.testing.assert_allclose(row.std_error, golden.se.iloc[0], **STD_ERROR)
    np.testing.assert_allclose(
        row.p_value, golden.p_value.iloc[0], **STD_ERROR
    )  # t with G-1 degrees of freedom


def test_event_study_equals_fixest(mpdta, fixest):
    golden = fixest[fixest.case == "fixest/es/mpdta/~countyreal"]
    golden = golden.assign(rel=golden.term.str.extract(r"(-?\d+)$")[0].astype(float))
    ours = impact.EventStudy().fit(mpdta).table.rename(columns={"event_time": "rel"})
    joined = golden.merge(ours, on="rel", suffixes=("_reference", ""))
    assert len(joined) == len(golden) == len(ours)
    np.testing.assert_allclose(joined.estimate, joined.estimate_reference, **VALUE)
    np.testing.assert_allclose(joined.std_error, joined.se, **STD_ERROR)


def test_castle_two_way_fixed_effects_give_the_published_number(reference):
    """Cheng and Hoekstra's data in bacondecomp's copy: 0.08181162 (its vignette), the Bacon decomposition's total."""
    frame = pd.read_csv(reference / "data" / "castle" / "castle.csv")
    made = impact.Panel.from_frame(
        frame, unit="sid", time="year", outcome="l_homicide", cohort="effyear", never=[0]
    )
    row = impact.TwoWayFixedEffects().fit(made).table.iloc[0]
    assert round(row.estimate, 4) == 0.0818
    np.testing.assert_allclose(
        row.std_error, 0.058874, rtol=1e-4
    )  # pyfixest 0.60.0, as printed in replications.json


def by_dummies(frame, design, weight):
    """Least squares with unit and period dummies; clustered covariance of the first columns, no factor."""
    units = pd.get_dummies(frame.id).to_numpy(float)
    times = pd.get_dummies(frame.t).to_numpy(float)[:, 1:]
    X = np.column_stack([design, units, times])
    w = np.asarray(weight, float)
    bread = np.linalg.pinv(X.T @ (X * w[:, None]), rcond=1e-10)
    beta = bread @ X.T @ (w * frame.y.to_numpy())
    scores = X * (w * (frame.y.to_numpy() - X @ beta))[:, None]
    return beta, bread, scores


@pytest.mark.parametrize("gaps", [0.0, 0.25])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("cluster", [None, "village"])
def test_fixed_effects_by_moments_equal_dummies_by_hand(gaps, weighted, cluster):
    frame = long_frame(gaps=gaps, cohorts=(5,) if cluster else (4, 6))
    if cluster:  # the cohort may differ within a village; only the errors are clustered
        assert frame.groupby("village").g.nunique(dropna=False).max() > 1
    made = panel(frame, weight="w" if weighted else None, cluster=cluster)
    exposed = (frame.t >= frame.g).to_numpy(float)
    beta, bread, scores = by_dummies(frame, exposed, frame.w if weighted else np.ones(len(frame)))
    groups = frame[cluster or "id"]
    summed = pd.DataFrame(scores).groupby(groups.to_numpy()).sum().to_numpy()
    G, n, k, T = groups.nunique(), len(frame), 1, frame.t.nunique()
    variance = (bread @ summed.T @ summed @ bread)[0, 0] * G / (G - 1) * (n - 1) / (n - k - T)
    row = impact.TwoWayFixedEffects().fit(made).table.iloc[0]
    np.testing.assert_allclose(row.estimate, beta[0], **VALUE)
    np.testing.assert_allclose(row.std_error, np.sqrt(variance), rtol=1e-8)


def test_event_study_without_never_treated_needs_a_second_reference():
    frame = long_frame(share=0.5, cohorts=(4, 5))
    frame = frame[frame.g.notna()]
    with pytest.raises(impact.errors.NotIdentifiedError, match="second reference"):
        impact.EventStudy().fit(panel(frame))
    earliest = float((frame.t - frame.g).min())
    assert len(impact.EventStudy(reference=(-1, int(earliest))).fit(panel(frame)).table) > 5


GRUNFELD = {
    "pooling": (impact.PooledOLS, {}),
    "within": (impact.FixedEffects, {}),
    "within_two": (impact.FixedEffects, {"time_effects": True}),
    "between": (impact.BetweenEffects, {}),
    "re_swar": (impact.RandomEffects, {}),
}


@pytest.mark.parametrize("model", GRUNFELD)
@pytest.mark.parametrize("dataset", ["grunfeld", "wages"])
def test_panel_models_equal_plm(reference, plm, model, dataset):
    """plm's iid standard errors; random effects differ in the factor: plm's GLS divides by n - k as linearmodels does."""
    golden = plm[plm.case == f"plm/{dataset}/{model}/iid"]
    frame = pd.read_csv(reference / "data" / "r" / f"plm_{dataset}.csv")
    if dataset == "grunfeld":
        names, regressors = {"unit": "firm", "time": "year", "outcome": "inv"}, ["value", "capital"]
    else:
        frame["exp2"] = frame.exp**2
        frame["union"] = (frame.union == "yes").astype(float)
        frame["married"] = (frame.married == "yes").astype(float)
        frame = frame.assign(id=np.arange(len(frame)) // 7, t=np.arange(len(frame)) % 7)
        names, regressors = (
            {"unit": "id", "time": "t", "outcome": "lwage"},
            ["wks", "exp", "exp2", "union", "married"],
        )
    if (dataset, model) == ("wages", "within_two"):
        regressors.remove(
            "exp"
        )  # grows by one a year for everybody: plm drops it without a word, ours refuses it
    made = impact.Panel.from_frame(frame, **names, covariates=regressors)
    kind, options = GRUNFELD[model]
    estimate = kind(regressors=regressors, vcov="iid", **{"time_effects": False, **options}).fit(
        made
    )
    words = {"exp2": "I(exp^2)", "union": "unionyes", "married": "marriedyes"}
    agree(estimate, golden, {name: words.get(name, name) for name in regressors})
