"""Are the treated like the untreated before treatment, and do they stay in the data alike?"""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn, status_of, wald
from impact.critical_values import two_sided_p_value
from impact.data.panel import Panel
from impact.estimators.many import clusters_are_units
from impact.estimators.regressions.least_squares import least_squares
from impact.inference.strata import baseline_mean

LARGE_DIFFERENCE = 0.25  # normalised difference; Imbens and Rubin (2015), sec. 14.2
COLLINEAR = (
    1e-9  # of a column's length left over by the columns before it, below which they determine it
)
EXACT = 1e-9  # of a 0/1 outcome: a regression this close foretells it


BASELINE_COLUMNS = [
    "characteristic",
    "level",
    "treated",
    "comparison",
    "sd_treated",
    "sd_comparison",
    "normalised_difference",
    "p_value",
]


def baseline_table(panel: Panel) -> pd.DataFrame:
    """Compare groups before the first cohort's treatment, one row a characteristic.

    Returns
    -------
    DataFrame
        ``characteristic, level, treated, comparison, sd_treated, sd_comparison, normalised_difference, p_value``; numeric
        columns by their mean before treatment, others by the share of each level. p-values by Welch's t, or clustered where
        clusters lie above the unit. Of an endline alone, characteristics are as they are then.
    """
    treated = np.isfinite(panel.cohort)
    rows = []
    for name, level, values in characteristics_of(panel):
        known = ~np.isnan(values)
        a, b = (values[side & known] for side in (treated, ~treated))
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
                "normalised_difference": _normalised(a.mean() - b.mean(), spread),
                "p_value": _p_of_difference(panel, values, among=known),
            }
        )
    return pd.DataFrame(rows, columns=BASELINE_COLUMNS)


def balance_check(table: pd.DataFrame) -> CheckResult:
    """Warn where a normalised difference exceeds a quarter of a standard deviation."""
    if table.empty:
        return not_applicable("balance", "no_baseline_period_or_characteristic")
    largest = float(table["normalised_difference"].abs().max())
    status = pass_or_warn(largest <= LARGE_DIFFERENCE)
    return CheckResult("balance", status, "largest_normalised_difference", statistic=largest)


def joint_balance(panel: Panel) -> CheckResult:
    """Regress being treated on all baseline characteristics and test them jointly (robust F).

    A characteristic that the others determine (a constant one among them) cannot be tested beside them: it is left out and
    named, and the rest are tested. Of a lot within strata, they are tested within strata; clusters above the unit are those
    of the variance.
    """
    if len(np.unique(np.isfinite(panel.cohort))) < 2:
        return not_applicable("joint_balance", "nobody_never_treated")
    found = characteristics_of(panel, drop_first=True)
    if not found:
        return not_applicable("joint_balance", "no_baseline_period_or_characteristic")
    strata = _strata_of_the_lot(panel)
    columns = np.column_stack([*strata.T, *(values for _, _, values in found)])
    complete = ~np.isnan(columns).any(axis=1)
    columns, treated = columns[complete], np.isfinite(panel.cohort)[complete].astype(float)
    kept = independent(columns)
    before, kept_strata = strata.shape[1], kept[: strata.shape[1]].sum()
    X = np.column_stack([np.ones(len(treated)), columns[:, kept]])
    of_units = clusters_are_units(panel)
    if len(treated) <= X.shape[1] or len(np.unique(treated)) < 2:
        return not_applicable("joint_balance", "too_few_units_for_characteristics")
    fit = least_squares(
        treated,
        X,
        names=[str(i) for i in range(X.shape[1])],
        weight=np.ones(len(treated)),
        cluster=np.unique(panel.cluster[complete], return_inverse=True)[1],
        vcov="robust" if of_units else "clustered",
    )
    if np.allclose(X @ fit.coefficients, treated, rtol=0, atol=EXACT):
        return CheckResult("joint_balance", "warn", "characteristics_tell_groups_apart")
    asked = slice(1 + kept_strata, None)
    tested = wald("joint_balance", fit.coefficients[asked], fit.vcov[asked, asked], df=fit.df)
    names = [name for name, _, _ in found]
    gone = [name for name, keep in zip(names, kept[before:], strict=True) if not keep]
    left_out = ", ".join(dict.fromkeys(gone))
    if not left_out or tested.status == "not_applicable":
        return tested
    return CheckResult(
        "joint_balance",
        tested.status,
        f"tested_without_determined:{left_out}",
        tested.statistic,
        tested.p_value,
        text=f"Left out, determined by the other characteristics: {left_out}",
    )


