"""The sheet that every figure is drawn on: its unit on top, its ticks in the reader's language, labels beside marks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from impact.arrays import Floats
from impact.reporting.drawings import Drawing
from impact.reporting.exhibits import Figure
from impact.reporting.style import (
    BESIDE,
    COMPARISON,
    DASHES,
    FULL_WIDTH,
    GREY,
    INK,
    SMALLEST,
    SMALLEST_ON_PHONE,
    TREATED,
    beside,
    figure_style,
    on_phone,
    set_in_type,
)
from impact.reporting.voice import Voice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

POINTS = 72.0  # to the inch
MILLIONS, THOUSANDS = 2e6, 2e3  # largest values from which an axis counts in them
GROUPS = {"treated": (TREATED, "-"), "comparison": (COMPARISON, DASHES)}
"""Colour and dashes of each group's line."""
ARROWHEAD = 4.5  # points
CHARACTER = 0.0072  # inches a point of size that a character takes


@dataclass(frozen=True)
class Unit:
    """What one on an axis is, in the outcome's unit, and its words."""

    factor: float
    words: str

    @classmethod
    def of(cls, voice: Voice, outcome: str, largest: float) -> "Unit":
        """Count money in thousands or millions where values are that large."""
        unit = voice.study.unit(outcome)
        return cls.of_money(voice, unit, largest) if voice.in_currency(outcome) else cls(1.0, unit)

    @classmethod
    def of_money(cls, voice: Voice, unit: str, largest: float) -> "Unit":
        """Count amounts of a unit of money in thousands or millions where they are that large."""
        t = voice.t
        if largest < THOUSANDS:
            return cls(1.0, unit)
        if largest < MILLIONS:
            return cls(1e3, t("thousand {unit}", unit=unit))
        return cls(1e6, t("million {unit}", unit=unit))


def exhibit(
    draw: "Callable[..., Canvas]",
    *what: Any,
    label: str,
    title: str,
    how: str,
    alt: str,
    small: bool = False,
) -> Figure:
    """Draw for the page and for a phone, in the house's style and type; what a run has drawn it does not draw again.

    Parameters
    ----------
    draw : callable
        Returns a canvas of all that it draws, ``what``, and of the width in inches.
    *what
        A voice among them says whether a run keeps its drawings.
    label, title, how, alt : str
        As of `Figure`.
    small : bool
        For a question's column of the page.
    """
    width = BESIDE if small else FULL_WIDTH
    name = f"{label}-in-short" if small else label
    words: dict[str, Any] = {"label": name, "caption": title, "how_to_read": how, "alt": alt}

    def drawn(width: float) -> "Canvas":
        canvas = draw(*what, width)
        set_in_type(canvas)
        return canvas

    def made() -> Figure:
        with figure_style():
            return Figure.from_matplotlib(drawn, width=width, **words)

    drawing = Drawing.of(draw, what, width)
    if drawing is None:
        return made()
    return drawing.shown(**words) or drawing.keep(made)


def sheet(width: float, height: float, **options: Any) -> tuple["Canvas", Any]:
    """Return a canvas and its axes; those of a phone are a little taller."""
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots(**options)


def size(width: float, points: float) -> float:
    """Return a text's size: never below what a phone can show on a phone's drawing."""
    if beside(width):
        return max(points - 1.25, SMALLEST)
    return max(points, SMALLEST_ON_PHONE + 0.25) if on_phone(width) else points


def headed(canvas: "Canvas", width: float, words: str) -> None:
    """Write what is measured, and in what unit, on top of a drawing; no comma stays before a unit that is none."""
    words = words.rstrip().removesuffix(",")
    at = size(width, 8.5)
    lines = wrapped(words, (width - 0.1) / (CHARACTER * at))
    canvas.suptitle(lines, x=0.008, ha="left", fontsize=at, color=GREY, linespacing=1.1)


def wrapped(words: str, characters: float) -> str:
    """Break words into lines at ordinary spaces only: no-break ones hold."""
    hidden = {"\u00a0": "\ue000", "\u202f": "\ue001"}
    for space, mark in hidden.items():
        words = words.replace(space, mark)
    words = fill(words, max(8, int(characters)), break_long_words=False, break_on_hyphens=False)
    for space, mark in hidden.items():
        words = words.replace(mark, space)
    return words


