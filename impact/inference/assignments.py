"""Other assignments of the same cohort labels to the units of the same strata: drawn, or all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb

import numpy as np

from impact.arrays import Integers

MOST_ASSIGNMENTS = 20_000  # enumerate all assignments up to this many
LABEL = (
    np.int16
)  # thousands of assignments of thousands of units: a quarter of the default's memory


@dataclass(frozen=True)
class Assignments:
    """Labels of P assignments, (P, N); ``enumerated`` when they are all there are, the actual one among them."""

    labels: Integers
    enumerated: bool

    @property
    def added(self) -> int:
        """One where the actual assignment is not among the drawn ones, and counts beside them; else zero."""
        return 0 if self.enumerated else 1


def assignments(
    labels: Integers,
    strata: Integers,
    *,
    draws: int,
    generator: np.random.Generator,
    most: int = MOST_ASSIGNMENTS,
) -> Assignments:
    """Exchange labels (N,) within strata (N,): all ways where there are at most ``most``, else ``draws`` random ones."""
    units_by_stratum = [np.flatnonzero(strata == code) for code in np.unique(strata)]
    if count(labels, units_by_stratum, most=most) <= most:
        return Assignments(np.array(list(_enumerate(labels, units_by_stratum))), enumerated=True)
    drawn: Integers = np.empty((draws, len(labels)), dtype=LABEL)
    for units in units_by_stratum:
        _exchange(drawn, labels[units], units, generator)
    return Assignments(drawn, enumerated=False)


def _exchange(
    drawn: Integers, labels: Integers, units: Integers, generator: np.random.Generator
) -> None:
    """Deal labels (n,) out to ``units`` (n,) anew in every row of ``drawn`` (P, N).

    Only the places of the rarer labels are drawn: the first steps of a Fisher-Yates shuffle, each for all rows at once.
    """
    common = np.bincount(labels).argmax()
    rare = labels[labels != common]
    n, rows = len(units), np.arange(len(drawn))
    place = np.empty((n, len(drawn)), dtype=np.int32)
    place[:] = np.arange(n)[:, None]
    left = n - np.arange(len(rare))
    other = (generator.random((len(rare), len(drawn))) * left[:, None]).astype(np.int64)
    for step, ahead in enumerate(other):
        swapped = place[step + ahead, rows]
        place[step + ahead, rows] = place[step]
        place[step] = swapped
    drawn[:, units] = common
    drawn[rows, units[place[: len(rare)]]] = rare[:, None]


def count(labels: Integers, units_by_stratum: Sequence[Integers], *, most: int) -> int:
    """Return how many distinct assignments there are, or some number above ``most`` where there are more."""
    total = 1
    for units in units_by_stratum:
        left = len(units)
        for size in np.bincount(labels[units]):
            total *= comb(left, int(size))
            left -= int(size)
            if total > most:  # no factor is below one
                return total
    return total


def _enumerate(labels: Integers, units_by_stratum: Sequence[Integers]) -> Iterator[Integers]:
    """Yield every distinct assignment of labels within strata."""
    # not by recursion over strata: thousands may have one arrangement, such as units that lack an outcome of a family
    mixed = [units for units in units_by_stratum if len(np.unique(labels[units])) > 1]
    for arranged in product(*(list(_arrangements(labels[units])) for units in mixed)):
        changed = labels.copy()
        for units, values in zip(mixed, arranged, strict=True):
            changed[units] = values
        yield changed


def _arrangements(values: Integers) -> Iterator[Integers]:
    kinds, sizes = np.unique(values, return_counts=True)
    if len(kinds) == 1:
        yield values
        return
    for chosen in combinations(range(len(values)), int(sizes[0])):
        at = np.array(chosen)
        rest = np.delete(np.arange(len(values)), at)
        for others in _arrangements(np.repeat(kinds[1:], sizes[1:])):
            arranged = np.empty_like(values)
            arranged[at], arranged[rest] = kinds[0], others
            yield arranged
