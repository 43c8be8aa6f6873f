"""Forests: estimates with their intervals, one a row, on the one scale of effects."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.evaluation.elsewhere import PublishedEffect
from impact.evaluation.parts import OutcomeEffect
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    Unit,
    arrowheads,
    exhibit,
    headed,
    row_height,
    row_names,
    sheet,
    sized,
    value_axis,
    zero_line,
)
from impact.reporting.figures.event_times import EffectAxis, arrows_in_words
from impact.reporting.style import BAND, COMPARISON, TREATED, on_phone
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


def estimators(
    voice: Voice,
    rows: pd.DataFrame,
    axis: EffectAxis,
    *,
    label: str = "fig-side-by-side",
    small: bool = False,
    choices: bool = False,
) -> Figure:
    """Draw estimates side by side (``words, estimate, conf_low, conf_high``), the main one first.

    They differ in the estimator alone, or with ``choices`` in samples, comparisons and scales too.
    """
    t, outcome = voice.t, voice.study.outcome
    shown = rows.dropna(subset=["estimate"]).reset_index(drop=True)
    value = shown["estimate"].to_numpy(float)
    same = int((value[1:] * value[0] > 0).sum())
    return exhibit(
        _forest,
        voice,
        shown,
        axis,
        0,
        small=small,
        label=label,
        title=_shared_direction(voice, same, len(value) - 1, choices=choices),
        how=t(
            "Estimates with their clustered {level} intervals; shaded: the main one's.",
            level=voice.confidence,
        )
        + arrows_in_words(voice, shown, axis),
        alt=t(
            "{n} estimates with intervals, from {low} to {high}; the main one is {main}.",
            n=len(shown),
            low=voice.amount(outcome, float(value.min())),
            high=voice.amount(outcome, float(value.max())),
            main=voice.amount(outcome, float(value[0])),
        ),
    )


def _shared_direction(voice: Voice, same: int, n: int, *, choices: bool) -> str:
    t, counted = voice.t, {"same": voice.f.number(same), "n": voice.f.number(n)}
    if choices:
        if same == n:
            return t("All other ways share the main one's direction")
        return t("{same} of {n} other ways share the main one's direction", **counted)
    if same == n:
        return t("All other estimators share the main one's direction")
    return t("{same} of {n} other estimators share the main one's direction", **counted)


def inferences(voice: Voice, effect: OutcomeEffect, axis: EffectAxis) -> Figure | None:
    """Draw the headline with the interval of every inference, hollow where one fails on this design; None without any."""
    if effect.intervals is None:
        return None
    t, found = voice.t, effect.intervals
    held = set(found["inference"]) if effect.design is None else _held(effect)
    first = found["inference"] == effect.verdict.believed
    rows = pd.concat([found[first], found[~first]]).reset_index(drop=True)
    rows = rows.assign(
        estimate=effect.verdict.estimate,
        words=[said(t, "short_inference", name) for name in rows["inference"]],
        holds=[name in held for name in rows["inference"]],
    )
    include = ((rows["conf_low"] <= 0) & (rows["conf_high"] >= 0)).sum()
    return exhibit(
        _forest,
        voice,
        rows,
        axis,
        0,
        label="fig-intervals",
        title=t(
            "Zero lies inside {n} of {total} intervals",
            n=voice.f.number(int(include)),
            total=voice.f.number(len(rows)),
        ),
        how=t(
            "The same effect with the {level} interval of every inference, the one to believe first. Hollow: those that find "
            "an effect too often where there is none.",
            level=voice.confidence,
        )
        + arrows_in_words(voice, rows, axis),
        alt=t(
            "{n} intervals of one estimate; {include} of them hold zero.",
            n=voice.f.number(len(rows)),
            include=voice.f.number(int(include)),
        ),
    )


def _held(effect: OutcomeEffect) -> set[str]:
    """Inferences whose coverage is within a Monte Carlo error of the level in every process that counts."""
    assert effect.design is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    rows = effect.design.headline
    every = rows.groupby("inference")["holds_within_error"].all()
    return {*effect.design.holding, *every.index[every]}


def forest_of_subgroups(voice: Voice, subgroups: pd.DataFrame, axis: EffectAxis) -> Figure | None:
    """Draw the effect in each subgroup named in the plan; None where none has enough beneficiaries to be shown."""
    t, study = voice.t, voice.study
    shown = subgroups.dropna(subset=["estimate"]).reset_index(drop=True)
    if shown.empty:
        return None
    shown["words"] = [
        t(
            "{what}: {level} ({n})",
            what=study.label(row["subgroup"]),
            level=voice.level(row["subgroup"], row["level"]),
            n=voice.f.number(row["n_treated"]),
        )
        for row in shown.to_dict("records")
    ]
    above = int((shown["conf_low"] > 0).sum() + (shown["conf_high"] < 0).sum())
    return exhibit(
        _forest,
        voice,
        shown,
        axis,
        None,
        label="fig-subgroups",
        title=t("No subgroup's interval excludes zero")
        if above == 0
        else t(
            "{n} of {total} subgroups' intervals exclude zero",
            n=voice.f.number(above),
            total=voice.f.number(len(shown)),
        ),
        how=t("Effect in each subgroup named in the plan; in brackets, beneficiaries in it.")
        + arrows_in_words(voice, shown, axis),
        alt=t(
            "{n} subgroups with intervals, from {low} to {high}.",
            n=voice.f.number(len(shown)),
            low=voice.amount(study.outcome, float(shown["estimate"].min())),
            high=voice.amount(study.outcome, float(shown["estimate"].max())),
        ),
    )


def effects_elsewhere(
    voice: Voice, own: tuple[float, float, float], published: Sequence[PublishedEffect]
) -> Figure | None:
    """Draw the study's effect in percent (estimate, low, high) above the published ones; None where none has a figure."""
    t, language = voice.t, voice.study.plan.language
    figures = [one for one in published if one.low is not None or one.estimate is not None]
    if not figures:
        return None
    rows = pd.DataFrame(
        [
            {"words": t("This study"), "estimate": own[0], "conf_low": own[1], "conf_high": own[2]},
            *(
                {
                    "words": f"{one.name.in_language(language)}: {one.outcome.in_language(language)}",
                    "estimate": one.estimate,
                    "conf_low": one.low,
                    "conf_high": one.high,
                }
                for one in figures
            ),
        ]
    ).astype({"estimate": float, "conf_low": float, "conf_high": float})
    ends = rows[["estimate", "conf_low", "conf_high"]].to_numpy(float)
    ends = ends[np.isfinite(ends)]
    slack = 0.05 * float(max(ends.max(), 0) - min(ends.min(), 0))
    axis = EffectAxis(
        min(float(ends.min()), 0.0) - slack, float(ends.max()) + slack, Unit(1.0, t("percent"))
    )
    low, high = rows["estimate"].min(), rows["estimate"].max()
    return exhibit(
        _forest,
        voice,
        rows,
        axis,
        0,
        label="fig-elsewhere",
        title=t("This study's interval beside published effects"),
        how=t(
            "Effects in percent of what would have been without each programme. A bar without a point is a published range; a "
            "point without a bar, an estimate published without its interval."
        ),
        alt=t(
            "{n} published effects beside this study's; estimates reach from {low} to {high}.",
            n=voice.f.number(len(figures)),
            low=voice.f.percent(float(low)),
            high=voice.f.percent(float(high)),
        ),
    )


