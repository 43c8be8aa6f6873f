"""Did zeros become rarer or more common in one arm only?"""

import numpy as np

from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import Arms, difference_found
from impact.diagnostics.survey.changes import Changes


def zeros_change(panel: Panel, *, seed: int = 0) -> CheckResult:
    """Compare the change of the share of zero answers, from before to after the start, between the arms.

    It is a question about the outcome as much as about the answers: a programme may bring idle firms back to work.
    """
    if panel.waves != "panel":
        return not_applicable("zeros_change", "asked_once")
    if np.any(panel.y < 0):
        return not_applicable("zeros_change", "the_outcome_takes_negative_values")
    if not np.any(panel.y == 0):
        return CheckResult("zeros_change", "pass", "no_answer_is_zero", statistic=0.0)
    arms = Arms.of(panel, seed=seed)
    marks = np.where(np.isnan(panel.wide), np.nan, panel.wide == 0)
    changes = Changes.of(panel, marks)
    found = changes.compare(arms)
    return difference_found(
        "zeros_change", found, why="difference_in_change_of_zeros", table=changes.table(arms)
    )
