"""What cells themselves say that they are: patterns of Morocco's numbers, with check digits where they have some.

Known limits. Names of persons have no pattern: they are found by the name of their column only. Places on the map are known
by pairs of columns inside Morocco. A number of ten digits that begins with 06 is a telephone number or a code: alone it is
believed only where it is a fifth of a column.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.data.privacy.names import Identifier
from impact.data.schema import ColumnType

SHARE = 0.2  # of a column's distinct texts, for patterns that codes may have by chance
DENSE = 0.3  # of the numbers between the first and the last that are there, from which codes are numbered through
NUMBERS_SHARE = 0.8  # of distinct numbers
AT_LEAST = 3  # distinct cells

NAMES_SHARE, NAMES_AT_LEAST = (
    0.5,
    10,
)  # of distinct texts: few places and trades are several capitalised words

_NOT_A_DIGIT = r"(?:^|[^0-9])"
_AFTER = r"(?:[^0-9]|$)"
# one cell is enough: nothing else is written so
_CERTAIN: dict[Identifier, str] = {
    "e-mail address": r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}",
    "telephone number": (
        rf"{_NOT_A_DIGIT}(?:\+|00)212[ .\-/]?(?:\(0\))?[5-7](?:[ .\-/]?[0-9]){{8}}{_AFTER}"
        rf"|[^0-9.,]0[5-7][0-9]{{8}}{_AFTER}|{_NOT_A_DIGIT}0[5-7][0-9]{{8}}[^0-9]"
    ),
    "place on the map": r"^\(?\s*[23][0-9][.][0-9]{4,}\s*[,; ]\s*-1?[0-9][.][0-9]{4,}",
}
# ten digits in groups of two or three; days and hours have other groups
_GROUPED = re.compile(r"(?<![0-9])0[5-7][0-9]{0,2}(?:[ .\-/][0-9]{2,3}){2,4}(?![0-9])")
_TELEPHONE_DIGITS = 10
_BY_SHARE: dict[Identifier, str] = {
    "telephone number": r"^0[5-7][0-9]{8}$",
    "national identity number": r"^[A-Z]{1,2} ?[1-9][0-9]{4,5}$",
    "number in a register of firms": r"^[0-9]{15}$",
}
_QUARTER = r"^[QTqt][1-4](?:19|20)[0-9]{2}$"
# two to five words with capitals, small ones such as et, de, ben between them: Fatima Zemmouri, Ets Alami et Fils
_NAME = r"^\p{Lu}[\p{L}'’.\-]+(?: (?:\p{Ll}{1,3} |& )?\p{Lu}[\p{L}'’.\-]*){1,4}$"
_ACCOUNT = r"^(?:[A-Z]{2}[0-9]{2}[ ]?(?:[A-Z0-9][ ]?){11,30}|(?:[0-9][ ]?){24})$"
_LATITUDES, _LONGITUDES = (20.7, 36.0), (-17.2, -0.9)  # Morocco, with the Sahara
_DECIMALS = 1e3  # a place on the map has more than three: 100 m
_BORN = (1925, 2008)  # years in which the owner of a firm may have been born
_BIRTH_DAYS, _BIRTH_YEARS = 20, 15  # distinct days, and years between the early and the late ones


def looks_like(cells: Any, of_type: ColumnType) -> Identifier | None:
    """Return what cells of one column look like, or None.

    Parameters
    ----------
    cells : array-like, (n,)
        Texts or numbers, missing where there is none.
    of_type : str
        Declared type.
    """
    distinct = pd.unique(pd.Series(cells).dropna())
    if not len(distinct) or of_type in {"boolean", "period"}:
        return None
    if of_type in {"number", "integer"}:
        return _of_numbers(np.asarray(distinct, dtype=float))
    if of_type == "date":
        return "day of birth" if _are_days_of_birth(distinct) else None
    found = _of_texts(distinct)
    # a category is listed in the plan, word by word: what stands there names nobody
    return None if of_type == "category" and found == "name of a person or firm" else found


def are_latitudes(cells: Any) -> bool:
    """Whether most numbers of a column could be latitudes in Morocco; a pair with `are_longitudes` is a place."""
    return _mostly_within(cells, _LATITUDES)


def are_longitudes(cells: Any) -> bool:
    """Whether most numbers of a column could be longitudes in Morocco."""
    return _mostly_within(cells, _LONGITUDES)


def _of_texts(distinct: Any) -> Identifier | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array([str(text).strip() for text in distinct], type=pa.large_string())

    def matching(pattern: str) -> int:
        return pc.sum(pc.match_substring_regex(texts, pattern)).as_py() or 0

    for what, pattern in _CERTAIN.items():
        if matching(pattern):
            return what
    grouped = texts.filter(pc.match_substring_regex(texts, r"0[5-7][0-9]{0,2}[ .\-/][0-9]{2,3}"))
    if any(map(_is_grouped_telephone, grouped.to_pylist())):
        return "telephone number"
    accounts = texts.filter(pc.match_substring_regex(texts, _ACCOUNT))
    if any(_is_account(text.replace(" ", "")) for text in accounts.to_pylist()):
        return "bank account"
    if matching(_QUARTER) == len(texts):  # written as an identity number is
        return None
    for what, pattern in _BY_SHARE.items():
        found = texts.filter(pc.match_substring_regex(texts, pattern)).to_pylist()
        if len(found) >= max(AT_LEAST, SHARE * len(texts)) and not _are_counted(found):
            return what
    names = matching(_NAME) >= max(NAMES_AT_LEAST, NAMES_SHARE * len(texts))
    return "name of a person or firm" if names else None


def _are_counted(codes: list[str]) -> bool:
    """Whether codes number something through, A10001 to A10350: identity and telephone numbers lie scattered."""
    frame = pd.DataFrame({"letters": [re.sub("[0-9 ]", "", code) for code in codes]})
    frame["number"] = [int(re.sub("[^0-9]", "", code)) for code in codes]
    by_letters = frame.groupby("letters")["number"]
    spread = (by_letters.max() - by_letters.min() + 1).sum()
    return bool(len(codes) > DENSE * spread and by_letters.ngroups < len(codes) / 2)


def _is_grouped_telephone(text: str) -> bool:
    return any(
        sum(letter.isdigit() for letter in found) == _TELEPHONE_DIGITS
        for found in _GROUPED.findall(text)
    )


def _is_account(text: str) -> bool:
    """Whether check digits are right: of an IBAN (ISO 13616), or of a Moroccan RIB of 24 digits."""
    moved = text if text.isdigit() else text[4:] + text[:4]
    digits = "".join(str(int(letter, 36)) for letter in moved)
    return int(digits) % 97 == (0 if text.isdigit() else 1)


def _of_numbers(values: Floats) -> Identifier | None:
    """Telephone numbers that a spreadsheet took for numbers have lost their zero."""
    short = (values >= 500_000_000) & (values < 800_000_000)
    long = (values >= 212_500_000_000) & (values < 212_800_000_000)
    whole = values == np.floor(values)
    if _mostly((short | long) & whole):
        return "telephone number"
    return None


def _mostly_within(cells: Any, bounds: tuple[float, float]) -> bool:
    values = np.asarray(pd.unique(pd.Series(cells).dropna()), dtype=float)
    values = values[np.isfinite(values)]
    inside = (values >= bounds[0]) & (values <= bounds[1])
    scaled = np.where(inside, values, 0.0) * _DECIMALS  # others may be too large to be multiplied
    return _mostly(inside & (np.abs(scaled - np.round(scaled)) > 1e-6))


def _mostly(found: Mask) -> bool:
    return bool(found.sum() >= max(AT_LEAST, NUMBERS_SHARE * len(found)))


def _are_days_of_birth(days: Any) -> bool:
    years = np.array([int(str(day)[:4]) for day in days if str(day)[:4].isdigit()])
    if len(years) < _BIRTH_DAYS:
        return False
    early, late = np.quantile(years, [0.1, 0.9])
    born = (years >= _BORN[0]) & (years <= _BORN[1])
    return bool(born.mean() >= NUMBERS_SHARE and late - early >= _BIRTH_YEARS)
