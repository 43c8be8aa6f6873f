"""What Jupyter is given of an exhibit, and beside it what the report is made of."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from impact.reporting.notebook_html import html_of
from impact.reporting.tree import Node

EXHIBIT = "application/vnd.impact.exhibit+json"
Bundle = tuple[dict[str, Any], dict[str, Any]]


def bundle(
    tree: Sequence[Node],
    shown: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
    **more: Any,
) -> Bundle:
    """Return what Jupyter shows, and beside it what the report is made of."""
    kept = {name: value for name, value in more.items() if value}
    return {**shown, EXHIBIT: {"blocks": list(tree), **kept}}, dict(metadata or {})


def as_output(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return contents as a cell of a notebook holds them: what the report is made of is one text of JSON.

    Left as a tree of thousands of nodes it costs seconds a notebook: each process that passes a notebook on copies and checks
    every node, and nbformat writes every node on a line of its own.
    """
    shown = dict(data)
    if EXHIBIT in shown and not isinstance(shown[EXHIBIT], str):
        shown[EXHIBIT] = json.dumps(shown[EXHIBIT], ensure_ascii=False)
    return shown


def exhibit_in(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the report is made of in a cell's contents, bundled just now or held by a notebook; None where nothing is."""
    found: str | dict[str, Any] | None = data.get(EXHIBIT)
    if isinstance(found, str):
        read: dict[str, Any] = json.loads(found)
        return read
    return found


def piece(tree: Sequence[Node], **more: Any) -> Bundle:
    """Return a piece that Jupyter shows as a page of it."""
    return bundle(tree, {"text/html": html_of(tree, more.get("media", {}))}, **more)
