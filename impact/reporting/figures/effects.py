"""Figures on the effect: with and without the programme, both groups over time, effects by time since the start."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.estimate import Estimate
from impact.evaluation.counterfactual import Counterfactual
from impact.evaluation.parts import Impact
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    Unit,
    apart,
    exhibit,
    headed,
    rounds,
    sheet,
    size,
    sized,
    value_axis,
    wrapped,
    zero_line,
)
from impact.reporting.style import (
    BAND,
    COMPARISON,
    DASHES,
    GREY,
    NARROW,
    PALE,
    TREATED,
)
from impact.reporting.voice import Voice
from impact.reporting.words.register import said_note

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

POOLED = 4  # periods averaged where single ones say nothing
REACH = 3.0  # half-lengths of the main interval that an axis of effects shows on either side
MOSTLY = 0.75  # share of periods from which a line is said to be above another


def rounded(value: float, gain: float) -> float:
    """Round a mean to what the size of the gain supports: 57,041 to 57,000 where the gain is 8,958."""
    if not gain or not math.isfinite(gain):
        return value
    step = 10.0 ** math.floor(math.log10(abs(gain)))
    step = step / 10 if abs(gain) / step < 3 else step
    return round(value / step) * step


def actual_against_counterfactual(voice: Voice, found: Counterfactual) -> Figure:
    """Draw beneficiaries' outcome by time since the start beside what it would have been, the gap shaded."""
    t, outcome = voice.t, voice.study.outcome
    ends = {
        name: voice.amount(outcome, rounded(value, found.gain))
        for name, value in (("actual", found.actual), ("without", found.without))
    }
    after = found.path[found.path["event_time"] >= 0]
    ahead = float((after["actual"] > after["without"]).mean())
    return exhibit(
        lambda width: _two_lines(voice, found, ends, width),
        label="fig-counterfactual",
        title=t("After the start, beneficiaries were ahead of what was expected")
        if ahead >= MOSTLY
        else t("After the start, beneficiaries were behind what was expected")
        if ahead <= 1 - MOSTLY
        else t("After the start, beneficiaries stayed near what was expected"),
        how=t(
            "The dashed line is what beneficiaries would have had, had their outcome moved like that of the comparison group. "
            "The shaded gap is the effect."
        ),
        alt=t(
            "Two lines by periods since the start. After it beneficiaries average {actual}; without the programme it would have "
            "been {without}.",
            **ends,
        ),
    )


def _two_lines(voice: Voice, found: Counterfactual, ends: dict[str, str], width: float) -> "Canvas":
    study, path = voice.study, found.path
    x, actual, without = (
        path[name].to_numpy(float) for name in ("event_time", "actual", "without")
    )
    values = np.concatenate([actual, without])
    spread = float(np.nanmax(values) - np.nanmin(values)) or 1.0
    limits = (float(np.nanmin(values)) - 0.12 * spread, float(np.nanmax(values)) + 0.12 * spread)
    unit = Unit.of(voice, study.outcome, float(np.abs(values).max()))
    canvas, axes = sheet(width, 3.0)
    headed(canvas, width, f"{study.label(study.outcome)}, {unit.words}")
    after = x >= -1
    axes.fill_between(x[after], without[after], actual[after], color=BAND, linewidth=0)
    axes.plot(x[~(x >= 0)], without[~(x >= 0)], color=PALE, linewidth=1.0, linestyle=DASHES)
    axes.plot(x[after], without[after], color=COMPARISON, linewidth=2.0, linestyle=DASHES)
    axes.plot(x, actual, color=TREATED, linewidth=2.4)
    value_axis(voice, axes, limits, unit=unit, along="y")
    since_start(voice, axes, x, width)
    _gain(voice, axes, found, width)
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
    name = wrapped(name, 13 if width < NARROW else 20)
    place: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "textcoords": "offset points",
        "ha": "left",
    }
    axes.annotate(
        name, (1, y), (6, 1), va="bottom", weight="semibold", fontsize=points, color=colour, **place
    )
    axes.annotate(value, (1, y), (6, 0), va="top", fontsize=points, color=colour, **place)


def _gain(voice: Voice, axes: "Axes", found: Counterfactual, width: float) -> None:
    after = found.path[found.path["event_time"] >= 0]
    if after.empty:
        return
    gap = (after["actual"] - after["without"]).to_numpy(float)
    inner = slice(1, -1) if len(after) > 2 else slice(None)
    widest = int(np.argmax(np.sign(found.gain or 1.0) * gap[inner])) + (len(after) > 2)
    row = after.iloc[widest]
    text = voice.amount(voice.study.outcome, rounded(found.gain, found.gain))
    text = f"+{text}" if found.gain > 0 else text
    axes.annotate(
        text,
        (float(row["event_time"]), float(row["actual"] + row["without"]) / 2),
        ha="center",
        va="center",
        fontsize=size(width, 10.5),
        weight="semibold",
        color=TREATED,
    )


