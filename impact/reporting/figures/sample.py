"""Figures on who is compared with whom: the flow of the sample, likeness before, who dropped out, who else was exposed."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.evaluation.contamination import Contamination
from impact.evaluation.sample_tables import remained
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    exhibit,
    headed,
    row_height,
    row_names,
    sheet,
    size,
    sized,
    zero_line,
)
from impact.reporting.style import COMPARISON, GREY, INK, PALE, TREATED, on_phone
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


def flow(voice: Voice, frame: pd.DataFrame) -> Figure:
    """Draw how many units remain from the file to the last period, by group (``stage, units, treated, comparison``)."""
    t, number = voice.t, voice.f.number
    last = frame.iloc[-1]
    left = remained(frame, "treated")
    return exhibit(
        _stages,
        voice,
        frame,
        label="fig-flow",
        title=t("How many firms remained at each step")
        if np.isnan(left)
        else t(
            "Of beneficiaries analysed, {treated} were seen in the last period",
            treated=voice.f.percent(100 * left, 0),
        ),
        how=t(
            "Firms at each step, from the data file to the last period, by group. Shares are of the firms in the analysis: those "
            "that never gave the outcome are in the file alone."
        ),
        alt=t(
            "Bars of firms remaining. {first} firms in the file; at the end {treated} beneficiaries and {other} firms "
            "of the comparison group.",
            first=number(float(frame.iloc[0]["units"])),
            treated=number(float(last["treated"])),
            other=number(float(last["comparison"])),
        ),
    )


def _stages(voice: Voice, frame: pd.DataFrame, width: float) -> "Canvas":
    t, number = voice.t, voice.f.number
    treated, other = (
        frame[n].astype(float).fillna(0).to_numpy() for n in ("treated", "comparison")
    )
    whole = np.where(treated + other > 0, 0.0, frame["units"].to_numpy(float))
    most = float(frame["units"].max())
    canvas, axes = sheet(width, 0.6 + (row_height(width) + 0.1) * len(frame))
    y = row_names(axes, width, [said(t, "stage", stage) for stage in frame["stage"]])
    y = y - (0.12 if on_phone(width) else 0)
    height = 0.32 if on_phone(width) else 0.62
    axes.barh(y, treated, color=TREATED, height=height)
    axes.barh(
        y, other, left=treated, color="white", edgecolor=COMPARISON, hatch="////", height=height,
        linewidth=0.8,
    )  # fmt: skip
    axes.barh(y, whole, color=PALE, height=height)
    axes.set_xlim(0, most * 1.02)
    points, box = size(width, 8.5), {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    for at, a, b, total in zip(y, treated, other, whole, strict=True):
        if total:
            axes.text(total / 2, at, number(total), ha="center", va="center", fontsize=points)
            continue
        axes.text(a / 2, at, number(a), ha="center", va="center", color="white", fontsize=points)
        axes.text(
            a + b / 2, at, number(b), ha="center", va="center", color=INK, fontsize=points, bbox=box
        )
    _named_groups(voice, axes, width)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return canvas


def _named_groups(voice: Voice, axes: "Axes", width: float) -> None:
    """Name both groups under the last bar, each in its colour, so that no legend is needed."""
    t, points = voice.t, size(width, 8.5)
    axes.annotate(
        t("Beneficiaries"), (0, 0), (0, -3), xycoords="axes fraction", textcoords="offset points",
        va="top", weight="semibold", fontsize=points, color=TREATED,
    )  # fmt: skip
    axes.annotate(
        t("Comparison group"), (1, 0), (0, -3), xycoords="axes fraction", textcoords="offset points",
        ha="right", va="top", weight="semibold", fontsize=points, color=GREY,
    )  # fmt: skip


def love_plot(
    voice: Voice, baseline: pd.DataFrame, *, label: str = "fig-balance", small: bool = False
) -> Figure | None:
    """Draw differences before the start in standard deviations (``characteristic, level, normalised_difference``).

    None where no difference is known.

    A column ``weighted_difference``, where there is one, is drawn beside: the same after weighting.
    """
    t, f = voice.t, voice.f
    limit = voice.study.plan.limits.imbalance
    rows = baseline[baseline["normalised_difference"].notna()]
    if rows.empty:
        return None
    order = rows["normalised_difference"].abs().argsort(kind="stable").to_numpy()[::-1]
    rows = rows.iloc[order].reset_index(drop=True)
    beyond = int((rows["normalised_difference"].abs() > limit).sum())
    return exhibit(
        _differences,
        voice,
        rows,
        limit,
        small=small,
        label=label,
        title=t(
            "Characteristics that differed before the start: {n} of {total}",
            n=f.number(beyond),
            total=f.number(len(rows)),
        ),
        how=t(
            "Beneficiaries less comparison group, in standard deviations. Dashed lines: {limit}, beyond which groups are called "
            "unlike; filled: beyond it.",
            limit=f.number(limit, 2),
        )
        + _of_weights(voice, rows),
        alt=t(
            "Characteristics that differ by more than {limit} standard deviations: {n} of {total}; the largest by {largest}.",
            n=f.number(beyond),
            total=f.number(len(rows)),
            limit=f.number(limit, 2),
            largest=f.number(float(rows["normalised_difference"].iloc[0]), 2),
        ),
    )


def _of_weights(voice: Voice, rows: pd.DataFrame) -> str:
    """Say what the crosses are, where there are any."""
    if "weighted_difference" not in rows:
        return ""
    words = voice.t(
        "Crosses: what is left when the comparison group's firms are weighted to be like the beneficiaries."
    )
    return f" {words}"


def _differences(voice: Voice, rows: pd.DataFrame, limit: float, width: float) -> "Canvas":
    t, f, study = voice.t, voice.f, voice.study
    value = rows["normalised_difference"].to_numpy(float)
    reach = 1.15 * max(float(np.abs(value).max()), 1.6 * limit)
    canvas, axes = sheet(width, 0.55 + row_height(width) * (len(rows) + 1))
    headed(canvas, width, t("Beneficiaries less comparison group, standard deviations"))
    names = [
        f"{study.label(name)}: {voice.level(name, level)}" if level else study.label(name)
        for name, level in zip(rows["characteristic"], rows["level"], strict=True)
    ]
    y = row_names(axes, width, names)
    ticks = [-2 * limit, -limit, 0.0, limit, 2 * limit]
    ticks = [one for one in ticks if abs(one) <= reach]
    axes.set_xticks(ticks, [f.ticks()(one, None) for one in ticks])
    axes.set_xlim(-reach, reach)
    zero_line(axes, "x")
    for end in (-limit, limit):
        axes.axvline(end, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.hlines(y, 0, value, color=PALE, linewidth=1.2)
    beyond = np.abs(value) > limit
    axes.plot(value[beyond], y[beyond], "o", color=TREATED, markersize=6)
    inside = ~beyond
    axes.plot(value[inside], y[inside], "o", color=TREATED, markerfacecolor="white", markersize=6)
    if "weighted_difference" in rows:
        axes.plot(rows["weighted_difference"], y, "x", color=INK, markersize=5)
    sized(axes, width)
    return canvas


def attrition(voice: Voice, frame: pd.DataFrame, *, small: bool = False) -> Figure | None:
    """Draw the share of each group still seen at the end, of the flow's frame; None unless both are known."""
    t, f = voice.t, voice.f
    groups = ((t("Beneficiaries"), "treated"), (t("Comparison group"), "comparison"))
    rows = [(name, remained(frame, key)) for name, key in groups]
    if np.isnan([share for _, share in rows]).any():
        return None
    points = f.number(100 * abs(rows[0][1] - rows[1][1]), 0)
    return exhibit(
        _shares,
        voice,
        rows,
        0,
        small=small,
        label="fig-attrition",
        title=t("Both groups were followed to the end alike")
        if abs(rows[0][1] - rows[1][1]) <= voice.study.plan.limits.attrition
        else t("Following to the end differed by {n} points", n=points),
        how=t("Share of each group still seen in the last period."),
        alt=t(
            "{treated} of beneficiaries and {other} of the comparison group are seen at the end.",
            treated=f.percent(100 * rows[0][1], 0),
            other=f.percent(100 * rows[1][1], 0),
        ),
    )


