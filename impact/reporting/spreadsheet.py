"""What leaves for spreadsheets holds values, never formulas."""

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets run cells that begin like this


def without_formula(value: Any) -> Any:
    """Return a value; a text that a spreadsheet would run is quoted by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
