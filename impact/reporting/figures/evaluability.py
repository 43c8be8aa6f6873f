"""Before there is data: effects that are plausible, effects that studies would find, and the one that the return needs."""

from typing import TYPE_CHECKING

import numpy as np

from impact.evaluation.evaluability import Evaluability
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    Unit,
    exhibit,
    headed,
    row_height,
    row_names,
    sheet,
    size,
    value_axis,
)
from impact.reporting.style import BAND, COMPARISON, INK, TREATED
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

BEYOND = 1.35  # of the farthest other mark, up to which the axis reaches for the effect that the return needs


def plausible_against_detectable(voice: Voice, found: Evaluability) -> Figure:
    """Draw published effects and, by design, the effects that would be found, on one axis of percent."""
    t, f = voice.t, voice.f
    smallest = f.percent(float(found.planned["smallest_detectable"]), 0)
    return exhibit(
        _drawn,
        voice,
        found,
        label="fig-evaluability",
        title=t("What is plausible, what studies would find, what the return needs"),
        how=t(
            "Grey: effects that others found. Dark: effects that four in five such studies would find. The vertical line, or "
            "the arrow, is the effect at which the return reaches the hurdle."
        ),
        alt=t(
            "Ranges of published effects beside the smallest effect that each design finds; {smallest} for the planned one. The "
            "return needs {needed}.",
            smallest=smallest,
            needed=f.percent(found.needed_percent, 0),
        ),
    )


def _drawn(voice: Voice, found: Evaluability, width: float) -> "Canvas":
    t, language = voice.t, voice.study.plan.language
    believed = found.file.before_data
    assert believed is not None  # noqa: S101 (narrowing for mypy; there is no advice without it)
    names = [one.label.in_language(language) for one in believed.plausible]
    names += [one.label.in_language(language) for one in believed.designs]
    canvas, axes = sheet(width, 0.75 + (row_height(width) + 0.09) * len(names))
    headed(canvas, width, t("Effect in percent of a year's outcome without the programme"))
    planned = len(believed.plausible) + int(found.planned["design"])
    y = row_names(axes, width, names, bold=planned)
    detectable = found.designs["smallest_detectable"].to_numpy(float)
    seen = detectable[np.isfinite(detectable)]
    farthest = float(max([*seen, *(one.high for one in believed.plausible)]))
    limit = max(1.08 * min(found.needed_percent, BEYOND * farthest), 1.12 * farthest)
    for at, one in zip(y, believed.plausible, strict=False):
        axes.plot(
            [one.low, one.high], [at, at], color=COMPARISON, linewidth=6, solid_capstyle="butt"
        )
        if one.low == one.high:
            axes.plot([one.low], [at], "o", color=COMPARISON, markersize=6, clip_on=False)
    for at, low in zip(y[len(believed.plausible) :], detectable, strict=True):
        if np.isfinite(low):
            axes.plot([low, limit], [at, at], color=BAND, linewidth=6, solid_capstyle="butt")
            axes.plot([low], [at], "|", color=TREATED, markersize=13, markeredgewidth=2.5)
            axes.annotate(
                voice.f.percent(float(low), 0), (low, at), (6, 0), textcoords="offset points",
                va="center", fontsize=size(width, 8.5), color=TREATED, weight="semibold",
            )  # fmt: skip
    _needed(voice, axes, found.needed_percent, limit, width)
    value_axis(voice, axes, (0.0, limit), unit=Unit(1.0, "%"), along="x")
    return canvas


def _needed(voice: Voice, axes: "Axes", needed: float, limit: float, width: float) -> None:
    """Mark the effect that the return needs; an arrow to the right where it lies beyond the axis."""
    top = axes.get_ylim()[1]
    words = voice.t("the return needs {percent}", percent=voice.f.percent(needed, 0))
    points = size(width, 8.5)
    if needed <= limit:
        axes.axvline(needed, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
        left = needed > limit / 2
        axes.annotate(
            words, (needed, top), (-5 if left else 5, -2), textcoords="offset points", va="top",
            ha="right" if left else "left", fontsize=points, weight="semibold",
        )  # fmt: skip
        return
    axes.annotate(
        f"{words} →", (limit, top), (0, -2), textcoords="offset points", va="top", ha="right",
        fontsize=points, weight="semibold",
    )  # fmt: skip
