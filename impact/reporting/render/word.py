"""The report as a Word document: real headings, captions, table headers, alternative texts."""

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from impact.reporting.markup import said
from impact.reporting.pieces import MEDIA
from impact.reporting.render.book import Book, Media, read_book
from impact.reporting.render.cover import Cover
from impact.reporting.render.origins import Trail
from impact.reporting.render.pandoc import default_file, pandoc, publish
from impact.reporting.render.word_styles import (
    EDITS,
    HEADER,
    PAGE,
    PAGE_BREAK,
    ROW_IN_ONE_PIECE,
    STYLES,
    TYPES,
)
from impact.reporting.tree import (
    Node,
    attributes,
    cell,
    header,
    image,
    inlines,
    para,
    raw,
    row,
    strong,
    table,
    text_of,
    walk,
)

_STYLED = {
    "banner": "Banner", "kicker": "Kicker", "standfirst": "Standfirst", "reading": "Reading", "table-note": "Table Note",
    "reason": "Reading", "where": "Reading",
}  # fmt: skip
_KEPT = frozenset(
    {
        "answer",
        "rung",
        "last-rung",
        "asked",
        "answered",
        "aside",
        "fact",
        "card",
        "rung-text",
        "rung-left",
    }
)
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_WIDTH, _SMALL_WIDTH = "16.2cm", "11cm"
LONGEST_TEXT = 30  # characters from which a column of texts gets no wider
MARGINS = 4  # characters that a cell's margins take


def render_docx(notebook: Path, output: Path, *, cover: Cover, trail: Trail | None = None) -> None:
    """Write the document; with a trail its exhibits say where data and code are.

    Raises
    ------
    RenderError
        When the notebook cannot be read or pandoc fails.
    """
    book = read_book(notebook, cover.words)
    book = trail.placed(book) if trail else book
    write_docx(book, output, cover=cover, provenance=True)


def write_docx(book: Book, output: Path, *, cover: Cover, provenance: bool) -> None:
    """Write a book as a Word document."""
    between = [raw("openxml", PAGE_BREAK)] if provenance and book.has_first_page else []
    blocks = [*cover.front(book), *between, *book.body]
    if provenance:
        blocks += _provenance(cover)
    changed = walk(blocks, partial(_changed, media=book.media))
    with tempfile.TemporaryDirectory(prefix="impact-") as name:
        folder = Path(name)
        reference, written = folder / "reference.docx", folder / "report.docx"
        reference.write_bytes(_reference(cover.language))
        pandoc(
            changed, {"lang": {"t": "MetaInlines", "c": inlines(cover.language)}}, folder,
            "--to=docx", f"--reference-doc={reference}", f"--output={written}",
        )  # fmt: skip
        publish(_finished(written.read_bytes(), cover, book.banner), output)


def _provenance(cover: Cover) -> list[Node]:
    rows = [
        row([cell(inlines(name), scope="row"), cell(inlines(value))])
        for name, value in cover.provenance
    ]
    return [
        header(2, cover.words["provenance"], "provenance"),
        _bare_table(rows, 2),
        para(cover.disclaimer),
    ]


def _bare_table(rows: Sequence[list[Any]], columns: int) -> Node:
    found = table("", [], row([]), rows, [False] * columns)
    found["c"][3] = [attributes(), []]  # no head
    return found


def _changed(node: Node, media: Media) -> Node | list[Node]:  # noqa: PLR0911 (one line a kind)
    kind = node["t"]
    if kind == "Image":
        drawing = media.get(node["c"][2][0].removeprefix(MEDIA), {}).get("png", "")
        data = f"data:image/png;base64,{drawing}"
        return image(data, text_of(node["c"][1]), width=_WIDTH)
    if kind == "Link" and not node["c"][2][0].startswith("#"):
        return list(node["c"][1])
    if kind == "Header":
        level, names, content = node["c"]
        if level == 1:
            return _styled("Title", [para(content)])
        return {"t": "Header", "c": [level - 1, names, content]}
    if kind == "Span" and "rating" in node["c"][0][1]:
        return {"t": "Span", "c": [attributes("", custom_style="Rating"), node["c"][1]]}
    if kind == "Span" and "left-over" in node["c"][0][1]:
        return [*inlines("\u00a0\u00a0"), *node["c"][1]]
    if kind == "Table":
        return _wide(node)
    return _div(node) if kind == "Div" else node


def _wide(node: Node, shares: Sequence[float] = ()) -> Node:
    """Give a table's columns widths over the whole line, where none are told: room for every number, then for the texts."""
    content = list(node["c"])
    rows = [*content[3][1], *content[4][0][3]]
    if not shares:
        texts = [
            [text_of(line[1][i][4]) for line in rows if len(line[1]) > i]
            for i in range(len(content[2]))
        ]
        shares = [
            _numbers_room(column)
            if align["t"] == "AlignRight"
            else max(11, *map(_in_reason, column))
            for (align, _), column in zip(content[2], texts, strict=True)
        ]
    content[2] = [
        [align, {"t": "ColWidth", "c": share / sum(shares)}]
        for (align, _), share in zip(content[2], shares, strict=True)
    ]
    return {**node, "c": content}


