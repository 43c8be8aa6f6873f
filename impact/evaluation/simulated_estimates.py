"""What every estimator of the report finds in a draw of the simulated programme: fairs against firms with neither."""

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.errors import ImpactError
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.evaluation.side_by_side import average_of, estimators_with
from impact.moments import PathMoments
from impact.simulate.process import Draw


def panel_of_draw(sample: Draw) -> Panel:
    """Return what a survey has of the revenue of exhibitors and of firms of neither arm; those at events are left out."""
    unit, quarter = np.nonzero(sample.answered & (sample.event < 0)[:, None])
    label = np.array([*(str(one) for one in sample.quarters), None], dtype=object)
    frame = pd.DataFrame(
        {
            "firm": unit,
            "quarter": label[quarter],
            "revenue": sample.reported.sum(axis=2)[unit, quarter].astype(float),
            "first_fair": label[np.where(sample.exhibited, sample.start, -1)][unit],
        }
    )
    return Panel.from_frame(
        frame, unit="firm", time="quarter", outcome="revenue", cohort="first_fair", frequency="quarter"
    )  # fmt: skip


def estimates_of_draw(sample: Draw) -> dict[str, tuple[float, float]]:
    """Return by estimator the effect in MAD a quarter and in percent of what it implies without the programme.

    Beside the report's estimators, by their words, stands the main one with the quarter before the fair taken as treated too.
    NaN where an estimator has no answer in this draw.
    """
    panel = panel_of_draw(sample)
    moments = PathMoments.from_panel(panel)
    observed = float(panel.y[panel.exposed].mean())
    estimators = estimators_with(CallawaySantAnna())
    found = {name: _effect(name, one, moments) for name, one in estimators.items()}
    before = CallawaySantAnna(anticipation=1)
    found["callaway_santanna_orders_before"] = _effect("callaway_santanna", before, moments)
    return {name: (mad, 100 * mad / (observed - mad)) for name, mad in found.items()}


def _effect(name: str, estimator: object, moments: PathMoments) -> float:
    try:
        return float(average_of(name, estimator, moments).params.iloc[0])
    except ImpactError:
        return float("nan")
