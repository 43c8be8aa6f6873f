"""Figures on the effect: with and without the programme, both groups over time, effects by time since the start."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.evaluation.counterfactual import Counterfactual
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    CHARACTER,
    GROUPS,
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
DOT = 3.5  # points
FEWEST_DRAWN = 0.5  # share of a line's points up to which a release draws none of it


def actual_against_counterfactual(
    voice: Voice, found: Counterfactual, *, actual: str, without: str, gain: str
) -> Figure | None:
    """Draw beneficiaries' outcome by time since the start beside what it would have been, the gap shaded.

    Both means and the gain are told as they are written elsewhere on the page, so that it says each amount once. None where
    no time since the start has enough beneficiaries to be shown, or half of them and more are withheld.
    """
    t, lines = voice.t, ["actual", "without"]
    known = found.path.dropna(subset=lines)
    after = known[known["event_time"] >= 0]
    if len(after) <= FEWEST_DRAWN * (found.path["event_time"] >= 0).sum():
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
        )
        + dots_in_words(voice, found.path[lines]),
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
    study, path = voice.study, found.path.dropna(subset=["actual", "without"])
    dots = "o" if len(path) < len(found.path) else ""
    x, actual, without = (
        path[name].to_numpy(float) for name in ("event_time", "actual", "without")
    )
    values = np.concatenate([actual, without])
    spread = float(np.ptp(values)) or 1.0
    limits = (float(values.min()) - 0.12 * spread, float(values.max()) + 0.12 * spread)
    unit = Unit.of(voice, study.outcome, float(np.abs(values).max()))
    canvas, axes = sheet(width, HEIGHT)
    headed(canvas, width, f"{study.label(study.outcome)}, {unit.words}")
    after = x >= -1
    axes.fill_between(x[after], without[after], actual[after], color=BAND, linewidth=0)
    axes.plot(x[~(x >= 0)], without[~(x >= 0)], color=PALE, linewidth=1.0, linestyle=DASHES)
    axes.plot(x[after], without[after], color=COMPARISON, linewidth=2.0, linestyle=DASHES)
    axes.plot(x, actual, color=TREATED, linewidth=2.4, marker=dots, markersize=DOT)
    value_axis(voice, axes, limits, unit=unit, along="y")
    since_start(voice, axes, x, width)
    _gain(axes, found, gain, width)
    gap = 0.27 * (limits[1] - limits[0])
    places = apart([actual[-1], without[-1]], gap)
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


def dots_in_words(voice: Voice, means: pd.DataFrame) -> str:
    """Say that a line is known at its dots alone; nothing where all of its points are."""
    if not means.isna().to_numpy().any():
        return ""
    return " " + voice.t(
        "A period without a dot is not shown: it would tell of a few firms, or nobody answered."
    )


def not_drawn_in_words(voice: Voice, path: pd.DataFrame) -> str:
    """Say why page one has no figure where a release withholds what it would be drawn of; nothing elsewhere."""
    after = path.loc[path["event_time"] >= 0, ["actual", "without"]]
    if not after.isna().to_numpy().any():
        return ""
    return " " + voice.t(
        "How both moved since the start is not drawn: the periods would tell of a few firms."
    )


def raw_paths(voice: Voice, paths: pd.DataFrame, *, starts: list[str]) -> Figure | None:
    """Draw mean outcomes over time, and when treatment began: of both groups, or of one where a release tells little of the other.

    None unless one has means of most periods, and the other of some: a group without any is none, or too small in all of them.
    """
    t = voice.t
    told = paths[list(GROUPS)].notna()
    drawn = [group for group in GROUPS if told[group].mean() > FEWEST_DRAWN]
    if len(paths) < 2 or not drawn or not told.any().all():
        return None
    how = t(
        "Mean outcome of beneficiaries and of the comparison group; bands are 95% intervals of the means. "
        "Dotted lines: some of the beneficiaries start."
    )
    title = t("How both groups' means moved over time")
    if drawn == ["comparison"]:
        title = t("How the comparison group's mean moved over time")
        how = t(
            "Mean outcome of the comparison group, with its 95% intervals; dotted lines: some of the beneficiaries start. The means "
            "of beneficiaries are withheld: beside the effects they would tell of a few firms."
        )
    elif drawn == ["treated"]:
        title = t("How beneficiaries' mean moved over time")
        how = t(
            "Mean outcome of beneficiaries, with its 95% intervals; dotted lines: some of them start. The means of the comparison "
            "group are withheld: beside the effects they would tell of a few firms."
        )
    return exhibit(
        _means_over_time,
        voice,
        paths,
        drawn,
        starts,
        label="fig-paths",
        title=title,
        how=how + dots_in_words(voice, paths[drawn]),
        alt=_ends_in_words(voice, paths, drawn),
    )


def _ends_in_words(voice: Voice, paths: pd.DataFrame, drawn: list[str]) -> str:
    """Say where each line begins and ends, at the first and the last of its points that are known."""
    t, ends = voice.t, {}
    for group in drawn:
        known = paths[group].dropna().astype(float)
        for end, value in (("first", known.iloc[0]), ("last", known.iloc[-1])):
            ends[f"{group}_{end}"] = voice.amount(voice.study.outcome, value)
    if len(drawn) == len(GROUPS):
        return t(
            "Two lines over time. Beneficiaries begin at {treated_first} and end at {treated_last}; the comparison group begins at "
            "{comparison_first} and ends at {comparison_last}.",
            **ends,
        )
    first, last = ends.values()
    return t(
        "A line over time, which begins at {first} and ends at {last}.", first=first, last=last
    )


def _means_over_time(
    voice: Voice, paths: pd.DataFrame, drawn: list[str], starts: list[str], width: float
) -> "Canvas":
    study = voice.study
    ends: dict[str, float] = {}
    means = paths[drawn].to_numpy(float)
    errors = np.nan_to_num(paths[[f"{group}_std_error" for group in drawn]].to_numpy(float))
    reach = means + 1.96 * errors * np.array([[[1]], [[-1]]])
    unit = Unit.of(voice, study.outcome, float(np.nanmax(np.abs(means))))
    canvas, axes = sheet(width, HEIGHT)
    headed(canvas, width, f"{study.label(study.outcome)}, {unit.words}")
    for group in drawn:
        colour, line = GROUPS[group]
        mean, error = (paths[name].to_numpy(float) for name in (group, f"{group}_std_error"))
        x = np.flatnonzero(np.isfinite(mean))
        mean, error = mean[x], error[x]
        ends[group] = float(mean[-1])
        axes.fill_between(
            x, mean - 1.96 * error, mean + 1.96 * error, color=colour, alpha=0.15, linewidth=0
        )
        dots = "o" if len(x) < len(paths) else ""
        axes.plot(x, mean, color=colour, linewidth=2.0, linestyle=line, marker=dots, markersize=DOT)
    low, high = min(0.0, float(np.nanmin(reach))), float(np.nanmax(reach))
    value_axis(voice, axes, (low, high + 0.05 * (high - low)), unit=unit, along="y")
    labels = list(paths["time"].astype(str))
    for start in starts:
        if start in labels:
            axes.axvline(
                labels.index(start) - 0.5, color=GREY, linewidth=0.9, linestyle=(0, (1, 2))
            )
    period_axis(voice, axes, labels, width)
    places = apart(list(ends.values()), 0.14 * (high - low))
    name_groups(voice, axes, dict(zip(drawn, places, strict=True)), width)
    return canvas
