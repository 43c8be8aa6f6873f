"""Codes of a schema (missing, never) as cells can be compared with them: as text, and as a number where they are one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.data.schema import DecimalMark, MissingCode, ReadColumn

BLANK = "blank"
"""Reason of a cell that is empty, and of a missing one for which the file gives no code."""

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_WHOLE_WITH_MARK = {
    ".": re.compile(r"([+-]?[0-9]+)\.0*"),
    ",": re.compile(r"([+-]?[0-9]+)[.,]0*"),
}


@dataclass(frozen=True)
class Code:
    """One declared code: its text, its number where it is one, and the reason that it stands for."""

    text: str
    number: float | None
    reason: str

    @classmethod
    def of(cls, declared: str | float | MissingCode) -> "Code":
        """Make a code of an entry of the schema, which may be a number, a text, or either with a reason."""
        value = declared.code if isinstance(declared, MissingCode) else declared
        text = whole_text(value) if isinstance(value, (int, float)) else value
        number = float(text) if _PLAIN.fullmatch(text) else None
        reason = declared.reason if isinstance(declared, MissingCode) else text
        return cls(text, number, reason)


def missing_codes(column: ReadColumn) -> tuple[Code, ...]:
    """Return a column's codes of missing cells."""
    return tuple(Code.of(entry) for entry in column.missing)


def where_number(values: Floats, code: Code) -> Mask:
    """Return where numbers are a code; a number stored in four bytes is compared in four bytes."""
    if code.number is None:
        return np.zeros(len(values), dtype=bool)
    return np.asarray((values == code.number) | (values == float(np.float32(code.number))))


def matching(column: pd.Series, codes: Iterable[str | int | float]) -> list[object]:
    """Return the values of a column that are one of the codes, whatever type both have: 0, "0" and "0.0" are one."""
    known = {comparable(code) for code in codes}
    return [value for value in column.dropna().unique() if comparable(value) in known]


def comparable(value: object) -> float | str:
    """Return what a code is compared by: its number where it is one, exactly, else its text."""
    if isinstance(value, (float, np.number)):
        return float(value)
    text = str(value).strip()
    if not _PLAIN.fullmatch(text):
        return text
    # an identifier beyond 2^53 stays a whole number: as a float it would be equal to its neighbour
    whole = without_point(text)
    return int(whole) if "." not in whole else float(whole)


def whole_text(value: float) -> str:
    """Write a number as a code is written: ``-99`` for -99 and -99.0."""
    whole = isinstance(value, int) or float(value).is_integer()  # which infinities are not
    return str(int(value)) if whole else repr(float(value))


def without_point(text: str, decimal: DecimalMark = ".") -> str:
    """Write ``2012.0``, as programs export whole numbers with gaps, as ``2012``; where commas are declared, ``2012,0`` too."""
    found = _WHOLE_WITH_MARK[decimal].fullmatch(text)
    return found.group(1) if found else text
