"""Answers far from the others of their period, jumps of one unit away from its own path, and the weight of the largest."""

import numpy as np

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.diagnostics.survey.counted import units_found

NORMAL = 1.4826  # median absolute deviations to the standard deviation of a normal
DISTANT = 3.5  # robust standard deviations; Iglewicz and Hoaglin (1993), section 3.3
MANY_DISTANT = (
    0.05  # share of units; 1% of them have such an answer in 20 periods of log-normal amounts
)
JUMP = 5.0  # robust standard deviations of all units' moves: moves have heavier tails than levels
MANY_JUMPS = 0.10  # share of units; one answer in 170 lies as far where moves are Laplace
ENOUGH_PERIODS = 4  # positive answers that a unit's own median takes
LARGEST_SHARE = 0.10  # of the total, that one unit may carry


def outliers(panel: Panel) -> CheckResult:
    """Count units with an answer at more than 3.5 robust standard deviations, on a logarithm, from the median of its period.

    Zeros are no outliers here: they are counted by checks of their own.

    References
    ----------
    Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    logs = _logs(panel)
    if logs is None:
        return not_applicable("outliers", "the_outcome_takes_negative_values")
    distance = np.abs(logs - _median(logs, axis=0))
    spread = NORMAL * _median(distance, axis=0)
    if not (spread > 0).any():
        return not_applicable("outliers", "most_answers_are_one_number")
    with np.errstate(invalid="ignore"):
        far: Mask = distance > DISTANT * np.where(spread > 0, spread, np.inf)
    return units_found(
        "outliers",
        np.asarray(far.any(axis=1)),
        np.isfinite(panel.cohort),
        kind="distant_answers",
        why="firms_with_a_distant_answer",
        limit=MANY_DISTANT,
    )


def jumps(panel: Panel) -> CheckResult:
    """Count units with an answer far from their own median, next to how far other units move from theirs.

    Distances from the period's median are taken, so that a season moves nobody.
    """
    if panel.waves != "panel":
        return not_applicable("jumps", "asked_once")
    logs = _logs(panel)
    if logs is None:
        return not_applicable("jumps", "the_outcome_takes_negative_values")
    own = logs - _median(logs, axis=0)
    own[(~np.isnan(own)).sum(axis=1) < ENOUGH_PERIODS] = np.nan
    moves = np.abs(own - _median(own, axis=1))
    spread = NORMAL * _median(moves.reshape(1, -1), axis=1)[0, 0]
    if not spread > 0:
        return not_applicable("jumps", "too_few_answers_by_firm")
    with np.errstate(invalid="ignore"):
        found = (moves > JUMP * spread).any(axis=1)
    return units_found(
        "jumps",
        found,
        np.isfinite(panel.cohort),
        kind="jumps",
        why="firms_with_a_jump",
        limit=MANY_JUMPS,
    )


def largest_unit(panel: Panel) -> CheckResult:
    """Say whether one unit carries more than a tenth of the outcome's total; never how much, which would be its revenue."""
    if np.any(panel.y < 0) or panel.y.sum() == 0:
        return not_applicable("largest_unit", "the_outcome_takes_negative_values")
    of_unit = np.bincount(panel.unit_index, weights=panel.y)
    below = bool(of_unit.max() <= LARGEST_SHARE * of_unit.sum())
    limit = f"{LARGEST_SHARE:g}"
    why = f"no_firm_carries:{limit}" if below else f"one_firm_carries:{limit}"
    return CheckResult("largest_unit", pass_or_warn(below), why)


def _logs(panel: Panel) -> Floats | None:
    """Logarithms of positive answers (N, T), others missing; None where amounts may be negative."""
    if np.any(panel.y < 0):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(panel.wide > 0, np.log1p(panel.wide), np.nan)


def _median(values: Floats, *, axis: int) -> Floats:
    """Median over what is not missing, kept as an axis; NaN where all is."""
    with np.errstate(invalid="ignore"):
        some = (~np.isnan(values)).any(axis=axis, keepdims=True)
        return np.asarray(
            np.nanmedian(np.where(some, values, 0.0), axis=axis, keepdims=True)
        ) + np.where(some, 0.0, np.nan)
