"""Each change of values does what docs/public-use.md says, and tells how many cells it touched."""

import numpy as np
import pandas as pd
import pytest
from disclosure.public_use.named_firms import choices
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.data.schema import Column
from impact.disclosure.public_use.values import coarser
from impact.errors import DisclosureError

LABEL = {"en": "x", "fr": "x"}
UNITS = pd.Series([f"u{n // 3}" for n in range(60)])


def column(kind="number", **more):
    return Column.model_validate({"type": kind, "label": LABEL, **more})


def of(cells, told, **changes):
    return coarser(pd.Series(cells, name="revenue"), told, choices(**{"top": {}, "round": {}} | changes), units=UNITS[: len(cells)])  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=60, max_size=60), st.floats(0.5, 0.99))
def test_cutting_at_the_top_keeps_the_total_and_touches_ten_units_at_least(cells, quantile):
    made = of(cells, column(), top={"revenue": {"quantile": quantile}})
    assert made.cells.sum() == pytest.approx(sum(cells), rel=1e-12, abs=1e-9)
    beyond = np.flatnonzero(made.cells == made.cells.max())
    assert UNITS[beyond].nunique() >= 10
    smaller = made.cells < made.cells.max()
    assert (made.cells[smaller] == pd.Series(cells)[smaller]).all()


def test_a_cut_beyond_all_values_changes_nothing():
    made = of(np.arange(60.0), column(), top={"revenue": {"value": 1000.0}})
    assert made.cells.tolist() == list(range(60))
    assert not made.changed["top_coded"].any()


def test_a_cut_at_the_bottom_replaces_the_smallest_by_their_mean_or_by_the_limit():
    low = {"bottom": {"revenue": {"quantile": 0.5}}}
    assert of(np.arange(60.0), column(), **low).cells.min() == pytest.approx(14.5)
    assert of(np.arange(60.0), column(), **low, beyond="limit").cells.min() == pytest.approx(29.5)


def test_too_few_units_with_a_value_are_refused_by_the_columns_name():
    with pytest.raises(DisclosureError, match="revenue: fewer than 10 units have a value"):
        of([1.0, 2.0, 3.0, np.nan], column(), top={"revenue": {"quantile": 0.5}})


@pytest.mark.parametrize(
    ("rounding", "rounded"),
    [({"to": 100.0}, [23000.0, 0.0, -100.0]), ({"digits": 2}, [23000.0, 4.5, -120.0])],
)
def test_amounts_are_rounded_to_a_step_or_to_digits_that_count(rounding, rounded):
    made = of([22995.0, 4.51, -123.0], column(minimum=-200), round={"revenue": rounding})
    assert made.cells.tolist() == rounded
    assert made.column.minimum is None


def test_bands_are_named_as_intervals_and_a_blank_stays_one():
    made = of([0.0, 1.0, 4.9, 5.0, np.nan], column(unit="MAD"), bands={"revenue": [1, 5]})
    assert made.cells.tolist()[:4] == ["< 1", "[1, 5)", "[1, 5)", ">= 5"]
    assert made.cells.isna().tolist() == [False] * 4 + [True]
    assert made.column.categories == ["< 1", "[1, 5)", ">= 5"]
    assert made.column.description.en == "MAD"


def test_categories_are_joined_and_the_others_stay():
    told = column("category", categories=["a", "b", "c"])
    groups = {"revenue": {"ab": {"of": ["a", "b"], "label": LABEL}}}
    made = of(["a", "b", "c", None], told, recode=groups)
    assert made.cells.tolist()[:3] == ["ab", "ab", "c"]
    assert made.cells.isna().tolist() == [False] * 3 + [True]
    assert made.column.categories == ["c", "ab"]
    assert made.changed["recoded"].tolist() == [True, True, False, False]


def test_of_a_date_only_the_year_stays():
    made = of(["2013-05-04", None], column("date"), years=["revenue"])
    assert made.cells.tolist()[0] == 2013
    assert made.column.type == "integer"
