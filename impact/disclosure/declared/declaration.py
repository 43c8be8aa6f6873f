"""Figures declared by the weights of units, and the atoms that they are equations of."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.disclosure.atoms import Atoms, Measure
from impact.disclosure.figure import ANNEXES, TABLES, UNITS, Figure, Kind, Merging, Place, Row
from impact.terms import SMALLEST_SHOWN

SAME = 1e-9  # of what is added up; an equation that misses a figure by more is not the figure's, which stays undeclared
DIGITS = 10  # of the largest weight: beyond them is rounding
FEW_MOVED = 0.1  # share of cells up to which one outcome is another with few values moved


@dataclass(frozen=True, eq=False)
class UnitWeights:
    """Weights of N units' outcomes by period, each different row once.

    Attributes
    ----------
    of_unit : ndarray of int, (N,)
    rows : ndarray, (m, T)
    """

    of_unit: Integers = field(repr=False)
    rows: Floats = field(repr=False)

    @classmethod
    def of(cls, weights: Floats) -> "UnitWeights":
        """Reduce weights (N, T); units whose weights differ by rounding have the same."""
        largest = float(np.abs(weights).max(initial=0.0)) or 1.0
        plain = np.round(weights / largest, DIGITS) + 0.0
        rows, of_unit = np.unique(plain, axis=0, return_inverse=True)
        return cls(of_unit.ravel().astype(np.int64), rows * largest)

    @property
    def whole(self) -> Floats:
        """The weights, (N, T)."""
        return self.rows[self.of_unit]

    def row(self, first: Integers) -> Row:
        """Return the row over atoms whose first units these are."""
        return Row.of(self.rows[self.of_unit[first]])


@dataclass(frozen=True, eq=False, kw_only=True)
class Declared:
    """A figure before the atoms are known: weights stand for rows, groups of units for groups of atoms."""

    place: Place
    kind: Kind
    measure: str
    weights: tuple[UnitWeights, ...] = field(default=(), repr=False)
    groups: tuple[Mask, ...] = field(default=(), repr=False)
    share: float = 0.5
    importance: int = TABLES
    beside: Place | None = None
    merging: Merging | None = None

    def tells_alike(self, alike: Integers) -> bool:
        """Whether it weighs each unit as the one that stands for its atom (N,)."""
        every = (*(one.of_unit for one in self.weights), *self.groups)
        return all(bool((one == one[alike]).all()) for one in every)


@dataclass(frozen=True, eq=False)
class Declaration:
    """All figures of a run, on the units and periods of one panel.

    Attributes
    ----------
    panel : Panel
        Of the headline, as it was recorded.
    measures : dict of str to Measure
    levels : dict of str to ndarray, (N,)
        Codes of what tables part units by.
    figures : list of Declared
    """

    panel: Panel
    measures: dict[str, Measure] = field(default_factory=dict)
    levels: dict[str, Integers] = field(default_factory=dict)
    figures: list[Declared] = field(default_factory=list)

    @classmethod
    def of(cls, panel: Panel, *others: Panel) -> "Declaration":
        """Begin with nothing declared; ``others`` are panels of further outcomes as they were recorded."""
        begun = cls(panel)
        for one in (panel, *others):
            begun.measure_of(one, ~np.isnan(one.wide))
        return begun

    @property
    def treated(self) -> Mask:
        """Units ever treated, (N,)."""
        return np.isfinite(self.panel.cohort)

    @property
    def everybody(self) -> tuple[Mask, ...]:
        """The two groups that the study compares."""
        return tuple(side for side in (self.treated, ~self.treated) if side.any())

    def add(self, place: Place, kind: Kind, measure: str, *weights: Floats, **said: Any) -> None:
        """Declare a figure by weights (N, T) of the declaration's units; what weighs nobody is zero, whatever the outcomes."""
        if weights and not any(one.any() for one in weights):
            self.of_everybody(place)
            return
        rows = tuple(map(UnitWeights.of, weights))
        self.figures.append(Declared(place=place, kind=kind, measure=measure, weights=rows, **said))

    def count(self, place: Place, units: Mask, *, period: int = 0, **said: Any) -> None:
        """Declare how many units these are, of those observed in one period in that period."""
        weights = np.zeros((self.panel.n_units, self.panel.n_periods))
        weights[units, period] = 1.0
        self.add(place, "count", UNITS, weights, **said)

    def share(self, place: Place, some: Mask, of: Mask) -> None:
        """Declare a share of units by what it rests on, where either side is nobody or enough.

        It parts no atoms: tables of one characteristic each do not add up to a few units, and every cross of all of them would.
        """
        counts = (int(some.sum()), int((of & ~some).sum()))
        if all(n == 0 or n >= SMALLEST_SHOWN for n in counts):
            self.of_everybody(place)

    def mean_of(self, place: Place, measure: str, values: Floats, units: Mask) -> None:
        """Declare the mean of values (N,) of units that have no period, as a measure of its own."""
        held = np.zeros((self.panel.n_units, self.panel.n_periods))
        held[:, 0] = np.nan_to_num(values)
        self.measures.setdefault(measure, Measure(held, bool((held >= 0).all())))
        weights = np.zeros_like(held)
        weights[units, 0] = 1 / max(units.sum(), 1)
        self.add(place, "mean", measure, weights)

    def of_everybody(self, place: Place) -> None:
        """Declare a figure of all, from which no equation of outcomes follows."""
        self.without_equation(place, self.everybody)

    def without_equation(self, place: Place, groups: tuple[Mask, ...]) -> None:
        """Declare a figure from which no equation of outcomes follows, by the groups that it tells of."""
        self.figures.append(
            Declared(
                place=place, kind="order_free", measure=UNITS, groups=groups, importance=ANNEXES
            )
        )

    def units_in(self, panel: Panel) -> Integers | None:
        """Return the places (n,) of another panel's units among ours; None where one is not among them."""
        place = {unit: at for at, unit in enumerate(self.panel.units)}
        found = [place.get(unit, -1) for unit in panel.units]
        return None if -1 in found else np.array(found, dtype=np.int64)

    def lifted(self, panel: Panel, values: Floats) -> Floats | None:
        """Put values (n, t) of another panel's units and periods at ours, zero elsewhere; None where one is not ours."""
        units = self.units_in(panel)
        if units is None or not np.isin(panel.times, self.panel.times).all():
            return None
        whole = np.zeros((self.panel.n_units, self.panel.n_periods))
        periods = np.searchsorted(self.panel.times, panel.times)
        whole[np.ix_(units, periods)] = values
        return whole

    def measure_of(self, panel: Panel, used: Mask) -> str | None:
        """Return the name of a panel's outcome where weights are not zero (n, t), as a measure of ours.

        An outcome that differs from the recorded one in few cells is that with values moved; any other is one of its own.
        """
        outcome = self.lifted(panel, np.where(np.isnan(panel.wide), 0.0, panel.wide))
        used_here = self.lifted(panel, np.where(used, 1.0, 0.0))
        if outcome is None or used_here is None:
            return None
        asked = used_here > 0
        for name, known in self.measures.items():
            if name.split("#")[0] == panel.outcome and (known.outcome == outcome)[asked].all():
                return name
        name, nonnegative = panel.outcome, bool((panel.y >= 0).all())
        if name not in self.measures:
            self.measures[name] = Measure(outcome, nonnegative)
            return name
        differs = (self.measures[name].outcome != outcome)[asked].mean() if asked.any() else 0.0
        moved = name if differs <= FEW_MOVED else None
        digest = sha256(np.ascontiguousarray(outcome).tobytes()).hexdigest()
        name = f"{name}#{digest[:12]}"  # the same in every release of the same data
        self.measures[name] = Measure(outcome, nonnegative, moved)
        return name

    def part(self, name: str, labels: Any) -> None:
        """Say that tables part our units by labels (N,), such as the levels of a subgroup."""
        known = [str(label) for label in labels]
        self.levels[name] = np.unique(known, return_inverse=True)[1].astype(np.int64)

    def atoms(self) -> Atoms:
        """Return the atoms: units of one cohort, with the same gaps, at one level of all that parts them."""
        return Atoms.of(self.panel, levels=self.levels, measures=self.measures)

    def declared(self, atoms: Atoms) -> list[Figure]:
        """Return the figures on atoms; one that tells units of an atom apart is not declared, and stays."""
        first = np.unique(atoms.of_unit, return_index=True)[1]
        alike = first[atoms.of_unit]
        return [_figure(one, first) for one in self.figures if one.tells_alike(alike)]


def _figure(one: Declared, first: Integers) -> Figure:
    rows = tuple(each.row(first) for each in one.weights)
    quadratic = one.kind in {"std_error", "cross_products"}
    groups = tuple(tuple(map(int, np.flatnonzero(group[first]))) for group in one.groups)
    return Figure(
        place=one.place,
        kind=one.kind,
        measure=one.measure,
        rows=() if quadratic else rows,
        directions=rows if quadratic else (),
        compared=groups,
        share=one.share,
        importance=one.importance,
        beside=one.beside,
        merging=one.merging,
    )