def _forest(
    voice: Voice, rows: pd.DataFrame, axis: EffectAxis, marked: int | None, width: float
) -> "Canvas":
    """Draw rows (``words, estimate, conf_low, conf_high`` and ``holds`` where some do not), the marked one's reach shaded."""
    canvas, axes = sheet(width, 0.55 + row_height(width) * (len(rows) + 1))
    headed(canvas, width, voice.t("Effect, {unit}", unit=axis.unit.words))
    value_axis(
        voice, axes, axis.limits, unit=axis.unit, along="x", most=4 if on_phone(width) else 6
    )
    y = row_names(axes, width, list(rows["words"]), bold=marked)
    zero_line(axes, "x")
    for i, row in enumerate(rows.to_dict("records")):
        main = marked is None or i == marked
        if i == marked:
            ends = np.clip([row["conf_low"], row["conf_high"]], *axis.limits)
            if np.isfinite(ends).all():
                axes.axvspan(*ends, color=BAND, alpha=0.55, linewidth=0, zorder=0.5)
        draw_interval(axes, axis, row, float(y[i]), TREATED if main else COMPARISON)
    sized(axes, width)
    return canvas


def draw_interval(
    axes: "Axes", axis: EffectAxis, row: Mapping[Any, Any], y: float, colour: str
) -> None:
    """Draw one interval: hollow where it does not hold, an arrowhead where the axis cuts it, no point where there is none."""
    low, high = (float(row[name]) for name in ("conf_low", "conf_high"))
    holds = bool(row.get("holds", True))
    line = "-" if holds else (0, (2, 1.5))
    if low == low and high == high:  # noqa: PLR0124 (NaN: an estimate published alone)
        ends = np.clip([low, high], *axis.limits)
        axes.plot(ends, [y, y], color=colour, linewidth=1.8 if holds else 1.2, linestyle=line)
        arrowheads(
            axes,
            np.array([y]),
            (np.array([low]), np.array([high])),
            axis.limits,
            colour=colour,
            along="x",
        )
    value = float(row["estimate"])
    if axis.low <= value <= axis.high:
        face = colour if holds else "white"
        axes.plot([value], [y], "o", color=colour, markerfacecolor=face, markersize=5.5)
