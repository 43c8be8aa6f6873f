"""p-values of several arms by the lot: against every draw by hand, and against what exchanging all arms would promise."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest

from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.experiments.difference_in_means import DifferenceInMeans
from impact.inference.closed_arms import closed_p_values, partitions

NAMES = ("a", "b", "c", "d", "e")
SAME = 1e-9  # relative, of statistics that tie


def trial(y, arm, *, strata=None):
    """Units seen once, drawn to arms; the first arm is the control."""
    n = len(y)
    frame = pd.DataFrame({"id": np.arange(n), "t": 1, "y": y, "arm": np.array(NAMES)[arm]})
    frame["g"] = np.where(arm > 0, 1.0, np.nan)
    frame["s"] = 0 if strata is None else strata
    return Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", covariates=["arm"], strata=["s"], assignment="randomised"
    )  # fmt: skip


def size_of_t(y, arm, pair):
    """|t| of two arms' means, each mean's variance that of its own residuals over n."""
    means, variances = zip(
        *((y[arm == a].mean(), y[arm == a].var() / (arm == a).sum()) for a in pair), strict=True
    )
    return abs(means[0] - means[1]) / np.sqrt(sum(variances))


def alone(arms, p=0.0):
    return {frozenset(NAMES[a] for a in pair): p for pair in combinations(range(arms), 2)}


def closed(y, arm, *, strata=None, p=0.0, **options):
    estimator = DifferenceInMeans(arm="arm", control="a", strata="effects")
    panel = trial(y, arm, strata=strata)
    return closed_p_values(panel, estimator, alone(int(arm.max()) + 1, p), **options)


def test_of_three_arms_it_is_the_largest_t_over_every_draw():
    y = np.array([1.0, 2.5, 2.0, 6.0, 7.5, 3.0, 4.5])
    arm = np.array([0, 0, 0, 1, 1, 2, 2])
    every = list({tuple(draw) for draw in permutations(arm)})
    pairs = [(0, 1), (0, 2), (1, 2)]
    largest = np.array([max(size_of_t(y, np.array(d), pair) for pair in pairs) for d in every])
    actual = max(size_of_t(y, arm, pair) for pair in pairs)
    expected = (largest >= actual * (1 - SAME)).mean()
    assert list(closed(y, arm).values()) == pytest.approx([expected] * 3)


@pytest.mark.longer
def test_of_four_arms_partitions_into_pairs_count_too():
    rng = np.random.default_rng(4)
    arm = np.repeat([0, 1, 2, 3], 2)
    y = rng.normal(size=8) + 3.0 * arm
    found = closed(y, arm)
    expected = dict.fromkeys(found, 0.0)
    for groups in ([(0, 1, 2, 3)], *([g] for g in combinations(range(4), 3)), *([(0, a), tuple({1, 2, 3} - {a})] for a in (1, 2, 3))):  # fmt: skip
        inside = [pair for group in groups for pair in combinations(group, 2)]
        p = by_hand(y, arm, groups, inside)
        for pair in inside:
            named = frozenset(NAMES[a] for a in pair)
            expected[named] = max(expected[named], p)
    assert found == pytest.approx(expected)


def by_hand(y, arm, groups, inside):
    """The largest t among pairs inside groups, over every draw of the lot within each group."""
    draws = [arm]
    for group in groups:
        places = np.flatnonzero(np.isin(arm, group))
        orders = {tuple(order) for order in permutations(arm[places])}
        draws = [put(draw, places, order) for draw in draws for order in orders]
    sizes = np.array([max(size_of_t(y, draw, pair) for pair in inside) for draw in draws])
    actual = max(size_of_t(y, arm, pair) for pair in inside)
    return (sizes >= actual * (1 - SAME)).mean()


def put(draw, places, order):
    changed = draw.copy()
    changed[places] = order
    return changed


def test_no_p_value_is_below_the_comparisons_own():
    rng = np.random.default_rng(6)
    arm = np.repeat([0, 1, 2], 12)
    found = closed(rng.normal(size=36) + 9.0 * (arm == 2), arm, p=0.2, permutations=199)
    assert min(found.values()) == 0.2


def test_units_stay_in_their_strata():
    """What differs between strata alone is no difference of arms: without them the arms would look alike by chance of 0.03."""
    rng = np.random.default_rng(7)
    strata = np.repeat([0, 1], 9)
    arm = np.tile([0, 1, 2], 6)
    y = rng.normal(size=18) + 50.0 * strata + 2.0 * (arm == 1)
    within = closed(y, arm, strata=strata, permutations=999)
    without = closed(y - 50.0 * strata, arm, permutations=999)
    assert within[frozenset("ab")] == pytest.approx(without[frozenset("ab")], abs=0.05)
    assert within[frozenset("ab")] < closed(y, arm, permutations=999)[frozenset("ab")]


@pytest.mark.slow
def test_a_far_third_arm_does_not_make_two_equal_ones_differ():
    """Two equal arms and one far off: fewer than 5% of lots find the equal two, with room for 200 draws' error."""
    rng = np.random.default_rng(9)
    arm = np.repeat([0, 1, 2], 8)
    false = 0
    for _ in range(200):
        y = rng.normal(size=24) + 20.0 * (arm == 2)
        own = own_p(y, arm, rng)
        given = {**alone(3), frozenset("ab"): own}
        panel = trial(y, arm)
        estimator = DifferenceInMeans(arm="arm", control="a", strata="effects")
        found = closed_p_values(panel, estimator, given, permutations=99)
        false += found[frozenset("ab")] <= 0.05
        assert found[frozenset("ac")] <= 0.05
    assert false / 200 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def own_p(y, arm, rng):
    two = arm < 2
    y, arm = y[two], arm[two]
    drawn = [size_of_t(y, rng.permutation(arm), (0, 1)) for _ in range(99)]
    return (1 + np.sum(np.array(drawn) >= size_of_t(y, arm, (0, 1)) * (1 - SAME))) / 100


def test_partitions_are_all_and_once():
    assert [len(list(partitions(n))) for n in range(6)] == [1, 1, 2, 5, 15, 52]
    assert len({tuple(sorted(p)) for p in partitions(4)}) == 15


def test_more_than_four_arms_are_refused_by_name():
    with pytest.raises(NotAvailableError, match="more than 4 arms"):
        closed(np.arange(10.0), np.repeat(range(5), 2))
