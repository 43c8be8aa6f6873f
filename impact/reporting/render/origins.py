"""From a number to its result to its code: links in the text, codes in the margin of paper, and the table that both lead to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from impact.reporting.numerals import whole_span
from impact.reporting.places import Place, Places
from impact.reporting.reading import tokens_of
from impact.reporting.render.book import Book, Shown
from impact.reporting.render.tracing import Passage
from impact.reporting.sources import UNTOLD, Source
from impact.reporting.tree import (
    Node,
    attributes,
    cell,
    div,
    header,
    inlines,
    leaves,
    link,
    para,
    plain,
    raw,
    row,
    seen,
    table,
    walk,
)
from impact.reporting.written import Note

LABEL = "where-numbers-come-from"
SPECIFICATIONS, EXPLORER = "fig-specifications", "explorer.html"
"""The figure whose every point a page of its own shows, and that page."""
_WHOLE = {"Link", "Code", "Math", "Image", "Superscript"}  # what holds no link of ours
_GATHERED = {
    "facts",
    "key-figures",
    "answer",
    "question",
    "ladder",
}  # side by side: one margin for all


@dataclass(frozen=True)
class Origin:
    """A number as written, and where it comes from."""

    written: str
    source: Source


@dataclass
class _Codes:
    """Origins in order of their first appearance; the same number of the same source has one code."""

    known: dict[Origin, int] = field(default_factory=dict)

    def of(self, origin: Origin) -> int:
        return self.known.setdefault(origin, len(self.known) + 1)


@dataclass(frozen=True)
class Trail:
    """What leads from a report to its numbers.

    Attributes
    ----------
    passages : sequence of Passage
        Those of the book, in order.
    places : Places
        Cells of the run's notebooks.
    words : Mapping
        Fixed words: data, code, cell, numbers, numbers_note, number_code, as_written, value, result, computed_in.
    """

    passages: Sequence[Passage]
    places: Places
    words: Mapping[str, str]
    _last: list[Book] = field(default_factory=list, init=False, repr=False, compare=False)

    def linked(self, book: Book) -> Book:
        """Return a book whose numbers lead to their results, and whose exhibits say where data and code are."""
        if not (self._last and self._last[0] is book):  # several formats ask for the same one
            self._last[:] = [book, self._made(book)]
        return self._last[1]

    def _made(self, book: Book) -> Book:
        codes, left = _Codes(), iter(self.passages)
        linked = [replace(item, blocks=_linked(item, left, codes)) for item in book.exhibits]
        placed = self.placed(replace(book, exhibits=tuple(linked)))
        annex = [_annex(codes.known, self.places, self.words)] if codes.known else []
        return replace(placed, exhibits=(*placed.exhibits, *annex))

    def placed(self, book: Book) -> Book:
        """Return a book whose exhibits say where data and code are; the first page has room for neither."""
        placed = [
            item
            if item.first_page
            else replace(item, blocks=_placed(item.blocks, item, self.places, self.words))
            for item in book.exhibits
        ]
        return replace(book, exhibits=tuple(placed))

    def annex_of(self, book: Book) -> Book:
        """Return a book of the table alone that the numbers of a book lead to."""
        return replace(book, exhibits=self.linked(book).exhibits[len(book.exhibits) :])


def _linked(item: Shown, passages: Iterator[Passage], codes: _Codes) -> list[Node]:
    def change(node: Node) -> Node:
        if node["t"] in {"Plain", "Para", "Header"}:
            return _leaf(node, next(passages), codes)
        gathers = node["t"] == "Div" and _GATHERED & set(node["c"][0][1])
        return _gathered(node) if gathers else node

    found: list[Node] = []
    for block in item.blocks:
        if block["t"] == "Table":  # its cells have their row in the CSV named below it
            for _ in leaves(block):
                next(passages)
            found.append(block)
        else:
            found += walk([block], change)
    return found


def _leaf(node: Node, passage: Passage, codes: _Codes) -> Node:
    if node["t"] == "Header" and node["c"][0] > 1:  # contents and bookmarks repeat it
        return node
    spans = {
        span: codes.of(Origin(passage.text[slice(*span)], source))
        for span, source in _spans(passage).items()
        if source is not None and _leads(source)
    }
    if not spans:
        return node
    content = node["c"][2] if node["t"] == "Header" else node["c"]
    made, _ = _with_links(content, spans, 0)
    used = _numbers(made)
    made = [_margin(used), *made] if used else made
    return {**node, "c": [*node["c"][:2], made] if node["t"] == "Header" else made}


def _spans(passage: Passage) -> dict[tuple[int, int], Source | None]:
    numerals = [token for token in tokens_of([passage.text]) if token.numeral]
    found: dict[tuple[int, int], Source | None] = {}
    for token, source in zip(numerals, passage.sources, strict=True):
        found.setdefault(whole_span(passage.text, token), source)
    return found


def _leads(source: Source) -> bool:
    """Whether a source is the number's own: a value of the run, found as it was written, whose place is known."""
    return source.value is not None and not source.rounded and source.key != UNTOLD


