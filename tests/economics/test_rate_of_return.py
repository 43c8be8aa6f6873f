"""The rate of return is the one the literature means, or a reason why there is none."""

import numpy as np
import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.economics.rate_of_return import (
    conventional_rates,
    net_present_value,
    rate_of_return,
)

COSTS = st.lists(st.floats(1.0, 100.0), min_size=1, max_size=4)
GAINS = st.lists(st.floats(0.1, 100.0), min_size=1, max_size=25)


@given(COSTS, GAINS)
def test_rates_are_those_of_numpy_financial(costs, gains):
    net = np.array([*(-cost for cost in costs), *gains])
    witness = numpy_financial.irr(net)  # numpy-financial 1.0, irr: roots of the same polynomial
    assert rate_of_return(net).value == pytest.approx(witness, abs=1e-10, rel=1e-10)


@given(COSTS, GAINS, st.floats(-0.5, 2.0))
def test_present_values_are_those_of_numpy_financial(costs, gains, rate):
    net = np.array([*(-cost for cost in costs), *gains])
    witness = numpy_financial.npv(rate, net)
    assert net_present_value(net, rate) == pytest.approx(witness, rel=1e-10, abs=1e-10)


@given(COSTS, GAINS)
def test_the_present_value_at_the_rate_is_zero(costs, gains):
    net = np.array([*(-cost for cost in costs), *gains])
    rate = rate_of_return(net).value
    gained = net_present_value(np.maximum(net, 0), rate)
    assert net_present_value(net, rate) == pytest.approx(0, abs=1e-10 * float(gained))


@pytest.mark.parametrize("years", [1, 3, 19, 60])
@pytest.mark.parametrize("rate", [-0.5, 0.0, 0.1, 3.0])
def test_an_annuity_returns_the_rate_it_was_made_from(years, rate):
    factors = (1 + rate) ** -np.arange(1.0, years + 1)
    net = np.array([-factors.sum(), *np.ones(years)])
    assert rate_of_return(net).value == pytest.approx(rate, abs=1e-12)


def test_thousands_of_streams_have_the_rates_of_each():
    generator = np.random.default_rng(1)
    net = np.hstack([-generator.uniform(1, 9, (300, 2)), generator.uniform(0, 3, (300, 12))])
    each = [rate_of_return(row).value for row in net]
    np.testing.assert_allclose(conventional_rates(net), each, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("net", "why"),
    [
        ([-5.0, 0.0, 0.0], "no_gain"),
        ([-5.0, -1.0, -1.0], "no_gain"),
        ([0.0, 1.0, 1.0], "no_cost"),
        ([100.0, -120.0, 0.0], "gain_before_cost"),
        ([-1.0, 2.5, -1.6], "no_return"),
    ],
)
def test_where_there_is_no_rate_a_reason_stands(net, why):
    found = rate_of_return(np.array(net))
    assert (found.value, found.why) == (None, why)


def test_several_rates_are_all_named_and_none_is_chosen():
    net = np.array([-1.0, 2.3, -1.32])  # (1 + r) is 1.1 or 1.2
    found = rate_of_return(net)
    assert (found.value, found.why) == (None, "several_returns")
    assert found.all_values == pytest.approx((0.1, 0.2))


def test_gains_that_never_repay_have_a_rate_below_zero():
    expected = (0.3 + np.sqrt(0.3**2 + 4 * 0.3)) / 2 - 1  # the root of 100 x^2 = 30 x + 30
    assert rate_of_return(np.array([-100.0, 30.0, 30.0])).value == pytest.approx(expected)
