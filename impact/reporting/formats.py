"""Numbers and dates as a reader of English or French expects them."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from impact.reporting.written import COUNTED, Written
from impact.terms import Language

MINUS = "\u2212"
DASH = "\u2014"
NARROW = "\u202f"
_INTERVAL = {  # by whether each end is finite
    "en": {
        (True, True): "{low} to {high}",
        (True, False): "{low} or more",
        (False, True): "{high} or less",
        (False, False): "any value",
    },
    "fr": {
        (True, True): "{low} à {high}",
        (True, False): "{low} ou plus",
        (False, True): "{high} ou moins",
        (False, False): "toute valeur",
    },
}


class Formats:
    """Numbers in one language: true minus, narrow no-break space or comma for thousands, a dash for what is missing."""

    def __init__(self, language: Language) -> None:
        from babel import Locale

        self.language = language
        self.written = Written()
        self._locale = Locale.parse(language)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Write a number with a fixed count of decimals."""
        from babel.numbers import format_decimal

        if value is None or math.isnan(value):
            return DASH
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        rounded = round(value, digits) + 0.0
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        text = format_decimal(rounded, format=pattern, locale=self._locale)
        return self.written.note(str(text).replace("-", MINUS).replace("\xa0", NARROW), value)

    def counted(self, phrase: str, value: float, of: str) -> str:
        """Note of a phrase which field of the results the count in it is: others hold so few digits by chance."""
        return self.written.note(phrase, f"{of}{COUNTED}{value}")

    def significant(self, value: float | None, digits: int = 3) -> str:
        """Write a number with about ``digits`` significant digits, whole numbers in full."""
        if value is None or not math.isfinite(value) or value == 0:
            return self.number(value)
        decimals = digits - 1 - math.floor(math.log10(abs(value)))
        return self.number(value, max(0, min(decimals, 6)))

    def percent(self, value: float | None, digits: int = 1) -> str:
        """Write a number that is already in percent."""
        text = self.number(value, digits)
        if text == DASH:
            return text
        return f"{text}\u00a0%" if self.language == "fr" else f"{text}%"

    def interval(
        self, low: float | None, high: float | None, write: Callable[[float | None], str]
    ) -> str:
        """Write an interval ``low to high``; an unbounded end in words."""
        if low is None or high is None or math.isnan(low) or math.isnan(high):
            return DASH
        words = _INTERVAL[self.language][math.isfinite(low), math.isfinite(high)]
        return words.format(low=write(low), high=write(high))

    def listed(self, items: Sequence[str]) -> str:
        """Write several clauses one after the other."""
        return (f"{NARROW}; " if self.language == "fr" else "; ").join(items)

    def ordinal(self, value: float) -> str:
        """Write a rank: ``99th``, ``97.5th`` or ``99ᵉ``."""
        text = self.number(value, 0 if abs(value - round(value)) < 1e-9 else 1)
        if self.language == "fr":
            return f"{text}ᵉ"
        endings = {"1": "st", "2": "nd", "3": "rd"}
        teen = len(text) > 1 and text[-2] == "1"
        return text + ("th" if teen else endings.get(text[-1], "th"))

    def p_value(self, value: float | None) -> str:
        """Write a p-value to three decimals; smaller ones as below a thousandth."""
        if value is None or math.isnan(value):
            return DASH
        if value >= 0.001:
            return self.number(value, 3)
        return f"< {self.written.note(self.number(0.001, 3), value)}"

    def p_clause(self, value: float | None) -> str:
        """Write a p-value for a sentence: ``p = 0.048`` or ``p < 0.001``."""
        text = self.p_value(value)
        text = text.replace(" ", "\u00a0")
        return f"p\u00a0{text}" if text.startswith("<") else f"p\u00a0=\u00a0{text}"

    def time(self, label: Any) -> str:
        """Write a time label: ``2013 Q1`` or ``T1 2013``; anything else as it is."""
        found = re.fullmatch(r"(\d{4})Q([1-4])", str(label))
        if not found:
            return str(label)
        year, quarter = found.groups()
        text = f"T{quarter} {year}" if self.language == "fr" else f"{year} Q{quarter}"
        return self.written.note(text, str(label))

    def day(self, label: str) -> str:
        """Write ``2013-01-31`` as a date in words."""
        from datetime import date

        from babel.dates import format_date

        written = format_date(date.fromisoformat(label), "d MMMM y", locale=self._locale)
        return self.written.note(str(written), label)

    def month(self, label: str | None) -> str:
        """Write ``2013-01`` as a month and year."""
        from datetime import date

        from babel.dates import format_date

        if not label:
            return DASH
        year, month = (int(part) for part in label.split("-"))
        return self.written.note(
            str(format_date(date(year, month, 1), "MMMM y", locale=self._locale)), label
        )

    def ticks(self) -> Callable[[float, float | None], str]:
        """Return a formatter for matplotlib's axes, of round numbers."""

        def write(value: float, position: float | None = None) -> str:
            del position
            decimals = f"{value:.9f}".rstrip("0").partition(".")[2]
            return self.number(value, len(decimals))  # a tick is round: all its digits are meant

        return write


_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~^$@:\"'=])")


def escape(value: Any) -> str:
    """Make any text inert in Markdown, hence in the pages made of it."""
    flat = re.sub(r"[^\S\u00a0\u202f]+", " ", str(value)).strip(" ")  # no-break spaces stay
    return _MARKDOWN.sub(r"\\\1", flat)