def _in_reason(text: str) -> int:
    return min(len(text), LONGEST_TEXT)


def _numbers_room(column: Sequence[str]) -> int:
    """Return what a column of numbers needs: the longest, or a word of its heading, on one line, and margins."""
    heading, *numbers = column
    return MARGINS + max(map(len, [*heading.split(" "), *numbers]))


def _styled(style: str, content: Sequence[Node]) -> Node:
    return {"t": "Div", "c": [attributes("", custom_style=style), list(content)]}


def _div(node: Node) -> Node | list[Node]:
    (_, names, _), content = node["c"]
    classes = set(names)
    if "callout" in classes:
        return _styled("Caution" if "caution" in classes else "Finding", content)
    if style := next((_STYLED[name] for name in names if name in _STYLED), ""):
        return _styled(style, content)
    if classes & {"facts", "key-figures"}:
        return _parallel(content)
    if classes & {"answers", "ladder"}:
        return _rows(content)
    small = walk(list(content), _smaller) if "question-figure" in classes else list(content)
    return node if classes & _KEPT else small


def _smaller(node: Node) -> Node:
    if node["t"] != "Image":
        return node
    return image(node["c"][2][0], text_of(node["c"][1]), width=_SMALL_WIDTH)


def _blocks_of(node: Node) -> list[Node]:
    blocks: list[Node] = node["c"][1]
    return blocks


def _rows(content: Sequence[Node]) -> Node:
    """Set pieces of parallel parts as a table, a piece a row."""
    rows = []
    for piece in content:
        cells = [cell([]) for _ in _blocks_of(piece)]
        for made, part in zip(cells, _blocks_of(piece), strict=True):
            words = [_compact(block) for block in _blocks_of(part)]
            asked = len(cells) == 3 and part is _blocks_of(piece)[0]
            made[4] = _bold(words) if asked else words
        rows.append(row(cells))
    columns = len(rows[0][1]) if rows else 1
    shares = {3: (26, 50, 24), 2: (78, 22)}.get(columns, (1,) * columns)
    return _wide(_bare_table(rows, columns), shares)


def _compact(block: Node) -> Node:
    return {**block, "t": "Plain"} if block["t"] == "Para" else block


def _bold(blocks: Sequence[Node]) -> list[Node]:
    return [
        {**block, "c": [strong(block["c"])]} if block["t"] == "Plain" else block for block in blocks
    ]


def _parallel(content: Sequence[Node]) -> Node:
    """Set facts or key figures side by side, their names as the table's head."""
    columns = [_blocks_of(piece) for piece in content]
    lines = [[[*cell([])[:4], [block]] for block in line] for line in zip(*columns, strict=True)]
    found = table("", [], row(lines[0]), [row(line) for line in lines[1:]], [False] * len(columns))
    return _wide(found)


def _reference(language: str) -> bytes:
    """Return pandoc's own reference document in the house's styles."""
    source = zipfile.ZipFile(io.BytesIO(default_file("reference.docx")))
    kept = {name: source.read(name) for name in source.namelist()}
    styles = kept["word/styles.xml"].decode("utf-8")
    styles = re.sub(
        r"<w:lang [^>]*/>",
        f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA" />',
        styles,
    )
    styles = re.sub(
        r"<w:rFonts [^>]*/>",
        '<w:rFonts w:ascii="Georgia" w:hAnsi="Georgia" w:cs="Arial" />',
        styles,
    )
    for first, instead in EDITS:
        styles = re.sub(first, instead, styles, count=1, flags=re.DOTALL)
    kept["word/styles.xml"] = styles.replace("</w:styles>", STYLES + "</w:styles>").encode("utf-8")
    return _zipped(kept)


def _finished(docx: bytes, cover: Cover, banner: str) -> bytes:
    """Give the pages their size and running header, the document its title, and every part the same date."""
    source = zipfile.ZipFile(io.BytesIO(docx))
    kept = {name: source.read(name) for name in source.namelist()}
    words = escape(said(banner) or cover.title)
    kept["word/header9.xml"] = HEADER.replace("WORDS", words).encode("utf-8")
    title = f"<dc:title>{escape(cover.title)}</dc:title>"
    edits = (
        ("word/document.xml", r"<w:sectPr\s*/>|<w:sectPr\b.*?</w:sectPr>", PAGE),
        ("word/document.xml", r'descr="data:[^"]*"', 'descr=""'),
        ("word/document.xml", r"<w:tr>(?!\s*<w:trPr>)", ROW_IN_ONE_PIECE),
        (
            "word/_rels/document.xml.rels",
            "</Relationships>",
            TYPES["relation"] + "</Relationships>",
        ),
        ("[Content_Types].xml", "</Types>", TYPES["content"] + "</Types>"),
        ("docProps/core.xml", r"<dc:title>.*?</dc:title>|<dc:title\s*/>", title),
    )
    for part, pattern, replacement in edits:
        kept[part] = _edited(kept[part], pattern, replacement)
    return _zipped(kept)


def _edited(part: bytes, pattern: str, replacement: str) -> bytes:
    parts = re.split(pattern, part.decode("utf-8"), flags=re.DOTALL)
    return replacement.join(parts).encode("utf-8")


def _zipped(parts: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED_DATE), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()
