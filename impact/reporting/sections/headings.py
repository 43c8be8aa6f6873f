"""Headings of a section that stands inside another part."""

import re
from collections.abc import Iterable
from dataclasses import replace

from impact.reporting.exhibits import Exhibit, Text


def one_level_down(items: Iterable[Exhibit]) -> list[Exhibit]:
    """Put the headings of a section one level down, under the part's own."""
    return [
        replace(item, markdown=re.sub(r"^(#{2,3}) ", r"#\1 ", item.markdown, flags=re.MULTILINE))
        if isinstance(item, Text)
        else item
        for item in items
    ]
