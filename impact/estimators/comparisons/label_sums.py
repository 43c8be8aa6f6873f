"""Which units have a label under each of many assignments, as matrices that sum over them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.latest import WhileItLives

SPARSE = 0.2  # share of the units up to which adding them up one by one beats a dense product
_MADE = WhileItLives()
"""A path has a design for each of its event times, all under the same assignments."""


class LabelSums(Protocol):
    """A matrix (P, N) with a one where a unit has the label; only its products with values (N, F) are needed."""

    def __matmul__(self, values: Floats) -> Floats:
        """Return sums over the units with the label, (P, F)."""


@dataclass(frozen=True)
class Others:
    """Everybody without some labels: sums of all less theirs."""

    labels: Sequence[LabelSums]

    def __matmul__(self, values: Floats) -> Floats:
        """Return sums over the units with the label, (P, F)."""
        total = values.sum(axis=0)
        return np.asarray(total - sum(inside @ values for inside in self.labels))


def label_sums(labels: Integers, n_labels: int, *, weight: Floats) -> list[LabelSums]:
    """Return the sums over the units of each label under assignments (P, N).

    Those of the most common label are what the others leave of the total, unless there are weights (N,) other than one: then a
    count that should be zero could be a rounding error.
    """
    alike = bool((weight == 1).all())
    common = int(np.bincount(labels[0], minlength=n_labels).argmax()) if alike else None
    return _MADE.of(labels, (n_labels, common), lambda: _label_sums(labels, n_labels, common))


def _label_sums(labels: Integers, n_labels: int, common: int | None) -> list[LabelSums]:
    found = {
        code: one_label(labels == code, partial(where_labelled, labels, code))
        for code in range(n_labels)
        if code != common
    }
    rest = Others(tuple(found.values()))
    return [rest if code == common else found[code] for code in range(n_labels)]


def sums_by_label(of_label: Sequence[LabelSums], values: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield each label with its sums (P, F), each product made once: `Others` come last, as what the labels before leave."""
    passed = np.zeros((1, values.shape[1]))
    for code, inside in enumerate(of_label):
        if not isinstance(inside, Others):
            found = inside @ values
            passed = passed + found
            yield code, found
    for code, inside in enumerate(of_label):
        if isinstance(inside, Others):
            yield code, np.asarray(values.sum(axis=0) - passed)


def one_label(
    inside: Mask, where: Callable[[Mask], tuple[Integers, Integers]] | None = None
) -> LabelSums:
    """Return the sums over the units (P, N) of one label, sparse where these are few; ``where`` they are, if that is known."""
    if inside[0].mean() > SPARSE:
        return inside.astype(float)
    from scipy.sparse import csc_array

    # by unit: its values are read once for all assignments, where a walk by assignment would read them from memory each time
    assigned, units = (where or where_inside)(inside)
    order = np.argsort(units.astype(np.int32), kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(units, minlength=inside.shape[1]))])
    made: LabelSums = csc_array((np.ones(len(units)), assigned[order], starts), shape=inside.shape)
    return made


def where_labelled(labels: Integers, code: int, inside: Mask) -> tuple[Integers, Integers]:
    """Return what `where_inside` returns of those who have a label (P, N), a rare one, kept as long as the labels are."""
    return _MADE.of(labels, ("where", code), lambda: where_inside(inside))


def where_inside(inside: Mask) -> tuple[Integers, Integers]:
    """Return the pairs of an assignment and a unit (m,) that have the label, in the order of assignments."""
    assigned, unit = np.divmod(
        np.flatnonzero(inside), inside.shape[1]
    )  # several times faster than `nonzero`
    return assigned, unit
