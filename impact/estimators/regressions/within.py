"""Least squares with unit and period effects, on path moments.

Unit effects are projected out within each cell's own observed periods; period effects stay as columns. The regressors may
depend on cohort and period only, which is what makes the moments sufficient: with M_p the projection of cell p, the normal
matrix is the sum over cohorts of X_c' (sum_p w_p M_p) X_c.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.covariance.small_sample import (
    cluster_df,
    counted,
    crv1_factor,
    hc1_factor,
    jackknife_factor,
    residual_df,
    residual_variance,
)
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.moments import PathMoments, Paths, Scores, UnitScores
from impact.moments.feature_products import feature_products, root_products
from impact.moments.features import levels, within
from impact.terms import ClusterCovariance

RANK_TOLERANCE = (
    1e-9  # on the design scaled to unit diagonal; exact collinearity leaves about 1e-16
)
CONVENTIONS: dict[ClusterCovariance, str] = {
    "CRV1": "CRV1 clustered, t(G-1)",
    "CRV3": "CRV3 clustered (leave one cluster out), t(G-1)",
    "two_way": "clustered by unit and period, the smaller G, t(G-1)",
    "robust": "HC1, not clustered, t(n-K)",
    "iid": "homoskedastic, not clustered, t(n-K)",
}


@dataclass(frozen=True)
class Coefficient:
    """A covariate's coefficient and its standard error."""

    name: str
    value: float
    std_error: float


@dataclass(frozen=True)
class WithinFit:
    """Coefficients of the k regressors (period effects left out), their scores, and the small-sample factor.

    ``robust`` (k, k) is the covariance where it is not ``factor`` times the scores' cross-product; ``beside`` are covariates'.
    """

    coefficients: Floats
    scores: Scores | UnitScores
    factor: float
    df: float
    robust: Floats | None = None
    beside: tuple[Coefficient, ...] = ()

    def said_of_covariates(self) -> dict[str, Any]:
        """What a spec says of covariates: nothing without any."""
        if not self.beside:
            return {}
        return {
            "coefficients": {
                each.name: {"estimate": each.value, "std_error": each.std_error}
                for each in self.beside
            }
        }


@dataclass(frozen=True)
class Projection:
    """What every such regression on the same moments shares: sums over a cohort's cells of the projected design and outcome.

    Attributes
    ----------
    gram : ndarray, (C, T, T)
        Sum of w_p M_p.
    outcome : ndarray, (C, T)
        Sum of w_p M_p m_p.
    root : ndarray, (C, T, T)
        Cross-products of the moments' projected roots.
    """

    gram: Floats
    outcome: Floats
    root: Floats | None

    @classmethod
    def of(cls, moments: PathMoments) -> "Projection":
        """Sum over the cells."""
        seen = moments.observed.astype(float)
        count = np.maximum(seen.sum(axis=1), 1)
        weighted = moments.weight[:, None] * seen
        mean = moments.mean - (moments.mean.sum(axis=1) / count)[:, None]
        outer = [
            (seen[rows] * (moments.weight[rows] / count[rows])[:, None]).T @ seen[rows]
            for rows in (moments.cohort_index == c for c in range(len(moments.every_cohort)))
        ]
        diagonal = moments.by_cohort(weighted)[:, :, None] * np.eye(len(moments.times))
        nothing = np.zeros((len(moments.every_cohort), len(moments.times)))
        root = None if moments.clusters else root_products(moments, within(moments, nothing))
        return cls(diagonal - np.array(outer), moments.by_cohort(weighted * mean), root)


