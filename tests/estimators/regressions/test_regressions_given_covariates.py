"""Regressions and imputation given covariates: against fixest, didimputation and did2s, by dummies, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.errors import MissingValueError, NotAvailableError, NotIdentifiedError, UsageError

EXACT = {"rtol": 1e-8, "atol": 1e-10}
ITERATED = {"rtol": 3e-7}  # first stages of the packages stop at 1e-6; ours are exact
VCOV = {
    "iid": "iid",
    '"iid"': "iid",
    '"hetero"': "robust",
    "cluster ~id": "CRV1",
    "~id": "CRV1",
    "~id + period": "two_way",
    "~id + year": "two_way",
    "cluster ~id + period": "two_way",
}
AVERAGES = {"sunab_es": "event_time", "sunab_att": "overall", "sunab_cohort": "cohort"}
GIVEN = {
    "twfe": impact.TwoWayFixedEffects,
    "event_study": impact.EventStudy,
    "sun_abraham": impact.SunAbraham,
    "imputation": impact.Imputation,
    "two_stage": impact.TwoStage,
}


def golden(reference, file):
    table = pd.read_csv(reference / "golden" / f"{file}.csv.gz", low_memory=False)
    table["options"] = [json.loads(text) for text in table.options]
    return table[[isinstance(options, dict) for options in table.options]]


def base_did(reference, *, weight=None, drop=False):
    frame = pd.read_csv(reference / "data" / "r" / "base_did.csv")
    frame["g"], frame["w"] = np.where(frame.treat == 1, 6, np.nan), 1 + (frame.id % 5) / 2
    if drop:
        frame = frame[(frame.id * 31 + frame.period * 17) % 7 != 0]
    return impact.Panel.from_frame(
        frame, unit="id", time="period", outcome="y", cohort="g", covariates=["x1"], weight=weight
    )


def staggered(reference, *, weight=None, drop=False):
    frame = pd.read_csv(reference / "data" / "r" / "base_stagg.csv")
    frame["w"] = 1 + (frame.id % 4) / 2
    if drop:
        frame = frame[(frame.id * 13 + frame.year * 7) % 6 != 0]
    return impact.Panel.from_frame(
        frame,
        unit="id",
        time="year",
        outcome="y",
        cohort="year_treated",
        never=[10000],
        covariates=["x1"],
        weight=weight,
    )


def with_the_covariate(estimate, *, first):
    own = estimate.spec["coefficients"]["x1"]
    parts = [[own["estimate"]], estimate.params], [[own["std_error"]], estimate.std_errors]
    return [np.concatenate(part if first else part[::-1]) for part in parts]


def test_regressions_given_a_covariate_equal_fixest(reference):
    """fixest 0.14.2: feols(y ~ d + x1 | id + period), i(), sunab(); iid, hetero, one and two clusters, weights, gaps."""
    theirs = golden(reference, "fixest")
    theirs = theirs[["x1" in options.get("fml", "") for options in theirs.options]]
    theirs = theirs[theirs.method.str.fullmatch("twfe|event_study|sunab_.*")]
    n_rows = 0
    for case, of_case in theirs.groupby("case", sort=False):
        rows = of_case
        options, method = rows.options.iloc[0], rows.method.iloc[0]
        vcov = VCOV.get(options["vcov"])
        if vcov is None:
            continue  # clusters of periods, or of observations
        data = base_did if rows.dataset.iloc[0] == "base_did" else staggered
        made = data(reference, weight="w" if "weights" in options else None, drop="drop" in options)
        kind = {"t": "twfe", "e": "event_study", "s": "sun_abraham"}[method[0]]
        found = GIVEN[kind](vcov=vcov, covariates=["x1"]).fit(made)
        if method in AVERAGES:
            found = found.aggregate(by=AVERAGES[method])
        if method == "sunab_catt":
            rows = rows.sort_values(["rel", "group"], na_position="first")
            in_order = found.table.sort_values(["event_time", "cohort"]).term
            found = found.select(list(in_order))
        values, errors = found.params, found.std_errors
        if method not in {"sunab_att", "sunab_cohort"}:
            values, errors = with_the_covariate(found, first=kind != "twfe")
        np.testing.assert_allclose(values, rows.estimate, err_msg=case, **EXACT)
        np.testing.assert_allclose(errors, rows.se, err_msg=case, **EXACT)
        n_rows += len(rows)
    assert n_rows == 640


def test_imputation_given_covariates_equals_didimputation_and_did2s(reference):
    """didimputation 0.5.0, first_stage = ~ x1 | id + year and ~ i(year, lpop) | ...; did2s 1.2.0, first_stage = ~ x1 | id + year."""
    theirs = golden(reference, "did_others")
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    mpdta = impact.Panel.from_frame(
        frame,
        unit="countyreal",
        time="year",
        outcome="lemp",
        cohort="first.treat",
        never=[0],
        covariates=["lpop"],
    )
    made = staggered(reference)
    own = impact.Imputation(covariates=["x1"], averages="own").fit(made)
    two = impact.TwoStage(covariates=["x1"]).fit(made)
    by_period = impact.Imputation(by_period=["lpop"], averages="own").fit(mpdta)
    leads = two.aggregate(by="event_time")
    for case, found in {
        "bjs/base_stagg/static_x": own.aggregate(by="overall"),
        "bjs/base_stagg/event_x": own.aggregate(by="event_time"),
        "bjs/mpdta/event_lpopyear": by_period.aggregate(by="event_time"),
        "did2s/base_stagg/static_x": two.aggregate(by="overall"),
        "did2s/base_stagg/event_x": leads.select(
            [term for term in leads.rows.term if term != "event_time=-1"]
        ),
    }.items():
        rows = theirs[theirs.case == case]
        np.testing.assert_allclose(found.params, rows.estimate, err_msg=case, **ITERATED)
        np.testing.assert_allclose(found.std_errors, rows.se, err_msg=case, **EXACT)


def by_dummies(frame, *, weight, cluster):
    """The coefficient on exposure beside x and the baseline column by period, with all dummies, and its CRV1 error."""
    units = pd.get_dummies(frame.id).to_numpy(float)
    times = pd.get_dummies(frame.t).to_numpy(float)[:, 1:]
    exposed = (frame.t >= frame.g).to_numpy(float)
    own = np.column_stack([exposed, frame.x, times * frame.size_before.to_numpy()[:, None] / 1e6])
    X, w = np.column_stack([own, units, times]), frame[weight].to_numpy(float)
    bread = np.linalg.pinv(X.T @ (X * w[:, None]), rcond=1e-11)
    beta = bread @ X.T @ (w * frame.y.to_numpy())
    scores = X * (w * (frame.y.to_numpy() - X @ beta))[:, None]
    total = np.array([scores[rows].sum(axis=0) for rows in frame.groupby(cluster).indices.values()])
    n, G, K = len(frame), len(total), own.shape[1] + times.shape[1] + 1
    factor = G / (G - 1) * (n - 1) / (n - K)
    return beta[0], np.sqrt(factor * (bread @ total.T @ total @ bread)[0, 0])


@pytest.mark.parametrize(("weight", "cluster"), [("one", "id"), ("w", "id"), ("w", "village")])
def test_covariates_and_baselines_by_period_are_least_squares_with_dummies(weight, cluster):
    frame = long_frame(gaps=0.15).assign(one=1.0)
    frame["size_before"] = np.sin(frame.id * 7.0) * 1e6  # money beside indicators
    made = panel(frame, weight=weight, cluster=cluster, covariates=["x", "size_before"])
    found = impact.TwoWayFixedEffects(covariates=["x"], by_period=["size_before"]).fit(made)
    value, error = by_dummies(frame, weight=weight, cluster=cluster)
    np.testing.assert_allclose(found.params.iloc[0], value, rtol=1e-8)
    np.testing.assert_allclose(found.std_errors.iloc[0], error, rtol=1e-8)


@pytest.mark.parametrize("kind", GIVEN)
def test_covariates_that_nothing_follows_from_are_refused_by_name_and_reason(kind):
    frame = long_frame()
    frame["fixed"], frame["season"] = frame.id % 3, np.sin(frame.t)
    frame["twice"], frame["same"] = 2 * frame.x + 5, 7.0
    frame["gap"] = frame.x.where(frame.index % 50 != 0)
    columns = ["x", "fixed", "season", "twice", "same", "gap"]
    made, estimator = panel(frame, covariates=columns), GIVEN[kind]
    for names, why in (
        (["fixed"], "fixed: .*unit effects absorb it; give it to by_period"),
        (["same"], "same: .*unit effects absorb it"),
        (["season"], "season: .*period effects absorb it"),
        (["x", "twice"], "twice: follows from the other covariates"),
    ):
        with pytest.raises(NotIdentifiedError, match=why):
            estimator(covariates=names).fit(made)
    with pytest.raises(MissingValueError, match="gap: missing in 10 observations"):
        estimator(covariates=["gap"]).fit(made)
    with pytest.raises(UsageError, match="x: changes within 60 units"):
        estimator(by_period=["x"]).fit(made)
    with pytest.raises(UsageError, match="write a list of names"):
        estimator(covariates="x")
    with pytest.raises(NotAvailableError, match="fit it on the Panel"):
        estimator(covariates=["x"]).fit(impact.PathMoments.from_panel(made))


def test_a_covariate_that_says_who_is_treated_when_is_refused_by_name():
    frame = long_frame()
    frame["took_part"] = (frame.t >= frame.g).astype(float)
    made = panel(frame, covariates=["took_part"])
    with pytest.raises(NotIdentifiedError, match="took_part: follows from who is treated when"):
        impact.TwoWayFixedEffects(covariates=["took_part"]).fit(made)


@pytest.mark.parametrize("kind", GIVEN)
def test_a_trend_that_a_baseline_explains_is_no_effect(kind):
    """Larger firms were treated and grow faster: without the baseline by period a false effect, with it the true one."""
    frame = long_frame(effect=0.0, n=200)
    frame["large"] = np.where(frame.g.notna(), 1.0, 0.0) + np.cos(frame.id)
    frame["y"] += 0.5 * frame.large * frame.t
    made = panel(frame, covariates=["large"])

    def overall(**choices):
        found = GIVEN[kind](**choices).fit(made)
        return found.table if kind == "twfe" else found.aggregate(by="overall").table

    without, adjusted = overall(), overall(by_period=["large"])
    assert without.estimate[0] > 0.5
    assert without.conf_low[0] > 0
    assert abs(adjusted.estimate[0]) < 0.25
    assert adjusted.conf_low[0] < 0 < adjusted.conf_high[0]


@pytest.mark.parametrize("kind", ["twfe", "imputation"])
def test_what_is_asked_of_every_estimate_is_answered_with_covariates(kind):
    made = panel(long_frame(n=30))
    estimator = GIVEN[kind](covariates=["x"])
    found = estimator.fit(made)
    whole = found if kind == "twfe" else found.aggregate(by="overall")
    assert 0 < whole.under(impact.Permutation(permutations=49)).p_value <= 0.05
    table = impact.leave_one_out(made, estimator=estimator).table
    again = estimator.fit(made.subset(np.arange(made.n_units) != 0, reason="left_out"))
    again = again if kind == "twfe" else again.aggregate(by="overall")
    assert whole.params.iloc[0] != again.params.iloc[0]
    assert len(table)


def test_independent_observations_are_two_more_conventions_from_moments_too():
    frame = long_frame(gaps=0.1)
    for vcov, weight in (("robust", "w"), ("iid", None)):
        made = panel(frame, weight=weight)
        one = impact.EventStudy(vcov=vcov).fit(made)
        other = impact.EventStudy(vcov=vcov).fit(impact.PathMoments.from_panel(made))
        np.testing.assert_allclose(one.vcov, other.vcov)
        assert "not clustered" in one.method
    with pytest.raises(NotAvailableError, match="use vcov='CRV1'"):
        impact.EventStudy(vcov="iid").fit(panel(frame, weight="w"))


@pytest.mark.parametrize(
    "vcov", ["CRV1", "robust", "iid"]
)  # what two ways repair is a matter of units
def test_the_unit_of_a_covariate_changes_nothing(vcov):
    frame = long_frame(gaps=0.1)
    frame["x_in_millions"] = frame.x / 1e6
    made = panel(frame, covariates=["x", "x_in_millions"])
    one, other = (
        impact.SunAbraham(vcov=vcov, covariates=[name]).fit(made).aggregate(by="overall")
        for name in ("x", "x_in_millions")
    )
    np.testing.assert_allclose(other.params, one.params, rtol=1e-9)
    np.testing.assert_allclose(other.std_errors, one.std_errors, rtol=1e-7)
