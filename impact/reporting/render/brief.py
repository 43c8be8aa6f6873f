"""The brief of four pages: the exhibits marked for it, under the headings that the funder's briefs have."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from impact.reporting.render.book import Book, Shown, read_book
from impact.reporting.render.cover import Cover
from impact.reporting.render.paper import write_pdf
from impact.reporting.render.word import write_docx
from impact.reporting.tree import WORDS, Node, header, strong, text_of, walk

SECTIONS = (
    "program_overview", "key_findings", "evaluation_questions", "detailed_findings", "mcc_learning", "evaluation_methods",
)  # fmt: skip
OF_CHAPTER = {
    2: "key_findings",
    3: "program_overview",
    4: "evaluation_methods",
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
    chapter, heading = 0, list[Node]()
    for item in book.exhibits:
        if item.chapter is not None:
            chapter, heading = item.chapter, _heading(item)
        if item.brief:
            place = places[OF_CHAPTER.get(chapter, "detailed_findings")]
            if chapter not in OF_CHAPTER and place and not all(map(is_picture, item.blocks)):
                place += heading  # the first chapter of the findings needs none
                heading = []
            place += in_short(item.blocks)
    pictures = [block for block in places["detailed_findings"] if is_picture(block)]
    words_first = [block for block in places["detailed_findings"] if not is_picture(block)]
    places["detailed_findings"] = [*words_first, *pictures]  # so that no page ends half empty
    shown = [item for item in book.exhibits if item.banner]
    if first:
        shown.append(Shown([block for block in first if _kind(block) in _TOP], first_page=True))
    shown += [
        Shown([header(2, words[name], name.replace("_", "-"), "unlisted"), *blocks])
        for name, blocks in places.items()
        if blocks
    ]
    return book.with_exhibits(_renumbered(shown))


def _heading(chapter: Shown) -> list[Node]:
    """Return a chapter's title, without its number, as a heading inside a section."""
    title = text_of(chapter.blocks).partition("\u2002")
    return [header(3, title[2] or title[0], f"in-short-{chapter.chapter}", "unlisted")]


def is_picture(block: Node) -> bool:
    """Whether a block is a figure or the line on how to read it."""
    return block["t"] == "Figure" or (block["t"] == "Div" and "reading" in block["c"][0][1])


def in_short(blocks: Sequence[Node]) -> list[Node]:
    """Return blocks with questions as their words alone: four pages have no room for seven small figures."""

    def change(node: Node) -> Node | list[Node]:
        if node["t"] == "Div" and "question-figure" in node["c"][0][1]:
            return []
        return node

    changed: list[Node] = walk(list(blocks), change, whole=WORDS)
    return changed


def _renumbered(exhibits: Sequence[Shown]) -> list[Shown]:
    """Number tables and figures anew: the brief has few of the report's."""
    counts: Counter[str] = Counter()

    def change(node: Node) -> Node:
        words = node["c"][1][1] if node["t"] in {"Table", "Figure"} else []
        if not words or words[0]["c"][0]["t"] != "Strong":
            return node
        counts[node["t"]] += 1
        number, *rest = words[0]["c"]
        numbered = strong(re.sub(r"\d+", str(counts[node["t"]]), text_of(number)))
        titled = [node["c"][1][0], [{"t": "Plain", "c": [numbered, *rest]}]]
        return {**node, "c": [node["c"][0], titled, *node["c"][2:]]}

    return [replace(item, blocks=walk(item.blocks, change, whole=WORDS)) for item in exhibits]


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
