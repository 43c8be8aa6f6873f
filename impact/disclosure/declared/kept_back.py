"""What was taken out of a run's parts, and why: the rows of the disclosure log."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from impact.disclosure.figure import Place
from impact.disclosure.released import Merged, Released, Withheld
from impact.disclosure.rules import Reason

_UNDECLARED: Reason = "undeclared"


@dataclass(frozen=True)
class KeptBack:
    """Figures that stay inside, and those that left as one with others.

    Attributes
    ----------
    withheld : tuple of Withheld
        Every figure the gate refused, and every one that nobody declared to it.
    merged : tuple of Merged
        Those that left.
    public_files : tuple of str
        Public-use files of the same data, by name, beside which nothing is proven.
    """

    withheld: tuple[Withheld, ...] = ()
    merged: tuple[Merged, ...] = ()
    public_files: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, released: Released, struck: Iterable[Place], *, public_files: tuple[str, ...] = ()
    ) -> "KeptBack":
        """Say of each figure that was taken out why; a figure that leaves with others has their reason."""
        refused = {each.place: each for each in released.withheld}
        rows = {
            (each.place.part, each.place.table, each.place.row): each for each in released.withheld
        }
        found = dict(refused)
        for place in struck:
            if place not in found:
                beside = rows.get((place.part, place.table, place.row))
                reason = _UNDECLARED if beside is None else beside.reason
                limit = 0.0 if beside is None else beside.limit
                found[place] = Withheld(place, reason, limit)
        merged = tuple(each for each in released.merged if released.may_leave(each.place))
        return cls(tuple(found[place] for place in sorted(found)), merged, public_files)

    def counted(self) -> list[tuple[str, Reason, float, int]]:
        """Return part, reason, its limit and how many figures, in order."""
        counts = Counter((each.place.part, each.reason, each.limit) for each in self.withheld)
        return [(*key, n) for key, n in sorted(counts.items())]

    def columns(self) -> list[tuple[Withheld, ...]]:
        """Return the figures of one column of a table that share a reason together, in order."""
        found: dict[tuple[str, ...], list[Withheld]] = {}
        for each in self.withheld:
            key = (each.place.part, each.place.table, each.place.column, each.reason)
            found.setdefault(key, []).append(each)
        return [tuple(found[key]) for key in sorted(found)]