def baseline_columns(panel: Panel, *, among: Mask) -> list[tuple[str, Floats]]:
    """Return the baseline characteristics, of the units marked True, that a constant and those before do not determine."""
    found = characteristics_of(panel, drop_first=True)
    columns = np.column_stack([values[among] for _, _, values in found])
    kept = independent(np.nan_to_num(columns))
    named = [" ".join(part for part in (name, level) if part) for name, level, _ in found]
    return [(named[place], columns[:, place]) for place in np.flatnonzero(kept)]


def independent(columns: Floats) -> Mask:
    """Return which columns (n, k), in order, that neither a constant nor those before determine, (k,)."""
    kept = np.zeros(columns.shape[1], dtype=bool)
    basis = [np.ones(len(columns)) / np.sqrt(max(len(columns), 1))]
    for place, column in enumerate(columns.T):
        left = column
        for _ in range(2):  # twice is enough: once leaves rounding errors of large means
            left = left - np.column_stack(basis) @ (np.column_stack(basis).T @ left)
        size = np.linalg.norm(left)
        if size > COLLINEAR * np.linalg.norm(column):
            kept[place] = True
            basis.append(left / size)
    return kept


def attrition(panel: Panel) -> CheckResult:
    """Compare the share of units seen in the last period between the groups."""
    if panel.waves != "panel":
        return not_applicable("attrition", "asked_once")
    return response(panel, (~np.isnan(panel.wide[:, -1])).astype(float))


def response(panel: Panel, last: Floats) -> CheckResult:
    """Compare the share that answered between the groups, as `attrition`; ``last`` (N,) is 1 where a unit did, else 0."""
    treated = np.isfinite(panel.cohort)
    a, b = last[treated], last[~treated]
    at_end = [side.mean() if len(side) else np.nan for side in (a, b)]
    table = pd.DataFrame({"group": ["treated", "comparison"], "seen_at_end": at_end})
    if last.all():
        return CheckResult("attrition", "pass", "nobody_lost", statistic=0.0, table=table)
    if min(len(a), len(b)) < 2:
        return not_applicable("attrition", "one_unit_on_a_side")
    difference = float(a.mean() - b.mean())
    p = _p_of_difference(panel, last, among=np.ones(len(last), dtype=bool))
    status = status_of(p)
    return CheckResult(
        "attrition", status, "difference_in_response_at_the_end", difference, p, table
    )


def characteristics_of(panel: Panel, *, drop_first: bool = False) -> list[tuple[str, str, Floats]]:
    """Return (column, level, value by unit): outcome and numeric covariates by baseline mean, others by level.

    Without a period before, the outcome is left out and covariates are as they are: they are those a lot cannot have moved.
    """
    before = float(panel.cohorts[0])
    early = panel.times[panel.time_index] < before
    found = [(panel.outcome, "", baseline_mean(panel, before=before))] if early.any() else []
    early |= not early.any()
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


def _normalised(difference: float, spread: float) -> float:
    """Difference in standard deviations: without any spread, none or infinitely many."""
    if spread > 0:
        return float(difference / spread)
    return 0.0 if difference == 0 else float(np.copysign(np.inf, difference))


def _strata_of_the_lot(panel: Panel) -> Floats:
    """One 0/1 column a stratum but the first (N, S - 1), where a lot was drawn within strata; no column otherwise."""
    codes = np.unique(panel.stratum)[1:] if panel.assignment == "randomised" else np.zeros(0)
    return np.asarray(panel.stratum[:, None] == codes, dtype=float)


def _p_of_difference(panel: Panel, values: Floats, *, among: Mask) -> float:
    """p-value of no difference between the groups, by Welch's t; clustered where clusters lie above the unit."""
    treated, values = np.isfinite(panel.cohort)[among], values[among]
    if clusters_are_units(panel) or not np.ptp(values):
        return _welch(values[treated], values[~treated])
    fit = least_squares(
        values,
        np.column_stack([np.ones(len(values)), treated]),
        names=["all", "treated"],
        weight=np.ones(len(values)),
        cluster=np.unique(panel.cluster[among], return_inverse=True)[1],
        vcov="clustered",
    )
    t = fit.coefficients[1:] / np.sqrt(fit.vcov[1:, 1])
    return float(two_sided_p_value(t, fit.df)[0])


def _welch(a: Floats, b: Floats) -> float:
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    if va + vb == 0:
        return 1.0 if a.mean() == b.mean() else 0.0
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return float(two_sided_p_value(np.array([(a.mean() - b.mean()) / np.sqrt(va + vb)]), df)[0])
