"""Power against cost: the planned study, the others, and the power that is asked for."""

from typing import TYPE_CHECKING, Any

from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import Unit, exhibit, headed, sheet, size, value_axis
from impact.reporting.rehearsal.told import Told
from impact.reporting.style import COMPARISON, GREY, INK, TREATED
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MARKERS = ("o", "s", "D", "^", "v", "P")
SHADES = (TREATED, "#8a5a00", GREY, COMPARISON, INK, "#4a5d8a")


def power_against_cost(voice: Voice, told: Told) -> Figure:
    """Draw each design's power over its cost, a line for each way to hold rounds and clusters."""
    t, f, grid = voice.t, voice.f, told.grid
    best = grid.cheapest
    alt = (
        t("No design reaches a power of {asked}.", asked=f.percent(100 * grid.asked, 0))
        if best is None
        else t(
            "The cheapest design with a power of {asked} costs {cost}.",
            asked=f.percent(100 * grid.asked, 0),
            cost=f.number(float(best["cost"])),
        )
    )
    return exhibit(
        _drawn,
        voice,
        told,
        label="fig-designs",
        title=t("How often each design finds the effect, by its cost"),
        how=t(
            "Marks of one kind differ in firms and clusters, kinds in rounds. Dashed: the power that is asked for. The ring is "
            "the planned study, the star the cheapest that reaches it."
        )
        if _varies(told)
        else t(
            "Along a line firms grow in number; lines differ in rounds. Dashed: the power that is asked for. The ring is "
            "the planned study, the star the cheapest that reaches it."
        ),
        alt=alt,
    )


def _drawn(voice: Voice, told: Told, width: float) -> "Canvas":
    t, table, grid = voice.t, told.grid.table, told.grid
    cost = voice.study.plan.currency if told.in_money else t("interviews")
    canvas, axes = sheet(width, 3.6)
    headed(canvas, width, t("Share of studies that find the effect, by cost ({unit})", unit=cost))
    keys = ["before", "after", "clusters"] if _varies(told) else ["before", "after"]
    by = ["before", "after"]
    for number, (rounds, rows) in enumerate(table.groupby(by, sort=False)):
        line = rows.sort_values("cost")
        colour = SHADES[number % len(SHADES)]
        axes.plot(
            line["cost"], 100 * line["power"], marker=MARKERS[number % len(MARKERS)], color=colour,
            linewidth=1.1 if len(keys) == len(by) else 0, markersize=5,
            label=t("{before} + {after} rounds", before=voice.f.number(float(rounds[0])),
                    after=voice.f.number(float(rounds[1]))),
        )  # fmt: skip
    axes.axhline(100 * grid.asked, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    planned, best = grid.planned, grid.cheapest
    _marked(axes, width, planned, t("planned"), marker="o", filled=False)
    if best is not None and not best["planned"]:
        _marked(axes, width, best, t("cheapest that reaches it"), marker="*", filled=True)
    largest = float(table["cost"].max())
    value_axis(voice, axes, (0.0, 1.05 * largest), unit=Unit(1.0, cost), along="x", most=5)
    value_axis(voice, axes, (0.0, 104.0), unit=Unit(1.0, "%"), along="y", most=5)
    axes.legend(loc="best", fontsize=size(width, 8.5), frameon=False)
    axes.tick_params(labelsize=size(width, 8.5))
    return canvas


def _varies(told: Told) -> bool:
    return len(told.grid.table["clusters"].unique()) > 1


def _marked(
    axes: "Axes", width: float, row: "pd.Series[Any]", words: str, *, marker: str, filled: bool
) -> None:
    at = float(row["cost"]), 100 * float(row["power"])
    face = TREATED if filled else "none"
    axes.plot(
        [at[0]],
        [at[1]],
        marker=marker,
        markersize=13,
        markeredgecolor=INK,
        markerfacecolor=face,
        linestyle="none",
    )
    axes.annotate(
        words, at, (-8, 7), textcoords="offset points", fontsize=size(width, 8.5), color=INK, weight="semibold",
        ha="right",  # cheaper designs with more power are rare: nothing is hidden there
    )  # fmt: skip