def within_fit(
    moments: PathMoments, design: Floats, *, names: list[str], vcov: ClusterCovariance = "CRV1"
) -> WithinFit:
    """Regress the outcome on ``design`` with unit and period effects.

    Parameters
    ----------
    moments : PathMoments
        C cohorts, T periods.
    design : ndarray, (C, T, k)
        Regressors by cohort and period.
    names : list of str
        Names of the regressors, for the error.
    vcov : {"CRV1", "CRV3", "two_way", "robust", "iid"}

    Returns
    -------
    WithinFit
        Factor G/(G-1) x (n-1)/(n-k-T): unit effects nested in the cluster are not counted, period effects are.

    Raises
    ------
    NotIdentifiedError
        When a regressor is a combination of the others and the fixed effects, or no degrees of freedom are left.

    References
    ----------
    Arellano (1987), Oxford Bulletin 49(4), eq. 7, for the covariance; the factor is that of fixest's default. CRV3: MacKinnon,
    Nielsen and Webb (2023), Journal of Econometrics 232(2), eq. 28, centred at the full estimate. Two-way: Cameron, Gelbach and
    Miller (2011), Journal of Business & Economic Statistics 29(2), eq. 2.2.
    """
    k = design.shape[2]
    shared = moments.once("projection", Projection.of)
    columns = with_periods(design)
    projected = np.matmul(shared.gram, columns)
    gram = np.einsum("ctj,ctk->jk", columns, projected, optimize=True)
    inverse = inverse_or_refuse(gram, names=names)
    beta = inverse @ np.einsum("ctj,ct->j", columns, shared.outcome)
    loading = np.einsum("kj,ctj->ckt", inverse[:k], columns, optimize=True)
    features = within(moments, columns @ beta)
    products = feature_products(moments, features, of_root=shared.root)
    scores = Scores.of(moments, features, loading, products=products)
    n_clusters = moments.sample.n_clusters
    n_counted = counted(k, levels=[len(moments.times)])
    factor = crv1_factor(n_clusters, n_obs=moments.n_obs, n_counted=n_counted)
    fit = WithinFit(beta[:k], scores, factor, cluster_df(n_clusters))
    if vcov == "CRV1":
        return fit
    if vcov == "CRV3":
        robust = _leave_one_out(moments, columns, gram, beta, names=names)[:k, :k]
        return WithinFit(fit.coefficients, scores, factor, fit.df, robust)
    if vcov == "two_way":
        return _two_way(moments, fit, scores)
    return _not_clustered(moments, fit, scores, inverse[:k, :k], vcov=vcov)


def with_periods(design: Floats) -> Floats:
    """Add a dummy for each period but the first, (C, T, k + T - 1)."""
    n_cohorts, n_periods = design.shape[:2]
    dummies = np.broadcast_to(np.eye(n_periods)[:, 1:], (n_cohorts, n_periods, n_periods - 1))
    return np.concatenate([design, dummies], axis=2)


def inverse_or_refuse(gram: Floats, *, names: list[str]) -> Floats:
    """Invert a normal matrix, or name the regressors that are empty or collinear."""
    scale = np.sqrt(np.clip(np.diag(gram), 0, None))
    least = RANK_TOLERANCE * scale.max(initial=0.0)
    empty = [name for name, value in zip(names, scale, strict=False) if value <= least]
    if empty:
        raise NotIdentifiedError(
            f"{', '.join(empty)}: no variation within units; leave the term out or widen the window"
        )
    scale = np.where(scale == 0, 1.0, scale)
    values, vectors = np.linalg.eigh(gram / np.outer(scale, scale))
    null = vectors[:, values < RANK_TOLERANCE]
    if null.size:
        involved = np.abs(null[: len(names)]).max(axis=1) > 1e-6
        shown = [name for name, flag in zip(names, involved, strict=True) if flag]
        raise NotIdentifiedError(
            f"{', '.join(shown[:6])}: collinear with each other and the unit and period effects; "
            "without never-treated units use a second reference period or bin distant ones"
        )
    return np.asarray((vectors / values) @ vectors.T / np.outer(scale, scale))


