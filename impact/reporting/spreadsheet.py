"""What leaves for spreadsheets holds values, never formulas, and numbers as readers were shown them."""

import math
import re
from dataclasses import dataclass
from typing import Any

PERCENT = 100.0
_AMOUNT = {
    ".": re.compile(r"[\u2212-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[\u202f\u00a0]?%?"),
    ",": re.compile(r"[\u2212-]?(?:\d{1,3}(?:[\u202f\u00a0]\d{3})+|\d+)(?:,\d+)?[\u202f\u00a0]?%?"),
}


@dataclass(frozen=True)
class Amount:
    """A text that is one number and nothing else.

    Attributes
    ----------
    value : float
        As written: 18.6 of ``18.6%``.
    decimals : int
    percent, grouped : bool
        Whether it has a percent sign, and whether its thousands are parted.
    """

    value: float
    decimals: int
    percent: bool
    grouped: bool

    def behind(self, raw: float | None) -> float | None:
        """Return the raw value in the unit written, if it rounds to what is written; a share also in percent."""
        if raw is None or not math.isfinite(raw):
            return None
        scales = (1.0, PERCENT) if self.percent else (1.0,)
        return next(
            (raw * scale for scale in scales if self._writes(raw * scale)),
            None,
        )

    def _writes(self, value: float) -> bool:
        return round(value, self.decimals) == self.value

    def cell(self, raw: float | None) -> float:
        """Return what a spreadsheet holds: the raw value where it is the one written; percents as shares of one."""
        found = self.behind(raw)
        value = self.value if found is None else found
        return value / PERCENT if self.percent else value

    def number_format(self, *, grouped: bool) -> str:
        """Return the spreadsheet's format with as many decimals as written."""
        decimals = "." + "0" * self.decimals if self.decimals else ""
        return ("#,##0" if grouped else "0") + decimals + ("%" if self.percent else "")


def amount_of(text: str, decimal: str) -> Amount | None:
    """Return the number that a text is; None for words, intervals, dashes, and codes that begin with a zero."""
    if not _AMOUNT[decimal].fullmatch(text) or re.match(r"[\u2212-]?0\d", text):
        return None
    whole, _, decimals = text.rstrip("%\u202f\u00a0").partition(decimal)
    sign = "-" if whole[0] in "\u2212-" else ""
    digits = re.sub(r"\D", "", whole)
    return Amount(
        value=float(f"{sign}{digits}.{decimals or 0}"),
        decimals=len(decimals),
        percent=text.endswith("%"),
        grouped=re.search(r"\d\D\d", whole) is not None,
    )


def published(text: str, raw: Any) -> float | None:
    """Return the raw value behind a shown text if the text tells it, rounded; what is withheld stays behind."""
    if isinstance(raw, bool) or not hasattr(raw, "__float__"):
        return None
    amounts = (amount_of(text, decimal) for decimal in _AMOUNT)
    told = any(amount is not None and amount.behind(float(raw)) is not None for amount in amounts)
    return float(raw) if told else None
