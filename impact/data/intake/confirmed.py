"""What a person decided of the proposals: pairs of keys, one a row, accepted or not."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Integers, Mask
from impact.data.formulas import as_it_was
from impact.data.schema import CsvOptions, FileLayout, ReadColumn
from impact.data.sources.conversions import convert
from impact.data.sources.door import read_source
from impact.errors import (
    DuplicateKeyError,
    MissingColumnError,
    MissingValueError,
    SourceError,
    UnparsableValueError,
    rows_named,
)

LEFT, RIGHT, ACCEPTED = "left", "right", "accepted"
YES = frozenset({"yes", "y", "oui", "o", "1", "true", "x"})
NO = frozenset({"no", "n", "non", "0", "false"})


@dataclass(frozen=True, eq=False)
class Confirmed:
    """Pairs of keys, (k,) each, that a person accepted, and their rows in the file; and those rejected, as pairs.

    Attributes
    ----------
    left, right : ndarray of str, (k,)
    rows : ndarray of int, (k,)
    rejected : frozenset of (str, str)
    name : str
        Of the file.
    """

    left: NDArray[Any] = field(repr=False)
    right: NDArray[Any] = field(repr=False)
    rows: Integers
    rejected: frozenset[tuple[str, str]] = field(repr=False)
    name: str

    @classmethod
    def none(cls) -> Self:
        """Return no answers."""
        nothing = np.empty(0, dtype=object)
        return cls(nothing, nothing, np.empty(0, dtype=np.int64), frozenset(), "")


def read_confirmed(path: Path) -> Confirmed:
    """Read the file in which a person accepts pairs: columns left, right, accepted; others may stand beside.

    Parameters
    ----------
    path : Path
        CSV with commas or semicolons, or a workbook; the proposals with ``accepted`` filled in are one. A row in which
        it is empty is not decided.

    Raises
    ------
    DataError
        The file is not there or not so, with its rows.
    """
    if not path.is_file():
        raise SourceError(
            f"{path.name}: no such file of confirmed pairs; write accepted proposals there, or leave out `confirmed` until "
            "there are some"
        )
    source = read_source(path, layout=_layout(path))
    held = source.named()
    if lacking := [name for name in (LEFT, RIGHT, ACCEPTED) if name not in held]:
        raise MissingColumnError(
            f"{path.name}: {', '.join(lacking)} is not in it; confirmed pairs have the columns left, right and accepted"
        )
    left, right, answers = (  # texts, whatever a spreadsheet made of ids
        convert(
            held[name],
            ReadColumn(type="string"),
            name=f"{path.name}: {name}",
            options=CsvOptions(),
            frequency="integer",
        ).cells
        for name in (LEFT, RIGHT, ACCEPTED)
    )
    words = [None if one is None else str(one).strip().casefold() for one in answers]
    unknown = [row for row, word in enumerate(words, start=1) if word and word not in YES | NO]
    if unknown:
        raise UnparsableValueError(
            f"{path.name}: accepted is neither yes nor no on {rows_named(unknown)}; write yes or no, or leave it empty"
        )
    decided = np.array([bool(word) for word in words], dtype=bool)
    blank = decided & np.array([a is None or b is None for a, b in zip(left, right, strict=True)])
    if blank.any():
        raise MissingValueError(
            f"{path.name}: left or right is empty on {rows_named(np.flatnonzero(blank) + 1)}; write both keys of a pair"
        )
    pairs = np.array([(_key(a), _key(b)) for a, b in zip(left, right, strict=True)], dtype=object)
    accepted = np.array([word in YES for word in words], dtype=bool)
    return _parted(pairs.reshape(-1, 2), accepted, decided & ~accepted, name=path.name)


def _parted(pairs: NDArray[Any], accepted: Mask, refused: Mask, *, name: str) -> Confirmed:
    rejected = frozenset((left, right) for left, right in pairs[refused])
    rows = np.flatnonzero(accepted)
    if both := [int(row) + 1 for row in rows if tuple(pairs[row]) in rejected]:
        raise DuplicateKeyError(
            f"{name}: accepted on {rows_named(both)} and rejected on another row; keep one answer a pair"
        )
    return Confirmed(pairs[rows, 0], pairs[rows, 1], rows + 1, rejected, name)


def _key(cell: Any) -> str:
    """Return a key as it stands in the tables: without the apostrophes that keep a spreadsheet from running it."""
    return "" if cell is None else as_it_was(str(cell))


def _layout(path: Path) -> FileLayout:
    """Spreadsheets in French write semicolons; the names of the columns have neither mark."""
    if path.suffix.lower() != ".csv":
        return FileLayout()
    with path.open("rb") as file:
        head = file.readline(1000)
    return FileLayout(csv=CsvOptions(delimiter=";" if b";" in head and b"," not in head else ","))
