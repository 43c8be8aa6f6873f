"""The text of a rendered report, block by block: of a page, a PDF, a Word file, as run made it or as a person left it."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from impact.errors import SourceError
from impact.reporting.pdf_text import lines_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

READ = (".html", ".pdf", ".docx")
_UNSEEN = {"script", "style", "template", "title"}
_WITHIN_A_LINE = {
    "a", "abbr", "b", "cite", "code", "em", "i", "mark", "math", "mi", "mn", "mo", "mrow", "mtext", "msub", "msup",
    "msubsup", "mstyle", "semantics", "q", "small", "span", "strong", "sub", "sup", "time", "u", "wbr",
}  # fmt: skip
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")


def blocks_of(path: Path) -> list[str]:
    """Return the text of a report in reading order: paragraphs, headings, cells; of a PDF its lines.

    Parameters
    ----------
    path : Path
        ``.html``, ``.pdf`` or ``.docx``. Pictures are not read, nor is what a Word file holds as deleted.

    Raises
    ------
    SourceError
        When the file is of another kind or cannot be read as what its name says.
    """
    kinds = {".html": _of_html, ".pdf": lines_of, ".docx": _of_docx}
    if path.suffix not in kinds or not path.is_file():
        raise SourceError(
            f"{path.name}: no report to read; name a file that ends in {', '.join(READ)}"
        )
    found = [" ".join(re.split(r"[ \t\r\n]+", text)).strip() for text in kinds[path.suffix](path)]
    return [text for text in found if text]


class _Page(HTMLParser):
    """Collects the text between one block element and the next."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [""]
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.unseen += tag in _UNSEEN
        if tag not in _WITHIN_A_LINE:
            self.blocks.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in _WITHIN_A_LINE:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in _UNSEEN
        if tag not in _WITHIN_A_LINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.blocks[-1] += data


def _of_html(path: Path) -> list[str]:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8", errors="replace"))
    page.close()
    return page.blocks


def _of_docx(path: Path) -> list[str]:
    from xml.etree import ElementTree as ET

    try:
        with ZipFile(path) as package:
            names = sorted(filter(_PARTS.fullmatch, package.namelist()))
            parts = [ET.fromstring(package.read(name)) for name in names]  # noqa: S314 (expat bounds entities)
    except (BadZipFile, ET.ParseError, KeyError):
        raise SourceError(f"{path.name}: not a Word file that can be read; save it again") from None
    return [_paragraph(element) for part in parts for element in part.iter(f"{_WORD}p")]


def _paragraph(element: "Element") -> str:
    """Return a paragraph's text; one that lies inside another, as in a text box, is a block of its own."""
    text = ""
    for child in element:
        if child.tag in {f"{_WORD}t", _FORMULA}:
            text += child.text or ""
        elif child.tag in {f"{_WORD}tab", f"{_WORD}br"}:
            text += " "
        elif child.tag != f"{_WORD}p":
            text += _paragraph(child)
    return text
