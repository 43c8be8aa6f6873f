"""Texts as words and numerals, and two texts laid side by side whatever their numerals say."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

MASK = "#"
ANCHOR = 4  # words in a row that stand once in each text and so tie the two together
_TOKEN = re.compile(
    r"(?P<numeral>(?:\u2212|(?<![\w)])-)?\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]+)"
)  # a space between thousands parts a numeral in two: PDFs do not tell it from any other


class Token(NamedTuple):
    """A word in lower case, or a numeral with its sign.

    Attributes
    ----------
    text : str
    numeral : bool
    block, start, end : int
        Where it stands: block of the text, first character and the one after the last.
    """

    text: str
    numeral: bool
    block: int
    start: int
    end: int

    @property
    def masked(self) -> str:
        """Return the word; of a numeral only that it is one."""
        return MASK if self.numeral else self.text


def tokens_of(blocks: Sequence[str]) -> list[Token]:
    """Return words and numerals in order; whatever else is written counts for nothing."""
    return [
        Token(
            text=match.group() if match["numeral"] else match.group().lower(),
            numeral=bool(match["numeral"]),
            block=number,
            start=match.start(),
            end=match.end(),
        )
        for number, text in enumerate(blocks)
        for match in _TOKEN.finditer(text)
    ]


@dataclass(frozen=True)
class Stretch:
    """A stretch of one text beside one of another: the same words, or not."""

    one: slice
    other: slice
    same: bool


def side_by_side(one: Sequence[str], other: Sequence[str]) -> Iterator[Stretch]:
    """Lay two texts side by side, word for word.

    Texts that agree are done at once. Otherwise words in a row that stand once in each are tied together, as many as keep
    their order, and only what lies between is compared word by word.
    """
    if list(one) == list(other):
        yield Stretch(slice(0, len(one)), slice(0, len(other)), same=True)
        return
    here, there = 0, 0
    ties = [*_ties(one, other), (len(one), len(other))]
    for tied in ties:
        first, second = tied
        if first < here or second < there:
            continue
        while first > here and second > there and one[first - 1] == other[second - 1]:
            first, second = first - 1, second - 1  # a numeral before it belongs to the tie
        yield from _word_by_word(one, other, slice(here, first), slice(there, second))
        here, there = first, second
        while here < len(one) and there < len(other) and one[here] == other[there]:
            here, there = here + 1, there + 1
        if here > first:
            yield Stretch(slice(first, here), slice(second, there), same=True)


def _ties(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    places = [_once(one), _once(other)]
    pairs = [(places[0][run], places[1][run]) for run in places[0] if run in places[1]]
    return _rising(sorted(pairs))


def _once(text: Sequence[str]) -> dict[tuple[str, ...], int]:
    runs = [tuple(text[i : i + ANCHOR]) for i in range(len(text) - ANCHOR + 1)]
    counts = Counter(runs)
    return {run: place for place, run in enumerate(runs) if counts[run] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest run of pairs that rises in both places (patience sorting)."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, (_, second) in enumerate(pairs):
        pile = bisect_left(tops, second)
        before.append(at[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [second]
        at[pile : pile + 1] = [place]
    found, place = [], at[-1] if at else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


def _word_by_word(
    one: Sequence[str], other: Sequence[str], here: slice, there: slice
) -> Iterator[Stretch]:
    matcher = SequenceMatcher(None, one[here], other[there], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        yield Stretch(
            slice(here.start + a, here.start + b),
            slice(there.start + c, there.start + d),
            same=kind == "equal",
        )
