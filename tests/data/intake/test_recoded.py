"""Codes become other codes, categories or starts by what is declared; what is not declared is refused or counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, cells, table

from impact.data.intake.rules.recoded import Arms, Recode
from impact.data.intake.table import Money
from impact.errors import MissingValueError, RangeError, SchemaError

WAVE = table(
    {"trade": "integer", "town": "string"},
    trade=[1.0, 2.0, None, 9.0],
    town=["Fès", " Fes", None, "Safi"],
)


def recoded(codes, column="trade", kind="category", **choices):
    rule = Recode(
        rule="recode", table="w", column=column, new="made", codes=codes, type=kind, **choices
    )
    return apply(rule, w=WAVE)


def test_codes_become_categories_and_the_original_stays():
    done = recoded({1: "wood", "2.0": "leather", 9: None})
    assert cells(done.table, "made") == ["wood", "leather", None, None]
    assert cells(done.table, "trade") == [1.0, 2.0, None, 9.0]
    assert list(done.table.reasons["made"]) == [None, None, None, "recoded"]
    assert done.touched == 3


def test_a_value_without_a_code_is_refused_with_its_row_and_without_the_value():
    with pytest.raises(RangeError, match="trade: none of the codes on row 4 of wave") as refused:
        recoded({1: "wood", 2: "leather"})
    assert "9" not in str(refused.value)


def test_other_values_become_missing_or_stay_only_where_the_plan_says_so():
    done = recoded({1: "wood", 2: "leather"}, others="missing")
    assert cells(done.table, "made") == ["wood", "leather", None, None]
    assert done.table.reasons["made"][3] == "not_recoded"
    assert done.counts == {"others_missing": 1}
    kept = recoded({"Fès": "Fes", "Fes": "Fes"}, column="town", kind="string", others="keep")
    assert cells(kept.table, "made") == ["Fes", "Fes", None, "Safi"]
    assert (kept.counts, kept.touched) == ({"others_kept": 1}, 2)


def test_the_middle_of_a_bracket_of_revenue_is_an_amount():
    done = recoded({1: 500, 2: 1500, 9: None}, kind="number", currency="MAD")
    assert cells(done.table, "made") == [500.0, 1500.0, None, None]
    assert done.table.kinds["made"].money == Money("MAD")
    with pytest.raises(ValidationError, match="has a currency"):
        recoded({1: "low"}, currency="MAD")


def test_numbers_are_not_kept_among_texts():
    with pytest.raises(SchemaError, match="type integer is not kept in a column of type category"):
        recoded({1: "wood", 2: "leather"}, others="keep")


def test_a_blank_becomes_what_is_declared_and_else_stays_missing():
    done = recoded({1: 0, 2: 1, 9: 1}, kind="boolean", missing=0)
    assert cells(done.table, "made") == [0.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("to", "kind", "choices"),
    [
        ("wood", "number", {}),
        (2, "boolean", {}),
        (1.5, "integer", {}),
        ("soon", "date", {}),
        ("T1 2012", "period", {"frequency": "quarter"}),
        ("", "string", {}),
    ],
)
def test_what_a_code_becomes_is_of_the_declared_type(to, kind, choices):
    with pytest.raises(SchemaError, match=r"codes\.1: no"):
        recoded({1: to}, kind=kind, others="missing", **choices)


def test_one_code_in_two_spellings_is_refused():
    with pytest.raises(ValidationError, match="a code stands twice"):
        recoded({1: "wood", "1.0": "leather"})


def test_kept_numbers_must_be_of_the_declared_type():
    with pytest.raises(SchemaError, match="trade: no value of type boolean on row 4"):
        recoded({2: 0}, kind="boolean", others="keep")


def test_codes_of_more_digits_than_a_number_keeps_are_not_taken_for_their_neighbours():
    ids = table({"id": "string"}, id=["9007199254740993", "9007199254740992"])
    rule = Recode(
        rule="recode", table="w", column="id", new="made", type="string", others="missing",
        codes={"9007199254740992": "b"},
    )  # fmt: skip
    assert cells(apply(rule, w=ids).table, "made") == [None, "b"]


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=30), st.permutations(range(6)))
def test_recoding_there_and_back_returns_every_value(values, order):
    before = table({"code": "integer"}, code=values)
    there = Recode(
        rule="recode", table="w", column="code", new="other", type="integer",
        codes=dict(enumerate(order)),
    )  # fmt: skip
    back = Recode(
        rule="recode", table="w", column="other", new="again", type="integer",
        codes={to: code for code, to in enumerate(order)},
    )  # fmt: skip
    made = apply(back, w=apply(there, w=before).table).table
    assert cells(made, "again") == cells(made, "code")


ARMS = table({"arm": "string"}, arm=["0", "1", "2", "1"])


def starts(before=ARMS, **choices):
    choices = {"starts": {1: "2012Q1", 2: "2012Q3"}, "never": [0], **choices}
    rule = Arms(rule="arms", table="w", column="arm", new="start", frequency="quarter", **choices)
    return apply(rule, w=before)


def test_arms_start_when_the_plan_says_and_never_treated_ones_have_no_start():
    done = starts()
    assert cells(done.table, "start") == [None, "2012Q1", "2012Q3", "2012Q1"]
    assert list(done.table.reasons["start"]) == ["never", None, None, None]
    assert (done.touched, done.counts) == (3, {"never": 1})


def test_an_arm_without_a_stated_start_is_not_taken_for_untreated():
    with pytest.raises(RangeError, match="arm: an arm of no stated start on row 1 of wave"):
        starts(never=[])


def test_a_blank_arm_is_not_taken_for_untreated():
    with pytest.raises(MissingValueError, match="arm: no arm on row 2"):
        starts(table({"arm": "string"}, arm=["1", None]))


def test_an_arm_is_not_both_treated_and_never_treated():
    with pytest.raises(ValidationError, match="a code stands twice"):
        starts(never=["1.0"])


def test_a_start_is_a_period_of_the_frequency():
    with pytest.raises(SchemaError, match=r"starts\.1: no quarter"):
        starts(starts={1: "2012-01", 2: "2012Q3"})


def test_a_million_codes_are_looked_up_in_about_a_second():
    from time import process_time

    rows = 1_000_000
    many = table({"arm": "integer"}, arm=np.arange(rows) % 3)
    begun = process_time()
    starts(many)
    assert process_time() - begun < 3
