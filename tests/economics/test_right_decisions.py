"""Before there is data: what is predicted of decisions is what simulated programmes find."""

import numpy as np
import pandas as pd
import pytest
from programmes import assumptions, programme

from impact.data.panel import Panel
from impact.diagnostics.power import PlannedStudy, power
from impact.economics.assumption import Assumption
from impact.economics.break_even import break_even_effect
from impact.economics.costs import Cost
from impact.economics.right_decisions import Plausible, plausible_effects, right_decisions
from impact.errors import PlanError
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna

RANGES = (Plausible(0, 0, 1), Plausible(5, 10, 1), Plausible(16, 26, 1))
MEAN = 80_000.0
PROGRAMMES = 1000


def asked(*, needed_percent=12.0, **beliefs):
    """Return a programme that pays from an effect of so many percent of 80,000 on."""
    cost = programme(without=MEAN, believed=assumptions(**beliefs))
    unit = break_even_effect(cost.changed(costs=one_mad())).value
    return cost.changed(costs=one_mad(needed_percent / 100 * MEAN / unit))


def one_mad(amount=1.0):
    return programme(costs=(Cost(2012, "MCC", amount, "MAD"),)).costs


@pytest.mark.longer
@pytest.mark.parametrize("treated", [50, pytest.param(300, marks=pytest.mark.slow)])
def test_predicted_right_decisions_are_those_of_a_thousand_simulated_programmes(treated):
    """Each: a true effect, 900 firms in four rounds, the estimator as users fit it, and the decision by its estimate."""
    study = PlannedStudy(
        units=900, treated=treated, before=2, after=2, mean=MEAN, sd=0.4 * MEAN, autocorrelation=0.4
    )
    found, appraisal = power(study, draws=1000), asked()
    predicted = right_decisions(
        appraisal,
        RANGES,
        spread=found.spread,
        std_error=found.smallest_detectable / 2.8,
        level=0.95,
    )
    needed = break_even_effect(appraisal).value
    generator = np.random.default_rng(20)
    effects = plausible_effects(RANGES, PROGRAMMES, generator) / 100 * MEAN
    unit, period = np.divmod(np.arange(900 * 4), 4)
    treated_now = (unit < treated) & (period >= 2)
    start = np.where(unit < treated, 2.0, np.nan)
    frame = pd.DataFrame({"unit": unit, "t": period, "y": unit + period, "start": start})
    panel = Panel.from_frame(frame, unit="unit", time="t", outcome="y", cohort="start")
    root, estimator, right = np.linalg.cholesky(study.covariance), CallawaySantAnna(), 0
    for effect in effects:
        paths = MEAN + generator.standard_normal((900, 4)) @ root.T
        drawn = panel.with_outcome(paths.ravel() + effect * treated_now, "y")
        estimate = estimator.fit(drawn).aggregate(by="overall").params.iloc[0]
        right += (estimate > needed) == (effect > needed)
    assert right / PROGRAMMES == pytest.approx(predicted.right, abs=0.03)
    assert predicted.right > predicted.before + 0.1  # the study adds something to predict


def decided(appraisal, **changes):
    numbers = {"spread": 4_000.0, "std_error": 4_000.0, "level": 0.95} | changes
    return right_decisions(appraisal, RANGES, **numbers)


def test_a_study_without_error_decides_right_always_and_one_of_noise_like_a_coin():
    assert decided(asked(), spread=1e-9, std_error=1e-9).right == 1.0
    assert decided(asked(), spread=1e-9, std_error=1e-9).conclusive == 1.0
    assert decided(asked(), spread=1e9).right == pytest.approx(0.5, abs=0.01)


def test_better_studies_decide_right_more_often():
    shares = [decided(asked(), spread=s, std_error=s).right for s in (16e3, 8e3, 4e3, 2e3)]
    assert shares == sorted(shares)


def test_what_no_effect_that_is_plausible_can_reach_is_known_before():
    found = decided(asked(needed_percent=60.0))
    assert found.before == 1.0
    assert found.right == pytest.approx(1.0, abs=1e-3)


def test_what_the_study_does_not_see_keeps_decisions_wrong_however_good_it_is():
    beliefs = {"persistence": Assumption(0.8, 0.3, 1.0), "displacement": Assumption(0.1, 0.0, 0.9)}
    found = decided(asked(**beliefs), spread=1e-9, std_error=1e-9)
    assert found.right == 1.0
    assert found.right_unsure < 0.97


def test_effects_are_found_as_often_as_a_normal_test_has_power():
    from scipy.special import ndtr

    found = right_decisions(
        asked(), [Plausible(10, 10, 1)], spread=4_000.0, std_error=4_000.0, level=0.95
    )
    assert found.finds == pytest.approx(ndtr(8_000 / 4_000 - 1.959964), abs=0.005)


def test_ranges_are_drawn_by_their_weights():
    drawn = plausible_effects(
        [Plausible(0, 0, 3), Plausible(10, 20, 1)], 100_000, np.random.default_rng(1)
    )
    assert (drawn == 0).mean() == pytest.approx(0.75, abs=0.01)
    assert drawn[drawn > 0].mean() == pytest.approx(15, abs=0.1)


def test_ranges_out_of_order_and_programmes_without_beneficiaries_are_refused():
    with pytest.raises(PlanError, match="in order"):
        Plausible(5, 1, 1)
    with pytest.raises(PlanError, match="beneficiaries"):
        decided(programme(believed=assumptions(number=0.0)))
