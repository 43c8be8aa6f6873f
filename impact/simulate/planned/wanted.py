"""What a table of an intake must hold, found backwards: cells that are known, and cells of which several values would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Cells = NDArray[np.object_]


class AnyOf(tuple[Any, ...]):
    """Values of which any would do, the likeliest first; None among them stands for a missing cell."""

    __slots__ = ()


def known(cell: Any) -> Any:
    """Return a cell as it will be written: of several values the first that is not missing."""
    if isinstance(cell, AnyOf):
        return next((value for value in cell if not missing(value)), None)
    return cell


def missing(cell: Any) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, float) and np.isnan(cell))


def agreed(cell: Any, other: Any) -> Any:
    """Return what meets two wishes for one cell: the first one's where they exclude each other."""
    if not isinstance(cell, AnyOf):
        return cell
    if not isinstance(other, AnyOf):
        return other if any(value == other for value in cell) else cell
    both = AnyOf(value for value in cell if value in other)
    return both or cell


@dataclass(frozen=True)
class Wanted:
    """Rows that a table must have.

    Attributes
    ----------
    frame : DataFrame of objects
        Columns that are wished for; others are filled when the file is written.
    unique : frozenset of str
        Columns that must not repeat, of which nothing else is known.
    avoid : mapping of str to tuple
        Column to values that would take a row out.
    """

    frame: pd.DataFrame
    unique: frozenset[str] = frozenset()
    avoid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    def has(self, name: str) -> bool:
        """Whether something is wished of a column."""
        return name in self.frame.columns

    def cells(self, name: str) -> Cells:
        """Return a column as it will be written, (n,)."""
        return np.array([known(cell) for cell in self.frame[name]], dtype=object)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers, NaN where missing."""
        cells = self.cells(name)
        return np.array([np.nan if missing(c) else float(c) for c in cells], dtype=float)

    def without(self, names: Iterable[str]) -> "Wanted":
        """Return the same without some columns."""
        left = [name for name in self.frame.columns if name not in set(names)]
        return Wanted(self.frame[left], self.unique, self.avoid)

    def wishing(self, name: str, cells: Iterable[Any]) -> "Wanted":
        """Return the same with a column wished for; where it was already, with what meets both wishes."""
        made = list(cells)
        if self.has(name):
            made = [agreed(cell, other) for cell, other in zip(self.frame[name], made, strict=True)]
        column = np.empty(len(made), dtype=object)
        column[:] = [made[place] for place in range(len(made))] if made else []
        frame = self.frame.copy()
        frame[name] = pd.Series(column, index=frame.index, dtype=object)
        return Wanted(frame, self.unique, self.avoid)

    def rows(self, kept: NDArray[Any]) -> "Wanted":
        """Return some of the rows."""
        return Wanted(self.frame[kept].reset_index(drop=True), self.unique, self.avoid)

    def never_twice(self, names: Iterable[str]) -> "Wanted":
        """Return the same with columns that must not repeat, those that are not wished for."""
        new = {name for name in names if not self.has(name)}
        return Wanted(self.frame, self.unique | new, self.avoid)

    def avoiding(self, name: str, values: Iterable[Any]) -> "Wanted":
        """Return the same with values that a column must not have."""
        before = self.avoid.get(name, ())
        return Wanted(self.frame, self.unique, {**self.avoid, name: (*before, *values)})

    def with_rows_of(self, other: "Wanted") -> "Wanted":
        """Return a table that holds this one's rows and another's, put together where the columns that both have agree."""
        keys = [name for name in other.frame.columns if self.has(name)]
        frame = other.frame.copy()
        if keys:
            mine, theirs = self.frame.copy(), frame
            for name in keys:
                mine[name], theirs[name] = self.cells(name), other.cells(name)
            frame = mine.merge(theirs, on=keys, how="outer", sort=False)
        else:
            frame = pd.concat([self.frame, frame], ignore_index=True)
        filled = frame.astype(object).where(frame.notna(), None)
        avoid = {**self.avoid, **other.avoid}
        return Wanted(filled, self.unique | other.unique, avoid)
