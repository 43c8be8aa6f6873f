"""Who is who in a table: unit, time, treatment and outcomes, as told or as they seem, with what is unsure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.data.intake.table import Table
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
    decisions: tuple[str, ...]


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
    doubts: dict[str, str] = {}
    decisions: list[str] = []
    _say_of_pair(table, pair, told, doubts, decisions)
    found = _treatment(panel, told, doubts, decisions)
    treatment = None if found is None else found.treatment
    used = set() if treatment is None else {treatment.source}
    outcomes = told.outcomes or outcomes_of(panel, leave=used)[:1]
    if not told.outcomes:
        decisions.insert(0, _say_of_outcome(outcomes))
    blank = [name for name in outcomes if name in table.kinds and table.missing(name).any()]
    if blank:
        doubts["missing_outcome"] = (
            f"{', '.join(blank)} is blank on some rows: those are left out and counted; `refuse` asks for all"
        )
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
    words = (
        "no two columns name each row once, one of them a time in which units come back: "
        f"name the columns of units and periods (--unit, --time) in the place of {NO_UNIT} and {NO_TIME}, or the data are "
        "no panel"
    )
    outcomes = told.outcomes or (NO_OUTCOME,)
    treatment = None if told.cohort is None else Treatment(told.cohort, told.never)
    roles = Roles(
        unit, time, "integer", treatment=treatment, outcomes=outcomes, doubts={"unit": words}
    )
    del table
    return FoundRoles(roles, (words,))


def _remedy(parts: str | None) -> str:
    if parts is None:
        return "correct the file, or name other columns (--unit, --time)"
    return f"{parts} parts them: keep one of its values by a rule `keep` of an intake plan"


def _say_of_pair(
    table: Table, pair: Pair, told: Told, doubts: dict[str, str], decisions: list[str]
) -> None:
    if pair.repeated:
        words = (
            f"{pair.unit} and {pair.time} stand together on more than one row ({pair.repeated} rows do): a report needs one "
            f"row of each; {_remedy(parting(table, pair))}"
        )
        doubts["unit"] = words
        decisions.append(words)
    elif told.unit is None and pair.rivals:
        doubts["unit"] = f"{', '.join(pair.rivals[:3])} would name units as well"
    if pair.step > 1:
        doubts["time"] = f"periods are {pair.step} apart: by design, or are some missing?"


def _treatment(
    panel: Panelled, told: Told, doubts: dict[str, str], decisions: list[str]
) -> Found | None:
    found = treatment_of(panel)
    if told.cohort is not None:
        taken = _told_treatment(panel, told, found)
        if taken.treatment.marks_start:
            words = _say_of_switching_off(taken.treatment.source)
            doubts["cohort"] = words
            decisions.append(words)
        return taken
    if not found:
        decisions.append(_say_of_no_treatment(panel))
        doubts["cohort"] = (
            "no column says from when a unit is treated: cohort: {column: ..., never: [...]}"
        )
        return None
    best = found[0]
    others = [one.treatment.source for one in found[1:4] if best.worth - one.worth < 1.5]
    words = f"treatment starts as {best.treatment.source} says"
    if best.treatment.never:
        codes = " and ".join(map(str, best.treatment.never))
        words += f", where {codes} means never"
    if best.treatment.marks_start:
        words += ", whose 1 marks the start alone, since it goes back to 0"
    if others:
        words += f"; {', '.join(others)} could say so too"
    if best.worth < SURE or others or best.treatment.never or best.treatment.marks_start:
        doubts["cohort"] = words
        decisions.append(f"{words} (--cohort names another column)")
    return best


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


def _say_of_switching_off(name: str) -> str:
    return (
        f"{name} goes back to 0 after a 1 for some units: its first 1 is taken as the start of treatment for good "
        "(marks: start); if treatment ends, effects by time since the start mix the two"
    )


def _code(text: str) -> str | int:
    return int(text) if text.lstrip("+-").isdecimal() else text


def _say_of_outcome(outcomes: Sequence[str]) -> str:
    if not outcomes:
        return f"no column of numbers varies from period to period: name the outcome in the place of {NO_OUTCOME} (--outcome)"
    return f"the outcome: {outcomes[0]} is only the likeliest column (--outcome names another)"


def _say_of_no_treatment(panel: Panelled) -> str:
    groups = treated_groups(panel)
    if not groups:
        return "from when units are treated: no column seems to say so; name one (--cohort), or add it to the data"
    return (
        f"from when units are treated: {', '.join(groups)} says who, never from when; add a column of the first treated "
        "period, empty for others (--cohort)"
    )
