"""A planned study's power as a figure and a table that can be handed on."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from impact.check_result import amount
from impact.diagnostics.power import PowerResult
from impact.reporting.exhibits import Figure, Table
from impact.reporting.figures.canvas import exhibit, headed, sheet, size, sized
from impact.reporting.style import COMPARISON, GREY, TREATED
from impact.terms import POWER

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TOO_NEAR = 0.3  # of the axis from its start, where a name has no room on the left
LINE = 0.075  # of the axis, between the names of formulas

FORMULAS = {
    "mckenzie_did": ("McKenzie (2012), constant correlation", "^"),
    "mckenzie_ancova": ("McKenzie (2012), ANCOVA", "v"),
    "burlig_preonas_woerman": ("Burlig, Preonas and Woerman (2020)", "s"),
}


def power_figure(result: PowerResult) -> Figure:
    """Draw the share of studies that would find an effect of each size, the smallest detectable one marked."""
    found = result.smallest_detectable
    words = f"{amount(found)} ({100 * found / result.study.mean:.0f}% of the mean)"
    return exhibit(
        _curve,
        result,
        words,
        label="power",
        title="Share of studies like this one that would find an effect, by its size",
        how="Dashed: four in five. Marked below it: where formulas put the smallest detectable effect.",
        alt=f"A rising curve that reaches {POWER:.0%} at {words}.",
    )


def _curve(result: PowerResult, words: str, width: float) -> "Canvas":
    from matplotlib.ticker import PercentFormatter

    curve, found, points = result.curve, result.smallest_detectable, size(width, 8.5)
    canvas, axes = sheet(width, 3.4)
    headed(canvas, width, "Studies that would find it, by the effect in the outcome's unit")
    axes.axhline(POWER, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.plot(curve["effect"], curve["power"], color=TREATED, linewidth=2.0)
    high = float(curve["effect"].max())
    beside = {"textcoords": "offset points", "fontsize": points}
    if np.isfinite(found):
        axes.plot([found], [POWER], "o", color=TREATED, markersize=6)
        axes.annotate(
            f"simulated: {words}", (found, POWER), (-7, 6), ha="right", weight="semibold", color=TREATED, **beside
        )  # fmt: skip
    axes.set_ylim(0, 1.04)
    axes.set_xlim(0, high)
    formulas = result.table[result.table["source"] == "formula"]
    for line, row in enumerate(formulas.sort_values("smallest_detectable").to_dict("records"), 1):
        name, marker = FORMULAS[row["method"]]
        at = float(row["smallest_detectable"])
        low = POWER - LINE * (line + 1)
        axes.plot([at, at], [low, POWER], color=COMPARISON, linewidth=0.8)
        axes.plot([at], [POWER], marker, color=COMPARISON, markersize=6)
        side = "left" if at < TOO_NEAR * high else "right"
        shift = (4 if side == "left" else -4, -1)
        axes.annotate(
            f"{name}: {amount(at)}", (at, low), shift, ha=side, va="center", color=GREY,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, **beside,
        )  # fmt: skip
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.xaxis.set_major_formatter(lambda value, _: amount(value))
    sized(axes, width)
    return canvas


def power_table(result: PowerResult) -> Table:
    """Set the smallest detectable effects by simulation and by formula side by side."""
    return Table(
        label="power",
        caption="Smallest detectable effects of a planned study",
        frame=result.table,
        headings={name: name for name in ("source", "method", "smallest_detectable", "percent")},
    )


def write_power(result: PowerResult, folder: Path) -> list[Path]:
    """Write power.csv, power.svg and power.png, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = power_figure(result)
    for name, content in (("power.svg", figure.svg), ("power.png", figure.png)):
        aside = folder / f".{name}.part"
        aside.write_bytes(content)
        aside.replace(folder / name)
    aside = folder / ".power.csv.part"
    power_table(result).to_csv(aside)
    aside.replace(folder / "power.csv")
    return [folder / name for name in ("power.csv", "power.svg", "power.png")]
