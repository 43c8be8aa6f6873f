"""The exhibits that an executed notebook displayed, made ready for every format: numbered, labelled, linked."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from impact.errors import RenderError
from impact.reporting.bundle import exhibit_in
from impact.reporting.tree import (
    WORDS,
    Node,
    attributes,
    is_label,
    strong,
    structure,
    text_of,
    walk,
)
from impact.reporting.tree import inlines as words_of
from impact.reporting.written import Note

Media = Mapping[str, Mapping[str, str]]
_LABELLED = {"Header": 1, "Div": 0, "Figure": 0, "Table": 0}
"""Kinds of blocks that have a label, and where in their content it is."""
_FILES = re.compile(
    r"(?:(?:tables|figures|notebooks)/[A-Za-z0-9_.-]+|results\.json|run\.json)(?:#[a-z0-9-]+)?"
)


@dataclass(frozen=True)
class Shown:
    """One exhibit as displayed.

    Attributes
    ----------
    numbers : Mapping
        Written text to the raw values that it was written for.
    values : sequence of sequences
        Raw numbers behind a table's cells, row by row; ``columns`` are what the CSV calls them.
    cell : int
        The notebook's cell that showed it, counted from 1.
    """

    blocks: list[Node]
    chapter: int | None = None
    brief: bool = False
    first_page: bool = False
    banner: str = ""
    numbers: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    values: Sequence[Sequence[float | None]] = ()
    columns: Sequence[str] = ()
    cell: int = 0


@dataclass(frozen=True)
class Book:
    """What a report is made of.

    Attributes
    ----------
    front, body : list of nodes
        First page with its banner; everything after it.
    media : Mapping
        Label of a figure to its drawings: svg, png, narrow.
    banner : str
        What every running header says; empty for real data.
    """

    exhibits: tuple[Shown, ...]
    media: Media

    @property
    def banner(self) -> str:
        """Return what the running header says."""
        return next((item.banner for item in self.exhibits if item.banner), "")

    @property
    def front(self) -> list[Node]:
        """Return the first page's blocks."""
        return [
            block
            for item in self.exhibits
            if item.first_page or item.banner
            for block in item.blocks
        ]

    @property
    def has_first_page(self) -> bool:
        """Whether there is a first page."""
        return any(item.first_page for item in self.exhibits)

    @property
    def body(self) -> list[Node]:
        """Return the other blocks."""
        rest = (item for item in self.exhibits if not (item.first_page or item.banner))
        return [block for item in rest for block in item.blocks]

    def with_exhibits(self, exhibits: Iterable[Shown]) -> "Book":
        """Return a book of these exhibits, links to places that it lacks undone."""
        return replace(self, exhibits=tuple(_linked(list(exhibits))))


def read_book(notebook: Path, words: Mapping[str, str]) -> Book:
    """Collect the exhibits that an executed notebook displayed.

    Parameters
    ----------
    notebook : Path
    words : Mapping
        Fixed words of the report: table, figure, how_to_read.

    Raises
    ------
    RenderError
        When the notebook cannot be read.
    """
    try:
        text = notebook.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise _unread(notebook.name) from None
    return _book_in(text, notebook.name, tuple(words.items()))


def _unread(name: str) -> RenderError:
    return RenderError(f"{name}: not an executed notebook; run it again")


