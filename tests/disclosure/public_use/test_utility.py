"""What is said of a figure beside its public twin follows from zero, sign and overlap alone."""

import numpy as np
import pytest

from impact.disclosure.public_use.utility import Figure, Pair


def pair(one, other):
    figures = [Figure(max(-9.0, ends[0]) + min(9.0, ends[1]), 1.0, *ends) for ends in (one, other)]
    return Pair("headline", "permutation", "y", *figures)


@pytest.mark.parametrize(
    ("restricted", "public", "verdict"),
    [
        ((1, 5), (2, 6), "survives"),
        ((-1, 5), (-2, 6), "survives"),
        ((-5, 4), (-4, 5), "survives"),  # another sign, and zero in both
        ((1, 5), (-1, 5), "weakened"),
        ((1, 5), (4, 8), "weakened"),
        ((1, 5), (6, 8), "lost"),
        ((1, 5), (-5, -1), "lost"),
        ((-np.inf, np.inf), (-np.inf, 5), "lost"),
    ],
)
def test_a_conclusion_survives_weakens_or_is_lost(restricted, public, verdict):
    assert pair(restricted, public).verdict == verdict


def test_intervals_overlap_by_their_common_part():
    assert pair((0, 4), (2, 6)).overlap == pytest.approx(0.5)
    assert pair((0, 4), (1, 3)).overlap == pytest.approx(0.75)
    assert pair((0, 4), (5, 6)).overlap == 0
