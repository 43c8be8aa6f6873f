"""Decimal and thousands marks and the order of dates, found over all columns of a file: they are declared once for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from impact.data.proposal.doubt import Doubt
from impact.data.proposal.missing_words import reason_of_word
from impact.data.schema import CsvOptions
from impact.data.sources.text_numbers import ANY_DECIMALS, numbers_of

MOSTLY = 0.9  # of a column's distinct texts are numbers, or it is none of numbers
STYLES: tuple[Mapping[str, str], ...] = (
    {}, {"decimal": ","}, {"thousands": " "}, {"decimal": ",", "thousands": " "},
    {"thousands": ","}, {"decimal": ",", "thousands": "."}, {"thousands": "'"},
)  # fmt: skip
"""Ways to write numbers, the plain one first: the first of those that read most columns is taken."""

_COULD_BE_NUMBER = re.compile(
    r"[+-]?(?:[0-9][0-9.,'\u2019 \u00a0\u2007\u2009\u202f]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?"
)
_LAST_YEAR = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{4}")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")

_SHORT_OR_GROUPED = re.compile(r"[+-]?(?:[0-9]{1,3}|[1-9][0-9]{0,2}(?:[.,][0-9]{3})+)")


@dataclass(frozen=True)
class Marks:
    """What a file's ``csv`` would declare of numbers and dates, and what is unsure."""

    keys: Mapping[str, str]
    doubts: tuple[Doubt, ...] = ()


def marks_of(columns: Sequence[Sequence[str]]) -> Marks:
    """Find the marks of a file.

    Parameters
    ----------
    columns : sequence of sequences of str
        Distinct texts of each text column, without spaces around them.
    """
    numeric = [texts for texts in map(number_texts, columns) if texts]
    read = [sum(_reads(texts, style) for texts in numeric) for style in STYLES]
    style = dict(STYLES[read.index(max(read))]) if numeric else {}
    doubts: list[Doubt] = []
    marked = [text for texts in numeric for text in texts if "." in text or "," in text]
    if marked and "decimal" not in style:
        style = {"decimal": ".", **style}
    if marked and not any(map(_not_grouped, numeric)):
        used = "." if any("." in text for text in marked) else ","
        style = {"decimal": "," if used == "." else ".", "thousands": used}
        doubts.append(Doubt.of("thousands_or_decimals", mark=used))
    order, doubt = _date_order(columns)
    if order is not None:
        style["dates"] = order
    return Marks(style, (*doubts, *doubt))


def number_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts of a column that could be numbers, where most of them could; else none."""
    filled = [text for text in texts if text and reason_of_word(text) is None]
    like = [text for text in filled if _COULD_BE_NUMBER.fullmatch(text)]
    return like if filled and len(like) >= MOSTLY * len(filled) else []


def _not_grouped(texts: Sequence[str]) -> bool:
    """Whether a column shows that its marks do not group by three: another mark, or a long number without any."""
    marks = [text for text in texts if "." in text or "," in text]
    return bool(marks) and not (
        all(map(_GROUPED.fullmatch, marks)) and all(map(_SHORT_OR_GROUPED.fullmatch, texts))
    )


def _reads(texts: Sequence[str], style: Mapping[str, Any]) -> bool:
    """Whether a style reads all texts of a column."""
    import pyarrow as pa

    options = CsvOptions.model_validate({"decimal": ".", **style})
    cells = pa.array(texts, type=pa.large_string())
    return not numbers_of(cells, options, decimals=ANY_DECIMALS).bad.any()


def _date_order(columns: Sequence[Sequence[str]]) -> tuple[str | None, tuple[Doubt, ...]]:
    first = second = dates = 0
    for texts in columns:
        found = [_LAST_YEAR.fullmatch(text) for text in texts]
        filled = [text for text in texts if text]
        if not filled or sum(map(bool, found)) < MOSTLY * len(filled):
            continue
        dates += 1
        first = max([first, *(int(day[1]) for day in found if day)])
        second = max([second, *(int(day[2]) for day in found if day)])
    if not dates:
        return None, ()
    if first > 12 >= second:
        return "day_first", ()
    if second > 12 >= first:
        return "month_first", ()
    return "day_first", (Doubt.of("day_or_month_first"),)
