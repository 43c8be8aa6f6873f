"""Values of JSON that anybody may have written: each is what is asked for, or nothing; no text of it can break a page."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from impact.data.french import typeset

LONGEST = 400  # characters of a text that a page shows
INFINITY = "infinity"


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    """Return a list; an empty one in place of anything else."""
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    """Return a text on one line, without control characters and half characters; nothing in place of anything else."""
    if not isinstance(value, str):
        return ""
    whole = value[: 4 * LONGEST].encode("utf-8", "replace").decode("utf-8")
    shown = "".join(letter if letter.isprintable() else " " for letter in whole)
    flat = " ".join(shown.split(" ")).strip()
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"


def number(value: Any) -> float | None:
    """Return a number, an unbounded one as results.json writes it included; None in place of anything else."""
    if isinstance(value, dict) and value.get("type") == INFINITY:
        return math.inf if value.get("values") == "+" else -math.inf
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return None if math.isnan(found) else found


def in_languages(value: Any) -> dict[str, str]:
    """Return a text by language; one that is no text of two languages stands for both."""
    if isinstance(value, str):
        return {"en": text(value), "fr": typeset(text(value))}
    given = mapping(value)
    told = {language: text(given.get(language)) for language in ("en", "fr")}
    other = told["en"] or told["fr"]
    return {"en": told["en"] or other, "fr": typeset(told["fr"] or other)}
