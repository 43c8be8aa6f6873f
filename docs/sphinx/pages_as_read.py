"""What a code host shows as it is and a site of docs/ would not: pages that no list names yet, links that leave docs/."""  # noqa: INP001 (a folder of pages)

import re
from typing import Any

from sphinx.application import Sphinx

LIST = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)
MARK = "% further guides"  # a comment in MyST, within the list of guides
OUTWARD = re.compile(r"\[([^\]]+)\]\((\.\./[^)#]+\.md)\)")


def listed(index: str) -> set[str]:
    """Return the pages that the lists of an index name."""
    lines = "\n".join(LIST.findall(index)).splitlines()
    return {line.strip() for line in lines if line.strip() and line[0] not in ":%"}


def unlisted(index: str, pages: set[str]) -> list[str]:
    """Return the pages beside the index that no list of it names."""
    beside = {page for page in pages if "/" not in page} - {"index"}
    return sorted(beside - listed(index))


def as_a_site_needs_it(app: Sphinx, docname: str, source: list[str]) -> None:
    """List what is not listed, among the guides; let pages outside of docs/ be taken along as files."""
    if docname == "index":
        further = unlisted(source[0], app.env.found_docs)
        source[0] = source[0].replace(MARK, "\n".join(further))
    elif "/" not in docname:
        source[0] = OUTWARD.sub(r"{download}`\1 <\2>`", source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Read every page so."""
    app.connect("source-read", as_a_site_needs_it)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
