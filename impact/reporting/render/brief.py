"""The brief of four pages: the exhibits marked for it, under the headings that the funder's briefs have."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from impact.reporting.render.book import Book, Shown, read_book
from impact.reporting.render.cover import Cover
from impact.reporting.render.paper import write_pdf
from impact.reporting.render.word import write_docx
from impact.reporting.tree import Node, header

SECTIONS = (
    "program_overview", "key_findings", "evaluation_questions", "detailed_findings", "mcc_learning", "evaluation_methods",
)  # fmt: skip
OF_CHAPTER = {
    2: "key_findings",
    3: "program_overview",
    7: "evaluation_methods",
    10: "mcc_learning",
    11: "evaluation_methods",
}
"""Where a chapter's marked exhibits go; those of any other are detailed findings."""
_TOP = {"kicker", "title", "standfirst", "main-figure"}


def render_brief(notebook: Path, output: Path, *, cover: Cover) -> None:
    """Write the brief, as a PDF or a Word document by the name of the file.

    Raises
    ------
    RenderError
        When the notebook cannot be read, or pandoc or Typst fails.
    """
    brief = brief_of(read_book(notebook, cover.words), cover.words)
    if output.suffix == ".docx":
        write_docx(brief, output, cover=cover, provenance=False)
    else:
        write_pdf(brief, output, cover=cover, template="brief.typ")


def brief_of(book: Book, words: Mapping[str, str]) -> Book:
    """Return the book's brief: what the first page says, parted over the sections, and the exhibits marked for it."""
    first = _first_page(book)
    places: dict[str, list[Node]] = {name: [] for name in SECTIONS}
    places["program_overview"] += [block for block in first if _kind(block) == "facts"]
    places["evaluation_questions"] += [block for block in first if _kind(block) == "answers"]
    chapter = 0
    for item in book.exhibits:
        chapter = chapter if item.chapter is None else item.chapter
        if item.brief:
            places[OF_CHAPTER.get(chapter, "detailed_findings")] += item.blocks
    shown = [item for item in book.exhibits if item.banner]
    if first:
        shown.append(Shown([block for block in first if _kind(block) in _TOP], first_page=True))
    shown += [
        Shown([header(2, words[name], name.replace("_", "-"), "unlisted"), *blocks])
        for name, blocks in places.items()
        if blocks
    ]
    return book.with_exhibits(shown)


def _first_page(book: Book) -> Sequence[Node]:
    for item in book.exhibits:
        if item.first_page:
            inside: Sequence[Node] = item.blocks[0]["c"][1]
            return inside
    return ()


def _kind(block: Node) -> str:
    attributes = block["c"][1] if block["t"] == "Header" else block["c"][0]
    if block["t"] == "Header":
        return "title"
    return str(next(iter(attributes[1]), ""))
