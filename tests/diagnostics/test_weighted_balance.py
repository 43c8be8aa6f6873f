"""What weighting the comparison group leaves of the baseline table's differences, and how many firms it then counts as."""

import numpy as np
import pytest
from panels import long_frame

import impact
from impact.diagnostics.balance import baseline_table
from impact.diagnostics.weighted_balance import with_weighted_differences


def panel_of(frame, **choices):
    names = {"covariates": ["x", "city"], "cohort": "g", **choices}
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", **names)


def firms(n=150):
    frame = long_frame(n=n)
    lasting = frame.groupby("id").x.transform("first") + 0.5 * frame.g.notna()
    return frame.assign(x=lasting, city=np.where(frame.id % 3 == 0, "Fes", "Safi"))


def test_numbers_and_shares_are_alike_after_weighting():
    panel = panel_of(firms())
    table, check = with_weighted_differences(panel, baseline_table(panel))
    assert table.normalised_difference.abs().max() > 0.25
    assert list(table.characteristic) == ["y", "x", "city"]
    np.testing.assert_allclose(table.weighted_difference, 0, atol=1e-8)
    assert (check.status, check.why) == ("pass", "weighted_comparison_counts_as")
    weighed = impact.EntropyBalancing(["x", "city_fes"], lagged_outcomes=0)
    numbers = firms().assign(city_fes=lambda f: (f.city == "Fes") * 1.0)
    made = weighed.weigh(panel_of(numbers, covariates=["x", "city_fes"]))
    by_hand = made.weight[np.isinf(made.cohort)]
    assert check.statistic == pytest.approx(by_hand.sum() ** 2 / (by_hand**2).sum(), rel=0.1)


def test_a_comparison_group_that_counts_as_few_warns():
    apart = firms().assign(x=lambda f: f.x + 1.2 * f.g.notna())
    panel = panel_of(apart)
    _, check = with_weighted_differences(panel, baseline_table(panel))
    assert check.status == "warn"
    assert check.statistic < 25


def test_groups_that_no_weights_make_alike_are_told_so_and_the_table_stays():
    told = firms().assign(x=lambda f: f.x + 30 * f.g.notna())
    panel = panel_of(told)
    table = baseline_table(panel)
    same, check = with_weighted_differences(panel, table)
    assert same is table
    assert (check.status, check.why) == ("not_applicable", "no_weights_make_groups_alike")


def test_constant_and_determined_characteristics_do_no_harm():
    frame = firms().assign(one=1.0, twice=lambda f: 2 * f.x + 1)
    panel = panel_of(frame, covariates=["x", "one", "twice", "city"])
    table, check = with_weighted_differences(panel, baseline_table(panel))
    np.testing.assert_allclose(table.weighted_difference, 0, atol=1e-8)
    assert check.status == "pass"


def test_without_any_firm_of_known_characteristics_nothing_is_made():
    frame = firms().assign(x=np.nan)
    panel = panel_of(frame)
    table = baseline_table(panel)
    _, check = with_weighted_differences(panel, table)
    assert check.status == "not_applicable"