def _with_links(
    content: Sequence[Node], spans: Mapping[tuple[int, int], int], at: int
) -> tuple[list[Node], int]:
    """Return inlines whose numbers are links, and the place in the text after them."""
    found: list[Node] = []
    for node in content:
        length = len(seen(node))
        if node["t"] == "Str":
            found += _parted(node["c"], spans, at)
        elif node["t"] in _WHOLE or "c" not in node:
            found.append(node)
        else:
            inside = node["c"][-1] if node["t"] in {"Span", "Quoted"} else node["c"]
            made, _ = _with_links(inside, spans, at)
            found.append(
                {**node, "c": [*node["c"][:-1], made] if inside is not node["c"] else made}
            )
        at += length
    return found, at


def _parted(word: str, spans: Mapping[tuple[int, int], int], at: int) -> list[Node]:
    found: list[Node] = []
    done = 0
    for (start, end), code in spans.items():
        if at <= start and end <= at + len(word):
            found += inlines(word[done : start - at])
            anchor = link(f"#n{code}", word[start - at : end - at])
            anchor["c"][0] = attributes("", "n", code=str(code))
            found.append(anchor)
            done = end - at
    return [*found, *inlines(word[done:])]


def _numbers(content: Any) -> list[int]:
    found: list[int] = []

    def note(node: Node) -> Node:
        if node["t"] == "Link" and "n" in node["c"][0][1]:
            found.append(int(dict(node["c"][0][2])["code"]))
        return node

    walk(content, note)
    return sorted(set(found))


def _margin(codes: Sequence[int]) -> Node:
    """Return what paper has in its margin: codes, those in a row as a range."""
    parts: list[list[int]] = []
    for code in codes:
        if parts and code == parts[-1][-1] + 1:
            parts[-1].append(code)
        else:
            parts.append([code])
    text = " ".join(f"n{p[0]}" + (f"\u2013{p[-1]}" if len(p) > 1 else "") for p in parts)
    return {"t": "Span", "c": [attributes("", "codes"), inlines(text)]}


def _gathered(node: Node) -> Node:
    """Put the codes of parts that stand side by side in one place."""
    codes = _numbers(node["c"][1])
    bare = walk(node["c"][1], lambda inside: [] if _is_margin(inside) else inside)
    if codes:
        second = [*leaves(bare)][:2][-1]  # the first is a name, set in capitals
        second["c"].insert(0, _margin(codes))
    return {**node, "c": [node["c"][0], bare]}


def _is_margin(node: Node) -> bool:
    return node["t"] == "Span" and "codes" in node["c"][0][1]


