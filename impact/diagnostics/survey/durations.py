"""Were interviews long enough to have been held, and as long in both arms?"""

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import Arms, by_arm, difference_found
from impact.diagnostics.survey.changes import mean_of_units

SHORT = 1 / 3  # of the period's median interview
MANY_SHORT = 0.05  # share of interviews


def short_interviews(panel: Panel, durations: Floats | None) -> CheckResult:
    """Share of interviews shorter than a third of their period's median.

    Parameters
    ----------
    panel : Panel
    durations : ndarray, (n,), or None
        In any unit, an entry an observation, NaN where it is not known; None where the plan names no such column.
    """
    if durations is None:
        return not_applicable("short_interviews", "no_duration_in_the_plan")
    lengths = _in_medians(panel, durations)
    if np.isnan(lengths).all():
        return not_applicable("short_interviews", "no_duration_known")
    short = np.where(np.isnan(lengths), np.nan, lengths < SHORT)
    share = float(np.nanmean(short))
    return CheckResult(
        "short_interviews",
        pass_or_warn(share <= MANY_SHORT),
        "share_of_short_interviews",
        statistic=share,
        table=by_arm(Arms.of(panel), {"short": mean_of_units(short)}),
    )


def duration_by_arm(panel: Panel, durations: Floats | None, *, seed: int = 0) -> CheckResult:
    """Compare how long interviews lasted, in medians of their period, between the arms."""
    if durations is None:
        return not_applicable("duration_by_arm", "no_duration_in_the_plan")
    lengths = mean_of_units(_in_medians(panel, durations))
    if np.isnan(lengths).all():
        return not_applicable("duration_by_arm", "no_duration_known")
    arms = Arms.of(panel, seed=seed)
    return difference_found(
        "duration_by_arm",
        arms.compare(lengths),
        why="difference_in_duration",
        table=by_arm(arms, {"duration": lengths}),
    )


def _in_medians(panel: Panel, durations: Floats) -> Floats:
    """Durations (N, T) as multiples of their period's median; NaN where there is none."""
    wide = np.full(panel.wide.shape, np.nan)
    wide[panel.unit_index, panel.time_index] = durations
    for period in range(panel.n_periods):
        known = wide[~np.isnan(wide[:, period]), period]
        middle = np.median(known) if len(known) else 0.0
        wide[:, period] = wide[:, period] / middle if middle > 0 else np.nan
    return wide
