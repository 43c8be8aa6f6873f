"""How an estimate draws itself: against event time where it has one, else a forest of intervals."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from impact.estimate import Estimate

INK = "#1b4965"
SHADE = "#bfd3e0"


def draw(estimate: "Estimate", axes: "Axes | None" = None) -> "Axes":
    """Draw an estimate on axes (new ones when None); a shaded area is the simultaneous band."""
    if axes is None:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(7, 3.6), layout="constrained").subplots()
    table = estimate.table
    if table["event_time"].notna().all() and not table["event_time"].duplicated().any():
        _against_event_time(estimate, axes)
    else:
        _forest(estimate, axes)
    return axes


def _against_event_time(estimate: "Estimate", axes: "Axes") -> None:
    table = estimate.table.sort_values("event_time")
    x = table["event_time"].to_numpy()
    value = table["estimate"].to_numpy()
    low, high = (table[name].fillna(table["estimate"]) for name in ("band_low", "band_high"))
    axes.fill_between(x, low, high, color=SHADE, linewidth=0, alpha=0.6)
    half = (table["conf_high"] - table["estimate"]).fillna(0.0).to_numpy()
    axes.errorbar(x, value, yerr=half, fmt="o", color=INK, markersize=4, linewidth=1.3, capsize=0)
    axes.axhline(0, color="#444444", linewidth=0.8)
    axes.axvline(-0.5, color="#888888", linewidth=0.8, linestyle=(0, (4, 3)))


def _forest(estimate: "Estimate", axes: "Axes") -> None:
    table = estimate.table.iloc[::-1]
    y = np.arange(len(table))
    half = (table["conf_high"] - table["estimate"]).fillna(0.0).to_numpy()
    axes.errorbar(
        table["estimate"], y, xerr=half, fmt="o", color=INK, markersize=5, linewidth=1.5, capsize=0
    )
    axes.axvline(0, color="#444444", linewidth=0.8)
    axes.set_yticks(y, list(table["term"]))
