"""Where each numeral of a book comes from, found on its exhibits: there the raw values behind cells are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from impact.reporting.reading import tokens_of
from impact.reporting.render.book import Book, Shown
from impact.reporting.sources import UNTOLD, Source, Sources
from impact.reporting.tree import Node, leaves, seen

Value = tuple[float, str]  # a raw value and the cell of a CSV that holds it


@dataclass(frozen=True)
class Passage:
    """A block of words: its text, where its numerals come from in order, and the notebook's cell that showed it."""

    text: str
    sources: tuple[Source | None, ...]
    cell: int


def passages_of(book: Book, sources: Sources) -> list[Passage]:
    """Return the passages of a book, in the order of `leaves` over its exhibits."""
    return [
        _passage(leaf, value, item, sources)
        for item in book.exhibits
        for leaf, value in _valued(item)
    ]


def _passage(leaf: Node, value: Value | None, item: Shown, sources: Sources) -> Passage:
    text = seen(leaf)
    numerals = [token for token in tokens_of([text]) if token.numeral]
    if value is not None:
        raw, place = value
        source = sources.exactly(raw)
        if source is None or source.key == UNTOLD:
            source = Source(raw, place)
        return Passage(text, (source,) * len(numerals), item.cell)
    raised = list(_raised(leaf))
    found = tuple(
        Source(None, "pages")
        if any(start <= token.start < end for start, end in raised)
        else sources.of(token, text, item.numbers)
        for token in numerals
    )
    return Passage(text, found, item.cell)


def _raised(leaf: Node) -> Iterator[tuple[int, int]]:
    """Return where marks of notes begin and end in a block's words."""

    def parts(node: Any, at: int) -> Iterator[tuple[int, int]]:
        if isinstance(node, list):
            for inside in node:
                yield from parts(inside, at)
                at += len(seen(inside))
        elif isinstance(node, dict) and node["t"] == "Superscript":
            yield at, at + len(seen(node))
        elif isinstance(node, dict) and isinstance(node.get("c"), list):
            yield from parts(node["c"], at)

    yield from parts(leaf, 0)


def _valued(item: Shown) -> Iterator[tuple[Node, Value | None]]:
    """Return blocks of words, those of a table's cells with the raw value behind them."""
    for block in item.blocks:
        if block["t"] != "Table" or not item.values:
            yield from ((leaf, None) for leaf in leaves(block))
            continue
        (label, _, _), caption, _, head, bodies, _ = block["c"]
        yield from ((leaf, None) for leaf in leaves([caption, head]))
        rows = iter(enumerate(item.values))
        for row in bodies[0][3]:
            if "group" in row[0][1]:
                yield from ((leaf, None) for leaf in leaves(row))
                continue
            number, raws = next(rows)
            for cell, raw, column in zip(row[1], raws, item.columns, strict=True):
                place = f"tables/{label}.csv#{column}[{number}]"
                for leaf in leaves(cell):
                    yield leaf, None if raw is None else (raw, place)
