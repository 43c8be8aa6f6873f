"""Merge two tables by a key, with a report of what met what; similar spellings are proposed to a person, never merged."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from impact.arrays import Integers, Mask
from impact.data.intake.confirmed import Confirmed, read_confirmed
from impact.data.intake.meeting import Meeting
from impact.data.intake.rules.rule import Done, Name, Names, Rule, Tables, refuse_replacing
from impact.data.intake.similar import Comparison
from impact.data.intake.table import Table
from impact.data.strict import Strict
from impact.errors import MissingValueError

UNMATCHED = "unmatched"
"""Why a taken cell is missing in a row that met none."""

Pairs = Names | Annotated[dict[Name, Name], Field(min_length=1)]


class Similar(Strict):
    """What is compared to propose pairs of rows that have no equal key, and where a person's answers stand."""

    columns: Pairs = Field(
        description=(
            "columns of texts compared, such as the name; or `{left: right}`. Compared as heard: without accents, articles "
            "and order of words, ou as u, y as i, q as k; a pair scores what the worst of its columns does"
        )
    )
    within: Pairs | None = Field(
        default=None,
        description=(
            "columns that must sound the same, such as city and trade; or `{left: right}`. Without it every row is "
            "compared with every other, and more than 500 million pairs are refused"
        ),
    )
    at_least: Annotated[float, Field(ge=50, le=100, strict=False)] = Field(
        default=85.0, description="score from which a pair is proposed, of 100"
    )
    confirmed: str | None = Field(
        default=None,
        description=(
            "file of a person's answers, relative to the intake plan: CSV or workbook with the columns `left`, `right` (the "
            "keys as they stand in the tables) and `accepted` (yes or no); others, such as date and initials, may stand "
            "beside. Accepted pairs are merged like equal keys, rejected ones not proposed again; an accepted pair whose "
            "key is in neither table, or that contradicts an equal key, is refused"
        ),
    )


