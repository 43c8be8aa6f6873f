"""Tables of the sample: its flow from the file to the analysis, when its units started, and its mean outcome by period."""

from typing import Any

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.evaluation.study import Study

_LINE = ("number", "rule", "table", "before", "touched", "after")
_TOLD = ("why_en", "why_fr", "source_en", "source_fr")
MEETINGS = {
    "exact": "exact",
    "normalised": "normalised",
    "confirmed": "confirmed",
    "met_none": "unmatched",
    "others_met_none": "unmatched_with",
    "proposals": "proposals",
}
"""Columns for what the ledger counts of a merge."""


def arrival(study: Study) -> pd.DataFrame:
    """Return what each rule of the intake did: its line of the ledger, reasons, sources, and of a merge what met what."""
    rows = [
        {
            **{name: line[name] for name in _LINE},
            **{f"why_{language}": line["why"].get(language, "") for language in ("en", "fr")},
            **{f"source_{each}": line["source"].get(each, "") for each in ("en", "fr")},
            **{name: line["counts"].get(count, np.nan) for name, count in MEETINGS.items()},
        }
        for line in study.ledger
    ]
    frame = pd.DataFrame(rows, columns=[*_LINE, *_TOLD, *MEETINGS])
    return frame.astype(dict.fromkeys(MEETINGS, float))


def counted(study: Study) -> pd.DataFrame:
    """Return what else rules counted: ``number, rule, table, code, rows``; of merges `arrival` says it."""
    rows = [
        {**{name: line[name] for name in ("number", "rule", "table")}, "code": code, "rows": count}
        for line in study.ledger
        for code, count in line["counts"].items()
        if line["number"] and code not in MEETINGS.values()
    ]
    return pd.DataFrame(rows, columns=["number", "rule", "table", "code", "rows"])


def absences(study: Study) -> pd.DataFrame:
    """Count missing cells of the plan's outcomes by why they are: ``outcome, reason, rows, share``."""
    rows = [
        {"outcome": outcome, "reason": reason, "rows": count, "share": count / len(study.data)}
        for outcome in study.plan.outcomes
        for reason, count in study.frame.attrs["missing"].get(outcome, {}).items()
    ]
    return pd.DataFrame(rows, columns=["outcome", "reason", "rows", "share"])


def flow(study: Study, panel: Panel) -> pd.DataFrame:
    """Count units from the file to the analysis, by arm: ``stage, units, treated, comparison``.

    Nobody is followed from there on where other units are asked each time.
    """
    seen = ~np.isnan(panel.wide)
    treated = np.isfinite(panel.cohort)
    before = panel.times < panel.cohorts[0]
    after = panel.times >= panel.cohorts[-1]
    stages = [
        ("in_analysis", np.ones(panel.n_units, dtype=bool)),
        ("seen_before", seen[:, before].any(axis=1)),
        ("seen_before_and_after", seen[:, before].any(axis=1) & seen[:, after].any(axis=1)),
        ("seen_in_last_period", seen[:, -1]),
    ]
    rows = [
        {
            "stage": "in_file",
            "units": study.data[study.schema.unit].nunique(),
            "treated": None,
            "comparison": None,
        }
    ]
    for stage, kept in stages if study.follows_units else stages[:1]:
        rows.append(
            {
                "stage": stage,
                "units": int(kept.sum()),
                "treated": int((kept & treated).sum()),
                "comparison": int((kept & ~treated).sum()),
            }
        )
    return pd.DataFrame(rows)


def remained(flow: pd.DataFrame, group: str) -> float:
    """Return the share of a group still seen in the last period, of `flow`.

    NaN where it has nobody, or too few to be shown, or nobody is followed.
    """
    if flow.iloc[-1]["stage"] != "seen_in_last_period":
        return float(np.nan)
    last, start = float(flow.iloc[-1][group]), float(flow.iloc[1][group])
    return last / start if start > 0 else float(np.nan)


def cohorts_by_start(study: Study, panel: Panel) -> pd.DataFrame:
    """Count treated units by actual and, where known, planned start: ``period, planned, actual``."""
    actual: dict[float, int] = {g: int((panel.cohort == g).sum()) for g in panel.cohorts}
    planned: dict[float, int] = {}
    if study.plan.planned_cohort is not None:
        as_planned = study.panel(cohort=study.plan.planned_cohort)
        planned = {g: int((as_planned.cohort == g).sum()) for g in as_planned.cohorts}
    periods = sorted({*actual, *planned})  # in time: as texts, 10 would stand before 9
    return pd.DataFrame(
        {
            "period": [str(panel.time_axis.label(period)) for period in periods],
            "planned": [planned.get(period, 0) if planned else None for period in periods],
            "actual": [actual.get(period, 0) for period in periods],
        }
    )


def mean_paths(panel: Panel) -> pd.DataFrame:
    """Return mean outcome by group and period, with standard errors of the means."""
    treated = np.isfinite(panel.cohort)
    table: dict[str, Any] = {"time": [str(panel.time_axis.label(at)) for at in panel.times]}
    for group, units in (("treated", treated), ("comparison", ~treated)):
        part = panel.wide[units]
        count = (~np.isnan(part)).sum(axis=0)
        some, several = count > 0, count > 1  # a group may be unseen in a period, or have one unit
        mean, error = np.full((2, len(count)), np.nan)
        mean[some] = np.nanmean(part[:, some], axis=0)
        error[several] = np.nanstd(part[:, several], axis=0, ddof=1) / np.sqrt(count[several])
        table |= {group: mean, f"{group}_std_error": error, f"{group}_n": count}
    return pd.DataFrame(table)
