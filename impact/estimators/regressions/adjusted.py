"""Least squares with effects and covariates beside the design, unit by unit.

The design D depends on cohort and period only, so that its part of the normal matrix is a sum over cohorts; the covariates X
are a column for every observation. With M the projection on unit effects (or nothing, where cohorts have effects as columns),
and Z = [D, X, periods],

    A = Z' M Z = [ sum_c D_c' G_c D_c    sum_c D_c' S_c ]        G_c = sum_i w_i M_i,    S_c = sum_i w_i M_i X_i,
                 [        ...            sum_i w_i X_i' M_i X_i ]

    b = A^-1 Z' M y,        psi_i = w_i A^-1 Z_i' e_i,        e_i = M_i (y_i - Z_i b).

Covariates are scaled to the size of the design before anything is inverted, so that their units do not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import (
    cluster_df,
    counted,
    crv1_factor,
    hc1_factor,
    residual_df,
    residual_variance,
)
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimators.regressions.regressors import Regressors, as_wide
from impact.estimators.regressions.within import (
    Coefficient,
    Projection,
    WithinFit,
    inverse_or_refuse,
    positive,
    with_periods,
    within_fit,
)
from impact.moments import PathMoments, UnitScores
from impact.one_thread import one_thread
from impact.terms import ClusterCovariance, CohortOrUnit

FOLLOWS = 1e-10  # share of a covariate's squares that is left; rounding leaves about 1e-15
BLOCK = 2_000_000  # numbers held at once


@dataclass(frozen=True)
class Rows:
    """Outcome and covariates of N units in T periods after the unit effects were taken out, zero where not observed.

    Attributes
    ----------
    outcome : ndarray, (N, T)
    X : ndarray, (p, N, T)
        Covariates over ``scale`` (p,).
    seen : ndarray, (N, T)
        One where observed.
    """

    given: Regressors
    effects: CohortOrUnit
    outcome: Floats
    X: Floats
    scale: Floats
    seen: Floats

    @classmethod
    def of(cls, given: Regressors, *, effects: CohortOrUnit) -> "Rows":
        """Take them from the panel; the outcome less each period's origin."""
        panel, origin = given.panel, given.moments.origin
        seen = as_wide(panel, np.ones(len(panel.y)))
        raw = cls(given, effects, seen, given.columns, np.ones(len(given.names)), seen)
        X = np.array([raw.centred(column) for column in given.columns])
        outcome = raw.centred(as_wide(panel, panel.y - origin[panel.time_index]))
        size = given.moments.weight_seen.max()
        scale = np.sqrt(np.einsum("pnt,n,pnt->p", X, panel.weight, X) / size)
        scale = np.where(scale > 0, scale, 1.0)
        return replace(raw, outcome=outcome, X=X / scale[:, None, None], scale=scale)

    def centred(self, values: Floats) -> Floats:
        """Take unit means out of (N, T), where units have effects."""
        if self.effects == "cohort":
            return np.asarray(values * self.seen)
        mean = (values * self.seen).sum(axis=1) / self.seen.sum(axis=1)
        return np.asarray((values - mean[:, None]) * self.seen)

    def by_cohort(self, values: Floats) -> Floats:
        """Weighted sums of (N, ...) over each cohort's units, (C, ...)."""
        weighted = values * self.given.panel.weight.reshape(-1, *([1] * (values.ndim - 1)))
        total = np.zeros((len(self.given.moments.every_cohort), *values.shape[1:]))
        np.add.at(total, self.given.place, weighted)
        return total

    def columns(self, design: Floats) -> Floats:
        """The design (C, T, k), periods, and the cohorts' effects where units have none."""
        every = with_periods(design)
        if self.effects == "unit":
            return every
        n_cohorts, n_periods = design.shape[:2]
        own = np.broadcast_to(np.eye(n_cohorts)[:, None, :], (n_cohorts, n_periods, n_cohorts))
        return np.concatenate([every, own], axis=2)

    def projection(self) -> Floats:
        """G_c, (C, T, T)."""
        moments = self.given.moments
        if self.effects == "unit":
            return moments.once("projection", Projection.of).gram
        return np.asarray(moments.weight_seen[:, :, None] * np.eye(len(moments.times)))


