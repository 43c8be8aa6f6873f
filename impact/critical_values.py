"""Quantiles, p-values, and the critical value of a simultaneous band."""

from functools import lru_cache
from threading import Lock

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
    correlation = vcov[np.ix_(kept, kept)] / np.outer(scale, scale)
    largest = _largest(correlation.tobytes(), len(scale), df, draws=draws, seed=seed)
    return float(np.quantile(largest, level))


@lru_cache(maxsize=32)
def _largest(correlation: bytes, k: int, df: float, *, draws: int, seed: int) -> Floats:
    """Largest |t| of each draw, (draws,), over k parameters of this correlation; kept, as a study asks again."""
    root = _root(np.frombuffer(correlation).reshape(k, k))
    normal = _normals(draws, seed).first(k)
    largest = np.zeros(draws)
    for start in range(0, draws, DRAWS_AT_A_TIME):
        some = slice(start, start + DRAWS_AT_A_TIME)
        for first in range(0, k, BLOCK):  # the root's upper part is zero
            rows = root[first : first + BLOCK, : first + BLOCK]
            t = rows @ normal[: rows.shape[1], some]
            np.abs(t, out=t)
            np.maximum(largest[some], t.max(axis=0), out=largest[some])
    if not np.isinf(df):
        largest /= np.sqrt(_chi_squares(draws, seed, df) / df)
    return largest


class _Normals:
    """Standard normal draws, a row a parameter: drawn once, the same first rows however many are asked for."""

    def __init__(self, draws: int, seed: int) -> None:
        self._generator = stream(seed, "band_normals")
        self._rows = np.empty((0, draws))
        self._lock = Lock()

    def first(self, k: int) -> Floats:
        """Return k rows, (k, draws); those not asked for before are drawn, a block of them at a time."""
        with self._lock:
            lacking = -(-k // BLOCK) * BLOCK - len(self._rows)
            if lacking > 0:
                more = self._generator.standard_normal((lacking, self._rows.shape[1]))
                self._rows = np.concatenate([self._rows, more])
            return self._rows[:k]


@lru_cache(maxsize=2)
def _normals(draws: int, seed: int) -> _Normals:
    return _Normals(draws, seed)


@lru_cache(maxsize=8)
def _chi_squares(draws: int, seed: int, df: float) -> Floats:
    return stream(seed, "band_chi_squares").chisquare(df, draws)


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
