"""A table on its way to the panel: typed columns, why cells are missing, and where each row came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from impact.arrays import Integers, Mask
from impact.data.schema import ColumnType
from impact.errors import MissingColumnError, SchemaError, in_number, rows_named
from impact.terms import Frequency, nearest

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
_ROWS_A_FILE = 1 << 40  # an origin is the number of its file times this, plus the data row


@dataclass(frozen=True)
class Money:
    """Of which currency amounts are, and of which period's prices; of the day's own without one."""

    currency: str
    prices_of: str | None = None

    def __str__(self) -> str:
        return self.currency if self.prices_of is None else f"{self.currency} of {self.prices_of}"


@dataclass(frozen=True)
class Kind:
    """What a column's cells are; of a period also of which frequency, of an amount also of which money."""

    type: ColumnType
    frequency: Frequency | None = None
    money: Money | None = None

    @property
    def numeric(self) -> bool:
        """Whether cells are held as numbers."""
        return self.type in {"integer", "number", "boolean"}

    def __str__(self) -> str:
        beside = self.frequency or self.money
        return f"type {self.type}" if beside is None else f"type {self.type} ({beside})"


@dataclass(frozen=True, eq=False)
class Table:
    """n rows of typed columns; nothing is changed in place.

    Attributes
    ----------
    frame : DataFrame, n rows
        Numbers as floats, everything else as texts in objects, None where missing. Periods as labels (``2010Q1``), days as
        ``2010-03-31``.
    kinds : mapping of str to Kind
        Of every column of the frame.
    reasons : mapping of str to ndarray of object, (n,)
        Why cells of a column are missing, where more is known than that they are blank; None elsewhere.
    origin : ndarray of int, (n,)
        Source and data row of each row; a row made of several has that of the first.
    sources : tuple of str
        Names of the sources that origins count.
    """

    frame: pd.DataFrame = field(repr=False)
    kinds: Mapping[str, Kind]
    origin: Integers = field(repr=False)
    sources: tuple[str, ...]
    reasons: Mapping[str, NDArray[Any]] = field(default_factory=dict, repr=False)

    @classmethod
    def of_source(
        cls, frame: pd.DataFrame, *, kinds: Mapping[str, Kind], sources: tuple[str, ...], name: str
    ) -> Self:
        """Make the table of a source just read; its rows are numbered from 1."""
        first = sources.index(name) * _ROWS_A_FILE
        return cls(frame, dict(kinds), first + np.arange(1, len(frame) + 1), sources)

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, name: str) -> "pd.Series[Any]":
        """Return a column.

        Raises
        ------
        MissingColumnError
        """
        self.need(name)
        return self.frame[name]

    def need(self, *names: str) -> None:
        """Refuse names that are no columns here.

        Raises
        ------
        MissingColumnError
            With the nearest name that is one.
        """
        for name in names:
            if name not in self.kinds:
                raise MissingColumnError(
                    f"{name}: no such column in this table; {nearest(name, self.kinds)}it has {', '.join(self.kinds)}"
                )

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers, (n,), NaN where missing.

        Raises
        ------
        MissingColumnError, SchemaError
        """
        self.need(name)
        if not self.kinds[name].numeric:
            raise SchemaError(f"{name}: is of type {self.kinds[name].type}; this needs a number")
        return np.asarray(self.frame[name], dtype=float)

    def taken(self, rows: Mask | Integers) -> "Table":
        """Return some rows, in the given order."""
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(
            self,
            frame=self.frame.iloc[places].reset_index(drop=True),
            reasons={name: known[places] for name, known in self.reasons.items()},
            origin=self.origin[places],
        )

    def with_column(
        self, name: str, cells: Any, kind: Kind, *, reasons: NDArray[Any] | None = None
    ) -> "Table":
        """Return the table with a column more, or with another in its place."""
        dtype = float if kind.numeric else object
        column = pd.Series(np.asarray(cells, dtype=dtype), dtype=dtype, index=self.frame.index)
        known = {other: cells for other, cells in self.reasons.items() if other != name}
        return replace(
            self,
            frame=self.frame.assign(**{name: column}),
            kinds={**self.kinds, name: kind},
            reasons=known if reasons is None else {**known, name: reasons},
        )

    def without(self, names: Sequence[str]) -> "Table":
        """Return the table without some columns."""
        left = [name for name in self.kinds if name not in set(names)]
        return self.only(left)

    def only(self, names: Sequence[str]) -> "Table":
        """Return some columns, in the given order."""
        self.need(*names)
        return replace(
            self,
            frame=self.frame[list(names)],
            kinds={name: self.kinds[name] for name in names},
            reasons={name: known for name, known in self.reasons.items() if name in set(names)},
        )

    def missing(self, name: str) -> Mask:
        """Return where a column has no value, (n,)."""
        return np.asarray(self[name].isna(), dtype=bool)

    def rows_named(self, where: Mask) -> str:
        """Write the origin of rows for a message: ``rows 2, 5 and 9 of wave_2010``."""
        found = np.unique(self.origin[where])
        words = []
        for number in np.unique(found // _ROWS_A_FILE):
            rows = found[found // _ROWS_A_FILE == number] % _ROWS_A_FILE
            words.append(f"{rows_named(rows)} of {self.sources[number]}")
        return "; ".join(words)

    def rows_that(self, where: Mask, rule: str) -> str:
        """Write the origin of rows and what is said of one of them, its verb in their number."""
        return f"{self.rows_named(where)} {in_number(rule, len(np.unique(self.origin[where])))}"
