"""Did a second visit find the same answers?"""

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, pass_or_warn, status_of
from impact.critical_values import two_sided_p_value
from impact.data.panel import Panel
from impact.terms import SMALLEST_SHOWN

ALIKE = 0.10  # of the larger of both answers: as far apart they still agree
MANY_DIFFER = 0.20  # share of answers asked again
RELIABLE = 0.80  # of the variance of answers that is not error of measurement


def back_check(
    panel: Panel, answers: Floats | None, again: Floats | None, *, outcome: str
) -> CheckResult:
    """Compare answers with those of a second visit.

    Parameters
    ----------
    panel : Panel
    answers, again : ndarray, (n,)
        The first and the second answer, an entry an observation, NaN where there is none; None where the plan names no
        such column.
    outcome : str
        Column that was asked again.

    Returns
    -------
    CheckResult
        The share that differ by more than a tenth; the p-value of a mean difference of zero, by units. Its table has both,
        the mean difference and the reliability ``1 - var(difference) / (2 var)``.

    Assumes
    -------
    That nothing changed between the visits, and that errors of both are independent and of one size (for the reliability).

    References
    ----------
    Glennerster and Takavarasha (2013), Running Randomized Evaluations, section 5.3 (back-checks); Fuller (1987),
    Measurement Error Models, section 1.1 (reliability ratio).
    """
    if answers is None or again is None:
        return not_applicable("back_check", "no_back_check_in_the_plan")
    both = ~np.isnan(answers) & ~np.isnan(again)
    first, second, unit = answers[both], again[both], panel.unit_index[both]
    count = np.bincount(unit, minlength=panel.n_units)
    n_units = int(np.count_nonzero(count))
    if n_units < SMALLEST_SHOWN:
        return not_applicable("back_check", "too_few_back_checks")
    apart = np.abs(second - first)
    differ = float(np.mean(apart > ALIKE * np.maximum(np.abs(first), np.abs(second))))
    of_unit = (
        np.bincount(unit, weights=second - first, minlength=panel.n_units) / np.maximum(count, 1)
    )[count > 0]
    error = float(of_unit.std(ddof=1) / np.sqrt(n_units))
    p = _p_value(float(of_unit.mean()), error, n_units)
    reliability = _reliability(first, second)
    passes = differ <= MANY_DIFFER and reliability >= RELIABLE and status_of(p) == "pass"
    row = {
        "outcome": outcome,
        "n_units": n_units,
        "differing": differ,
        "mean_difference": float(of_unit.mean()),
        "reliability": reliability,
    }
    return CheckResult(
        "back_check",
        pass_or_warn(passes),
        f"share_that_differ:{outcome}",
        statistic=differ,
        p_value=p,
        table=pd.DataFrame([row]),
    )


def _p_value(mean: float, error: float, n: int) -> float:
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(two_sided_p_value(np.array([mean / error]), n - 1)[0])


def _reliability(first: Floats, second: Floats) -> float:
    """Share of the variance that is not error, both visits pooled."""
    variance = (first.var(ddof=1) + second.var(ddof=1)) / 2
    if variance == 0:
        return 1.0 if np.array_equal(first, second) else 0.0
    return float(1 - (second - first).var(ddof=1) / (2 * variance))
