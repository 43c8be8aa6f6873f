"""The report as one HTML page: no script, no address outside itself."""

import re
import tempfile
from base64 import b64encode
from html import escape
from pathlib import Path

from impact.reporting.markup import said
from impact.reporting.pieces import MEDIA
from impact.reporting.render.book import Book, Media, read_book
from impact.reporting.render.cover import Cover
from impact.reporting.render.fonts import css
from impact.reporting.render.origins import Trail
from impact.reporting.render.pandoc import pandoc, publish
from impact.reporting.tree import Node, plain, raw, raw_inline, text_of, walk

HERE = Path(__file__).parent
_NAMED = re.compile(
    rf'(?P<tag><(?:source media="[^"]*" srcset|img src)="){MEDIA}(?P<label>[a-z0-9-]+):(?P<kind>svg|narrow)(?=")'
)
"""A drawing as pandoc carries it: in a tag that no text can hold, as its `<` would be written out."""
PHONE = "screen and (max-width: 40rem)"  # paper is as narrow, and gets the drawing for a page


def render_html(notebook: Path, output: Path, *, cover: Cover, trail: Trail | None = None) -> None:
    """Write the page; with a trail its numbers are links.

    Raises
    ------
    RenderError
        When the notebook cannot be read or pandoc fails.
    """
    book = read_book(notebook, cover.words)
    write_page(trail.linked(book) if trail else book, output, cover=cover)


def write_page(book: Book, output: Path, *, cover: Cover) -> None:
    """Write the page of a book.

    Raises
    ------
    RenderError
        When pandoc fails.
    """
    with tempfile.TemporaryDirectory(prefix="impact-") as name:
        folder = Path(name)
        page = folder / "report.html"
        letters = text_of([book.front, book.body]) + text_of(
            [plain(*cover.words.values(), cover.title, cover.subtitle, cover.disclaimer)]
        )
        pandoc(
            _blocks(book.body, book), cover.metadata(book, lambda blocks: _blocks(blocks, book)), folder,
            "--to=html5", "--standalone", "--mathml", "--toc", "--toc-depth=2", "--section-divs",
            f"--template={HERE / 'page.html'}", f"--output={page}",
        )  # fmt: skip
        style = "\n".join(
            [css(letters), (HERE / "page.css").read_text(encoding="utf-8"), _running(book.banner)]
        )
        text = page.read_text(encoding="utf-8").replace("/*STYLE*/", style, 1)
        publish(_with_drawings(text, book.media).encode("utf-8"), output)


def _running(banner: str) -> str:
    """Return the rule that prints the banner above each page but the first, which has it in full."""
    if not banner:
        return ""
    escaped = "".join(f"\\{ord(letter):x} " for letter in said(banner))
    return (
        f'@page {{ @top-left {{ content: "{escaped}"; font: 600 8pt "Source Sans Pro", sans-serif; color: #5a4300; }} }}\n'
        "@page :first { @top-left { content: none; } }"
    )


def _blocks(blocks: list[Node], book: Book) -> list[Node]:
    changed: list[Node] = walk(blocks, lambda node: _changed(node, book.media))
    return changed


def _changed(node: Node, media: Media) -> Node | list[Node]:
    if node["t"] == "Figure":
        return _figure(node, media)
    if node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath":
        # a formula wider than a phone scrolls, so the keyboard must reach it
        start, end = (raw_inline("html", tag) for tag in ('<span tabindex="0">', "</span>"))
        return [start, node, end]
    if node["t"] == "Span" and "codes" in node["c"][0][1]:  # for paper, which has no links
        return []
    return node


def _figure(node: Node, media: Media) -> list[Node]:
    """Return a figure with its title above; a phone gets the drawing made for it."""
    attributes, caption, content = node["c"]
    image = content[0]["c"][0]
    label = image["c"][2][0].removeprefix(MEDIA)
    narrow = media.get(label, {}).get("narrow")
    phone = f'<source media="{PHONE}" srcset="{MEDIA}{label}:narrow">' if narrow else ""
    alt = escape(text_of(image["c"][1]))
    picture = f'<picture>{phone}<img src="{MEDIA}{label}:svg" alt="{alt}"></picture>'
    return [
        raw("html", f'<figure id="{attributes[0]}"><figcaption>'),
        *caption[1],
        raw("html", f"</figcaption>{picture}</figure>"),
    ]


def _with_drawings(page: str, media: Media) -> str:
    """Return a page with its drawings where it names them: pandoc need not carry megabytes that it has no use for."""

    def drawn(named: re.Match[str]) -> str:
        return named["tag"] + _uri(media.get(named["label"], {}).get(named["kind"], ""))

    return _NAMED.sub(drawn, page)


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + b64encode(svg.encode("utf-8")).decode("ascii")