@dataclass(frozen=True)
class _Solved:
    """The columns (C, T, K), and after them X.

    Attributes
    ----------
    inverse : ndarray, (K + p, K + p)
        Of the normal matrix of scaled columns, its rows in the covariates' own units: what makes scores of products.
    beta : ndarray, (K + p,)
    residual : ndarray, (N, T)
    unit : ndarray, (K + p,)
        What takes coefficients of scaled columns to their own units.
    """

    columns: Floats
    inverse: Floats
    beta: Floats
    residual: Floats
    unit: Floats


def regression(
    moments: PathMoments,
    design: Floats,
    *,
    names: list[str],
    vcov: ClusterCovariance,
    given: Regressors | None,
) -> WithinFit:
    """Regress the outcome on ``design`` with unit and period effects: from moments, or with covariates from their panel."""
    if given is None:
        return within_fit(moments, design, names=names, vcov=vcov)
    return adjusted_fit(given, design, names=names, vcov=vcov)


def adjusted_fit(
    given: Regressors,
    design: Floats,
    *,
    names: Sequence[str],
    vcov: ClusterCovariance = "CRV1",
    effects: CohortOrUnit = "unit",
    at: Floats | None = None,
) -> WithinFit:
    """Regress the outcome on ``design`` (C, T, k) and covariates, with unit (or cohort) and period effects.

    Parameters
    ----------
    given : Regressors
    design : ndarray, (C, T, k)
    names : sequence of str
        Of the design's columns.
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}
    effects : {"unit", "cohort"}
    at : ndarray, (k, p), optional
        Report each coefficient of the design plus these multiples of the covariates': effects at given values.

    Returns
    -------
    WithinFit
        As `within_fit`, with the covariates' coefficients beside; covariates are counted in K.

    Raises
    ------
    NotIdentifiedError
        When a covariate is absorbed by the effects, follows from other covariates, or tells exactly who is treated when.
    NotAvailableError
        For CRV3, and for two-way covariances with clusters above the unit.
    """
    rows = Rows.of(given, effects=effects)
    k = design.shape[2]
    solved = _solve(rows, design, names=list(names))
    kept = np.r_[:k, solved.columns.shape[2] : len(solved.beta)]
    values, factor, df, robust = _covariances(rows, solved, kept, vcov=vcov)
    own = values[:, :k]
    beta = solved.beta[kept]
    if at is not None:
        to = np.hstack([np.eye(k), at])
        own = values @ to.T
        robust = None if robust is None else to @ robust @ to.T
        beta = to @ beta
    scores = UnitScores.of(
        given.for_whole(own), given.whole, given.moments, kept=given.kept.astype(float)
    )
    if at is not None:
        return WithinFit(beta, scores, factor, df, robust)
    every = factor * _clustered(rows, values) if robust is None else robust
    beside = _beside(given, beta[k:], np.diag(every)[k:])
    return WithinFit(
        beta[:k], scores, factor, df, None if robust is None else robust[:k, :k], beside
    )


def _beside(given: Regressors, values: Floats, variances: Floats) -> tuple[Coefficient, ...]:
    return tuple(
        Coefficient(name, float(value), float(error))
        for name, value, error in zip(given.names, values, np.sqrt(variances), strict=True)
    )


@one_thread()
def _solve(rows: Rows, design: Floats, *, names: list[str]) -> _Solved:
    columns = rows.columns(design)
    K, p, k = columns.shape[2], len(rows.X), design.shape[2]
    X, weight = rows.X.reshape(p, -1), rows.given.panel.weight
    own = np.einsum("ctj,ctk->jk", columns, np.matmul(rows.projection(), columns), optimize=True)
    summed = np.array([rows.by_cohort(column) for column in rows.X])
    across = np.einsum("ctj,pct->jp", columns, summed, optimize=True)
    weighted = (rows.X * weight[:, None]).reshape(p, -1)
    gram = np.block([[own, across], [across.T, weighted @ X.T]])
    _refuse(rows, gram, n_design=k, n_columns=K)
    right = np.r_[
        np.einsum("ctj,ct->j", columns, rows.by_cohort(rows.outcome)),
        weighted @ rows.outcome.ravel(),
    ]
    order = np.r_[:k, K : K + p, k:K]  # regressors first, as their names are told apart
    inverse = np.zeros_like(gram)
    inverse[np.ix_(order, order)] = inverse_or_refuse(
        gram[np.ix_(order, order)], names=[*names, *rows.given.names]
    )
    beta = inverse @ right
    fitted = (columns @ beta[:K])[rows.given.place] * rows.seen
    residual = rows.centred(rows.outcome - fitted) - np.tensordot(beta[K:], rows.X, axes=1)
    unit = np.r_[np.ones(K), 1 / rows.scale]
    return _Solved(columns, unit[:, None] * inverse, beta * unit, residual, unit)


