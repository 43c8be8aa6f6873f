"""Hold a rendered report, edited or not, to the numbers and directions of its run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from impact.reporting.directions import NEGATIONS, signs_of
from impact.reporting.ledger import LEDGER, Entry, Ledger, read_ledger
from impact.reporting.numerals import value_of, whole_numeral
from impact.reporting.reading import Token, side_by_side, tokens_of
from impact.reporting.rendered import blocks_of

Kind = Literal["number", "direction", "negation"]
SMALL_EDIT = 12  # words; beyond it a passage was rewritten, and a missing "not" says nothing
TELLING = 3  # digits from which a numeral is some result's own wherever it stands


@dataclass(frozen=True)
class Finding:
    """Something that a report says and its run does not.

    Attributes
    ----------
    kind : {"number", "direction", "negation"}
    said : str
        Numeral or word of the file.
    expected : str
        What the run wrote there; empty where the passage is new.
    where : str
        The text around it.
    """

    kind: Kind
    said: str
    expected: str
    where: str

    def __str__(self) -> str:
        instead = f" (the run: {self.expected})" if self.expected else ""
        return f"{self.kind}: {self.said}{instead} in: {self.where}"


def verify(path: Path, run: Path) -> list[Finding]:
    """Return what a rendered report says that its run does not.

    Parameters
    ----------
    path : Path
        A page, PDF or Word file: as the run made it, as a person edited it, or exported from either.
    run : Path
        The run's folder.

    Raises
    ------
    SourceError
        When the file is no report that can be read.
    StorageError
        When the run has no ledger.
    """
    return compare(blocks_of(path), read_ledger(run / LEDGER), name=path.name)


def compare(blocks: Sequence[str], ledger: Ledger, *, name: str = "") -> list[Finding]:
    """Return what a text says that the ledger does not.

    Where both have the same words, numerals are equal in order. Elsewhere somebody has edited: a numeral is then one that
    the run wrote in that place, or one of at least three digits that it wrote anywhere, or such a one rounded; words of
    direction keep the sign that the run gave them there, in new sentences that of the headline.
    """
    written = tokens_of(blocks)
    entries = _nearest(written, ledger, name)
    return list(_Comparison(blocks, written, entries, ledger).findings())


def _nearest(written: Sequence[Token], ledger: Ledger, name: str) -> tuple[Entry, ...]:
    """Return the rendered file that a text is nearest to; of equals the one of its name."""
    runs = _runs(written)

    def likeness(other: str) -> tuple[int, bool]:
        known = _runs(tokens_of([entry.text for entry in ledger.files[other]]))
        return 2 * (runs & known).total() - known.total(), other == name

    return ledger.files[max(ledger.files, key=likeness)]


def _runs(tokens: Sequence[Token]) -> Counter[tuple[str, str, str]]:
    words = [token.masked for token in tokens]
    return Counter(zip(words, words[1:], words[2:], strict=False))


@dataclass(frozen=True)
class _Comparison:
    blocks: Sequence[str]
    written: Sequence[Token]
    entries: Sequence[Entry]
    ledger: Ledger

    def findings(self) -> Iterator[Finding]:
        texts = [entry.text for entry in self.entries]
        known = tokens_of(texts)
        wholes = {whole_numeral(texts[token.block], token) for token in known if token.numeral}
        one, other = [x.masked for x in known], [x.masked for x in self.written]
        for stretch in side_by_side(one, other):
            ours, theirs = known[stretch.one], self.written[stretch.other]
            if stretch.same:
                yield from self._equal(ours, theirs)
            else:
                yield from self._edited(ours, theirs, wholes)

    def _equal(self, ours: Sequence[Token], theirs: Sequence[Token]) -> Iterator[Finding]:
        for our, their in zip(ours, theirs, strict=True):
            if our.text != their.text:
                yield self._finding("number", their, our.text)

    def _edited(
        self, ours: Sequence[Token], theirs: Sequence[Token], wholes: set[str]
    ) -> Iterator[Finding]:
        here = {token.text for token in ours if token.numeral}
        expected = " ".join(token.text for token in ours)
        for token in theirs:
            if token.numeral and token.text not in here and not self._known(token, wholes):
                yield self._finding("number", token, expected if len(ours) <= SMALL_EDIT else "")
        yield from self._turned(ours, theirs, expected)

    def _known(self, token: Token, wholes: set[str]) -> bool:
        """Whether an edited numeral is one that the run wrote, or rounds one."""
        whole = whole_numeral(self.blocks[token.block], token)
        if sum(map(str.isdigit, whole)) < TELLING:
            return False
        decimal = "," if self.ledger.language == "fr" else "."
        value, digits = value_of(whole, decimal)
        if whole in wholes:
            return True
        kept = len(str(abs(round(value * 10**digits))).rstrip("0"))
        figures = [value_of(known, decimal)[0] for known in wholes] if kept > 1 else []
        return any(float(f"{figure:.{kept - 1}e}") == value for figure in figures)

    def _turned(
        self, ours: Sequence[Token], theirs: Sequence[Token], expected: str
    ) -> Iterator[Finding]:
        """Find words of direction that turned, and a small edit that says or unsays a "not"."""
        left = Counter(sign for _, sign in signs_of(ours))
        for token, sign in signs_of(theirs):
            if left[sign]:
                left[sign] -= 1
            elif left[-sign]:
                left[-sign] -= 1
                yield self._finding("direction", token, expected)
            elif sign == -self.ledger.sign:
                yield self._finding("direction", token, "")
        if max(len(ours), len(theirs)) <= SMALL_EDIT:
            had, has = (sum(token.text in NEGATIONS for token in side) for side in (ours, theirs))
            if had != has:
                yield from self._unsaid(ours, theirs, expected)

    def _unsaid(
        self, ours: Sequence[Token], theirs: Sequence[Token], expected: str
    ) -> Iterator[Finding]:
        here = next((token for token in theirs if token.text in NEGATIONS), None)
        if here is not None:
            yield self._finding("negation", here, expected)
            return
        gone = next(token for token in ours if token.text in NEGATIONS)
        yield Finding("negation", "", gone.text, self.entries[gone.block].text)

    def _finding(self, kind: Kind, token: Token, expected: str) -> Finding:
        text = self.blocks[token.block]
        said = whole_numeral(text, token) if token.numeral else token.text
        return Finding(kind, said, expected, text)