def rounds(low: float, high: float, most: int = 6) -> Floats:
    """Return round numbers from ``low`` to ``high``."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return np.asarray([one for one in ticks if low - slack <= one <= high + slack])


def value_axis(
    voice: Voice,
    axes: "Axes",
    limits: tuple[float, float],
    *,
    unit: Unit,
    along: str,
    most: int = 6,
) -> None:
    """Set an axis of values (``along`` x or y) between limits, with round numbers and faint lines."""
    low, high = limits
    ticks = rounds(low / unit.factor, high / unit.factor, most)
    write = voice.f.ticks()
    words = [write(tick, None) for tick in ticks]
    set_ticks, set_limits = (
        (axes.set_xticks, axes.set_xlim) if along == "x" else (axes.set_yticks, axes.set_ylim)
    )
    set_ticks(ticks * unit.factor, words)
    set_limits(low, high)
    axes.grid(visible=True, axis=along)  # type: ignore[arg-type]


def arrowheads(
    axes: "Axes",
    at: Floats,
    ends: tuple[Floats, Floats],
    limits: tuple[float, float],
    *,
    colour: str,
    along: str,
    hollow: bool = False,
    points: float = ARROWHEAD,
) -> None:
    """Put an arrowhead on the edge of an axis of values (``along`` x or y) wherever an interval goes on beyond it.

    Parameters
    ----------
    at : array (k,)
        Places of the intervals on the other axis.
    ends : tuple of array (k,)
        Their lower and upper ends; one that is missing is not beyond anything.
    limits : tuple of float
        Of the axis.
    points : float
        An arrowhead's size; larger where the line is thick.
    """
    low, high = ends
    for beyond, edge, mark in (
        (low < limits[0], limits[0], {"x": "<", "y": "v"}[along]),
        (high > limits[1], limits[1], {"x": ">", "y": "^"}[along]),
    ):
        if not beyond.any():  # an empty line that is not clipped is laid out at the sheet's corner
            continue
        places = at[beyond]
        edges = np.full(len(places), edge)
        x, y = (edges, places) if along == "x" else (places, edges)
        axes.plot(
            x, y, mark, color=colour, markerfacecolor="white" if hollow else colour, markersize=points,
            markeredgewidth=0.8, clip_on=False,
        )  # fmt: skip


def period_axis(voice: Voice, axes: "Axes", labels: Sequence[str], width: float) -> None:
    """Write periods along the axis, as many as can be read."""
    step = max(1, -(-len(labels) // (3 if on_phone(width) else 7)))
    at = range(0, len(labels), step)
    axes.set_xticks(list(at), [voice.f.time(labels[i]) for i in at])
    axes.set_xlim(-0.4, len(labels) - 0.6)
    sized(axes, width)


def name_groups(voice: Voice, axes: "Axes", ends: Mapping[str, float], width: float) -> None:
    """Name the lines of beneficiaries (``treated``) and of the comparison group beside their ends, each in its colour."""
    t = voice.t
    names = {"treated": (t("Beneficiaries"), TREATED), "comparison": (t("Comparison group"), GREY)}
    for group, y in ends.items():
        name, colour = names[group]
        axes.annotate(
            wrapped(name, 12 if on_phone(width) else 20),
            (1, y),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            weight="semibold",
            fontsize=size(width, 9.0),
            color=colour,
        )


def zero_line(axes: "Axes", along: str) -> None:
    """Draw the one line of no effect."""
    line = axes.axvline if along == "x" else axes.axhline
    line(0, color=INK, linewidth=0.9, zorder=1.5)


def sized(axes: "Axes", width: float) -> None:
    """Set tick labels to a size that can be read on this width."""
    axes.tick_params(labelsize=size(width, 8.5))


def apart(values: Sequence[float], gap: float) -> list[float]:
    """Move positions away from each other until none is nearer than ``gap``, keeping their order."""
    order = np.argsort(values, kind="stable")
    placed = np.asarray(values, float)[order]
    for _ in range(200):
        gaps = np.diff(placed)
        tight = np.flatnonzero(gaps < gap - 1e-9)
        if not len(tight):
            break
        for i in tight:
            short = (gap - (placed[i + 1] - placed[i])) / 2
            if short > 0:
                placed[i] -= short
                placed[i + 1] += short
    result = np.empty(len(placed))
    result[order] = placed
    return [float(one) for one in result]


def row_names(axes: "Axes", width: float, names: Sequence[str], *, bold: int | None = None) -> Any:
    """Name rows from the top: left of a page's drawing, above each row's mark on a phone's; return their heights."""
    y = np.arange(len(names))[::-1].astype(float)
    narrow, points = on_phone(width), size(width, 8.5)
    axes.set_ylim(-0.6, len(names) - (0.25 if narrow else 0.4))
    axes.set_yticks([])
    for i, (at, name) in enumerate(zip(y, names, strict=True)):
        weight = "semibold" if i == bold else "normal"
        if narrow:
            line: dict[str, Any] = {
                "facecolor": "white",
                "edgecolor": "none",
                "pad": 0.8,
            }
            place: dict[str, Any] = {
                "bbox": line,
                "xy": (0, at),
                "xytext": (0, 5),
                "ha": "left",
                "va": "bottom",
            }
            text = wrapped(name, width / (CHARACTER * points))
        else:
            place = {"xy": (0, at), "xytext": (-8, 0), "ha": "right", "va": "center"}
            text = wrapped(name, 34 if beside(width) else 40)
        axes.annotate(
            text,
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            fontsize=points,
            weight=weight,
            color=INK,
            linespacing=1.0,
            zorder=5,
            **place,
        )
    return y


def row_height(width: float) -> float:
    """Return the height of a row in inches: on a phone its name takes a line of its own."""
    if beside(width):
        return 0.185
    return 0.44 if on_phone(width) else 0.29


def drawn(figure: Figure | None) -> list[Figure]:
    """Return a figure as a list; none where there was nothing to draw."""
    return [] if figure is None else [figure]
