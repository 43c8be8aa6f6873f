"""Append and wide to long: nothing is lost, nothing is taken for another period, and types must agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, cells, table

from impact.data.intake.rules.reshape import Append, WideToLong
from impact.errors import SchemaError, UnparsableValueError

WIDE = table(
    {"id": "string", "q1": "number", "q2": "number", "jobs1": "integer"},
    id=["a", "b"],
    q1=[1.0, None],
    q2=[2.0, 4.0],
    jobs1=[3.0, None],
)


def long(columns=None, **choices):
    columns = columns or {"revenue": {"2012Q2": "q2", "2012Q1": "q1"}, "jobs": {"2012Q1": "jobs1"}}
    rule = WideToLong(
        rule="wide_to_long",
        table="w",
        period="quarter",
        frequency="quarter",
        columns=columns,
        **choices,
    )
    return apply(rule, w=WIDE)


def test_each_row_becomes_one_a_period_in_times_order():
    made = long().table
    assert cells(made, "id") == ["a", "a", "b", "b"]
    assert cells(made, "quarter") == ["2012Q1", "2012Q2"] * 2
    assert cells(made, "revenue") == [1.0, 2.0, None, 4.0]
    assert cells(made, "jobs") == [3.0, None, None, None]
    assert list(made.origin) == [1, 1, 2, 2]


def test_periods_of_which_nothing_is_known_are_left_out_only_where_the_plan_says_so():
    done = long(leave_out="all_missing")
    assert cells(done.table, "quarter") == ["2012Q1", "2012Q2", "2012Q2"]
    assert done.counts == {"nothing_known": 1}


def test_a_reason_goes_with_its_cell():
    refused = np.array([None, "refused"], dtype=object)
    wide = WIDE.with_column("q1", WIDE.frame["q1"], WIDE.kinds["q1"], reasons=refused)
    rule = WideToLong(
        rule="wide_to_long", table="w", period="quarter", frequency="quarter",
        columns={"revenue": {"2012Q1": "q1", "2012Q2": "q2"}},
    )  # fmt: skip
    assert list(apply(rule, w=wide).table.reasons["revenue"]) == [None, None, "refused", None]


def test_a_column_stands_for_one_period():
    with pytest.raises(ValidationError, match="name each once"):
        long({"revenue": {"2012Q1": "q1", "2012Q2": "q1"}})


def test_what_is_no_period_is_refused():
    with pytest.raises(UnparsableValueError, match="quarter"):
        long({"revenue": {"T1 2012": "q1"}})


def test_one_period_in_two_spellings_is_refused():
    with pytest.raises(SchemaError, match="two ways"):
        long({"revenue": {"2012Q1": "q1", "2012-Q1": "q2"}})


def test_columns_of_two_types_do_not_become_one():
    with pytest.raises(SchemaError, match="revenue: its columns are of several types"):
        long({"revenue": {"2012Q1": "q1", "2012Q2": "jobs1"}})


def test_a_new_column_writes_over_none():
    with pytest.raises(SchemaError, match="id: the rule wide_to_long would write over"):
        long({"id": {"2012Q1": "q1"}})


def test_tables_stand_one_below_the_other_and_lacking_columns_are_missing():
    more = table({"id": "string", "city": "string"}, id=["c"], city=["Fes"])
    done = apply(Append(rule="append", tables=["w", "m"], into="all"), w=WIDE, m=more)
    assert cells(done.table, "id") == ["a", "b", "c"]
    assert cells(done.table, "q2") == [2.0, 4.0, None]
    assert cells(done.table, "city") == [None, None, "Fes"]
    assert done.counts == {"columns_lacking": 4}
    common = apply(
        Append(rule="append", tables=["w", "m"], into="all", only="common"), w=WIDE, m=more
    )
    assert list(common.table.kinds) == ["id"]


def test_a_column_of_two_types_is_not_appended():
    other = table({"id": "string", "q1": "string"}, id=["c"], q1=["5"])
    with pytest.raises(SchemaError, match="q1: of type string in m, of another above it"):
        apply(Append(rule="append", tables=["w", "m"], into="all"), w=WIDE, m=other)


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=3, max_size=3),
        min_size=1,
        max_size=20,
    )
)
def test_every_value_of_a_wide_table_is_in_the_long_one_once(rows):
    names = ["v1", "v2", "v3"]
    wide = table(
        {"id": "integer", **dict.fromkeys(names, "number")},
        id=list(range(len(rows))),
        **{name: [row[i] for row in rows] for i, name in enumerate(names)},
    )
    rule = WideToLong(
        rule="wide_to_long", table="w", period="wave", frequency="integer",
        columns={"value": {str(i): name for i, name in enumerate(names, start=1)}},
    )  # fmt: skip
    assert cells(apply(rule, w=wide).table, "value") == [value for row in rows for value in row]
