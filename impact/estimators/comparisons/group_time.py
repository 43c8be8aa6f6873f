"""Effects by cohort and period: the estimate they make, and their averages by event time, cohort, period and overall."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from impact.arrays import Floats, Integers
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.estimators.linear import Average, LinearParts, few_treated_notes
from impact.moments import PathMoments, Scores, UnitScores
from impact.parameters import Rows
from impact.terms import Averaging, Grouping


@dataclass(frozen=True)
class GroupTimeDetail:
    """What averaging needs to know of each of the k (cohort, period) effects.

    Attributes
    ----------
    cohort, time, event_time : ndarray, (k,)
        Calendar numbers, and their difference.
    code, period : ndarray of int, (k,)
        Places of the cohort among `PathMoments.every_cohort` and of the period among its times.
    size : ndarray, (k,)
        Weight of the row in averages: its cohort's size, or its treated observations.
    shares : {"estimated", "fixed"}
        Whether averages by size carry the sampling error of the cohorts' sizes (influence-function estimators), or hold the
        sizes as they are (least squares, imputation).
    member : ndarray, (C, k)
        1 where a cohort is the row's.
    """

    cohort: Floats
    time: Floats
    event_time: Floats
    code: Integers
    period: Integers
    size: Floats
    shares: Literal["estimated", "fixed"]
    member: Floats = field(repr=False)

    @classmethod
    def of(
        cls,
        moments: PathMoments,
        code: Integers,
        period: Integers,
        *,
        shares: Literal["estimated", "fixed"],
    ) -> "GroupTimeDetail":
        """Collect from the rows' places (k,)."""
        cohort = moments.every_cohort[code]
        size = (
            moments.cohort_size[code]
            if shares == "estimated"
            else moments.weight_seen[code, period]
        )
        return cls(
            cohort=cohort,
            time=moments.times[period],
            event_time=moments.times[period] - cohort,
            code=code,
            period=period,
            size=size,
            shares=shares,
            member=(np.arange(len(moments.every_cohort))[:, None] == code).astype(float),
        )

    def exposed_weights(self, moments: PathMoments) -> Floats:
        """Weight of the one cohort mean that each row after treatment is an effect on, (k, C, T)."""
        weights = np.zeros((len(self.code), *moments.weight_seen.shape))
        after = np.flatnonzero(self.event_time >= 0)
        weights[after, self.code[after], self.period[after]] = 1.0
        return weights

    def rows(self, moments: PathMoments, *, n_control: Any = None) -> Rows:
        """Name the k effects."""
        label = moments.time_axis.label
        cohort = [label(value) for value in self.cohort]
        time = [label(value) for value in self.time]
        return Rows(
            term=[f"att({g},{t})" for g, t in zip(cohort, time, strict=True)],
            cohort=cohort,
            time=time,
            event_time=self.event_time,
            n_treated=moments.units_seen[self.code, self.period].astype(float),
            n_control=n_control,
        )


class CellEffects(Protocol):
    """What averaging asks of the parts of an estimate: the k effects, what each is, and the cohorts' sizes."""

    @property
    def moments(self) -> PathMoments:
        """The moments of the units that were used."""

    @property
    def values(self) -> Floats:
        """The effects, (k,)."""

    @property
    def detail(self) -> Any:
        """A `GroupTimeDetail`."""


def treated_cells(moments: PathMoments, *, leads: bool = False) -> tuple[Integers, Integers]:
    """Return cohort code and period of every treated cohort mean after treatment (or in all periods) that is observed."""
    chosen = np.isfinite(moments.every_cohort)[:, None] & (moments.weight_seen > 0)
    if not leads:
        chosen &= moments.event_time >= 0
    code, period = np.nonzero(chosen)
    return code, period


def cohorts_left_out(moments: PathMoments, detail: GroupTimeDetail) -> tuple[str, ...]:
    """Remark on treated cohorts without a row after treatment: ``cohort_without_comparison:label``."""
    gone = np.setdiff1d(moments.cohorts, detail.cohort[detail.event_time >= 0])
    return tuple(f"cohort_without_comparison:{moments.time_axis.label(g)}" for g in gone)


def group_time_estimate(
    moments: PathMoments,
    detail: GroupTimeDetail,
    values: Floats,
    scores: Scores | UnitScores,
    *,
    method: str,
    spec: dict[str, Any],
    source: str,
    notes: tuple[str, ...] = (),
    rows: Rows | None = None,
    factor: float = 1.0,
    robust: Floats | None = None,
    linear: Scores | None = None,
    averager: Any = None,
    estimand: str | None = None,
) -> Estimate:
    """Return the estimate whose k rows are effects by cohort and period."""
    parts = LinearParts(
        moments=moments,
        values=values,
        scores=scores,
        exposed_weights=detail.exposed_weights(moments),
        averager=averager or average_cells,
        detail=detail,
        factor=factor,
        robust=robust,
        linear=linear,
    )
    return Estimate(
        rows or detail.rows(moments),
        values,
        parts.vcov(),
        estimand=estimand
        or f"Effect on {moments.outcome} of treatment on the treated, by cohort and period",
        method=method,
        sample=moments.sample,
        spec=spec,
        notes=(*few_treated_notes(moments), *notes),
        source=source,
        parts=parts,
    )


