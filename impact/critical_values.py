"""Quantiles, p-values, and the critical value of a simultaneous band."""

from functools import lru_cache

import numpy as np

from impact.arrays import Floats
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL

BAND_DRAWS = 20_000  # critical values then vary by about 0.01 from seed to seed
NULL_PIVOT = 1e-10  # of a unit variance: a parameter that others determine
DRAWS_AT_A_TIME = 2_000  # so that products stay in the processor's cache
BLOCK = 16  # parameters multiplied at a time, so that half the products with a triangular root are spared
BAND_SEED = 20120701  # the stream of simultaneous bands; the programme began in July 2012


def quantile(probability: float, df: float) -> float:
    """Return the quantile of the t distribution with ``df`` degrees of freedom (infinity: normal)."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(probability) if np.isinf(df) else stdtrit(df, probability))


def quantiles(probability: float, df: Floats) -> Floats:
    """Return `quantile` for each of several degrees of freedom."""
    return np.array([quantile(probability, each) for each in df], dtype=float)


def two_sided_p_value(statistic: Floats, df: float | Floats) -> Floats:
    """Return P(|t| >= |statistic|), degrees of freedom for all or for each."""
    from scipy.special import ndtr, stdtr

    normal = np.isinf(df)
    below = np.where(
        normal, ndtr(-np.abs(statistic)), stdtr(np.where(normal, 1, df), -np.abs(statistic))
    )
    return np.asarray(2 * below, dtype=float)


@one_thread()
def simultaneous_critical_value(
    vcov: Floats,
    *,
    level: float = CONFIDENCE_LEVEL,
    df: float = np.inf,
    draws: int = BAND_DRAWS,
    seed: int = BAND_SEED,
) -> float:
    """Return the level-quantile of max |t| over k correlated parameters (sup-t band).

    Drawn from N(0, V), or the multivariate t with ``df`` degrees of freedom, over parameters of positive variance.

    References
    ----------
    Montiel Olea and Plagborg-Moller (2019), Journal of Applied Econometrics 34(1), algorithm 1.
    """
    variance = np.diag(vcov)
    kept = variance > 0
    if kept.sum() <= 1:
        return quantile((1 + level) / 2, df)
    scale = np.sqrt(variance[kept])
    normal, chi2 = _draws(len(scale), draws, seed, df)
    largest = np.zeros(draws)
    root = _root(vcov[np.ix_(kept, kept)] / np.outer(scale, scale))
    for start in range(0, draws, DRAWS_AT_A_TIME):
        some = slice(start, start + DRAWS_AT_A_TIME)
        for first in range(0, len(scale), BLOCK):  # the root's upper part is zero
            rows = root[first : first + BLOCK, : first + BLOCK]
            t = rows @ normal[: rows.shape[1], some]
            np.abs(t, out=t)
            np.maximum(largest[some], t.max(axis=0), out=largest[some])
    if chi2 is not None:
        largest = largest / np.sqrt(chi2 / df)
    return float(np.quantile(largest, level))


@lru_cache(maxsize=8)
def _draws(k: int, draws: int, seed: int, df: float) -> tuple[Floats, Floats | None]:
    """Standard normal draws (k rows or more, draws), the same first rows whatever k, and chi-squared ones for the t.

    They are kept: every band of a report is then a product with the same numbers.
    """
    rows = _normal_rows(-(-k // BLOCK) * BLOCK, draws, seed)
    if np.isinf(df):
        return rows, None
    generator = stream(seed, "band_chi_squares")
    return rows, generator.chisquare(df, draws)


@lru_cache(maxsize=4)
def _normal_rows(k: int, draws: int, seed: int) -> Floats:
    generator = stream(seed, "band_normals")
    return generator.standard_normal((k, draws))


def _root(correlation: Floats) -> Floats:
    """Lower root L of a positive semi-definite matrix, L L' = correlation; a null pivot gives a null column."""
    k = len(correlation)
    try:
        return np.asarray(np.linalg.cholesky(correlation), dtype=float)
    except np.linalg.LinAlgError:
        lower = np.zeros((k, k))
    for j in range(k):
        column = correlation[j:, j] - lower[j:, :j] @ lower[j, :j]
        if column[0] > NULL_PIVOT:
            lower[j:, j] = column / np.sqrt(column[0])
    return lower
