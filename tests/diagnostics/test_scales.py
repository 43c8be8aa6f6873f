"""Scales agree when all show an effect of one sign, or none does."""

import pandas as pd
import pytest

from impact.diagnostics.scales import Scales
from impact.diagnostics.specification_curve import SpecificationCurve


def curve(**scales):
    """Scales with four specifications each: (how many are beyond chance, sign)."""
    rows = [
        {"scale": scale, "statistic": sign * (3.0 if i < beyond else 1.0), "p_value": 0.01 if i < beyond else 0.4}
        for scale, (beyond, sign) in scales.items()
        for i in range(4)
    ]  # fmt: skip
    return SpecificationCurve(pd.DataFrame(rows), 1.0, 0.0, 0.5, 0.5, 199)


CASES = [
    ({"level": (3, 1), "log1p": (0, 1), "rank": (0, 1)}, False),
    ({"level": (3, 1), "log1p": (3, -1), "rank": (3, 1)}, False),
    ({"level": (4, 1), "log1p": (3, 1), "rank": (2, 1)}, True),
    ({"level": (0, 1), "log1p": (1, -1), "rank": (0, 1)}, True),
    ({"level": (0, 1), "log1p": (4, 1), "rank": (0, 1)}, False),
]


@pytest.mark.parametrize(("scales", "agree"), CASES)
def test_whether_scales_agree(scales, agree):
    found = Scales.of(curve(**scales))
    assert found.agree is agree
    assert found.check().status == ("pass" if agree else "warn")


def test_the_share_beyond_chance_is_of_each_scales_own_specifications():
    found = Scales.of(curve(level=(3, 1), log1p=(0, 1)))
    assert list(found.shares.beyond_chance) == [0.75, 0.0]
    assert list(found.shares.n) == [4, 4]


def test_one_scale_is_nothing_to_compare():
    assert Scales.of(curve(level=(3, 1))).check().status == "not_applicable"
