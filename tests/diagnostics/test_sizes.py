"""Do tests without anything to find find something as often as they promise? At 1, 5 and 10%, few treated firms."""

import numpy as np
import pandas as pd
import pytest
from inference.coverage_page import DOCS, write_page, write_sizes
from inference.designs import Design, simulation_of
from panels import long_frame, panel

import impact
from impact.diagnostics.before_trends import before_trend_test, placebo_date
from impact.interval import permutation_ps

LEVELS = np.array([0.01, 0.05, 0.10])


def band(repetitions):
    """Three Monte Carlo errors around each level."""
    return 3 * np.sqrt(LEVELS * (1 - LEVELS) / repetitions)


def shares(p_values):
    return (np.array(p_values)[:, None] <= LEVELS + 1e-12).mean(axis=0)


def panels(n_treated, repetitions, seed):
    design = Design(n_treated, "null")
    outcomes = design.draw("resampled", repetitions, np.random.default_rng(seed))
    panel = design.panel
    for repetition in range(repetitions):
        yield panel.with_outcome(outcomes[:, repetition].ravel(), "y")


def trend_p(panel):
    return before_trend_test(panel, impact.CallawaySantAnna(), permutations=499).p_value


def placebo_p(panel):
    return placebo_date(panel, impact.CallawaySantAnna(), periods=2).p_value


def randomization_ps(n_treated, repetitions):
    """P-values of the permutation test on simulated panels, all at once."""
    design = Design(n_treated, "null")
    simulation = simulation_of(
        design, design.panel, ["permutation"], draws=repetitions, permutations=199, seed=3
    )
    found, *_ = simulation.of(design.panel, "headline", impact.CallawaySantAnna()).tests
    return permutation_ps(found.observed.t(), found.permuted.t(), added=found.added)


@pytest.mark.parametrize("n_treated", [5, 10, 50])
def test_randomization_rejects_as_often_as_its_level(n_treated):
    found = shares(randomization_ps(n_treated, 1000))
    assert (np.abs(found - LEVELS) <= band(1000)).all()


@pytest.mark.longer
@pytest.mark.parametrize("test", [trend_p, placebo_p])
def test_tests_before_treatment_reject_no_more_often_than_their_level(test):
    repetitions = 60
    found = shares([test(panel) for panel in panels(25, repetitions, 8)])
    assert (found <= LEVELS + band(repetitions)).all()


def test_trends_before_are_tested_with_gaps_where_a_cohort_has_no_lead():
    """Three periods, cohorts in the second and third: only the later one has a lead, and some firms miss a period."""
    frame = long_frame(n=90, periods=3, cohorts=(2, 3), share=0.3, gaps=0.1)
    found = before_trend_test(panel(frame), impact.CallawaySantAnna(), permutations=199)
    assert found.why == "largest_of_leads:1"
    assert 1 / 200 <= found.p_value <= 1


TESTS = {
    "randomization": randomization_ps,
    "trends before treatment": lambda n, r: [trend_p(made) for made in panels(n, r, 9)],
    "placebo date": lambda n, r: [placebo_p(made) for made in panels(n, r, 9)],
}


@pytest.mark.slow
def test_sizes_stay_in_the_band_at_two_thousand_repetitions_and_the_page_shows_them():
    rows = []
    for name, p_values in TESTS.items():
        for n_treated in (10, 25, 50):
            found = shares(p_values(n_treated, 2000))
            rows.append(
                {"test": name, "n_treated": n_treated, **dict(zip(LEVELS, found, strict=True))}
            )
    table = pd.DataFrame(rows)
    write_sizes(DOCS, table)
    write_page(DOCS)
    assert (np.abs(table[list(LEVELS)] - LEVELS) <= band(2000)).to_numpy().all()
