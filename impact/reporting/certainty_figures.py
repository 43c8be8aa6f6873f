"""Figures on how sure the answer is: power of the design, and the curve of specifications."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.check_result import SMALL_P
from impact.diagnostics.design import DesignCheck
from impact.diagnostics.honest import HonestResult
from impact.diagnostics.specification_curve import SpecificationCurve, dimensions
from impact.reporting.exhibits import Figure
from impact.reporting.style import COMPARISON, FULL_WIDTH, GREY, INK, TREATED, figure_style
from impact.reporting.voice import Voice
from impact.reporting.words.register import REGISTER, said
from impact.terms import POWER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BESIDE = (
    "permutation",
    "clustered",
)  # drawn beside the recommended inference: the first that is another


def power_curve(voice: Voice, design: DesignCheck, names: dict[str, str]) -> Figure:
    """Draw how often such a study would find an effect of each size, by the recommended and the usual interval."""
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import FuncFormatter, PercentFormatter

    t, outcome = voice.t, voice.study.outcome
    found = float(design.chosen["smallest_detectable"])
    power = design.power[design.power["estimator"] == design.estimator]
    with figure_style():
        canvas = Canvas(figsize=(FULL_WIDTH, 3.0), layout="constrained")
        axes = canvas.subplots()
        beside = next(name for name in BESIDE if name != design.recommended)
        for name, colour in ((design.recommended, TREATED), (beside, COMPARISON)):
            rows = power[power["inference"] == name]
            axes.plot(rows["effect"], rows["power"], color=colour, linewidth=1.7, label=names[name])
        axes.axhline(POWER, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.axhline(1 - design.level, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
        if np.isfinite(found):
            axes.plot([found, found], [0, POWER], color=INK, linewidth=1)
            axes.annotate(
                voice.amount(outcome, found),
                (found, 0),
                xytext=(5, 8),
                textcoords="offset points",
                fontsize=9,
            )
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.xaxis.set_major_formatter(FuncFormatter(voice.f.ticks()))
        axes.set_xlabel(f"{t('True effect')} ({voice.study.unit(outcome)})")
        axes.set_ylabel(t("Studies that would find it"))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=1, fontsize=8)
        return Figure.from_matplotlib(
            canvas,
            label="fig-power",
            caption=t(
                "Share of studies of this design that would find an effect, by its true size; simulated from these data. "
                "Dashed: 80%. Dotted: the share that would find one where there is none."
            ),
            alt=t(
                "A rising curve. It reaches 80% at {effect}.", effect=voice.amount(outcome, found)
            )
            if np.isfinite(found)
            else t("A curve that never reaches 80%."),
        )


def honest_bounds(voice: Voice, results: Sequence[HonestResult]) -> Figure:
    """Draw the intervals under each restriction on trends, the one for parallel trends first."""
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import FuncFormatter

    t, study = voice.t, voice.study
    words = {
        "relative_magnitudes": t("Largest step before treatment, times"),
        "relative_smoothness": t("Largest bend before treatment, times"),
        "smoothness": t("Bend a period, in standard errors"),
    }
    with figure_style():
        canvas = Canvas(figsize=(FULL_WIDTH, 3.1), layout="constrained")
        panels = canvas.subplots(1, len(results), squeeze=False)[0]
        for axes, result in zip(panels, results, strict=True):
            values = list(result.table["value"])
            ends = [
                result.original,
                *zip(result.table["conf_low"], result.table["conf_high"], strict=True),
            ]
            for x, (low, high) in enumerate(ends):
                colour = COMPARISON if x == 0 else TREATED
                axes.plot([x, x], [low, high], color=colour, linewidth=2.2, solid_capstyle="butt")
            axes.axhline(0, color=INK, linewidth=0.8)
            ticks = [t("parallel"), *(voice.f.number(value, 2) for value in values)]
            axes.set_xticks(range(len(ends)), ticks, fontsize=8)
            axes.set_xlim(-0.6, len(ends) - 0.4)
            axes.grid(visible=False, axis="x")
            axes.yaxis.set_major_formatter(FuncFormatter(voice.f.ticks()))
            axes.set_xlabel(words[result.restriction.kind])
        panels[0].set_ylabel(f"{t('Effect')} ({study.unit(study.outcome)})")
        first = results[0]
        return Figure.from_matplotlib(
            canvas,
            label="fig-honest",
            caption=t(
                "{level} intervals of the average effect if trends had parted after treatment by so much (Rambachan and Roth "
                "2023); blue: if they were parallel.",
                level=voice.confidence,
            ),
            alt=t(
                "Vertical intervals that widen to the right. With parallel trends {span}; zero is inside from {breakdown} on.",
                span=voice.span(study.outcome, *first.original),
                breakdown=voice.f.number(first.breakdown, 2),
            ),
        )


def specification_curve(voice: Voice, curve: SpecificationCurve) -> Figure:
    """Draw every specification's statistic in order, and below which choices it makes."""
    from matplotlib.figure import Figure as Canvas

    t = voice.t
    table = curve.table.sort_values("statistic", kind="stable").reset_index(drop=True)
    rows = [
        (dimension, value)
        for dimension in dimensions(table)
        for value in sorted(table[dimension].unique(), key=str)
    ]
    with figure_style():
        canvas = Canvas(figsize=(FULL_WIDTH, 2.3 + 0.16 * len(rows)), layout="constrained")
        upper, lower = canvas.subplots(
            2, 1, sharex=True, height_ratios=[2.0, 0.16 * len(rows) + 0.2]
        )
        _statistics(voice, upper, table)
        _choices(voice, lower, table, rows)
        return Figure.from_matplotlib(
            canvas,
            label="fig-specifications",
            caption=t(
                "{n} specifications in order of their t statistic (effect over standard error). Red: beyond 95% of what other "
                "firms of the same strata give. Below: which choices each one makes.",
                n=voice.f.number(len(table)),
            ),
            alt=t(
                "A rising line of {n} statistics from {low} to {high}, with marks below for the choices.",
                n=voice.f.number(len(table)),
                low=voice.f.number(float(table["statistic"].min()), 1),
                high=voice.f.number(float(table["statistic"].max()), 1),
            ),
        )


def _statistics(voice: Voice, axes: "Axes", table: pd.DataFrame) -> None:
    t = voice.t
    x = np.arange(len(table))
    beyond = table["p_value"].to_numpy() <= SMALL_P
    for chosen, colour, name in (
        (~beyond, GREY, t("within what chance gives")),
        (beyond, TREATED, t("beyond it")),
    ):
        axes.plot(
            x[chosen],
            table["statistic"].to_numpy()[chosen],
            "o",
            color=colour,
            markersize=1.8,
            label=name,
        )
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_ylabel(t("t statistic"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, markerscale=2.5, fontsize=8)


def _choices(
    voice: Voice, axes: "Axes", table: pd.DataFrame, rows: list[tuple[str, object]]
) -> None:
    for y, (dimension, value) in enumerate(rows):
        at = np.flatnonzero(table[dimension] == value)
        colour = COMPARISON if dimensions(table).index(dimension) % 2 else INK
        axes.plot(at, np.full(len(at), y), "|", color=colour, markersize=4, markeredgewidth=0.5)
    axes.set_yticks(range(len(rows)), [choice_name(voice, *row) for row in rows], fontsize=7)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


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