@dataclass(frozen=True)
class _Weights:
    """Weights (m, k) of m averages, and the scores (C, m) that estimating cohort shares adds."""

    weights: Floats
    constant: Floats


def average_cells(
    parts: CellEffects, *, by: Grouping, average: Averaging, balance: int | None
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
        by_size = "cohort size" if detail.shares == "estimated" else "treated observations"
        names = {
            "cells": f"average over post-treatment cells by {by_size}",
            "cohort": "average of cohort effects by cohort size",
            "event_time": "average of event-time effects, equally",
            "time": "average of period effects, equally",
        }
        return Average(combined.weights, combined.constant, Rows(term=["overall"]), names[average])
    keys, kept = _groups(detail, by=by, balance=balance)
    equal = by == "cohort" and detail.shares == "estimated"
    combined = _by_group(parts, detail, keys=keys, kept=kept, equal=equal)
    return Average(combined.weights, combined.constant, _rows(parts, by=by, keys=keys), f"by {by}")


def _nothing_after(asked: str) -> str:
    return (
        f"{asked}: no effect after treatment to average, as no cohort is observed both before and after it beside an untreated "
        "one; check the columns of outcome and cohort"
    )


def _groups(detail: GroupTimeDetail, *, by: Grouping, balance: int | None) -> tuple[Floats, Floats]:
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
        raise NotAvailableError(_nothing_after(f"by={by}"))
    return keys, ((label == keys[:, None]) & entering).astype(float)


def _by_group(
    parts: CellEffects, detail: GroupTimeDetail, *, keys: Floats, kept: Floats, equal: bool
) -> _Weights:
    """Average rows within each group, equally or by size."""
    nothing = np.zeros((len(detail.member), len(keys)))
    if equal:
        return _Weights(kept / kept.sum(axis=1, keepdims=True), nothing)
    size = kept * detail.size
    weights = size / size.sum(axis=1, keepdims=True)
    if detail.shares == "fixed":
        return _Weights(weights, nothing)
    return _Weights(weights, _share_scores(parts.values, detail, kept=kept, weights=weights))


def _share_scores(
    values: Floats, detail: GroupTimeDetail, *, kept: Floats, weights: Floats
) -> Floats:
    """Scores (C, m) of averages through their estimated cohort shares: (1{G=g} att - 1{G=g} average) / total size."""
    total = (kept * detail.size).sum(axis=1)
    average = weights @ values
    mine = detail.member @ (kept * values).T
    return np.asarray((mine - (detail.member @ kept.T) * average) / total)


def _overall(parts: CellEffects, detail: GroupTimeDetail, *, average: Averaging) -> _Weights:
    after = (detail.event_time >= 0)[None].astype(float)
    if not after.any():
        raise NotAvailableError(_nothing_after(f"{parts.moments.outcome}: by=overall"))
    if average == "cells":
        return _by_group(parts, detail, keys=np.zeros(1), kept=after, equal=False)
    keys, kept = _groups(detail, by=average, balance=None)
    if average == "event_time":
        keys, kept = keys[keys >= 0], kept[keys >= 0]
    equal = average == "cohort" and detail.shares == "estimated"
    inner = _by_group(parts, detail, keys=keys, kept=kept, equal=equal)
    if average != "cohort":
        outer = np.full((1, len(keys)), 1 / len(keys))
        return _Weights(outer @ inner.weights, inner.constant @ outer.T)
    return _over_cohorts(parts, inner, detail, keys=keys)


def _over_cohorts(
    parts: CellEffects, inner: _Weights, detail: GroupTimeDetail, *, keys: Floats
) -> _Weights:
    """Average cohort effects by cohort size, the sizes estimated where the detail says so."""
    first = np.array([np.flatnonzero(detail.cohort == key)[0] for key in keys])
    size = parts.moments.cohort_size[detail.code[first]]
    outer = (size / size.sum())[None]
    constant = inner.constant @ outer.T
    if detail.shares == "estimated":
        effects = inner.weights @ parts.values
        mine = detail.member[:, first]
        shares = (mine @ effects - mine.sum(axis=1) * (outer @ effects)) / size.sum()
        constant = constant + shares[:, None]
    return _Weights(outer @ inner.weights, constant)


def _rows(parts: CellEffects, *, by: Grouping, keys: Floats) -> Rows:
    if by == "event_time":
        return Rows(term=[f"event_time={key:g}" for key in keys], event_time=keys)
    labels = [parts.moments.time_axis.label(key) for key in keys]
    term = [f"{by}={label}" for label in labels]
    return Rows(term=term, cohort=labels) if by == "cohort" else Rows(term=term, time=labels)
