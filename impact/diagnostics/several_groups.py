"""Are all arms of a lot alike: one test over every characteristic and arm, whose p-value is that of the lot drawn again.

With x_i what is known of a unit, within strata, m_a its mean in arm a of n_a units, and S the covariance of x over all units,

    T = sum over arms of n_a m_a' S^-1 m_a,

the trace of between-arm over total scatter (Pillai). S does not depend on who is in which arm, so other draws cost their means.
"""

import numpy as np

from impact.arrays import Floats, Integers
from impact.check_result import CheckResult, not_applicable, status_of
from impact.data.panel import Panel
from impact.diagnostics.balance import characteristics_of, independent
from impact.inference.exchange import Exchange
from impact.interval import permutation_p
from impact.streams import stream

PERMUTATIONS = 1999


def balance_among(
    panel: Panel, arm: Integers, *, permutations: int = PERMUTATIONS, seed: int = 2012
) -> CheckResult:
    """Test together whether arms differ in anything known before the start by more than the lot gives.

    Parameters
    ----------
    panel : Panel
        Of every arm; its characteristics are those of `baseline_table`.
    arm : ndarray of int, (N,)
        Each unit's arm, 0 to A - 1.
    permutations : int
        Other draws of the lot, of units or clusters within strata; all where they are few.
    seed : int

    Returns
    -------
    CheckResult
        ``balance_of_arms``: ``statistic`` T, ``p_value`` by the lot. Not applicable without a characteristic that varies.

    References
    ----------
    Bruhn and McKenzie (2009), American Economic Journal: Applied 1(4), sec. IV; Hansen and Bowers (2008), Statistical
    Science 23(2).
    """
    found = [values for _, _, values in characteristics_of(panel, drop_first=True)]
    if not found:
        return not_applicable("balance_of_arms", "no_baseline_period_or_characteristic")
    return _tested_by_the_lot(
        "balance_of_arms", panel, arm, np.column_stack(found), permutations=permutations, seed=seed
    )


def response_among(
    panel: Panel,
    arm: Integers,
    answered: Floats,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 2012,
) -> CheckResult:
    """Test whether the share that answered differs between arms by more than the lot gives; ``answered`` (N,) is 1 or 0.

    As `balance_among`, named ``attrition_of_arms``; passed where everybody answered.
    """
    if answered.all():
        return CheckResult("attrition_of_arms", "pass", "nobody_lost", statistic=0.0)
    return _tested_by_the_lot(
        "attrition_of_arms", panel, arm, answered[:, None], permutations=permutations, seed=seed
    )


def _tested_by_the_lot(
    name: str, panel: Panel, arm: Integers, values: Floats, *, permutations: int, seed: int
) -> CheckResult:
    exchange = Exchange.of(panel, arm)
    X = _within(_of_assigned(values, exchange), exchange.strata)
    known = np.asarray(~np.isnan(X).any(axis=1))
    kept = independent(X[known])
    if not kept.any():
        return not_applicable(name, "nothing_to_test")
    X = np.where(known[:, None], X[:, kept], 0.0)
    root = np.linalg.cholesky(np.linalg.pinv(np.atleast_2d(X.T @ X / known.sum()), hermitian=True))
    scaled = X @ root
    others = exchange.drawn(permutations, stream(seed, "drawn_arms"))
    one_each = np.unique(exchange.assigned_with, return_index=True)[1]
    draws = np.vstack([exchange.labels[None], others.labels[:, one_each]])
    statistics = sum(_of_arm((draws == code) & known, scaled) for code in range(int(arm.max()) + 1))
    statistics = np.asarray(statistics)
    p = float(permutation_p(statistics[:1], statistics[1:], added=others.added))
    return CheckResult(
        name, status_of(p), f"draws_of_the_lot:{len(others.labels)}", float(statistics[0]), p
    )


def _of_arm(inside: Floats, scaled: Floats) -> Floats:
    """Return an arm's part of T under each draw (P,), from who is in it, (P, N), and what is known, scaled by S, (N, q)."""
    size = np.maximum(inside.sum(axis=1), 1)
    return np.asarray(((inside @ scaled) ** 2).sum(axis=1) / size)


def _of_assigned(values: Floats, exchange: Exchange) -> Floats:
    """Mean of each unit of assignment: of clusters, where these were drawn, (G, q)."""
    n = len(exchange.labels)
    return np.column_stack(
        [
            np.bincount(exchange.assigned_with, weights=column, minlength=n)
            / np.bincount(exchange.assigned_with, minlength=n)
            for column in values.T
        ]
    )


def _within(X: Floats, strata: Integers) -> Floats:
    """Take each stratum's mean out; a unit with anything unknown becomes unknown whole."""
    known = np.asarray(~np.isnan(X).any(axis=1))
    left = np.where(known[:, None], X, np.nan)
    for code in np.unique(strata):
        rows = np.asarray((strata == code) & known)
        if rows.any():
            left[rows] -= left[rows].mean(axis=0)
    return left
