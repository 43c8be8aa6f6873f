"""Averages of group-time effects: by event time, cohort, period and overall, with estimated cohort shares."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from impact.errors import NotAvailableError
from impact.estimate import Rows
from impact.estimators.linear import Average, LinearParts
from impact.terms import Averaging, Grouping

if TYPE_CHECKING:
    from impact.estimators.callaway_santanna import GroupTimeDetail

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Weights:
    """Weights (m, k) of m averages, and the scores (P, m) that estimating cohort shares adds."""

    weights: Floats
    constant: Floats


def average_cells(
    parts: LinearParts, *, by: Grouping, average: Averaging, balance: int | None
) -> Average:
    """Combine group-time effects.

    References
    ----------
    Callaway and Sant'Anna (2021), eqs. 3.4-3.11; the influence of estimated shares is in their Corollary 2.
    """
    detail: GroupTimeDetail = parts.detail
    if balance is not None and by != "event_time":
        raise NotAvailableError("balance: applies to by='event_time' only")
    if by == "overall":
        combined = _overall(parts, detail, average=average)
        names = {
            "cells": "average over post-treatment cells by cohort size",
            "cohort": "average of cohort effects by cohort size",
            "event_time": "average of event-time effects, equally",
            "time": "average of period effects, equally",
        }
        return Average(combined.weights, combined.constant, Rows(term=["overall"]), names[average])
    keys, kept = _groups(detail, by=by, balance=balance)
    combined = _by_group(parts, detail, keys=keys, kept=kept, equal=by == "cohort")
    return Average(combined.weights, combined.constant, _rows(parts, by=by, keys=keys), f"by {by}")


def _groups(
    detail: "GroupTimeDetail", *, by: Grouping, balance: int | None
) -> tuple[Floats, Floats]:
    """Return the groups' keys (m,) and which rows enter each, (m, k)."""
    after = detail.event_time >= 0
    label = {"event_time": detail.event_time, "cohort": detail.cohort, "time": detail.time}[by]
    entering = np.ones_like(after) if by == "event_time" else after
    if balance is not None:
        longest = {g: detail.event_time[detail.cohort == g].max() for g in np.unique(detail.cohort)}
        entering = np.array([longest[g] >= balance for g in detail.cohort]) & (
            detail.event_time <= balance
        )
    keys = np.unique(label[entering])
    if not keys.size:
        raise NotAvailableError(f"by={by}: no effect after treatment to average")
    return keys, ((label == keys[:, None]) & entering).astype(float)


def _by_group(
    parts: LinearParts, detail: "GroupTimeDetail", *, keys: Floats, kept: Floats, equal: bool
) -> _Weights:
    """Average rows within each group, equally or by cohort size."""
    if equal:
        zero = np.zeros((parts.moments.n_cells, len(keys)))
        return _Weights(kept / kept.sum(axis=1, keepdims=True), zero)
    size = kept * detail.size
    weights = size / size.sum(axis=1, keepdims=True)
    return _Weights(weights, _share_scores(parts.values, detail, kept=kept, weights=weights))


def _share_scores(
    values: Floats, detail: "GroupTimeDetail", *, kept: Floats, weights: Floats
) -> Floats:
    """Scores (P, m) of averages through their estimated cohort shares: (1{G=g} att - 1{G=g} average) / total size."""
    total = (kept * detail.size).sum(axis=1)
    average = weights @ values
    mine = detail.member @ (kept * values).T
    return np.asarray((mine - (detail.member @ kept.T) * average) / total)


def _overall(parts: LinearParts, detail: "GroupTimeDetail", *, average: Averaging) -> _Weights:
    after = (detail.event_time >= 0)[None].astype(float)
    if average == "cells":
        return _by_group(parts, detail, keys=np.zeros(1), kept=after, equal=False)
    keys, kept = _groups(detail, by=average, balance=None)
    if average == "event_time":
        keys, kept = keys[keys >= 0], kept[keys >= 0]
    inner = _by_group(parts, detail, keys=keys, kept=kept, equal=average == "cohort")
    if average != "cohort":
        outer = np.full((1, len(keys)), 1 / len(keys))
        return _Weights(outer @ inner.weights, inner.constant @ outer.T)
    return _over_cohorts(parts, inner, detail, keys=keys)


def _over_cohorts(
    parts: LinearParts, inner: _Weights, detail: "GroupTimeDetail", *, keys: Floats
) -> _Weights:
    """Average cohort effects by cohort size, the sizes estimated."""
    first = np.array([np.flatnonzero(detail.cohort == key)[0] for key in keys])
    size = detail.size[first]
    outer = (size / size.sum())[None]
    effects = inner.weights @ parts.values
    mine = detail.member[:, first]
    constant = (mine @ effects - mine.sum(axis=1) * (outer @ effects)) / size.sum()
    return _Weights(outer @ inner.weights, inner.constant @ outer.T + constant[:, None])


def _rows(parts: LinearParts, *, by: Grouping, keys: Floats) -> Rows:
    if by == "event_time":
        return Rows(term=[f"event_time={key:g}" for key in keys], event_time=keys)
    labels = [parts.moments.time_axis.label(key) for key in keys]
    term = [f"{by}={label}" for label in labels]
    return Rows(term=term, cohort=labels) if by == "cohort" else Rows(term=term, time=labels)
