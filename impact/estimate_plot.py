"""How estimates draw themselves: against event time where they have one, else a forest of intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#1b4965"
SHADE = "#bfd3e0"


def draw(table: pd.DataFrame, axes: "Axes | None" = None) -> "Axes":
    """Draw the table of an estimate on axes (new ones when None); a shaded area is the simultaneous band."""
    if table["event_time"].notna().all() and not table["event_time"].duplicated().any():
        return _against_event_time(table, _axes(axes))
    return forest(table, axes)


def forest(table: pd.DataFrame, axes: "Axes | None" = None) -> "Axes":
    """Draw intervals one above the other: ``term, estimate, conf_low, conf_high``; an open end is left undrawn."""
    axes = _axes(axes)
    table = table.iloc[::-1]
    y = np.arange(len(table))
    value = table["estimate"].to_numpy(dtype=float)
    ends = [np.abs(value - table[name].to_numpy(dtype=float)) for name in ("conf_low", "conf_high")]
    spread = [np.where(np.isfinite(end), end, 0.0) for end in ends]
    axes.errorbar(value, y, xerr=spread, fmt="o", color=INK, markersize=5, linewidth=1.5, capsize=0)
    axes.axvline(0, color="#444444", linewidth=0.8)
    axes.set_yticks(y, list(table["term"]))
    return axes


def _axes(axes: "Axes | None") -> "Axes":
    if axes is None:
        from matplotlib.figure import Figure

        return Figure(figsize=(7, 3.6), layout="constrained").subplots()
    return axes


def _against_event_time(table: pd.DataFrame, axes: "Axes") -> "Axes":
    table = table.sort_values("event_time")
    x = table["event_time"].to_numpy()
    value = table["estimate"].to_numpy()
    low, high = (table[name].fillna(table["estimate"]) for name in ("band_low", "band_high"))
    axes.fill_between(x, low, high, color=SHADE, linewidth=0, alpha=0.6)
    half = (table["conf_high"] - table["estimate"]).fillna(0.0).to_numpy()
    axes.errorbar(x, value, yerr=half, fmt="o", color=INK, markersize=4, linewidth=1.3, capsize=0)
    axes.axhline(0, color="#444444", linewidth=0.8)
    axes.axvline(-0.5, color="#888888", linewidth=0.8, linestyle=(0, (4, 3)))
    return axes


def mirrored(
    low: Sequence[float],
    high: Sequence[float],
    up: Sequence[float],
    down: Sequence[float],
    axes: "Axes | None" = None,
) -> "Axes":
    """Draw two histograms on the same steps (from ``low`` to ``high``), one above the line and one below it."""
    axes = _axes(axes)
    start, width = np.asarray(low), np.asarray(high) - np.asarray(low)
    axes.bar(start, np.asarray(up), width, align="edge", color=INK, label="treated")
    axes.bar(start, -np.asarray(down), width, align="edge", color=SHADE, label="comparison")
    axes.axhline(0, color="#444444", linewidth=0.8)
    axes.legend(frameon=False)
    return axes


def love(
    names: Sequence[str],
    before: Floats,
    after: Floats,
    axes: "Axes | None" = None,
    *,
    limit: float,
) -> "Axes":
    """Draw differences of groups before (hollow) and after (full), a row a name, with lines at the limit on both sides."""
    axes = _axes(axes)
    y = np.arange(len(names))[::-1]
    for start, end, height in zip(before, after, y, strict=True):
        axes.plot([start, end], [height, height], color=SHADE, linewidth=1.5, zorder=1)
    axes.scatter(before, y, s=36, facecolors="white", edgecolors=INK, label="before", zorder=2)
    axes.scatter(after, y, s=36, color=INK, label="after", zorder=3)
    axes.axvline(0, color="#444444", linewidth=0.8)
    for side in (-limit, limit):
        axes.axvline(side, color="#888888", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(y, list(names))
    axes.legend(frameon=False)
    return axes
