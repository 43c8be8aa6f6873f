"""Two tables that are to meet by a key: equal keys, keys compared in another form, and pairs that a person confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Integers, Mask
from impact.data.intake.confirmed import ACCEPTED, LEFT, RIGHT, Confirmed
from impact.data.intake.keys import Keys, keys_of, repeated
from impact.data.intake.similar import Comparison, alike
from impact.data.intake.spelling import Way, plain
from impact.data.intake.table import Table
from impact.errors import DuplicateKeyError, SchemaError, rows_named


@dataclass(frozen=True, eq=False)
class Meeting:
    """Two tables and their key; every step answers with *places*: each left row's row on the right, (n,), -1 for none.

    Attributes
    ----------
    left, right : Table
        n and m rows.
    names : (str, str)
        Of the tables, for messages.
    on : mapping of str to str
        Columns of the key on the left, and what they are called on the right.
    one_to_one : bool
        Whether no key may repeat on the left; on the right none ever may.
    """

    left: Table
    right: Table
    names: tuple[str, str]
    on: Mapping[str, str]
    one_to_one: bool

    @cached_property
    def keys(self) -> Keys:
        """Keys of both, equal where they are so to the letter."""
        return keys_of(self.left, self.right, self.on)

    def by_equal_keys(self) -> Integers:
        """Return places by equal keys.

        Raises
        ------
        MissingColumnError, SchemaError
        DuplicateKeyError
            A key repeats where it must not.
        """
        self._refuse_repeated(self.right, self.keys.right, side=1)
        if self.one_to_one:
            self._refuse_repeated(self.left, self.keys.left, side=0)
        return self.keys.places

    def by_compared_keys(self, places: Integers, *, ways: Sequence[Way]) -> Integers:
        """Return places of rows without one by keys in the form in which they are compared.

        Raises
        ------
        DuplicateKeyError
            Two keys of one table become one.
        """
        compared = keys_of(self.left, self.right, self.on, as_compared=partial(plain, ways=ways))
        for side, (table, exact, form) in enumerate(
            (
                (self.left, self.keys.left, compared.left),
                (self.right, self.keys.right, compared.right),
            )
        ):
            several = _goes_with_several(exact, within=form)
            if several.any():
                raise DuplicateKeyError(
                    f"{self._columns(side)}: different keys of {self.names[side]} become one by normalise on "
                    f"{table.rows_named(several)}; write each in one way, or take less away"
                )
        return np.where(places >= 0, places, compared.places)

    def by_confirmed(self, places: Integers, answers: Confirmed) -> Integers:
        """Return places of rows without one by the pairs that a person accepted.

        Raises
        ------
        SchemaError
            A pair whose key is in neither table, or that contradicts an equal key or another pair.
        """
        if not len(answers.left):
            return places
        key, others = self._named_keys()
        row, place = _first_places(key, answers.left), _first_places(others, answers.right)
        _refuse_pairs((row < 0) | (place < 0), answers, "a key of the pair is not in its table")
        held, pair = places[row], _numbered(answers.left)
        wrong = ((held >= 0) & (held != place)) | _goes_with_several(place, within=pair)
        if self.one_to_one:
            wrong |= (held < 0) & np.isin(place, places[places >= 0])
            wrong |= _goes_with_several(pair, within=place)
        _refuse_pairs(wrong, answers, "a key of the pair has met another")
        met = pd.Series(place, index=answers.left).groupby(level=0).first()
        confirmed = key.map(met).fillna(-1).to_numpy(dtype=np.int64)
        return np.where(places >= 0, places, confirmed)

    def proposals(
        self, places: Integers, answers: Confirmed, comparison: Comparison
    ) -> pd.DataFrame:
        """Return pairs that could be one firm, one a row, with what a person needs to judge them.

        Raises
        ------
        MissingColumnError, SchemaError
        """
        key, others = self._named_keys()
        waiting = ~key.duplicated().to_numpy() & key.notna().to_numpy() & (places < 0)
        taken = np.isin(np.arange(len(self.right)), places) if self.one_to_one else False
        free = others.notna().to_numpy() & ~np.asarray(taken)
        rows, candidates = np.flatnonzero(waiting), np.flatnonzero(free)
        found = alike(self.left.taken(rows), self.right.taken(candidates), comparison)
        row, place = rows[found.left], candidates[found.right]
        frame = pd.DataFrame({LEFT: key.to_numpy()[row], RIGHT: others.to_numpy()[place]})
        frame["score"] = found.score.round(1)
        frame[ACCEPTED] = ""
        for name, other in {**comparison.columns, **comparison.within}.items():
            frame[f"{self.names[0]}: {name}"] = self.left.frame[name].to_numpy()[row]
            frame[f"{self.names[1]}: {other}"] = self.right.frame[other].to_numpy()[place]
        known = [pair in answers.rejected for pair in zip(frame[LEFT], frame[RIGHT], strict=True)]
        return frame[~np.array(known, dtype=bool)].reset_index(drop=True)

    def _named_keys(self) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
        """Return the key by which a person names a pair; refuse what one cell cannot name."""
        (name, other), *more = self.on.items()
        if more or self.left.kinds[name].numeric:
            raise SchemaError(
                "similar: a pair is named by one column of texts; merge on one, such as the name or an id"
            )
        return self.left[name], self.right[other]

    def _refuse_repeated(self, table: Table, key: Integers, *, side: int) -> None:
        twice = repeated(key)
        if twice.any():
            other = "" if side else ", or expect: many_to_one"
            raise DuplicateKeyError(
                f"{self._columns(side)}: the key repeats in {self.names[side]} on {table.rows_named(twice)}; state which row "
                f"to keep (rule duplicates){other}"
            )

    def _columns(self, side: int) -> str:
        return ", ".join(pair[side] for pair in self.on.items())


def _goes_with_several(numbers: Integers, *, within: Integers) -> Mask:
    """Return the entries whose group holds several numbers, (n,); -1 is no group."""
    several = pd.Series(numbers).groupby(within).transform("nunique").to_numpy() > 1
    return np.asarray(several & (within >= 0), dtype=bool)


def _first_places(column: "pd.Series[Any]", wanted: Any) -> Integers:
    """Return the first row of each wanted text, (k,); -1 for none."""
    first = column.dropna().drop_duplicates()
    found = pd.Index(first).get_indexer(wanted)
    rows = np.append(first.index.to_numpy(dtype=np.int64), -1)
    return np.asarray(rows[found], dtype=np.int64)


def _numbered(texts: Any) -> Integers:
    return np.asarray(pd.factorize(pd.Series(texts, dtype=object))[0], dtype=np.int64)


def _refuse_pairs(wrong: Mask, answers: Confirmed, what: str) -> None:
    if wrong.any():
        raise SchemaError(
            f"{answers.name}: {what} on {rows_named(answers.rows[wrong])}; correct or reject it"
        )
