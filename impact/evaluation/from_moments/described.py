"""Who is in the moments, who stays, and how alike the groups were before, in the outcome alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn, status_of
from impact.critical_values import two_sided_p_value
from impact.diagnostics import balance, quality
from impact.evaluation.parts import DataQuality, SampleAndComparability
from impact.evaluation.sample_tables import arrival, counted
from impact.evaluation.study import Study
from impact.moments import PathMoments
from impact.moments.paths import Paths

DESCRIBED = [
    "group", "n_units", "n_obs", "mean", "sd", "p50", "p90", "p99", "zeros", "observed",
]  # fmt: skip


def quality_of(study: Study) -> DataQuality:
    """Count what is observed; zeros of single periods, tails and answers are in no sum."""
    moments = study.moments
    share = moments.n_obs / (moments.n.sum() * len(moments.times))
    first = moments.observed.argmax(axis=1)
    last = moments.observed.shape[1] - 1 - moments.observed[:, ::-1].argmax(axis=1)
    gapped = moments.observed.sum(axis=1) < last - first + 1
    return DataQuality(
        sample=moments.sample,
        n_rows=moments.with_always_treated().n_obs,
        checks=(
            CheckResult(
                "coverage",
                pass_or_warn(share >= 1 - quality.MUCH_MISSING),
                "share_of_unit_periods_observed",
                statistic=float(share),
            ),
            not_applicable("zeros", "not_available_from_moments"),
            not_applicable("heavy_tail", "not_available_from_moments"),
            CheckResult(
                "gaps",
                "pass",
                "share_of_units_with_gaps",
                statistic=float(moments.n[gapped].sum() / moments.n.sum()),
            ),
            quality.early_cohorts(moments.sample),
        ),
        distribution=_distribution(moments),
        coverage=_coverage(moments),
        absences=pd.DataFrame(columns=["outcome", "reason", "rows", "share"]),
    )


def _distribution(moments: PathMoments) -> pd.DataFrame:
    """Describe the outcome by group, as `quality.describe`; NaN for what needs single answers."""
    rows = []
    for group, cells in sides(moments):
        n, seen = moments.n[cells][:, None], moments.observed[cells]
        n_units, n_obs = int(n.sum()), int((n * seen).sum())
        if not n_obs:
            rows.append({"group": group, "n_units": n_units, "n_obs": 0})
            continue
        level = moments.mean[cells] + moments.origin
        mean = float((n * seen * level).sum() / n_obs)
        within = float((moments.root[cells[moments.root_cell]] ** 2).sum())
        squares = within + float((n * seen * (level - mean) ** 2).sum())
        rows.append(
            {
                "group": group,
                "n_units": n_units,
                "n_obs": n_obs,
                "mean": mean,
                "sd": np.sqrt(squares / (n_obs - 1)) if n_obs > 1 else np.nan,
                "observed": n_obs / (n_units * len(moments.times)),
            }
        )
    return pd.DataFrame(rows, columns=DESCRIBED)


def _coverage(moments: PathMoments) -> pd.DataFrame:
    """Return the share of units observed by group and period, as `quality.coverage_by_period`."""
    table: dict[str, Any] = {"time": [moments.time_axis.label(at) for at in moments.times]}
    for group, cells in sides(moments):
        count = moments.n[cells] @ moments.observed[cells]
        table |= {group: count / (moments.n[cells].sum() or np.nan), f"{group}_n": count}
    return pd.DataFrame(table)


def sides(moments: PathMoments) -> list[tuple[str, Mask]]:
    """Return the cells of those ever treated, and of the others."""
    treated = np.isfinite(moments.cohort)
    return [("treated", treated), ("comparison", ~treated)]


def sample_of(study: Study) -> SampleAndComparability:
    """Count arms, cohorts and those who stay, and compare the outcome before the first start."""
    moments = study.moments
    baseline = _baseline(moments)
    nothing_else = not study.plan.characteristics and not study.plan.subgroups
    checks = (
        balance.balance_check(baseline)
        if nothing_else
        else not_applicable("balance", "not_available_from_moments"),
        not_applicable("joint_balance", "not_available_from_moments"),
        _attrition(moments),
        *(
            (not_applicable("compliance", "not_available_from_moments"),)
            if study.plan.participation is not None and study.by_lot
            else ()
        ),
    )
    clusters = [_clusters(moments, cells) for _, cells in sides(moments)]
    return SampleAndComparability(
        flow=_flow(moments),
        cohorts=_cohorts(moments),
        baseline=baseline,
        checks=checks,
        paths=_paths(moments),
        treated_clusters=clusters[0],
        other_clusters=clusters[1],
        arrival=arrival(study),
        counted=counted(study),
    )


def _clusters(moments: PathMoments, cells: Mask) -> int:
    if moments.clusters is None:
        return int(moments.n[cells].sum())
    return len(np.unique(moments.clusters.cluster[cells[moments.clusters.cell]]))


def _flow(moments: PathMoments) -> pd.DataFrame:
    """Count units by stage and arm, as `sample_tables.flow`; the file is that of the moments."""
    everyone = int(moments.with_always_treated().n.sum())
    rows: list[dict[str, Any]] = [
        {"stage": "in_file", "units": everyone, "treated": None, "comparison": None}
    ]
    before = moments.observed[:, moments.times < moments.cohorts[0]].any(axis=1)
    after = moments.observed[:, moments.times >= moments.cohorts[-1]].any(axis=1)
    stages = {
        "in_analysis": np.ones(moments.n_cells, dtype=bool),
        "seen_before": before,
        "seen_before_and_after": before & after,
        "seen_in_last_period": moments.observed[:, -1],
    }
    for stage, kept in stages.items():
        arms = {name: int(moments.n[kept & cells].sum()) for name, cells in sides(moments)}
        rows.append({"stage": stage, "units": int(moments.n[kept].sum()), **arms})
    return pd.DataFrame(rows)


def _cohorts(moments: PathMoments) -> pd.DataFrame:
    sizes = {
        str(moments.time_axis.label(at)): int(moments.n[moments.cohort == at].sum())
        for at in moments.cohorts
    }
    return pd.DataFrame({"period": list(sizes), "planned": None, "actual": list(sizes.values())})


def _paths(moments: PathMoments) -> pd.DataFrame:
    """Return mean outcome by group and period, with standard errors of the means, as `sample_tables.mean_paths`."""
    table: dict[str, Any] = {"time": [str(moments.time_axis.label(at)) for at in moments.times]}
    for group, cells in sides(moments):
        found = [_in_period(moments, cells, at) for at in range(len(moments.times))]
        n, mean, variance = map(np.array, zip(*found, strict=True))
        some = n > 0
        error = np.where(n > 1, np.sqrt(variance / np.maximum(n, 1)), np.nan)
        table |= {
            group: np.where(some, mean + moments.origin, np.nan),
            f"{group}_std_error": error,
            f"{group}_n": n.astype(int),
        }
    return pd.DataFrame(table)


def _in_period(moments: PathMoments, cells: Mask, at: int) -> tuple[int, float, float]:
    return _spread(moments, cells & moments.observed[:, at], lambda paths: paths.outcome[:, at])


def _spread(
    moments: PathMoments, cells: Mask, value: Callable[[Paths], Floats]
) -> tuple[int, float, float]:
    """Return the number of units of some cells, and mean and variance of a value that is linear in their paths."""
    n = moments.n[cells]
    if not n.sum():
        return 0, np.nan, np.nan
    means = value(moments.mean_paths)[cells]
    mean = float(n @ means / n.sum())
    within = value(moments.root_paths)[cells[moments.root_cell]]
    squares = float(within @ within + n @ (means - mean) ** 2)
    return int(n.sum()), mean, squares / max(int(n.sum()) - 1, 1)


def _baseline(moments: PathMoments) -> pd.DataFrame:
    """Compare units' mean outcome before the first start, as `balance.baseline_table` does; empty without a period before."""
    early = moments.times < moments.cohorts[0]
    seen = moments.observed[:, early]
    count = seen.sum(axis=1)
    slope = np.zeros(moments.observed.shape)
    slope[:, early] = seen / np.maximum(count, 1)[:, None]
    zero = slope @ moments.origin

    def before(paths: Paths) -> Floats:
        own = np.einsum("lt,lt->l", paths.outcome, slope[paths.cell])
        return np.asarray(own + paths.one * zero[paths.cell])

    found = [_spread(moments, cells & (count > 0), before) for _, cells in sides(moments)]
    (n, mean, variance), (n_other, other, variance_other) = found
    if min(n, n_other) < 2:
        return pd.DataFrame(columns=balance.BASELINE_COLUMNS)
    spread = float(np.sqrt((variance + variance_other) / 2))
    row = (
        moments.outcome,
        "",
        mean,
        other,
        np.sqrt(variance),
        np.sqrt(variance_other),
        (mean - other) / spread if spread > 0 else np.nan,
        _welch_p(mean - other, (variance, n), (variance_other, n_other)),
    )
    return pd.DataFrame([row], columns=balance.BASELINE_COLUMNS)


