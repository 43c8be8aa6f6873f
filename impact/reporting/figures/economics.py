"""Figures of an appraisal: what moves the answer, how long effects must last, and how the simulated returns spread."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.economics.sensitivity import EFFECT
from impact.evaluation.appraised import Worth
from impact.evaluation.justified import turning
from impact.reporting.amounts import chance, label_of, money, rate, written
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    Unit,
    exhibit,
    headed,
    row_height,
    row_names,
    sheet,
    size,
    sized,
    value_axis,
    zero_line,
)
from impact.reporting.style import BAND, COMPARISON, DASHES, GREY, INK, PALE, TREATED, on_phone
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MOST_ROWS = 8
ROOM = 0.14  # of the drawn values, on either side of the bars: for the numbers at their ends
ROOM_ON_PHONE = 0.3
PERCENT = 100.0


def tornado(voice: Voice, worth: Worth) -> Figure | None:
    """Draw the net present value at the ends of each number's range, the widest first; None where none has a range."""
    t, f = voice.t, voice.f
    rows = worth.moved.head(MOST_ROWS)
    if rows.empty:
        return None
    turn = len(turning(worth))
    widest = rows.iloc[0]
    ends = sorted((float(widest["value_low"]), float(widest["value_high"])))
    return exhibit(
        _tornado,
        voice,
        worth,
        rows,
        label="fig-tornado",
        title=t("No single number turns the answer")
        if not turn
        else t("Numbers that turn the answer by themselves: {n}", n=f.number(turn)),
        how=t(
            "Net present value when one number moves to the ends of its range, written beside the bar, and the others stay. "
            "Teal: estimated from the data; grey: assumed. Dotted: all at their value. Right of zero the hurdle is reached."
        ),
        alt=t(
            "{n} bars, the widest first: {label}, from {low} to {high}.",
            n=f.number(len(rows)),
            label=label_of(voice, widest["name"]),
            low=money(voice, ends[0]),
            high=money(voice, ends[1]),
        ),
    )


def _tornado(voice: Voice, worth: Worth, rows: pd.DataFrame, width: float) -> "Canvas":
    t, narrow = voice.t, on_phone(width)
    values = rows[["value_low", "value_high"]].to_numpy(float)
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    slack = (ROOM_ON_PHONE if narrow else ROOM) * (high - low)
    unit = Unit.of_money(voice, voice.study.plan.currency, max(high, -low))
    canvas, axes = sheet(width, 0.55 + row_height(width) * (len(rows) + 1))
    headed(canvas, width, t("Net present value, {unit}", unit=unit.words))
    value_axis(
        voice,
        axes,
        (low - slack, high + (slack if high else 0.05 * (high - low))),
        unit=unit,
        along="x",
        most=4 if narrow else 6,
    )
    y = row_names(axes, width, [label_of(voice, name) for name in rows["name"]])
    zero_line(axes, "x")
    axes.axvline(worth.value, color=GREY, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1.5)
    for at, row in zip(y, rows.to_dict("records"), strict=True):
        ends = sorted((float(row[f"value_{end}"]), float(row[end])) for end in ("low", "high"))
        colour = TREATED if row["name"] == EFFECT else COMPARISON
        axes.plot(
            [end for end, _ in ends], [at, at], color=colour, linewidth=6, solid_capstyle="butt"
        )
        for (end, number), (shift, side) in zip(ends, ((-4, "right"), (4, "left")), strict=True):
            axes.annotate(
                written(voice, row["name"], number), (end, at), (shift, -1),
                textcoords="offset points", ha=side, va="center", color=GREY,
                fontsize=size(width, 7.5),
            )  # fmt: skip
    sized(axes, width)
    return canvas


def return_over_persistence(voice: Voice, worth: Worth) -> Figure | None:
    """Draw the rate of return by the share of the effect that is kept; None where it exists for no share."""
    t, rows = voice.t, worth.lasting
    if rows["return"].isna().all():
        return None
    needed = worth.needed_persistence
    known = rows.dropna(subset=["return"])
    return exhibit(
        _over_persistence,
        voice,
        worth,
        label="fig-persistence",
        title=t("{share} kept a year would reach the hurdle", share=rate(voice, needed.value))
        if needed.value is not None
        else t("Even lasting effects would not reach the hurdle")
        if needed.why == "not_even_if_lasting"
        else t("The hurdle is reached even if effects fade"),
        how=t(
            "Rate of return by the share of the effect kept from one year to the next. Band: from the lower to the upper end of "
            "the {level} interval of the effect; where it goes to the edge, there is no return at that end. Dashed: the hurdle.",
            level=voice.confidence,
        ),
        alt=t(
            "A line of returns from {low} to {high} a year; the hurdle is {hurdle}.",
            low=rate(voice, float(known["return"].min())),
            high=rate(voice, float(known["return"].max())),
            hurdle=rate(voice, worth.appraisal.hurdle),
        ),
    )


