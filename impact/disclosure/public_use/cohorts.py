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


def enough_in_each(start: Floats, rule: Rule, *, small: SmallCohorts) -> Cohorts:
    """Return starts of which each is shared by enough units.

    The start with fewest units (ties: the earliest) that is not safe takes its nearest start (ties: the earlier one), until
    all are safe. Never treated is no start, and takes nobody.

    Parameters
    ----------
    start : ndarray of float, (N,)
        Calendar number of the first treated period; infinity for never.
    rule : Rule
    small : {"merge", "leave_out", "refuse"}

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
    merged = _merged(start, rule)
    moved = merged != start
    return Cohorts(merged, nobody, moved, float(np.abs(merged[moved] - start[moved]).max()))


def _unsafe(start: Floats, rule: Rule) -> list[float]:
    """Return the starts that are not safe: of fewest units first, then the earliest."""
    found = [one for one in np.unique(start[np.isfinite(start)]) if not rule.safe(start == one)]
    return sorted(found, key=lambda one: (int((start == one).sum()), one))


def _merged(start: Floats, rule: Rule) -> Floats:
    start = start.copy()
    while unsafe := _unsafe(start, rule):
        small = unsafe[0]
        others = np.unique(start[np.isfinite(start) & (start != small)])
        if not len(others):
            raise DisclosureError(
                f"the start of treatment: fewer than {rule.k} units, or only ones that are alike in the sensitive column, ever "
                "start, and there is no other start to merge them with; lower k or diversity, or publish no file"
            )
        nearest = min(others, key=lambda one: (abs(one - small), one))
        start[start == small] = nearest
    return start
