"""Did both arms answer alike from the programme's start on?"""

import numpy as np

from impact.arrays import Mask
from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import Arms, by_arm, difference_found
from impact.diagnostics.survey.changes import mean_of_units
from impact.diagnostics.survey.counted import units_found

MANY_NEVER = 0.05  # share of the units in the data


def response(panel: Panel, *, gone: Mask | None = None, seed: int = 0) -> CheckResult:
    """Compare the share of periods answered, from the first start on, between the arms.

    Parameters
    ----------
    panel : Panel
    gone : ndarray of bool, (N, T), optional
        Where a unit no longer exists: it cannot answer there, and is not counted as silent.
    seed : int
        Of the permutation test.

    Returns
    -------
    CheckResult
        The difference in shares; its table has both arms before and after.
    """
    if panel.waves != "panel":
        return not_applicable("response", "asked_once")
    seen = (~np.isnan(panel.wide)).astype(float)
    if gone is not None:
        seen[gone & (seen == 0)] = np.nan
    if np.nanmin(seen) == 1:
        return CheckResult("response", "pass", "everybody_answered", statistic=0.0)
    later = panel.times >= panel.cohorts[0]
    before, after = mean_of_units(seen[:, ~later]), mean_of_units(seen[:, later])
    arms = Arms.of(panel, seed=seed)
    return difference_found(
        "response",
        arms.compare(after),
        why="difference_in_response",
        table=by_arm(arms, {"before_start": before, "from_start": after}),
    )


def never_answered(answered: Mask, treated: Mask) -> CheckResult:
    """Share of the units in the data that never gave the outcome: no figure of a study is about them.

    Parameters
    ----------
    answered, treated : ndarray of bool, (N,)
        Of every unit in the data, whether or not it is in the panel.
    """
    return units_found(
        "never_answered",
        ~answered,
        treated,
        kind="never_answered",
        why="share_never_answered",
        limit=MANY_NEVER,
    )
