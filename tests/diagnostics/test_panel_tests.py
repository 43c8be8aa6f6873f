"""Tests of panel models against plm 2.6-2 and by their definitions."""

import numpy as np
import pandas as pd
import pytest
from estimators.panel.test_plm import data_of, golden
from panels import long_frame, panel
from scipy import stats
from shared_reference import REFERENCE

import impact
from impact.diagnostics import panel_tests as pt
from impact.diagnostics.panel_tests.residuals import pooled, within
from impact.diagnostics.panel_tests.serial_correlation import explained, slope_test
from impact.errors import NotIdentifiedError, UsageError

RTOL = 1e-6  # of exact goldens
LEVELS = {"time_effects": False}


def multiplier(effects, kind):
    return lambda made, names: pt.lagrange_multiplier(made, names, effects=effects, kind=kind)


PLM = {
    "pooltest_F": pt.effects_test,  # of one intercept against one a unit
    "pFtest_two": lambda made, names: pt.effects_test(made, names, effects="both"),
    **{
        f"plmtest_{word}_{plm_effects}": multiplier(effects, kind)
        for word, kind in (
            ("bp", "breusch_pagan"),
            ("honda", "honda"),
            ("kw", "king_wu"),
            ("ghm", "gourieroux_holly_monfort"),
        )
        for plm_effects, effects in (("individual", "unit"), ("time", "time"), ("twoways", "both"))
    },
    "pwtest": pt.unobserved_effects,
    "pwartest": lambda made, names: pt.wooldridge_within(made, names, **LEVELS),
    "pwfdtest": lambda made, names: pt.wooldridge_differences(
        made, names, uncorrelated="differences", **LEVELS
    ),
    "pwfdtest_fe": lambda made, names: pt.wooldridge_differences(made, names, **LEVELS),
    "pcdtest_cd": pt.cross_dependence,
    "pcdtest_lm": lambda made, names: pt.cross_dependence(made, names, kind="breusch_pagan"),
    "pbltest": pt.baltagi_li,
}
NOT_OURS = {
    # plm takes a unit's first residual and the last one of the unit before it for neighbours; see below
    "plm/grunfeld/test/pbgtest1",
    "plm/empluk/test/pbgtest1",
    # plm takes -1/(T-1) of the longest unit for all; see below
    "plm/empluk/test/pwartest",
    # plm's formula is for balanced panels and takes 1031/140 for T
    "plm/empluk/test/pbltest",
}


def cases():
    if not REFERENCE.exists():
        return []
    rows = golden()[golden().case.str.contains("/test/") & ~golden().case.str.contains("hausman")]
    return sorted(set(rows.case) - NOT_OURS)


@pytest.mark.parametrize("case", cases())
def test_statistics_and_p_values_equal_plm(case):
    _, data, _, name = case.split("/")
    row = golden()[golden().case == case].iloc[0]
    made, words = data_of(data)
    found = PLM[name](made, tuple(words))
    assert found.statistic == pytest.approx(row.estimate, rel=RTOL)
    assert found.p_value == pytest.approx(row.p_value, rel=20 * RTOL, abs=1e-300)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("data", ["grunfeld", "empluk"])
def test_breusch_godfrey_is_plms_but_for_lags_across_units(data):
    made, words = data_of(data)
    fit = within(made, tuple(words), **LEVELS)
    across = np.concatenate([[0.0], fit.residual[:-1]])[:, None]
    row = golden()[golden().case == f"plm/{data}/test/pbgtest1"].iloc[0]
    assert explained(fit, across) == pytest.approx(row.estimate, rel=RTOL)
    first = np.diff(fit.rows.unit, prepend=-1) > 0
    own = np.where(first, 0.0, across[:, 0])[:, None]
    found = pt.breusch_godfrey(made, tuple(words), **LEVELS)
    assert found.statistic == pytest.approx(explained(fit, own), rel=1e-10)


