"""What the beneficiaries' outcome was, and what it would have been without the programme, by time since the start."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.estimate import Estimate
from impact.terms import SMALLEST_SHOWN


@dataclass(frozen=True)
class Counterfactual:
    """Actual outcomes of the treated beside actual less effect.

    Attributes
    ----------
    path : DataFrame
        ``event_time, actual, without, n_treated``: means over cohorts by their size; event times with fewer than ten treated
        units observed are left out.
    actual, without, gain : float
        The same over all effects after the start, weighted as the headline is; ``gain`` is the headline estimate.
    """

    path: pd.DataFrame
    actual: float
    without: float
    gain: float


def counterfactual(cells: Estimate, overall: Estimate) -> Counterfactual:
    """Take effects off the outcomes that they are effects on.

    Parameters
    ----------
    cells : Estimate
        Effects by cohort and period, against the last period before the start (``base_period="universal"``): before the start
        actual and counterfactual then differ by how far trends had parted.
    overall : Estimate
        The headline: the average of the effects after the start by cohort size.
    """
    moments, detail = cells.parts.moments, cells.parts.detail  # type: ignore[union-attr]
    mean = np.asarray(moments.cohort_mean[detail.code, detail.period])
    seen = np.asarray(moments.units_seen[detail.code, detail.period])
    event, size, effect = detail.event_time, detail.size, np.asarray(cells.values)
    rows: list[dict[str, Any]] = []
    for at in np.unique(event):
        here = event == at
        n_treated = int(seen[here].sum())
        if n_treated >= SMALLEST_SHOWN:
            actual = _averaged(mean, size, here)
            without = actual - _averaged(effect, size, here)
            rows.append(
                {"event_time": at, "actual": actual, "without": without, "n_treated": n_treated}
            )
    after = event >= 0
    actual, gain = _averaged(mean, size, after), float(overall.params.iloc[0])
    path = pd.DataFrame(rows, columns=["event_time", "actual", "without", "n_treated"])
    return Counterfactual(path=path, actual=actual, without=actual - gain, gain=gain)


def _averaged(values: Floats, size: Floats, kept: Floats) -> float:
    return float(np.average(values[kept], weights=size[kept]))
