"""What Jupyter is given of an exhibit, and beside it what the report is made of."""

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


def piece(tree: Sequence[Node], **more: Any) -> Bundle:
    """Return a piece that Jupyter shows as a page of it."""
    return bundle(tree, {"text/html": html_of(tree, more.get("media", {}))}, **more)
