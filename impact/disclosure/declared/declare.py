"""All figures of a run, declared; and its parts as they may leave once the gate has answered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from impact.data.panel import Panel
from impact.disclosure.atoms import Atoms
from impact.disclosure.declared.cohorts import with_merged_cohorts
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.effects import declare_effects
from impact.disclosure.declared.sample import declare_sample
from impact.disclosure.declared.strike import Strike
from impact.disclosure.figure import Figure, Place
from impact.disclosure.released import Released
from impact.errors import DisclosureError, EstimationError
from impact.evaluation.store import decode
from impact.evaluation.study import Study

Stored = Mapping[str, Mapping[str, Any]]
"""Name of a part to the part as `encode` has it."""


def declare(
    study: Study, stored: Stored, *, further: Sequence[Callable[[Declaration], None]] = ()
) -> tuple[list[Figure], Atoms]:
    """Declare every figure of a run's parts, each once, and what else is to leave with them.

    Parameters
    ----------
    study : Study
        With its data: equations are computed again from them.
    stored : mapping
        The parts of results.json.
    further : sequence of callables
        Each declares what is made of the data beside the parts.
    """
    parts = {name: decode(part) for name, part in stored.items()}
    declaration = Declaration.of(study.panel(winsorise=0.0), *_recorded(study))
    declare_sample(declaration, study, parts)
    declare_effects(declaration, study, parts)
    for each in further:
        each(declaration)
    known = {one.place for one in declaration.figures}
    for place in sorted(_asked(stored) - known):
        if not place.row:
            declaration.of_everybody(place)
    atoms = declaration.atoms()
    return declaration.declared(atoms), atoms


def _recorded(study: Study) -> Iterator[Panel]:
    """Yield the panels of all outcomes that effects are shown of, as they were recorded."""
    families = [name for names in study.plan.families.values() for name in names]
    for outcome in dict.fromkeys((*study.plan.outcomes, *study.measured, *families)):
        with suppress(EstimationError):  # one that never changes has no effect
            yield study.panel(outcome, winsorise=0.0)


def _asked(stored: Stored) -> set[Place]:
    """Every figure of everybody that parts would show."""
    asked: set[Place] = set()
    for name, part in stored.items():
        strike = Strike(name, lambda _: True)
        strike.of_part(part)
        asked |= strike.of_all
    return asked


def may_leave(stored: Stored, released: Released) -> tuple[dict[str, Any], list[Place]]:
    """Return the parts as they may leave, and the places of what was taken out.

    Raises
    ------
    DisclosureError
        When the headline, or a part that no report does without, may not.
    """
    parts: dict[str, Any] = {}
    struck: list[Place] = []
    for name, part in stored.items():
        strike = Strike(name, released.may_leave)
        left = strike.of_part(with_merged_cohorts(part, released) if name == "impact" else part)
        if left is None or not _has_headline(name, part, left):
            raise DisclosureError(
                f"part {name!r}: what the report cannot do without may not leave beside what was released of these data "
                "before, or rests on too few units, so nothing is released (docs/release.md)"
            )
        parts[name] = decode(left)
        struck += strike.struck
    return parts, struck


def _has_headline(name: str, stored: Mapping[str, Any], left: Mapping[str, Any]) -> bool:
    """Whether the first outcome's effect is still the first."""
    if name != "impact":
        return True
    first = stored["values"]["effects"][0]["values"]["outcome"]
    effects = left["values"]["effects"]
    return bool(effects) and effects[0]["values"]["outcome"] == first
