"""Texts of SPSS files as their bytes stand: ReadStat cuts a text at a NUL, and what it gives does not tell."""

import struct
from collections.abc import Iterator
from pathlib import Path

SENTINEL = 999
HEADER = 176
LITERAL, END, PADDING = 253, 252, 0


def holds_nul(path: Path) -> bool:
    """Whether a text cell of a .sav file has a NUL inside; False for .zsav, whose blocks have checksums.

    Raises
    ------
    ValueError, IndexError, struct.error
        The file's records do not follow one another.
    """
    raw = path.read_bytes()
    if raw[:4] != b"$FL2":
        return False
    order = "<" if struct.unpack("<i", raw[64:68])[0] in {2, 3} else ">"
    packed = struct.unpack(f"{order}i", raw[72:76])[0]
    widths, start = _dictionary(raw, order)
    texts = _text_words(widths)
    if not any(texts):
        return False
    words = (
        _literal_words(raw, start, len(widths)) if packed else _plain_words(raw, start, len(widths))
    )
    return any(texts[place] and b"\x00" in word for place, word in words)


def _dictionary(raw: bytes, order: str) -> tuple[list[int], int]:
    """Return the width of each word of a case (0 number, above text, -1 its continuation), and where cases start."""
    at, widths = HEADER, []
    while (kind := struct.unpack(f"{order}i", raw[at : at + 4])[0]) != SENTINEL:
        if kind == 2:
            width, labelled, missing = struct.unpack(f"{order}iii", raw[at + 4 : at + 16])
            widths.append(width)
            at += 32
            if labelled:
                at += 4 + -(-struct.unpack(f"{order}i", raw[at : at + 4])[0] // 4) * 4
            at += 8 * abs(missing)
        elif kind == 3:
            at = _after_labels(raw, at, order)
        elif kind == 6:
            at += 8 + 80 * struct.unpack(f"{order}i", raw[at + 4 : at + 8])[0]
        elif kind == 7:
            size, count = struct.unpack(f"{order}ii", raw[at + 8 : at + 16])
            at += 16 + size * count
        else:
            raise ValueError(kind)
    return widths, at + 8


def _after_labels(raw: bytes, at: int, order: str) -> int:
    """Return the place after value labels and the variables that they belong to."""
    count = struct.unpack(f"{order}i", raw[at + 4 : at + 8])[0]
    at += 8
    for _ in range(count):
        at += 8 + (raw[at + 8] + 8) // 8 * 8
    return at + 8 + 4 * int(struct.unpack(f"{order}i", raw[at + 4 : at + 8])[0])


def _text_words(widths: list[int]) -> list[bool]:
    texts: list[bool] = []
    for width in widths:
        texts.append(width > 0 or (width < 0 and bool(texts) and texts[-1]))
    return texts


def _plain_words(raw: bytes, start: int, width: int) -> Iterator[tuple[int, bytes]]:
    for place, at in enumerate(range(start, len(raw), 8)):
        yield place % width, raw[at : at + 8]


def _literal_words(raw: bytes, start: int, width: int) -> Iterator[tuple[int, bytes]]:
    """Give the words that are stored as they are, each with its place in its case."""
    at, place = start, 0
    while at + 8 <= len(raw):
        codes, at = raw[at : at + 8], at + 8
        for code in codes:
            if code == END:
                return
            if code == PADDING:
                continue
            if code == LITERAL:
                yield place % width, raw[at : at + 8]
                at += 8
            place += 1
