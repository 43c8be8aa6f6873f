"""Least squares with unit and period effects, on path moments.

Unit effects are projected out within each cell's own observed periods; period effects stay as columns. The regressors may
depend on cohort and period only, which is what makes the cells sufficient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.errors import NotIdentifiedError
from impact.moments import PathMoments, Scores

Floats = NDArray[np.float64]
RANK_TOLERANCE = (
    1e-9  # on the design scaled to unit diagonal; exact collinearity leaves about 1e-16
)


@dataclass(frozen=True)
class WithinFit:
    """Coefficients of the k regressors (period effects left out), their scores, and the small-sample factor."""

    coefficients: Floats
    scores: Scores
    factor: float
    df: float


def within_fit(moments: PathMoments, design: Floats, *, names: list[str]) -> WithinFit:
    """Regress the outcome on ``design`` with unit and period effects.

    Parameters
    ----------
    moments : PathMoments
        P cells, T periods.
    design : ndarray, (P, T, k)
        Regressors by cell and period.
    names : list of str
        Names of the regressors, for the error.

    Returns
    -------
    WithinFit
        Factor G/(G-1) x (n-1)/(n-k-T): unit effects nested in the cluster are not counted, period effects are.

    Raises
    ------
    NotIdentifiedError
        When a regressor is a combination of the others and the fixed effects.

    References
    ----------
    Arellano (1987), Oxford Bulletin 49(4), eq. 7, for the covariance; the factor is that of fixest's default.
    """
    n_regressors = design.shape[2]
    columns = _demeaned(moments, design)
    gram = np.einsum("ptj,ptk,p->jk", columns, columns, moments.weight, optimize=True)
    right = np.einsum("ptj,pt,p->j", columns, moments.mean, moments.weight, optimize=True)
    inverse = _inverse(gram, names=names)
    beta = inverse @ right
    slope = np.einsum("kj,ptj->pkt", inverse[:n_regressors], columns, optimize=True)
    constant = -np.einsum("pkt,pt->pk", slope, columns @ beta)
    n_clusters = moments.sample.n_clusters
    free = moments.n_obs - n_regressors - len(moments.times)
    if free <= 0 or n_clusters < 2:
        raise NotIdentifiedError(
            f"{moments.outcome}: {moments.n_obs} observations of {n_clusters} clusters leave no degrees of freedom "
            "for a standard error; use more periods or units"
        )
    return WithinFit(
        coefficients=beta[:n_regressors],
        scores=Scores(slope=slope, constant=constant),
        factor=n_clusters / (n_clusters - 1) * (moments.n_obs - 1) / free,
        df=float(n_clusters - 1),
    )


def _demeaned(moments: PathMoments, design: Floats) -> Floats:
    """Regressors and period dummies less their mean over each cell's observed periods, (P, T, k + T - 1)."""
    n_cells, n_periods = moments.observed.shape
    dummies = np.broadcast_to(np.eye(n_periods)[:, 1:], (n_cells, n_periods, n_periods - 1))
    columns = np.concatenate([design, dummies], axis=2) * moments.observed[:, :, None]
    count = moments.observed.sum(axis=1)
    mean = columns.sum(axis=1) / count[:, None]
    return np.asarray((columns - mean[:, None, :]) * moments.observed[:, :, None])


def _inverse(gram: Floats, *, names: list[str]) -> Floats:
    scale = np.sqrt(np.clip(np.diag(gram), 0, None))
    empty = [name for name, value in zip(names, scale, strict=False) if value < RANK_TOLERANCE]
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
