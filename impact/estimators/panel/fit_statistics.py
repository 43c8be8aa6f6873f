"""How well a panel model fits: of its own regression, and within units, between them and overall."""

import numpy as np

from impact.arrays import Floats
from impact.covariance.rows import FittedRows
from impact.covariance.small_sample import residual_df
from impact.estimators.panel.model_rows import ModelRows


def fit_statistics(
    fitted: FittedRows, rows: ModelRows, levels: ModelRows, values: Floats
) -> dict[str, float]:
    """Return shares of variance explained, for an estimate's spec.

    All are squared correlations of outcome and fit. ``r2`` and ``adjusted_r2`` are of the transformed regression, beyond what
    effects explain where these were taken out; ``r2_within``, ``r2_between`` and ``r2_overall`` as Stata's xtreg has them.

    Parameters
    ----------
    fitted : FittedRows
        Of the transformed rows.
    rows, levels : ModelRows
        Transformed, and the same columns as they were.
    values : ndarray, (k,)
    """
    r2 = _own(fitted, rows)
    n = len(fitted.y)
    free = residual_df(n, n_counted=fitted.n_counted()) if n > fitted.n_counted() else np.nan
    predicted = levels.X @ values
    pair = np.column_stack([levels.y, predicted])
    unit, first = np.unique(levels.unit, return_index=True)
    means = np.column_stack(
        [
            np.bincount(levels.unit, column)[unit] / np.bincount(levels.unit)[unit]
            for column in pair.T
        ]
    )
    place = np.searchsorted(unit, levels.unit)
    return {
        "r2": r2,
        "adjusted_r2": 1 - (1 - r2) * (n - fitted.constant) / free,
        "r2_within": _squared_correlation(pair - means[place], levels.weight),
        "r2_between": _squared_correlation(means, levels.weight[first]),
        "r2_overall": _squared_correlation(pair, levels.weight),
    }


def _own(fitted: FittedRows, rows: ModelRows) -> float:
    """Squared correlation of outcome and fit about the constant, or about all effects where some were taken out."""
    if fitted.absorbed is None:
        about = rows.root[:, None] if fitted.constant else np.zeros((len(fitted.y), 0))
    else:
        about = fitted.X[:, rows.n_own :]
    pair = np.column_stack([fitted.y, fitted.y - fitted.residual])
    left = pair - about @ np.linalg.lstsq(about, pair, rcond=None)[0]
    products = left.T @ left
    scale = products[0, 0] * products[1, 1]
    return float(products[0, 1] ** 2 / scale) if scale > 0 else np.nan


def _squared_correlation(pair: Floats, weight: Floats) -> float:
    """Of two columns, (m, 2), with weights (m,)."""
    centred = pair - (weight @ pair) / weight.sum()
    products = (centred * weight[:, None]).T @ centred
    scale = products[0, 0] * products[1, 1]
    return float(products[0, 1] ** 2 / scale) if scale > 0 else np.nan
