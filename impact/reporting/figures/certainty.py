"""Figures on how sure the answer is: power, honest bounds, every specification, one firm left out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.diagnostics.design import DesignCheck
from impact.diagnostics.honest import HonestResult
from impact.diagnostics.leave_one_out import LeaveOneOut
from impact.diagnostics.scales import beyond_chance
from impact.diagnostics.specification_curve import SpecificationCurve
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    CHARACTER,
    Unit,
    arrowheads,
    exhibit,
    headed,
    row_height,
    row_names,
    sheet,
    size,
    sized,
    value_axis,
    wrapped,
    zero_line,
)
from impact.reporting.figures.event_times import EffectAxis, arrows_in_words
from impact.reporting.style import (
    COMPARISON,
    GREY,
    INK,
    PALE,
    TREATED,
    beside,
    on_phone,
)
from impact.reporting.voice import Voice
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import REGISTER, said
from impact.terms import POWER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

NEAR = 0.2  # of an axis: within it the words beside two marks would stand on each other
LOW = 0.2  # power below which its label stands above the mark
TICKS, BETWEEN = 0.4, 0.05  # inches that an axis's numbers take, and that are between two panels
RANGE, RANGE_HEAD = 5.0, 8.0  # points: how thick the line of a range is, and its arrowhead
UNBOUNDED = 3.0  # times the interval under parallel trends: what bounds are drawn up to


def power_curve(
    voice: Voice, design: DesignCheck, estimate: float, *, small: bool = False
) -> Figure:
    """Draw how often such a study would find an effect of each size by the recommended test, the estimate marked."""
    t, outcome = voice.t, voice.study.outcome
    found = float(design.chosen["smallest_detectable"])
    rows = design.power[
        (design.power["estimator"] == design.estimator)
        & (design.power["inference"] == design.recommended)
    ]
    at = design.power_at(estimate)
    share = voice.f.percent(100 * at, 0)
    smallest = voice.amount(outcome, found)
    return exhibit(
        _power,
        voice,
        rows,
        found,
        (abs(estimate), at),
        small=small,
        label="fig-power",
        title=t("An effect of this size is found in {share} of studies", share=share),
        how=t(
            "Share of studies like this one, simulated from these data, that would find a true effect of each size. Dashed: "
            "four in five."
        ),
        alt=t("A rising curve. It reaches 80% at {effect}.", effect=smallest)
        if np.isfinite(found)
        else t("A curve that never reaches 80%."),
    )


def _power(
    voice: Voice, rows: pd.DataFrame, found: float, own: tuple[float, float], width: float
) -> "Canvas":
    t, f, outcome = voice.t, voice.f, voice.study.outcome
    high = max(float(rows["effect"].max()), 1.1 * own[0])
    unit = Unit.of(voice, outcome, high)
    canvas, axes = sheet(width, 1.75 if beside(width) else 2.6)
    headed(
        canvas, width, t("Studies that would find it, by the true effect ({unit})", unit=unit.words)
    )
    value_axis(voice, axes, (0.0, high), unit=unit, along="x", most=5)
    axes.set_yticks(
        [0, 0.25, 0.5, 0.75, 1], [f.percent(100 * one, 0) for one in (0, 0.25, 0.5, 0.75, 1)]
    )
    axes.set_ylim(0, 1.04)
    axes.grid(visible=False, axis="x")
    axes.grid(visible=True, axis="y")
    axes.axhline(POWER, color=GREY, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.plot(rows["effect"], rows["power"], color=TREATED, linewidth=2.2)
    right = {"textcoords": "offset points", "va": "top", "fontsize": size(width, 9.0)}
    axes.vlines(own[0], 0, own[1], color=INK, linewidth=1.0)
    axes.plot(*own, "o", color=INK, markersize=5.5)
    axes.annotate(
        t("estimate: {share}", share=f.percent(100 * own[1], 0)),
        own,
        (7, -5 if own[1] > LOW else 20),
        weight="semibold",
        **right,
    )
    if np.isfinite(found) and found <= high:
        axes.plot(found, POWER, "o", color=TREATED, markerfacecolor="white", markersize=6)
        near_own = abs(own[1] - POWER) < NEAR and abs(own[0] - found) < NEAR * high
        left = near_own or found > 0.75 * high  # the estimate's own words stand right of it, below
        axes.annotate(
            voice.amount(outcome, found), (found, POWER), (-7 if left else 7, 16 if near_own else -6),
            ha="right" if left else "left", color=TREATED, **right,
        )  # fmt: skip
    sized(axes, width)
    return canvas


def honest_bounds(voice: Voice, results: Sequence[HonestResult], *, small: bool = False) -> Figure:
    """Draw intervals under each restriction on trends, all on one scale, that of parallel trends first."""
    t, first = voice.t, results[0]
    breakdown = voice.f.number(first.breakdown, 2)
    low, high = first.original
    axis = _bounds_axis(voice, first)
    return exhibit(
        _bounds,
        voice,
        results,
        axis,
        small=small,
        label="fig-honest",
        title=t("Zero is inside even if trends were parallel")
        if low <= 0 <= high
        else t("Zero is excluded while trends part less than {times} times", times=breakdown),
        how=t(
            "{level} intervals of the average effect if trends had parted by so much after the start (Rambachan and Roth 2023). "
            "Dashed: zero is inside.",
            level=voice.confidence,
        )
        + arrows_in_words(voice, pd.concat([one.table for one in results]), axis),
        alt=t(
            "Vertical intervals that widen to the right. With parallel trends {span}; zero is inside from {breakdown} on.",
            span=voice.span(voice.study.outcome, *first.original),
            breakdown=breakdown,
        ),
    )


def _bounds_axis(voice: Voice, first: HonestResult) -> EffectAxis:
    """Hold zero and the interval under parallel trends, with room on either side for what bounds are drawn up to."""
    low, high = first.original
    half = (high - low) / 2 or 1.0
    ends = (min(0.0, low) - UNBOUNDED * half, max(0.0, high) + UNBOUNDED * half)
    return EffectAxis(*ends, Unit.of(voice, voice.study.outcome, max(map(abs, ends))))


def _bounds(
    voice: Voice, results: Sequence[HonestResult], axis: EffectAxis, width: float
) -> "Canvas":
    t, n = voice.t, len(results)
    words = {
        "relative_magnitudes": t("Largest step before the start, times"),
        "relative_smoothness": t("Largest bend before the start, times"),
        "smoothness": t("Bend a period, in standard errors"),
    }
    shape = (n, 1) if on_phone(width) else (1, n)
    canvas, panels = sheet(
        width,
        1.75 if beside(width) else 2.3 * shape[0] + 0.5,
        nrows=shape[0],
        ncols=shape[1],
        squeeze=False,
        sharey=True,
    )
    headed(canvas, width, t("Effect, {unit}", unit=axis.unit.words))
    at = size(width, 8.5)
    room = ((width - TICKS) / shape[1] - BETWEEN) / (CHARACTER * at)
    for axes, result in zip(panels.ravel(), results, strict=True):
        value_axis(voice, axes, axis.limits, unit=axis.unit, along="y")
        zero_line(axes, "y")
        table = result.table
        ends = [result.original, *zip(table["conf_low"], table["conf_high"], strict=True)]
        for x, pair in enumerate(ends):
            _bound(axes, x, pair, axis.limits)
        axes.set_xticks(range(len(ends)), _bound_names(voice, table["value"], room))
        axes.set_xlim(-0.6, len(ends) - 0.4)
        axes.set_xlabel(wrapped(words[result.restriction.kind], room), fontsize=at)
        sized(axes, width)
    return canvas


def _bound_names(voice: Voice, values: "pd.Series[float]", room: float) -> list[str]:
    """Name the interval under parallel trends, a line lower if it has no place beside the next, then each bound.

    ``room`` is a panel's, in characters.
    """
    f, parallel = voice.f, voice.t("parallel")
    names = [f.number(float(one), 0 if float(one).is_integer() else 2) for one in values]
    needed = (len(parallel) + len(names[0])) / 2 + 1
    return [parallel if needed < room / (len(names) + 1.2) else "\n" + parallel, *names]


def _bound(axes: "Axes", x: int, ends: tuple[float, float], edge: tuple[float, float]) -> None:
    inside = ends[0] <= 0 <= ends[1]
    shown = np.clip(ends, *edge)
    axes.plot(
        [x, x], shown, color=COMPARISON if inside else TREATED, linewidth=2.4,
        linestyle=(0, (2, 1)) if inside else "-", solid_capstyle="butt",
    )  # fmt: skip
    low, high = np.array([[ends[0]], [ends[1]]], float)
    arrowheads(axes, np.array([x]), (low, high), edge, colour=COMPARISON, along="y")


def specification_curve(voice: Voice, curve: SpecificationCurve) -> Figure:
    """Draw every specification's statistic in order, a panel a scale, each with its share beyond chance."""
    t, f = voice.t, voice.f
    scales = [
        (str(scale), own.sort_values("statistic", kind="stable").reset_index(drop=True))
        for scale, own in curve.table.groupby("scale", sort=False)
    ]
    shares = [100 * float(beyond_chance(own).mean()) for _, own in scales]
    statistic = curve.table["statistic"]
    return exhibit(
        _scales,
        voice,
        scales,
        shares,
        label="fig-specifications",
        title=t(
            "Beyond chance: {most} on one scale, {least} on another",
            most=f.percent(max(shares), 0),
            least=f.percent(min(shares), 0),
        )
        if round(max(shares)) != round(min(shares))
        else t("{share} of specifications are beyond chance", share=f.percent(shares[0], 0)),
        how=t(
            "{n} specifications in order of their t statistic (effect over standard error), a panel a scale. Teal: beyond 95% of "
            "what other firms of the same strata give; hollow grey: within it.",
            n=f.number(len(curve.table)),
        ),
        alt=t(
            "Rising lines of {n} statistics from {low} to {high}, by scale of the outcome.",
            n=f.number(len(curve.table)),
            low=f.number(float(statistic.min()), 1),
            high=f.number(float(statistic.max()), 1),
        ),
    )


