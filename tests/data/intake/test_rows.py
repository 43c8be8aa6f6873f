"""Keep, drop and duplicates: which rows stay, and that what is not stated is refused."""

import pytest
from pydantic import ValidationError
from tables import apply, cells, table

from impact.data.intake.rules.rows import Drop, Duplicates, Keep, Sort
from impact.errors import DuplicateKeyError, MissingColumnError, SchemaError

WAVE = table(
    {"id": "string", "quarter": "period:quarter", "revenue": "number", "seen": "date"},
    id=["a", "a", "b", "c", None],
    quarter=["2012Q1", "2012Q2", "2012Q1", "2013Q1", "2013Q1"],
    revenue=[10.0, 0.0, None, 99.0, 5.0],
    seen=["2012-02-01", "2012-05-01", "2012-02-01", None, "2013-02-01"],
)


def kept(*conditions):
    done = apply(Keep(rule="keep", table="w", where=list(conditions)), w=WAVE)
    assert done.touched == len(WAVE) - len(done.table)
    return list(done.table.origin)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ({"column": "id", "is": "a"}, [1, 2]),
        ({"column": "id", "is_not": "a"}, [3, 4, 5]),
        ({"column": "id", "one_of": ["a", "c"]}, [1, 2, 4]),
        ({"column": "id", "none_of": ["a", "c"]}, [3, 5]),
        ({"column": "revenue", "is": 0}, [2]),
        ({"column": "revenue", "is": "0"}, [2]),
        ({"column": "revenue", "above": 5}, [1, 4]),
        ({"column": "revenue", "at_least": 5}, [1, 4, 5]),
        ({"column": "revenue", "below": 5}, [2]),
        ({"column": "revenue", "filled": False}, [3]),
        ({"column": "quarter", "at_least": "2012Q2"}, [2, 4, 5]),
        ({"column": "quarter", "at_most": "2012Q1"}, [1, 3]),
        ({"column": "seen", "above": "2012-02-01"}, [2, 5]),
    ],
)
def test_a_condition_keeps_the_rows_in_which_it_holds(condition, rows):
    assert kept(condition) == rows
    dropped = apply(Drop(rule="drop", table="w", where=[condition]), w=WAVE).table
    assert sorted([*rows, *dropped.origin]) == [1, 2, 3, 4, 5]


def test_several_conditions_must_all_hold():
    assert kept({"column": "id", "is": "a"}, {"column": "revenue", "above": 0}) == [1]


@pytest.mark.parametrize("tests", [{}, {"is": 1, "is_not": 2}])
def test_a_condition_makes_one_test(tests):
    with pytest.raises(ValidationError, match="one test"):
        Keep(rule="keep", table="w", where=[{"column": "id", **tests}])


def test_texts_are_not_put_in_order():
    with pytest.raises(SchemaError, match="id: at_least"):
        kept({"column": "id", "at_least": "b"})


def test_an_unknown_column_is_refused_with_the_nearest_one():
    with pytest.raises(MissingColumnError, match=r"revenues: no such column.*revenue"):
        kept({"column": "revenues", "is": 0})


TWICE = table(
    {"id": "string", "revenue": "number", "seen": "date"},
    id=["a", "a", "b", "b", None, None],
    revenue=[1.0, 1.0, 2.0, 3.0, 4.0, 4.0],
    seen=["2012-02-01", "2012-02-01", "2012-02-01", "2012-03-01", None, None],
)


def left(**choices):
    return list(
        apply(Duplicates(rule="duplicates", table="w", on=["id"], **choices), w=TWICE).table.origin
    )


def test_repeated_keys_are_refused_unless_a_rule_says_which_row_stays():
    with pytest.raises(DuplicateKeyError, match="id: repeat on rows 1, 2, 3 and 4 of wave"):
        left()


def test_rows_that_differ_are_not_identical():
    with pytest.raises(DuplicateKeyError, match="rows 3 and 4 of wave"):
        left(keep="identical")


@pytest.mark.parametrize(
    ("choices", "rows"),
    [
        ({"keep": "first"}, [1, 3, 5, 6]),
        ({"keep": "last"}, [2, 4, 5, 6]),
    ],
)
def test_the_stated_row_stays_and_rows_without_a_key_are_no_repetition(choices, rows):
    assert left(**choices) == rows


def test_largest_by_a_column_that_ties_is_refused():
    with pytest.raises(DuplicateKeyError, match="one value of seen on rows 1 and 2"):
        left(keep="largest", by="seen")
    without = TWICE.taken(TWICE.origin != 1)
    done = apply(
        Duplicates(rule="duplicates", table="w", on=["id"], keep="largest", by="seen"), w=without
    )
    assert list(done.table.origin) == [2, 4, 5, 6]
    assert done.touched == 1


def test_by_goes_with_largest_and_smallest_alone():
    with pytest.raises(SchemaError, match="do not go together"):
        left(keep="first", by="seen")


def test_identical_rows_become_one():
    same = TWICE.taken(TWICE.origin <= 2)
    done = apply(Duplicates(rule="duplicates", table="w", on=["id"], keep="identical"), w=same)
    assert cells(done.table, "id") == ["a"]


def test_rows_are_put_in_order_and_those_that_moved_are_counted():
    done = apply(Sort(rule="sort", table="w", by=["quarter", "revenue"]), w=WAVE)
    assert list(done.table.origin) == [1, 3, 2, 5, 4]
    assert done.touched == 4