@pytest.mark.usefixtures("reference")
def test_with_gaps_the_slope_expected_of_fixed_effects_residuals_is_each_units_own():
    made, words = data_of("empluk")
    fit = within(made, tuple(words), **LEVELS)
    row = golden()[golden().case == "plm/empluk/test/pwartest"].iloc[0]
    assert slope_test(fit, -1 / 8)[0] == pytest.approx(row.estimate, rel=RTOL)
    own = fit.rows.unit
    pairs, periods = np.bincount(own) - 1, np.bincount(own)  # nobody has a gap inside
    expected = -(pairs / periods).sum() / (pairs * (1 - 1 / periods)).sum()
    found = pt.wooldridge_within(made, tuple(words), **LEVELS)
    assert found.statistic == pytest.approx(slope_test(fit, expected)[0], rel=1e-10)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(("vcov", "case"), [("iid", "iid"), (impact.PanelRobust(), "HC0")])
def test_mundlaks_test_equals_plm_and_is_hausmans_auxiliary_form(vcov, case):
    made, words = data_of("grunfeld")
    asked = {"regressors": tuple(words), "vcov": vcov, **LEVELS}
    found = impact.mundlak_test(impact.CorrelatedRandomEffects(**asked).fit(made))
    row = golden()[golden().case == f"plm/grunfeld/mundlak_test/{case}"].iloc[0]
    assert found.statistic == pytest.approx(row.estimate, rel=RTOL)
    assert found.p_value == pytest.approx(row.p_value, rel=RTOL)
    both = [kind(**asked).fit(made) for kind in (impact.FixedEffects, impact.RandomEffects)]
    assert impact.hausman(*both, method="auxiliary").statistic == pytest.approx(found.statistic)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("data", ["grunfeld", "empluk", "wages"])
def test_hausmans_classical_form_is_plms_or_refused_where_it_is_not_defined(data):
    """plm takes the absolute value of a quadratic form in a difference of covariances that is none."""
    made, words = data_of(data)
    asked = {"regressors": tuple(words), "vcov": "iid", **LEVELS}
    both = [kind(**asked).fit(made) for kind in (impact.FixedEffects, impact.RandomEffects)]
    row = golden()[golden().case == f"plm/{data}/test/hausman"].iloc[0]
    found = impact.hausman(*both)
    fixed, random = (one.select(list(words)) for one in both)
    vcov = fixed.vcov - random.vcov
    difference = (fixed.params - random.params).to_numpy()
    form = difference @ np.linalg.solve(vcov, difference)
    assert abs(form) == pytest.approx(row.estimate, rel=RTOL)
    if np.linalg.eigvalsh(vcov).min() > 0:
        assert found.statistic == pytest.approx(row.estimate, rel=RTOL)
    else:
        assert found.why == "difference_of_covariances_not_positive_definite"


def test_cross_dependence_by_pairs_and_their_common_periods():
    made = panel(long_frame(n=8, periods=6, gaps=0.3))
    found = pt.cross_dependence(made, ["x"])
    fit = within(made, ["x"], **LEVELS)
    wide = pd.DataFrame({"u": fit.rows.unit, "t": fit.rows.time, "e": fit.residual})
    wide = wide.pivot_table("e", "u", "t")
    terms = []
    for i in range(len(wide)):
        for j in range(i):
            both = wide.iloc[[i, j]].dropna(axis=1).to_numpy()
            if both.shape[1] > 1:
                terms.append(np.sqrt(both.shape[1]) * np.corrcoef(both)[0, 1])
    assert found.statistic == pytest.approx(sum(terms) / np.sqrt(len(terms)), rel=1e-10)


def test_equal_slopes_by_a_regression_for_each_unit():
    made = panel(long_frame(n=10, gaps=0.1))
    frame = made.frame()
    left = sum(np.polyfit(own.x, own.y, 1, full=True)[1][0] for _, own in frame.groupby("unit"))
    means = frame.groupby("unit")[["x", "y"]].transform("mean")
    x, y = frame.x - means.x, frame.y - means.y
    same = float(((y - x * (x @ y) / (x @ x)) ** 2).sum())
    df = len(frame) - 20
    found = pt.poolability(made, ["x"])
    assert found.statistic == pytest.approx((same - left) / 9 / (left / df), rel=1e-8)
    assert found.p_value == pytest.approx(stats.f.sf(found.statistic, 9, df), rel=1e-8)


