"""Texts that a spreadsheet would run: known by how they begin, and made inert by an apostrophe before it.

A CSV file is read with the separator of the reader's country: what stands behind a semicolon or a line break within a text
begins a cell of its own there.
"""

import re
from typing import Any

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula: the signs, those of full width, and what it passes over before them."""
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_LIVE = re.compile(rf'(\A(?=[\t\r\n])|(?:\A|[;\t\r\n])(?=\s*"?\s*[{_SIGNS}]))')
_INERT = re.compile(rf"(\A|[;\t\r\n])'(?=[\t\r\n]|[\s']*\"?[\s']*[{_SIGNS}])")


def would_run(text: str) -> bool:
    """Whether a spreadsheet that opens a text, alone or in a CSV file, takes some of it for a formula.

    Examples
    --------
    >>> from impact.data.formulas import would_run
    >>> would_run("=1+1"), would_run("fine;=1+1"), would_run("3 = 2 + 1")
    (True, True, False)
    """
    return _LIVE.search(text) is not None


def without_formula(value: Any) -> Any:
    """Return a value; of a text that a spreadsheet would run, each start is quoted by an apostrophe."""
    return _LIVE.sub(r"\1'", value) if isinstance(value, str) else value


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts and headings no spreadsheet runs."""
    safe = frame.map(without_formula)
    safe.columns = [without_formula(name) for name in safe.columns]
    return safe


def as_it_was(text: str) -> str:
    """Return a text as it was before `without_formula`."""
    return _INERT.sub(r"\1", text)
