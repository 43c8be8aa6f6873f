"""How much of an indicator's target has been reached, in percent, or why that cannot be said."""

import math
from dataclasses import dataclass
from typing import Literal

Classification = Literal["cumulative", "level", "date"]
"""Counts that add up; a state at a time; something that is done or not by a date."""
Bound = Literal["exact", "at_least", "more_than", "at_most", "less_than"]
"""How a figure stands to the true one: ``at_least`` where only part of it is documented."""
CompletionCode = Literal[
    "done_by_date",
    "not_done",
    "actual_not_known",
    "target_not_known",
    "no_target",
    "baseline_not_known",
    "no_baseline",
    "target_zero",
    "target_at_baseline",
    "measured_by_study",
]
_TURNED: dict[Bound, Bound] = {
    "exact": "exact",
    "at_least": "at_most",
    "more_than": "less_than",
    "at_most": "at_least",
    "less_than": "more_than",
}


@dataclass(frozen=True)
class Completion:
    """A percentage, or a code that says why there is none; never both, never a number that is not finite.

    Attributes
    ----------
    percent : float or None
    code : str or None
        One of `CompletionCode`.
    bound : str
        How the percentage stands to the true one.
    """

    percent: float | None = None
    code: CompletionCode | None = None
    bound: Bound = "exact"


def percent_complete(
    classification: Literal["cumulative", "level"],
    *,
    actual: float,
    target: float,
    baseline: float | None = None,
    bound: Bound = "exact",
) -> Completion:
    """Return actual over target of counts, and the share of the way from baseline to target of levels.

    Parameters
    ----------
    classification : {"cumulative", "level"}
    actual, target, baseline : float
        Finite, in the indicator's unit; only a level has need of a baseline.
    bound : str
        How ``actual`` stands to the true one; where the target lies below the baseline, more of it is less done.
    """
    if classification == "cumulative":
        return _share(actual, target, bound, nothing="target_zero")
    if baseline is None:
        return Completion(code="baseline_not_known")
    return _share(actual - baseline, target - baseline, bound, nothing="target_at_baseline")


def _share(part: float, whole: float, bound: Bound, *, nothing: CompletionCode) -> Completion:
    percent = 100 * (part / whole) if whole else math.inf
    if not math.isfinite(percent):  # a whole of zero, or too near to it to be divided by
        return Completion(code=nothing)
    return Completion(percent=percent, bound=bound if whole > 0 else _TURNED[bound])
