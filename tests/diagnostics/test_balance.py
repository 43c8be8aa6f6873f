"""Balance and attrition: what cannot be tested is named, and what is not a test does not look like one."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from panels import long_frame, panel

from impact.diagnostics.balance import attrition, balance_check, baseline_table, joint_balance

N = 60
FRAME = long_frame(n=N)
UNIT = np.arange(N)
SIZE = np.random.default_rng(3).normal(size=N)


def with_characteristics(frame=FRAME, **columns):
    """A panel with columns that do not vary within firms, one value a firm."""
    of_row = {name: np.asarray(values)[frame.id] for name, values in columns.items()}
    return panel(frame.assign(**of_row), covariates=list(columns))


def test_a_collinear_characteristic_is_left_out_and_named_and_the_rest_are_tested():
    both = with_characteristics(size=SIZE, staff=3 * SIZE + 1e6, age=UNIT % 7)
    found = joint_balance(both)
    expected = joint_balance(with_characteristics(size=SIZE, age=UNIT % 7))
    assert found.why == "tested_without_determined:staff"
    assert found.text.endswith("characteristics: staff")
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9)
    assert found.p_value == pytest.approx(expected.p_value, rel=1e-9)
    assert expected.why == "joint_test:3"


def test_a_constant_characteristic_is_left_out_by_name_and_a_level_is_not_told():
    city = np.where(UNIT % 2, "a secret place", "another")
    town = np.where(UNIT % 2, "x", "y")
    found = joint_balance(with_characteristics(city=city, town=town, one=np.ones(N)))
    assert found.why == "tested_without_determined:town, one"
    assert "secret" not in found.to_json()


def test_nearly_collinear_characteristics_are_tested():
    near = with_characteristics(size=SIZE, staff=SIZE + 1e-5 * (UNIT % 7))
    assert joint_balance(near).why == "joint_test:3"


def test_too_few_firms_are_not_called_collinear():
    many = np.random.default_rng(4).normal(size=(12, 12))
    columns = {f"c{place}": column for place, column in enumerate(many)}
    found = joint_balance(with_characteristics(long_frame(n=12), **columns))
    assert (found.status, found.why) == ("not_applicable", "too_few_units_for_characteristics")


def test_a_characteristic_that_tells_the_groups_apart_is_a_warning():
    """Without any spread inside the groups a difference was counted as none."""
    member = FRAME.groupby("id").g.first().notna().astype(float)
    made = with_characteristics(member=member)
    found = joint_balance(made)
    assert (found.status, found.why) == ("warn", "characteristics_tell_groups_apart")
    table = baseline_table(made)
    assert math.isinf(table.set_index("characteristic").loc["member", "normalised_difference"])
    assert balance_check(table).status == "warn"


def seen_at_end(treated, comparison):
    """The little that the check reads: who was seen in the last of two periods."""
    last = np.array([*treated, *comparison], dtype=float)
    cohort = np.array([2.0] * len(treated) + [np.inf] * len(comparison))
    wide = np.column_stack([np.ones(len(last)), np.where(last == 1, 1.0, np.nan)])
    sample = SimpleNamespace(n_clusters=len(last))
    return SimpleNamespace(
        cohort=cohort, wide=wide, sample=sample, n_units=len(last), waves="panel"
    )


def test_when_all_answer_nobody_was_lost_and_there_is_no_p_value():
    for sides in ([1, 1, 1], [1, 1, 1, 1]), ([1], [1, 1, 1]):
        found = attrition(seen_at_end(*sides))
        assert (found.status, found.why) == ("pass", "nobody_lost")
        assert (found.statistic, found.p_value) == (0.0, None)
    whole = attrition(panel(long_frame()))
    assert whole.why == "nobody_lost"


@pytest.mark.parametrize("sides", [([1], [0, 1, 1]), ([0], [1, 1, 1]), ([1, 1, 0], [0])])
def test_one_firm_on_a_side_cannot_be_compared(sides):
    found = attrition(seen_at_end(*sides))
    assert (found.status, found.why) == ("not_applicable", "one_unit_on_a_side")


def test_losing_all_of_one_side_is_a_warning():
    found = attrition(seen_at_end([0, 0, 0], [1, 1, 1, 1]))
    assert (found.status, found.statistic, found.p_value) == ("warn", -1.0, 0.0)
