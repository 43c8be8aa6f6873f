"""What a notebook cell shows: texts, tables, figures, and the fixed pieces of the report.

Each renders itself for Jupyter, and carries in the same output what the report is made of: blocks of pandoc's tree
(`impact.reporting.tree`), under a content type of our own. Texts marked *markup* know bold, lists, links and formulas
(`impact.reporting.markup`); all others are plain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from impact.reporting import pieces
from impact.reporting.bundle import EXHIBIT, Bundle, as_output, bundle, piece
from impact.reporting.drawing import base64_of, png_of, svg_of
from impact.reporting.markup import blocks
from impact.reporting.table import Table
from impact.reporting.tree import Node, div, header, label_of
from impact.reporting.written import Written

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

__all__ = [
    "EXHIBIT",
    "NARROW_WIDTH",
    "Answer",
    "Banner",
    "Callout",
    "Card",
    "Chapter",
    "Displayed",
    "Exhibit",
    "Exhibits",
    "Figure",
    "FirstPage",
    "KeyFigures",
    "Ladder",
    "Question",
    "Table",
    "Text",
]
NARROW_WIDTH = 3.7  # inches; what a phone of 390 px shows, margins off


@dataclass(frozen=True)
class Text:
    """Markup whose values are formatted and escaped already."""

    markdown: str
    brief: bool = False

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return bundle(blocks(self.markdown), {"text/markdown": self.markdown}, brief=self.brief)


@dataclass(frozen=True)
class Figure:
    """A figure in two formats with its words.

    Attributes
    ----------
    caption, alt : str
        What to see, and what somebody who cannot see it is told.
    narrow_svg : bytes
        The drawing for a phone.
    how_to_read : str
        Markup; how the marks are to be read.
    source : tuple of (name, address)
        Where data, code and notebook cell are: files of the run's folder or places of the report.
    """

    label: str
    caption: str
    alt: str
    svg: bytes = field(repr=False)
    png: bytes = field(repr=False)
    narrow_svg: bytes | None = field(default=None, repr=False)
    how_to_read: str = ""
    source: tuple[tuple[str, str], ...] = ()
    brief: bool = False

    @classmethod
    def from_matplotlib(
        cls,
        draw: "MatplotlibFigure | Callable[[float], MatplotlibFigure]",
        *,
        label: str,
        caption: str,
        alt: str,
        width: float | None = None,
        **words: Any,
    ) -> "Figure":
        """Draw to bytes that are the same every time.

        Parameters
        ----------
        draw : Figure of matplotlib, or a function of the width in inches that returns one
            A function is drawn at the width of the page and at a phone's.
        width : float, optional
            Inches that the drawing has on the page; None is the whole line.
        **words
            Other attributes of a figure.
        """
        from impact.reporting.style import FULL_WIDTH

        wide = svg_of(draw(width or FULL_WIDTH) if callable(draw) else draw)
        narrow = svg_of(draw(NARROW_WIDTH)) if callable(draw) else None
        return cls(
            label=label,
            caption=caption,
            alt=alt,
            svg=wide,
            png=png_of(wide),
            narrow_svg=narrow,
            **words,
        )

    def tree(self) -> list[Node]:
        """Return the figure with its words around it."""
        return pieces.figure_blocks(
            label_of(self.label), self.caption, self.alt, self.how_to_read, self.source
        )

    def media(self) -> dict[str, dict[str, str]]:
        """Return its drawings by label."""
        drawings = {"svg": self.svg.decode("utf-8"), "png": base64_of(self.png)}
        if self.narrow_svg:
            drawings["narrow"] = self.narrow_svg.decode("utf-8")
        return {label_of(self.label): drawings}

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        words = {"label": self.label, "caption": self.caption, "alt": self.alt}
        drawings = self.media()[label_of(self.label)]
        shown = {"image/svg+xml": drawings["svg"], "image/png": drawings["png"]}
        metadata = {"image/svg+xml": words, "image/png": words}
        narrow = {key: value for key, value in drawings.items() if key == "narrow"}
        media = {label_of(self.label): narrow}  # the others are in the output already
        return bundle(self.tree(), shown, metadata, media=media, brief=self.brief)


@dataclass(frozen=True)
class Card:
    """One key figure: what it is, its value, and a line of explanation."""

    name: str
    value: str
    explanation: str


@dataclass(frozen=True)
class KeyFigures:
    """A row of key figures for the executive summary."""

    cards: Sequence[Card]
    brief: bool = False

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        cards = [pieces.card(card.name, card.value, card.explanation) for card in self.cards]
        return piece([div("key-figures", cards)], brief=self.brief)


@dataclass(frozen=True)
class Callout:
    """A boxed remark in markup: ``finding`` or ``caution``."""

    kind: str
    markdown: str
    brief: bool = False

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return piece([pieces.callout(self.kind, self.markdown)], brief=self.brief)


@dataclass(frozen=True)
class Banner:
    """What every page must say first, in markup; ``short`` stands in every running header."""

    text: str
    short: str = ""

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return piece([div("banner", blocks(self.text))], banner=self.short or self.text)


@dataclass(frozen=True)
class Chapter:
    """A part of the book: its number, title, and label."""

    number: int
    title: str
    slug: str

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        title = f"{self.number}\u2002{self.title}" if self.number else self.title
        return piece([header(2, title, label_of(self.slug), "chapter")], chapter=self.number)


@dataclass(frozen=True)
class Answer:
    """A question of the funder with its answer (markup), rating of 0 to 5, the rating's reason, and where it is argued."""

    question: str
    answer: str
    rating: int | None = None
    reason: str = ""
    where: str = ""