def _placed(
    blocks: Sequence[Node], item: Shown, places: Places, words: Mapping[str, str]
) -> list[Node]:
    """Say below each table and figure where its data and code are."""
    found: list[Node] = []
    for block in blocks:
        if block["t"] == "Div":
            inside = _placed(block["c"][1], item, places, words)
            block = {**block, "c": [block["c"][0], inside]}  # noqa: PLW2901
        found.append(block)
    for position, block in reversed(list(enumerate(found))):
        if block["t"] in {"Table", "Figure"}:
            _say_place(found, position, _line(block, item, places, words))
    return found


def _line(block: Node, item: Shown, places: Places, words: Mapping[str, str]) -> list[Node]:
    label = block["c"][0][0]
    own = Place("06_report.ipynb", item.cell)
    place = places.exhibits.get(label, own)
    data = f"tables/{label}.csv" if block["t"] == "Table" else "results.json"
    explored = [*inlines(", "), link(EXPLORER, EXPLORER)] if label == SPECIFICATIONS else []
    return [
        *inlines(f"{words['data']} "),
        link(data, data),
        *explored,
        *inlines(f" · {words['code']} "),
        *_cell_of(place, words),
    ]


def _cell_of(place: Place, words: Mapping[str, str]) -> list[Node]:
    name = place.notebook.removesuffix(".ipynb")
    return [link(f"notebooks/{place.notebook}", name), *inlines(f", {words['cell']} {place.cell}")]


def _say_place(blocks: list[Node], position: int, line: list[Node]) -> None:
    """Put the line after what is said below an exhibit: at the end of how to read a figure, after a table's notes."""
    after = position + 1
    if blocks[position]["t"] == "Figure":
        if after < len(blocks) and _is(blocks[after], "reading"):
            said = blocks[after]["c"][1][0]["c"]
            joined = plain([*said, *inlines(" · "), *line])
            blocks[after] = {**blocks[after], "c": [blocks[after]["c"][0], [joined]]}
        else:
            blocks.insert(after, div("reading", [plain(line)]))
        return
    while after < len(blocks) and _is(blocks[after], "table-note"):
        after += 1
    blocks.insert(after, div("table-note", [plain(line)]))


def _is(block: Node, kind: str) -> bool:
    return block["t"] == "Div" and kind in block["c"][0][1]


def _annex(known: Mapping[Origin, int], places: Places, words: Mapping[str, str]) -> Shown:
    heads = ("number_code", "as_written", "value", "result", "computed_in")
    head = row([cell(inlines(words[name]), scope="col") for name in heads])
    rows = [_row(origin, code, places, words) for origin, code in known.items()]
    listed = table(
        "number-rows", [], head, rows, [name in {"as_written", "value"} for name in heads]
    )
    numbers: dict[str, list[Note]] = {}
    for origin in known:
        if origin.source.value is not None:
            for text in (origin.written, repr(origin.source.value)):
                numbers.setdefault(text, []).append(origin.source.value)
    blocks = [
        header(3, words["numbers"], LABEL),
        para(words["numbers_note"]),
        raw("html", f"<details><summary>{escape(words['numbers_all'])}</summary>"),
        listed,
        raw("html", "</details>"),
    ]
    return Shown(blocks, numbers=numbers)


def _row(origin: Origin, code: int, places: Places, words: Mapping[str, str]) -> list[Any]:
    source = origin.source
    file, _, key = source.key.partition("#")
    own = re.fullmatch(r"results\.json|run\.json|tables/[a-z0-9-]+\.csv", file) is not None
    place = places.of_key(source.key)
    texts = (
        inlines(origin.written),
        inlines("" if source.value is None else repr(source.value)),
        [link(file, file) if own else {"t": "Str", "c": file}, *inlines(f" {key}")],
        _cell_of(place, words) if place else [],
    )
    labels = [words[name] for name in ("as_written", "value", "result", "computed_in")]
    kinds: tuple[list[str], ...] = (["num"], ["num"], [], [])
    cells = [
        cell(text, *kind, data_label=name)
        for text, kind, name in zip(texts, kinds, labels, strict=True)
    ]
    named = row([cell(inlines(f"n{code}"), scope="row"), *cells])
    named[0] = attributes(f"n{code}")
    return named
