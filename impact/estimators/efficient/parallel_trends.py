"""Efficient weights under parallel trends: every comparison before treatment, which should be nil, sharpens the effects."""

from dataclasses import replace

import numpy as np

from impact.arrays import Floats, Mask
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.comparisons.by_cell import Contrasted, Contrasts, comparable, contrast_means
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.moments import PathMoments
from impact.moments.features import changes

UNITS_A_MOMENT = 3  # a cohort should have several units for each comparison that is weighed


def efficient_under_trends(moments: PathMoments, *, level: float) -> Estimate:
    """Return effects by cohort and period with the least variance that parallel trends in all periods allow.

    The effect against never-treated units, less its regression on all changes before treatment between cohorts, whose
    expectation is nil.

    Raises
    ------
    NotAvailableError
        Without never-treated units.
    NotIdentifiedError
        When no treated cohort has a period before treatment.
    """
    if not np.isinf(moments.every_cohort).any():
        raise NotAvailableError(
            "EfficientDiD(assumption='parallel_trends'): needs never-treated units; use CallawaySantAnna"
        )
    pairs, effects, nil = _compared(moments)
    nobody = f"{moments.outcome}: no cohort is observed before and after treatment beside never-treated units"
    if not pairs:
        raise NotIdentifiedError(nobody)
    features = changes(moments, pairs)
    effects, nil = (each.of(comparable(moments, features, each)) for each in (effects, nil))
    if not len(effects.code):
        raise NotIdentifiedError(nobody)
    found = contrast_means(moments, features, effects.and_also(nil))
    k = len(effects.code)
    covariance = found.scores.covariance()
    slope = covariance[:k, k:] @ np.linalg.pinv(covariance[k:, k:], hermitian=True, rcond=1e-10)
    return _estimate(moments, found, np.hstack([np.eye(k), -slope]), effects, level=level)


def _compared(moments: PathMoments) -> tuple[list[tuple[int, int]], Contrasts, Contrasts]:
    """Pairs of periods, the effects after treatment, and changes from period to period before it; never-treated controls."""
    times, every = moments.times, moments.every_cohort
    never = np.isinf(every)
    pairs: dict[tuple[int, int], int] = {}
    effects: list[tuple[int, int, int, Mask]] = []
    nil: list[tuple[int, int, int, Mask]] = []
    for code in np.flatnonzero(np.isfinite(every)):
        before = np.flatnonzero(times < every[code])
        if not before.size:
            continue
        for period in range(len(times)):
            treated = times[period] >= every[code]
            if period == 0 and not treated:
                continue
            base = int(before[-1]) if treated else period - 1
            feature = pairs.setdefault((period, base), len(pairs))
            (effects if treated else nil).append((int(code), period, feature, never))
    n_cohorts = len(every)
    return (
        list(pairs),
        Contrasts.of_rows(effects, n_cohorts=n_cohorts),
        Contrasts.of_rows(nil, n_cohorts=n_cohorts),
    )


def _estimate(
    moments: PathMoments, found: Contrasted, weights: Floats, effects: Contrasts, *, level: float
) -> Estimate:
    detail = GroupTimeDetail.of(moments, effects.code, effects.period, shares="estimated")
    k, n_nil = len(weights), weights.shape[1] - len(weights)
    smallest = moments.by_cohort(moments.n.astype(float)).min()
    thin = smallest < UNITS_A_MOMENT * n_nil
    return group_time_estimate(
        moments,
        detail,
        weights @ found.values,
        found.scores.mix(weights),
        rows=replace(
            detail.rows(moments, n_control=found.n_control[:k]), n_treated=found.n_treated[:k]
        ),
        method=(
            f"Efficient under parallel trends; control never treated, sharpened by {n_nil} comparisons before treatment; "
            "influence function, clustered, normal"
        ),
        spec={
            "estimator": "EfficientDiD",
            "assumption": "parallel_trends",
            "comparisons_before": n_nil,
            "level": level,
            "df": None,
        },
        notes=(
            *cohorts_left_out(moments, detail),
            *(("cohorts_too_small_to_weigh",) if thin else ()),
        ),
        source="Chen, Sant'Anna and Xie (2025), arXiv 2506.17729, section 4, without covariates",
    )
