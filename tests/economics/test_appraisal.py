"""From an effect to a benefit of the country: worked figures, invariances, and what is refused."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programmes import PRICES, RATE_OF_2012, assumptions, programme, programmes

from impact.economics.assumption import ONE, Assumption, Beneficiaries
from impact.economics.break_even import (
    break_even_effect,
    break_even_persistence,
    break_even_years,
)
from impact.economics.costs import Cost, CostStream
from impact.economics.prices import Prices
from impact.economics.sensitivity import by_class, over_horizons, tornado
from impact.economics.yearly_effect import YearlyEffect
from impact.errors import PlanError, UnknownNameError

FEW = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("number", "lasts", "needed"),
    [(50, 100, 192_582), (300, 100, 32_097), (50, 3, 647_780), (300, 3, 107_963)],
)
def test_the_worked_break_even_figures_come_out(number, lasts, needed):
    """As facts.csv derives them: 5.6 M USD in year 0, 8.63 MAD a USD, benefits from year 1, 10%, value added .6."""
    believed = assumptions(number=number, stops_after=Assumption.certain(lasts))
    rounded = Prices("MAD", 2012, {2012: 100.0}, {"USD": 8.63})
    found = break_even_effect(programme(believed=believed, prices=rounded))
    assert found.value == pytest.approx(needed, abs=0.5)


@FEW
@given(programmes())
def test_the_break_even_effect_reaches_the_hurdle_exactly(asked):
    needed = break_even_effect(asked).value
    assert needed is not None
    at = asked.changed(effect=asked.effect.flat(needed)).central
    assert at.value(asked.hurdle)[0] == pytest.approx(0, abs=1e-9 * asked.present(at.cost)[0])
    if (found := at.rate_of_return()).value is not None:
        assert found.value == pytest.approx(asked.hurdle, abs=1e-9)


@FEW
@given(programmes(), st.floats(0.01, 100))
def test_the_rate_does_not_depend_on_the_currency(asked, rate):
    costs = asked.costs.by_payer
    other = CostStream(asked.costs.first_year, costs.assign(constant=costs["constant"] * rate))
    scaled = asked.effect.flat(asked.effect.mean * rate)
    first, second = asked.central, asked.changed(effect=scaled, costs=other).central
    assert second.rate_of_return().why == first.rate_of_return().why
    if first.rate_of_return().value is not None:
        assert second.rate_of_return().value == pytest.approx(
            first.rate_of_return().value, abs=1e-9
        )


@FEW
@given(programmes(), st.floats(0.01, 0.2))
def test_nominal_and_real_rates_differ_by_inflation(asked, inflation):
    real = asked.central
    grown = (1 + inflation) ** np.arange(float(asked.horizon))
    nominal = replace(real, cost=real.cost * grown, benefit=real.benefit * grown)
    if (found := real.rate_of_return().value) is not None:
        expected = (1 + found) * (1 + inflation) - 1
        assert nominal.rate_of_return().value == pytest.approx(expected, abs=1e-9)


def test_costs_are_deflated_by_prices_at_home_and_converted_at_one_rate():
    costs = CostStream.of([Cost(2013, "MCC", 101.881, "USD")], PRICES)
    assert costs.by_payer["constant"].tolist() == pytest.approx([100 * RATE_OF_2012])
    assert costs.first_year == 2013


def test_no_effect_has_no_return_and_says_why():
    found = programme(effect=0.0)
    assert found.central.rate_of_return().why == "no_gain"
    assert found.central.benefit_cost_ratio(0.1).value == 0.0
    assert break_even_persistence(found).why == "not_even_if_lasting"
    assert break_even_years(found).why == "not_within_the_horizon"


def test_without_a_beneficiary_no_effect_is_enough():
    assert break_even_effect(programme(believed=assumptions(number=0.0))).why == "no_beneficiaries"


def test_an_annuity_of_benefits_has_its_closed_form():
    found = programme(effect=100_000.0)
    benefit = 100_000 * 50 * 0.6
    factor = (1 - 1.1**-19) / 0.1
    cost = 5.6e6 * RATE_OF_2012
    assert found.central.value(0.1)[0] == pytest.approx(benefit * factor - cost, rel=1e-12)
    assert found.central.benefit_cost_ratio(0.1).value == pytest.approx(benefit * factor / cost)


def test_after_the_years_seen_an_effect_fades_and_ends_as_the_rule_says():
    believed = assumptions(
        persistence=Assumption.certain(0.5), stops_after=Assumption.certain(4.25)
    )
    asked = programme(effect=80.0, seen=2, believed=believed, horizon=8)
    expected = [0, 80, 80, 40, 20, 0.25 * 10, 0, 0]
    np.testing.assert_allclose(asked.central.gain[0], expected, rtol=1e-14)


def test_an_estimated_path_is_followed_and_its_last_year_carried_on():
    path = YearlyEffect(np.array([10.0, 30.0]), np.eye(2))
    asked = programme(horizon=6).changed(effect=path)
    np.testing.assert_allclose(asked.central.gain[0], [0, 10, 30, 30, 30, 30])


def test_the_outcome_without_the_programme_grows_and_the_gain_only_where_it_is_in_percent():
    amount, percent = programme(effect=100.0), programme(effect=100.0, gain_grows=True)
    since = np.arange(-1.0, 19.0)
    for asked, gain in ((amount, 100 * np.ones(20)), (percent, 100 * 1.02**since)):
        np.testing.assert_allclose(asked.central.without[0], 81_138 * 1.02**since)
        np.testing.assert_allclose(asked.central.gain[0], gain * (since >= 0))
        np.testing.assert_allclose(
            asked.central.with_programme[0] - asked.central.without[0],
            asked.central.gain[0],
            atol=1e-9,
        )


def test_break_even_persistence_and_years_reach_the_hurdle():
    asked = programme(effect=400_000.0)
    for name, found in (
        ("persistence", break_even_persistence(asked)),
        ("stops_after", break_even_years(asked)),
    ):
        assert found.value is not None
        assert asked.streams({name: found.value}).value(0.1)[0] == pytest.approx(0, abs=1e-3)


def test_a_huge_effect_needs_no_persistence_and_says_so():
    asked = programme(effect=1e8)
    assert break_even_persistence(asked).why == "even_if_gone"
    assert break_even_years(asked).why == "even_in_the_first_year"


def test_taxes_of_the_country_cost_their_excess_burden_and_a_grant_does_not():
    costs = (Cost(2012, "MCC", 1e6, "MAD"), Cost(2012, "State", 1e6, "MAD", taxpayers=True))
    believed = assumptions(excess_burden=Assumption.certain(1.25))
    found = programme(costs=costs, believed=believed)
    assert found.central.cost[0, 0] == pytest.approx(2.25e6)


def test_classes_share_the_benefit_by_those_who_took_part_and_their_effect():
    half = Beneficiaries(
        "events", Assumption.certain(100), Assumption.certain(0.5), Assumption.certain(0.2)
    )
    believed = assumptions()
    asked = programme(believed=replace(believed, classes=(*believed.classes, half)))
    found = by_class(asked).set_index("code")
    assert found["participants"].to_dict() == {"fairs": 50, "events": 50}
    assert found["share"].to_dict() == pytest.approx({"fairs": 50 / 60, "events": 10 / 60})
    assert found["present"].sum() == pytest.approx(asked.present(asked.central.benefit)[0])


def test_longer_horizons_count_more_years_of_the_same_stream():
    found = over_horizons(programme(), (10, 15, 20)).set_index("horizon")
    assert found["value"].is_monotonic_increasing
    assert found.loc[20, "return"] == pytest.approx(programme().central.rate_of_return().value)


def test_the_tornado_moves_one_number_at_a_time_and_leaves_out_what_moves_nothing():
    believed = assumptions(
        value_added_ratio=Assumption(0.6, 0.5, 0.7),
        growth=Assumption(0.02, 0.0, 0.04),  # nothing hangs on it while the gain is an amount
        persistence=Assumption(1.0, 0.0, 1.0),
    )
    asked = programme(believed=believed)
    found = tornado(asked, interval=(0.0, 300_000.0)).set_index("name")
    assert set(found.index) == {"effect", "persistence", "value_added_ratio"}
    swing = (found["value_high"] - found["value_low"]).abs()
    assert swing.is_monotonic_decreasing
    low = asked.streams({"value_added_ratio": 0.5})
    assert found.loc["value_added_ratio", "value_low"] == pytest.approx(low.value(0.1)[0])
    assert np.isnan(found.loc["effect", "return_low"])  # no effect, no return


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Cost(2012, "MCC", -1.0, "USD"), "below zero"),
        (lambda: CostStream.of([], PRICES), "none is given"),
        (lambda: CostStream.of([Cost(2020, "MCC", 1.0, "USD")], PRICES), "2020 of a cost is missing"),
        (lambda: CostStream.of([Cost(2012, "MCC", 1.0, "EUR")], PRICES), "EUR.*no exchange rate"),
        (lambda: Prices("MAD", 2012, {2013: 100.0}, {}), "base year 2012"),
        (lambda: Prices("MAD", 2012, {2012: 0.0}, {}), "above zero"),
        (lambda: assumptions(persistence=Assumption.certain(1.1)), "persistence.*between 0 and 1"),
        (lambda: assumptions(displacement=Assumption(0.1, -0.1, 0.2)), "displacement"),
        (lambda: assumptions(growth=Assumption(0.1, 0.2, 0.3)), "growth.*within its range"),
        (lambda: assumptions(number=-1.0), r"fairs\.number.*at least 0"),
        (lambda: programme(first_benefits=2011), "first_benefits.*not before"),
        (lambda: programme(first_benefits=2032), "first_benefits.*within the horizon"),
        (lambda: programme(hurdle=0.0), "hurdle"),
        (lambda: programme(costs=(Cost(2012, "a", 1.0, "MAD"), Cost(2014, "a", 1.0, "MAD")), horizon=2, first_benefits=2012).central, "after the horizon"),
        (lambda: replace(assumptions(), classes=(Beneficiaries("a", ONE, ONE),) * 2), "twice"),
    ],
)  # fmt: skip
def test_wrong_numbers_are_refused_by_name_and_rule(wrong, words):
    with pytest.raises(PlanError) as refused:
        wrong()
    assert re.search(words, str(refused.value))


@pytest.mark.parametrize("effect", [38_000.0, 35_833.0, 260_000.0, 123_456.7])
def test_numbers_that_move_the_answer_equally_far_stand_by_name(effect):
    """.6 x (.3 - 0) and (1 - .1) x (.7 - .5) are the same .18; which comes first must not hang on their rounding."""
    believed = assumptions(
        displacement=Assumption(0.1, 0.0, 0.3), value_added_ratio=Assumption(0.6, 0.5, 0.7)
    )
    moved = tornado(programme(effect=effect, believed=believed), interval=(-np.inf, np.inf))
    assert moved["name"].tolist() == ["displacement", "value_added_ratio"]


def test_an_assumption_misspelt_is_refused_and_not_left_at_its_value():
    with pytest.raises(UnknownNameError, match="did you mean persistence"):
        programme().streams({"persistance": 0.9})
