"""Which rows could be the same firm in another spelling: proposals for a person, never a match.

Measured on simulated registers (tests/data/intake/test_similar.py): comparing names as heard, whatever the order of
their words and with words that one register leaves out, finds nine in ten pairs that have no equal key; the plain score
of the letters finds seven in ten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.data.intake.keys import keys_of
from impact.data.intake.spelling import as_heard
from impact.data.intake.table import Table
from impact.errors import SchemaError

MAX_COMPARISONS = 500_000_000  # about half a minute
CANDIDATES = 3  # proposals for one row, the likeliest first: what a person can look through
PROMISING = 60.0  # letters in common, of 100: fast, and below it no pair of words scores well
_CELLS_AT_ONCE = 20_000_000  # of one byte


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is compared with what.

    Attributes
    ----------
    columns : mapping of str to str
        Columns of the left table and what they are called in the right one; a pair scores what the worst of them does.
    within : mapping of str to str
        Columns that must sound the same; empty: every row is compared with every other.
    at_least : float
        Score of 100.
    """

    columns: Mapping[str, str]
    within: Mapping[str, str]
    at_least: float


@dataclass(frozen=True, eq=False)
class Alike:
    """Pairs of rows, the likeliest first in each left row: places (k,) in both tables and scores of 100, (k,)."""

    left: Integers
    right: Integers
    score: Floats


def alike(left: Table, right: Table, comparison: Comparison) -> Alike:
    """Return the rows of two tables that could be the same.

    Parameters
    ----------
    left, right : Table
        Rows that have no match yet; one row a key.
    comparison : Comparison

    Raises
    ------
    MissingColumnError, SchemaError
        Also where there are more than 500 million pairs to compare.
    """
    for name, other in comparison.columns.items():
        for table, column in ((left, name), (right, other)):
            table.need(column)
            if table.kinds[column].numeric:
                raise SchemaError(f"{column}: similar compares texts; name columns of texts")
    blocks = list(_blocks(left, right, comparison.within))
    if sum(len(rows) * len(others) for rows, others in blocks) > MAX_COMPARISONS:
        raise SchemaError(
            f"similar: more than {MAX_COMPARISONS:,} pairs to compare; name columns that must agree in `within`, such as "
            "city and trade"
        )
    pairs = [_in_block(left, right, rows, others, comparison) for rows, others in blocks]
    nothing = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))]
    rows, others, scores = (np.concatenate(part) for part in zip(*(pairs or nothing), strict=True))
    order = np.lexsort((others, -scores, rows))
    rows, others, scores = rows[order], others[order], scores[order]
    rank = pd.Series(rows).groupby(rows).cumcount().to_numpy()
    kept = rank < CANDIDATES
    return Alike(rows[kept], others[kept], scores[kept])


def _blocks(
    left: Table, right: Table, within: Mapping[str, str]
) -> Iterator[tuple[Integers, Integers]]:
    """Yield places of rows that agree; a row in which one of the columns is missing is in no block."""
    if not len(left) or not len(right):
        return
    if not within:
        yield np.arange(len(left)), np.arange(len(right))
        return
    keys = keys_of(left, right, within, as_compared=as_heard)
    rows = pd.Series(np.arange(len(left))).groupby(keys.left).indices
    others = pd.Series(np.arange(len(right))).groupby(keys.right).indices
    for key in sorted(set(rows) & set(others) - {-1}):
        yield np.asarray(rows[key], dtype=np.int64), np.asarray(others[key], dtype=np.int64)


def _in_block(
    left: Table, right: Table, rows: Integers, others: Integers, comparison: Comparison
) -> tuple[Integers, Integers, Floats]:
    """Score the pairs of one block: by letters in common, then, for those with enough, by words."""
    from rapidfuzz import fuzz, process

    heard = [
        (_heard(left, name)[rows], _heard(right, other)[others])
        for name, other in comparison.columns.items()
    ]
    first, second = heard[0]
    at_once = max(1, _CELLS_AT_ONCE // len(others))
    found = []
    for start in range(0, len(rows), at_once):
        letters = process.cdist(
            first[start : start + at_once],
            second,
            scorer=fuzz.ratio,
            score_cutoff=PROMISING,
            dtype=np.uint8,
        )
        i, j = np.nonzero(letters)
        found.append(_scored(heard, i + start, j, comparison.at_least))
    i, j, scores = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows[i], others[j], scores


def _scored(
    heard: list[tuple[NDArray[Any], NDArray[Any]]], i: Integers, j: Integers, at_least: float
) -> tuple[Integers, Integers, Floats]:
    from rapidfuzz import fuzz, process

    scores = np.full(len(i), 100.0)
    for first, second in heard:
        score = process.cpdist(first[i], second[j], scorer=fuzz.token_set_ratio)
        scores = np.minimum(scores, score)
    kept = scores >= at_least
    return i[kept], j[kept], scores[kept].astype(np.float64)


def _heard(table: Table, name: str) -> NDArray[Any]:
    """Return a column as it is compared, (n,); a missing cell is an empty text, which is like nothing."""
    codes, values = pd.factorize(table[name], use_na_sentinel=True)
    heard: NDArray[Any] = np.array([*map(as_heard, values), ""], dtype=object)
    return np.asarray(heard[codes])
