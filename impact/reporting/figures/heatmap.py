"""The weights of every mean in the estimate, as a grid."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import exhibit, headed, sheet, size
from impact.reporting.style import COMPARISON, INK, TREATED, on_phone
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

NOT_SHOWN = 0.005  # weights nearer to zero than this are left blank
STRONG = 0.55  # of the largest weight: numbers on darker cells are white


def weights(voice: Voice, rows: pd.DataFrame) -> Figure:
    """Draw the weight of each cohort's mean in each period that has any, darker where larger, with its sign written."""
    t = voice.t
    gained = float(rows.loc[rows["weight"] > 0, "weight"].sum())
    used = rows.groupby("time", sort=False)["weight"].apply(lambda w: (w.abs() >= NOT_SHOWN).any())
    rows = rows[rows["time"].map(used)]
    return exhibit(
        _heatmap,
        voice,
        rows,
        label="fig-weights",
        title=t("Which means the estimate adds and which it takes away"),
        how=t(
            "Weight of each group's mean in each period, in percent; darker is larger. Teal is added, grey in a dashed frame is "
            "taken away. Periods without weight are left out; a thick edge marks the start."
        ),
        alt=t(
            "A grid of cohorts by periods. Weights above zero add up to {gained}, those below to as much with the other "
            "sign.",
            gained=voice.f.number(gained, 2),
        ),
    )


def _heatmap(voice: Voice, rows: pd.DataFrame, width: float) -> "Canvas":
    t, f = voice.t, voice.f
    cohorts, times = (list(rows[name].drop_duplicates()) for name in ("cohort", "time"))
    names = [
        t("Never treated") if pd.isna(g) else f.time(int(g) if isinstance(g, float) else g)
        for g in cohorts
    ]
    columns = [f.time(int(one) if isinstance(one, float) else one) for one in times]
    turned = on_phone(width)  # periods run down the page of a phone
    shape = (len(cohorts), len(times))
    grid, event = (rows[name].to_numpy(float).reshape(shape) for name in ("weight", "event_time"))
    if turned:
        grid, event, names, columns = grid.T, event.T, columns, names
    canvas, axes = sheet(width, 0.7 + 0.3 * len(names))
    headed(canvas, width, t("Weight in the estimate, percent"))
    largest = max(float(np.abs(grid).max()), 1e-12)
    for row, column in np.argwhere(np.abs(grid) >= NOT_SHOWN):
        _cell(voice, axes, (row, column), float(grid[row, column]), largest, size(width, 7.5))
    for row, column in np.argwhere(event == 0):
        line = (
            ([column - 0.5, column + 0.5], [row - 0.5] * 2)
            if turned
            else ([column - 0.5] * 2, [row - 0.5, row + 0.5])
        )
        axes.plot(*line, color=INK, linewidth=2.0)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    broken = [name.replace(" ", "\n", 1) for name in columns]
    axes.set_xticks(range(len(columns)), broken)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=size(width, 7.5 if len(columns) > 8 else 8.5))
    return canvas


def _cell(
    voice: Voice, axes: "Axes", at: tuple[int, int], weight: float, largest: float, points: float
) -> None:
    from matplotlib.patches import Rectangle

    share = abs(weight) / largest
    added = weight > 0
    frame: dict[str, Any] = (
        {"edgecolor": "white", "linewidth": 1.5}
        if added
        else {"edgecolor": INK, "linewidth": 0.9, "linestyle": (0, (2, 1.5))}
    )
    colour = TREATED if added else COMPARISON
    inset = 0.46
    corner = (at[1] - inset, at[0] - inset)
    axes.add_patch(
        Rectangle(corner, 2 * inset, 2 * inset, facecolor=(colour, 0.12 + 0.85 * share), **frame)
    )
    dark = share > STRONG and added
    axes.text(
        at[1], at[0], voice.f.number(100 * weight), ha="center", va="center", fontsize=points,
        color="white" if dark else INK,
    )  # fmt: skip
