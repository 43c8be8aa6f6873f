"""Sums, differences, shares, logarithms, constants, joined texts: what a missing part or a zero makes of them is declared."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, cells, table

from impact.data.intake.rules.derived import Constant, JoinTexts, Log, Share, Subtract, Sum
from impact.data.intake.table import Kind, Money
from impact.errors import InfiniteValueError, MissingValueError, RangeError, SchemaError

SALES = table(
    {"local": "number", "export": "number", "total": "number", "jobs": "integer"},
    local=[10.0, 5.0, None, None],
    export=[2.0, None, 4.0, None],
    total=[20.0, 5.0, 0.0, 8.0],
    jobs=[1.0, 2.0, None, 4.0],
)


def summed(before=SALES, columns=("local", "export"), **choices):
    return apply(Sum(rule="sum", table="w", columns=list(columns), new="made", **choices), w=before)


@pytest.mark.parametrize(
    ("missing", "sums"),
    [
        (None, [12, None, None, None]),
        ("zero", [12, 5, 4, 0]),
        ("any", [12, 5, 4, None]),
    ],
)
def test_a_missing_part_makes_of_a_sum_what_the_plan_says(missing, sums):
    done = summed(**({} if missing is None else {"missing": missing}))
    assert cells(done.table, "made") == sums
    assert done.counts == {"part_missing": 3}
    assert cells(done.table, "local") == cells(SALES, "local")


def test_a_missing_part_may_be_refused():
    with pytest.raises(MissingValueError, match="local, export: a part is missing on rows 2, 3"):
        summed(missing="refuse")


def test_a_sum_keeps_why_its_part_is_missing():
    refused = np.array([None, None, "refused", None], dtype=object)
    known = SALES.with_column("local", SALES.frame["local"], SALES.kinds["local"], reasons=refused)
    assert list(summed(known).table.reasons["made"]) == [None, None, "refused", None]
    assert "made" not in summed(known, missing="zero").table.reasons


def in_money(before, **currencies):
    for name, money in currencies.items():
        before = before.with_column(name, before.frame[name], Kind("number", money=money))
    return before


def test_amounts_of_two_currencies_or_years_are_not_added_up():
    two = in_money(SALES, local=Money("MAD"), export=Money("USD"))
    with pytest.raises(SchemaError, match="local: MAD; export: USD"):
        summed(two)
    with pytest.raises(SchemaError, match="local: MAD of 2012; export: MAD"):
        summed(in_money(SALES, local=Money("MAD", "2012"), export=Money("MAD")))
    with pytest.raises(SchemaError, match="export: none declared"):
        summed(in_money(SALES, local=Money("MAD")))
    one = summed(in_money(SALES, local=Money("MAD"), export=Money("MAD")))
    assert one.table.kinds["made"] == Kind("number", money=Money("MAD"))


def test_a_sum_beyond_what_numbers_hold_is_refused():
    with pytest.raises(InfiniteValueError, match="made: infinite on row 1 of wave"):
        summed(table({"a": "number", "b": "number"}, a=[1e308], b=[1e308]), columns="ab")


def test_a_column_is_added_once():
    with pytest.raises(ValidationError, match="added twice"):
        summed(columns=["local", "local"])


numbers = st.one_of(st.none(), st.integers(-(10**6), 10**6))


@given(st.lists(st.tuples(numbers, numbers), max_size=20))
def test_what_is_added_and_taken_away_again_is_as_before(rows):
    kinds = {"a": "integer", "b": "integer"}
    before = table(kinds, a=[row[0] for row in rows], b=[row[1] for row in rows])
    added = summed(before, columns=["a", "b"]).table
    rule = Subtract(rule="subtract", table="w", column="made", minus="b", new="again")
    made = apply(rule, w=added).table
    assert cells(made, "again") == [None if None in row else row[0] for row in rows]
    assert made.kinds["again"] == Kind("integer")


def difference(kinds, first, second):
    before = table({"a": kinds, "b": kinds}, a=first, b=second)
    rule = Subtract(rule="subtract", table="w", column="a", minus="b", new="made")
    return cells(apply(rule, w=before).table, "made")


def test_days_differ_by_days_and_periods_by_periods():
    days = difference("date", ["2012-03-01", None], ["2012-02-01", "2012-02-01"])
    assert days == [29.0, None]
    assert days[0] == (date(2012, 3, 1) - date(2012, 2, 1)).days
    assert difference("period:quarter", ["2013Q1"], ["2012Q3"]) == [2.0]


def test_texts_and_columns_of_two_types_have_no_difference():
    with pytest.raises(SchemaError, match="a, b: a difference is between"):
        difference("string", ["2"], ["1"])
    rule = Subtract(rule="subtract", table="w", column="a", minus="b", new="made")
    two = table({"a": "date", "b": "period:month"}, a=["2012-03-01"], b=["2012-03"])
    with pytest.raises(SchemaError, match="bring them into one type"):
        apply(rule, w=two)


def share(part, whole, **choices):
    before = table({"a": "number", "b": "number"}, a=part, b=whole)
    return apply(
        Share(rule="share", table="w", column="a", over="b", new="made", **choices), w=before
    )


def test_nothing_of_nothing_is_missing_and_counted():
    done = share([1.0, 0.0, 0.0, None], [4.0, 0.0, 2.0, 0.0])
    assert cells(done.table, "made") == [0.25, None, 0.0, None]
    assert list(done.table.reasons["made"]) == [None, "zero_over_zero", None, None]
    assert done.counts == {"zero_over_zero": 1}


def test_something_of_nothing_is_refused():
    with pytest.raises(RangeError, match="a over b: something over 0 on row 2 of wave"):
        share([1.0, 1.0], [4.0, 0.0], outside="keep")


def test_a_share_beyond_the_whole_is_refused_unless_it_is_a_ratio():
    with pytest.raises(RangeError, match="below 0 or above 1 on rows 1 and 2"):
        share([5.0, -1.0], [4.0, 4.0])
    assert cells(share([5.0], [4.0], outside="keep").table, "made") == [1.25]


def test_revenue_per_worker_is_money_and_exports_over_revenue_are_not():
    mad = Money("MAD")
    before = in_money(SALES, export=mad, total=mad)
    per_worker = Share(
        rule="share", table="w", column="total", over="jobs", new="made", outside="keep"
    )
    assert apply(per_worker, w=before).table.kinds["made"].money == mad
    of_sales = Share(
        rule="share", table="w", column="export", over="total", new="made", outside="keep"
    )
    with pytest.raises(RangeError, match="something over 0 on row 3"):
        apply(of_sales, w=before)
    assert apply(of_sales, w=before.taken(np.arange(2))).table.kinds["made"].money is None


def logged(values, **choices):
    rule = Log(rule="log", table="w", column="a", new="made", **choices)
    return cells(apply(rule, w=table({"a": "number"}, a=values)).table, "made")


def test_a_zero_has_no_logarithm_but_by_name_of_another_function():
    assert logged([1.0, np.e, None]) == [0.0, 1.0, None]
    with pytest.raises(RangeError, match="a: no log on rows 2 and 3"):
        logged([1.0, 0.0, -1.0])
    assert logged([0.0, 1.0], function="log1p") == [0.0, np.log(2)]
    with pytest.raises(RangeError, match="no log1p on row 1"):
        logged([-0.5], function="log1p")
    assert logged([-2.0, 0.0], function="asinh") == [np.arcsinh(-2.0), 0.0]


def test_a_constant_is_of_its_declared_type():
    rule = Constant(
        rule="constant", table="w", new="wave", value=2012, type="period", frequency="year"
    )
    done = apply(rule, w=SALES)
    assert cells(done.table, "wave") == ["2012"] * 4
    assert done.table.kinds["wave"] == Kind("period", "year")
    with pytest.raises(ValidationError, match="frequency"):
        Constant(rule="constant", table="w", new="wave", value=2012, type="period")
    with pytest.raises(SchemaError, match="value: no value of type integer"):
        apply(
            Constant(rule="constant", table="w", new="x", value="twelve", type="integer"), w=SALES
        )


def joined(separator="-", **columns):
    kinds = {
        name: "number" if isinstance(values[0], float) else "string"
        for name, values in columns.items()
    }
    rule = JoinTexts(
        rule="join_texts", table="w", columns=list(columns), new="id", separator=separator
    )
    return cells(apply(rule, w=table(kinds, **columns)).table, "id")


def test_an_id_of_parts_is_missing_where_a_part_is():
    assert joined(town=["Fes", None], number=[12.0, 3.0]) == ["Fes-12", None]


def test_two_pairs_of_parts_never_become_one_id():
    with pytest.raises(SchemaError, match="a: the separator stands within a text on row 1"):
        joined(a=["x-y"], b=["z"])
    assert joined(separator="/", a=["x-y"], b=["z"]) == ["x-y/z"]


def test_a_fraction_is_no_part_of_an_id():
    with pytest.raises(SchemaError, match="b: no whole number on row 1"):
        joined(a=["x"], b=[1.5])


@pytest.mark.parametrize("name", ["local", "total"])
def test_no_rule_writes_over_a_column(name):
    with pytest.raises(SchemaError, match=f"{name}: the rule constant would write over"):
        apply(Constant(rule="constant", table="w", new=name, value=1, type="integer"), w=SALES)
