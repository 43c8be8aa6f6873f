"""The ledger of a report: every text that a run rendered, and beside each numeral in it where it comes from."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from impact.errors import StorageError
from impact.reporting.numerals import whole_numeral
from impact.reporting.reading import Token, side_by_side, tokens_of
from impact.reporting.render.tracing import Passage
from impact.reporting.rendered import READ, blocks_of
from impact.reporting.sources import Source, Sources

LEDGER = "numbers.json"


@dataclass(frozen=True)
class Numeral:
    """A numeral as written, and where it comes from; None where nothing in the run accounts for it."""

    written: str
    source: Source | None


@dataclass(frozen=True)
class Entry:
    """One block of a rendered text, and its numerals in order."""

    text: str
    numerals: tuple[Numeral, ...]


@dataclass(frozen=True)
class Ledger:
    """What a run wrote.

    Attributes
    ----------
    language : str
    sign : int
        Of the headline's estimate: 1, -1, or 0.
    files : Mapping
        Name of a rendered file to its entries.
    """

    language: str
    sign: int
    files: Mapping[str, tuple[Entry, ...]]

    def unaccounted(self, name: str) -> list[tuple[str, str]]:
        """Return numerals of a file that nothing in the run accounts for, each with its block."""
        return [
            (numeral.written, entry.text)
            for entry in self.files[name]
            for numeral in entry.numerals
            if numeral.source is None
        ]


def ledger_of(
    folder: Path,
    *,
    passages: Sequence[Passage],
    sources: Sources,
    language: str,
    estimate: float,
) -> Ledger:
    """Read every rendered text of a run's folder and find where its numerals come from.

    Parameters
    ----------
    folder : Path
        The run's.
    passages : sequence of Passage
        What the texts were made of: a numeral takes over the source that it has there.
    sources : Sources
        For what stands around the exhibits.
    language : str
    estimate : float
        The headline's, for its sign.
    """
    texts = {path.name: blocks_of(path) for path in sorted(folder.iterdir()) if path.suffix in READ}
    known = _MadeOf.of(passages)
    files = {name: _entries(blocks, sources, known) for name, blocks in texts.items()}
    sign = (estimate > 0) - (estimate < 0)
    return Ledger(language=language, sign=sign, files=files)


@dataclass(frozen=True)
class _MadeOf:
    """What texts were made of: its words and numerals, their source by place, and by the words around each."""

    tokens: Sequence[Token]
    source: Mapping[int, Source | None]
    told: Mapping[tuple[str, ...], Source | None]

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> "_MadeOf":
        tokens = tokens_of([passage.text for passage in passages])
        left = iter([source for passage in passages for source in passage.sources])
        source = {place: next(left) for place, token in enumerate(tokens) if token.numeral}
        told = {neighbours: source[place] for place, neighbours in _neighbours(tokens)}
        return cls(tokens, source, told)

    @cached_property
    def masked(self) -> list[str]:
        return [token.masked for token in self.tokens]


def _entries(blocks: Sequence[str], sources: Sources, made_of: _MadeOf) -> tuple[Entry, ...]:
    tokens = tokens_of(blocks)
    known = _taken_over(made_of, tokens)
    numerals: dict[int, list[Numeral]] = {}
    for place, token in enumerate(tokens):
        if token.numeral:
            text = blocks[token.block]
            source = known.get(place) or sources.of(token, text, {})
            numerals.setdefault(token.block, []).append(Numeral(whole_numeral(text, token), source))
    return tuple(Entry(text, tuple(numerals.get(i, ()))) for i, text in enumerate(blocks))


def _taken_over(made_of: _MadeOf, tokens: Sequence[Token]) -> dict[int, Source | None]:
    """Return the sources of numerals that stand in what a text was made of, by their place among its tokens."""
    one, other = made_of.tokens, tokens
    found: dict[int, Source | None] = {}
    for stretch in side_by_side(made_of.masked, [x.masked for x in other]):
        if not stretch.same:
            continue
        for here, there in zip(_range(stretch.one), _range(stretch.other), strict=True):
            if one[here].numeral and one[here].text == other[there].text:
                found[there] = made_of.source[here]
    for there, neighbours in _neighbours(other):  # a brief has passages in another order
        if there not in found and neighbours in made_of.told:
            found[there] = made_of.told[neighbours]
    return found


def _neighbours(tokens: Sequence[Token]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Return each numeral with the two words before it and the one after."""
    for place, token in enumerate(tokens):
        if token.numeral:
            yield place, tuple(one.text for one in tokens[max(place - 2, 0) : place + 2])


def _range(stretch: slice) -> range:
    return range(stretch.start, stretch.stop)


def write_ledger(ledger: Ledger, path: Path) -> None:
    """Write a ledger, a block a line."""
    head = {"language": ledger.language, "sign": ledger.sign}
    files = ",\n".join(
        f"{json.dumps(name)}: [\n{_lines(entries)}\n]" for name, entries in ledger.files.items()
    )
    path.write_text(
        f'{{"headline": {json.dumps(head)},\n"files": {{\n{files}\n}}}}\n', encoding="utf-8"
    )


def _lines(entries: Iterable[Entry]) -> str:
    return ",\n".join(json.dumps(_line(entry), ensure_ascii=False) for entry in entries)


def _line(entry: Entry) -> dict[str, Any]:
    numerals = [
        {"written": numeral.written, "source": numeral.source and vars(numeral.source)}
        for numeral in entry.numerals
    ]
    return {"text": entry.text, **({"numerals": numerals} if numerals else {})}


def read_ledger(path: Path) -> Ledger:
    """Read a ledger.

    Raises
    ------
    StorageError
        When there is none, or it is damaged.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        files = {name: tuple(map(_entry, lines)) for name, lines in stored["files"].items()}
        return Ledger(files=files, **stored["headline"])
    except FileNotFoundError:
        raise StorageError(f"{path.name}: the run has none; run it again") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StorageError(f"{path.name}: damaged; run it again") from None


def _entry(line: Mapping[str, Any]) -> Entry:
    numerals = (
        Numeral(item["written"], Source(**item["source"]) if item["source"] else None)
        for item in line.get("numerals", ())
    )
    return Entry(line["text"], tuple(numerals))