def _scales(
    voice: Voice, scales: list[tuple[str, pd.DataFrame]], shares: list[float], width: float
) -> "Canvas":
    t, f = voice.t, voice.f
    narrow, n = on_phone(width), len(scales)
    shape = (n, 1) if narrow else (1, n)
    canvas, panels = sheet(
        width, 1.8 * shape[0] + 0.9, nrows=shape[0], ncols=shape[1], squeeze=False, sharey=True
    )
    headed(canvas, width, t("t statistic"))
    every = np.concatenate([own["statistic"].to_numpy(float) for _, own in scales])
    low, high = min(-2.0, float(every.min())), max(2.0, float(every.max()))
    slack = 0.06 * (high - low)
    for axes, (scale, own), share in zip(panels.ravel(), scales, shares, strict=True):
        value_axis(voice, axes, (low - slack, high + slack), unit=Unit(1.0, ""), along="y")
        zero_line(axes, "y")
        x = (np.arange(len(own)) + 0.5) / len(own)
        value, beyond = own["statistic"].to_numpy(float), beyond_chance(own).to_numpy()
        axes.plot(
            x[~beyond], value[~beyond], "o", color=PALE, markerfacecolor="white",
            markeredgewidth=0.6, markersize=2.6,
        )  # fmt: skip
        axes.plot(x[beyond], value[beyond], "o", color=TREATED, markersize=2.8)
        axes.set_xticks([])
        axes.set_xlim(0, 1)
        axes.set_xlabel(choice_name(voice, "scale", scale), fontsize=size(width, 8.5))
        axes.set_title(
            t("{share} beyond chance", share=f.percent(share, 0)), loc="left", color=TREATED,
            fontsize=size(width, 9.0), weight="semibold",
        )  # fmt: skip
        sized(axes, width)
    return canvas