def errors_of(rho, *, effect=0.0, seed=0, n=200, periods=6):
    """A panel whose errors follow an AR(1), with a unit effect of a size and no treatment."""
    generator = np.random.default_rng(seed)
    e = generator.normal(size=(n, periods + 20))
    for t in range(1, periods + 20):
        e[:, t] += rho * e[:, t - 1]
    y = e[:, 20:] + effect * generator.normal(size=(n, 1))
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    frame = pd.DataFrame({"id": unit, "t": time, "y": y.ravel()})
    return panel(frame.assign(x=generator.normal(size=len(frame))), cohort=None)


@pytest.mark.parametrize(
    "test", [pt.wooldridge_within, pt.wooldridge_differences, pt.baltagi_li, pt.breusch_godfrey]
)
def test_errors_that_go_together_over_time_are_found(test):
    assert test(errors_of(0.5, effect=1.0), ["x"]).p_value < 0.01


@pytest.mark.parametrize("test", [pt.wooldridge_within, pt.wooldridge_differences, pt.baltagi_li])
def test_uncorrelated_errors_pass_at_their_level(test):
    found = [test(errors_of(0.0, effect=1.0, seed=seed, n=60), ["x"]).p_value for seed in range(40)]
    assert np.mean(np.array(found) < 0.05) <= 0.15


def test_units_with_effects_are_told_from_units_without():
    same, unlike = (errors_of(0.0, effect=effect, seed=3) for effect in (0.0, 1.0))
    for test in (pt.effects_test, pt.lagrange_multiplier, pt.unobserved_effects):
        assert test(same, ["x"]).status == "pass"
        assert test(unlike, ["x"]).status == "warn"


def test_what_all_firms_share_is_found_and_independent_firms_pass():
    shared = panel(long_frame(n=40, effect=0.0))  # a common trend
    assert pt.cross_dependence(shared, ["x"]).status == "warn"
    found = [
        pt.cross_dependence(errors_of(0.0, seed=seed, n=40), ["x"]).p_value for seed in range(40)
    ]
    assert np.mean(np.array(found) < 0.05) <= 0.15


def test_what_cannot_be_tested_is_said():
    short = panel(long_frame(periods=2, cohorts=(2,)))
    for test in (pt.wooldridge_differences, pt.baltagi_li):
        assert test(short, ["x"]).why == "too_few_periods_in_a_row"
    gaps = panel(long_frame(gaps=0.1))
    assert pt.baltagi_li(gaps, ["x"]).why == "needs_every_unit_in_every_period"
    with pytest.raises(UsageError, match="weights"):
        pt.effects_test(panel(long_frame(), weight="w"), ["x"])
    with pytest.raises(UsageError, match="CorrelatedRandomEffects"):
        impact.mundlak_test(impact.FixedEffects(["x"]).fit(panel()))


def test_an_outcome_without_errors_is_refused_by_every_test():
    made = panel(long_frame().assign(y=5.0))
    for test in (
        pt.lagrange_multiplier,
        pt.effects_test,
        pt.poolability,
        pt.unobserved_effects,
        pt.wooldridge_within,
        pt.wooldridge_differences,
        pt.breusch_godfrey,
        pt.baltagi_li,
        pt.cross_dependence,
    ):
        with pytest.raises(NotIdentifiedError, match="no errors to test"):
            test(made, ["x"])


def test_pooled_residuals_are_those_of_pooled_least_squares():
    made = panel(long_frame(gaps=0.1))
    fit = pooled(made, ["x"], time_effects=True)
    estimate = impact.PooledOLS(["x"], vcov="iid").fit(made)
    n, k = len(fit.residual), len(estimate.rows.term)
    assert fit.rank == k
    assert fit.squares / (n - k) == pytest.approx(
        estimate.vcov[1, 1] / np.linalg.inv(fit.X.T @ fit.X)[1, 1], rel=1e-8
    )
