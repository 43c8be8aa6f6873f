"""After local suppression every combination is shared by k units in l tenths, no more is withheld than must be, and nothing is by chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.disclosure.public_use.suppression import WITHHELD, Rule, withheld_values
from impact.disclosure.public_use.traits import classes
from impact.errors import DisclosureError

KNOWN = ["city", "trade", "size"]


@st.composite
def populations(draw):
    """Codes of units and a rule that all of them together keep."""
    n, k = draw(st.integers(8, 50)), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    codes = pd.DataFrame({name: rng.integers(0, top, n) for name, top in zip(KNOWN, (2, 5, 3), strict=True)})  # fmt: skip
    codes.insert(0, "start", (np.arange(n) >= n // 2).astype(int))
    return codes, Rule(k, draw(st.integers(1, 2)), np.arange(n) % 10)


def after(codes, withheld):
    left = codes.copy()
    for name in withheld:
        left.loc[withheld[name], name] = WITHHELD
    return left


@settings(max_examples=12, deadline=None)
@given(populations())
def test_every_combination_is_shared_by_enough_units_of_enough_tenths(population):
    codes, rule = population
    left = after(codes, withheld_values(codes, known=KNOWN, rule=rule))
    for members in left.groupby(list(left), sort=False).groups.values():
        tenths = rule.tenth[list(members)]
        assert len(members) >= rule.k
        assert len(set(tenths)) >= rule.diversity
    assert (left["start"] == codes["start"]).all()


@settings(max_examples=6, deadline=None)
@given(populations())
def test_no_group_of_units_could_be_given_its_value_back_alone(population):
    codes, rule = population
    withheld = withheld_values(codes, known=KNOWN, rule=rule)
    left = after(codes, withheld)
    for name in KNOWN:
        without = withheld[withheld[name]].index
        key = left.loc[without].assign(original=codes[name])
        for group in key.groupby(list(key), sort=False).groups.values():
            tried = left.copy()
            tried.loc[group, name] = codes.loc[group[0], name]
            assert rule.unsafe_units(classes(tried)).any()


@settings(max_examples=6, deadline=None)
@given(populations(), st.integers(0, 1000))
def test_the_same_values_are_withheld_whatever_the_order_of_units(population, seed):
    codes, rule = population
    order = np.random.default_rng(seed).permutation(len(codes))
    other = Rule(rule.k, rule.diversity, rule.tenth[order])
    moved = withheld_values(codes.iloc[order].reset_index(drop=True), known=KNOWN, rule=other)
    withheld = withheld_values(codes, known=KNOWN, rule=rule)
    assert (moved.to_numpy() == withheld.to_numpy()[order]).all()


def test_the_least_important_trait_is_withheld_where_any_would_do():
    codes = pd.DataFrame({"start": 0, "city": [0] * 4, "trade": [0, 0, 1, 1]})
    withheld = withheld_values(codes, known=["city", "trade"], rule=Rule(4, 1, np.arange(4)))
    assert withheld.sum().to_dict() == {"city": 0, "trade": 4}


def test_units_with_nothing_left_to_withhold_take_the_smallest_combination_with_them():
    codes = pd.DataFrame({"city": [0] * 5 + [1] * 3 + [2]})
    withheld = withheld_values(codes, known=["city"], rule=Rule(3, 1, np.arange(9)))
    assert withheld["city"].tolist() == [False] * 5 + [True] * 4


def test_nothing_is_withheld_where_all_are_many():
    codes = pd.DataFrame({"city": [0] * 5 + [1] * 5})
    assert not withheld_values(codes, known=["city"], rule=Rule(5, 1, np.arange(10))).any(axis=None)


def test_too_few_who_share_what_is_never_withheld_are_refused_by_name():
    codes = pd.DataFrame({"start": [0, 0, 1], "city": 0})
    with pytest.raises(DisclosureError, match="start: shared by fewer than 2 units"):
        withheld_values(codes, known=["city"], rule=Rule(2, 1, np.arange(3)))
