"""Paths that cannot be: revenue after closing, without anybody at work, before entering, or the same number again and again."""

import numpy as np

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.diagnostics.survey.counted import units_found

COPIED = 4  # periods with one and the same amount, from which on it looks copied forward
MANY_COPIED = 0.05  # share of units: round answers of small firms may repeat by themselves


def answers_after_exit(panel: Panel, gone: Mask | None) -> CheckResult:
    """Count units with an amount above zero in or after a period in which they had closed for good.

    Parameters
    ----------
    panel : Panel
    gone : ndarray of bool, (N, T), or None
        From a unit's exit on; None where the data do not say.
    """
    if gone is None:
        return not_applicable("answers_after_exit", "no_status_in_the_plan")
    return units_found(
        "answers_after_exit",
        np.any(gone & (panel.wide > 0), axis=1),
        np.isfinite(panel.cohort),
        kind="answers_after_exit",
        why="firms_with_revenue_after_exit",
    )


def revenue_without_staff(panel: Panel, staff: Floats | None) -> CheckResult:
    """Count units with an amount above zero in a period in which nobody worked there.

    Parameters
    ----------
    panel : Panel
    staff : ndarray, (n,), or None
        People at work, an entry an observation; None where the plan names no such column.
    """
    if staff is None:
        return not_applicable("revenue_without_staff", "no_employment_in_the_plan")
    found = np.zeros(panel.n_units, dtype=bool)
    found[panel.unit_index[(staff == 0) & (panel.y > 0)]] = True
    return units_found(
        "revenue_without_staff",
        found,
        np.isfinite(panel.cohort),
        kind="revenue_without_staff",
        why="firms_with_revenue_without_staff",
    )


def answers_before_entry(panel: Panel, entry: Floats | None) -> CheckResult:
    """Count units with an amount other than zero before they existed.

    Parameters
    ----------
    panel : Panel
    entry : ndarray, (N,), or None
        Calendar number of each unit's first period, NaN where it is not known; None where the plan names no such column.
    """
    if entry is None:
        return not_applicable("answers_before_entry", "no_entry_in_the_plan")
    early: Mask = panel.times[None, :] < entry[:, None]
    known: Mask = ~np.isnan(panel.wide) & (panel.wide != 0)
    return units_found(
        "answers_before_entry",
        np.any(early & known, axis=1),
        np.isfinite(panel.cohort),
        kind="answers_before_entry",
        why="firms_with_answers_before_entry",
    )


def copied_forward(panel: Panel) -> CheckResult:
    """Count units that give one and the same amount, not zero, in four periods running and more."""
    if panel.waves != "panel":
        return not_applicable("copied_forward", "asked_once")
    if panel.n_periods < COPIED:
        return not_applicable("copied_forward", "too_few_periods_to_copy")
    same: Mask = (panel.wide[:, 1:] == panel.wide[:, :-1]) & (panel.wide[:, 1:] != 0)
    runs = np.lib.stride_tricks.sliding_window_view(same, COPIED - 1, axis=1)
    repeated: Mask = np.asarray(runs.all(axis=2))
    return units_found(
        "copied_forward",
        np.asarray(repeated.any(axis=1)),
        np.isfinite(panel.cohort),
        kind="copied_forward",
        why="firms_that_repeat_an_amount",
        limit=MANY_COPIED,
    )
