"""What was written for which raw value: `Formats` notes it, exhibits carry it along, the ledger of a report looks it up."""

import re
from typing import Any

Note = str | float
_NUMERAL = re.compile(r"[\u2212-]?\d+(?:[.,\u202f\u00a0]\d+)*")
_notes: dict[str, dict[Note, None]] = {}  # of this process: a notebook's kernel writes one report


def note(text: str, raw: Any) -> str:
    """Remember the raw value behind a written text, and return the text."""
    if isinstance(raw, str):
        _notes.setdefault(text, {})[raw] = None
    elif raw is not None:
        _notes.setdefault(text, {})[float(raw)] = None
    return text


def behind(text: str) -> dict[str, list[Note]]:
    """Return what of a text was noted: each numeral or date in it, and the raw values that it was written for."""
    numerals = {match.group() for match in _NUMERAL.finditer(text)}
    unsigned = {numeral.lstrip("\u2212-") for numeral in numerals}
    dates = {known for known, raws in _notes.items() if known in text and _of_text(raws)}
    return {
        known: list(_notes[known])
        for known in sorted(numerals | unsigned | dates)
        if known in _notes
    }


def _of_text(raws: dict[Note, None]) -> bool:
    return any(isinstance(raw, str) for raw in raws)
