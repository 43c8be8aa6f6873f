"""When the programme's events were planned and took place; what is not known stands apart from what was not done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impact.evaluation.programme import Event, Programme
from impact.reporting.delivery import event_name
from impact.reporting.exhibits import Figure
from impact.reporting.figures.canvas import (
    CHARACTER,
    POINTS,
    exhibit,
    headed,
    row_height,
    row_names,
    sheet,
    size,
    sized,
)
from impact.reporting.style import COMPARISON, DASHES, GREY, INK, PALE, TREATED, on_phone, typeface
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.path import Path

KEY_LINE = 0.21  # inches
MARK = 6.5  # points
SPREAD = 7.5  # points between marks of one month
NO_MONTH = 40.0  # points from the last month to what has none: two labels of the axis fit between


@dataclass(frozen=True)
class Mark:
    """How a state of an event is drawn: shape, face, size."""

    shape: str
    face: str
    size: float = MARK
    edge: str = TREATED

    def draw(self, axes: "Axes", x: float, y: float) -> None:
        """Draw the mark; a sign of writing on a white ground, so that no line runs through it."""
        shape: Any = self.shape
        if shape == "?":
            axes.plot([x], [y], "o", color="white", markersize=self.size + 3, zorder=3)
            shape = _written(shape)
        axes.plot(
            [x], [y], marker=shape, color=self.edge, markerfacecolor=self.face, markersize=self.size,
            markeredgewidth=0.0 if self.shape == "?" else 1.2, zorder=3,
        )  # fmt: skip


def _written(sign: str) -> "Path":
    """Return a sign of the page's own type as a mark, its middle on the point."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    outline = TextPath((0, 0), sign, prop=FontProperties(fname=typeface(bold=True)))
    box = outline.get_extents()
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return outline.transformed(Affine2D().translate(-middle[0], -middle[1]))


MARKS = {
    "planned": Mark("o", "white"),
    "replanned": Mark("s", "white"),
    "actual": Mark("o", TREATED),
    "done_by": Mark("<", TREATED, 7.0),
    "no": Mark("X", INK, 7.5, edge="white"),
    "not_known": Mark("?", INK, 9.0, edge=INK),
}
"""By what is known of an event: its months, not done, not known whether."""
NEITHER = ("no", "not_known")


def timeline(voice: Voice, programme: Programme) -> Figure | None:
    """Draw each event's months, planned (hollow) and delivered (filled); None where no month is known of any."""
    t, f, events = voice.t, voice.f, programme.events
    if not any(_months(one) for one in events):
        return None
    late = sum(bool(one.planned and one.actual and one.actual > one.planned) for one in events)
    known = sum(one.actual is not None for one in events)
    deliveries = [one.delivery for one in events]
    return exhibit(
        _drawn,
        voice,
        events,
        label="fig-timeline",
        title=t(
            "Of {known} events with a known month, {late} came later",
            known=f.number(known),
            late=f.number(late),
        )
        if known
        else t("When events were planned"),
        how=t(
            "A row is an event; its marks are named on top. Dashed: the month in which it took place is not known."
        ),
        alt=t(
            "{n} events by month; {known} of them with a known month, {late} of these later than planned; whether they took place "
            "is not known for {unknown}; not done: {undone}.",
            n=f.number(len(events)),
            known=f.number(known),
            late=f.number(late),
            unknown=f.number(deliveries.count("not_known")),
            undone=f.number(deliveries.count("no")),
        ),
    )


def _months(event: Event) -> dict[str, int]:
    """Return the months that are known of an event, by what they are."""
    names = ("planned", "replanned", "actual", "done_by")
    found = {name: getattr(event, name) for name in names}
    return {name: _number(month) for name, month in found.items() if month}


def _number(month: str) -> int:
    year, of_year = month.split("-")
    return 12 * int(year) + int(of_year) - 1


