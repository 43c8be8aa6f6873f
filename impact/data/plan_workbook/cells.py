"""One value in one cell, and back: texts and numbers as they are, whatever a spreadsheet would change as JSON after a ``#``."""

import json
import re
from math import isfinite
from typing import Any

from impact.errors import SchemaError

MARK = "#"
MOST_LETTERS = 32_000  # a cell holds 32,767
_WHOLE = 2**53
_CHANGED = re.compile(r"_x[0-9A-Fa-f]{4}_|[\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff]")


def cell_of(value: Any) -> str | float | bool:
    """Write a value for a cell.

    Examples
    --------
    >>> from impact.data.plan_workbook.cells import cell_of, value_of
    >>> cell_of("revenue"), cell_of(0.05), cell_of(["a", 1]), cell_of(" x")
    ('revenue', 0.05, '#["a", 1]', '#" x"')
    >>> value_of('#["a", 1]'), value_of(2012.0)
    (['a', 1], 2012)
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) < _WHOLE and float(f"{value:.16g}") == value:
        return value
    if isinstance(value, str) and _is_safe(value):
        return value
    return MARK + json.dumps(value, ensure_ascii=True)


def value_of(cell: Any) -> Any:
    """Read the value of a cell; a whole number is one, however it is stored.

    Raises
    ------
    SchemaError
        A text that begins with the mark and is no JSON.
    """
    if isinstance(cell, float) and isfinite(cell) and cell == int(cell):
        return int(cell)
    if isinstance(cell, str) and cell.startswith(MARK):
        try:
            return json.loads(cell[len(MARK) :])
        except ValueError:
            raise SchemaError(
                f"a cell begins with {MARK} and is not written as JSON after it; write the text without it, or in quotation "
                "marks"
            ) from None
    return cell


def _is_safe(text: str) -> bool:
    """Whether a text comes back from a cell as it went in, and begins with nothing that a person's spreadsheet computes."""
    return (
        text != ""
        and text == text.strip()
        and text[0] not in "#=+-@'"
        and len(text) <= MOST_LETTERS
        and _CHANGED.search(text) is None
        and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
    )
