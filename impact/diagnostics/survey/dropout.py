"""Who was never seen again, apart from those who are known to have closed."""

import numpy as np

from impact.arrays import Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import Arms, by_arm, difference_found

MANY_UNEXPLAINED = 0.05  # share of unit-periods


def dropout(panel: Panel, *, gone: Mask | None = None, seed: int = 0) -> CheckResult:
    """Compare the share of units that stop answering for good between the arms.

    Parameters
    ----------
    panel : Panel
    gone : ndarray of bool, (N, T), optional
        Where a unit no longer exists: ending so is exit, not dropping out.
    seed : int
        Of the permutation test.
    """
    if panel.waves != "panel":
        return not_applicable("dropout", "asked_once")
    lost = np.isnan(panel.wide[:, -1]).astype(float)
    if gone is not None:
        lost[gone[:, -1]] = 0.0
    if not lost.any():
        return CheckResult("dropout", "pass", "nobody_dropped_out", statistic=0.0)
    arms = Arms.of(panel, seed=seed)
    found = arms.compare(lost)
    return difference_found(
        "dropout", found, why="difference_in_dropout", table=by_arm(arms, {"lost": lost})
    )


def exits(panel: Panel, gone: Mask | None, *, seed: int = 0) -> CheckResult:
    """Compare the share of units that closed for good between the arms.

    Parameters
    ----------
    panel : Panel
    gone : ndarray of bool, (N, T), or None
        Where a unit no longer exists; None where the data do not say.
    seed : int
        Of the permutation test.
    """
    if gone is None:
        return not_applicable("exits", "no_status_in_the_plan")
    closed = gone[:, -1].astype(float)
    if not closed.any():
        return CheckResult("exits", "pass", "nobody_closed", statistic=0.0)
    arms = Arms.of(panel, seed=seed)
    found = arms.compare(closed)
    return difference_found(
        "exits", found, why="difference_in_exit", table=by_arm(arms, {"closed": closed})
    )


def unexplained_blanks(panel: Panel, explained: Mask | None) -> CheckResult:
    """Share of unit-periods without an answer for which the data give no reason.

    Parameters
    ----------
    panel : Panel
    explained : ndarray of bool, (N, T), or None
        Where the data say why there is none: closed for good, or no answer; None where they never do.
    """
    if explained is None:
        return not_applicable("unexplained_blanks", "no_status_in_the_plan")
    if panel.waves != "panel":
        return not_applicable("unexplained_blanks", "asked_once")
    share = float(np.mean(np.isnan(panel.wide) & ~explained))
    return CheckResult(
        "unexplained_blanks",
        pass_or_warn(share <= MANY_UNEXPLAINED),
        "share_of_unexplained_blanks",
        statistic=share,
    )