ABSORBED = {
    "unit": (
        "never changes within a unit, so that unit effects absorb it; give it to by_period, or leave it out",
        "the same for all units in each period, so that period effects absorb it; leave it out",
    ),
    "cohort": (
        "the same in all observations; leave it out",
        "the same for all units of a cohort, but for what changes for all, so that the effects absorb it; leave it out",
    ),
}


def _refuse(rows: Rows, gram: Floats, *, n_design: int, n_columns: int) -> None:
    alone, beside_effects = ABSORBED[rows.effects]
    refuse_absorbed(
        gram,
        squares_of(rows.given) / rows.scale**2,
        names=rows.given.names,
        reasons=(
            (alone, np.zeros(0, dtype=np.int64)),
            (beside_effects, np.arange(n_design, n_columns)),
            ("follows from who is treated when; leave it out", np.arange(n_columns)),
        ),
    )


def squares_of(given: Regressors) -> Floats:
    """Weighted squares of covariates less their means, (p,)."""
    squares = np.einsum("pnt,n,pnt->p", given.columns, given.panel.weight, given.columns)
    return np.asarray(squares)


def refuse_absorbed(
    gram: Floats,
    squares: Floats,
    *,
    names: Sequence[str],
    reasons: Sequence[tuple[str, Integers]],
) -> None:
    """Name the first of the last columns of a normal matrix of which nothing is left.

    Parameters
    ----------
    gram : ndarray, (K + p, K + p)
    squares : ndarray, (p,)
        The columns' squares before any effect was taken out.
    reasons : sequence of (str, ndarray of int)
        Columns that absorb it, and what to say then; the last ones stay for the comparison of the p with each other.

    Raises
    ------
    NotIdentifiedError
    """
    own = np.arange(len(gram) - len(names), len(gram))
    whole = np.maximum(squares, np.finfo(float).tiny)
    left = gram[np.ix_(own, own)]
    for why, absorbed in reasons:
        left = _left(gram, own, absorbed)
        for name, share in zip(names, np.diag(left) / whole, strict=True):
            if share <= FOLLOWS:
                raise NotIdentifiedError(f"{name}: {why}")
    for place, name in enumerate(names):
        if left[place, place] <= FOLLOWS * whole[place]:
            raise NotIdentifiedError(f"{name}: follows from the other covariates; leave it out")
        left = left - np.outer(left[:, place], left[place]) / left[place, place]


def _left(gram: Floats, kept: Integers, absorbed: Integers) -> Floats:
    """What is left of a normal matrix's block after regressing its columns on others."""
    if not len(absorbed):
        return gram[np.ix_(kept, kept)]
    size = np.sqrt(np.maximum(np.diag(gram)[absorbed], np.finfo(float).tiny))
    inside = gram[np.ix_(absorbed, absorbed)] / np.outer(size, size)
    across = gram[np.ix_(absorbed, kept)] / size[:, None]
    through = np.linalg.pinv(inside, rcond=FOLLOWS, hermitian=True) @ across
    return np.asarray(gram[np.ix_(kept, kept)] - across.T @ through)


