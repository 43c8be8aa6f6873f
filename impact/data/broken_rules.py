"""What is wrong with a plan, a schema or an intake plan, in the words of the person who wrote it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from impact.terms import nearest

Place = Callable[[Sequence[Any]], str]
"""Says where a key stands that a path leads to: of names, and places in lists from 0."""

FORMS = {
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": "a month, as 2013-01",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "a day, as 2013-01-31",
    r"^[A-Z]{3}$": "a currency's three capital letters, as USD",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case letters without accents, digits and hyphens, as fairs-2013",
    r"^[a-z0-9]+([_-][a-z0-9]+)*$": "lower-case letters without accents, digits, - and _",
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and _, a letter first",
    r"^y[1-5]$": "a year, y1 to y5",
    r"^y[1-5]q[1-4]$": "a quarter, y1q1 to y5q4",
}
"""What a pattern asks for, in words."""


def broken_rules(problem: ValidationError, place: Place | None = None) -> str:
    """Write what a validation found, without the values: ``columns.x.type: ...; rules.1: ...``; rules are counted from 1.

    ``place`` writes where the key stands instead, as in a workbook.
    """
    found: list[str] = []
    for error in problem.errors(include_input=False, include_url=False):
        # a name that is wrong itself has a mark after it
        parts = [part for part in error["loc"] if part != "[key]"]
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
    if kind == "string_pattern_mismatch" and context["pattern"] in FORMS:
        return f"must be {FORMS[context['pattern']]}; change it"
    return words.removeprefix("Value error, ").replace("tuple", "list")
