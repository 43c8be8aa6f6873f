"""A check that counts units: never fewer than ten of them told, by number or by share."""

from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Mask
from impact.check_result import CheckResult, pass_or_warn
from impact.terms import SMALLEST_SHOWN

Kind = Literal[
    "distant_answers",
    "jumps",
    "answers_after_exit",
    "revenue_without_staff",
    "answers_before_entry",
    "copied_forward",
    "parts_off_their_sum",
    "earlier",
    "as_planned",
    "not_as_planned",
    "later",
    "never_started",
    "started_unplanned",
    "never_answered",
    "repeated_codes",
]
"""What units are counted for."""


def units_found(
    name: str, found: Mask, treated: Mask, *, kind: Kind, why: str, limit: float = 0.0
) -> CheckResult:
    """Return a check that passes while no more than a share of units (N,) is found.

    Returns
    -------
    CheckResult
        The share as statistic, and a table ``kind, units, treated, comparison``; neither where one to nine are found.
    """
    share = float(found.mean())
    status = pass_or_warn(share <= limit)
    if not found.any():
        return CheckResult(name, "pass", "no_firm_found", statistic=0.0)
    if found.sum() < SMALLEST_SHOWN:
        return CheckResult(name, status, "fewer_than_ten_found")
    return CheckResult(name, status, why, statistic=share, table=counts(treated, found, kind))


def counts(treated: Mask, found: Mask, kind: Kind) -> pd.DataFrame:
    """Count units found, one row: ``kind, units, treated, comparison``; no arm where one of them has one to nine."""
    of_arm = [int(np.count_nonzero(found & arm)) for arm in (treated, ~treated)]
    told = of_arm if not any(0 < n < SMALLEST_SHOWN for n in of_arm) else [np.nan, np.nan]
    row = {"kind": kind, "units": int(found.sum()), "treated": told[0], "comparison": told[1]}
    return pd.DataFrame([row])