@dataclass(frozen=True)
class FirstPage:
    """The minister's page: the finding as a title, one figure, three answers, the facts; all texts are markup."""

    kicker: str
    title: str
    standfirst: str
    figure: Figure | None
    rows: tuple[Answer, ...]
    facts: tuple[tuple[str, str], ...]
    how_to_read: str = ""

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        shown = self.figure
        figure = (
            []
            if shown is None
            else pieces.figure_blocks(
                label_of(shown.label),
                shown.caption,
                shown.alt,
                self.how_to_read or shown.how_to_read,
                shown.source,
            )
        )
        answers = [
            pieces.answer(row.question, row.answer, row.rating, row.reason, row.where)
            for row in self.rows
        ]
        tree = pieces.first_page(
            self.kicker, self.title, self.standfirst, figure, answers, self.facts
        )
        return piece(tree, media=shown.media() if shown else {}, first_page=True)


@dataclass(frozen=True)
class Ladder:
    """A rating as a ladder: where it starts, what takes a step and what remains, where it ends; texts are markup."""

    start: int
    steps: tuple[tuple[str, int], ...]
    final: int
    start_text: str = ""
    final_text: str = ""
    brief: bool = False

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        rungs = [(self.start_text, self.start), *self.steps, (self.final_text, self.final)]
        return piece([pieces.ladder(rungs)], brief=self.brief)


@dataclass(frozen=True)
class Question:
    """One short question about how sure the finding is: a sentence (markup) and a small figure."""

    question: str
    sentence: str
    figure: Figure | None = None
    brief: bool = False

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        figure = self.figure.tree() if self.figure else []
        media = self.figure.media() if self.figure else {}
        return piece(
            [pieces.question(self.question, self.sentence, figure)], media=media, brief=self.brief
        )


@dataclass(frozen=True)
class Displayed:
    """An exhibit as another notebook of the run displayed it: the same bytes, without drawing it again."""

    data: dict[str, Any] = field(repr=False)
    metadata: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return self.data, self.metadata


Exhibit = (
    Text
    | Table
    | Figure
    | KeyFigures
    | Callout
    | Banner
    | Chapter
    | FirstPage
    | Ladder
    | Question
    | Displayed
)


@dataclass(frozen=True)
class Exhibits:
    """Several exhibits shown one after the other."""

    items: Sequence[Exhibit]
    written: Written = field(default_factory=Written, repr=False, compare=False)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for data, metadata in self.bundles():
            display(as_output(data), metadata=metadata, raw=True)  # type: ignore[no-untyped-call]

    def bundles(self) -> list[Bundle]:
        """Return what Jupyter displays of each: contents by type, and their metadata. Nobody changes them."""
        return self._bundled

    @cached_property
    def _bundled(self) -> list[Bundle]:
        """Each made once: a notebook leaves them for the report, then shows them."""
        found = [item._repr_mimebundle_() for item in self.items]
        for data, _ in found:
            self.written.into(data[EXHIBIT])
        return found

    def tables(self) -> list[Table]:
        """Return the tables among them."""
        return [item for item in self.items if isinstance(item, Table)]

    def figures(self) -> list[Figure]:
        """Return the figures among them, those of a first page or a question too."""
        inside = [getattr(item, "figure", item) for item in self.items]
        return [item for item in inside if isinstance(item, Figure)]
