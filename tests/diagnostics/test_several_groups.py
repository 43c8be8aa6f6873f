"""All arms of a lot are tested together: the statistic by its definition, the p-value by every draw of the lot."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from impact.data.panel import Panel
from impact.diagnostics.several_groups import balance_among, response_among

EXACT = 1e-10  # relative; both are sums of the same floats


def panel_of(values, *, strata=None, cluster=None):
    """Units seen before a start and after, drawn by lot; ``values`` (N, q) are known of them before."""
    n = len(values)
    frame = pd.DataFrame({"id": np.repeat(np.arange(n), 2), "t": np.tile([1, 2], n)})
    for place, column in enumerate(np.transpose(values)):
        frame[f"x{place}"] = column[frame["id"]]
    frame["y"] = frame.pop("x0")
    frame["g"] = np.where(frame["id"] < n - 1, 2.0, np.nan)
    frame["s"] = 0 if strata is None else np.asarray(strata)[frame["id"]]
    frame["c"] = frame["id"] if cluster is None else np.asarray(cluster)[frame["id"]]
    return Panel.from_frame(
        frame,
        unit="id",
        time="t",
        outcome="y",
        cohort="g",
        covariates=[name for name in frame if name.startswith("x")],
        strata=["s"],
        cluster=None if cluster is None else "c",
        assignment="randomised",
    )


def by_definition(X, arm):
    """Pillai's trace times N: between-arm over total scatter of columns with mean 0."""
    S = X.T @ X / len(X)
    means = [X[arm == code].mean(axis=0) for code in np.unique(arm)]
    sizes = [(arm == code).sum() for code in np.unique(arm)]
    return sum(n * m @ np.linalg.inv(S) @ m for n, m in zip(sizes, means, strict=True))


def test_balance_over_all_arms_is_its_definition_and_its_p_value_that_of_every_draw():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(7, 2))
    arm = np.array([0, 0, 0, 1, 1, 2, 2])
    found = balance_among(panel_of(X), arm, permutations=99)
    centred = X - X.mean(axis=0)
    assert found.statistic == pytest.approx(by_definition(centred, arm), rel=EXACT)
    draws = {tuple(draw) for draw in permutations(arm)}
    every = np.array([by_definition(centred, np.array(draw)) for draw in draws])
    assert found.p_value == pytest.approx((every >= found.statistic * (1 - 1e-9)).mean())
    assert (found.name, found.why) == ("balance_of_arms", f"draws_of_the_lot:{len(draws)}")


def test_within_strata_only_differences_within_them_count():
    rng = np.random.default_rng(5)
    strata = np.repeat([0, 1], 12)
    arm = np.tile([0, 1, 2], 8)
    X = rng.normal(size=(24, 2)) + 100 * strata[:, None]
    found = balance_among(panel_of(X, strata=strata), arm, permutations=199)
    within = X - np.array([X[strata == code].mean(axis=0) for code in strata])
    assert found.statistic == pytest.approx(by_definition(within, arm), rel=EXACT)


def test_clusters_that_were_drawn_count_once_each():
    rng = np.random.default_rng(8)
    cluster = np.repeat(np.arange(8), 3)
    arm = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    X = rng.normal(size=(24, 1))
    found = balance_among(panel_of(X, cluster=cluster), arm[cluster], permutations=99)
    means = X.reshape(8, 3, 1).mean(axis=1)
    assert found.statistic == pytest.approx(by_definition(means - means.mean(), arm), rel=EXACT)
    assert found.why == "draws_of_the_lot:560"  # 8! / (3! 3! 2!)


def test_an_arm_that_answers_less_is_found_among_all():
    answered = np.ones(60)
    arm = np.repeat([0, 1, 2], 20)
    rng = np.random.default_rng(2)
    panel = panel_of(rng.normal(size=(60, 1)))
    assert response_among(panel, arm, answered).why == "nobody_lost"
    few = np.where(rng.permutation(60) < 12, 0.0, 1.0)
    assert response_among(panel, arm, few, permutations=199).status == "pass"
    gone = np.where((arm == 2) & (np.arange(60) % 2 == 0), 0.0, answered)
    found = response_among(panel, arm, gone, permutations=199)
    assert (found.name, found.status) == ("attrition_of_arms", "warn")
    p = 1 - gone.mean()
    assert found.statistic == pytest.approx(
        sum(20 * (gone[arm == a].mean() - gone.mean()) ** 2 for a in range(3)) / (p * (1 - p)),
        rel=EXACT,
    )


def test_nothing_known_or_nothing_that_varies_is_not_a_pass():
    constant = panel_of(np.ones((9, 1)))
    arm = np.repeat([0, 1, 2], 3)
    assert balance_among(constant, arm).status == "not_applicable"
