"""Corrections say why and which rows, and hold once; outliers are drawn in beside the amounts as reported."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, cells, table

from impact.data.intake.rules.corrected import Correct, Winsorise
from impact.data.intake.rules.rounded import Round
from impact.data.intake.table import Kind, Money
from impact.errors import MissingValueError, SchemaError

WAVE = table(
    {"id": "string", "revenue": "number"},
    id=["a", "b", "c", "d"],
    revenue=[1000.0, 5.0, None, 70.0],
)
WHY = {"en": "In thousands; the enumerator confirmed it", "fr": "En milliers ; confirmé"}


def correction(where, **to):
    return {"where": [where], "why": WHY, **to}


def corrected(*corrections):
    rule = Correct(
        rule="correct", table="w", column="revenue", new="made", corrections=list(corrections)
    )
    return apply(rule, w=WAVE)


def test_each_correction_is_counted_and_the_original_stays():
    done = corrected(
        correction({"column": "id", "is": "b"}, value=5000),
        correction({"column": "id", "is": "d"}, missing="unit_unknown"),
    )
    assert cells(done.table, "made") == [1000.0, 5000.0, None, None]
    assert cells(done.table, "revenue") == [1000.0, 5.0, None, 70.0]
    assert list(done.table.reasons["made"]) == [None, None, None, "unit_unknown"]
    assert (done.touched, done.counts) == (2, {"correction:1": 1, "correction:2": 1})


def test_a_correction_of_no_row_is_refused():
    with pytest.raises(SchemaError, match=r"corrections\.1: holds of no row"):
        corrected(correction({"column": "id", "is": "z"}, value=1))


def test_conditions_are_of_the_values_before_and_no_row_is_corrected_twice():
    small = correction({"column": "revenue", "below": 100}, value=500)
    with pytest.raises(SchemaError, match=r"corrections\.2: row 2 of wave corrected twice"):
        corrected(small, correction({"column": "id", "is": "b"}, value=5000))


def test_a_correction_states_one_thing_and_its_reason():
    where = {"column": "id", "is": "b"}
    for wrong in (
        correction(where),
        correction(where, value=1, missing="x"),
        {"where": [where], "value": 1},
    ):
        with pytest.raises(ValidationError):
            corrected(wrong)
    with pytest.raises(SchemaError, match=r"corrections\.1: no value of type number"):
        corrected(correction(where, value="much"))


def winsorised(values, within=None, **choices):
    columns = {"revenue": values} | ({} if within is None else {"quarter": within})
    kinds = {"revenue": "number", "quarter": "period:quarter"}
    before = table({name: kinds[name] for name in columns}, **columns)
    rule = Winsorise(
        rule="winsorise", table="w", column="revenue", new="made",
        within=[] if within is None else ["quarter"], **choices,
    )  # fmt: skip
    return apply(rule, w=before)


def test_outliers_become_the_quantile_and_are_counted():
    values = [*map(float, range(1, 101)), None]
    done = winsorised(values, lower=0.01, upper=0.95)
    low, high = np.quantile(values[:-1], [0.01, 0.95])
    made = cells(done.table, "made")
    assert (made[0], made[99], made[100]) == (low, high, None)
    assert made[1:95] == values[1:95]
    assert done.counts == {"drawn_up": 1, "drawn_down": 5}
    assert done.touched == 6


def test_quantiles_within_periods_keep_a_rise_of_all_amounts():
    early, late = [1.0, 2.0, 3.0], [100.0, 200.0, 300.0]
    done = winsorised(early + late, ["2012Q1"] * 3 + ["2012Q2"] * 3, upper=0.5 + 0.25)
    assert cells(done.table, "made") == [1.0, 2.0, 2.5, 100.0, 200.0, 250.0]


def test_a_row_without_a_period_is_in_no_group():
    with pytest.raises(MissingValueError, match="quarter: missing on row 2"):
        winsorised([1.0, 2.0], ["2012Q1", None], upper=0.9)


def test_amounts_stay_amounts_and_whole_numbers_become_numbers():
    whole = WAVE.with_column("revenue", WAVE.frame["revenue"], Kind("integer", money=Money("MAD")))
    rule = Winsorise(rule="winsorise", table="w", column="revenue", new="made", upper=0.9)
    assert apply(rule, w=whole).table.kinds["made"] == Kind("number", money=Money("MAD"))


def test_winsorising_at_no_quantile_is_refused():
    with pytest.raises(ValidationError, match="state lower, upper or both"):
        winsorised([1.0])


amounts = st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=40)


@given(amounts, st.floats(0, 0.4), st.floats(0.6, 0.99))
def test_winsorising_keeps_order_and_lies_within_what_was_reported(values, lower, upper):
    made = np.array(cells(winsorised(values, lower=lower, upper=upper).table, "made"))
    order = np.argsort(values, kind="stable")
    assert (np.diff(made[order]) >= 0).all()
    assert min(values) <= made.min()
    assert made.max() <= max(values)


@given(amounts)
def test_a_narrower_quantile_never_lies_outside_a_wider_one(values):
    wide = cells(winsorised(values, upper=0.95).table, "made")
    narrow = cells(winsorised(values, upper=0.9).table, "made")
    assert all(small <= large for small, large in zip(narrow, wide, strict=True))


def test_numbers_are_rounded_beside_the_original_and_those_that_change_counted():
    wave = table({"v": "number"}, v=[0.5, 1.5, 2.0, None, -0.4])
    done = apply(Round(rule="round", table="w", column="v", new="whole"), w=wave)
    assert cells(done.table, "whole") == [0, 2, 2, None, 0]
    assert cells(done.table, "v") == [0.5, 1.5, 2.0, None, -0.4]
    assert done.touched == 3
