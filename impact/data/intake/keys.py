"""Keys of rows: combinations of columns as numbers, in one table or in two that are to meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Integers, Mask
from impact.data.intake.table import Table
from impact.errors import SchemaError


def numbered(columns: Sequence["pd.Series[Any]"], *, missing_too: bool = False) -> Integers:
    """Number the combinations of columns, (n,); -1 for a row in which one is missing, unless missing is a value too."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    known = np.ones(len(key), dtype=bool)
    for column in columns:
        codes, values = pd.factorize(column, use_na_sentinel=True)
        if not missing_too:
            known &= codes >= 0
        key = np.unique(key * (len(values) + 1) + codes + 1, return_inverse=True)[1]
    return np.where(known, key, -1)


def repeated(key: Integers) -> Mask:
    """Return the rows whose key stands on another row too, (n,)."""
    return np.asarray(pd.Series(key).duplicated(keep=False), dtype=bool) & (key >= 0)


@dataclass(frozen=True, eq=False)
class Keys:
    """Keys of two tables in one numbering.

    Attributes
    ----------
    left, right : ndarray of int, (n,) and (m,)
        -1 where a part of the key is missing.
    """

    left: Integers
    right: Integers

    @property
    def places(self) -> Integers:
        """Row of the right table of each row of the left one, (n,); -1 for none. The right keys do not repeat."""
        held = np.full(max(self.left.max(initial=-1), self.right.max(initial=-1)) + 2, -1)
        known = np.flatnonzero(self.right >= 0)
        held[self.right[known]] = known
        return held[self.left]  # a key of -1 asks for the last entry, which is -1


def keys_of(
    left: Table,
    right: Table,
    on: Mapping[str, str],
    *,
    as_compared: Callable[[str], str] | None = None,
) -> Keys:
    """Number the keys of two tables together.

    Parameters
    ----------
    left, right : Table
    on : mapping of str to str
        Columns of the left one and what they are called in the right one.
    as_compared : callable, optional
        The form of a text under which it is compared; as it is by default.

    Raises
    ------
    MissingColumnError, SchemaError
    """
    both = [
        _joined(left, name, right, other, as_compared=as_compared) for name, other in on.items()
    ]
    key = numbered(both)
    return Keys(key[: len(left)], key[len(left) :])


def _joined(
    left: Table,
    name: str,
    right: Table,
    other: str,
    *,
    as_compared: Callable[[str], str] | None,
) -> "pd.Series[Any]":
    above, below = left[name], right[other]
    kind = left.kinds[name]
    if kind.numeric != right.kinds[other].numeric or kind.frequency != right.kinds[other].frequency:
        raise SchemaError(
            f"{name}: of type {kind.type} on the left and {right.kinds[other].type} on the right ({other}); declare one type "
            "in both sources"
        )
    column = pd.concat([above, below], ignore_index=True)
    if as_compared is None or kind.numeric:
        return column
    codes, values = pd.factorize(column, use_na_sentinel=True)
    compared = np.array([*map(as_compared, values), None], dtype=object)
    return pd.Series(compared[codes], dtype=object)
