"""What a notebook cell shows: texts, tables, figures, and rows of key figures.

Each renders itself for Jupyter and for pandoc: texts as Markdown, tables as semantic HTML, figures as SVG and PNG with their
alternative text, caption and label in the output's metadata.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as html_escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets run cells that begin like this
HASH_SALT = "impact"
Bundle = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Text:
    """Markdown whose values are formatted and escaped already."""

    markdown: str

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return {"text/markdown": self.markdown}, {}


@dataclass(frozen=True)
class Table:
    """A table with a caption: what readers see (``cells``) beside the raw figures (``frame``).

    Attributes
    ----------
    frame : DataFrame
        Raw values, written to CSV.
    headings : Mapping
        Column of the frame to its heading, in order; other columns stay out of sight.
    formats : Mapping
        Column to a function that writes its value; such columns are set as numbers.
    """

    label: str
    caption: str
    frame: pd.DataFrame
    headings: Mapping[str, str]
    formats: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def html(self) -> str:
        """Return semantic HTML, every text escaped."""
        kinds = {name: ' class="num"' if name in self.formats else "" for name in self.headings}
        head = "".join(
            f'<th scope="col"{kinds[name]}>{html_escape(text)}</th>'
            for name, text in self.headings.items()
        )
        body = "".join(f"<tr>{self._row(row, kinds)}</tr>" for row in self.frame.to_dict("records"))
        notes = "".join(f'<div class="table-note">{html_escape(note)}</div>' for note in self.notes)
        return (
            f'<table id="{html_escape(self.label)}"><caption>{html_escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
        )

    def _row(self, row: Mapping[Any, Any], kinds: Mapping[str, str]) -> str:
        cells = []
        for position, (name, kind) in enumerate(kinds.items()):
            text = html_escape(
                self.formats[name](row[name]) if name in self.formats else _shown(row[name])
            )
            cells.append(
                f'<th scope="row">{text}</th>' if position == 0 else f"<td{kind}>{text}</td>"
            )
        return "".join(cells)

    def to_csv(self, path: Path) -> None:
        """Write the raw figures; text that a spreadsheet would run as a formula is quoted by an apostrophe."""
        safe = self.frame.map(_without_formula)
        safe.columns = [_without_formula(name) for name in safe.columns]
        safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return {"text/html": self.html()}, {"text/html": {"label": self.label}}


def _shown(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124 (NaN)


def _without_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


@dataclass(frozen=True)
class Figure:
    """A figure in two formats with its words."""

    label: str
    caption: str
    alt: str
    svg: bytes = field(repr=False)
    png: bytes = field(repr=False)

    @classmethod
    def from_matplotlib(
        cls, figure: "MatplotlibFigure", *, label: str, caption: str, alt: str
    ) -> "Figure":
        """Draw the figure to bytes that are the same every time."""
        import matplotlib as mpl

        svg, png = io.BytesIO(), io.BytesIO()
        with mpl.rc_context({"svg.hashsalt": HASH_SALT, "svg.fonttype": "path"}):
            figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=144, metadata={"Software": None})
        return cls(label=label, caption=caption, alt=alt, svg=svg.getvalue(), png=png.getvalue())

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        words = {"label": self.label, "caption": self.caption, "alt": self.alt}
        return (
            {"image/svg+xml": self.svg.decode("utf-8"), "image/png": _base64(self.png)},
            {"image/svg+xml": words, "image/png": words},
        )


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode("ascii")


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

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        cells = "".join(
            f'<div class="card"><p class="card-name">{html_escape(card.name)}</p>'
            f'<p class="card-value">{html_escape(card.value)}</p>'
            f'<p class="card-explanation">{html_escape(card.explanation)}</p></div>'
            for card in self.cards
        )
        return {"text/html": f'<div class="key-figures">{cells}</div>'}, {}


@dataclass(frozen=True)
class Callout:
    """A boxed remark: ``finding`` or ``caution``."""

    kind: str
    markdown: str

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return {"text/markdown": f"::: {{.callout .{self.kind}}}\n{self.markdown}\n:::"}, {}


@dataclass(frozen=True)
class Displayed:
    """An exhibit as another notebook of the run displayed it: the same bytes, without drawing it again."""

    data: dict[str, Any] = field(repr=False)
    metadata: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return self.data, self.metadata


Exhibit = Text | Table | Figure | KeyFigures | Callout | Displayed


@dataclass(frozen=True)
class Exhibits:
    """Several exhibits shown one after the other."""

    items: Sequence[Exhibit]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for data, metadata in self.bundles():
            display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]

    def bundles(self) -> list[Bundle]:
        """Return what Jupyter displays of each: contents by type, and their metadata."""
        return [item._repr_mimebundle_() for item in self.items]

    def tables(self) -> list[Table]:
        """Return the tables among them."""
        return [item for item in self.items if isinstance(item, Table)]

    def figures(self) -> list[Figure]:
        """Return the figures among them."""
        return [item for item in self.items if isinstance(item, Figure)]
