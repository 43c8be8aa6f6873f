"""Starts that too few units share: moved to the next start, left out of the file, or a reason to write none.

A start is never blanked: a blank would say that the firm never took part.
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.disclosure.public_use.choices import SmallCohorts
from impact.disclosure.public_use.suppression import Rule
from impact.errors import DisclosureError


@dataclass(frozen=True)
class Cohorts:
    """Starts as they leave.

    Attributes
    ----------
    start : ndarray of float, (N,)
        Infinity for never treated.
    left_out : ndarray of bool, (N,)
    moved : ndarray of bool, (N,)
    furthest : float
        Periods between a unit's own start and the one it leaves with, at most.
    """

    start: Floats
    left_out: Mask
    moved: Mask
    furthest: float


def enough_in_each(
    start: Floats, rule: Rule, *, small: SmallCohorts, periods: tuple[float, float]
) -> Cohorts:
    """Return starts of which each is shared by enough units.

    The start with fewest units (ties: the earliest) that is not safe takes its nearest start (ties: the earlier one), until
    all are safe. Never treated is no start, and takes nobody; nor does who started by the first period, or will after the
    last, take anybody who started between them, or the other way round: that would make a change of what was none.

    Parameters
    ----------
    start : ndarray of float, (N,)
        Calendar number of the first treated period; infinity for never.
    rule : Rule
    small : {"merge", "leave_out", "refuse"}
    periods : tuple of float
        Calendar numbers of the first and the last period.

    Raises
    ------
    DisclosureError
        Where the rule refuses, or nothing is left to merge with; or where too few are never treated.
    """
    never = np.isinf(start)
    if not rule.safe(never):
        raise DisclosureError(
            f"the start of treatment: fewer than {rule.k} units, or only ones that are alike in the sensitive column, never "
            "start; lower k or diversity"
        )
    unsafe = _unsafe(start, rule)
    nobody = np.zeros(len(start), dtype=bool)
    if not unsafe:
        return Cohorts(start, nobody, nobody, 0.0)
    if small == "refuse":
        raise DisclosureError(
            f"the start of treatment: {len(unsafe)} of its values shared by fewer than {rule.k} units, or by ones that are "
            "alike in the sensitive column; small_cohorts: merge moves them to the next one, leave_out keeps them inside"
        )
    if small == "leave_out":
        return Cohorts(start, np.isin(start, unsafe), nobody, 0.0)
    merged = _merged(start, rule, periods)
    moved = merged != start
    return Cohorts(merged, nobody, moved, float(np.abs(merged[moved] - start[moved]).max()))


def _unsafe(start: Floats, rule: Rule) -> list[float]:
    """Return the starts that are not safe: of fewest units first, then the earliest."""
    found = [one for one in np.unique(start[np.isfinite(start)]) if not rule.safe(start == one)]
    return sorted(found, key=lambda one: (int((start == one).sum()), one))


def _merged(start: Floats, rule: Rule, periods: tuple[float, float]) -> Floats:
    start, (first, last) = start.copy(), periods
    when = np.where(start <= first, -1, np.where(start > last, 1, 0))
    while unsafe := _unsafe(start, rule):
        small = unsafe[0]
        alike = when == when[start == small][0]
        others = np.unique(start[np.isfinite(start) & alike & (start != small)])
        if not len(others):
            raise DisclosureError(
                f"the start of treatment: fewer than {rule.k} units, or only ones alike in the sensitive column, start "
                "within the periods, or before, or after them, so that there is no other start to merge them with; "
                "small_cohorts: leave_out keeps them inside"
            )
        nearest = min(others, key=lambda one: (abs(one - small), one))
        start[start == small] = nearest
    return start
