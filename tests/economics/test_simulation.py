"""The whole uncertainty: draws have the moments they claim, and the look ahead is what a simulation of it finds."""

from dataclasses import replace

import numpy as np
import pytest
from programmes import assumptions, programme

from impact.economics.assumption import Assumption
from impact.economics.more_data import one_more_round
from impact.economics.simulation import simulate
from impact.economics.yearly_effect import YearlyEffect
from impact.errors import NotAvailableError

WIDE = assumptions(
    value_added_ratio=Assumption(0.6, 0.4, 0.7),
    displacement=Assumption(0.1, 0.0, 0.3),
    overrun=Assumption(1.0, 0.9, 1.5),
)


@pytest.mark.longer
def test_the_mean_of_a_linear_benefit_is_its_expectation():
    asked = programme(believed=WIDE)
    found = simulate(asked, draws=200_000, seed=3)
    expected = float(asked.streams(WIDE.means).value(0.1)[0])
    drawn = [simulate(asked, draws=2_000, seed=seed).mean_value for seed in range(30)]
    error = np.std(drawn, ddof=1) / np.sqrt(100)  # of the mean over 100 times as many draws
    assert found.mean_value == pytest.approx(expected, abs=4 * error)


def test_the_share_above_the_hurdle_is_the_normal_tail_where_only_the_effect_is_uncertain():
    from scipy.special import ndtr

    asked = programme(effect=200_000.0, std_error=60_000.0)
    threshold = 192_547.245  # break-even of this programme at the hurdle
    expected = ndtr((200_000 - threshold) / 60_000)
    found = simulate(asked, draws=100_000)
    assert found.above_hurdle == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 100_000))


def test_draws_follow_the_covariance_of_the_years():
    covariance = np.array([[4.0, 3.0, 0.0], [3.0, 9.0, 0.0], [0.0, 0.0, 0.0]])
    effect = YearlyEffect(np.array([1.0, 2.0, 3.0]), covariance)
    drawn = effect.drawn(np.random.default_rng(5), 400_000)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.06)
    np.testing.assert_array_equal(drawn[:, 2], 3.0)


def test_a_steady_effect_is_drawn_as_one_number():
    drawn = YearlyEffect.steady(10.0, 2.0, years=3).drawn(np.random.default_rng(5), 1000)
    np.testing.assert_allclose(drawn, drawn[:, :1] * np.ones(3), rtol=1e-12)
    assert drawn[:, 0].std() == pytest.approx(2.0, rel=0.1)


def test_one_seed_gives_one_answer_and_another_seed_another():
    asked = programme(believed=WIDE)
    assert simulate(asked, draws=500).mean_value == simulate(asked, draws=500).mean_value
    assert simulate(asked, draws=500).mean_value != simulate(asked, draws=500, seed=1).mean_value


def test_draws_without_a_return_are_counted_by_reason_and_lie_below_all_others():
    found = simulate(programme(effect=0.0, std_error=60_000.0), draws=4_000)
    counts = found.without_return.set_index("why")["count"]
    assert counts["no_gain"] == pytest.approx(2_000, abs=150)
    assert np.isnan(found.quantiles["return"].iloc[0])
    assert np.isfinite(found.quantiles["return"].iloc[-1])


def test_changing_the_order_of_classes_changes_no_draw():
    first, second = (
        WIDE.classes[0],
        replace(WIDE.classes[0], code="events", number=Assumption(9, 1, 20)),
    )
    one = programme(believed=replace(WIDE, classes=(first, second)))
    other = programme(believed=replace(WIDE, classes=(second, first)))
    assert simulate(one, draws=500).mean_value == pytest.approx(
        simulate(other, draws=500).mean_value
    )


@pytest.mark.parametrize("effect", [150.0, 250.0])
def test_the_look_ahead_is_what_simulated_rounds_find(effect):
    error, rounds, benefit, cost = 60.0, 3, 2.0, 400.0
    generator = np.random.default_rng(8)
    truth = effect + error * generator.standard_normal(400_000)
    seen = truth + error * np.sqrt(rounds) * generator.standard_normal(
        400_000
    )  # one round's own error
    tomorrow = (effect * rounds + seen) / (rounds + 1)
    today = effect > cost / benefit
    found = one_more_round(effect, error, rounds=rounds, benefit_per_effect=benefit, cost=cost)
    assert found.goes_ahead == today
    assert found.changes == pytest.approx(((tomorrow > cost / benefit) != today).mean(), abs=0.004)
    with_it = np.maximum(benefit * tomorrow - cost, 0).mean()
    without_it = max(benefit * effect - cost, 0)
    assert found.worth == pytest.approx(with_it - without_it, abs=0.4)


def test_a_look_ahead_without_uncertainty_or_benefit_is_refused():
    for changed in ({"std_error": 0.0}, {"benefit_per_effect": 0.0}, {"rounds": 0}):
        with pytest.raises(NotAvailableError):
            one_more_round(
                **{
                    "effect": 1.0,
                    "std_error": 1.0,
                    "rounds": 1,
                    "benefit_per_effect": 1.0,
                    "cost": 1.0,
                    **changed,
                }
            )