@lru_cache(maxsize=1)  # every format of a report asks for the same book, and none changes its nodes
def _book_in(text: str, name: str, words: tuple[tuple[str, str], ...]) -> Book:
    """Return the book of a notebook's text."""
    try:
        outputs = [
            (number, output.get("data", {}))
            for number, cell in enumerate(json.loads(text)["cells"], 1)
            for output in cell.get("outputs", [])
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _unread(name) from None
    return book_of(outputs, dict(words))


def book_of(outputs: Iterable[tuple[int, Mapping[str, Any]]], words: Mapping[str, str]) -> Book:
    """Return the book of what cells displayed: the number of each cell, and contents by type."""
    media: dict[str, dict[str, str]] = {}
    exhibits = []
    for number, data in outputs:
        exhibit = exhibit_in(data)
        if exhibit is None:
            continue
        for label, drawings in _drawings(data, exhibit).items():
            media.setdefault(label, {}).update(drawings)
        exhibits.append(_shown(exhibit, number))
    return Book(exhibits=tuple(_linked(_labelled(_numbered(exhibits, words)))), media=media)


def _shown(exhibit: Mapping[str, Any], cell: int) -> Shown:
    return Shown(
        blocks=exhibit["blocks"],
        chapter=exhibit.get("chapter"),
        brief=bool(exhibit.get("brief")),
        first_page=bool(exhibit.get("first_page")),
        banner=exhibit.get("banner", ""),
        numbers=exhibit.get("numbers", {}),
        values=exhibit.get("values", ()),
        columns=exhibit.get("columns", ()),
        cell=cell,
    )


def _drawings(data: Mapping[str, Any], exhibit: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return drawings by label; those of a single figure are the output's own pictures."""
    found = {label: dict(drawings) for label, drawings in exhibit.get("media", {}).items()}
    if "image/svg+xml" in data:
        drawing = {"svg": _text(data["image/svg+xml"]), "png": _text(data["image/png"])}
        found = {label: {**drawing, **drawings} for label, drawings in found.items()}
    return found


def _text(content: Any) -> str:
    return "".join(content) if isinstance(content, list) else str(content)


def _numbered(exhibits: Sequence[Shown], words: Mapping[str, str]) -> list[Shown]:
    """Number tables and figures, and write the fixed words; the first page's figure bears a title only."""
    counts: Counter[str] = Counter()

    def fixed(node: Node) -> Node:
        known = node["t"] == "Span" and "how-to-read" in node["c"][0][1]
        return strong(words["how_to_read"]) if known else node

    def change(node: Node) -> Node:
        name = node["t"].lower()
        if name not in {"table", "figure"}:
            return fixed(node)
        counts[name] += 1
        caption = node["c"][1]
        said = caption[1][0]["c"] if caption[1] else []
        number = strong(f"{words[name]}\u00a0{counts[name]}.")
        titled = [None, [{"t": "Plain", "c": [number, {"t": "Space"}, *said]}]]
        return {**node, "c": [node["c"][0], titled, *node["c"][2:]]}

    return [
        replace(item, blocks=walk(item.blocks, fixed if item.first_page else change))
        for item in exhibits
    ]


def _labelled(exhibits: Sequence[Shown]) -> list[Shown]:
    """Give each labelled place a label of its own."""
    seen: Counter[str] = Counter()

    def change(node: Node) -> Node:
        if node["t"] not in _LABELLED:
            return node
        position = _LABELLED[node["t"]]
        name, classes, values = node["c"][position]
        if not name or not is_label(name):
            return node
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}-{seen[name]}"
        content = list(node["c"])
        content[position] = [unique, classes, values]
        return {**node, "c": content}

    return [replace(item, blocks=walk(item.blocks, change, whole=WORDS)) for item in exhibits]


def _linked(exhibits: Sequence[Shown]) -> list[Shown]:
    """Keep links to places of this report and to files of its run; the words of all others stay."""
    places = {name for item in exhibits for name in _names(item.blocks)}

    def change(node: Node) -> Node:
        if node["t"] != "Link":
            return node
        target = node["c"][2][0]
        own_file = _FILES.fullmatch(target) is not None and ".." not in target
        good = own_file or (target[0:1] == "#" and target[1:] in places)
        return node if good else {"t": "Span", "c": [attributes(), node["c"][1]]}

    return [replace(item, blocks=walk(item.blocks, change)) for item in exhibits]


def _names(tree: Any) -> set[str]:
    named = (
        node["c"][_LABELLED[node["t"]]][0] for node in structure(tree) if node["t"] in _LABELLED
    )
    return {name for name in named if name}


def said_plainly(markup: str) -> list[Node]:
    """Return a line of markup as words only, for headers of pages and metadata."""
    from impact.reporting.markup import words

    return words_of(text_of(words(markup)))