@dataclass(frozen=True)
class _Scale:
    """Months along the axis: the first and last drawn, points a month has, and where what has no month stands."""

    low: int
    high: int
    points: float

    @classmethod
    def of(cls, events: Sequence[Event], width: float) -> "_Scale":
        every = [month for one in events for month in _months(one).values()]
        low, high = min(every) - 1, max(every) + 1
        room = POINTS * width * (0.9 if on_phone(width) else 0.58) - NO_MONTH
        return cls(low, high, room / (high - low))

    @property
    def aside(self) -> float:
        return self.high + NO_MONTH / self.points - 0.5

    def ticks(self, width: float) -> list[int]:
        """Return months to be named, none so near the end that its name meets what stands aside."""
        step = max(3, 3 * -(-(self.high - self.low) // (9 if on_phone(width) else 18)))
        last = self.aside - NO_MONTH / self.points
        return [one for one in range(self.low, self.high + 1) if one % step == 0 and one <= last]


def _placed(event: Event, scale: _Scale) -> Iterator[tuple[str, float]]:
    """Yield an event's marks and where they stand; those of one month side by side."""
    months: dict[str, float] = dict(_months(event))
    if event.delivery == "no":
        months["no"] = max(months.values(), default=scale.aside)
    elif event.delivery == "not_known":
        months["not_known"] = scale.aside
    elif not {"actual", "done_by"} & set(months):
        months["actual"] = scale.aside
    for name, at in months.items():
        beside = [other for other, month in months.items() if month == at]
        shift = beside.index(name) - (len(beside) - 1) / 2
        yield name, at + shift * SPREAD / scale.points


def _drawn(voice: Voice, events: Sequence[Event], width: float) -> "Canvas":
    scale = _Scale.of(events, width)
    placed = [list(_placed(event, scale)) for event in events]
    shown = [name for name in MARKS if any(name in dict(marks) for marks in placed)]
    lines = _key_lines(voice, shown, width)
    key = KEY_LINE * len(lines) + 0.05
    height = 0.75 + key + (row_height(width) + 0.03) * len(events)
    canvas, axes = sheet(width, height)
    headed(canvas, width, voice.t("Events by month"))
    canvas.get_layout_engine().set(rect=(0, 0, 1, 1 - key / height))  # type: ignore[union-attr, call-arg]
    _key(canvas, lines, (width, height), key)
    y = row_names(axes, width, [event_name(voice, one) for one in events])
    for event, marks, at in zip(events, placed, y, strict=True):
        _row(axes, event, marks, at)
    _axis(voice, axes, scale, width, aside=any(x >= scale.high for m in placed for _, x in m))
    return canvas


def _row(axes: "Axes", event: Event, marks: Sequence[tuple[str, float]], at: float) -> None:
    places = [month for _, month in marks]
    line: Any = "-" if event.actual else DASHES
    axes.plot([min(places), max(places)], [at, at], color=COMPARISON, linewidth=1.2, linestyle=line)
    for name, month in marks:
        MARKS[name].draw(axes, month, at)


def _axis(voice: Voice, axes: "Axes", scale: _Scale, width: float, *, aside: bool) -> None:
    ticks: list[float] = list(scale.ticks(width))
    names = [voice.f.month(f"{int(one) // 12}-{int(one) % 12 + 1:02d}") for one in ticks]
    names = [name.replace(" ", "\n") for name in names]
    right = scale.high + 0.4
    if aside:
        ticks, names = [*ticks, scale.aside], [*names, voice.t("No month").replace(" ", "\n")]
        right = scale.aside + 0.35 * NO_MONTH / scale.points
        axes.axvline(scale.high, color=PALE, linewidth=0.7, zorder=1)
    axes.set_xticks(ticks, names)
    axes.set_xlim(scale.low - 0.4, right)
    axes.grid(visible=True, axis="x")
    sized(axes, width)


def _key_lines(
    voice: Voice, shown: Sequence[str], width: float
) -> list[list[tuple[str, str, float]]]:
    """Break the key into lines: of each mark its name, its words and where they begin, in inches."""
    a_character = CHARACTER * size(width, 8.5)
    lines: list[list[tuple[str, str, float]]] = [[]]
    x = 0.1
    for name in shown:
        words = _words(voice, name)
        room = 0.36 + a_character * len(words)
        if lines[-1] and x + room > width:
            lines.append([])
            x = 0.1
        lines[-1].append((name, words, x))
        x += room
    return lines


def _words(voice: Voice, name: str) -> str:
    if name in NEITHER:
        return said(voice.t, "delivery", name)
    words = said(voice.t, "event_cell", f"event:{name}")
    return words[:1].lower() + words[1:]


def _key(
    canvas: "Canvas",
    lines: Sequence[Sequence[tuple[str, str, float]]],
    sides: tuple[float, float],
    key: float,
) -> None:
    """Draw the key below the heading, from edge to edge."""
    width, height = sides
    points = size(width, 8.5)
    top = height - 0.06 - 1.3 * points / POINTS
    axes = canvas.add_axes((0, (top - key) / height, 1, key / height))
    axes.set_xlim(0, width)
    axes.set_ylim(key, 0)
    axes.axis("off")
    for i, line in enumerate(lines):
        y = KEY_LINE * (i + 0.5)
        for name, words, x in line:
            MARKS[name].draw(axes, x, y)
            axes.text(x + 0.1, y, words, va="center_baseline", fontsize=points, color=GREY)
