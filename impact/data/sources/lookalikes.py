"""Two ids that a person reads as one would be two firms: they are refused by rule, with their rows."""

import re
import unicodedata
from typing import Any

import numpy as np

from impact.data.sources.source import SourceColumn
from impact.errors import UnparsableValueError, rows_named

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝ", "ABESIJKMHOPCTYXaeopcyxijshdqw", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναιρ", "ABEZHIKMNOPTYXovaip", strict=True))
_MARKS = {**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("‘’ʼ′＇`´", "'"), "ı": "i", "ſ": "s"}
_ALIKE = str.maketrans({**_CYRILLIC, **_GREEK, **_MARKS})
_INVISIBLE = {"Cc", "Cf"}
_VARIATION = re.compile("[\ufe00-\ufe0f]")


def refuse_lookalikes(column: SourceColumn | None, *, name: str) -> None:
    """Refuse ids of one column that differ only in what is not seen.

    These are case, spaces, composed and decomposed accents, invisible characters, full-width letters, digits of other
    scripts, Cyrillic and Greek letters that look Latin, dashes and apostrophes.
    Accents, leading zeros, O and 0 do differ.

    Raises
    ------
    UnparsableValueError
        With the rows of such ids, never the ids.
    """
    if column is None or column.kind != "text":
        return
    encoded = column.cells.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    first: dict[str, int] = {}
    alike: set[int] = set()
    for place, text in enumerate(texts):
        other = first.setdefault(as_seen(text), place)
        if other != place:
            alike |= {other, place}
    if alike:
        codes: Any = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(np.isin(codes, list(alike))) + 1
        raise UnparsableValueError(
            f"{name}: ids on {rows_named(rows)} look alike and are not the same (case, spaces, invisible characters, accents "
            "typed in two ways, letters of another script); write each firm's id in one way"
        )


def as_seen(text: str) -> str:
    """Return what a person sees of a text: one form for all texts that look alike.

    Examples
    --------
    >>> from impact.data.sources.lookalikes import as_seen
    >>> as_seen("A\u200b1 ") == as_seen("a1"), as_seen("F\u00e9s") == as_seen("Fes")
    (True, False)
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _VARIATION.sub("", text)).translate(_ALIKE)
        text = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    if not text.isprintable():
        text = "".join(
            letter
            for letter in text
            if letter in "\t\n\r" or unicodedata.category(letter) not in _INVISIBLE
        )
    return " ".join(text.casefold().split())
