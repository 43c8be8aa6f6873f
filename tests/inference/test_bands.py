"""Event studies by permutation: bands and covariances that hold with five and ten treated units of 200."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.data.panel import Panel
from impact.diagnostics.before_trends import before_trend_test
from impact.diagnostics.honest import HonestBounds
from impact.diagnostics.honest.bounds import _Path
from impact.diagnostics.honest.event_times import event_times
from impact.diagnostics.pretrend_power import pretrend_power
from impact.errors import NotAvailableError
from impact.estimators.many_of import at_event_time, event_study
from impact.inference.bands import PermutationBand, PermutedEventTimes

UNIVERSAL = impact.CallawaySantAnna(base_period="universal")
DRAWS = 400
ALLOWED = 0.08  # of true nulls whose band excludes zero somewhere: .05 and three Monte Carlo errors
COVERED = 0.93


def study(made):
    return UNIVERSAL.fit(made).aggregate(by="event_time")


def few_treated(generator, n_treated, cohorts, periods=10, units=200):
    """Lasting differences between units and an autoregression within; nobody's outcome is moved by treatment."""
    shocks = generator.standard_normal((units, periods))
    paths = np.empty_like(shocks)
    paths[:, 0] = shocks[:, 0] / np.sqrt(0.75)
    for t in range(1, periods):
        paths[:, t] = 0.5 * paths[:, t - 1] + shocks[:, t]
    cohort = np.full(units, np.nan)
    cohort[:n_treated] = np.resize(cohorts, n_treated)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "time": np.tile(np.arange(periods), units),
            "y": (2 * generator.standard_normal((units, 1)) + paths).ravel(),
            "cohort": np.repeat(cohort, periods),
        }
    )
    return Panel.from_frame(frame, unit="unit", time="time", outcome="y", cohort="cohort")


def excludes_zero(events):
    table = events.table
    return bool(((table.band_low > 0) | (table.band_high < 0)).any())


@pytest.mark.parametrize("gaps", [0.0, 0.15])
@pytest.mark.parametrize("control_group", ["not_yet_treated", "never_treated"])
def test_every_event_time_is_the_estimators_own(gaps, control_group):
    """Before treatment too: a cohort is no control of its own, and its base is not compared with itself."""
    made = panel(long_frame(n=120, periods=9, cohorts=(5, 6, 8), gaps=gaps))
    estimator = replace(UNIVERSAL, control_group=control_group)
    events = estimator.fit(made).aggregate(by="event_time")
    known = np.diag(events.vcov) > 0
    each = [
        at_event_time(event_study(made, estimator), event)
        for event in np.asarray(events.rows.event_time)[known]
    ]
    found = PermutedEventTimes.of(made, each, permutations=9)
    np.testing.assert_allclose(found.std_error, events.std_errors[known], rtol=1e-9)
    np.testing.assert_allclose(
        found.t * found.std_error, events.params[known], rtol=1e-8, atol=1e-9
    )


def test_the_band_is_wider_than_every_interval_and_survives_storage():
    events = study(panel(long_frame(n=80, periods=9, cohorts=(5, 6), share=0.2)))
    believed = events.under(PermutationBand(permutations=199))
    table = believed.table.dropna(subset=["std_error"])
    assert (table.band_high > table.conf_high).all()
    np.testing.assert_array_equal(believed.values, events.values)
    assert believed.notes[-1] == "by_permutation:199"
    again = type(events).from_dict(believed.to_dict())
    np.testing.assert_allclose(again.table.band_low, believed.table.band_low)


def test_the_covariance_has_as_many_directions_as_event_times_with_few_treated():
    """Three treated units alone make one of rank two, plus what little their controls add."""
    made = few_treated(np.random.default_rng(1), 3, (5,))
    clustered = study(made)
    known = np.diag(clustered.vcov) > 0

    def narrowest(vcov):
        sd = np.sqrt(np.diag(vcov))
        return np.linalg.eigvalsh(vcov / np.outer(sd, sd))[0]

    believed = clustered.under(PermutationBand()).vcov[np.ix_(known, known)]
    assert narrowest(believed) > 3 * narrowest(clustered.vcov[np.ix_(known, known)])


def test_bounds_under_parallel_trends_are_the_interval_that_is_believed_of_the_headline():
    """Both by permutation: from the standard errors by event time it would be up to a sixth wider or narrower."""
    made = panel(long_frame(n=120, periods=9, cohorts=(5, 6), share=0.1, effect=0.4))
    headline = impact.RandomizationInference(permutations=999).test(made, impact.CallawaySantAnna())
    bounds = HonestBounds(values=(0.0,), restriction="smoothness")
    low, high = bounds.of(study(made).under(PermutationBand())).original
    width = headline.conf_high - headline.conf_low
    assert low == pytest.approx(headline.conf_low, abs=0.05 * width)
    assert high == pytest.approx(headline.conf_high, abs=0.05 * width)


