"""Covariances are objects; short names and nearest words."""

import pytest

from impact.covariance.choice import (
    BY_NAME,
    Clustered,
    Homoskedastic,
    Robust,
    covariance_of,
)
from impact.errors import UnknownNameError, UsageError


@pytest.mark.parametrize("name", BY_NAME)
def test_a_short_name_stands_for_an_object_that_stands_for_itself(name):
    found = covariance_of(name)
    assert covariance_of(found) is found
    assert covariance_of(found.name) == found


@pytest.mark.parametrize(
    ("word", "near"),
    [("cluster", "clustered"), ("HC", "HC"), ("crv1", "CRV"), ("twoway", "two_way")],
)
def test_an_unknown_word_is_refused_with_the_nearest_one(word, near):
    with pytest.raises(UnknownNameError, match=f"did you mean {near}"):
        covariance_of(word)


def test_what_is_no_word_at_all_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="choose among 'clustered'"):
        covariance_of(3)


def test_unknown_kinds_are_refused_by_the_objects_themselves():
    with pytest.raises(UnknownNameError, match="kind='CRV5'"):
        Clustered("CRV5")
    with pytest.raises(UnknownNameError, match="kind='HC9'"):
        Robust("HC9")
    with pytest.raises(UnknownNameError, match="did you mean satterthwaite"):
        Clustered("CRV2", df="saterthwaite")


def test_two_way_clusters_are_two_different_columns_with_a_simple_factor():
    with pytest.raises(UsageError, match="two different columns"):
        Clustered(by=("village", "village"))
    with pytest.raises(UsageError, match="CRV0 and CRV1"):
        Clustered("CRV3", by=("village", "quarter"))


def test_the_convention_names_clusters_factor_and_distribution():
    assert Clustered("CRV3", by="village").convention == (
        "CRV3 clustered by village (leave one cluster out), t(G-1)"
    )
    assert Clustered("CRV2").convention == "CRV2 clustered, t(Satterthwaite)"
    assert Clustered(by=("village", "quarter")).name == "CRV1 by village and quarter"
    assert Robust("HC3").convention == "HC3, t(n-k)"
    assert Homoskedastic().convention == "homoskedastic, t(n-k)"
