"""Does an amount stand at the edge again and again that is written as codes for no answer are?"""

import numpy as np

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult
from impact.data.panel import Panel
from impact.diagnostics.survey.counted import units_found

FEWEST_TIMES = 3  # one or two are chance more often than a code
USUAL_STEP = 0.9  # quantile of the steps between neighbouring amounts; a wider one is a gap
_REPEATED = (float(str(digit) * length) for digit in (7, 8, 9) for length in range(1, 9))
_ABOVE = [*(code for code in _REPEATED if code > 9), 98.0, 998.0, 9998.0, 99998.0]
CODES = (*_ABOVE, *(-code for code in _ABOVE), -7.0, -8.0, -9.0)
"""Numbers that surveys use for no answer: one digit again and again, and the one before the last of them."""


def repeated_codes(values: Floats) -> Floats:
    """Return the numbers like codes that stand three times or more beyond all other values, with a gap to them.

    Parameters
    ----------
    values : ndarray
        Of any shape; NaN where missing.
    """
    known, times = np.unique(values[~np.isnan(values)], return_counts=True)
    like = np.isin(known, CODES) & (times >= FEWEST_TIMES)
    rest = known[~like]
    if rest.size < FEWEST_TIMES or not like.any():
        return np.zeros(0)
    step = np.quantile(np.diff(rest), USUAL_STEP)
    above = _beyond_a_gap(known, like, step)
    below = _beyond_a_gap(-known[::-1], like[::-1], step)
    return np.asarray(np.r_[-below[::-1], above])


def _beyond_a_gap(known: Floats, like: Mask, step: float) -> Floats:
    """Return the codes at the upper end of distinct values, from the innermost that has a gap below it."""
    answers = np.flatnonzero(~like)[-1]
    outer = known[answers:]
    gaps = np.flatnonzero(np.diff(outer) > step)
    return outer[gaps[0] + 1 :] if gaps.size else outer[:0]


def codes_at_the_edge(panel: Panel) -> CheckResult:
    """Count units that gave an amount which stands at the edge again and again and is written like a code for no answer."""
    found: Mask = np.asarray(np.isin(panel.wide, repeated_codes(panel.wide)).any(axis=1))
    return units_found(
        "repeated_codes",
        found,
        np.isfinite(panel.cohort),
        kind="repeated_codes",
        why="firms_with_a_repeated_code",
    )