def exposure(voice: Voice, found: Contamination, *, small: bool = False) -> Figure | None:
    """Draw the share of the comparison group that met each activity; None where no share may be shown."""
    t, f, study = voice.t, voice.f, voice.study
    shown = found.activities.dropna(subset=["share"])
    if shown.empty:
        return None
    rows = [
        (study.label(a), float(s)) for a, s in zip(shown["activity"], shown["share"], strict=True)
    ]
    if found.any_share is not None:
        rows.insert(0, (t("Any of them"), found.any_share))
    share = f.percent(100 * max(one for _, one in rows), 0)
    return exhibit(
        _shares,
        voice,
        rows,
        None,
        small=small,
        label="fig-exposure",
        title=t("{share} of the comparison group met an activity", share=share),
        how=t(
            "Share of the {n} firms of the comparison group, by activity.",
            n=f.number(found.n_comparison),
        ),
        alt=t("Bars by activity; the longest is {share}.", share=share),
    )


def _shares(
    voice: Voice, rows: list[tuple[str, float]], teal: int | None, width: float
) -> "Canvas":
    """Draw shares of a whole as bars with their values behind; that of beneficiaries in teal."""
    canvas, axes = sheet(width, 0.25 + row_height(width) * len(rows) + 0.08 * len(rows))
    narrow = on_phone(width)
    y = row_names(axes, width, [name for name, _ in rows], bold=0) - (0.1 if narrow else 0)
    height = 0.3 if narrow else 0.55
    axes.barh(y, 1.0, color="white", edgecolor=PALE, linewidth=0.7, height=height)
    for i, (_, share) in enumerate(rows):
        first = i == teal
        axes.barh(
            y[i], share, color=TREATED if first else "white", height=height,
            edgecolor=TREATED if first else COMPARISON, hatch=None if first else "////",
        )  # fmt: skip
        axes.annotate(
            voice.f.percent(100 * share, 0), (1.0, y[i]), (5, 0), textcoords="offset points",
            va="center", fontsize=size(width, 9.0), annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(0, 1.001)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return canvas
