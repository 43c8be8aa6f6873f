"""What is wrong with a plan, a schema or an intake plan, in the words of the person who wrote it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from impact.terms import nearest

Place = Callable[[Sequence[Any]], str]
"""Says where a key stands that a path leads to: of names, and places in lists from 0."""


def broken_rules(problem: ValidationError, place: Place | None = None) -> str:
    """Write what a validation found, without the values: ``columns.x.type: ...; rules.1: ...``; rules are counted from 1.

    ``place`` writes where the key stands instead, as in a workbook.
    """
    found: list[str] = []
    for error in problem.errors(include_input=False, include_url=False):
        parts = list(error["loc"])
        words = _plain_words(error["type"], error["msg"], error.get("ctx", {}))
        if place is not None:
            found.append(f"{place(parts)}: {words[0].lower()}{words[1:]}")
            continue
        if parts[:1] == ["rules"] and len(parts) > 1 and isinstance(parts[1], int):
            parts[1] += 1
        key = ".".join(
            map(str, parts)
        )  # none where a rule is about several keys, and names them itself
        found.append(f"{key}: {words[0].lower()}{words[1:]}" if key else words)
    return "; ".join(found[:8])


def _plain_words(kind: str, words: str, context: Mapping[str, Any]) -> str:
    """Say what is wrong without the words of a programmer."""
    if kind == "union_tag_not_found":
        return f"it lacks the key {context['discriminator']}, which says what it is"
    if kind == "union_tag_invalid":
        known = re.findall(r"'([^']+)'", context["expected_tags"])
        what = str(context["discriminator"]).strip("'")
        return f"no such {what}; {nearest(context['tag'], known)}known ones are {', '.join(known)}"
    return words.removeprefix("Value error, ").replace("tuple", "list")
