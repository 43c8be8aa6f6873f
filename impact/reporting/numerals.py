"""A numeral as it is written: where it begins and ends, its value, and whether its digits tell it from others."""

import math
import re

from impact.reporting.reading import Token

LARGE = 1000  # smaller integers are a result's own only where they are told to be
OWN_DIGITS = 3  # significant digits of a value that no other equals by chance, as .123 and 2,310 do
THOUSANDS = re.compile(r"[\u2212-]?\d{1,3}(?:[\u202f\u00a0,]\d{3})+(?![\d])(?:[.,]\d+)?")


def value_of(numeral: str, decimal: str) -> tuple[float, int]:
    """Return the value of a numeral as written, and its count of decimals."""
    plain = re.sub(r"[\u202f\u00a0 ]", "", numeral).replace("\u2212", "-")
    if decimal == ".":
        plain = plain.replace(",", "")
    plain = plain.replace(decimal, ".")
    try:
        return float(plain), len(plain.partition(".")[2])
    except ValueError:  # 1.2.3, as in versions
        return math.nan, 0


def has_own_digits(value: float) -> bool:
    """Whether a value has so many digits that no other equals it by chance, as small integers do."""
    large = not value.is_integer() or abs(value) >= LARGE
    return large and digits_of(value) >= OWN_DIGITS


def digits_of(value: float) -> int:
    """Return how many significant digits a value has, noise of the machine's arithmetic left out."""
    return len(f"{abs(value):.12g}".replace(".", "").strip("0"))


def whole_numeral(text: str, token: Token) -> str:
    """Return a numeral with the thousands that a space parts from it."""
    return text[slice(*whole_span(text, token))]


def whole_span(text: str, token: Token) -> tuple[int, int]:
    """Return where a numeral with its thousands begins and ends."""
    for match in THOUSANDS.finditer(text):
        if match.start() <= token.start and token.end <= match.end():
            return match.span()
    return token.start, token.end
