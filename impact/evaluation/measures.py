"""Several measures of one thing, such as a month, a usual week, a best estimate: do they agree, and do their effects?"""

from typing import Any

import numpy as np
import pandas as pd

from impact.errors import EstimationError
from impact.evaluation.study import Study

COLUMNS = [
    "measure",
    "n_obs",
    "median_ratio",
    "rank_correlation",
    "percent",
    "percent_low",
    "percent_high",
]


def measures_of(study: Study) -> pd.DataFrame:
    """Return one row a measure, the headline first; empty where the plan names no other.

    Returns
    -------
    DataFrame
        ``measure, n_obs, median_ratio, rank_correlation, percent, percent_low, percent_high``: observations with both known,
        the measure over the headline where that is above zero (median), Spearman's correlation, and the effect on the measure
        in percent with its clustered interval, NaN where the data do not give it.
    """
    if not study.plan.measures:
        return pd.DataFrame(columns=COLUMNS)
    names = (study.outcome, *study.plan.measures)
    return pd.DataFrame([_row(study, name) for name in names], columns=COLUMNS)


def _row(study: Study, name: str) -> dict[str, Any]:
    both = (
        study.frame[[study.outcome, name]].dropna().astype(float).set_axis(["own", "other"], axis=1)
    )
    sold = both[both["own"] > 0]
    ratio = float((sold["other"] / sold["own"]).median()) if len(sold) else np.nan
    return {
        "measure": name,
        "n_obs": len(both),
        "median_ratio": ratio,
        "rank_correlation": float(both["own"].corr(both["other"], method="spearman")),
        **_effect(study, name),
    }


def _effect(study: Study, name: str) -> dict[str, float]:
    try:
        found = study.estimator().fit(study.panel(name)).aggregate(by="overall").percent()
    except EstimationError:
        return {}
    row = found.table.iloc[0]
    return {
        "percent": float(row["estimate"]),
        "percent_low": float(row["conf_low"]),
        "percent_high": float(row["conf_high"]),
    }
