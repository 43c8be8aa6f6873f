"""Columns of a table on paper: numbers and short texts by their own words, a first column never narrower than its longest word."""

import pytest

from impact.reporting.render.paper import _widths


@pytest.mark.parametrize(
    ("numeric", "lengths", "word", "expected"),
    [
        # found in, key, planned, done, bears on, reason: four long texts leave the first no room
        (
            [False] * 6,
            [4, 10, 160, 40, 35, 36],
            8,
            ["auto", "auto", "70fr", "40fr", "35fr", "36fr"],
        ),
        ([False] * 6, [4, 10, 20, 18, 17, 30], 8, ["15fr", "auto", "20fr", "18fr", "17fr", "30fr"]),
        ([False, True, True], [4, 5, 5], 9, ["15fr", "auto", "auto"]),
        ([False, False], [40, 160], 20, ["40fr", "70fr"]),
        ([True, False], [2, 160], 2, ["auto", "70fr"]),
    ],
)
def test_a_first_column_keeps_room_for_its_longest_word(numeric, lengths, word, expected):
    assert _widths(numeric, lengths, word=word) == expected
