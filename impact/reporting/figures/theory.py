"""The programme's theory of change, drawn: its steps, and what each takes for granted."""

from typing import TYPE_CHECKING

from impact.evaluation.programme import Programme, Step
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    CHARACTER,
    POINTS,
    exhibit,
    size,
    wrapped,
)
from impact.reporting.style import BAND, GREY, INK, TREATED, on_phone
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

BOX = 0.46  # of the width that the steps take; their assumptions stand beside, on a phone below
LINE = 1.25  # height of a line of text over its size


def theory_of_change(voice: Voice, programme: Programme) -> Figure | None:
    """Draw the steps from activity to aim, each with what it takes for granted; None where the file has no steps."""
    t, steps = voice.t, programme.theory_of_change
    if not steps:
        return None
    n = sum(step.assumption is not None for step in steps)
    return exhibit(
        _steps,
        voice,
        steps,
        label="fig-theory",
        title=t("How the programme was meant to work"),
        how=t(
            "Boxes: steps, from activities down to the aim. Grey: what each step takes for granted."
        ),
        alt=t(
            "{n} steps from activities to the aim, with {m} assumptions.",
            n=voice.f.number(len(steps)),
            m=voice.f.number(n),
        ),
    )


def _steps(voice: Voice, steps: tuple[Step, ...], width: float) -> "Canvas":
    from matplotlib.figure import Figure as Canvas
    from matplotlib.patches import FancyBboxPatch

    language, points = voice.study.plan.language, size(width, 9.0)
    narrow, line = on_phone(width), LINE * points / POINTS
    box = (1.0 if narrow else BOX) * width - 0.1
    texts = []
    for step in steps:
        words = wrapped(step.text.in_language(language), (box - 0.2) / (CHARACTER * points))
        held = "" if step.assumption is None else step.assumption.in_language(language)
        room = box - 0.2 if narrow else width - box - 0.5
        texts.append((words, wrapped(held, room / (CHARACTER * points)) if held else ""))
    heights = [0.2 + line * (words.count("\n") + 1) for words, _ in texts]
    below = [line * (held.count("\n") + 1) + 0.08 if held else 0.0 for _, held in texts]
    gaps = [0.26 + (b if narrow else max(0.0, b - h)) for b, h in zip(below, heights, strict=True)]
    total = sum(heights) + sum(gaps) - 0.2
    canvas = Canvas(figsize=(width, total))
    axes = canvas.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(total, 0)
    axes.axis("off")
    top = 0.05
    for i, ((words, held), height, gap) in enumerate(zip(texts, heights, gaps, strict=True)):
        last = i == len(texts) - 1
        axes.add_patch(
            FancyBboxPatch(
                (0.07, top), box - 0.06, height, boxstyle="round,pad=0,rounding_size=0.05",
                facecolor=TREATED if last else BAND, edgecolor=TREATED, linewidth=0.8,
            )
        )  # fmt: skip
        axes.text(
            0.17, top + height / 2, words, va="center", fontsize=points, linespacing=1.1,
            color="white" if last else INK,
        )  # fmt: skip
        if held:
            at = (
                (0.17 if not narrow else 0.32, top + height + 0.05)
                if narrow
                else (box + 0.3, top + 0.08)
            )
            axes.text(*at, held, va="top", fontsize=points, color=GREY, linespacing=1.1)
        if not last:
            axes.annotate(
                "", (0.18, top + height + gap), (0.18, top + height),
                arrowprops={"arrowstyle": "-|>", "color": TREATED, "linewidth": 1.2},
            )  # fmt: skip
        top += height + gap
    return canvas