def choice_name(voice: Voice, dimension: str, value: object) -> str:
    """Return the words for one choice of a specification: by its code, or with its number (a window, a cap)."""
    t = voice.t
    if f"{dimension}:{value}" in REGISTER["choice"]:
        return said(t, "choice", f"{dimension}:{value}")
    number = float(str(value))
    if dimension == "window":
        without = number < 0
        return said(t, "numbered_choice", "window:all" if without else "window", n=f"{number:.0f}")
    n = voice.f.ordinal(100 * number)
    return said(t, "numbered_choice", "winsorise" if number else "winsorise:none", n=n)


def without_one(
    voice: Voice, found: LeaveOneOut, axis: EffectAxis, *, small: bool = False
) -> Figure:
    """Draw the estimate beside the range it takes without any one firm, cohort or event."""
    t, f = voice.t, voice.f
    whole = found.of_clusters
    rows = [
        (t("All firms"), found.estimate, found.estimate),
        (
            t("Without any one cluster") if whole else t("Without any one firm"),
            found.unit_low,
            found.unit_high,
        ),
    ]
    for name, each in (
        (t("Without any one cohort"), found.cohorts),
        (t("Without any one event"), found.groups),
    ):
        if each.low is not None and each.high is not None:
            rows.append((name, each.low, each.high))
    share = f.percent(100 * found.largest_share, 0)
    return exhibit(
        _ranges,
        voice,
        rows,
        axis,
        small=small,
        label="fig-without-one",
        title=_carried(t, found, share),
        how=t(
            "Ranges of the effect when each firm (or cluster), cohort or event is left out in turn."
        )
        + _range_arrows_in_words(t, rows[1:], axis),
        alt=t(
            "Without one of these the effect lies between {low} and {high}.",
            low=voice.amount(voice.study.outcome, found.unit_low),
            high=voice.amount(voice.study.outcome, found.unit_high),
        ),
    )


