"""Are the treated like the untreated before treatment, and do they stay in the data alike?"""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn, wald
from impact.critical_values import two_sided_p_value
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimators.regressions.least_squares import least_squares
from impact.inference.strata import baseline_mean

LARGE_DIFFERENCE = 0.25  # normalised difference; Imbens and Rubin (2015), sec. 14.2
SMALL_P = 0.05


def baseline_table(panel: Panel) -> pd.DataFrame:
    """Compare groups before the first cohort's treatment, one row a characteristic.

    Returns
    -------
    DataFrame
        ``characteristic, level, treated, comparison, sd_treated, sd_comparison, normalised_difference, p_value``; numeric
        columns by their mean before treatment, others by the share of each level. p-values by Welch's t.
    """
    treated = np.isfinite(panel.cohort)
    rows = []
    for name, level, values in _characteristics(panel):
        a, b = (values[side & ~np.isnan(values)] for side in (treated, ~treated))
        if min(len(a), len(b)) < 2:
            continue
        spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
        rows.append(
            {
                "characteristic": name,
                "level": level,
                "treated": a.mean(),
                "comparison": b.mean(),
                "sd_treated": a.std(ddof=1),
                "sd_comparison": b.std(ddof=1),
                "normalised_difference": (a.mean() - b.mean()) / spread if spread > 0 else 0.0,
                "p_value": _welch(a, b),
            }
        )
    return pd.DataFrame(rows)


def balance_check(table: pd.DataFrame) -> CheckResult:
    """Warn where a normalised difference exceeds a quarter of a standard deviation."""
    if table.empty:
        return not_applicable("balance", "no_baseline_period_or_characteristic")
    largest = float(table["normalised_difference"].abs().max())
    status = pass_or_warn(largest <= LARGE_DIFFERENCE)
    return CheckResult("balance", status, "largest_normalised_difference", statistic=largest)


def joint_balance(panel: Panel) -> CheckResult:
    """Regress being treated on all baseline characteristics and test them jointly (robust F)."""
    found = [
        (f"{name}={level}", values)
        for name, level, values in _characteristics(panel, drop_first=True)
    ]
    X = np.column_stack([np.ones(panel.n_units), *(values for _, values in found)])
    complete = ~np.isnan(X).any(axis=1)
    X = X[complete]
    treated = np.isfinite(panel.cohort)[complete].astype(float)
    keep = np.array([True, *(X[:, 1:].std(axis=0) > 0)])
    try:
        fit = least_squares(
            treated,
            X[:, keep],
            names=[str(i) for i in range(int(keep.sum()))],
            weight=np.ones(len(treated)),
            cluster=np.arange(len(treated)),
            vcov="robust",
        )
    except NotIdentifiedError:
        return not_applicable("joint_balance", "too_few_units_or_collinear_characteristics")
    return wald("joint_balance", fit.coefficients[1:], fit.vcov[1:, 1:], df=fit.df)


def attrition(panel: Panel) -> CheckResult:
    """Compare the share of units seen in the last period between the groups."""
    treated = np.isfinite(panel.cohort)
    last = (~np.isnan(panel.wide[:, -1])).astype(float)
    a, b = last[treated], last[~treated]
    difference = float(a.mean() - b.mean())
    p = _welch(a, b)
    table = pd.DataFrame({"group": ["treated", "comparison"], "seen_at_end": [a.mean(), b.mean()]})
    status = pass_or_warn(p >= SMALL_P)
    return CheckResult(
        "attrition", status, "difference_in_response_at_the_end", difference, p, table
    )


def _characteristics(panel: Panel, *, drop_first: bool = False) -> list[tuple[str, str, Floats]]:
    """List (column, level, value by unit): outcome and numeric covariates by baseline mean, others by level."""
    before = float(panel.cohorts[0])
    found = [(panel.outcome, "", baseline_mean(panel, before=before))]
    early = (panel.times[panel.time_index] < before) & (panel.times[panel.time_index] < np.inf)
    for name in panel.covariates.columns:
        column = panel.covariates[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            if str(name) != panel.outcome:
                found.append(
                    (str(name), "", _mean_by_unit(panel, column.to_numpy(dtype=float), early))
                )
            continue
        levels = sorted(column.dropna().unique())
        for level in levels[1:] if drop_first or len(levels) == 2 else levels:
            share = np.where(column.isna(), np.nan, (column == level).astype(float))
            found.append((str(name), str(level), _mean_by_unit(panel, share, early)))
    return found


def _mean_by_unit(panel: Panel, values: Floats, rows: Mask) -> Floats:
    used = rows & ~np.isnan(values)
    count = np.bincount(panel.unit_index[used], minlength=panel.n_units)
    total = np.bincount(panel.unit_index[used], weights=values[used], minlength=panel.n_units)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _welch(a: Floats, b: Floats) -> float:
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    if va + vb == 0:
        return 1.0 if a.mean() == b.mean() else 0.0
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return float(two_sided_p_value(np.array([(a.mean() - b.mean()) / np.sqrt(va + vb)]), df)[0])
