"""Atoms of several releases of the same data together: units that none of them tells apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers
from impact.disclosure.atoms import Atoms, Measure
from impact.disclosure.equations import Equation
from impact.disclosure.figure import Figure, Row
from impact.disclosure.log import Earlier

ELSEWHERE = -1  # the atom, in a release, of a unit that was not in it


@dataclass(frozen=True, eq=False)
class Refined:
    """Atoms of this release and all earlier ones, with everything said in them.

    Attributes
    ----------
    atoms : Atoms
        Also of units and periods that only earlier releases had; their outcomes, which nobody has, stand at the mean.
    figures : tuple of Figure
    sums, spreads : tuple of Equation
        Of the earlier releases.
    """

    atoms: Atoms
    figures: tuple[Figure, ...]
    sums: tuple[Equation, ...] = ()
    spreads: tuple[Equation, ...] = ()

    @classmethod
    def of(cls, figures: Sequence[Figure], atoms: Atoms, earlier: Sequence[Earlier]) -> "Refined":
        """Part the atoms by those of earlier releases, and say every figure and equation in the parts."""
        if not earlier:
            return cls(atoms, tuple(figures))
        every: list[Atoms | Earlier] = [atoms, *earlier]
        names = sorted({str(u) for each in every for u in each.units.tolist()})
        times = np.unique(np.concatenate([each.times for each in every]))
        codes = np.stack([_codes(each, names) for each in every], axis=1)
        parts, of_unit = np.unique(codes, axis=0, return_inverse=True)
        now = _Said.of(parts[:, 0], atoms.times, times)
        then = [_Said.of(parts[:, 1 + at], each.times, times) for at, each in enumerate(earlier)]
        return cls(
            _joined(
                atoms, names, times, parts[:, 0], of_unit.ravel(), _levels(parts, atoms, earlier)
            ),
            tuple(now.figure(figure) for figure in figures),
            tuple(
                said.equation(equation)
                for each, said in zip(earlier, then, strict=True)
                for equation in each.sums
            ),
            tuple(
                said.equation(equation)
                for each, said in zip(earlier, then, strict=True)
                for equation in each.spreads
            ),
        )


@dataclass(frozen=True, eq=False)
class _Said:
    """Each atom of one release as parts, (A,) lists, and its periods among all, (T,)."""

    parts: tuple[Integers, ...]
    period: Integers

    @classmethod
    def of(cls, atom_of_part: Integers, own: Floats, times: Floats) -> "_Said":
        number = int(atom_of_part.max(initial=-1)) + 1
        parts = tuple(np.flatnonzero(atom_of_part == atom) for atom in range(number))
        return cls(parts, np.searchsorted(times, own).astype(np.int64))

    def row(self, row: Row) -> Row:
        often = np.array([len(self.parts[atom]) for atom in row.atom], dtype=np.int64)
        atom = [self.parts[atom] for atom in row.atom] or [np.zeros(0, dtype=np.int64)]
        period = np.repeat(self.period[row.period], often)
        return Row(np.concatenate(atom), period, np.repeat(row.weight, often))

    def equation(self, each: Equation) -> Equation:
        return Equation(each.measure, self.row(each.told), self.row(each.exposed))

    def figure(self, figure: Figure) -> Figure:
        return replace(
            figure,
            rows=tuple(map(self.row, figure.rows)),
            directions=tuple(map(self.row, figure.directions)),
            compared=tuple(
                tuple(int(part) for atom in group for part in self.parts[atom])
                for group in figure.compared
            ),
        )


def _codes(each: Atoms | Earlier, names: Sequence[str]) -> Integers:
    """Return the atom of each named unit in a release, (N,)."""
    known = dict(zip(map(str, each.units.tolist()), each.of_unit.tolist(), strict=True))
    return np.array([known.get(name, ELSEWHERE) for name in names], dtype=np.int64)


def _levels(parts: Integers, atoms: Atoms, earlier: Sequence[Earlier]) -> dict[str, Integers]:
    """What parts units but for their gaps, in this release and in each earlier one."""
    levels = {name: codes[parts[:, 0]] for name, codes in atoms.levels.items()}
    for at, each in enumerate(earlier):
        known = parts[:, 1 + at] >= 0
        levels[f"release {at}"] = np.where(known, each.cell[parts[:, 1 + at]], ELSEWHERE)
    return levels


def _joined(
    atoms: Atoms,
    names: Sequence[str],
    times: Floats,
    parent: Integers,
    of_unit: Integers,
    levels: dict[str, Integers],
) -> Atoms:
    place = {str(unit): at for at, unit in enumerate(atoms.units.tolist())}
    rows = np.array([place.get(name, ELSEWHERE) for name in names])
    columns = np.searchsorted(times, atoms.times)
    here = np.ix_(rows >= 0, np.isin(np.arange(len(times)), columns))

    def filled(measure: Measure) -> Measure:
        outcome = np.full((len(names), len(times)), measure.outcome.mean())
        outcome[here] = measure.outcome[rows[rows >= 0]]
        return replace(measure, outcome=outcome)

    known = parent >= 0
    observed = np.ones((len(parent), len(times)), dtype=bool)
    observed[np.ix_(known, columns)] = atoms.observed[parent[known]]
    return Atoms(
        units=np.array(names, dtype=object),
        times=times,
        of_unit=of_unit.astype(np.int64),
        cohort=np.where(known, atoms.cohort[parent], np.inf),
        observed=observed,
        levels=levels,
        measures={name: filled(measure) for name, measure in atoms.measures.items()},
    )
