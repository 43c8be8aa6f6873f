"""The fixed pieces of the report as blocks of the tree; how each looks is the renderer's matter (`impact.reporting.render`)."""

import re
from collections.abc import Sequence
from itertools import groupby

from impact.reporting.formats import DASH
from impact.reporting.markup import blocks, words
from impact.reporting.tree import (
    Node,
    attributes,
    caption,
    cell,
    div,
    header,
    image,
    inlines,
    link,
    para,
    plain,
    row,
    span,
    strong,
    table,
)

STEPS = 5  # a rating goes from 0 to this
MEDIA = "media:"  # what the source of a figure's picture begins with; its label follows
SHORT = 14  # characters that fit a third of a phone's width
_MARK = re.compile(r"\s?\[\^(\d{1,2})\]$")


def dots(rating: int) -> Node:
    """Return a rating as filled and empty dots; its words stand beside it, so screen readers pass over them."""
    filled = max(0, min(int(rating), STEPS))
    empty = STEPS - filled
    inside = [
        {"t": "Span", "c": [attributes("", kind), [{"t": "Str", "c": mark * count}]]}
        for kind, mark, count in (("on", "\u25cf", filled), ("off", "\u25cb", empty))
        if count
    ]
    return {"t": "Span", "c": [attributes("", "rating", aria_hidden="true"), inside]}


def card(name: str, value: str, explanation: str) -> Node:
    """Return one key figure."""
    parts = (("card-name", name), ("card-value", value), ("card-explanation", explanation))
    return div("card", [div(kind, [plain(text)]) for kind, text in parts])


def callout(kind: str, markdown: str) -> Node:
    """Return a boxed remark."""
    known = "caution" if kind == "caution" else "finding"
    return {"t": "Div", "c": [attributes("", "callout", known), blocks(markdown)]}


def figure_blocks(
    name: str, title: str, alt: str, how_to_read: str, source: Sequence[tuple[str, str]]
) -> list[Node]:
    """Return a figure and the line below it: how to read it, and where it comes from."""
    picture = plain(image(f"{MEDIA}{name}", alt))
    found: list[Node] = [
        {"t": "Figure", "c": [attributes(name), caption(inlines(title)), [picture]]}
    ]
    line: list[Node] = []
    if how_to_read:
        line += [span("how-to-read"), *inlines(" "), *words(how_to_read)]
    for position, (text, address) in enumerate(source):
        line += inlines(" · " if position else " ") if line else []
        line.append(link(address, text))
    return [*found, div("reading", [plain(*line)])] if line else found


def table_blocks(
    *,
    name: str,
    caption: str,
    headings: Sequence[str],
    numeric: Sequence[bool],
    rows: Sequence[Sequence[str]],
    groups: Sequence[str] = (),
    notes: Sequence[str] = (),
    footnotes: Sequence[str] = (),
) -> list[Node]:
    """Return a table, each cell knowing its heading, and its notes."""
    head = [
        cell(inlines(text), *(["num"] if number else []), scope="col")
        for text, number in zip(headings, numeric, strict=True)
    ]
    body = []
    numbered = enumerate(rows)
    for title, members in groupby(numbered, key=lambda item: groups[item[0]] if groups else ""):
        if title:
            rest = cell([], span_of=len(headings) - 1)
            body.append(row([cell(inlines(title), scope="rowgroup"), rest], "group"))
        body += [row(_cells(texts, headings, numeric)) for _, texts in members]
    below = [div("table-note", [plain(text)]) for text in notes]
    below += [
        div("table-note", [plain(_superscript(str(number)), " ", text)])
        for number, text in enumerate(footnotes, 1)
    ]
    return [table(name, inlines(caption), row(head), body, numeric), *below]


def _cells(
    texts: Sequence[str], headings: Sequence[str], numeric: Sequence[bool]
) -> list[list[object]]:
    found = [cell(_marked(texts[0]), scope="row")]
    for text, heading, number in list(zip(texts, headings, numeric, strict=True))[1:]:
        found.append(cell(_marked(text), *_kinds(text, number=number), data_label=heading))
    return found


def _kinds(text: str, *, number: bool) -> list[str]:
    """Name what a cell holds, so that a phone sets short ones abreast and leaves out what is missing."""
    names = {"num": number, "short": len(text) <= SHORT, "missing": text == DASH}
    return [name for name, holds in names.items() if holds]


def _marked(text: str) -> list[Node]:
    found = _MARK.search(text)
    if not found:
        return inlines(text)
    # without a space "2013" and its note 1 are 20131 to whoever hears, copies or searches the page
    return [*inlines(f"{text[: found.start()]}\u202f"), _superscript(found.group(1))]


def _superscript(text: str) -> Node:
    return {"t": "Superscript", "c": inlines(text)}


def answer(question: str, text: str, rating: int | None, reason: str, where: str) -> Node:
    """Return one row of the first page."""
    aside: list[Node] = []
    if rating is not None:
        aside.append(div("stars", [plain(dots(rating))]))
    aside += [
        div(kind, [plain(*words(part))])
        for kind, part in (("reason", reason), ("where", where))
        if part
    ]
    cells = [
        div("asked", [plain(*words(question))]),
        div("answered", [para(*words(text))]),
        div("aside", aside),
    ]
    return div("answer", cells)


def first_page(
    kicker: str,
    title: str,
    standfirst: str,
    figure: Sequence[Node],
    answers: Sequence[Node],
    facts: Sequence[tuple[str, str]],
) -> list[Node]:
    """Return the minister's page."""
    strip = [
        div(
            "fact",
            [div("fact-name", [plain(*words(name))]), div("fact-text", [plain(*words(text))])],
        )
        for name, text in facts
    ]
    inside = [
        div("kicker", [plain(*words(kicker))]),
        header(1, words(title), "title", "unlisted"),
        div("standfirst", [para(*words(standfirst))]),
        *([div("main-figure", figure)] if figure else []),
        div("answers", answers),
        *([div("facts", strip)] if strip else []),
    ]
    return [div("first-page", inside)]


def ladder(rungs: Sequence[tuple[str, int]]) -> Node:
    """Return a rating's steps, each with what remains after it."""
    shown = []
    for position, (text, remaining) in enumerate(rungs):
        last = position == len(rungs) - 1
        inside = words(text)
        line = [plain(strong(inside) if last and inside else inside)]
        left = [plain(dots(remaining), span("left-over", str(remaining)))]
        shown.append(
            div("last-rung" if last else "rung", [div("rung-text", line), div("rung-left", left)])
        )
    return div("ladder", shown)


def question(text: str, sentence: str, figure: Sequence[Node]) -> Node:
    """Return a short question with its sentence and its small figure."""
    said = div("question-text", [header(3, words(text), "", "unlisted"), *blocks(sentence)])
    return div("question", [said, *([div("question-figure", figure)] if figure else [])])
