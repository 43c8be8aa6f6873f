"""Quantiles, p-values, and the critical value of a simultaneous band."""

import numpy as np
from numpy.typing import NDArray

from impact.terms import CONFIDENCE_LEVEL

BAND_DRAWS = 20_000  # critical values then vary by about 0.01 from seed to seed
BAND_SEED = 20120701  # the stream of simultaneous bands; the programme began in July 2012


def quantile(probability: float, df: float) -> float:
    """Return the quantile of the t distribution with ``df`` degrees of freedom (infinity: normal)."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(probability) if np.isinf(df) else stdtrit(df, probability))


def two_sided_p_value(statistic: NDArray[np.float64], df: float) -> NDArray[np.float64]:
    """Return P(|t| >= |statistic|)."""
    from scipy.special import ndtr, stdtr

    below = ndtr(-np.abs(statistic)) if np.isinf(df) else stdtr(df, -np.abs(statistic))
    return np.asarray(2 * below, dtype=float)


def simultaneous_critical_value(
    vcov: NDArray[np.float64],
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
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    generator = np.random.default_rng(seed)
    normal = generator.standard_normal((draws, len(values)))
    largest = np.abs(normal @ root.T).max(axis=1)
    if not np.isinf(df):
        largest = largest / np.sqrt(generator.chisquare(df, draws) / df)
    return float(np.quantile(largest, level))
