"""Honest bounds against HonestDiD 0.2.6 (honest.json holds its numbers), and what must hold of them whatever the data."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel
from scipy.special import ndtri
from scipy.stats import ncx2

import impact
from impact.diagnostics.honest import HonestBounds
from impact.diagnostics.honest.bounds import _Path
from impact.diagnostics.honest.conditional import Rays, _enumerated
from impact.diagnostics.honest.event_times import EventTimes, event_times
from impact.diagnostics.honest.fixed_length import fixed_length, folded_quantile
from impact.errors import NotAvailableError, UnknownNameError, UsageError

GOLDEN = json.loads((Path(__file__).parent / "honest.json").read_text(encoding="utf-8"))
KINDS = {
    "DeltaSD": "smoothness",
    "DeltaRM": "relative_magnitudes",
    "DeltaSDRM": "relative_smoothness",
}
METHODS = {"FLCI": "fixed_length", "C-LF": "least_favourable", "Conditional": "conditional"}
FIXED_LENGTH = 1e-4  # absolute; HonestDiD simulates the folded normal's quantile, ours is exact
SCIPY_KNOWS = 50.0  # bias up to which ncx2 is good to 1e-12; beyond it the mirror image is nothing
WIDTH = 0.01  # of the interval: its grid, and its 1,000 draws of the first stage
# HonestDiD stops at the end of its default grid (20 standard errors); its upper ends there are not intervals' ends.
CLIPPED = {"bc": {0.3794577, 0.3531008}}
# Its 1,000 draws leave this end anywhere from .2490 to .2544, by seed; ours with 10,000 between .2495 and .2518.
# Between M = 0 and M = .01 its simulated quantile also moves the weights of the shortest interval: 1.14e-4 of .1522.
NOISY = {
    ("honest/bc/RM/C-LF/first/parallel/positive", 1.0): 0.02,
    ("honest/mpdta_cs/SD/FLCI/average/", 0.005): 8e-4,
}


def path(case):
    data = GOLDEN["data"][case["data"]]
    beta, sigma = np.array(data["betahat"]), np.array(data["sigma"])
    after = len(beta) - case["before"]
    weights = np.eye(after)[0] if case["target"] == "first" else np.full(after, 1 / after)
    late = sigma[case["before"] :, case["before"] :]
    return beta, sigma, float(np.sqrt(weights @ late @ weights))


def ends(case):
    beta, sigma, se = path(case)
    kind = KINDS[re.match("Delta(SDRM|SD|RM)", case["set"]).group()]
    asked = HonestBounds(
        restriction=kind,
        target=case["target"],
        sign=case["sign"],
        direction=case["direction"],
        method=METHODS[case["method"]],
    )
    after = len(beta) - case["before"]
    weights = np.eye(after)[0] if case["target"] == "first" else np.full(after, 1 / after)
    return _Path(beta, sigma, case["before"], weights, se, asked).ends(float(case["value"]))


@pytest.mark.parametrize(
    "case",
    [c for c in GOLDEN["cases"] if c["method"]],
    ids=lambda c: f"{c['case']}{c['value']}",
)
def test_intervals_are_honestdids(case):
    low, high = ends(case)
    width = case["high"] - case["low"]
    allowed = FIXED_LENGTH if case["method"] == "FLCI" else WIDTH * width
    allowed = NOISY.get((case["case"], case["value"]), 0) * width or allowed
    assert low == pytest.approx(case["low"], abs=allowed)
    clipped = any(abs(case["high"] - end) < 1e-6 for end in CLIPPED.get(case["data"], ()))
    if clipped:
        assert high > case["high"]
    else:
        assert high == pytest.approx(case["high"], abs=allowed)


@pytest.mark.parametrize("case", [c for c in GOLDEN["cases"] if not c["method"]])
def test_the_interval_under_parallel_trends_is_the_usual_one(case):
    beta, sigma, _ = path(case)
    found = HonestBounds(target=case["target"], values=(0.0,), restriction="smoothness").of_path(
        EventTimes(beta, sigma, case["before"])
    )
    assert found.original == pytest.approx((case["low"], case["high"]), rel=1e-9)


def simulated(seed=1, before=3, after=3):
    generator = np.random.default_rng(seed)
    n = before + after
    root = generator.normal(size=(n, n))
    sigma = root @ root.T / n + 0.3 * np.eye(n)
    beta = generator.normal(size=n)
    beta[before:] += 2
    return beta, 0.05 * sigma, before


@pytest.mark.parametrize(
    "restriction", ["smoothness", "relative_magnitudes", "relative_smoothness"]
)
def test_intervals_scale_with_the_outcome_and_turn_with_its_sign(restriction):
    beta, sigma, before = simulated()
    asked = HonestBounds(restriction=restriction, values=(0.5,), target="average")
    one, ten, turned = (
        asked.of_path(path).table.loc[0, ["conf_low", "conf_high"]]
        for path in (
            EventTimes(beta, sigma, before),
            EventTimes(10 * beta, 100 * sigma, before),
            EventTimes(-beta, sigma, before),
        )
    )
    width = one.conf_high - one.conf_low
    np.testing.assert_allclose(ten.to_numpy(float), 10 * one.to_numpy(float), rtol=1e-4)
    # the first stage's draws are not symmetric: its critical value differs by the simulation error of 10,000 draws
    np.testing.assert_allclose(
        turned.to_numpy(float), -one.to_numpy(float)[::-1], atol=0.02 * width
    )


@pytest.mark.parametrize("restriction", ["smoothness", "relative_magnitudes"])
def test_intervals_widen_with_what_is_allowed_and_the_breakdown_is_where_zero_enters(restriction):
    beta, sigma, before = simulated(seed=4)
    path = EventTimes(beta, sigma, before)
    asked = HonestBounds(restriction=restriction, values=(0.0, 0.3, 0.6, 1.2), target="average")
    found = asked.of_path(path)
    width = (found.table.conf_high - found.table.conf_low).to_numpy()
    assert (np.diff(width) > 0).all()
    assert 0 < found.breakdown < np.inf
    for factor, outside in ((0.95, True), (1.05, False)):
        at = replace(asked, values=(factor * found.breakdown,)).of_path(path)
        low, high = at.table.loc[0, ["conf_low", "conf_high"]]
        assert (low > 0 or high < 0) == outside


def test_knowing_the_sign_of_the_bias_shortens_the_interval():
    path = EventTimes(*simulated())
    asked = HonestBounds(values=(1.0,), target="average")
    free = asked.of_path(path).table.iloc[0]
    known = replace(asked, sign="positive").of_path(path)
    assert known.table.conf_high[0] < free.conf_high
    assert known.table.conf_low[0] == pytest.approx(
        free.conf_low, abs=0.05 * (free.conf_high - free.conf_low)
    )


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_no_other_weights_give_a_shorter_interval_of_fixed_length(seed):
    beta, sigma, before = simulated(seed % 50)
    target = np.full(3, 1 / 3)
    best = fixed_length(beta, sigma, n_before=before, target=target, bound=0.2, level=0.95)
    generator = np.random.default_rng(seed)
    time = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    other = best.weights.copy()
    step = generator.normal(size=3) * 10.0 ** generator.integers(-3, 0)
    step -= time[:3] * (step @ time[:3]) / (time[:3] @ time[:3])  # linear trends still cancel
    other[:3] += step
    sd = np.sqrt(other @ sigma @ other)
    length = sd * folded_quantile(0.2 * worst_bias(other) / sd, 0.95)
    assert best.half <= length * (1 + 1e-6)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_the_folded_normals_quantile_is_scipys_for_every_bias(level):
    bias = np.concatenate([[0.0], np.logspace(-12, 3, 200)])
    expected = np.sqrt(ncx2.ppf(level, 1, bias**2))
    known = np.isfinite(expected) & (bias < SCIPY_KNOWS)
    found = folded_quantile(bias, level)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-12)
    far = bias >= SCIPY_KNOWS
    np.testing.assert_allclose(found[far], bias[far] + ndtri(level), rtol=1e-12)
    assert folded_quantile(0.0, level) == pytest.approx(ndtri((1 + level) / 2), rel=1e-14)


def test_a_level_below_a_half_has_no_folded_quantile_here():
    with pytest.raises(UsageError, match="level"):
        folded_quantile(1.0, 0.4)


def worst_bias(weights):
    """Largest bias with slope changes of at most one: a linear programme over the trend itself."""
    from scipy.optimize import linprog

    n = len(weights)
    levels = np.insert(np.eye(n), 3, 0.0, axis=0)
    bends = np.diff(levels, n=2, axis=0)
    found = linprog(
        -weights,
        A_ub=np.vstack([bends, -bends]),
        b_ub=np.ones(2 * len(bends)),
        bounds=[(None, None)] * n,
        method="highs",
    )
    return -found.fun


def test_rays_of_paired_inequalities_are_those_of_the_enumeration():
    generator = np.random.default_rng(2)
    late = generator.normal(size=(3, 3))
    target = np.array([0.2, 0.3, 0.5])
    nuisance = np.linalg.svd(target[None])[2][1:].T
    rows = np.vstack([late, -late])
    short = Rays.of(rows, target).gamma
    long = _enumerated(rows @ nuisance, 3)
    normalised = [{tuple((r / r.sum()).round(8)) for r in rays} for rays in (short, long)]
    assert normalised[0] == normalised[1]


@pytest.mark.longer
def test_coverage_when_trends_part_as_much_after_as_before():
    """A trend of slope one for ever: M-bar = 1 allows it exactly; 300 draws, band of three errors around .95."""
    sigma = 0.04 * (np.eye(4) + 0.5)
    trend = np.array([-2.0, -1.0, 1.0, 2.0]) * 0.5
    generator = np.random.default_rng(6)
    asked = HonestBounds(target="first")
    target = np.array([1.0, 0.0])
    covered = []
    for beta in generator.multivariate_normal(trend, sigma, size=300):
        test = _Path(beta, sigma, 2, target, 0.2, asked).test(1.0)
        covered.append(test.accepts(np.zeros(1))[0])
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 300)


def test_an_event_study_of_either_kind_is_bounded_and_the_reference_left_out():
    made = panel(long_frame(n=200, effect=3.0))
    studies = (
        impact.CallawaySantAnna(base_period="universal").fit(made).aggregate(by="event_time"),
        impact.EventStudy().fit(made),
    )
    for study in studies:
        path = event_times(study)
        assert path.sigma.shape == (len(path.beta), len(path.beta))
        assert path.n_before == (study.table.event_time < -1).sum()
        assert HonestBounds(values=(0.0,)).of(study).check().status in {"pass", "warn"}


def test_too_few_periods_before_treatment_are_refused():
    path = EventTimes(np.zeros(3), np.eye(3), 1)
    with pytest.raises(NotAvailableError, match="needs 2"):
        HonestBounds(restriction="relative_smoothness", target="first").of_path(path)


STAGGERED = panel(long_frame(n=200, periods=9, cohorts=(5, 6, 8), effect=3.0))
ESTIMATORS = [
    impact.CallawaySantAnna(base_period="universal"),
    impact.CallawaySantAnna(),
    impact.EventStudy(),
    impact.SunAbraham(),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_the_overall_target_is_the_estimators_own_overall_number(estimator):
    made = estimator.fit(STAGGERED)
    overall = made.aggregate(by="overall")
    bounds = HonestBounds(values=(0.0,), restriction="smoothness")
    for estimate in (made, overall):
        path = event_times(estimate)
        assert path.overall @ path.beta[path.n_before :] == pytest.approx(
            overall.values[0], rel=1e-8
        )
        low, high = bounds.of(estimate).original
        assert (low + high) / 2 == pytest.approx(overall.values[0], rel=1e-8)


def test_effects_against_a_varying_base_are_never_bounded_as_they_are():
    """Before treatment they are changes from one period to the next: the path they would make is another one."""
    varying = impact.CallawaySantAnna().fit(STAGGERED).aggregate(by="event_time")
    universal = replace(ESTIMATORS[0]).fit(STAGGERED).aggregate(by="event_time")
    np.testing.assert_allclose(event_times(varying).beta, event_times(universal).beta, rtol=1e-10)
    stored = type(varying).from_dict(varying.to_dict())
    with pytest.raises(NotAvailableError, match="universal"):
        event_times(stored)


def test_a_later_period_and_any_weights_are_targets_too():
    path = event_times(ESTIMATORS[0].fit(STAGGERED))
    n_after = len(path.beta) - path.n_before
    third = HonestBounds(values=(0.5,), target=2).of_path(path)
    same = HonestBounds(values=(0.5,), target=np.eye(n_after)[2]).of_path(path)
    assert third.target == "event_time=2"
    np.testing.assert_allclose(third.table, same.table)
    with pytest.raises(UsageError, match="0 to"):
        HonestBounds(target=n_after).of_path(path)
    with pytest.raises(UsageError, match="a weight for each"):
        HonestBounds(target=(1.0,)).of_path(path)
    with pytest.raises(UnknownNameError, match="did you mean average"):
        HonestBounds(target="averge")


def test_the_weights_of_an_overall_number_that_is_not_known_are_asked_for():
    with pytest.raises(NotAvailableError, match="give their weights"):
        HonestBounds().of_path(EventTimes(*simulated()))


@pytest.mark.parametrize("kind", ["smoothness", "relative_magnitudes", "relative_smoothness"])
def test_what_a_bound_allows_is_said_in_the_outcomes_unit(kind):
    beta, sigma, before = simulated()
    found = HonestBounds(restriction=kind, target="average", values=(2.0,)).of_path(
        EventTimes(beta, sigma, before)
    )
    path = np.append(beta[:before], 0.0)
    expected = {
        "smoothness": np.sqrt(sigma[before:, before:].mean()),
        "relative_magnitudes": np.abs(np.diff(path)).max(),
        "relative_smoothness": np.abs(np.diff(path, n=2)).max(),
    }[kind]
    assert found.unit == pytest.approx(expected)
    assert found.table.in_unit[0] == pytest.approx(2 * expected)
