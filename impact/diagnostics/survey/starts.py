"""Did units start when it was planned that they would?"""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.diagnostics.survey.counted import Kind
from impact.terms import SMALLEST_SHOWN

MOSTLY_AS_PLANNED = 0.80  # share of planned starts


def planned_starts(actual: Floats, planned: Floats | None) -> CheckResult:
    """Hold actual starts against planned ones.

    Parameters
    ----------
    actual, planned : ndarray, (N,)
        Calendar numbers of first treated periods, infinity for never; ``planned`` is None where the plan names no column.

    Returns
    -------
    CheckResult
        The share of planned units that started as planned, and a table ``kind, units`` of those as planned, earlier, later,
        never started, and started without a plan; kinds are pooled where one of them has fewer than ten units.
        What departs from the plan is a matter of who is compared: the effect of being invited answers another question than
        the effect of taking part.
    """
    if planned is None:
        return not_applicable("planned_starts", "no_planned_start_in_the_plan")
    meant, began = np.isfinite(planned), np.isfinite(actual)
    if not meant.any():
        return not_applicable("planned_starts", "no_planned_start_in_the_plan")
    as_planned = meant & (actual == planned)
    off = meant & ~as_planned
    share = float(as_planned.sum() / meant.sum())
    status = pass_or_warn(share >= MOSTLY_AS_PLANNED)
    if 0 < as_planned.sum() < SMALLEST_SHOWN:
        return CheckResult("planned_starts", status, "fewer_than_ten_as_planned")
    if 0 < off.sum() < SMALLEST_SHOWN:
        return CheckResult("planned_starts", status, "fewer_than_ten_off_plan")
    kinds: dict[Kind, Mask] = {
        "as_planned": as_planned,
        "earlier": began & meant & (actual < planned),
        "later": began & meant & (actual > planned),
        "never_started": meant & ~began,
        "started_unplanned": began & ~meant,
    }
    if any(0 < units.sum() < SMALLEST_SHOWN for units in kinds.values()):
        # how many were planned and how many started is known: of single kinds one would be told by the others
        kinds = {"as_planned": as_planned, "not_as_planned": off}
    rows = [(kind, int(units.sum())) for kind, units in kinds.items()]
    table = pd.DataFrame(rows, columns=["kind", "units"])
    return CheckResult("planned_starts", status, "share_started_as_planned", share, table=table)
