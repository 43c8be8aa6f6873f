"""Figures on the effect: with and without the programme, both groups over time, effects by time since the start."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.evaluation.counterfactual import Counterfactual
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    CHARACTER,
    POINTS,
    Unit,
    apart,
    exhibit,
    headed,
    name_groups,
    period_axis,
    rounds,
    sheet,
    size,
    sized,
    value_axis,
    wrapped,
)
from impact.reporting.figures.means import two_means
from impact.reporting.style import (
    BAND,
    COMPARISON,
    DASHES,
    GREY,
    PALE,
    TREATED,
    on_phone,
)
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

HEIGHT = 3.0  # inches
MOSTLY = 0.75  # share of periods from which a line is said to be above another
BESIDE_THE_PLOT = 1.5  # inches that ticks and the names at the lines' ends take


def actual_against_counterfactual(
    voice: Voice, found: Counterfactual, *, actual: str, without: str, gain: str
) -> Figure | None:
    """Draw beneficiaries' outcome by time since the start beside what it would have been, the gap shaded.

    Both means and the gain are told as they are written elsewhere on the page, so that it says each amount once. None where
    no time since the start has enough beneficiaries to be shown, or all are withheld.
    """
    t = voice.t
    after = found.path[found.path["event_time"] >= 0].dropna(subset=["actual", "without"])
    if after.empty:
        return None
    ends = {"actual": actual, "without": without}
    ahead = float((after["actual"] > after["without"]).mean())
    if len(found.path) == 1:
        return two_means(voice, found, ends)
    return exhibit(
        _two_lines,
        voice,
        found,
        ends,
        gain,
        label="fig-counterfactual",
        title=t("After the start, beneficiaries were above what was expected")
        if ahead >= MOSTLY
        else t("After the start, beneficiaries were below what was expected")
        if ahead <= 1 - MOSTLY
        else t("After the start, beneficiaries stayed near what was expected"),
        how=t(
            "The dashed line is what beneficiaries would have had, had their outcome moved like that of the comparison group. "
            "The shaded gap is the effect."
        ),
        alt=t(
            "Two lines by periods since the start. After it beneficiaries average {actual}; without {treatment} it would have "
            "been {without}.",
            treatment=voice.nouns.treatment,
            **ends,
        ),
    )


def _two_lines(
    voice: Voice, found: Counterfactual, ends: dict[str, str], gain: str, width: float
) -> "Canvas":
    study, path = voice.study, found.path
    x, actual, without = (
        path[name].to_numpy(float) for name in ("event_time", "actual", "without")
    )
    values = np.concatenate([actual, without])
    spread = float(np.nanmax(values) - np.nanmin(values)) or 1.0
    limits = (float(np.nanmin(values)) - 0.12 * spread, float(np.nanmax(values)) + 0.12 * spread)
    unit = Unit.of(voice, study.outcome, float(np.nanmax(np.abs(values))))
    canvas, axes = sheet(width, HEIGHT)
    headed(canvas, width, f"{study.label(study.outcome)}, {unit.words}")
    after = x >= -1
    axes.fill_between(x[after], without[after], actual[after], color=BAND, linewidth=0)
    axes.plot(x[~(x >= 0)], without[~(x >= 0)], color=PALE, linewidth=1.0, linestyle=DASHES)
    axes.plot(x[after], without[after], color=COMPARISON, linewidth=2.0, linestyle=DASHES)
    axes.plot(x, actual, color=TREATED, linewidth=2.4)
    value_axis(voice, axes, limits, unit=unit, along="y")
    since_start(voice, axes, x, width)
    _gain(axes, found, gain, width)
    gap = 0.27 * (limits[1] - limits[0])
    last = np.flatnonzero(np.isfinite(actual + without))[-1]  # some periods may be withheld
    places = apart([actual[last], without[last]], gap)
    treatment = voice.t.nouns.treatment
    names = (voice.t("Beneficiaries"), voice.t("Without {treatment}", treatment=treatment))
    _line_end(axes, width, places[0], names[0], ends["actual"], colour=TREATED)
    _line_end(axes, width, places[1], names[1], ends["without"], colour=GREY)
    return canvas


def _line_end(axes: "Axes", width: float, y: float, name: str, value: str, *, colour: str) -> None:
    """Name a line at its end: its name strong, its mean after the start below."""
    points = size(width, 9.0)
    name = wrapped(name, 13 if on_phone(width) else 20)
    place: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "textcoords": "offset points",
        "ha": "left",
    }
    axes.annotate(
        name, (1, y), (6, 1), va="bottom", weight="semibold", fontsize=points, color=colour, **place
    )
    axes.annotate(value, (1, y), (6, 0), va="top", fontsize=points, color=colour, **place)


def _gain(axes: "Axes", found: Counterfactual, gain: str, width: float) -> None:
    after = found.path[found.path["event_time"] >= 0].dropna(subset=["actual", "without"])
    if after.empty:
        return
    text = f"+{gain}" if found.gain > 0 else gain
    points = size(width, 10.5)
    a_period = (width - BESIDE_THE_PLOT) / max(len(found.path), 1)  # inches
    half = 0.55 * len(text) * CHARACTER * points / a_period
    x, upper, lower = _between(after)
    places = x[(x >= x[0] + half) & (x <= x[-1] - half)]
    places = places if len(places) else x[len(x) // 2 :][:1]
    under = [upper[np.abs(x - at) <= half].min() for at in places]
    over = [lower[np.abs(x - at) <= half].max() for at in places]
    best = int(np.argmax(np.subtract(under, over)))
    bottom, top = axes.get_ylim()
    line = 1.6 * points / POINTS / (HEIGHT - 0.8) * (top - bottom)
    inside = under[best] - over[best] > line  # else above both lines
    above = upper[np.abs(x - places[best]) <= half].max()
    axes.annotate(
        text, (float(places[best]), (under[best] + over[best]) / 2 if inside else above), (0, 0 if inside else 4),
        textcoords="offset points", ha="center", va="center" if inside else "bottom", fontsize=points,
        weight="semibold", color=TREATED,
    )  # fmt: skip


def _between(after: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return times after the start, finely, with the higher and the lower of the two lines."""
    times = after["event_time"].to_numpy(float)
    x = np.linspace(times[0], times[-1], 20 * len(times))
    actual, without = (
        np.interp(x, times, after[name].to_numpy(float)) for name in ("actual", "without")
    )
    return x, np.maximum(actual, without), np.minimum(actual, without)


