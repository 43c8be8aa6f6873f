"""linearmodels on our rows: coefficients."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.estimators.panel.model_rows import ModelRows


def values_of(model: Any, rows: ModelRows) -> tuple[Floats, Any]:
    """Return the coefficients (k,) of one of linearmodels' classes, and its result.

    Columns go by number: a user's name can then not be taken for one of ours or linearmodels'.
    """
    index = pd.MultiIndex.from_arrays([rows.unit, rows.time], names=["unit", "time"])
    y = pd.Series(rows.y, index=index, name="y")
    X = pd.DataFrame(rows.X, index=index, columns=[f"x{j}" for j in range(rows.X.shape[1])])
    alike = bool((rows.weight == 1).all())
    weights = None if alike else pd.Series(rows.weight, index=index, name="w")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas deprecations inside linearmodels
        result = model(y, X, weights=weights).fit()
    return np.asarray(result.params, dtype=float), result