def _leave_one_out(
    moments: PathMoments, columns: Floats, gram: Floats, beta: Floats, *, names: list[str]
) -> Floats:
    """Sum over clusters of (b_(g) - b)(b_(g) - b)', times (G-1)/G: b_(g) - b = -(A - A_g)^-1 s_g exactly."""
    cell_gram, meat = _cell_parts(moments, columns, beta)
    left = gram - cell_gram
    smallest = np.linalg.eigvalsh(left)[:, 0] if len(left) else np.zeros(0)
    if (smallest < RANK_TOLERANCE * np.abs(gram).max()).any():
        raise NotIdentifiedError(
            f"{names[0]}{' and others' if len(names) > 1 else ''}: leaving one cluster out leaves a term without data, so CRV3 "
            "does not exist; pool small cohorts or use vcov='CRV1' with randomization inference"
        )
    inverse = np.linalg.inv(left)
    n_clusters = moments.sample.n_clusters
    spread = np.matmul(np.matmul(inverse, meat), inverse).sum(axis=0)
    return np.asarray(jackknife_factor(n_clusters) * spread)


def _cell_parts(moments: PathMoments, columns: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Design cross-product of one cluster, and the sum of score cross-products, by cell or by cluster."""
    X = columns[moments.cohort_index]
    seen = moments.observed.astype(float)
    centred = (X - _cell_mean(X, seen)) * seen[:, :, None]
    features = within(moments, columns @ beta)
    if moments.clusters is not None:
        sums = moments.clusters
        each = np.einsum(
            "lt,ltj->lj",
            sums.total - sums.weight[:, None] * (X @ beta * seen)[sums.cell],
            centred[sums.cell],
        )
        score = np.zeros((sums.n_clusters, X.shape[2]))
        np.add.at(score, sums.cluster, each)
        cross = np.einsum("ptj,ptk->pjk", centred, centred)
        by_cluster = np.zeros((sums.n_clusters, *cross.shape[1:]))
        np.add.at(by_cluster, sums.cluster, cross[sums.cell] * sums.weight[:, None, None])
        return by_cluster, score[:, :, None] * score[:, None, :]
    if not _equal_weights(moments):
        raise NotAvailableError(
            "vcov='CRV3': weights differ within a cell, so leaving a unit out is not the same for all of its units; "
            "use vcov='CRV1'"
        )
    unit_weight = moments.weight / moments.n
    meat = np.zeros((moments.n_cells, X.shape[2], X.shape[2]))
    for some in (moments.scaled_means, moments.root_paths):
        score = np.einsum("lt,ltj->lj", features.evaluate(some), X[some.cell])
        np.add.at(meat, some.cell, score[:, :, None] * score[:, None, :])
    cross = np.einsum("ptj,ptk,p->pjk", centred, centred, unit_weight, optimize=True)
    return cross, meat


def _equal_weights(moments: PathMoments) -> bool:
    """Whether the units of every cell weigh the same."""
    return bool(np.allclose(moments.weight2 * moments.n, moments.weight**2, rtol=1e-12))


def _cell_mean(X: Floats, seen: Floats) -> Floats:
    return np.asarray(
        np.einsum("ptj,pt->pj", X, seen)[:, None, :]
        / np.maximum(seen.sum(axis=1), 1)[:, None, None]
    )


def _two_way(moments: PathMoments, fit: WithinFit, scores: Scores) -> WithinFit:
    """Add clusters of periods and take away those of single observations, each with the factor of the smaller G."""
    if moments.clusters is not None:
        raise NotAvailableError(
            "vcov='two_way': unit and period; not available with clusters above the unit"
        )
    n_periods = len(moments.times)
    slope, single = _by_observation(moments, scores)
    means = Paths(
        moments.mean * moments.weight[:, None], moments.weight, np.arange(moments.n_cells)
    )
    period = np.einsum("pkt,pt->tk", slope, scores.features.evaluate(means))
    smaller = min(moments.sample.n_clusters, n_periods)
    k = len(fit.coefficients)
    factor = crv1_factor(smaller, n_obs=moments.n_obs, n_counted=counted(k, levels=[]))
    robust = positive(factor * (scores.covariance() + period.T @ period - single))
    return WithinFit(fit.coefficients, scores, fit.factor, cluster_df(smaller), robust)


def positive(vcov: Floats) -> Floats:
    """Set negative eigenvalues of a sum of covariances to zero, as few clusters one way leave some.

    What that does depends on the units of covariates among the coefficients.

    References
    ----------
    Cameron, Gelbach and Miller (2011), Journal of Business & Economic Statistics 29(2), sec. 2.3; fixest does the same.
    """
    values, vectors = np.linalg.eigh((vcov + vcov.T) / 2)
    if values[0] >= -RANK_TOLERANCE * values[-1]:  # rounding, or beside it
        return vcov
    return np.asarray((vectors * np.maximum(values, 0)) @ vectors.T)


def _by_observation(moments: PathMoments, scores: Scores) -> tuple[Floats, Floats]:
    """Slopes (P, k, T) of the scores in residuals, and the sum of score products over single observations, (k, k)."""
    slope = scores.loading[moments.cohort_index] * moments.observed[:, None, :]
    count = np.maximum(moments.observed.sum(axis=1), 1)[:, None, None]
    slope = (slope - slope.sum(axis=2, keepdims=True) / count) * moments.observed[:, None, :]
    evaluate = scores.features.evaluate
    squares = evaluate(moments.scaled_means) ** 2
    np.add.at(squares, moments.root_cell, evaluate(moments.root_paths) ** 2)
    return slope, np.einsum("pkt,pt,pjt->kj", slope, squares, slope, optimize=True)


def _not_clustered(
    moments: PathMoments,
    fit: WithinFit,
    scores: Scores,
    inverse: Floats,
    *,
    vcov: ClusterCovariance,
) -> WithinFit:
    """Take observations for independent: all effects are counted in K."""
    k, levels = len(fit.coefficients), [len(moments.times), int(moments.n.sum())]
    n_counted = counted(k, levels=levels)
    df = residual_df(moments.n_obs, n_counted=n_counted)
    if vcov == "robust":
        robust = (
            hc1_factor(moments.n_obs, n_counted=n_counted) * _by_observation(moments, scores)[1]
        )
    else:
        if not _equal_weights(moments):
            raise NotAvailableError(
                "vcov='iid': weights differ within a cell, so that moments lack squared residuals; use vcov='CRV1'"
            )
        evaluate, unit = scores.features.evaluate, moments.weight / moments.n
        squares = (evaluate(moments.scaled_means) ** 2).sum(axis=1) / unit
        np.add.at(
            squares,
            moments.root_cell,
            (evaluate(moments.root_paths) ** 2).sum(axis=1) / unit[moments.root_cell],
        )
        sigma2 = residual_variance(float(squares.sum()), n_obs=moments.n_obs, n_counted=n_counted)
        robust = sigma2 * inverse
    return WithinFit(fit.coefficients, scores, fit.factor, df, robust)


def cohort_effects_fit(moments: PathMoments, design: Floats, *, names: list[str]) -> WithinFit:
    """Regress the outcome on ``design`` (C, T, k) with cohort and period effects: pooled least squares on all observations.

    All effects are counted in K, as they are not nested in the clusters; otherwise as `within_fit`.
    """
    n_cohorts, n_periods, k = design.shape
    own = np.broadcast_to(np.eye(n_cohorts)[:, None, :], (n_cohorts, n_periods, n_cohorts))
    columns = np.concatenate([with_periods(design), own], axis=2)
    weight = moments.weight_seen
    inverse = inverse_or_refuse(
        np.einsum("ctj,ct,ctk->jk", columns, weight, columns, optimize=True), names=names
    )
    mean = np.nan_to_num(moments.cohort_mean - moments.origin)
    beta = inverse @ np.einsum("ctj,ct,ct->j", columns, weight, mean, optimize=True)
    slope = np.einsum("kj,ctj->ckt", inverse[:k], columns, optimize=True)
    loading = np.concatenate([slope, -slope * (columns @ beta)[:, None, :]], axis=2)
    n_clusters = moments.sample.n_clusters
    factor = crv1_factor(n_clusters, n_obs=moments.n_obs, n_counted=columns.shape[2])
    scores = Scores.of(moments, levels(moments), loading)
    return WithinFit(beta[:k], scores, factor, cluster_df(n_clusters))
