"""Do the parts of an amount add up to it?"""

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.diagnostics.survey.counted import units_found

MOSTLY_ADD_UP = 0.5  # share of answers from which on outcomes are taken for the parts of another


def parts_of_a_sum(panel: Panel, parts: Floats | None) -> CheckResult:
    """Count units whose parts of the outcome do not add up to it in some period.

    Parameters
    ----------
    panel : Panel
    parts : ndarray, (n, k), or None
        Outcomes of a family that may be its parts, NaN where not known; None where the plan names no such family.

    Returns
    -------
    CheckResult
        Not applicable where less than half of the answers add up: then these are no parts. Each number may be rounded to a
        whole one.
    """
    if parts is None:
        return not_applicable("parts_of_a_sum", "no_family_of_parts")
    known = ~np.isnan(parts).any(axis=1)
    apart = np.abs(parts[known].sum(axis=1) - panel.y[known])
    rounding = (parts.shape[1] + 1) / 2 + 1e-9 * np.abs(panel.y[known])
    off = apart > rounding
    if not known.any() or off.mean() > 1 - MOSTLY_ADD_UP:
        return not_applicable("parts_of_a_sum", "no_family_of_parts")
    found = np.zeros(panel.n_units, dtype=bool)
    found[panel.unit_index[known][off]] = True
    return units_found(
        "parts_of_a_sum",
        found,
        np.isfinite(panel.cohort),
        kind="parts_off_their_sum",
        why="firms_whose_parts_do_not_add_up",
    )