def since_start(voice: Voice, axes: "Axes", x: Floats, width: float) -> None:
    """Set the axis of periods since the start, with the start marked."""
    t = voice.t
    low, high = float(x.min()), float(x.max())
    most = 6 if width < NARROW else 10
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


def raw_paths(voice: Voice, paths: pd.DataFrame, *, starts: list[str]) -> Figure:
    """Draw mean outcomes of both groups over time, and when treatment began."""
    t, outcome = voice.t, voice.study.outcome
    first, last = paths.iloc[0], paths.iloc[-1]
    return exhibit(
        lambda width: _both_groups(voice, paths, starts, width),
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
    study, t = voice.study, voice.t
    x, ends = np.arange(len(paths), dtype=float), []
    means = paths[["treated", "comparison"]].to_numpy(float)
    reach = means + 1.96 * np.nan_to_num(
        paths[["treated_std_error", "comparison_std_error"]].to_numpy(float)
    ) * np.array([[[1]], [[-1]]])
    unit = Unit.of(voice, study.outcome, float(np.nanmax(np.abs(means))))
    canvas, axes = sheet(width, 3.0)
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
    step = max(1, -(-len(labels) // (3 if width < NARROW else 7)))
    at = range(0, len(labels), step)
    axes.set_xticks(list(at), [voice.f.time(labels[i]) for i in at])
    axes.set_xlim(-0.4, len(labels) - 0.6)
    sized(axes, width)
    names = (t("Beneficiaries"), t("Comparison group"))
    for name, y, colour in zip(
        names, apart(ends, 0.14 * (high - low)), (TREATED, GREY), strict=True
    ):
        axes.annotate(
            wrapped(name, 12 if width < NARROW else 20),
            (1, y),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            weight="semibold",
            fontsize=size(width, 9.0),
            color=colour,
        )
    return canvas


@dataclass(frozen=True)
class EffectAxis:
    """The one scale on which effects of an outcome are drawn: over time, by estimator, by inference."""

    low: float
    high: float
    unit: Unit

    @classmethod
    def of(
        cls, voice: Voice, main: tuple[float, float, float], *frames: pd.DataFrame
    ) -> "EffectAxis":
        """Reach over every interval of ``frames``, but no further than three half-lengths of the main one beyond it.

        Parameters
        ----------
        main : tuple of float
            Estimate, lower and upper end of the headline.
        """
        values = np.concatenate(
            [[0.0, *main], *(f[["conf_low", "conf_high"]].to_numpy(float).ravel() for f in frames)]
        )
        values = values[np.isfinite(values)]
        ends = [one for one in main[1:] if math.isfinite(one)]
        half = (max(ends) - min(ends)) / 2 if len(ends) == 2 else float(np.ptp(values)) / 2
        low = max(values.min(), min(0.0, main[0]) - REACH * half)
        high = min(values.max(), max(0.0, main[0]) + REACH * half)
        slack = 0.03 * ((high - low) or 1.0)
        largest = max(abs(low), abs(high))
        return cls(low - slack, high + slack, Unit.of(voice, voice.study.outcome, largest))

    @classmethod
    def of_impact(cls, voice: Voice, impact: Impact) -> "EffectAxis":
        """Reach over the headline's effects over time, by estimator and by inference, so that all are drawn on one scale."""
        effect = impact.effects[0]
        main = (effect.verdict.estimate, effect.verdict.conf_low, effect.verdict.conf_high)
        frames = [impact.event_study.table, impact.estimators]
        return cls.of(
            voice, main, *frames, *([] if effect.intervals is None else [effect.intervals])
        )

    @property
    def limits(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high


def event_study(voice: Voice, estimate: Estimate, axis: EffectAxis | None = None) -> Figure:
    """Draw effects by time since the start: bars one by one, the band as a line; pooled where single ones say nothing."""
    table = estimate.table.sort_values("event_time")
    axis = axis or EffectAxis.of(voice, _middle(table), table)
    pooled = pools(estimate)
    before = (table["event_time"] < -1).any()
    return exhibit(
        lambda width: _events(voice, table, axis, pooled, width),
        label="fig-event-study",
        title=_event_title(voice, table),
        how=_event_words(voice, estimate, before=bool(before), pooled=bool(pooled)),
        alt=_event_alt(voice, table),
    )


def _middle(table: pd.DataFrame) -> tuple[float, float, float]:
    after = table[table["event_time"] >= 0]
    value, low, high = (float(after[n].mean()) for n in ("estimate", "conf_low", "conf_high"))
    return value, low, high


@dataclass(frozen=True)
class Pool:
    """The average effect of several periods after the start, with its clustered interval."""

    first: float
    last: float
    estimate: float
    half: float


def pools(estimate: Estimate) -> list[Pool]:
    """Average effects after the start by fours where most single intervals include zero; none where they say something."""
    table = estimate.table
    after = np.flatnonzero((table["event_time"] >= 0).to_numpy())
    include = (table["conf_low"] <= 0) & (table["conf_high"] >= 0)
    if len(after) < 2 * POOLED or include.iloc[after].mean() <= 0.5:
        return []
    after = after[np.argsort(table["event_time"].to_numpy(float)[after])]
    found = []
    for begin in range(0, len(after) - POOLED + 1, POOLED):
        rows = after[begin : begin + POOLED]
        variance = float(np.asarray(estimate.vcov)[np.ix_(rows, rows)].mean())
        times = table["event_time"].iloc[rows]
        half = float(estimate.critical_value) * math.sqrt(variance)
        value = float(table["estimate"].iloc[rows].mean())
        found.append(Pool(float(times.min()), float(times.max()), value, half))
    return found


def _events(
    voice: Voice, table: pd.DataFrame, axis: EffectAxis, pooled: Sequence[Pool], width: float
) -> "Canvas":
    t = voice.t
    x, value = table["event_time"].to_numpy(float), table["estimate"].to_numpy(float)
    canvas, axes = sheet(width, 3.0)
    headed(canvas, width, t("Effect, {unit}", unit=axis.unit.words))
    value_axis(voice, axes, axis.limits, unit=axis.unit, along="y")
    zero_line(axes, "y")
    for pool in pooled:
        ends = [pool.first - 0.4, pool.last + 0.4]
        axes.fill_between(
            ends, pool.estimate - pool.half, pool.estimate + pool.half, color=BAND, linewidth=0
        )
        axes.plot(ends, [pool.estimate] * 2, color=TREATED, linewidth=1.6, zorder=1.8)
    for end in ("band_low", "band_high"):
        for side in (x < -1, x >= 0):
            band = table[end].to_numpy(float)[side]
            axes.plot(x[side], band, color=PALE, linewidth=0.9, linestyle=(0, (1, 1.5)))
    for side, colour, face in ((x < 0, COMPARISON, "white"), (x >= 0, TREATED, TREATED)):
        low, high = (
            table[name].fillna(table["estimate"]).to_numpy(float)[side]
            for name in ("conf_low", "conf_high")
        )
        axes.vlines(x[side], low, high, color=colour, linewidth=1.5)
        axes.plot(x[side], value[side], "o", color=colour, markerfacecolor=face, markersize=4.5)
    since_start(voice, axes, x, width)
    return canvas


def _event_title(voice: Voice, table: pd.DataFrame) -> str:
    t = voice.t
    sides = {}
    for name, rows in (
        ("before", table[table["event_time"] < -1]),
        ("after", table[table["event_time"] >= 0]),
    ):
        sides[name] = int(((rows["conf_low"] > 0) | (rows["conf_high"] < 0)).sum())
    n_before = int((table["event_time"] < -1).sum())
    if n_before and sides["before"] == 0:
        return (
            t("No single period before the start differs from zero")
            if sides["after"] == 0
            else t("Near zero before the start, some effects after it")
        )
    return t("Effects by time since the start")


def _event_words(voice: Voice, estimate: Estimate, *, before: bool, pooled: bool) -> str:
    """How to read the marks, and by which inference where it is not the clustered one."""
    t = voice.t
    words = [
        t(
            "Effects against the last period before the start. Hollow: before it, where they should be near zero. Bars: one "
            "period at a time; dotted line: all at once."
        )
        if before
        else t(
            "Effects against the only period before the start: whether the groups moved alike before it cannot be examined. "
            "Bars: one period at a time; dotted line: all at once."
        )
    ]
    if pooled:
        words.append(t("Boxes: four periods pooled, with their clustered interval."))
    notes = [note for note in estimate.notes if note.startswith("by_permutation:")]
    return " ".join([*words, *(said_note(t, note) for note in notes)])


def _event_alt(voice: Voice, table: pd.DataFrame) -> str:
    before, after = (
        table.loc[side, "estimate"] for side in (table["event_time"] < -1, table["event_time"] >= 0)
    )
    values = {
        "after": voice.amount(voice.study.outcome, float(after.mean())),
        "largest": voice.amount(voice.study.outcome, float(after.max())),
    }
    if before.dropna().empty:
        return voice.t(
            "Points by period since treatment. They average {after}, the largest being {largest}; there is none before it.",
            **values,
        )
    return voice.t(
        "Points by period since treatment. Before it they average {before}; after it they average {after}, the largest "
        "being {largest}.",
        before=voice.amount(voice.study.outcome, float(before.mean())),
        **values,
    )