def test_leads_are_significant_in_the_power_calculation_when_they_are_in_the_test():
    """One draw whose leads are put exactly at the edge: the test's p-value crosses one in twenty there."""
    made = few_treated(np.random.default_rng(3), 10, (5,))
    found = PermutedEventTimes.of(
        made, [at_event_time(event_study(made, UNIVERSAL), lead) for lead in (-2, -3, -4, -5)]
    )
    critical = found.critical(found.largest(), 0.95)
    test = before_trend_test(made, impact.CallawaySantAnna())
    assert (test.p_value <= 0.05) == (test.statistic > critical)
    power = pretrend_power(study(made).under(PermutationBand()))
    assert power.tested == "permutation"
    assert power.n_leads == 4
    assert power.pooled_half < power.pooled_80


def test_few_treated_units_need_a_steeper_trend_than_the_normal_test_admits():
    made = few_treated(np.random.default_rng(4), 5, (5,))
    by_permutation = pretrend_power(study(made).under(PermutationBand()))
    stored = type(study(made)).from_dict(study(made).to_dict())
    assert pretrend_power(stored).tested == "normal"
    assert by_permutation.slope_half > pretrend_power(stored).slope_half


def test_what_has_no_event_times_or_no_exchangeable_units_is_refused():
    made = panel(long_frame(n=60, periods=8, cohorts=(5,)))
    with pytest.raises(NotAvailableError, match="universal"):
        impact.CallawaySantAnna().fit(made).aggregate(by="event_time").under(PermutationBand())
    mixed = panel(long_frame(n=60, periods=8, cohorts=(5,)), cluster="village")
    with pytest.raises(NotAvailableError, match="several cohorts"):
        study(mixed).under(PermutationBand())


def test_a_regressions_event_study_has_its_band_too():
    events = impact.EventStudy().fit(panel(long_frame(n=60, periods=6, cohorts=(4,))))
    believed = events.under(PermutationBand(permutations=39))
    np.testing.assert_array_equal(believed.values, events.values)
    assert believed.notes[-1] == "by_permutation:39"


def test_villages_are_exchanged_whole():
    """Twelve equal villages: the band of firms clustered by village is that of the panel of village means."""
    frame = long_frame(n=48, periods=6, cohorts=(4,))
    frame["g"] = np.where(frame.village < 5, 4.0, np.nan)
    means = frame.groupby(["village", "t"], as_index=False).agg(y=("y", "mean"), g=("g", "first"))
    asked = PermutationBand(permutations=199)
    one = study(panel(frame, cluster="village", covariates=())).under(asked)
    two = study(panel(means.rename(columns={"village": "id"}), covariates=())).under(asked)
    known = one.std_errors.notna().to_numpy()
    np.testing.assert_allclose(one.std_errors[known], two.std_errors[known], rtol=0.02)
    assert one.critical_value == pytest.approx(two.critical_value, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("cohorts", [(5,), (5, 6, 7)])
@pytest.mark.parametrize("n_treated", [5, 10])
def test_the_band_of_no_effect_excludes_zero_no_more_often_than_it_says(n_treated, cohorts):
    """Measured: .043 to .048 of 400; bands from the clustered covariance .34 and .93 with 5 treated, .16 and .36 with 10."""
    generator = np.random.default_rng(7)
    wrong = [
        excludes_zero(
            study(few_treated(generator, n_treated, cohorts)).under(
                PermutationBand(permutations=499)
            )
        )
        for _ in range(DRAWS)
    ]
    assert np.mean(wrong) <= ALLOWED


@pytest.mark.slow
@pytest.mark.parametrize("n_treated", [5, 10])
def test_bounds_that_allow_nothing_cover_the_truth_with_few_treated(n_treated):
    """Relative magnitudes at zero, first period: parallel trends after treatment and estimates before it."""
    generator = np.random.default_rng(11)
    asked = HonestBounds(target="first")
    covered = []
    for _ in range(DRAWS):
        events = study(few_treated(generator, n_treated, (5,)))
        path = event_times(events.under(PermutationBand(permutations=499)))
        target = path.weights("first")
        se = float(np.sqrt(path.sigma[path.n_before, path.n_before]))
        test = _Path(path.beta, path.sigma, path.n_before, target, se, asked).test(0.0)
        covered.append(test.accepts(np.zeros(1))[0])
    assert np.mean(covered) >= COVERED
