"""The frames of an estimate: its table's columns from values, covariance and reference distribution, and its row of facts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.critical_values import quantiles, two_sided_p_value
from impact.terms import ESTIMATE_COLUMNS

if TYPE_CHECKING:
    from impact.estimate import Estimate

LABELS = ("term", "cohort", "time")


def pointwise(estimate: "Estimate") -> dict[str, Any]:
    """Return the columns of the table, (k,) each, but those of the simultaneous band."""
    rows, values = estimate.rows, np.asarray(estimate.values, dtype=float)
    missing = np.full(len(values), np.nan)

    def numbers(given: Sequence[float] | Floats | None) -> Floats:
        return missing if given is None else np.asarray(given, dtype=float)

    variance = np.diag(estimate.vcov)
    std_error = np.sqrt(np.where(variance > 0, variance, np.nan))
    half = quantiles((1 + estimate.level) / 2, estimate.row_df) * std_error
    return {
        "term": list(rows.term),
        "cohort": missing if rows.cohort is None else list(rows.cohort),
        "time": missing if rows.time is None else list(rows.time),
        "event_time": numbers(rows.event_time),
        "estimate": values,
        "std_error": std_error,
        "statistic": values / std_error,
        "p_value": two_sided_p_value(values / std_error, estimate.row_df),
        "conf_low": values - half,
        "conf_high": values + half,
        "n_treated": numbers(rows.n_treated),
        "n_control": numbers(rows.n_control),
        "n_clusters": np.full(len(values), float(estimate.sample.n_clusters))
        if rows.n_clusters is None
        else numbers(rows.n_clusters),
    }


def glance_of(estimate: "Estimate") -> pd.DataFrame:
    """Return one row: what was estimated how, and the counts behind it."""
    sample = estimate.sample
    row = {
        "estimator": estimate.spec.get("estimator"),
        "estimand": estimate.estimand,
        "n_parameters": len(estimate.values),
        "n_obs": estimate.nobs,
        "n_units": sample.n_units,
        "n_treated": sample.n_treated,
        "n_never": sample.n_never,
        "n_clusters": sample.n_clusters,
        "df": estimate.df,
        "level": estimate.level,
        "base_period": estimate.spec.get("base_period"),
        "aggregation": estimate.spec.get("aggregation"),
    }
    return pd.DataFrame([row])


def table_of(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Read the rows of a table from plain values."""
    table = pd.DataFrame(records, columns=list(ESTIMATE_COLUMNS))
    numbers = [name for name in ESTIMATE_COLUMNS if name not in LABELS]
    table[numbers] = table[numbers].astype(float)
    for name in LABELS:
        if table[name].isna().all():
            table[name] = np.nan
    return table
