"""What every estimator promises, whatever it estimates."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel

import impact
from impact.critical_values import simultaneous_critical_value
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.terms import ESTIMATE_COLUMNS

DIFFERENCES = {
    "did": impact.DifferenceInDifferences(),
    "twfe": impact.TwoWayFixedEffects(),
    "event_study": impact.EventStudy(),
    "cs": impact.CallawaySantAnna(),
    "cs_never_universal": impact.CallawaySantAnna(
        control_group="never_treated", base_period="universal"
    ),
    "cs_cross_sections": impact.CallawaySantAnna(missing="cross_sections"),
    "cs_balanced": impact.CallawaySantAnna(missing="balanced"),
    "cs_strata": impact.CallawaySantAnna(controls="strata"),
    "sun_abraham": impact.SunAbraham(),
    "imputation": impact.Imputation(),
    "two_stage": impact.TwoStage(),
    "etwfe": impact.ExtendedTWFE(),
    "etwfe_never": impact.ExtendedTWFE(control_group="never_treated"),
    "etwfe_cohort": impact.ExtendedTWFE(effects="cohort"),
    "stacked": impact.StackedDiD(before=2, after=1),
    "lpdid": impact.LocalProjectionsDiD(),
    "lpdid_equal": impact.LocalProjectionsDiD(weighting="equal", composition="fixed", after=2),
    "lee_wooldridge": impact.LeeWooldridge(),
    "dcdh": impact.DeChaisemartinDHaultfoeuille(),
    "cs_doubly_robust": impact.CallawaySantAnna(covariates=["x"]),
    "cs_improved": impact.CallawaySantAnna(covariates=["x"], method="dr_improved"),
    "cs_weighted": impact.CallawaySantAnna(covariates=["x"], method="ipw"),
    "cs_regression": impact.CallawaySantAnna(
        covariates=["x"], method="reg", control_group="never_treated", base_period="universal"
    ),
    "cs_across_people": impact.CallawaySantAnna(covariates=["x"], missing="cross_sections"),
    "means": impact.DifferenceInMeans(),
    "ancova": impact.Ancova(),
    "ancova_by_arm": impact.Ancova(["x"], slopes="by_arm", rounds="mean"),
    "event_study_given": impact.EventStudy(covariates=["x"]),
    "sun_abraham_given": impact.SunAbraham(covariates=["x"]),
    "imputation_given": impact.Imputation(covariates=["x"]),
    "two_stage_given": impact.TwoStage(covariates=["x"]),
    "efficient_trends": impact.EfficientDiD(assumption="parallel_trends"),
}
TRIALS = ["means", "ancova", "ancova_by_arm"]
MATCHED = {
    "matched": impact.MatchedDifference(
        impact.NearestNeighbours(lagged_outcomes=1, missing="leave_out")
    )
}
WITHOUT_UNIT_EFFECTS = {
    "cs_cross_sections",
    "cs_across_people",
    "etwfe_cohort",
    "stacked",
    *TRIALS,
}
REPLICATED = {
    "synthetic_control": impact.SyntheticControl(replications=5, steps=150),
    "interactive_effects": impact.InteractiveFixedEffects(rank=1, variance="units"),
    "matrix_completion": impact.MatrixCompletion(penalty=0.05, variance="units"),
    "synthetic_did": impact.SyntheticDiD(variance="jackknife", steps=150),
    "changes_in_changes": impact.ChangesInChanges(draws=20),
    "quantile_did": impact.QuantileDiD(draws=20),
}
ONLY_OVERALL_BY_EVENT_TIME = {"lpdid", "lpdid_equal", "stacked"}
MODELS = {
    kind.__name__: kind()
    for kind in (
        impact.PooledOLS,
        impact.FixedEffects,
        impact.RandomEffects,
        impact.CorrelatedRandomEffects,
        impact.FirstDifferences,
        impact.BetweenEffects,
    )
}
MODELS["TwoStageLeastSquares"] = impact.TwoStageLeastSquares(["x"])
GIVEN_COVARIATES = [
    "cs_doubly_robust",
    "cs_improved",
    "cs_weighted",
    "cs_regression",
    "cs_across_people",
    "event_study_given",
    "sun_abraham_given",
    "imputation_given",
    "two_stage_given",
]
OF_PANELS = ["did", *GIVEN_COVARIATES, *TRIALS]
BY_MOMENTS = [name for name in DIFFERENCES if name not in OF_PANELS]
EXACT = {"rtol": 1e-10, "atol": 1e-10}  # the same sums in another order


def fitted(name, frame=None, **choices):
    estimator = {**DIFFERENCES, **MODELS, **REPLICATED, **MATCHED}[name]
    return estimator.fit(panel(long_frame(gaps=0.1) if frame is None else frame, **choices))


@pytest.mark.parametrize("name", [*DIFFERENCES, *MODELS, *REPLICATED, *MATCHED])
def test_every_estimator_returns_the_one_result(name):
    estimate = fitted(name)
    table = estimate.table
    assert list(table.columns) == list(ESTIMATE_COLUMNS)
    assert estimate.vcov.shape == (len(table), len(table))
    np.testing.assert_allclose(estimate.vcov, estimate.vcov.T, rtol=1e-9, atol=1e-12)
    known = table.std_error.notna()
    np.testing.assert_allclose(table.std_error[known] ** 2, np.diag(estimate.vcov)[known])
    assert (table.conf_low[known] < table.estimate[known]).all()
    assert (table.band_low[known] <= table.conf_low[known] + 1e-9).all()
    assert estimate.estimand
    assert estimate.source
    for word in (
        "matching variance",
        "clustered",
        "influence",
        "HC2",
        "placebo",
        "jackknife",
        "bootstrap",
    ):
        if word in estimate.method:
            break
    else:
        pytest.fail("the method does not name the convention of its standard errors")
    assert estimate.method in repr(estimate)
    assert estimate._repr_html_().startswith("<p>")


@pytest.mark.parametrize("name", [*DIFFERENCES, *MODELS, *REPLICATED, *MATCHED])
def test_json_keeps_every_digit_and_says_what_it_lost(name):
    estimate = fitted(name)
    read = Estimate.from_json(estimate.to_json())
    pd.testing.assert_frame_equal(read.table, estimate.table, check_dtype=False)
    np.testing.assert_array_equal(read.vcov, estimate.vcov)
    assert json.loads(read.to_json()) == json.loads(estimate.to_json())
    with pytest.raises(NotAvailableError):
        read.aggregate(by="overall")


@pytest.mark.parametrize("name", BY_MOMENTS)
@pytest.mark.parametrize("cluster", [None, "village"])
def test_a_panel_and_its_moments_give_the_same(name, cluster):
    made = panel(long_frame(gaps=0.1), cluster=cluster, weight="w")
    estimator = DIFFERENCES[name]
    one, other = estimator.fit(made), estimator.fit(impact.PathMoments.from_panel(made))
    pd.testing.assert_frame_equal(one.table, other.table)


@pytest.mark.parametrize("name", [*OF_PANELS, *MODELS, *REPLICATED])
def test_what_moments_lack_is_named_and_the_panel_offered(name):
    moments = impact.PathMoments.from_panel(panel())
    with pytest.raises(NotAvailableError, match="fit it on the Panel"):
        {**DIFFERENCES, **MODELS, **REPLICATED}[name].fit(moments)


@pytest.mark.parametrize("name", [*BY_MOMENTS, *GIVEN_COVARIATES])
def test_unit_scores_add_up_to_the_covariance(name):
    made = panel(long_frame(gaps=0.1), weight="w")
    estimate = DIFFERENCES[name].fit(made)
    average = "event_time" if name in ONLY_OVERALL_BY_EVENT_TIME else "cells"
    whole = [estimate.aggregate(by="overall", average=average)] if name != "twfe" else []
    for part in (estimate, *whole):
        scores = part.influence(made)
        factor = part.parts.factor
        np.testing.assert_allclose(factor * scores.T @ scores, part.vcov, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", list(DIFFERENCES))
@settings(max_examples=8, deadline=None)
@given(change=st.sampled_from([(1e-3, 0.0), (-1.0, 0.0), (100.0, 1e9)]), seed=st.integers(0, 50))
def test_scale_shift_unit_and_period_constants_and_labels_do_what_theory_says(name, change, seed):
    scale, shift = change  # the last pair is revenue in centimes plus 1e9, whose last digit is 1e-7
    gaps = (
        0.0 if name in {"did", "lee_wooldridge", *TRIALS} else 0.1
    )  # they compare means of different periods
    frame = long_frame(gaps=gaps, seed=seed, n=80)
    generator = np.random.default_rng(seed)
    relabelled = generator.permutation(frame.id.max() + 1)
    other = frame.assign(
        y=scale * frame.y + shift + scale * generator.normal(size=10)[frame.t],
        id=relabelled[frame.id],
    )
    if name not in WITHOUT_UNIT_EFFECTS:  # their means are over different units with gaps
        other["y"] += scale * generator.normal(size=frame.id.max() + 1)[frame.id]
    one = fitted(name, frame).table
    two = fitted(name, other.sample(frac=1, random_state=seed)).table
    tolerance = {"rtol": 1e-9, "atol": 1e-6 if shift else abs(scale) * 1e-9}
    np.testing.assert_allclose(two.estimate, scale * one.estimate, **tolerance)
    if name not in WITHOUT_UNIT_EFFECTS:
        np.testing.assert_allclose(two.std_error, abs(scale) * one.std_error, **tolerance)


@pytest.mark.parametrize("name", [*BY_MOMENTS, *GIVEN_COVARIATES])
def test_weights_of_one_change_nothing_and_duplicates_halve_the_variance(name):
    frame = long_frame(gaps=0.1)
    one = fitted(name, frame).table
    pd.testing.assert_frame_equal(one, fitted(name, frame.assign(one=1.0), weight="one").table)
    twice = pd.concat([frame, frame.assign(id=frame.id + 1000)])
    two = fitted(name, twice).table
    np.testing.assert_allclose(two.estimate, one.estimate, **EXACT)
    if name.startswith("cs"):
        np.testing.assert_allclose(two.std_error, one.std_error / np.sqrt(2), rtol=1e-9)


LEVELS_DIFFER = {
    "cs_across_people",
    "means",
}  # means of other people, or of everybody after the start


@pytest.mark.parametrize("name", [name for name in DIFFERENCES if name not in LEVELS_DIFFER])
def test_an_effect_of_known_size_is_found_without_noise(name):
    frame = long_frame(n=40, share=0.3, cohorts=(4,), gaps=0.0)
    frame["y"] = (
        frame.id + 0.3 * frame.t**2 + 5.0 * (frame.t >= frame.g) + 1e-6 * np.sin(frame.index)
    )
    found = fitted(name, frame).aggregate(by="overall") if name != "twfe" else fitted(name, frame)
    assert found.table.estimate.iloc[0] == pytest.approx(5.0, abs=1e-4)


def test_group_time_effects_equal_means_by_hand_with_gaps():
    frame = long_frame(gaps=0.2)
    wide = frame.set_index(["id", "t"]).y.unstack()  # noqa: PD010 (a repeated pair must fail)
    cohort = frame.groupby("id").g.first()
    table = impact.CallawaySantAnna().fit(panel(frame)).table
    for row in table.itertuples():
        base = row.cohort - 1 if row.time >= row.cohort else row.time - 1
        change = (wide[row.time] - wide[base]).dropna()
        side = cohort.loc[change.index]
        control = side.isna() | ((side > max(row.time, base)) & (side != row.cohort))
        treated, others = change[side == row.cohort], change[control]
        assert row.estimate == pytest.approx(treated.mean() - others.mean(), rel=1e-10)
        variance = treated.var(ddof=0) / len(treated) + others.var(ddof=0) / len(others)
        assert row.std_error == pytest.approx(np.sqrt(variance), rel=1e-10)
        assert (row.n_treated, row.n_control) == (len(treated), len(others))


def test_percent_is_the_effect_over_the_counterfactual_mean():
    frame = long_frame()
    frame["y"] += 20
    made = panel(frame)
    overall = impact.TwoWayFixedEffects().fit(made)
    percent = overall.percent()
    effect, observed = overall.table.estimate[0], frame.y[frame.t >= frame.g].mean()
    assert percent.table.estimate[0] == pytest.approx(100 * effect / (observed - effect))
    # the delta method against the jackknife over units, which agree to a few percent
    units = frame.id.unique()
    left_out = []
    for unit in units:
        part = impact.TwoWayFixedEffects().fit(panel(frame[frame.id != unit])).percent()
        left_out.append(part.table.estimate[0])
    jackknife = np.sqrt(
        (len(units) - 1) / len(units) * np.sum((np.array(left_out) - np.mean(left_out)) ** 2)
    )
    assert percent.table.std_error[0] == pytest.approx(jackknife, rel=0.1)


def test_a_cohort_of_one_unit_is_flagged():
    frame = long_frame()
    frame.loc[frame.id == frame.id[frame.g == 4].iloc[0], "g"] = 5
    estimate = impact.CallawaySantAnna().fit(panel(frame))
    assert "single_unit_cohort:5" in estimate.notes
    single = estimate.table[estimate.table.cohort == 5]
    # its own change is its own mean: only the controls' variance is left, which understates the uncertainty
    assert (single.n_treated == 1).all()


def test_simultaneous_bands_cover_all_periods_at_once():
    """Monte Carlo: 95% bands of independent normals with known covariance hold 95% of the time."""
    generator = np.random.default_rng(1)
    root = np.tril(generator.normal(size=(6, 6)))
    vcov = root @ root.T
    critical = simultaneous_critical_value(vcov)
    draws = generator.normal(size=(20_000, 6)) @ root.T / np.sqrt(np.diag(vcov))
    assert np.mean(np.abs(draws).max(axis=1) <= critical) == pytest.approx(0.95, abs=0.006)
