"""What was written for which raw value: `Formats` notes it, exhibits carry it along, the ledger of a report looks it up."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from impact.reporting.tree import leaves, text_of

Note = str | float
CHOSEN_LEVEL = "level"
"""Note behind the confidence level of the plan, which is no result: written as 95%, it is one less the plan's alpha."""
COUNTED = "="
"""In a note behind a phrase with a count, between the name of the field that it is and its value."""
_NUMERAL = re.compile(r"[\u2212-]?\d+(?:[.,\u202f\u00a0]\d+)*")


class Written:
    """The notes of one study's numbers: each written text, and the raw values it was written for."""

    def __init__(self) -> None:
        self._notes: dict[str, dict[Note, None]] = {}
        self._phrases: set[str] = set()  # no numerals: every text is asked for them
        self._overheard: list[tuple[str, Note]] | None = None

    def note(self, text: str, raw: Any) -> str:
        """Remember the raw value behind a written text, and return the text."""
        if raw is not None:
            noted = raw if isinstance(raw, str) else float(raw)
            self._notes.setdefault(text, {})[noted] = None
            if isinstance(noted, str):
                self._phrases.add(text)
            if self._overheard is not None:
                self._overheard.append((text, noted))
        return text

    @contextmanager
    def overheard(self) -> Iterator[list[tuple[str, Note]]]:
        """Give all that is noted meanwhile, in order, also what was noted before."""
        heard: list[tuple[str, Note]] = []
        self._overheard = heard
        try:
            yield heard
        finally:
            self._overheard = None

    def behind(self, text: str) -> dict[str, list[Note]]:
        """Return what of a text was noted: each numeral, date or counting phrase in it, and the values it was written for."""
        numerals = {match.group() for match in _NUMERAL.finditer(text)}
        unsigned = {numeral.lstrip("\u2212-") for numeral in numerals}
        phrases = {known for known in self._phrases if known in text}
        return {
            known: list(self._notes[known])
            for known in sorted(numerals | unsigned | phrases)
            if known in self._notes
        }

    def into(self, exhibit: dict[str, Any]) -> None:
        """Put what was noted of an exhibit's text beside its blocks, unless another notebook did."""
        if "numbers" in exhibit:
            return
        # each cell for itself: run together, two numbers are a third
        numbers: dict[str, list[Note]] = {}
        for leaf in leaves(exhibit["blocks"]):
            numbers |= self.behind(text_of(leaf))
        if numbers:
            exhibit["numbers"] = numbers
