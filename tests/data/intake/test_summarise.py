"""One row a key: counts, sums, firsts and largest, of the rows in which conditions hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, cells, table

from impact.data.intake.rules.summarise import Summarise
from impact.errors import MissingValueError, SchemaError

LIST = table(
    {"id": "string", "activity": "string", "when": "period:quarter", "spent": "number"},
    id=["b", "a", "b", "b"],
    activity=["fair", "fair", "visit", "fair"],
    when=["2013Q2", "2012Q4", "2012Q1", None],
    spent=[5.0, 2.0, 1.0, None],
)


def made(**columns):
    return apply(Summarise(rule="summarise", table="w", by=["id"], columns=columns), w=LIST).table


def test_each_way_makes_one_value_of_several_rows():
    result = made(
        fairs={"count": True, "where": [{"column": "activity", "is": "fair"}]},
        spent_in_all={"sum": "spent"},
        last={"largest": "when"},
        began={"smallest": "when"},
        dearest={"largest": "spent"},
        first_activity={"first": "activity"},
        last_activity={"last": "activity"},
    )
    assert cells(result, "id") == ["b", "a"]
    assert cells(result, "fairs") == [2, 1]
    assert cells(result, "spent_in_all") == [None, 2.0]
    assert cells(result, "last") == ["2013Q2", "2012Q4"]
    assert cells(result, "began") == ["2012Q1", "2012Q4"]
    assert cells(result, "dearest") == [5.0, 2.0]
    assert cells(result, "first_activity") == ["fair", "fair"]
    assert cells(result, "last_activity") == ["fair", "fair"]


def test_a_key_of_no_fitting_row_counts_nought_and_knows_nothing():
    result = made(
        visits={"count": True, "where": [{"column": "activity", "is": "visit"}]},
        seen={"first": "when", "where": [{"column": "activity", "is": "visit"}]},
    )
    assert cells(result, "visits") == [1, 0]
    assert cells(result, "seen") == ["2012Q1", None]


def test_a_row_without_its_key_is_refused_by_its_row():
    with pytest.raises(MissingValueError, match="when: missing on row 4 of wave"):
        apply(
            Summarise(rule="summarise", table="w", by=["when"], columns={"n": {"count": True}}),
            w=LIST,
        )


def test_texts_have_no_largest_and_a_key_is_not_written_over():
    with pytest.raises(SchemaError, match="activity: largest and smallest need"):
        made(most={"largest": "activity"})
    with pytest.raises(SchemaError, match="id: a column of the key"):
        made(id={"count": True})


@pytest.mark.parametrize("ways", [{}, {"count": True, "sum": "spent"}])
def test_a_column_is_made_in_one_way(ways):
    with pytest.raises(ValidationError, match="one of count, sum"):
        made(n=ways)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-100, 100)), min_size=1, max_size=40))
def test_counts_and_sums_add_up_to_the_whole(rows):
    listed = table(
        {"id": "string", "v": "number"}, id=[key for key, _ in rows], v=[float(v) for _, v in rows]
    )
    rule = Summarise(
        rule="summarise", table="w", by=["id"], columns={"n": {"count": True}, "s": {"sum": "v"}}
    )
    result = apply(rule, w=listed).table
    assert sum(cells(result, "n")) == len(rows)
    assert sum(cells(result, "s")) == sum(v for _, v in rows)
