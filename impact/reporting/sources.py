"""Where a numeral of a report comes from: a result, the plan and its files, our own words, or the order of the pages."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from impact.reporting.numerals import digits_of, has_own_digits, value_of, whole_numeral
from impact.reporting.reading import Token, tokens_of
from impact.reporting.tree import clean
from impact.reporting.written import CHOSEN_LEVEL, COUNTED, Note

PERCENT = 100.0
MILLION = 1e6  # costs are written in millions
TELLING = (
    6  # digits from which a numeral that equals a value is that value, not another one by chance
)
UNTOLD = "not told apart"
"""Place of a value of few digits that the code wrote without saying what it is: several fields hold it, so that an address
would be a guess."""
TELLING_WORDS = 2  # beside a numeral, from which a text that says both is where it comes from
_COUNT = re.compile(r"\.n_\w+(?:\[\d+\])?$")
_WORD = re.compile(r"[^\W\d_]+")
SHORTEST_DIGEST = 8  # characters of a digest that a text may show alone
_DIGEST = re.compile(rf"\b[0-9a-f]{{{SHORTEST_DIGEST},64}}\b")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_ORDER = re.compile(
    r"^(?:table|tableau|figure|section|chapter|chapitre)[ \u00a0](?P<number>\d{1,3})(?=[.: ])"
    r"|^(?P<chapter>\d{1,2})(?=\u2002)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:tables|figures)/[\w.-]+|\b\d\d_[a-z_]+(?:, (?:cell|cellule) \d+)?|\bn\d+(?:\u2013\d+)?\b"
    r"|(?:\w+/)*\w+\.(?:json|yml|yaml|csv) \w[^\s]*"
)
_FIRST = re.compile(r"^(?P<number>\d{1,3})(?=[.: ])")


@dataclass(frozen=True)
class Source:
    """Where a numeral comes from.

    Attributes
    ----------
    value : float or None
        The value before it was rounded and written; None of a numeral within a text.
    key : str
        File and place in it; ``words`` and ``pages`` for the house's own; `UNTOLD` of a value of few digits.
    rounded : bool
        Found by rounding the value to what is written; otherwise by the very value that was written.
    """

    value: float | None
    key: str
    rounded: bool = False


@dataclass(frozen=True)
class Sources:
    """All that a report's numerals may come from.

    Attributes
    ----------
    files : Mapping
        Name to content: results, plan and the files that it names, what the run says of itself.
    sentences : sequence of str
        The house's sentences in the report's language, with their placeholders.
    decimal : str
        The decimal sign of the language.
    """

    files: Mapping[str, Any]
    sentences: Sequence[str]
    decimal: str
    _leaves: list[tuple[str, Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        leaves = [
            leaf for name, content in self.files.items() for leaf in _leaves(content, f"{name}#")
        ]
        object.__setattr__(self, "_leaves", leaves)

    @cached_property
    def _by_value(self) -> dict[float, str]:
        """Values to their keys: themselves first, then shares in percent, negatives, and last how many a list has."""
        numbers = [
            (key, float(value))
            for key, value in self._leaves
            if isinstance(value, int | float) and math.isfinite(value)
        ]
        numbers.sort(key=lambda leaf: leaf[0].endswith(".length"))
        found: dict[float, str] = {}
        for scale in (1.0, PERCENT, -1.0, -PERCENT):
            for key, value in numbers:
                share = not value.is_integer() or (abs(value) == 1 and not key.endswith(".length"))
                if abs(scale) == 1 or share:
                    found.setdefault(scale * value, key)
        return found

    @cached_property
    def _names(self) -> dict[float, set[str]]:
        """Values, as they are and in percent, to the last names of the places that hold them."""
        found: dict[float, set[str]] = {}
        for value, names in self._fields.items():
            for scaled in {value, PERCENT * value}:
                found.setdefault(scaled, set()).update(names)
        return found

    @cached_property
    def _by_field(self) -> dict[tuple[str, float], str]:
        """Last names of places and their values to the first place that has both."""
        found: dict[tuple[str, float], str] = {}
        for key, value in self._leaves:
            if isinstance(value, int | float) and math.isfinite(value):
                found.setdefault((_field(key), float(value)), key)
        return found

    @cached_property
    def _fields(self) -> dict[float, set[str]]:
        """Values to the last names of the places that hold them."""
        found: dict[float, set[str]] = {}
        for name, value in self._by_field:
            found.setdefault(value, set()).add(name)
        return found

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Texts with a numeral in them, as words, to their keys; the longest first, as a short one may stand in any other."""
        found: dict[str, str] = {}
        for key, value in self._leaves:
            if isinstance(value, str) and any(map(str.isdigit, value)):
                found.setdefault(_spoken(tokens_of([value])), key)
        longest_first = sorted(filter(None, found), key=len, reverse=True)
        return {text: found[text] for text in longest_first}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str, str]]:
        """Sentences with a numeral of their own: a pattern whose groups are what it says itself, its longest word, and it."""
        fixed = [
            text for text in self.sentences if any(map(str.isdigit, _PLACEHOLDER.sub("", text)))
        ]
        return [(_pattern(text), _longest_word(text), text) for text in fixed]

    def of(self, token: Token, text: str, notes: Mapping[str, Sequence[Note]]) -> Source | None:
        """Return where a numeral of a text comes from; None if nothing accounts for it."""
        whole = whole_numeral(text, token)
        noted = self._noted(whole, notes)
        return (
            self._as_told(token, text)
            or _dated(token, text, notes)
            or self._counted(token, text, whole, notes)
            or self._within_text(token, text, self._quotable)
            or (noted if noted and noted.key != UNTOLD else None)
            or self._within_words(token, text)
            or _within_address(token, text)
            or self._within_text(token, text, self._texts)
            or self._within_digest(token, text)
            or _order(_ORDER, token, text)
            or noted
            or self._rounded(whole)
            or _order(_FIRST, token, text)
        )

    def exactly(self, value: float) -> Source | None:
        """Return where this very value, its negative or its hundredfold is; one of few digits has no place of its own."""
        key = self._by_value.get(value)
        return None if key is None else Source(value, key if self._own(value, key) else UNTOLD)

    def _own(self, value: float, key: str) -> bool:
        """Whether a place is a value's, which no other has by chance: of few digits only where all places have one name.

        Three digits, as shares of a thousand simulated panels have, tell a value from those of other names only where no
        other name has them; below that only counts are told, and only if all name the same count.
        """
        alone = self._names.get(value, set()) <= {_field(key)}
        if has_own_digits(value):
            return alone or digits_of(value) >= TELLING
        return _COUNT.search(key) is not None and self._fields.get(value) == {_field(key)}

    def _as_told(self, token: Token, text: str) -> Source | None:
        """Return the house's sentence, or a file's text, that says a numeral itself, so that it was not computed."""
        sentence = self._fixed(text)[0].get(token.start)
        if sentence is not None:
            return Source(None, f"words: {sentence}")
        tokens = _words_of(text)
        if sum(not one.numeral for one in tokens) < TELLING_WORDS:
            return None
        key = self._texts.get(_spoken(tokens))
        return None if key is None else Source(None, key)

    def _fixed(self, text: str) -> tuple[dict[int, str], dict[int, str]]:
        """Return where the sentences of a text say a numeral themselves, and which: among words of their own, and elsewhere."""
        found = self._told.get(text)
        if found is None:
            found = self._told[text] = ({}, {})
            tokens = [token for token in _words_of(text) if token.numeral]
            for pattern, word, sentence in self._patterns:
                for match in pattern.finditer(text) if word in text else ():
                    for group in range(1, pattern.groups + 1):
                        start, end = match.span(group)
                        telling = len(_WORD.findall(match[group])) >= TELLING_WORDS
                        for token in tokens:
                            if start <= token.start and token.end <= end:
                                found[not telling].setdefault(token.start, sentence)
        return found

    @cached_property
    def _told(self) -> dict[str, tuple[dict[int, str], dict[int, str]]]:
        return {}

    def _noted(self, whole: str, notes: Mapping[str, Sequence[Note]]) -> Source | None:
        for written in (whole, whole.lstrip("\u2212-")):
            for raw in notes.get(written, ()):
                if isinstance(raw, float) and (
                    source := self.exactly(raw) or self.exactly(raw * MILLION)
                ):
                    return source
        return None

    def _counted(
        self, token: Token, text: str, whole: str, notes: Mapping[str, Sequence[Note]]
    ) -> Source | None:
        """Return the field of a count in whose phrase a numeral stands."""
        for phrase, raws in notes.items():
            for note in raws:
                name, is_count, count = str(note).partition(COUNTED)
                if (
                    is_count
                    and float(count) == self.value_of(whole)[0]
                    and _stands_in(phrase, token, text)
                ):
                    key = self._by_field.get((name, float(count)))
                    return Source(float(count), key) if key else None
        return None

    def _within_words(self, token: Token, text: str) -> Source | None:
        sentence = self._fixed(text)[1].get(token.start)
        return None if sentence is None else Source(None, f"words: {sentence}")

    @cached_property
    def _quotable(self) -> dict[str, str]:
        """Texts of so many words that one which holds them quotes them: their numerals are no result written alike."""
        return {
            text: key
            for text, key in self._texts.items()
            if sum(word.isalpha() for word in text.split()) >= TELLING_WORDS
        }

    def _within_text(self, token: Token, text: str, texts: Mapping[str, str]) -> Source | None:
        tokens = _words_of(text)
        before = _spoken([other for other in tokens if other.start < token.start])
        spoken, start = f" {_spoken(tokens)} ", len(before) + bool(before)
        for known, key in texts.items():
            if token.text not in known:
                continue
            found = spoken.find(f" {known} ")
            while found >= 0:
                if found <= start < found + len(known):
                    return Source(None, key)
                found = spoken.find(f" {known} ", found + 1)
        return None

    def _within_digest(self, token: Token, text: str) -> Source | None:
        """Return the digest that a text shows the beginning of."""
        for shown in _DIGEST.finditer(text):
            if shown.start() <= token.start < shown.end():
                begun = shown.group()
                for key, value in self._by_beginning.get(begun[:SHORTEST_DIGEST], ()):
                    if value.startswith(begun):
                        return Source(None, key)
        return None

    @cached_property
    def _by_beginning(self) -> dict[str, list[tuple[str, str]]]:
        """Places and texts by the first characters of the texts, as many as the shortest digest shown has."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key, value in self._leaves:
            if isinstance(value, str):
                found.setdefault(value[:SHORTEST_DIGEST], []).append((key, value))
        return found

    def _rounded(self, whole: str) -> Source | None:
        value, digits = self.value_of(whole)
        key = self._by_rounding(digits).get(round(value, digits))
        exact = value in self._by_value and sum(map(str.isdigit, whole)) >= TELLING
        if key and not exact and not has_own_digits(value):
            key = UNTOLD
        return Source(value, key, rounded=not exact) if key else None

    def _by_rounding(self, digits: int) -> dict[float, str]:
        known = self._rounding.get(digits)
        if known is None:
            known = {}
            for value, key in self._by_value.items():
                known.setdefault(round(value, digits) + 0.0, key)
            self._rounding[digits] = known
        return known

    @cached_property
    def _rounding(self) -> dict[int, dict[float, str]]:
        return {}

    def value_of(self, whole: str) -> tuple[float, int]:
        """Return a numeral's value and its decimals."""
        return value_of(whole, self.decimal)


