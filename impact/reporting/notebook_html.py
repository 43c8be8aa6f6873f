"""Blocks of the tree as plain HTML, for a notebook on a screen; the report's own HTML is pandoc's."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from impact.reporting.tree import Node

_INLINE = {"Strong": "strong", "Emph": "em", "Superscript": "sup"}
_SKIPPED = {"how-to-read"}


def html_of(blocks: Sequence[Node], media: Mapping[str, Mapping[str, str]]) -> str:
    """Return HTML with every text escaped; pictures come from the drawings by label."""
    return "".join(_node(block, media) for block in blocks)


def _node(node: Node, media: Mapping[str, Mapping[str, str]]) -> str:  # noqa: PLR0911 (one line a kind)
    kind, content = node["t"], node.get("c")
    if kind == "Str":
        return escape(str(content))
    if kind == "Space" or content is None:
        return " "
    if kind in {"Para", "Plain"}:
        inside = html_of(content, media)
        return f"<p>{inside}</p>" if kind == "Para" else inside
    if kind in _INLINE:
        return f"<{_INLINE[kind]}>{html_of(content, media)}</{_INLINE[kind]}>"
    if kind in {"Div", "Span"}:
        return f"<{kind.lower()}{_attributes(content[0])}>{html_of(content[1], media)}</{kind.lower()}>"
    if kind == "Header":
        return (
            f"<h{content[0]}{_attributes(content[1])}>{html_of(content[2], media)}</h{content[0]}>"
        )
    if kind == "Link":
        return f'<a href="{escape(content[2][0])}">{html_of(content[1], media)}</a>'
    if kind == "Code":
        return f"<code>{escape(content[1])}</code>"
    if kind == "Math":
        mark = "$$" if content[0]["t"] == "DisplayMath" else "$"
        return f"{mark}{escape(content[1])}{mark}"
    return _structure(kind, content, media)


def _structure(kind: str, content: Any, media: Mapping[str, Mapping[str, str]]) -> str:
    if kind == "Image":
        drawing = media.get(content[2][0].partition(":")[2], {}).get("png", "")
        words = escape("".join(_node(word, {}) for word in content[1]))
        return f'<img alt="{words}" src="data:image/png;base64,{escape(drawing)}" style="max-width:100%">'
    if kind == "Figure":
        words = html_of(content[1][1], media)
        return f"<figure><figcaption>{words}</figcaption>{html_of(content[2], media)}</figure>"
    if kind == "Table":
        return _table(content, media)
    items = content if kind == "BulletList" else content[1]
    tag = "ul" if kind == "BulletList" else "ol"
    return f"<{tag}>{''.join(f'<li>{html_of(item, media)}</li>' for item in items)}</{tag}>"


def _table(content: Any, media: Mapping[str, Mapping[str, str]]) -> str:
    attributes, caption, _, head, bodies, _ = content
    rows = {
        part: "".join(_row(row, media) for row in part_rows)
        for part, part_rows in (("h", head[1]), ("b", bodies[0][3]))
    }
    return (
        f"<table{_attributes(attributes)}><caption>{html_of(caption[1], media)}</caption>"
        f"<thead>{rows['h']}</thead><tbody>{rows['b']}</tbody></table>"
    )


def _row(row: Any, media: Mapping[str, Mapping[str, str]]) -> str:
    cells = []
    for attributes, _, _, columns, blocks in row[1]:
        tag = "th" if any(name == "scope" for name, _ in attributes[2]) else "td"
        wide = f' colspan="{int(columns)}"' if columns > 1 else ""
        cells.append(f"<{tag}{_attributes(attributes)}{wide}>{html_of(blocks, media)}</{tag}>")
    return f"<tr{_attributes(row[0])}>{''.join(cells)}</tr>"


def _attributes(attributes: Any) -> str:
    name, classes, values = attributes
    shown = [f' id="{escape(name)}"'] if name else []
    shown += [f' class="{escape(" ".join(classes))}"'] if classes else []
    shown += [f' {escape(key)}="{escape(value)}"' for key, value in values]
    return "".join(shown)
