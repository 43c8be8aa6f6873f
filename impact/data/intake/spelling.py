"""Two ways to write one name: forms of a text under which spellings that differ by habit are the same.

Arabic names have no one spelling in Latin letters (Mohammed, Mohamed, Mhamed; Fès, Fes, Fez; ou and u; El, Al, L'), and
registers write surnames first or last. `plain` takes away what a plan says; `as_heard` also what transcription varies.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

Way = Literal["case", "accents", "spaces", "punctuation"]

# articles, and words of a firm's legal form, which one register writes and another does not
_SILENT = frozenset(
    [
        "el",
        "al",
        "l",
        "le",
        "la",
        "les",
        "du",
        "de",
        "des",
        "d",
        "ste",
        "societe",
        "sarl",
        "sa",
        "ets",
        "etablissement",
        "etablissements",
        "coop",
        "cooperative",
        "atelier",
    ]
)
_ONE_WORD = {
    **dict.fromkeys(("b", "bin", "ibn", "bn"), "ben"),
    **dict.fromkeys(("my", "mly", "mulay", "mouley"), "moulay"),
    **dict.fromkeys(("md", "med", "mohd"), "mohamed"),
    **dict.fromkeys(("abd", "abdel", "abdul", "abdal"), "abd"),
    **dict.fromkeys(("hadj", "haj", "hajj"), "haj"),
}
_LETTERS = (
    ("ou", "u"),
    ("oo", "u"),
    ("w", "u"),
    ("o", "u"),
    ("ee", "i"),
    ("y", "i"),
    ("ai", "i"),
    ("ei", "i"),
    ("e", "a"),
    ("ph", "f"),
    ("sh", "ch"),
    ("dj", "j"),
    ("th", "t"),
    ("dh", "d"),
    ("kh", "k"),
    ("gh", "g"),
    ("q", "k"),
    ("z", "s"),
)
_TWICE = re.compile(r"(.)\1+")
_LAST_H = re.compile(r"h\b")


def plain(text: str, ways: Iterable[Way]) -> str:
    """Return a text without what does not tell two names apart; spaces around it never do.

    Parameters
    ----------
    text : str
    ways : iterable of {"case", "accents", "spaces", "punctuation"}
        What to take away; ``spaces`` leaves one where there were several, ``punctuation`` puts a space in its place.

    Examples
    --------
    >>> from impact.data.intake.spelling import plain
    >>> plain("F\u00c8S-M\u00e9dina ", ["case", "accents", "punctuation"])
    'fes medina'
    """
    asked = set(ways)
    text = unicodedata.normalize("NFC", text)
    if "accents" in asked:
        marked = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in marked if not unicodedata.combining(letter))
    if "case" in asked:
        text = text.casefold()
    if "punctuation" in asked:
        text = "".join(letter if letter.isalnum() else " " for letter in text)
    return " ".join(text.split()) if asked & {"spaces", "punctuation"} else text.strip()


def as_heard(text: str) -> str:
    """Return the words of a name in one order, each in one transcription; for comparison only, never for data.

    Examples
    --------
    >>> from impact.data.intake.spelling import as_heard
    >>> as_heard("EL ALAOUI, Mohammed") == as_heard("Mohamed Alaoui")
    True
    """
    words = plain(text, ("case", "accents", "punctuation")).split()
    known = [_ONE_WORD.get(word, word) for word in words if word not in _SILENT]
    return " ".join(sorted(map(_heard, known or words)))


def _heard(word: str) -> str:
    for written, heard in _LETTERS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", _LAST_H.sub("", word))
