"""Which adjusted effect is read beside the main one: by the check of the last period before the start, not by its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.check_result import CheckResult
from impact.evaluation.adjusted import BEFORE


@dataclass(frozen=True)
class Choice:
    """What the check of the last period before the start says of adjusting for the outcome before.

    Attributes
    ----------
    before : {"unusual", "usual", "unknown"}
        After a dip or jump the adjusted effect is read beside the main one; by the rule of the plan, not by its size.
    main : float
    adjusted : float or None
        None where it could not be estimated.
    interval : tuple of float
    """

    before: Literal["unusual", "usual", "unknown"]
    main: float
    adjusted: float | None
    interval: tuple[float, float]


def chosen(alternatives: pd.DataFrame, checks: Sequence[CheckResult]) -> Choice:
    """Read the choice off a study's alternatives and checks; the alternatives have the adjusted row."""
    status = {check.name: check.status for check in checks}.get("recent_change")
    known: dict[str | None, Literal["unusual", "usual"]] = {
        "pass": "usual",
        "warn": "unusual",
        "fail": "unusual",
    }
    rows = alternatives.set_index("name")
    row = rows.loc[BEFORE]
    numbers = [float(row[key]) for key in ("estimate", "conf_low", "conf_high")]
    missing = bool(np.isnan(numbers[0]))
    return Choice(
        before=known.get(status, "unknown"),
        main=float(rows["estimate"].iloc[0]),
        adjusted=None if missing else numbers[0],
        interval=(numbers[1], numbers[2]),
    )
