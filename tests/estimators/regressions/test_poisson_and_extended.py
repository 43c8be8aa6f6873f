"""Poisson regression and extended two-way fixed effects given covariates, and what a Poisson regression predicts perfectly."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from panels import long_frame, panel

import impact
from impact.errors import NotAvailableError, NotIdentifiedError

EXACT = {"rtol": 1e-8, "atol": 1e-10}
NUMERICAL = {"rtol": 3e-6}  # marginaleffects differentiates numerically


@pytest.fixture(scope="module")
def etwfe(reference):
    table = pd.read_csv(reference / "golden" / "etwfe_bacon.csv.gz", low_memory=False)
    return table[table.estimate != 0]  # the reference period is written as zero


@pytest.fixture(scope="module")
def base_stagg(reference):
    return pd.read_csv(reference / "data" / "r" / "base_stagg.csv")


def staggered(frame, outcome):
    names = {"unit": "id", "time": "year", "cohort": "year_treated", "never": [10000]}
    return impact.Panel.from_frame(frame, outcome=outcome, covariates=["x1"], **names)


def counts(*, seed=3, **choices):
    frame = long_frame(**choices)
    generator = np.random.default_rng(seed)
    index = 0.3 * frame.x + 0.1 * (frame.id % 5) + 0.1 * frame.t + 0.4 * (frame.t >= frame.g)
    frame["y"] = generator.poisson(np.exp(index)).astype(float)
    frame["before"] = np.cos(frame.id)
    return frame


@pytest.mark.parametrize(("vcov", "name"), [("CRV1", "~id"), ("robust", '"hetero"')])
def test_poisson_given_a_covariate_equals_fixest(reference, base_stagg, vcov, name):
    """fixest 0.14.2: fepois(cnt ~ D + x1 | id + year), cnt = max(0, round(exp(y/4)) - 1): 77% zeros."""
    table = pd.read_csv(reference / "golden" / "fixest.csv.gz", low_memory=False)
    theirs = table[table.case == f"fixest/fepois/base_stagg/{name}"]
    frame = base_stagg.assign(cnt=np.maximum(0, np.round(np.exp(base_stagg.y / 4)) - 1))
    found = impact.PoissonFixedEffects(covariates=["x1"], vcov=vcov).fit(staggered(frame, "cnt"))
    own = found.spec["coefficients"]["x1"]
    np.testing.assert_allclose([found.params.iloc[0], own["estimate"]], theirs.estimate, **EXACT)
    errors = [found.std_errors.iloc[0], own["std_error"]]
    np.testing.assert_allclose(errors, theirs.se, **EXACT)
    assert found.spec["df"] == theirs.df.iloc[0]
    assert found.sample.n_obs == theirs.n.iloc[0] == 850
    assert found.sample.dropped["zero_in_all_periods"] == 10


def test_extended_two_way_fixed_effects_given_covariates_equal_etwfe(reference, etwfe, base_stagg):
    """etwfe 0.6.2: etwfe(lemp ~ lpop, cgroup = "never"), etwfe(y ~ x1, cgroup = "never"), emfx()."""
    frame = pd.read_csv(reference / "data" / "mpdta" / "mpdta.csv")
    names = {"unit": "countyreal", "time": "year", "cohort": "first.treat", "never": [0]}
    mpdta = impact.Panel.from_frame(frame, outcome="lemp", covariates=["lpop"], **names)
    choices = {"control_group": "never_treated", "effects": "cohort"}
    one = impact.ExtendedTWFE(covariates=["lpop"], **choices).fit(mpdta)
    two = impact.ExtendedTWFE(covariates=["x1"], **choices).fit(staggered(base_stagg, "y"))
    for case, found in {
        "etwfe/mpdta/lpop/never_pre/event": one.aggregate(by="event_time"),
        "etwfe/base_stagg/x1/never/simple": two.aggregate(by="overall"),
        "etwfe/base_stagg/x1/never/group": two.aggregate(by="cohort"),
        "etwfe/base_stagg/x1/never/calendar": two.aggregate(by="time"),
        "etwfe/base_stagg/x1/never/event": two.aggregate(by="event_time"),
    }.items():
        theirs = etwfe[etwfe.case == case]
        np.testing.assert_allclose(found.params, theirs.estimate, err_msg=case, **EXACT)
        np.testing.assert_allclose(found.std_errors, theirs.se, err_msg=case, **NUMERICAL)


def by_glm(frame):
    """Effects and delta-method errors of a Poisson model with all of Wooldridge's interactions of a baseline column."""
    cohort, x = frame.g.fillna(99), frame.before
    every, cells = sorted(cohort.unique()), []
    columns = []
    for g in every[:-1]:
        for t in range(int(g), 9):
            cell = ((cohort == g) & (frame.t == t)).astype(float)
            cells.append(cell.to_numpy() > 0)
            columns += [cell, cell * (x - x[cohort == g].mean())]
    n_effects = len(columns)
    for part in [frame.t == t for t in range(2, 9)] + [cohort == g for g in every]:
        columns += [part.astype(float), part * x]
    X = np.column_stack(columns)
    cluster = {"cov_type": "cluster", "cov_kwds": {"groups": frame.id}}
    model = sm.GLM(frame.y, X, family=sm.families.Poisson()).fit(tol=1e-14, **cluster)
    without = X.copy()
    without[:, :n_effects] = 0
    mu, other = (np.exp(each @ model.params.to_numpy()) for each in (X, without))
    gradient = mu[:, None] * X - other[:, None] * without
    mean = np.array([gradient[cell].mean(axis=0) for cell in cells])
    return (
        [(mu - other)[cell].mean() for cell in cells],
        np.sqrt(np.einsum("kj,jl,kl->k", mean, model.cov_params().to_numpy(), mean)),
    )


