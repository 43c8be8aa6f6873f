"""What the test before treatment could have detected: against pretrends 0.1.0, and by simulation.

Golden numbers: pretrends 0.1.0, slope_for_power(targetPower=0.5 and 0.8) and pretrends(deltatrue=...) on the event study of
mpdta by did (data in honest.json), three leads.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics.honest.event_times import EventTimes
from impact.diagnostics.pretrend_power import (
    equivalence,
    equivalence_bound,
    of_path,
    pretrend_power,
)

DATA = json.loads((Path(__file__).parent / "honest.json").read_text(encoding="utf-8"))["data"]
BETA, SIGMA = (np.array(DATA["mpdta_cs"][name]) for name in ("betahat", "sigma"))
SIMULATED = 2e-3  # absolute; pretrends uses quasi-random normal probabilities
AFTER_PASSING = [
    -0.024070361110271426,
    -0.015303349972172036,
    -0.0059029569040978617,
    0.015307198677206603,
    0.025439127585768669,
    0.035196755854538991,
    0.050675239611704448,
]


def test_slopes_factors_and_what_is_left_after_passing_are_those_of_pretrends():
    found = of_path(EventTimes(BETA, SIGMA, 3))
    assert found.slope_half == pytest.approx(0.013954288914094694, rel=SIMULATED)
    assert found.slope_80 == pytest.approx(0.021026642664957806, rel=SIMULATED)
    assert found.bayes_factor == pytest.approx(0.56202363279879364, abs=SIMULATED)
    assert found.likelihood_ratio == pytest.approx(0.112849814999899, abs=SIMULATED)
    np.testing.assert_allclose(found.table.after_passing, AFTER_PASSING, atol=SIMULATED)


def test_power_and_bias_are_what_drawing_estimates_gives():
    """200,000 draws: shares are good to .002."""
    found = of_path(EventTimes(BETA, SIGMA, 3))
    generator = np.random.default_rng(1)
    drawn = generator.multivariate_normal(found.table.trend, SIGMA, size=200_000)
    passed = (np.abs(drawn[:, :3]) <= 1.959964 * np.sqrt(np.diag(SIGMA)[:3])).all(axis=1)
    assert passed.mean() == pytest.approx(0.5, abs=0.005)
    np.testing.assert_allclose(drawn[passed].mean(axis=0), found.table.after_passing, atol=5e-4)
    assert drawn[passed][:, 3:].mean() == pytest.approx(found.bias_after_passing, abs=5e-4)
    inverse = np.linalg.inv(SIGMA[:3, :3])
    wald = np.einsum("ij,jk,ik->i", drawn[:, :3], inverse, drawn[:, :3])
    assert (wald > 7.814728).mean() == pytest.approx(found.joint_power, abs=0.005)


def test_units_of_the_outcome_do_not_matter():
    one, ten = (of_path(EventTimes(k * BETA, k**2 * SIGMA, 3)) for k in (1, 10))
    assert ten.slope_half == pytest.approx(10 * one.slope_half, rel=1e-6)
    assert ten.joint_power == pytest.approx(one.joint_power, rel=1e-6)


def test_only_the_nearest_leads_are_asked():
    made = panel(long_frame(n=100, periods=12, cohorts=(9,)))
    study = impact.CallawaySantAnna(base_period="universal").fit(made).aggregate(by="event_time")
    assert pretrend_power(study).n_leads == 4
    assert pretrend_power(study, leads=2).n_leads == 2


def test_the_equivalence_bound_rejects_one_time_in_twenty_at_itself():
    generator = np.random.default_rng(2)
    bound = equivalence_bound(0.8, 1.0)
    shares = (np.abs(generator.normal(bound, 1.0, 400_000)) <= 0.8).mean()
    assert shares == pytest.approx(0.05, abs=0.002)
    assert equivalence_bound(8.0, 10.0) == pytest.approx(10 * bound, rel=1e-6)


def test_equivalence_passes_when_leads_are_small_beside_the_effect():
    study = (
        impact.CallawaySantAnna(base_period="universal")
        .fit(panel(long_frame(n=400, effect=5.0)))
        .aggregate(by="event_time")
    )
    found = equivalence(study)
    assert found.status == "pass"
    assert found.table.bound[0] >= found.table.bound[1]
