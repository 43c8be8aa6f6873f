"""Figure on an endline: one bar for those drawn, one for what they would have had."""

from typing import TYPE_CHECKING

from impact.evaluation.counterfactual import Counterfactual
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import Unit, exhibit, headed, sheet, size, sized, value_axis
from impact.reporting.style import BAND, COMPARISON, TREATED
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

HEIGHT = 2.0  # inches
ROOM = 1.25  # of the longer bar, for the numbers at their ends


def two_means(voice: Voice, found: Counterfactual, ends: dict[str, str]) -> Figure:
    """Draw the mean of those drawn beside what it would have been; ``ends`` are both as they are written."""
    t = voice.t
    above = found.gain > 0
    return exhibit(
        _bars,
        voice,
        found,
        ends,
        label="fig-counterfactual",
        title=t("At the end, beneficiaries were above those who were not drawn")
        if above
        else t("At the end, beneficiaries were below those who were not drawn"),
        how=t("The longer bar less the shorter one is the effect of having been drawn."),
        alt=t(
            "Two bars. Beneficiaries average {actual}; without {treatment} it would have been {without}.",
            treatment=voice.nouns.treatment,
            **ends,
        ),
    )


def _bars(voice: Voice, found: Counterfactual, ends: dict[str, str], width: float) -> "Canvas":
    study, t = voice.study, voice.t
    values = found.actual, found.without
    unit = Unit.of(voice, study.outcome, max(map(abs, values)))
    canvas, axes = sheet(width, HEIGHT)
    headed(canvas, width, f"{study.label(study.outcome)}, {unit.words}")
    axes.barh((1, 0), values, height=0.55, color=(TREATED, BAND))
    names = (t("Beneficiaries"), t("Without {treatment}", treatment=voice.nouns.treatment))
    axes.set_yticks((1, 0), names)
    points = size(width, 9.0)
    for place, value, name in zip((1, 0), values, ("actual", "without"), strict=True):
        axes.annotate(
            ends[name],
            (max(value, 0.0), place),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=points,
            color=TREATED if place else COMPARISON,
        )
    low, high = min(0.0, *values), max(0.0, *values)
    value_axis(voice, axes, (ROOM * low, ROOM * high), unit=unit, along="x")
    axes.axvline(0, color=COMPARISON, linewidth=0.9)
    sized(axes, width)
    return canvas
