"""Who is who in a table: unit, time, treatment and outcomes, as told or as they seem, with what is unsure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.data.intake.table import Table
from impact.data.proposal.doubt import Doubt, listed
from impact.data.proposal.proposed import Roles, Treatment
from impact.data.proposal.treatment import (
    Found,
    Panelled,
    outcomes_of,
    switch_told,
    treated_groups,
    treatment_of,
)
from impact.data.proposal.unit_time import Pair, parting
from impact.data.proposal.wide import Wide
from impact.errors import MissingColumnError
from impact.terms import nearest

NO_UNIT, NO_TIME, NO_OUTCOME = "unit_to_be_named", "period_to_be_named", "outcome_to_be_named"
"""Names that stand for what was not found; a plan that keeps one is refused by it."""
SURE = 2.0  # worth of a treatment whose name says so


@dataclass(frozen=True)
class Told:
    """What a person says: columns of units, times, starts and outcomes, and codes that mean never."""

    unit: str | None = None
    time: str | None = None
    cohort: str | None = None
    outcomes: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def refuse_unknown(self, known: Sequence[str], *, wide: Wide | None) -> None:
        """Refuse names that are no columns.

        Raises
        ------
        MissingColumnError
        """
        stems = [] if wide is None else list(wide.columns)
        for option, name in self._named():
            if name not in known and name not in stems:
                raise MissingColumnError(
                    f"--{option}: {name}: no such column in the files; {nearest(name, [*known, *stems])}"
                    f"they have {', '.join(known)}"
                )

    def _named(self) -> list[tuple[str, str]]:
        one = (("unit", self.unit), ("time", self.time), ("cohort", self.cohort))
        return [(option, name) for option, name in one if name is not None] + [
            ("outcome", name) for name in self.outcomes
        ]


@dataclass(frozen=True)
class FoundRoles:
    """The roles, and what a person must decide about them."""

    roles: Roles
    decisions: tuple[Doubt, ...]


def roles_of(table: Table, pair: Pair | None, *, told: Told) -> FoundRoles:
    """Find who is who.

    Parameters
    ----------
    table : Table
    pair : Pair, optional
        Unit and time, where they were found.
    told : Told
    """
    if pair is None:
        return _without_pair(table, told)
    panel = Panelled.of(table, pair)
    doubts: dict[str, Doubt] = {}
    decisions: list[Doubt] = []
    _say_of_pair(table, pair, told, doubts, decisions)
    found = _treatment(panel, told, doubts, decisions)
    treatment = None if found is None else found.treatment
    used = set() if treatment is None else {treatment.source}
    outcomes = told.outcomes or outcomes_of(panel, leave=used)[:1]
    if not told.outcomes:
        decisions.insert(0, _say_of_outcome(outcomes))
    blank = [name for name in outcomes if name in table.kinds and table.missing(name).any()]
    if blank:
        doubts["missing_outcome"] = Doubt.of("blank_outcome", columns=listed(blank))
    roles = Roles(
        unit=pair.unit,
        time=pair.time,
        frequency=pair.frequency,
        step=pair.step,
        treatment=treatment,
        outcomes=outcomes or (NO_OUTCOME,),
        drops_missing=bool(blank),
        periods_before=2 if found is None else found.periods_before,
        doubts=doubts,
    )
    return FoundRoles(roles, tuple(decisions))


def _without_pair(table: Table, told: Told) -> FoundRoles:
    unit, time = told.unit or NO_UNIT, told.time or NO_TIME
    doubt = Doubt.of("no_unit_and_time", unit=NO_UNIT, time=NO_TIME)
    outcomes = told.outcomes or (NO_OUTCOME,)
    treatment = None if told.cohort is None else Treatment(told.cohort, told.never)
    roles = Roles(
        unit, time, "integer", treatment=treatment, outcomes=outcomes, doubts={"unit": doubt}
    )
    del table
    return FoundRoles(roles, (doubt,))


def _remedy(parts: str | None) -> Doubt:
    return Doubt.of("not_parted") if parts is None else Doubt.of("parted_by", column=parts)


def _say_of_pair(
    table: Table, pair: Pair, told: Told, doubts: dict[str, Doubt], decisions: list[Doubt]
) -> None:
    if pair.repeated:
        remedy = _remedy(parting(table, pair))
        doubts["unit"] = Doubt.of(
            "rows_repeat", unit=pair.unit, time=pair.time, n=pair.repeated, remedy=remedy
        )
        decisions.append(doubts["unit"])
    elif told.unit is None and pair.rivals:
        doubts["unit"] = Doubt.of("other_units", columns=listed(pair.rivals[:3]))
    if pair.step > 1:
        doubts["time"] = Doubt.of("periods_apart", n=pair.step)


def _treatment(
    panel: Panelled, told: Told, doubts: dict[str, Doubt], decisions: list[Doubt]
) -> Found | None:
    found = treatment_of(panel)
    if told.cohort is not None:
        taken = _told_treatment(panel, told, found)
        if taken.treatment.marks_start:
            doubts["cohort"] = Doubt.of("goes_back", column=taken.treatment.source)
            decisions.append(doubts["cohort"])
        return taken
    if not found:
        decisions.append(_say_of_no_treatment(panel))
        doubts["cohort"] = Doubt.of("no_start", example="cohort: {column: ..., never: [...]}")
        return None
    best = found[0]
    others = [one.treatment.source for one in found[1:4] if best.worth - one.worth < 1.5]
    if best.worth < SURE or others or best.treatment.never or best.treatment.marks_start:
        doubts["cohort"] = _say_of_start(best.treatment, others)
        decisions.append(_say_of_start(best.treatment, others, option=True))
    return best


def _say_of_start(treatment: Treatment, others: Sequence[str], *, option: bool = False) -> Doubt:
    codes = listed([str(code) for code in treatment.never])
    return Doubt.of(
        "start_by",
        column=treatment.source,
        never=Doubt.of("start_never", codes=codes) if codes else "",
        marks=Doubt.of("start_marked") if treatment.marks_start else "",
        others=Doubt.of("start_by_others", columns=listed(others)) if others else "",
        option=Doubt.of("start_may_be_told") if option else "",
    )


def _told_treatment(panel: Panelled, told: Told, found: Sequence[Found]) -> Found:
    """Take the column that was told as it seems, or as a column of starts."""
    name = str(told.cohort)
    known = next((one for one in found if one.treatment.source == name), None)
    if known is not None and known.treatment.first_period_of is not None:
        return known
    if name in panel.table.kinds and panel.table.kinds[name].type == "boolean":
        return switch_told(panel, name)
    never: tuple[str | int, ...] = tuple(map(_code, told.never))
    if known is not None and not never:
        return known
    times = np.unique(panel.time)
    before = len(times) // 2 if known is None else known.periods_before
    return Found(Treatment(name, never), SURE, before)


def _code(text: str) -> str | int:
    return int(text) if text.lstrip("+-").isdecimal() else text


def _say_of_outcome(outcomes: Sequence[str]) -> Doubt:
    if not outcomes:
        return Doubt.of("no_outcome", name=NO_OUTCOME)
    return Doubt.of("which_outcome", column=outcomes[0])


def _say_of_no_treatment(panel: Panelled) -> Doubt:
    groups = treated_groups(panel)
    if not groups:
        return Doubt.of("no_treatment")
    return Doubt.of("treated_without_start", columns=listed(groups))
