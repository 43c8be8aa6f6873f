"""What the data are like before anything is estimated."""

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.data.sample import Sample

MUCH_MISSING = 0.20  # share of unit-periods without an outcome at which a warning is due
MANY_ZEROS = 0.30  # share of zeros at which levels and logs tell different stories
HEAVY_TAIL = 0.25  # share of the outcome's total that the largest 1% may carry before a warning


def quality_checks(panel: Panel) -> list[CheckResult]:
    """Return the checks of one panel, in the order a reader asks them."""
    return [
        coverage(panel),
        zeros(panel),
        heavy_tail(panel),
        gaps(panel),
        early_cohorts(panel.sample),
    ]


def coverage(panel: Panel) -> CheckResult:
    """Share of unit-periods with an outcome."""
    if panel.waves != "panel":
        return not_applicable("coverage", "asked_once")
    share = len(panel.y) / (panel.n_units * panel.n_periods)
    status = pass_or_warn(share >= 1 - MUCH_MISSING)
    return CheckResult("coverage", status, "share_of_unit_periods_observed", statistic=share)


def zeros(panel: Panel) -> CheckResult:
    """Share of zero outcomes."""
    if np.any(panel.y < 0):
        return not_applicable("zeros", "the_outcome_takes_negative_values")
    share = float(np.mean(panel.y == 0))
    return CheckResult(
        "zeros",
        pass_or_warn(share <= MANY_ZEROS),
        "share_of_zero_outcomes",
        statistic=share,
    )


def heavy_tail(panel: Panel) -> CheckResult:
    """Share of the outcome's total carried by the largest 1% of observations."""
    if np.any(panel.y < 0) or panel.y.sum() == 0:
        return not_applicable("heavy_tail", "the_outcome_takes_negative_values")
    largest = np.sort(panel.y)[-max(1, len(panel.y) // 100) :]
    share = float(largest.sum() / panel.y.sum())
    return CheckResult(
        "heavy_tail",
        pass_or_warn(share <= HEAVY_TAIL),
        "share_of_largest_hundredth",
        statistic=share,
    )


def gaps(panel: Panel) -> CheckResult:
    """Share of units with a missing period between their first and last observation."""
    if panel.waves != "panel":
        return not_applicable("gaps", "asked_once")
    seen = ~np.isnan(panel.wide)
    first, last = seen.argmax(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    share = float(np.mean(seen.sum(axis=1) < last - first + 1))
    return CheckResult("gaps", "pass", "share_of_units_with_gaps", statistic=share)


def early_cohorts(sample: Sample) -> CheckResult:
    """Units treated from the first period on have no before and were dropped."""
    count = sample.dropped.get("always_treated", 0)
    return CheckResult(
        "always_treated", pass_or_warn(not count), "units_without_a_before", statistic=count
    )


def describe(panel: Panel) -> pd.DataFrame:
    """Return the outcome's distribution by group: ``group, n_units, n_obs, mean, sd, p50, p90, p99, zeros, observed``.

    NaN where a group has no unit; no ``sd`` of one observation.
    """
    treated = np.isfinite(panel.cohort)
    rows = []
    for group, units in (("treated", treated), ("comparison", ~treated)):
        y = panel.y[units[panel.unit_index]]
        if not len(y):  # such as nobody never treated
            rows.append({"group": group, "n_units": 0, "n_obs": 0})
            continue
        rows.append(
            {
                "group": group,
                "n_units": int(units.sum()),
                "n_obs": len(y),
                "mean": y.mean(),
                "sd": y.std(ddof=1) if len(y) > 1 else np.nan,
                "p50": np.quantile(y, 0.5),
                "p90": np.quantile(y, 0.9),
                "p99": np.quantile(y, 0.99),
                "zeros": np.mean(y == 0),
                "observed": len(y) / (units.sum() * panel.n_periods),
            }
        )
    return pd.DataFrame(rows)


def coverage_by_period(panel: Panel) -> pd.DataFrame:
    """Return the share of units observed by group and period, and how many that is, NaN of a group without units.

    Returns
    -------
    DataFrame
        ``time, treated, treated_n, comparison, comparison_n``.
    """
    treated = np.isfinite(panel.cohort)
    seen = ~np.isnan(panel.wide)
    n, n_treated = seen.sum(axis=0), seen[treated].sum(axis=0)
    return pd.DataFrame(
        {
            "time": [panel.time_axis.label(number) for number in panel.times],
            "treated": n_treated / (treated.sum() or np.nan),
            "treated_n": n_treated,
            "comparison": (n - n_treated) / ((~treated).sum() or np.nan),
            "comparison_n": n - n_treated,
        }
    )
