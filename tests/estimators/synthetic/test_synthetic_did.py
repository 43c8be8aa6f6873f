"""Synthetic differences and synthetic control: R's synthdid to rounding, several cohorts, refusals, every inference."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel
from shared_reference import REFERENCE

import impact
from impact.errors import (
    NotAvailableError,
    NotIdentifiedError,
    UnknownNameError,
    UsageError,
)
from impact.estimators.many_of import many, overall
from impact.estimators.synthetic.frank_wolfe import FEW as FEW_SEARCHES
from impact.estimators.synthetic.frank_wolfe import SimplexProblems, frank_wolfe

TAU = {"rtol": 1e-9, "atol": 0}  # the same steps in the same order: rounding alone
WEIGHT = {"rtol": 0, "atol": 1e-9}
FEW = 150  # steps, where what is tested does not hang on their number
SIMULATED = 0.15  # of 200 placebos or bootstrap samples, in both packages
# synthdid 0.0.9, synthdid_estimate and sc_estimate on fixest's base_did and on the CPS states by rank %% 8 == 5 from 2009 on:
# tau, and vcov(method = "jackknife") of the former
BASE_DID = {"sdid": (4.8277613264219905, 0.52283162993052046), "sc": (4.4758145069124726, None)}


@cache
def golden():
    if not REFERENCE.is_dir():
        pytest.skip("needs the reference folder (shared/reference) beside the repository")
    return pd.read_csv(REFERENCE / "golden" / "synthdid.csv.gz")


@cache
def data(name):
    """A data set of the reference as a panel of one cohort."""
    golden()
    if name == "base_did":
        frame = pd.read_csv(REFERENCE / "data" / "r" / "base_did.csv")
        frame["g"] = np.where(frame.treat == 1, 6.0, np.nan)
        names = {"unit": "id", "time": "period", "outcome": "y", "covariates": ["x1"]}
    elif name == "mpdta2006":
        frame = pd.read_csv(REFERENCE / "data" / "mpdta" / "mpdta.csv")
        frame = frame.rename(columns={"first.treat": "g", "first_treat": "g"})
        frame = frame[frame.g.isin([0, 2006])]
        names = {"unit": "countyreal", "time": "year", "outcome": "lemp", "never": [0]}
    else:
        frame = pd.read_csv(REFERENCE / "data" / "r" / "cps.csv")
        rank = frame.state.rank(method="dense")
        frame["g"] = np.where(rank % 8 == 5, 2009.0, np.nan)
        names = {"unit": "state", "time": "year", "outcome": name.removeprefix("cps_")}
    return impact.Panel.from_frame(frame, cohort="g", **names)


def theirs(case, method=None):
    rows = golden()[golden().case == f"synthdid/{case}"]
    return rows if method is None else rows[rows.method == method]


ESTIMATORS = {"sdid": impact.SyntheticDiD, "sc": impact.SyntheticControl}
DATA = ["base_did", "mpdta2006", "cps_log_wage", "cps_urate", "cps_hours"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("base_did", "sdid"),
        ("base_did", "sc"),
        *(
            pytest.param(name, kind, marks=pytest.mark.slow)
            for name in DATA
            for kind in ESTIMATORS
            if (name, kind) not in {("base_did", "sdid"), ("base_did", "sc")}
        ),
    ],
)
def test_effect_jackknife_and_weights_are_those_of_synthdid(name, kind):
    variance = "jackknife" if kind == "sdid" else "none"
    estimator = ESTIMATORS[kind](variance=variance)
    found = estimator.fit(data(name)).aggregate(by="overall")
    one = theirs(f"{name}/{kind}").iloc[0]
    np.testing.assert_allclose(found.params.iloc[0], one.estimate, **TAU)
    if kind == "sdid":
        np.testing.assert_allclose(found.std_errors.iloc[0], one.se, **TAU)
    weights = estimator.weights(data(name))
    for rows, own in (
        (theirs(f"{name}/{kind}#omega"), weights.units),
        (theirs(f"{name}/{kind}#lambda"), weights.periods),
    ):
        if len(rows):
            np.testing.assert_allclose(own.weight, rows.estimate, **WEIGHT)


@pytest.mark.parametrize("kind", ["sc", pytest.param("sdid", marks=pytest.mark.slow)])
def test_covariates_are_taken_out_as_synthdid_does(kind):
    estimator = ESTIMATORS[kind](
        covariates=["x1"], variance="jackknife" if kind == "sdid" else "none"
    )
    found = estimator.fit(data("base_did")).aggregate(by="overall")
    one = theirs(f"base_did_x/{kind}").iloc[0]
    np.testing.assert_allclose(found.params.iloc[0], one.estimate, **TAU)
    if kind == "sdid":
        np.testing.assert_allclose(found.std_errors.iloc[0], one.se, **TAU)
        own = estimator.weights(data("base_did")).coefficients.coefficient
        np.testing.assert_allclose(own, theirs("base_did_x/sdid#beta").estimate, **TAU)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("variance", ["placebo", "bootstrap"])
def test_simulated_standard_errors_are_those_of_synthdid_up_to_simulation(kind, variance):
    found = ESTIMATORS[kind](variance=variance).fit(data("cps_log_wage")).aggregate(by="overall")
    one = theirs(f"cps_log_wage/{kind}#{variance}").iloc[0]
    assert found.std_errors.iloc[0] == pytest.approx(one.se, rel=SIMULATED)


def simple():
    return panel(long_frame(n=16, periods=20, cohorts=(18,), share=0.25, effect=4.0))


def test_numbers_of_synthdid_hold_without_the_reference_folder():
    """Printed above: they are what the goldens hold, so that a change of either is seen."""
    for kind, (tau, error) in BASE_DID.items():
        one = theirs(f"base_did/{kind}").iloc[0]
        assert one.estimate == pytest.approx(tau, rel=1e-15)
        assert error is None or one.se == pytest.approx(error, rel=1e-15)


@pytest.mark.parametrize("shape", [(6, 9), (12, 6, 9)], ids=["shared", "own"])
def test_each_search_in_a_batch_goes_its_own_way(shape):
    """A batch of more searches than are carried on one at a time, beside each of them alone."""
    generator, n = np.random.default_rng(3), 12
    assert n > FEW_SEARCHES
    A, b = generator.normal(size=shape), generator.normal(size=(n, 6))
    spread = np.ones((n, 9))
    spread[1, 2:4], spread[2, 0] = np.inf, 0.5
    start = np.where(np.isinf(spread), 0.0, 1.0)
    start /= start.sum(axis=1, keepdims=True)
    zeta = np.resize([0.1, 0.0, 1.0, 0.3], n)
    enough = np.resize([1e-6, 1e-14, 1e-9, 1e-3, 0.0], n)
    problems = SimplexProblems(A, b, np.full(n, 6.0), zeta, spread, enough)
    for most in (1, 40, 2000):
        together = frank_wolfe(problems, start, most=most)
        np.testing.assert_allclose(together.sum(axis=1), 1)
        assert (together >= 0).all()
        assert (together[1, 2:4] == 0).all()
        for row in range(n):
            one = np.arange(n) == row
            alone = frank_wolfe(problems.some(one), start[one], most=most)
            np.testing.assert_allclose(together[row], alone[0], rtol=1e-11, atol=1e-14)


def test_with_a_ridge_the_steps_lead_to_the_least_squares_on_the_simplex():
    """First-order conditions: the gradient is the same for all weights that are not zero, and larger elsewhere."""
    generator = np.random.default_rng(4)
    A, b = generator.normal(size=(8, 5)), generator.normal(size=(1, 8))
    one = np.ones(1)
    problems = SimplexProblems(A, b, 8 * one, 0.5 * one, np.ones((1, 5)), 0 * one)
    x = frank_wolfe(problems, np.full((1, 5), 0.2), most=100_000)[0]
    gradient = A.T @ (A @ x - b[0]) + 8 * 0.25 * x
    inside = x > 1e-6
    assert np.ptp(gradient[inside]) < 1e-3
    assert (gradient[~inside] > gradient[inside].max() - 1e-3).all()


def test_several_cohorts_are_each_fitted_beside_the_never_treated_and_averaged_by_treated_observations():
    frame = long_frame(n=50, periods=8, cohorts=(4, 6), share=0.2)
    both = (
        impact.SyntheticControl(steps=FEW, variance="none")
        .fit(panel(frame))
        .aggregate(by="overall")
    )
    total, size = 0.0, 0
    for cohort in (4, 6):
        alone = panel(frame[frame.g.isna() | (frame.g == cohort)])
        found = (
            impact.SyntheticControl(steps=FEW, variance="none").fit(alone).aggregate(by="overall")
        )
        observed = alone.sample.n_treated * (9 - cohort)
        total, size = total + observed * found.params.iloc[0], size + observed
    assert both.params.iloc[0] == pytest.approx(total / size, rel=1e-10)


def test_units_with_gaps_and_cohorts_with_one_period_before_are_left_out_and_said():
    frame = long_frame(n=60, periods=6, cohorts=(2, 4), share=0.2, gaps=0.03)
    found = impact.SyntheticControl(steps=FEW, variance="none").fit(panel(frame))
    assert set(found.table.cohort) == {4}
    assert "cohort_without_comparison:2" in found.notes
    assert found.sample.dropped["not_observed_in_all_periods"] > 0


def test_levels_and_the_unit_of_money_leave_synthetic_differences_alone():
    frame = long_frame(n=24, periods=6, cohorts=(4,), share=0.3)
    moved = frame.assign(y=1000 * (frame.y + 5 * frame.id))
    one, other = (
        impact.SyntheticDiD(steps=FEW, variance="jackknife").fit(panel(each))
        for each in (frame, moved)
    )
    np.testing.assert_allclose(other.params, 1000 * one.params, rtol=1e-6)
    np.testing.assert_allclose(other.std_errors, 1000 * one.std_errors, rtol=1e-6)


@pytest.mark.parametrize("variance", ["placebo", "bootstrap"])
def test_replications_come_from_the_seed_alone(variance):
    made = simple()
    one, same, other = (
        impact.SyntheticControl(steps=FEW, variance=variance, replications=5, seed=seed).fit(made)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.vcov, same.vcov)
    assert not np.allclose(one.vcov, other.vcov)


def test_refusals_name_the_rule_and_the_way_out():
    made = simple()
    with pytest.raises(UsageError, match="steps: at least one"):
        impact.SyntheticDiD(steps=0)
    with pytest.raises(UsageError, match="meaningless for synthetic control"):
        impact.SyntheticControl(steps=FEW, variance="jackknife")
    with pytest.raises(UnknownNameError, match="covariates"):
        impact.SyntheticControl(steps=FEW, covariates=["size"]).fit(made)
    with pytest.raises(NotAvailableError, match="no weights of units"):
        impact.SyntheticControl(steps=FEW).fit(panel(weight="w"))
    with pytest.raises(NotAvailableError, match="fit it on the Panel"):
        impact.SyntheticDiD(steps=FEW).fit(impact.PathMoments.from_panel(made))
    with pytest.raises(NotAvailableError, match="take variance='bootstrap'"):
        impact.SyntheticControl(steps=FEW).fit(panel(long_frame(n=30, cohorts=(5,), share=0.7)))
    with pytest.raises(NotAvailableError, match="whole clusters"):
        impact.SyntheticControl(steps=FEW).fit(panel(cluster="village"))
    with pytest.raises(NotIdentifiedError, match="never-treated"):
        frame = long_frame()
        impact.SyntheticControl(steps=FEW).fit(panel(frame[frame.g.notna()]))
    frame = long_frame(n=40, cohorts=(5,)).assign(size=3.0)
    with pytest.raises(NotIdentifiedError, match="size: follows from unit and period effects"):
        impact.SyntheticControl(steps=FEW, covariates=["size"]).fit(
            panel(frame, covariates=["size"])
        )
    frame.loc[frame.id != frame.id[frame.g == 5].iloc[0], "g"] = np.nan
    for variance in ("jackknife", "bootstrap"):
        with pytest.raises(NotAvailableError, match="take variance='placebo'"):
            impact.SyntheticDiD(steps=FEW, variance=variance).fit(panel(frame))


@pytest.mark.parametrize(
    "estimator",
    [impact.SyntheticDiD(steps=FEW, variance="jackknife"), impact.SyntheticControl(steps=FEW)],
)
def test_every_assignment_is_what_fitting_with_its_cohorts_gives(estimator):
    made = panel(long_frame(n=24, periods=5, cohorts=(3, 4), share=0.2, gaps=0.01))
    asked = many(made, estimator)
    generator = np.random.default_rng(5)
    labels = np.array([asked.labels, *(generator.permutation(asked.labels) for _ in range(2))])
    found = asked.evaluate(labels, np.nan_to_num(made.wide)[:, None, :])
    plain = type(estimator)(steps=FEW, variance="none")
    for place, assigned in enumerate(labels[:2]):
        refit = overall(made.with_cohort(asked.cohorts[assigned]), plain)
        assert found.effect[0, place] == pytest.approx(refit.params.iloc[0], rel=1e-8)


def test_the_variance_that_studentises_synthetic_differences_is_its_jackknife():
    made = panel(long_frame(n=24, periods=5, cohorts=(4,), share=0.3))
    estimator = impact.SyntheticDiD(steps=FEW, variance="jackknife")
    asked = many(made, estimator)
    found = asked.errors(np.nan_to_num(made.wide)[:, None, :], "CRV1")
    assert found.std_error[0] == pytest.approx(overall(made, estimator).std_errors.iloc[0])


def test_permutation_leave_one_out_and_comparison_take_synthetic_control():
    made = simple()
    estimator = impact.SyntheticControl(steps=FEW, replications=5)
    found = overall(made, estimator).under(impact.Permutation(permutations=39, within="none"))
    assert found.p_value <= 0.05
    without = impact.leave_one_out(made, estimator)
    part = made.subset(np.arange(made.n_units) > 0, reason="left_out")
    again = many(made, estimator).without_each_cluster()
    assert again[0] == pytest.approx(overall(part, estimator).params.iloc[0], rel=1e-8)
    assert (without.unit_low, without.unit_high) == (again.min(), again.max())
    shown = impact.compare([estimator.fit(made), impact.CallawaySantAnna().fit(made)])
    assert "SyntheticControl" in repr(shown) or "Synthetic control" in repr(shown)
    refused = overall(made, estimator).under(impact.ConleyTaber())
    assert isinstance(refused, impact.Refused)


def test_the_weights_are_shown_without_units():
    made = simple()
    weights = impact.SyntheticControl(steps=FEW).weights(made)
    assert weights.units.weight.sum() == pytest.approx(1)
    assert len(weights.periods) == 17
    assert "unit" not in repr(weights)
    assert weights.table.effective_controls.iloc[0] <= made.sample.n_never