@one_thread()
def _scores(rows: Rows, solved: _Solved, kept: Integers) -> Floats:
    """Each unit's score on the coefficients asked for, (N, m)."""
    K = solved.columns.shape[2]
    slope = np.einsum("mj,ctj->cmt", solved.inverse[kept, :K], solved.columns, optimize=True)
    place, residual = rows.given.place, solved.residual
    values = np.einsum("pnt,nt->np", rows.X, residual) @ solved.inverse[kept, K:].T
    for code, L in enumerate(slope):
        mine = place == code
        values[mine] += residual[mine] @ L.T
    return np.asarray(values * rows.given.panel.weight[:, None])


def _clustered(rows: Rows, values: Floats) -> Floats:
    """Sum of score products over the panel's clusters."""
    panel = rows.given.panel
    total = np.zeros((int(panel.cluster.max()) + 1, values.shape[1]))
    np.add.at(total, panel.cluster, values)
    return np.asarray(total.T @ total)


def _covariances(
    rows: Rows, solved: _Solved, kept: Integers, *, vcov: ClusterCovariance
) -> tuple[Floats, float, float, Floats | None]:
    """Scores (N, m), the factor of their cross-product, degrees of freedom, and the covariance where it is another."""
    moments, values = rows.given.moments, _scores(rows, solved, kept)
    n_obs, n_periods, m = moments.n_obs, len(moments.times), len(kept)
    own = len(moments.every_cohort) if rows.effects == "cohort" else 1
    levels = [n_periods, own]
    n_clusters = moments.sample.n_clusters
    factor = crv1_factor(n_clusters, n_obs=n_obs, n_counted=counted(m, levels=levels))
    df = cluster_df(n_clusters)
    if vcov == "CRV1":
        return values, factor, df, None
    if vcov == "CRV3":
        raise NotAvailableError("vcov='CRV3': not made with covariates; use vcov='CRV1'")
    if vcov == "two_way":
        smaller = min(n_clusters, n_periods)
        two_way = crv1_factor(smaller, n_obs=n_obs, n_counted=counted(m, levels=[]))
        both = _clustered(rows, values) + _by_row(rows, solved, kept, two_way=True)
        return values, factor, cluster_df(smaller), positive(two_way * both)
    every = counted(
        m, levels=[n_periods, own if rows.effects == "cohort" else moments.sample.n_units]
    )
    free = residual_df(n_obs, n_counted=every)
    if vcov == "robust":
        return (
            values,
            factor,
            free,
            hc1_factor(n_obs, n_counted=every) * _by_row(rows, solved, kept),
        )
    squares = float(rows.given.panel.weight @ (solved.residual**2).sum(axis=1))
    sigma2 = residual_variance(squares, n_obs=n_obs, n_counted=every)
    return values, factor, free, sigma2 * solved.inverse[np.ix_(kept, kept)] * solved.unit[kept]


@one_thread()
def _by_row(rows: Rows, solved: _Solved, kept: Integers, *, two_way: bool = False) -> Floats:
    """Sum of score products over observations (m, m); for two ways, over periods less that."""
    if two_way and rows.given.moments.clusters is not None:
        raise NotAvailableError(
            "vcov='two_way': unit and period; not available with clusters above the unit"
        )
    K, m = solved.columns.shape[2], len(kept)
    slope = np.einsum("mj,ctj->cmt", solved.inverse[kept, :K], solved.columns, optimize=True)
    of_X = solved.inverse[kept, K:]
    single, by_period = np.zeros((m, m)), np.zeros((m, slope.shape[2]))
    n_units = len(rows.seen)
    width = max(1, BLOCK // (m * slope.shape[2]))
    for start in range(0, n_units, width):
        some = slice(start, start + width)
        design = slope[rows.given.place[some]] * rows.seen[some, None, :]
        if rows.effects == "unit":
            mean = design.sum(axis=2) / rows.seen[some].sum(axis=1)[:, None]
            design = (design - mean[:, :, None]) * rows.seen[some, None, :]
        design += np.einsum("mp,pnt->nmt", of_X, rows.X[:, some], optimize=True)
        weighted = solved.residual[some] * rows.given.panel.weight[some, None]
        scores = design * weighted[:, None, :]
        single += np.einsum("nmt,nkt->mk", scores, scores, optimize=True)
        by_period += scores.sum(axis=0)
    return by_period @ by_period.T - single if two_way else single