class Merge(Rule):
    """Take columns of another table into the rows that have the same key there.

    First equal keys meet, then those equal after ``normalise``, then the pairs that a person confirmed. The ledger counts
    each, and the rows of both tables that met none.
    """

    rule: Literal["merge"] = Field(description="`merge`")
    table: Name = Field(description="the table on the left, whose rows are kept")
    with_: Annotated[Name, Field(alias="with")] = Field(
        description="the table on the right, which gives columns"
    )
    on: Pairs = Field(
        description="columns of the key, of one type in both; or `{left: right}`. A row in which one is missing meets none"
    )
    take: Pairs = Field(
        description="columns of the right table; or `{new: old}`. A name that the left table has is refused"
    )
    expect: Literal["one_to_one", "many_to_one"] = Field(
        default="one_to_one",
        description=(
            "`one_to_one`: no key repeats in either table; `many_to_one`: a key may repeat on the left, as a firm does in a "
            "panel. A key that repeats where it must not is refused with its rows"
        ),
    )
    unmatched: Literal["refuse", "keep", "drop"] = Field(
        default="refuse",
        description=(
            "rows of the left table that meet none: `refuse`, `keep` with the taken columns missing for the reason "
            "`unmatched`, or `drop`"
        ),
    )
    unmatched_with: Literal["refuse", "keep_out"] = Field(
        default="refuse",
        description="rows of the right table that meet none: `refuse`, or `keep_out` and count",
    )
    normalise: list[Literal["none", "case", "accents", "spaces", "punctuation"]] = Field(
        default_factory=list,
        description=(
            "what does not tell two keys apart when they are compared: `case`, `accents`, `spaces`, `punctuation`; the data "
            "stay as they are. Two keys of one table that become one are refused. `[none]`, or nothing: keys are equal to "
            "the letter"
        ),
    )
    similar: Similar | None = Field(
        default=None,
        description="proposes pairs for the rows of the left table that met none: its keys below",
    )

    @property
    def reads(self) -> Sequence[str]:
        """Names of the tables that it reads, the one that it changes first."""
        return (self.table, self.with_)

    @property
    def paths(self) -> Sequence[str]:
        """The file of confirmed pairs, where there is one."""
        confirmed = None if self.similar is None else self.similar.confirmed
        return () if confirmed is None else (confirmed,)

    def apply(self, tables: Tables, *, folder: Path) -> Done:
        """Make the table; touched are the rows that met one."""
        left, right = tables[self.table], tables[self.with_]
        taken = _pairs(self.take)
        for new in taken:
            refuse_replacing(left, new, rule="merge")
        right.need(*taken.values())
        meeting = Meeting(
            left, right, names=(self.table, self.with_), on=_pairs(self.on), one_to_one=self._single
        )
        places = meeting.by_equal_keys()
        counts = {"exact": _met(places)}
        if ways := [way for way in self.normalise if way != "none"]:
            places = meeting.by_compared_keys(places, ways=ways)
            counts["normalised"] = _met(places) - counts["exact"]
        proposals = None
        if self.similar is not None:
            answers = self._answers(self.similar, folder)
            before = _met(places)
            places = meeting.by_confirmed(places, answers)
            proposals = meeting.proposals(places, answers, _comparison(self.similar))
            counts |= {"confirmed": _met(places) - before, "proposals": len(proposals)}
        return self._done(meeting, places, counts, proposals)

    @property
    def _single(self) -> bool:
        return self.expect == "one_to_one"

    def _answers(self, similar: Similar, folder: Path) -> Confirmed:
        if similar.confirmed is None:
            return Confirmed.none()
        return read_confirmed(folder / similar.confirmed)

    def _done(
        self,
        meeting: Meeting,
        places: Integers,
        counts: dict[str, int],
        proposals: pd.DataFrame | None,
    ) -> Done:
        alone = places < 0
        others = ~np.isin(np.arange(len(meeting.right)), places)
        if self.unmatched == "refuse":
            _refuse_alone(meeting, 0, alone, "unmatched: keep or drop")
        if self.unmatched_with == "refuse":
            _refuse_alone(meeting, 1, others, "unmatched_with: keep_out")
        counts |= {"unmatched": int(alone.sum()), "unmatched_with": int(others.sum())}
        made = meeting.left
        for new, old in _pairs(self.take).items():
            made = _taken(made, meeting.right, new, old, places)
        if self.unmatched == "drop":
            made = made.taken(~alone)
        return Done(made, int((~alone).sum()), counts, proposals)


def _pairs(names: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    return dict(names) if isinstance(names, Mapping) else {name: name for name in names}


def _met(places: Integers) -> int:
    return int((places >= 0).sum())


def _comparison(similar: Similar) -> Comparison:
    return Comparison(
        columns=_pairs(similar.columns),
        within=_pairs(similar.within or []),
        at_least=similar.at_least,
    )


def _refuse_alone(meeting: Meeting, side: Literal[0, 1], alone: Mask, remedy: str) -> None:
    if alone.any():
        table = (meeting.left, meeting.right)[side]
        columns = [pair[side] for pair in meeting.on.items()]
        raise MissingValueError(
            f"{', '.join(columns)}: {table.rows_that(alone, f'meets no row of {meeting.names[1 - side]}')}; correct the keys, "
            f"or say what happens to such rows ({remedy}), which also writes the proposals of `similar`"
        )


def _taken(made: Table, right: Table, new: str, old: str, places: Integers) -> Table:
    kind = right.kinds[old]
    met = places >= 0
    nothing: Any = np.nan if kind.numeric else None
    cells = np.full(len(places), nothing, dtype=float if kind.numeric else object)
    cells[met] = right.frame[old].to_numpy()[places[met]]
    reasons = np.full(len(places), None, dtype=object)
    if old in right.reasons:
        reasons[met] = right.reasons[old][places[met]]
    reasons[~met] = UNMATCHED
    known = any(reason is not None for reason in reasons)
    return made.with_column(new, cells, kind, reasons=reasons if known else None)
