"""How a text file is written: encoding by which letters it would give, delimiter by which makes rows of one length."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

import numpy as np

from impact.data.proposal.doubt import Doubt
from impact.data.schema import Encoding
from impact.errors import SourceError

SAMPLE_ROWS = 200
TAIL = 1 << 16  # letters at the end in which notes are sought
LAST_ROWS = 15
DELIMITERS = (",", ";", "\t", "|")
SINGLE_BYTE: tuple[Encoding, ...] = (
    "cp1252",
    "cp1256",
    "mac-roman",
    "cp850",
    "iso-8859-15",
    "cp1250",
)
"""Tried in this order where a file is no UTF-8; the first of equals is taken."""

_COMMON, _OTHERS = set("éèêàçôîùûëïâœÉÈÊÀÇ"), set("äæöüÿÄÆËÎÏÔÖŒÙÛÜŸÂñÑáíóúÁÍÓÚ")
_SIGNS = set("’‘“”«»–—…€°²³·\u00a0")
_ARABIC = range(0x0600, 0x0700)
_MISPLACED = re.compile("[A-Za-z][\u0600-\u06ff]|[\u0600-\u06ff][A-Za-z]|[a-z][À-ÞŒŸ]")
"""Arabic letters inside Latin words, and capitals inside small letters: the mark of another encoding."""


@dataclass(frozen=True)
class TextFile:
    """How a text file is written, its first and last records, and what is unsure."""

    encoding: Encoding
    delimiter: str
    top: tuple[tuple[str, ...], ...]
    bottom: tuple[tuple[str, ...], ...]
    doubts: tuple[Doubt, ...] = ()


def look_at_text(path: Path) -> TextFile:
    """Find out how a text file is written.

    Raises
    ------
    SourceError
        Empty, or no text in any encoding that the package reads.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise SourceError(f"{path.name}: empty file")
    encoding, doubts = _encoding(raw, path.name)
    text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    text = text.removeprefix("\ufeff")
    head = text[: 1 << 20]
    announced = head[:6].lower().startswith("sep=") and len(head) > 4 and head[4] in DELIMITERS
    delimiter = head[4] if announced else _delimiter(head, tabs=path.suffix.lower() == ".tsv")
    top = tuple(map(tuple, islice(_records(head, delimiter), SAMPLE_ROWS)))
    tail = text[-TAIL:]
    tail = tail[tail.find("\n") + 1 :] if len(text) > TAIL else tail
    bottom = [tuple(row) for row in _records(tail, delimiter) if row][-LAST_ROWS:]
    return TextFile(encoding, delimiter, top, tuple(bottom), doubts)


def _encoding(raw: bytes, name: str) -> tuple[Encoding, tuple[Doubt, ...]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", ()
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8", ()
    if b"\x00" in raw[:4096]:
        raise SourceError(f"{name}: no text that can be read; export it again as UTF-8")
    scores = {encoding: _plausible(raw, encoding) for encoding in SINGLE_BYTE}
    best = max(SINGLE_BYTE, key=lambda encoding: scores[encoding])
    return best, (Doubt.of("encoding"),)


def _plausible(raw: bytes, encoding: Encoding) -> float:
    """Score an encoding by what bytes above ASCII become: French and Arabic letters for it, all else against it."""
    counts = np.bincount(np.frombuffer(raw, dtype=np.uint8), minlength=256)
    score = 0.0
    for byte in np.flatnonzero(counts[128:]) + 128:
        letter = bytes([byte]).decode(encoding, errors="replace")
        score += _weight(letter) * float(counts[byte])
    return score - 4.0 * len(_MISPLACED.findall(raw.decode(encoding, errors="replace")))


def _weight(letter: str) -> float:
    if letter in _COMMON or ord(letter) in _ARABIC:
        return 1.0
    return 0.6 if letter in _SIGNS else 0.3 if letter in _OTHERS else -3.0


def _delimiter(text: str, *, tabs: bool) -> str:
    """Return the delimiter that makes most rows of one length, the longest one of those that do as well."""

    def worth(mark: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in islice(_records(text, mark), SAMPLE_ROWS) if row)
        several = {width: count for width, count in widths.items() if width > 1}
        if not several:
            return 0.0, 0
        width = max(several, key=lambda each: (several[each], each))
        return round(several[width] / sum(widths.values()), 1), width

    order = ("\t", *DELIMITERS) if tabs else DELIMITERS
    return max(order, key=worth)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:  # what cannot be parsed is the reader's to refuse
        return