def since_start(voice: Voice, axes: "Axes", x: Floats, width: float) -> None:
    """Set the axis of periods since the start, with the start marked."""
    t = voice.t
    low, high = float(x.min()), float(x.max())
    most = 6 if on_phone(width) else 10
    ticks = [one for one in rounds(low, high, most) if one == round(one)]
    write = voice.f.number
    axes.set_xticks(ticks, [f"+{write(one)}" if one > 0 else write(one) for one in ticks])
    axes.set_xlim(low - 0.4, high + 0.4)
    frequency = voice.study.schema.time.frequency
    words = {
        "year": t("years since the start"),
        "quarter": t("quarters since the start"),
        "month": t("months since the start"),
        "integer": t("periods since the start"),
    }
    axes.set_xlabel(words[frequency], fontsize=size(width, 8.5))
    axes.axvline(-0.5, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    sized(axes, width)


def raw_paths(voice: Voice, paths: pd.DataFrame, *, starts: list[str]) -> Figure | None:
    """Draw mean outcomes of both groups over time, and when treatment began; None unless both have means of several periods."""
    t, outcome = voice.t, voice.study.outcome
    if len(paths) < 2 or paths[["treated", "comparison"]].isna().all().any():
        return None
    first, last = paths.iloc[0], paths.iloc[-1]
    return exhibit(
        _both_groups,
        voice,
        paths,
        starts,
        label="fig-paths",
        title=t("How both groups' means moved over time"),
        how=t(
            "Mean outcome of beneficiaries and of the comparison group; bands are 95% intervals of the means. "
            "Dotted lines: some of the beneficiaries start."
        ),
        alt=t(
            "Two lines over time. Beneficiaries begin at {first} and end at {last}; the comparison group begins at "
            "{other_first} and ends at {other_last}.",
            first=voice.amount(outcome, float(first["treated"])),
            last=voice.amount(outcome, float(last["treated"])),
            other_first=voice.amount(outcome, float(first["comparison"])),
            other_last=voice.amount(outcome, float(last["comparison"])),
        ),
    )


def _both_groups(voice: Voice, paths: pd.DataFrame, starts: list[str], width: float) -> "Canvas":
    study = voice.study
    x, ends = np.arange(len(paths), dtype=float), []
    means = paths[["treated", "comparison"]].to_numpy(float)
    reach = means + 1.96 * np.nan_to_num(
        paths[["treated_std_error", "comparison_std_error"]].to_numpy(float)
    ) * np.array([[[1]], [[-1]]])
    unit = Unit.of(voice, study.outcome, float(np.nanmax(np.abs(means))))
    canvas, axes = sheet(width, HEIGHT)
    headed(canvas, width, f"{study.label(study.outcome)}, {unit.words}")
    for group, colour, line in (("treated", TREATED, "-"), ("comparison", COMPARISON, DASHES)):
        mean, error = (paths[name].to_numpy(float) for name in (group, f"{group}_std_error"))
        ends.append(float(mean[np.isfinite(mean)][-1]))
        axes.fill_between(
            x, mean - 1.96 * error, mean + 1.96 * error, color=colour, alpha=0.15, linewidth=0
        )
        axes.plot(x, mean, color=colour, linewidth=2.0, linestyle=line)
    low, high = min(0.0, float(np.nanmin(reach))), float(np.nanmax(reach))
    value_axis(voice, axes, (low, high + 0.05 * (high - low)), unit=unit, along="y")
    labels = list(paths["time"].astype(str))
    for start in starts:
        if start in labels:
            axes.axvline(
                labels.index(start) - 0.5, color=GREY, linewidth=0.9, linestyle=(0, (1, 2))
            )
    period_axis(voice, axes, labels, width)
    name_groups(voice, axes, apart(ends, 0.14 * (high - low)), width)
    return canvas