def _over_persistence(voice: Voice, worth: Worth, width: float) -> "Canvas":
    t, f, rows = voice.t, voice.f, worth.lasting
    hurdle, share = worth.appraisal.hurdle, rows["persistence"].to_numpy(float)
    middle, low, high = (
        rows[name].to_numpy(float) for name in ("return", "return_low", "return_high")
    )
    seen = np.concatenate([middle, low, high, [hurdle]])
    bottom, top = float(np.nanmin(seen)), float(np.nanmax(seen))
    slack = 0.08 * (top - bottom)
    edges = (bottom - slack, top + slack)
    canvas, axes = sheet(width, 2.6)
    headed(canvas, width, t("Rate of return a year, by the share of the effect kept"))
    _percent_axis(voice, axes, edges, along="y")
    _percent_axis(voice, axes, (-0.02, 1.02), along="x", grid=False)
    axes.fill_between(
        share, np.where(np.isnan(low), edges[0], low), np.where(np.isnan(high), edges[1], high),
        where=~np.isnan(middle) | ~np.isnan(high), color=BAND, linewidth=0, zorder=0.5,
    )  # fmt: skip
    axes.plot(share, middle, color=TREATED, linewidth=2.2)
    axes.axhline(hurdle, color=INK, linewidth=1.0, linestyle=DASHES)
    axes.annotate(
        t("hurdle: {rate}", rate=rate(voice, hurdle)), (0.0, hurdle), (0, -4),
        textcoords="offset points", va="top", color=INK, fontsize=size(width, 8.5),
    )  # fmt: skip
    assumed = worth.appraisal.assumptions.persistence.value
    if worth.rate_of_return.value is not None:
        at = (assumed, worth.rate_of_return.value)
        axes.plot(*at, "o", color=TREATED, markersize=5.5)
        left = assumed > 0.5
        axes.annotate(
            t("assumed: {share}", share=f.percent(PERCENT * assumed, 0)), at, (-7 if left else 7, 6),
            textcoords="offset points", ha="right" if left else "left", va="bottom",
            weight="semibold", fontsize=size(width, 8.5),
        )  # fmt: skip
    if worth.needed_persistence.value is not None:
        axes.plot(
            worth.needed_persistence.value, hurdle, "o", color=TREATED, markerfacecolor="white",
            markersize=6,
        )  # fmt: skip
    sized(axes, width)
    return canvas


def _percent_axis(
    voice: Voice, axes: "Axes", limits: tuple[float, float], *, along: str, grid: bool = True
) -> None:
    """Set an axis of shares, written in percent."""
    value_axis(voice, axes, limits, unit=Unit(0.01, ""), along=along, most=5)
    axis = axes.xaxis if along == "x" else axes.yaxis
    ticks = axis.get_ticklocs()
    words = [rate(voice, round(float(tick), 9)) for tick in ticks]
    axis.set_ticks(ticks, words)
    if not grid:
        axes.grid(visible=False, axis=along)  # type: ignore[arg-type]


def simulated_returns(voice: Voice, worth: Worth) -> Figure | None:
    """Draw the simulated returns and the hurdle; None where none was simulated or most draws have none."""
    t, f, found = voice.t, voice.f, worth.simulated
    if found is None or found.histogram.empty:
        return None
    bins = found.histogram
    missing = int(found.without_return["count"].sum())
    if missing > found.draws / 2:  # what is left would tell of the few draws that have a return
        return None
    return exhibit(
        _histogram, voice, worth, bins, found.above_hurdle,
        label="fig-simulated",
        title=t("The hurdle is exceeded in {share} of cases", share=chance(voice, found.above_hurdle)),
        how=t(
            "Rates of return when effect and assumptions are drawn {draws} times, the first and last percent left out. Dashed: "
            "the hurdle; teal: above it. Draws without a rate of return are left out.",
            draws=f.number(found.draws),
        ),
        alt=t(
            "A histogram of returns from {low} to {high} a year; the hurdle is {hurdle}.",
            low=rate(voice, float(bins["left"].iloc[0])),
            high=rate(voice, float(bins["right"].iloc[-1])),
            hurdle=rate(voice, worth.appraisal.hurdle),
        ),
    )  # fmt: skip


def _histogram(
    voice: Voice, worth: Worth, bins: pd.DataFrame, above: float, width: float
) -> "Canvas":
    t, hurdle = voice.t, worth.appraisal.hurdle
    left, right = bins["left"].to_numpy(float), bins["right"].to_numpy(float)
    low, high = min(left[0], hurdle), max(right[-1], hurdle)
    room = 0.32 if on_phone(width) else 0.2  # for the words beside the hurdle
    reach = high - low
    limits = (
        low - 0.03 * reach,
        max(high + 0.03 * reach, hurdle + room * reach),
    )
    canvas, axes = sheet(width, 2.3)
    headed(canvas, width, t("Simulated rates of return a year; height: how often"))
    _percent_axis(voice, axes, limits, along="x", grid=False)
    axes.set_yticks([])
    counts = bins["count"].to_numpy(float)
    for reached, colour in ((False, PALE), (True, TREATED)):
        chosen = ((left + right) / 2 > hurdle) == reached
        axes.bar(
            left[chosen], counts[chosen], right[chosen] - left[chosen], align="edge", color=colour,
            edgecolor="white", linewidth=0.4,
        )  # fmt: skip
    axes.set_ylim(0, 1.45 * counts.max())
    axes.axvline(hurdle, color=INK, linewidth=1.0, linestyle=DASHES)
    words = [
        t("hurdle: {rate}", rate=rate(voice, hurdle)),
        t("above: {share}", share=chance(voice, above)),
    ]
    axes.annotate(
        "\n".join(words), (hurdle, 1.0), (5, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", weight="semibold", fontsize=size(width, 8.5),
    )  # fmt: skip
    sized(axes, width)
    return canvas
