"""How the weights of an estimate draw themselves: a heatmap of cohorts by periods, gaining means warm and losing ones cold."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEVER = "never treated"
MOST_TICKS = 7
MANY_PERIODS = 16  # beyond it numbers in cells are set smaller
DARK = 0.6  # of the largest weight: numbers on darker cells are white


def draw_weights(
    weights: pd.DataFrame, axes: "Axes | None" = None, *, never: str = NEVER
) -> "Axes":
    """Draw the weights of one parameter (rows of `Estimate.weights`); the stair marks where treatment begins.

    Parameters
    ----------
    weights : DataFrame
        ``cohort, time, event_time, weight`` of one term.
    never : str
        What never-treated units are called.
    """
    if axes is None:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(7, 2.6), layout="constrained").subplots()
    cohorts = list(dict.fromkeys(weights["cohort"]))
    times = list(dict.fromkeys(weights["time"]))
    grid = weights["weight"].to_numpy().reshape(len(cohorts), len(times))
    event = weights["event_time"].to_numpy().reshape(len(cohorts), len(times))
    largest = max(float(np.abs(grid).max()), 1e-12)
    axes.imshow(grid, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    for row, column in np.argwhere(np.abs(grid) >= 0.005):
        axes.text(
            column,
            row,
            f"{grid[row, column]:.2f}".replace("-", "\N{MINUS SIGN}"),
            ha="center",
            va="center",
            fontsize=7 if len(times) <= MANY_PERIODS else 5.5,
            color="white" if abs(grid[row, column]) > DARK * largest else "#222222",
        )
    for row, column in np.argwhere(event == 0):
        axes.plot([column - 0.5] * 2, [row - 0.5, row + 0.5], color="#111111", linewidth=1.6)
    names = [never if cohort is None or pd.isna(cohort) else str(cohort) for cohort in cohorts]
    axes.set_yticks(range(len(cohorts)), names)
    step = -(-len(times) // MOST_TICKS)
    axes.set_xticks(range(0, len(times), step), [str(times[i]) for i in range(0, len(times), step)])
    axes.tick_params(length=0)
    return axes
