"""Who is let out: figures in the order of their importance, each if it is safe with all before it.

More figures tell more, never less: what is refused beside some figures is refused beside more. So no figure that was refused
could leave in the end, whatever had been refused before it, and halving gives the same answer as one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from impact.disclosure.figure import Place
from impact.disclosure.rules import Reason


@dataclass(frozen=True)
class Problem:
    """Why figures may not join those that are out; ``places`` are the figures that would solve together."""

    reason: Reason
    limit: float
    places: tuple[Place, ...] = ()


class Door(Protocol):
    """What knows which figures are out."""

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""


@dataclass(frozen=True)
class Doors:
    """Several doors in a row: all must let figures out."""

    every: Sequence[Door]

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""
        found = (door.problem(figures) for door in self.every)
        return next((problem for problem in found if problem is not None), None)

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        for door in self.every:
            door.admit(figures)


def admitted(door: Door, figures: Sequence[int]) -> dict[int, Problem]:
    """Let figures out in their order, and return those that had to stay, each with its problem."""
    ahead, refused = [list(figures)], {}
    while ahead:
        some = ahead.pop()
        if not some:
            continue
        found = door.problem(some)
        if found is None:
            door.admit(some)
        elif len(some) == 1:
            refused[some[0]] = found
        else:
            middle = len(some) // 2
            ahead += [some[middle:], some[:middle]]
    return refused