def _welch_p(difference: float, one: tuple[float, int], other: tuple[float, int]) -> float:
    (a, n), (b, m) = one, other
    a, b = a / n, b / m
    if not a + b:
        return 1.0 if not difference else 0.0
    df = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
    return float(two_sided_p_value(np.array([difference / np.sqrt(a + b)]), df)[0])


def _attrition(moments: PathMoments) -> CheckResult:
    """Compare the share of units seen in the last period between the groups, as `balance.attrition`."""
    last = moments.observed[:, -1]
    counts = [
        (int(moments.n[cells].sum()), int(moments.n[cells & last].sum()))
        for _, cells in sides(moments)
    ]
    shares = [seen / n if n else np.nan for n, seen in counts]
    table = pd.DataFrame({"group": ["treated", "comparison"], "seen_at_end": shares})
    if last.all():
        return CheckResult("attrition", "pass", "nobody_lost", statistic=0.0, table=table)
    if min(n for n, _ in counts) < 2 or moments.clusters is not None:
        return not_applicable("attrition", "not_available_from_moments")
    (n, a), (m, b) = ((n, share) for (n, _), share in zip(counts, shares, strict=True))
    spread = [(n * a * (1 - a) / (n - 1), n), (m * b * (1 - b) / (m - 1), m)]
    p = _welch_p(a - b, *spread)
    return CheckResult(
        "attrition", status_of(p), "difference_in_response_at_the_end", a - b, p, table
    )
