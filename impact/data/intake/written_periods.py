"""How people write periods, from a closed list of ways, each named by an example."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import combining, normalize

from impact.data.intake.periods import MONTHS, Calendar

Written = Literal[
    "Q4 2010", "2010 Q4", "T4 2010", "2010 T4", "4th quarter 2010", "4e trimestre 2010",
    "December 2010", "décembre 2010", "12/2010", "2010-12", "201012", "2010m12",
    "2010", "FY 2010", "2010/11",
]  # fmt: skip
"""Ways to write a period; capitals, accents, spaces and the marks between the parts do not matter."""

_ENGLISH = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
)
_FRENCH = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "jan fev mars avr mai juin juil aout sep oct nov dec",
)


def _numbered(lists: Sequence[str]) -> dict[str, int]:
    return {word: month for words in lists for month, word in enumerate(words.split(), start=1)}


_MONTHS: dict[Written, dict[str, int]] = {
    "December 2010": {**_numbered(_ENGLISH), "sept": 9},
    "décembre 2010": _numbered(_FRENCH),
}
_Y, _SPACE, _BETWEEN = r"(?P<year>[12]\d{3})", r" ?", r"[ /.-]?"
_Q, _MONTH = r"(?P<quarter>[1-4])", r"(?P<month>0?[1-9]|1[0-2])"
_TWO_DIGITS = r"(?P<month>0[1-9]|1[0-2])"
_NAME = r"(?P<name>[a-z]+)\.?"
_PATTERNS: dict[Written, str] = {
    "Q4 2010": rf"q{_SPACE}{_Q}{_BETWEEN}{_Y}",
    "2010 Q4": rf"{_Y}{_BETWEEN}q{_SPACE}{_Q}",
    "T4 2010": rf"t{_SPACE}{_Q}{_BETWEEN}{_Y}",
    "2010 T4": rf"{_Y}{_BETWEEN}t{_SPACE}{_Q}",
    "4th quarter 2010": rf"{_Q}(?:st|nd|rd|th) (?:quarter|qtr\.?)(?: of)? {_Y}",
    "4e trimestre 2010": rf"{_Q} ?(?:er|re|nd|nde|e|eme)? (?:trimestre|trim\.?)(?: de)? {_Y}",
    "December 2010": rf"{_NAME}{_BETWEEN}{_Y}",
    "décembre 2010": rf"{_NAME}{_BETWEEN}{_Y}",
    "12/2010": rf"{_MONTH}[/.-]{_Y}",
    "2010-12": rf"{_Y}[/.-]{_TWO_DIGITS}",
    "201012": rf"{_Y}{_TWO_DIGITS}",
    "2010m12": rf"{_Y}{_SPACE}m{_SPACE}{_MONTH}",
    "2010": _Y,
    "FY 2010": rf"fy{_BETWEEN}{_Y}",
    "2010/11": rf"{_Y} ?[/-] ?(?P<after>(?:[12]\d)?\d{{2}})",
}
_COMPILED = {way: re.compile(pattern) for way, pattern in _PATTERNS.items()}
FREQUENCIES: dict[Written, Calendar] = {
    way: "quarter"
    if "<quarter>" in pattern
    else "month"
    if "<month>" in pattern or "<name>" in pattern
    else "year"
    for way, pattern in _PATTERNS.items()
}
"""What each way writes."""


@dataclass(frozen=True)
class Reading:
    """How texts of a column are read.

    Attributes
    ----------
    ways : sequence of Written
    named : {"first", "last"} or None
        By which of its two years a fiscal year written 2010/11 is called.
    """

    ways: Sequence[Written]
    named: Literal["first", "last"] | None = None

    def months(self, text: str) -> tuple[int, ...]:
        """Return the months, counted from January 1970 on, in which a period may begin that is written so.

        Examples
        --------
        >>> from impact.data.intake.written_periods import Reading
        >>> Reading(["Q4 2010", "décembre 2010"]).months("Déc. 2010")
        (491,)
        >>> Reading(["2010-12", "2010/11"], named="first").months("2010-11")
        (480, 490)
        """
        plain = _plain(text)
        found = {self._month(way, plain) for way in self.ways}
        return tuple(sorted(month for month in found if month is not None))

    def _month(self, way: Written, text: str) -> int | None:
        match = _COMPILED[way].fullmatch(text)
        if match is None:
            return None
        parts = match.groupdict()
        year, month = int(parts["year"]), 1
        if "quarter" in parts:
            month = 3 * int(parts["quarter"]) - 2
        elif "name" in parts:
            if parts["name"] not in _MONTHS[way]:
                return None
            month = _MONTHS[way][parts["name"]]
        elif "month" in parts:
            month = int(parts["month"])
        elif "after" in parts:
            if not str(year + 1).endswith(parts["after"]):
                return None
            year += self.named == "last"
        return (year - 1970) * 12 + month - 1


def too_long(ways: Sequence[Written], frequency: Calendar) -> list[Written]:
    """Return ways that write periods longer than those of a frequency."""
    return [way for way in ways if MONTHS[FREQUENCIES[way]] > MONTHS[frequency]]


def _plain(text: str) -> str:
    """Write a text without accents, capitals and doubled spaces."""
    apart = normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in apart if not combining(letter))
    return " ".join(letters.split())
