"""Who answered, period by period, in both groups."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    GROUPS,
    apart,
    exhibit,
    headed,
    name_groups,
    period_axis,
    rounds,
    sheet,
)
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

HEIGHT = 2.4


def response(voice: Voice, coverage: pd.DataFrame) -> Figure | None:
    """Draw the share of each group with an answer by period (``time, treated, comparison``).

    None where all answered, or each is asked once.
    """
    if not voice.study.follows_units:
        return None
    t, f = voice.t, voice.f
    shares = coverage[["treated", "comparison"]].to_numpy(float)
    if not np.isfinite(shares).any(axis=0).all() or np.nanmin(shares) == 1:
        return None
    least = [f.percent(100 * float(np.nanmin(column)), 0) for column in shares.T]
    ends = [float(column[np.isfinite(column)][-1]) for column in shares.T]
    last, apart_at_end = [f.percent(100 * end, 0) for end in ends], abs(ends[0] - ends[1])
    return exhibit(
        _shares,
        voice,
        coverage,
        label="fig-response",
        title=t("Both groups answered alike in the last period")
        if apart_at_end <= voice.study.plan.limits.attrition
        else t(
            "Answers in the last period differed by {n} points", n=f.number(100 * apart_at_end, 0)
        ),
        how=t("Share of the firms of each group whose outcome is known, by period."),
        alt=t(
            "Two lines over time. At the least {treated} of beneficiaries and {other} of the comparison group have an answer; in "
            "the last period {treated_last} and {other_last}.",
            treated=least[0],
            other=least[1],
            treated_last=last[0],
            other_last=last[1],
        ),
    )


def _shares(voice: Voice, coverage: pd.DataFrame, width: float) -> "Canvas":
    x = np.arange(len(coverage), dtype=float)
    ends: dict[str, float] = {}
    canvas, axes = sheet(width, HEIGHT)
    headed(canvas, width, voice.t("Share with an answer"))
    for group, (colour, line) in GROUPS.items():
        share = coverage[group].to_numpy(float)
        ends[group] = float(share[np.isfinite(share)][-1])
        axes.plot(x, share, color=colour, linewidth=2.0, linestyle=line)
    low = min(0.5, float(coverage[["treated", "comparison"]].min(axis=None)) - 0.05)
    ticks = rounds(low, 1.0, 5)
    axes.set_yticks(ticks, [voice.f.percent(100 * tick, 0) for tick in ticks])
    axes.set_ylim(low - 0.1 * (1 - low), 1.02)  # the lowest share stands clear of the periods
    axes.grid(visible=True, axis="y")
    period_axis(voice, axes, list(coverage["time"].astype(str)), width)
    places = apart(list(ends.values()), 0.16 * (1 - low))
    name_groups(voice, axes, dict(zip(ends, places, strict=True)), width)
    return canvas
