"""Who is let out: figures in the order of their importance, each if it is safe with all before it.

More figures tell more, never less: what is refused beside some figures is refused beside more, and what is safe among many
is safe among fewer. So no figure that was refused could leave in the end, and a door that lets a set pass lets all its parts
pass. Doors that are dear to ask are asked of all at once that the first one let out.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Protocol

from impact.disclosure.figure import Place
from impact.disclosure.rules import Reason


@dataclass(frozen=True)
class Problem:
    """Why figures may not join those that are out.

    Attributes
    ----------
    reason : Reason
    limit : float
    places : tuple of Place
        The figures that would solve together, the first of them where they are many.
    safe : int, optional
        How many of the first that asked may join; None where nobody has looked.
    """

    reason: Reason
    limit: float
    places: tuple[Place, ...] = ()
    safe: int | None = None


class Door(Protocol):
    """What knows which figures are out."""

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""


@dataclass
class Doors:
    """Several doors in a row: all must let figures out. A door is not asked again of a part of what it let pass."""

    every: Sequence[Door]
    _out: frozenset[int] = frozenset()
    _passed: dict[int, frozenset[int]] = field(default_factory=dict)

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""
        together = self._out | set(figures)
        for at, door in enumerate(self.every):
            if together <= self._passed.get(at, frozenset()):
                continue
            problem = door.problem(figures)
            if problem is not None:
                return problem
            self._passed[at] = together
        return None

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        self._out |= set(figures)
        for door in self.every:
            door.admit(figures)


def admitted(figures: Sequence[int], *, first: Door, then: Door) -> dict[int, Problem]:
    """Let figures out in their order, and return those that had to stay, each with its problem.

    Parameters
    ----------
    first : Door
        Asked of few figures at a time; a shallow copy of it must know what was out when it was made.
    then : Door
        Asked of all at once that passed the first, and of fewer only where it has a problem.
    """
    refused: dict[int, Problem] = {}
    ahead, at_most = list(figures), len(figures)
    while ahead:
        some, door = ahead[:at_most], copy(first)
        stayed = _in_order(some, door)
        left = [one for one in some if one not in stayed]
        problem = then.problem(left) if left else None
        if problem is not None and len(some) > 1:
            at_most = len(some) // 2
            continue
        if problem is None:
            then.admit(left)
            first = door
        refused |= stayed if problem is None else {some[0]: problem}
        ahead, at_most = ahead[len(some) :], 2 * at_most
    return refused


def _in_order(figures: Sequence[int], door: Door) -> dict[int, Problem]:
    """Let figures out of one door that says how many may leave, or, where it does not, of half as many at a time."""
    refused: dict[int, Problem] = {}
    ahead, at_most = list(figures), len(figures)
    while ahead:
        some = ahead[:at_most]
        problem = door.problem(some)
        safe = len(some) if problem is None else problem.safe
        if problem is not None and safe is None and len(some) > 1:
            at_most = len(some) // 2
            continue
        left = some[: safe or 0]
        door.admit(left)
        ahead, at_most = ahead[len(left) :], 2 * at_most
        if problem is not None:
            refused[ahead[0]] = problem
            ahead = ahead[1:]
    return refused