def _field(key: str) -> str:
    """Return the last name of a place, without numbers of rows: what its value is."""
    return re.sub(r"(?:\[\d+\])+$", "", key).rpartition(".")[2].rpartition("#")[2]


def _leaves(content: Any, at: str) -> Iterable[tuple[str, Any]]:
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _leaves(value, f"{at}.{name}" if not at.endswith("#") else f"{at}{name}")
    elif isinstance(content, list | tuple):
        yield f"{at}.length", len(content)
        for place, value in enumerate(content):
            yield from _leaves(value, f"{at}[{place}]")
    elif not isinstance(content, bool) and content is not None:
        yield at, content if isinstance(content, int | float) else str(content)


@lru_cache(maxsize=16)  # numerals of one text are asked for one after the other
def _words_of(text: str) -> list[Token]:
    return tokens_of([text])


def _spoken(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)


def _longest_word(sentence: str) -> str:
    """Return the longest of a sentence's own words: a text without it is not worth the pattern."""
    parts = _PLACEHOLDER.split(_unmarked(sentence))
    return max((word for part in parts for word in part.split()), key=len, default="")


def _unmarked(sentence: str) -> str:
    return clean(re.sub(r"[*_`]", "", sentence))


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return a pattern of a sentence; links and emphasis of the markup are passed over."""
    parts = _PLACEHOLDER.split(_unmarked(sentence))
    spaced = (r"\s+".join(map(re.escape, part.split(" "))) for part in parts)
    return re.compile(".{1,300}?".join(f"({part})" for part in spaced))


def _within_address(token: Token, text: str) -> Source | None:
    """Return a source for numerals of the report's own addresses: files, cells, codes, keys of results."""
    spans = (match.span() for match in _ADDRESS.finditer(text))
    inside = any(start <= token.start and token.end <= end for start, end in spans)
    return Source(None, "pages") if inside else None


def _dated(token: Token, text: str, notes: Mapping[str, Sequence[Note]]) -> Source | None:
    """Return what is no number behind a numeral: the date in whose words it stands, or the level that the plan chooses."""
    for written, (raw, *_) in notes.items():
        if isinstance(raw, str) and COUNTED not in raw and _stands_in(written, token, text):
            if raw != CHOSEN_LEVEL:
                return Source(None, f"date {raw}")
            if len(notes.get(token.text, ())) <= 1:  # nothing else was written alike there
                return Source(None, "run.json#plan.alpha")
    return None


def _stands_in(phrase: str, token: Token, text: str) -> bool:
    """Whether a numeral of a text stands in a phrase of it."""
    at = text.find(phrase)
    while at >= 0:
        if at <= token.start and token.end <= at + len(phrase):
            return True
        at = text.find(phrase, at + 1)
    return False


def _order(pattern: re.Pattern[str], token: Token, text: str) -> Source | None:
    match = pattern.match(text)
    there = match is not None and match.span(match.lastindex or 0) == (token.start, token.end)
    return Source(None, "pages") if there else None
