"""What the theme leaves out for who reads by keyboard or ear: levels, names of asides, a way into what scrolls."""  # noqa: INP001 (a folder of pages)

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

SAID = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}
"""What the pages have, and what they need."""


def say(app: Sphinx, problem: Exception | None) -> None:
    """Put it into every page."""
    if problem is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):
            page = path.read_text(encoding="utf-8")
            for had, needed in SAID.items():
                page = page.replace(had, needed)
            path.write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Do so when all are written."""
    app.connect("build-finished", say)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
