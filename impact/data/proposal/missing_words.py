"""Codes that often stand for nothing: closed lists of words and numbers, so that no other cell is ever written down."""

import re
from collections.abc import Iterable, Mapping
from unicodedata import normalize

import numpy as np

from impact.arrays import Floats

_REASONS: Mapping[str, str] = {
    "refus": "refused", "refuse": "refused", "refuse de repondre": "refused", "refused": "refused",
    "refusal": "refused", "a refuse": "refused", "refus de repondre": "refused",
    "ne sait pas": "unknown", "nsp": "unknown", "n.s.p.": "unknown", "n.s.p": "unknown", "dk": "unknown",
    "don't know": "unknown", "dont know": "unknown", "unknown": "unknown", "inconnu": "unknown", "ns": "unknown",
    "ne sait pas / nsp": "unknown",
    "na": "not_available", "n/a": "not_available", "n.a.": "not_available", "n.a": "not_available",
    "nd": "not_available", "n.d.": "not_available", "n.d": "not_available", "n/d": "not_available",
    "null": "not_available", "none": "not_available", "nan": "not_available", "#n/a": "not_available",
    "missing": "not_available", "manquant": "not_available", "non disponible": "not_available",
    "non renseigne": "not_available", "nr": "not_available", "n.r.": "not_available",
    "sans reponse": "not_available", "non reponse": "not_available", "no answer": "not_available",
    ".": "not_available", "..": "not_available", "-": "not_available", "--": "not_available",
    "?": "not_available", "sans objet": "not_applicable", "s.o.": "not_applicable", "so": "not_applicable",
    "not applicable": "not_applicable", "non concerne": "not_applicable",
}  # fmt: skip
_BELOW_ZERO = frozenset({-6, -7, -8, -9, *(-d * 11 for d in range(6, 10)), -96, -97, -98, -95})
_LONG_BELOW_ZERO = frozenset(-(10**n - k) for n in (3, 4, 5, 6) for k in (1, 2, 3)) | {-888, -777}
_NINES = frozenset(10**n - k for n in (2, 3, 4, 5, 6) for k in (1, 2, 3))
_STANDS_APART = 0.6  # of a code: what answers stay below where it is none of them
_NUMBER = re.compile(r"[+-]?[0-9]")


def reason_of_word(text: str) -> str | None:
    """Return the reason for which a word stands, whatever its case and accents; None where it is none of the list."""
    plain = normalize("NFD", text.strip().casefold())
    return _REASONS.get("".join(letter for letter in plain if ord(letter) < 0x300))


def reason_of_label(label: str) -> str | None:
    """Return the reason for which a value label stands: a label may say more around the word."""
    whole = reason_of_word(label)
    if whole is not None or _NUMBER.match(label):
        return whole
    words = re.split(r"\s*[/,;()]\s*", label)
    return next(filter(None, map(reason_of_word, words)), None)


def words_for_nothing(texts: Iterable[str]) -> dict[str, str]:
    """Return the texts that are words of the list, each with its reason."""
    found = {text: reason_of_word(text) for text in texts}
    return {text: reason for text, reason in found.items() if reason is not None}


def numbers_for_nothing(values: Floats) -> tuple[int, ...]:
    """Return numbers that look like codes: -99 and the like where nothing else is below zero, 9999 far above all else.

    Parameters
    ----------
    values : ndarray (n,)
        Not missing.
    """
    known = np.unique(values)
    below = known[known < 0]
    if below.size and np.isin(below, list(_BELOW_ZERO | _LONG_BELOW_ZERO)).all():
        answers = known[known >= 0]
        longer = below < -9 if answers.size and answers.max() > 5 else np.ones(below.size, bool)
        return tuple(int(code) for code in below[longer]) if longer.all() else ()
    found: list[int] = []
    rest = known
    while rest.size > 5 and float(rest[-1]) in _NINES:
        found.append(int(rest[-1]))
        rest = rest[:-1]
    first = min(found, default=0)
    return tuple(reversed(found)) if found and rest[-1] < _STANDS_APART * first else ()
