"""The one scale of effects, and effects by time since the start on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.estimate import Estimate
from impact.evaluation.parts import Impact
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    Unit,
    arrowheads,
    exhibit,
    headed,
    sheet,
    value_axis,
    zero_line,
)
from impact.reporting.figures.effects import since_start
from impact.reporting.style import (
    BAND,
    COMPARISON,
    PALE,
    TREATED,
)
from impact.reporting.voice import Voice
from impact.reporting.words.register import said_note

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

POOLED = 4  # periods averaged where single ones say nothing
REACH = 3.0  # half-lengths of the main interval that an axis of effects shows on either side


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
        events = [] if impact.event_study is None else [impact.event_study.table]
        frames = [*events, impact.estimators]
        axis = cls.of(
            voice, main, *frames, *([] if effect.intervals is None else [effect.intervals])
        )
        drawn = [impact.subgroups, *events]
        estimates = np.concatenate([frame["estimate"].to_numpy(float) for frame in drawn])
        points = estimates[np.isfinite(estimates)]  # an interval may leave the scale, no estimate
        slack = 0.03 * (axis.high - axis.low)
        return replace(
            axis,
            low=min([axis.low, *(point - slack for point in points)]),
            high=max([axis.high, *(point + slack for point in points)]),
        )

    @property
    def limits(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    def cuts(self, frame: pd.DataFrame, kind: str = "conf") -> "pd.Series[bool]":
        """Say which rows' intervals (``kind`` conf or band) go on beyond an end."""
        low, high = (frame[f"{kind}_{end}"].astype(float) for end in ("low", "high"))
        return (low < self.low) | (high > self.high)


def arrows_in_words(voice: Voice, rows: pd.DataFrame, axis: EffectAxis) -> str:
    """Say what arrowheads mean where the axis cuts intervals; nothing where it cuts none."""
    if not axis.cuts(rows).any():
        return ""
    return " " + voice.t("Arrows: the interval goes on beyond the figure.")


def event_study(voice: Voice, estimate: Estimate, axis: EffectAxis | None = None) -> Figure:
    """Draw effects by time since the start: bars one by one, the band as a line; pooled where single ones say nothing."""
    table = estimate.table.sort_values("event_time")
    axis = axis or EffectAxis.of(voice, _middle(table), table)
    pooled = pools(estimate)
    before = (table["event_time"] < -1).any()
    return exhibit(
        _events,
        voice,
        table,
        axis,
        pooled,
        label="fig-event-study",
        title=_event_title(voice, table),
        how=_event_words(voice, estimate, before=bool(before), pooled=bool(pooled))
        + arrows_in_words(voice, table, axis)
        + _hollow_arrows_in_words(voice, table, axis),
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
    bands = (table["band_low"].to_numpy(float), table["band_high"].to_numpy(float))
    arrowheads(axes, x, bands, axis.limits, colour=COMPARISON, along="y", hollow=True)
    for side, colour, face in ((x < 0, COMPARISON, "white"), (x >= 0, TREATED, TREATED)):
        low, high = (
            table[name].fillna(table["estimate"]).to_numpy(float)[side]
            for name in ("conf_low", "conf_high")
        )
        axes.vlines(x[side], low, high, color=colour, linewidth=1.5)
        axes.plot(x[side], value[side], "o", color=colour, markerfacecolor=face, markersize=4.5)
        arrowheads(axes, x[side], (low, high), axis.limits, colour=colour, along="y")
    since_start(voice, axes, x, width)
    return canvas


def _hollow_arrows_in_words(voice: Voice, table: pd.DataFrame, axis: EffectAxis) -> str:
    """Say that the band goes on where it alone is cut; nothing where intervals are cut wherever it is."""
    if not (axis.cuts(table, "band") & ~axis.cuts(table)).any():
        return ""
    return " " + voice.t("Hollow arrows: the dotted line goes on beyond the figure.")


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
