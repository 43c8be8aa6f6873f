"""The small markup of our sentences, parsed once into the tree: bold, emphasis, code, lists, headings, links, formulas.

Pictures, raw HTML, and addresses outside the report stay what they are: text.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from impact.reporting.tree import Node, attributes, header, inlines, text_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_OWN_PLACE = re.compile(
    r"#[a-z0-9-]+|(?:tables|figures|notebooks)/[A-Za-z0-9_./-]+|results\.json|run\.json"
)
_WRAPS = {"strong": "Strong", "em": "Emph"}
_LISTS = {"bullet_list_open": "BulletList", "ordered_list_open": "OrderedList"}


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False})
    parser.disable(
        [
            "image",
            "html_block",
            "html_inline",
            "autolink",
            "reference",
            "code",
            "fence",
            "blockquote",
            "hr",
        ]
    )

    def ours(url: str) -> bool:
        return _OWN_PLACE.fullmatch(url) is not None

    parser.validateLink = ours  # type: ignore[method-assign]
    return parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)


def blocks(markdown: str) -> list[Node]:
    """Parse a text of ours; what it quotes from data was escaped by `formats.escape`."""
    return _blocks(_parser().parse(markdown))


def words(markdown: str) -> list[Node]:
    """Parse a line of ours to inlines."""
    return [
        node for block in blocks(markdown) if block["t"] in {"Para", "Plain"} for node in block["c"]
    ]


def _blocks(tokens: Sequence["Token"]) -> list[Node]:
    found: list[Node] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _end(tokens, position)
        inside = tokens[position + 1 : end]
        if token.type == "heading_open":
            found.append(header(int(token.tag[1]), _inlines(inside[0].children or [])))
        elif token.type == "paragraph_open":
            kind = "Plain" if token.hidden else "Para"
            found.append({"t": kind, "c": _inlines(inside[0].children or [])})
        elif token.type in _LISTS:
            found.append(_list(_LISTS[token.type], inside))
        elif token.type == "math_block":
            formula = {"t": "Math", "c": [{"t": "DisplayMath"}, token.content.strip()]}
            found.append({"t": "Para", "c": [formula]})
        position = end + 1
    return found


def _end(tokens: Sequence["Token"], start: int) -> int:
    """Return where the token that opens at a place is closed."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += tokens[position].nesting
        if depth <= 0:
            return position
    return len(tokens)


def _list(kind: str, tokens: Sequence["Token"]) -> Node:
    items: list[Any] = []
    position = 0
    while position < len(tokens):
        end = _end(tokens, position)
        items.append(_blocks(tokens[position + 1 : end]))
        position = end + 1
    if kind == "BulletList":
        return {"t": kind, "c": items}
    return {"t": kind, "c": [[1, {"t": "Decimal"}, {"t": "Period"}], items]}


def _inlines(tokens: Sequence["Token"]) -> list[Node]:
    found: list[Node] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _end(tokens, position) if token.nesting == 1 else position
        found.extend(_inline(token, tokens[position + 1 : end]))
        position = end + 1
    return found


def _inline(token: "Token", inside: Sequence["Token"]) -> list[Node]:
    name = token.type.removesuffix("_open")
    if name in _WRAPS:
        return [{"t": _WRAPS[name], "c": _inlines(inside)}]
    if name == "link":
        target = str(token.attrGet("href"))
        return [{"t": "Link", "c": [attributes(), _inlines(inside), [target, ""]]}]
    if name == "code_inline":
        return [{"t": "Code", "c": [attributes(), token.content]}]
    if name in {"math_inline", "math_inline_double"}:
        kind = "DisplayMath" if name.endswith("double") else "InlineMath"
        return [{"t": "Math", "c": [{"t": kind}, token.content]}]
    if name in {"softbreak", "hardbreak"}:
        return [{"t": "Space"}]
    return inlines(token.content)


def said(markdown: str) -> str:
    """Return the words of a text without its markup."""
    return " ".join(text_of(block) for block in blocks(markdown))