def test_pooled_poisson_effects_given_a_covariate_are_those_of_a_glm_with_every_interaction():
    frame = counts()
    made = panel(frame, covariates=["x", "before"])
    choices = {"family": "poisson", "effects": "cohort"}
    found = impact.ExtendedTWFE(covariates=["before"], **choices).fit(made)
    values, errors = by_glm(frame)
    np.testing.assert_allclose(found.params, values, **EXACT)
    np.testing.assert_allclose(found.std_errors, errors, rtol=1e-7)  # the factors agree here


def test_without_covariates_unit_and_cohort_effects_are_one_poisson_model():
    made = panel(counts(), covariates=["x"])
    unit, cohort = (
        impact.ExtendedTWFE(family="poisson", effects=effects).fit(made)
        for effects in ("unit", "cohort")
    )
    np.testing.assert_allclose(unit.params, cohort.params, rtol=1e-9)


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_errors_given_covariates_are_near_the_jackknife(family):
    made = panel(counts(n=40), covariates=["x", "before"])
    estimator = impact.ExtendedTWFE(family=family, covariates=["before"])
    found = estimator.fit(made).aggregate(by="overall")
    left_out = [
        estimator.fit(made.subset(np.arange(40) != unit, reason="left_out")).aggregate(by="overall")
        for unit in range(40)
    ]
    values = np.array([each.params.iloc[0] for each in left_out])
    jackknife = np.sqrt(39 / 40 * ((values - values.mean()) ** 2).sum())
    assert found.std_errors.iloc[0] == pytest.approx(jackknife, rel=0.2)


def test_zeros_that_are_predicted_perfectly_are_found_left_out_and_counted():
    frame = counts(n=80)
    whole = impact.PoissonFixedEffects(covariates=["x"]).fit(panel(frame[frame.t != 5]))
    frame.loc[frame.t == 5, "y"] = 0.0  # a quarter without fairs: its period effect runs away
    found = impact.PoissonFixedEffects(covariates=["x"]).fit(panel(frame))
    np.testing.assert_allclose(found.params, whole.params, rtol=1e-9)
    np.testing.assert_allclose(found.std_errors, whole.std_errors, rtol=1e-9)
    assert found.sample.dropped["zero_predicted_perfectly"] == whole.sample.n_units


def test_what_predicts_zeros_perfectly_is_refused_by_name():
    frame = counts()
    frame["closed"] = ((frame.y == 0) & (frame.index % 2 == 0)).astype(float)
    with pytest.raises(NotIdentifiedError, match="closed: predicts perfectly"):
        impact.PoissonFixedEffects(covariates=["closed"]).fit(panel(frame, covariates=["closed"]))
    frame.loc[frame.t >= frame.g, "y"] = 0.0
    with pytest.raises(NotIdentifiedError, match="exposed: all outcomes are zero there"):
        impact.PoissonFixedEffects().fit(panel(frame))
    frame = counts().assign(fixed=lambda made: made.id % 3, twice=lambda made: 2 * made.x)
    made = panel(frame, covariates=["x", "fixed", "twice"])
    for names, why in (
        (["fixed"], "fixed: never changes within a unit"),
        (["x", "twice"], "twice: follows"),
    ):
        with pytest.raises(NotIdentifiedError, match=why):
            impact.PoissonFixedEffects(covariates=names).fit(made)
    with pytest.raises(NotAvailableError, match="negative outcomes have no ratio"):
        impact.PoissonFixedEffects().fit(panel())
    with pytest.raises(NotAvailableError, match="fit it on the Panel"):
        impact.PoissonFixedEffects().fit(impact.PathMoments.from_panel(made))


def test_a_ratio_is_no_matter_of_the_outcomes_unit_and_has_every_inference():
    frame = counts(n=40)
    one = impact.PoissonFixedEffects(covariates=["x"]).fit(panel(frame))
    other = impact.PoissonFixedEffects(covariates=["x"]).fit(
        panel(frame.assign(y=1000 * frame.y, x=frame.x / 1e6))
    )
    np.testing.assert_allclose(other.params, one.params, rtol=1e-9)
    np.testing.assert_allclose(other.std_errors, one.std_errors, rtol=1e-9)
    percent = one.percent().params.iloc[0]
    assert percent == pytest.approx(one.percent_of_log().estimate.iloc[0])
    assert 0 < one.under(impact.Permutation(permutations=19)).p_value <= 1
