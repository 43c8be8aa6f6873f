"""Nodes of pandoc's document tree: what exhibits are made of, so that text is never markup.

A node is what pandoc reads as JSON. Texts become `Str` nodes; nothing that comes from data reaches a reader of markup.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

Node = dict[str, Any]
Attributes = tuple[str, list[str], list[list[str]]]

API_VERSION = [1, 23, 1]
WORDS = frozenset({"Plain", "Para", "Header"})
"""Kinds of blocks that hold words."""
_LISTS = (list, tuple)
_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|(?<=s)'(?=\s|$)")  # inside a word, or after a plural's s


def slug(text: str) -> str:
    """Return a label made of ASCII letters, digits and hyphens."""
    from unicodedata import normalize

    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def is_label(text: str) -> bool:
    """Whether a text may stand as a label: letters, digits and hyphens only."""
    return _LABEL.fullmatch(text) is not None


def label_of(text: str) -> str:
    """Return a text as a label: itself where it is one, else its slug."""
    return text if is_label(text) else slug(text)


def attributes(name: str = "", *classes: str, **values: str) -> Attributes:
    """Return a node's identifier, classes and attributes; a label that is none becomes its slug."""
    shown = [[key.replace("_", "-"), clean(str(value))] for key, value in values.items()]
    return (name and label_of(name), list(classes), shown)


def clean(text: str) -> str:
    """Return a text without control and direction characters, apostrophes as printers set them."""
    return _APOSTROPHE.sub("\u2019", _CONTROL.sub("", text))


def inlines(text: Any) -> list[Node]:
    """Return plain text as words and spaces; no-break spaces stay inside a word."""
    words = re.split(r"[ \t\r\n]+", clean(str(text)))
    found: list[Node] = []
    for position, word in enumerate(words):
        if position:
            found.append({"t": "Space"})
        if word:
            found.append({"t": "Str", "c": word})
    return found


def plain(*content: Any) -> Node:
    """Return a block of inlines; texts among them become words."""
    return {"t": "Plain", "c": _flat(content)}


def para(*content: Any) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": _flat(content)}


def _flat(content: Iterable[Any]) -> list[Node]:
    found: list[Node] = []
    for item in content:
        if isinstance(item, dict):
            found.append(item)
        elif isinstance(item, list):
            found.extend(item)
        else:
            found.extend(inlines(item))
    return found


def strong(*content: Any) -> Node:
    """Return strong text."""
    return {"t": "Strong", "c": _flat(content)}


def span(kind: str, *content: Any) -> Node:
    """Return inlines of a class."""
    return {"t": "Span", "c": [attributes("", kind), _flat(content)]}


def link(target: str, *content: Any) -> Node:
    """Return a link to a place of this document, or of the run's folder."""
    return {"t": "Link", "c": [attributes(), _flat(content), [target, ""]]}


def div(kind: str, content: Sequence[Node], name: str = "", **values: str) -> Node:
    """Return blocks of a class."""
    return {"t": "Div", "c": [attributes(name, kind, **values), list(content)]}


def header(level: int, content: Any, name: str = "", *classes: str) -> Node:
    """Return a heading with a label of its own."""
    words = _flat([content])
    return {"t": "Header", "c": [level, attributes(name or slug(text_of(words)), *classes), words]}


def image(source: str, alt: str, **values: str) -> Node:
    """Return a picture with its alternative text."""
    return {"t": "Image", "c": [attributes("", **values), inlines(alt), [source, ""]]}


def raw(form: str, text: str) -> Node:
    """Return a block of an output format; for the house's own constants, never for data."""
    return {"t": "RawBlock", "c": [form, text]}


def raw_inline(form: str, text: str) -> Node:
    """Return an inline of an output format; for the house's own constants, never for data."""
    return {"t": "RawInline", "c": [form, text]}


def caption(content: Sequence[Node]) -> list[Any]:
    """Return what pandoc takes as a caption."""
    return [None, [{"t": "Plain", "c": list(content)}] if content else []]


def cell(content: Sequence[Node], *classes: str, span_of: int = 1, **values: str) -> list[Any]:
    """Return a cell of a table."""
    blocks = [{"t": "Plain", "c": list(content)}]
    return [attributes("", *classes, **values), {"t": "AlignDefault"}, 1, span_of, blocks]


def row(cells: Sequence[list[Any]], *classes: str) -> list[Any]:
    """Return a row of a table."""
    return [attributes("", *classes), list(cells)]


def table(
    name: str,
    words: Sequence[Node],
    head: list[Any],
    body: Sequence[list[Any]],
    numeric: Sequence[bool],
) -> Node:
    """Return a table whose first column is its row headers."""
    aligned = [{"t": "AlignRight" if number else "AlignLeft"} for number in numeric]
    columns = [[align, {"t": "ColWidthDefault"}] for align in aligned]
    bodies = [[attributes(), 1, [], list(body)]]
    return {
        "t": "Table",
        "c": [
            attributes(name),
            caption(words),
            columns,
            [attributes(), [head]],
            bodies,
            [attributes(), []],
        ],
    }


def walk(node: Any, change: Callable[[Node], Any], *, whole: Collection[str] = frozenset()) -> Any:
    """Return the tree with every node changed, leaves first; a list in place of a node is spliced in.

    Parameters
    ----------
    node : tree
    change : callable
    whole : collection of str
        Kinds of nodes whose content stays as it is: `WORDS` where words do not matter, which are most of a tree.
    """

    def of_node(node: Node) -> Any:
        if "c" not in node or node["t"] in whole:
            return change({**node})
        return change({**node, "c": of(node["c"])})

    def of(tree: Any) -> Any:
        if isinstance(tree, dict):
            return of_node(tree) if "t" in tree else tree
        if not isinstance(tree, _LISTS):
            return tree
        found: list[Any] = []
        for item in tree:
            if isinstance(item, dict) and "t" in item:
                new = of_node(item)
                (found.extend if isinstance(new, list) else found.append)(new)
            else:
                found.append(of(item) if isinstance(item, _LISTS) else item)
        return found

    return of(node)


def structure(node: Any) -> Iterator[Node]:
    """Return the nodes of a tree in order, each before what is in it, without those that words are made of."""
    if isinstance(node, _LISTS):
        for item in node:
            yield from structure(item)
    elif isinstance(node, dict) and "t" in node:
        yield node
        if node["t"] not in WORDS:
            yield from structure(node.get("c"))


def text_of(node: Any) -> str:
    """Return the words of a tree."""
    if isinstance(node, _LISTS):
        return "".join(text_of(item) for item in node)
    if not isinstance(node, dict):
        return ""
    kind = node.get("t")
    content: Any = node.get("c")
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if kind == "Str":
        return str(content)
    if kind in {"Code", "Math"}:
        return str(content[1])
    return text_of(content)


def leaves(node: Any) -> Iterator[Node]:
    """Return the blocks that hold words, in order: paragraphs, headings, captions, cells."""
    if isinstance(node, _LISTS):
        for item in node:
            yield from leaves(item)
    elif isinstance(node, dict):
        if node["t"] in WORDS:
            yield node
        else:
            yield from leaves(node.get("c"))


def seen(node: Any) -> str:
    """Return the words of a tree that are set on the page: not what stands for a picture."""
    if isinstance(node, _LISTS):
        return "".join(map(seen, node))
    if isinstance(node, dict) and node["t"] == "Image":
        return ""
    if isinstance(node, dict) and node["t"] not in {
        "Space",
        "SoftBreak",
        "LineBreak",
        "Str",
        "Code",
        "Math",
    }:
        return seen(node.get("c"))
    return text_of(node)