def _carried(t: Words, found: LeaveOneOut, share: str) -> str:
    """Say how far one firm, or cluster, moves the effect; or that it may turn its sign."""
    if found.unit_low * found.unit_high < 0:
        return (
            t("Without a single cluster the effect may change its sign")
            if found.of_clusters
            else t("Without a single firm the effect may change its sign")
        )
    return (
        t("No single cluster moves the effect by more than {share}", share=share)
        if found.of_clusters
        else t("No single firm moves the effect by more than {share}", share=share)
    )


def _range_arrows_in_words(t: Words, rows: list[tuple[str, float, float]], axis: EffectAxis) -> str:
    """Say what arrowheads mean where the axis cuts ranges; nothing where it cuts none."""
    if not any(low < axis.low or high > axis.high for _, low, high in rows):
        return ""
    return " " + t("Arrows: the range goes on beyond the figure.")


def _ranges(
    voice: Voice, rows: list[tuple[str, float, float]], axis: EffectAxis, width: float
) -> "Canvas":
    canvas, axes = sheet(width, 0.55 + row_height(width) * (len(rows) + 1))
    headed(canvas, width, voice.t("Effect, {unit}", unit=axis.unit.words))
    value_axis(
        voice, axes, axis.limits, unit=axis.unit, along="x", most=4 if on_phone(width) else 6
    )
    y = row_names(axes, width, [name for name, _, _ in rows], bold=0)
    zero_line(axes, "x")
    for i, (_, low, high) in enumerate(rows):
        ends = np.clip([low, high], *axis.limits)
        if i == 0:
            axes.axvline(low, color=TREATED, linewidth=0.9, linestyle=(0, (1, 2)))
            axes.plot([low], [y[i]], "o", color=TREATED, markersize=5.5)
        else:
            axes.plot(ends, [y[i]] * 2, color=COMPARISON, linewidth=RANGE, solid_capstyle="butt")
            own = (np.array([low]), np.array([high]))
            arrowheads(
                axes, y[[i]], own, axis.limits, colour=COMPARISON, along="x", points=RANGE_HEAD
            )
    sized(axes, width)
    return canvas
