"""What every format says around the exhibits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from impact.reporting.render.book import Book, said_plainly
from impact.reporting.render.pandoc import meta_blocks, meta_list, meta_map, meta_text
from impact.reporting.tree import Node, div, header, inlines, para, plain
from impact.terms import Language


@dataclass(frozen=True)
class Cover:
    """Title, disclaimer and provenance, in the report's language.

    ``provenance`` are (name, value) pairs for the last page; ``words`` names the fixed parts: kind, contents, table, figure,
    skip, provenance, how_to_read.
    """

    title: str
    subtitle: str
    disclaimer: str
    provenance: tuple[tuple[str, str], ...]
    language: Language
    words: dict[str, str]

    def front(self, book: Book) -> list[Node]:
        """Return the first page; where the notebook shows none, the title alone."""
        if book.has_first_page:
            return book.front
        plainly = [
            div("kicker", [plain(self.words["kind"])]),
            header(1, self.title, "title", "unlisted"),
            div("standfirst", [para(self.subtitle)]),
        ]
        return [*book.front, div("first-page", plainly)]

    def metadata(self, book: Book, prepared: Callable[[list[Node]], list[Node]]) -> dict[str, Any]:
        """Return pandoc's metadata; ``prepared`` makes a format's blocks."""

        def said(text: str) -> dict[str, Any]:
            return meta_text(prepared([plain(text)])[0]["c"])

        provenance = [
            meta_map({"name": said(name), "value": said(value)}) for name, value in self.provenance
        ]
        banner = book.banner
        return {
            "lang": meta_text(inlines(self.language)),
            "pagetitle": meta_text(inlines(self.title)),
            "title": said(self.title),
            "subtitle": said(self.subtitle),
            "disclaimer": said(self.disclaimer),
            "provenance": meta_list(provenance),
            "front": meta_blocks(prepared(self.front(book))),
            "banner": meta_text(prepared([plain(said_plainly(banner))])[0]["c"]),
            "words": meta_map({name: said(word) for name, word in self.words.items()}),
        }
