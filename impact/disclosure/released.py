"""What may leave: a type that only the gate can make, so that whoever writes a released folder can ask for nothing else."""

from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import Any, Final, NoReturn
from weakref import WeakSet

from impact.disclosure.figure import Axis, Figure, Place
from impact.disclosure.rules import Reason
from impact.errors import DisclosureError

_SEAL: Final = object()
_MADE: "WeakSet[Released]" = WeakSet()


@dataclass(frozen=True)
class Withheld:
    """A figure that may not leave.

    Attributes
    ----------
    place : Place
    reason : Reason
    limit : float
        The number of the rule that it breaks: units, share or directions.
    with_places : tuple of Place
        The figures with which it would tell what must not be told; where these are many, the first of them.
    """

    place: Place
    reason: Reason
    limit: float
    with_places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Merged:
    """Figures that became one, at a place of its own: neighbours among cohorts, or event times.

    Attributes
    ----------
    places : tuple of Place
    place : Place
        Of the one, which leaves if the gate lets it out.
    axis : {"cohort", "event_time"}
    shares : tuple of float
        What each counts in it; one where they are added up.
    fewest : int
        The units that each group had to have.
    """

    places: tuple[Place, ...]
    place: Place
    axis: Axis
    shares: tuple[float, ...]
    fewest: int


@dataclass(frozen=True, eq=False)
class Released:
    """All that may leave of a run, and what may not.

    Made by `Gate.release` alone: the constructor, ``replace``, copies and pickles refuse, and `sealed` knows those that the
    gate made.

    Attributes
    ----------
    figures : tuple of Figure
        In the order of their places; merged ones among them.
    withheld : tuple of Withheld
    merged : tuple of Merged
    """

    figures: tuple[Figure, ...] = field(repr=False)
    withheld: tuple[Withheld, ...]
    merged: tuple[Merged, ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse whoever is not the gate."""
        if seal is not _SEAL:
            raise DisclosureError(
                "Released: only the disclosure gate makes what may leave; declare the figures and call Gate(rules).release"
            )
        _MADE.add(self)

    def __reduce__(self) -> NoReturn:
        """Refuse copies and pickles: they would come back without having passed the gate."""
        raise DisclosureError(
            "Released: cannot be copied or stored; pass the figures through the gate again"
        )

    def may_leave(self, place: Place) -> bool:
        """Whether the figure at a place was declared and may leave."""
        return place in self._places

    def at(self, place: Place) -> Figure | None:
        """Return the figure at a place, None where it may not leave or nobody declared it."""
        return self._places.get(place)

    @cached_property
    def _places(self) -> dict[Place, Figure]:
        return {figure.place: figure for figure in self.figures}


def sealed(value: Any) -> bool:
    """Whether the gate made this very object: what a writer of released files asks first."""
    return isinstance(value, Released) and value in _MADE
