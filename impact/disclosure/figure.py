"""A released figure as the gate sees it: where it stands, and which linear or quadratic equation of outcomes it is."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers

Kind = Literal[
    "count",
    "mean",
    "total",
    "linear",
    "ratio",
    "std_error",
    "cross_products",
    "quantile",
    "order_free",
]
"""What a figure is.

A ``count`` of units, a ``mean`` or ``total`` of outcomes, another ``linear`` combination of them (an estimate), the
``ratio`` of two; a ``std_error`` or ``cross_products``, quadratic in directions of units' paths; a ``quantile``; and what
no equation of outcomes follows from (``order_free``: a p-value of permutations, a grade, a rank).
"""

HEADLINE, COMPUTED_AGAIN, FIRST_PAGES, OTHER_METHODS, TABLES, ANNEXES = range(6)
"""How important a figure is: those of a lower number are admitted first. A referee computes the numbers of the kit again, and
the effect's course by cohort and time; then come the outcomes with and without the programme, of which page one is drawn, and
effects by subgroup and dose. Estimators that are in no kit give way to these: that they agree is told by those that are."""
LINEAR = frozenset({"count", "mean", "total", "linear", "ratio"})
QUADRATIC = frozenset({"std_error", "cross_products"})
Axis = Literal["cohort", "event_time"]
"""Along which figures may be merged."""
UNITS = "units"
"""The measure of counts: one for each unit, whatever its outcome; of who was observed in a period, in that period."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a figure stands: the part of the run, the table or field, its row and its column."""

    part: str
    table: str
    row: str = ""
    column: str = ""

    def __str__(self) -> str:
        """Write the place as one path."""
        return "/".join(text for text in (self.part, self.table, self.row, self.column) if text)


@dataclass(frozen=True, eq=False)
class Row:
    """Weights of each unit's outcome by atom and period, where they are not zero.

    All units of an atom have the same weights, so that the combination is the sum of weight times the atom's total.

    Attributes
    ----------
    atom, period : ndarray of int, (m,)
    weight : ndarray, (m,)
    """

    atom: Integers
    period: Integers
    weight: Floats

    @classmethod
    def of(cls, weights: Floats) -> "Row":
        """Return the row of weights (K, T) that stand in full."""
        atom, period = np.nonzero(weights)
        return cls(atom.astype(np.int64), period.astype(np.int64), weights[atom, period])

    @property
    def atoms(self) -> Integers:
        """The atoms in it, ascending."""
        return np.unique(self.atom)

    def same_as(self, other: "Row") -> bool:
        """Whether another row has the same weights in the same order."""
        return self is other or (
            np.array_equal(self.atom, other.atom)
            and np.array_equal(self.period, other.period)
            and np.array_equal(self.weight, other.weight)
        )

    def within(self, atoms: Integers) -> "Row":
        """Return the part of it that is about some atoms."""
        kept = np.isin(self.atom, atoms)
        return Row(self.atom[kept], self.period[kept], self.weight[kept])

    def plus(self, other: "Row") -> "Row":
        """Add another row."""
        atom, period = np.append(self.atom, other.atom), np.append(self.period, other.period)
        cells, place = np.unique(np.stack([atom, period]), axis=1, return_inverse=True)
        both = np.append(self.weight, other.weight)
        weight = np.bincount(place.ravel(), both, cells.shape[1]).astype(float)
        return Row(cells[0], cells[1], weight)

    def times(self, factor: float) -> "Row":
        """Multiply every weight."""
        return Row(self.atom, self.period, factor * self.weight)


@dataclass(frozen=True, eq=False, kw_only=True)
class Merging:
    """How a figure may be merged with others of its table: those of one ``family`` at neighbouring places ``along`` an axis.

    Attributes
    ----------
    family : str
        All figures that merge together: a table's name, usually.
    axis : {"cohort", "event_time"}
    along : float
        Calendar number or event time.
    parameter : int
        Of an error: its place in ``vcov``.
    size : float, optional
        What an average weighs it by; the units of its smallest group by default.
    vcov : ndarray, (k, k), optional
        Covariance of the estimates of the table, which gives the error of their averages; without it errors do not merge.
    """

    family: str
    axis: Axis
    along: float
    parameter: int = 0
    size: float | None = None
    vcov: Floats | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Figure:
    """One number that a run would release.

    Attributes
    ----------
    place : Place
    kind : Kind
    value : float, optional
        The number itself, for whoever shows it; the gate decides without it.
    measure : str
        Which outcome of `Atoms` it is made of: ``"units"`` for counts.
    rows : tuple of Row
        Equations it is linear in: one, or the two of a ratio.
    directions : tuple of Row
        Directions of units' paths it is quadratic in: one of a standard error, q of cross-products.
    compared : tuple of tuple of int
        Groups of atoms, each of which must have enough units: first those that an effect is on, then those beside them, whom
        whoever sees the figure may know. All atoms of its rows by default.
    share : float
        Of a quantile: the share of units below it.
    importance : int
        Figures of a lower number are admitted first: the constants above.
    beside : Place, optional
        Of an error: the estimate without which it does not leave.
    merging : Merging, optional
    """

    place: Place
    kind: Kind
    value: float | None = None
    measure: str
    rows: tuple[Row, ...] = field(default=(), repr=False)
    directions: tuple[Row, ...] = field(default=(), repr=False)
    compared: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    share: float = 0.5
    importance: int = TABLES
    beside: Place | None = None
    merging: Merging | None = None

    @property
    def groups(self) -> tuple[Integers, ...]:
        """The groups of atoms that must have enough units."""
        if self.compared:
            return tuple(np.array(sorted(group), dtype=np.int64) for group in self.compared)
        rows = (*self.rows, *self.directions)
        return tuple(row.atoms for row in rows)

    @property
    def equations(self) -> tuple[Row, ...]:
        """Rows of sums, or of squares: those along directions and along the sums of each two tell every product."""
        if self.kind in LINEAR:
            return self.rows
        pairs = (one.plus(other) for one, other in combinations(self.directions, 2))
        return (*self.directions, *pairs)

    @property
    def order(self) -> tuple[int, int, Place]:
        """When it is admitted: by importance, estimates before their errors, then by place."""
        return (self.importance, int(self.kind in QUADRATIC), self.place)
