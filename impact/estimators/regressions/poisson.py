"""Poisson regression with unit and period effects, on path moments.

Given a unit's total over its observed periods the likelihood is multinomial, so unit effects drop out and the score is
linear in the path: cell sums are enough to fit it, and the moments' root gives its robust covariance. It is a
quasi-likelihood: outcomes need not be counts, only not negative.
"""

import numpy as np

from impact.arrays import Floats, Mask
from impact.covariance.small_sample import cluster_df, counted, crv1_factor
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimators.comparisons.group_time import GroupTimeDetail
from impact.estimators.regressions.within import WithinFit, inverse_or_refuse, with_periods
from impact.moments import PathMoments, Paths, Scores
from impact.moments.features import Features, levels

MOST_STEPS = 50  # Newton needs about 6
CONVERGED = 1e-12  # largest step in a coefficient


def poisson_fit(moments: PathMoments, design: Floats, *, names: list[str]) -> WithinFit:
    """Fit log ratios of the outcome on ``design`` (C, T, k) with unit and period effects.

    Units that are zero whenever observed carry no information; they are not counted in the small-sample factor.

    Raises
    ------
    NotAvailableError
        When an outcome is negative.
    NotIdentifiedError
        When a regressor is collinear, or its outcomes are all zero.

    References
    ----------
    Hausman, Hall and Griliches (1984), Econometrica 52(4), eq. 2.4; Wooldridge (1999), Journal of Econometrics 90(1), eq. 3.10,
    for the robust covariance.
    """
    if not moments.non_negative:
        raise NotAvailableError(
            f"{moments.outcome}: negative outcomes have no ratio; use a linear estimator"
        )
    columns = with_periods(design)
    k = design.shape[2]
    X = columns[moments.cohort_index]
    total = (moments.mean + moments.origin) * moments.observed * moments.weight[:, None]
    _refuse_empty(columns, moments.by_cohort(total), names)
    beta = np.zeros(columns.shape[2])
    for _ in range(MOST_STEPS):
        probability = _probability(X @ beta, moments.observed)
        expected = probability * total.sum(axis=1, keepdims=True)
        score = np.einsum("ctj,ct->j", columns, moments.by_cohort(total - expected))
        inverse = inverse_or_refuse(
            _information(moments, columns, expected, probability), names=names
        )
        step = inverse @ score
        beta += step * min(1.0, 5.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < CONVERGED * (1 + np.abs(beta).max()):
            break
    else:
        raise NotIdentifiedError(
            f"{moments.outcome}: the Poisson fit does not converge; a treated cohort may be all zero after treatment"
        )
    probability = _probability(X @ beta, moments.observed)
    loading = np.einsum("kj,ctj->ckt", inverse[:k], columns, optimize=True)
    n_obs = moments.n_obs - int((moments.n_zero @ moments.observed).sum())
    n_clusters = moments.sample.n_clusters
    if moments.clusters is None:
        n_clusters -= int(moments.n_zero.sum())
    n_counted = counted(k, levels=[len(moments.times)])
    factor = crv1_factor(n_clusters, n_obs=n_obs, n_counted=n_counted)
    scores = Scores.of(moments, _departures(moments, probability), loading)
    return WithinFit(beta[:k], scores, factor, cluster_df(n_clusters))


def poisson_effects(
    moments: PathMoments, detail: GroupTimeDetail
) -> tuple[PathMoments, GroupTimeDetail, WithinFit]:
    """Fit a log ratio for each row of the detail and turn it into the mean effect on the treated, m (1 - exp(-b)).

    The sampling error of the treated mean m is included.
    """
    k = len(detail.code)
    design = np.zeros((*moments.weight_seen.shape, k))
    design[detail.code, detail.period, np.arange(k)] = 1.0
    fit = poisson_fit(moments, design, names=list(detail.rows(moments).term))
    mean = moments.cohort_mean[detail.code, detail.period]
    ratio = np.exp(-fit.coefficients)
    row = np.arange(k)
    n_periods = len(moments.times)
    loading = np.zeros((len(design), k, 2 * n_periods))
    loading[detail.code, row, detail.period] = 1 / detail.size
    loading[detail.code, row, n_periods + detail.period] = -(
        (mean - moments.origin[detail.period]) / detail.size
    )
    pair = fit.scores.beside(moments, Scores.of(moments, levels(moments), loading))
    scores = pair.mix(np.hstack([np.diag(mean * ratio), np.diag(1 - ratio)]))
    return moments, detail, WithinFit(mean * (1 - ratio), scores, fit.factor, fit.df)


def _departures(moments: PathMoments, probability: Floats) -> Features:
    """Outcome less its expectation given the unit's total: T features."""
    origin = moments.origin * moments.observed

    def of_deviations(paths: Paths) -> Floats:
        total = paths.outcome.sum(axis=1, keepdims=True)
        return np.asarray(paths.outcome - probability[paths.cell] * total)

    def evaluate(paths: Paths) -> Floats:
        outcome = paths.outcome + paths.one[:, None] * origin[paths.cell]
        return of_deviations(Paths(outcome, paths.one, paths.cell))

    return Features(evaluate, of_deviations)


def _probability(index: Floats, observed: Mask) -> Floats:
    """Share of each observed period in a cell's expected total, (P, T)."""
    index = np.where(observed, index, -np.inf)
    raised = np.exp(index - index.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _information(
    moments: PathMoments, columns: Floats, expected: Floats, probability: Floats
) -> Floats:
    cohort = moments.cohort_index
    product = np.array(
        [
            expected[rows].T @ probability[rows]
            for rows in (cohort == c for c in range(len(columns)))
        ]
    )
    diagonal = moments.by_cohort(expected)[:, :, None] * np.eye(expected.shape[1])
    return np.asarray(
        np.einsum("ctj,cts,csk->jk", columns, diagonal - product, columns, optimize=True)
    )


def _refuse_empty(columns: Floats, total: Floats, names: list[str]) -> None:
    sums = np.einsum("ctj,ct->j", np.abs(columns), total)
    empty = [name for name, value in zip(names, sums, strict=False) if value <= 0]
    if empty:
        raise NotIdentifiedError(
            f"{', '.join(empty)}: all outcomes are zero there, so the ratio is zero and its logarithm does not exist; "
            "pool cohorts or periods"
        )
