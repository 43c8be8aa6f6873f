"""Figures as equations over columns: one for each outcome, block of units that nothing tells apart, and period."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from scipy import sparse

from impact.arrays import Floats, Integers, Mask
from impact.disclosure.atoms import Atoms
from impact.disclosure.blocks import Blocks
from impact.disclosure.figure import UNITS, Figure, Row
from impact.terms import SMALLEST_SHOWN

View = Literal["exposed", "told"]
VIEWS: tuple[View, ...] = get_args(View)
TINY = 1e-300
MANY_SMALL = 150  # atoms of too few units, beyond which those that differ by gaps alone are one
ALIKE = 9  # digits to which weights of atoms agree that nothing tells apart


@dataclass(frozen=True, eq=False)
class Equation:
    """A row of one measure, as it is told and to whoever knows all that it is compared with.

    An effect is a difference of two groups. Tables and the press show the path of those without the programme; whoever knows
    it is told the other group's change. So figures must keep together both ``told`` and with the ``exposed`` alone.

    Attributes
    ----------
    figure : int
        Its place among the figures declared, -1 of an earlier release.
    """

    measure: str
    told: Row
    exposed: Row
    figure: int = -1

    def seen(self, view: View) -> Row:
        """Return the row as somebody sees it."""
        return self.told if view == "told" else self.exposed


@dataclass(frozen=True, eq=False)
class Equations:
    """m equations over p columns, of outcomes that one another's winsorising links, or of counts.

    Attributes
    ----------
    matrix : ndarray, (m, p)
        Weights of each unit's outcome; those of a column's total.
    figure : ndarray of int, (m,)
    blocks : Blocks
    total : ndarray, (p,)
        What the columns are, which nobody outside knows.
    period : ndarray of int, (p,)
    bounded : ndarray of bool, (p,)
        Columns that everybody knows not to be below zero.
    counts : bool
        Whether the totals are counts.
    """

    matrix: Floats
    figure: Integers
    blocks: Blocks
    total: Floats
    period: Integers
    bounded: Mask
    counts: bool

    def of_figures(self, figures: Sequence[int]) -> Integers:
        """Return the equations of some figures."""
        none = np.zeros(0, dtype=np.int64)
        return np.concatenate([none, *(self._of_figure.get(one, none) for one in figures)])

    @cached_property
    def _of_figure(self) -> dict[int, Integers]:
        return {int(one): np.flatnonzero(self.figure == one) for one in np.unique(self.figure)}

    @property
    def units(self) -> Floats:
        """Units behind each column, (p,)."""
        return self.blocks.units.astype(float)

    @classmethod
    def of(
        cls, equations: Sequence[Equation], atoms: Atoms, layers: "Sequence[Layer]", view: View
    ) -> "Equations":
        """Lay equations out over the columns of some layers, with atoms joined that no equation tells apart."""
        shape = (len(equations), len(layers) * atoms.n_atoms * len(atoms.times))
        matrix = sparse.csr_array(_triples(equations, atoms, layers, view), shape=shape)
        cells = _Cells.of(atoms, layers)
        matrix = sparse.csr_array(matrix @ cells.averaging())
        columns = _Columns.of(matrix, cells)
        return cls(
            matrix=matrix[:, columns.original].toarray(),
            figure=np.array([each.figure for each in equations], dtype=np.int64),
            blocks=columns.blocks,
            total=columns.total,
            period=columns.period,
            bounded=np.array([layer.bounded for layer in layers])[columns.layer],
            counts=layers[0].counts,
        )


@dataclass(frozen=True, eq=False)
class Layer:
    """An outcome (N, T) that columns are totals of; measures are sums of layers.

    Attributes
    ----------
    factor : mapping of str to float
        How often each measure has the layer in it.
    """

    outcome: Floats
    bounded: bool
    factor: dict[str, float]
    counts: bool = False


def layers_of(measure: str, atoms: Atoms) -> list[Layer]:
    """Return the layers of an outcome and of all that was made of it by moving few values.

    A winsorised outcome is the raw one less an excess that few units have: their figures together tell the excess.
    """
    if measure == UNITS:
        ones = np.ones((len(atoms.of_unit), len(atoms.times)))
        return [Layer(ones, True, {UNITS: 1.0}, counts=True)]
    own = atoms.measures[measure]
    moved = {name: one for name, one in atoms.measures.items() if one.moved_from == measure}
    if own.moved_from is not None:  # quadratic in itself
        return [Layer(own.outcome, own.non_negative, {measure: 1.0})]
    base = Layer(own.outcome, own.non_negative, dict.fromkeys([measure, *moved], 1.0))
    excess = [
        Layer(own.outcome - one.outcome, bool((own.outcome >= one.outcome).all()), {name: -1.0})
        for name, one in moved.items()
    ]
    return [base, *excess]


def equations_of(figures: Sequence[Figure], kinds: frozenset[str]) -> list[Equation]:
    """Return the equations of figures of some kinds."""
    return [
        Equation(figure.measure, row, exposed_part(row, figure), place)
        for place, figure in enumerate(figures)
        if figure.kind in kinds
        for row in figure.equations
    ]


def exposed_part(row: Row, figure: Figure) -> Row:
    """Return the part of a row that is about the first group that a figure compares; all of it where it compares none."""
    return row.within(figure.groups[0]) if len(figure.compared) > 1 else row


def _triples(
    equations: Sequence[Equation], atoms: Atoms, layers: Sequence[Layer], view: View
) -> tuple[Floats, tuple[Integers, Integers]]:
    """Weights, and the row and column of each."""
    n_periods, size = len(atoms.times), atoms.n_atoms * len(atoms.times)
    weights, rows, columns = [np.zeros(0)], [np.zeros(0, dtype=int)], [np.zeros(0, dtype=int)]
    for place, equation in enumerate(equations):
        row = equation.seen(view)
        for at, layer in enumerate(layers):
            if equation.measure in layer.factor:
                weights.append(layer.factor[equation.measure] * row.weight)
                rows.append(np.full(len(row.atom), place))
                columns.append(at * size + row.atom * n_periods + row.period)
    return np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))


@dataclass(frozen=True, eq=False)
class _Cells:
    """What is looked at as one: each of K atoms, or, where too many of them are small, those that differ by gaps alone.

    Then an equation has the average of their weights, as if who was observed when told nobody from the others.

    Attributes
    ----------
    of_atom : ndarray of int, (K,)
        The cell among C.
    weight : ndarray, (L, K, T)
        Units of an atom behind a layer's total in a period.
    total, units : ndarray, (L, C, T)
    """

    of_atom: Integers
    weight: Floats
    total: Floats
    units: Floats

    @classmethod
    def of(cls, atoms: Atoms, layers: Sequence[Layer]) -> "_Cells":
        many = int((atoms.n < SMALLEST_SHOWN).sum()) > MANY_SMALL
        of_atom = atoms.cell if many else np.arange(atoms.n_atoms)
        number = int(of_atom.max(initial=-1)) + 1
        there = np.ones_like(atoms.observed) if layers[0].counts else atoms.observed
        of_unit = of_atom[atoms.of_unit]
        weight = (atoms.n[:, None] * there).astype(float)
        moved = [_by_period(of_unit, layer.outcome != 0, number) for layer in layers[1:]]
        return cls(
            of_atom,
            np.stack([weight] * len(layers)),
            np.stack([_by_period(of_unit, layer.outcome, number) for layer in layers]),
            np.stack([_by_period(of_atom, weight, number), *moved]),
        )

    def averaging(self) -> "sparse.csr_array":
        """Return what takes weights of atoms (L * K * T) to their averages in cells (L * C * T)."""
        layer, atom, period = np.nonzero(self.weight)
        cell = self.of_atom[atom]
        whole = np.zeros_like(self.total)
        np.add.at(whole, (layer, cell, period), self.weight[layer, atom, period])
        share = self.weight[layer, atom, period] / whole[layer, cell, period]
        to = np.ravel_multi_index((layer, cell, period), self.total.shape)
        start = np.ravel_multi_index((layer, atom, period), self.weight.shape)
        return sparse.csr_array((share, (start, to)), shape=(self.weight.size, self.total.size))


def _by_period(of: Integers, values: Floats | Mask, number: int) -> Floats:
    """Sum values (n, T) by group, (number, T)."""
    columns = [np.bincount(of, column, number) for column in values.T.astype(float)]
    return np.stack(columns, axis=1)


def _signature(matrix: "sparse.csr_array", shape: tuple[int, ...]) -> Floats:
    """Two mixtures of all equations by cell, which agree only for cells that no equation tells apart."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    place = np.arange(1, matrix.shape[0] + 1)
    mixed = np.stack([np.cos(place * np.sqrt(2)), np.cos(place * np.sqrt(3))])
    found = np.asarray((mixed / np.maximum(length, TINY)) @ matrix).reshape(2, *shape)
    by_cell = np.moveaxis(found, 2, 0).reshape(shape[1], -1)
    scale = float(np.abs(by_cell).max(initial=0.0)) or 1.0
    return np.asarray(np.round(by_cell / scale, ALIKE)) + 0.0


@dataclass(frozen=True, eq=False)
class _Columns:
    """The p columns that some equation has: their layer, joined cell and period, and what they add up to.

    ``original`` is the column of the first of the joined cells, whose weights all of them have.
    """

    original: Integers
    layer: Integers
    period: Integers
    total: Floats
    blocks: Blocks

    @classmethod
    def of(cls, matrix: "sparse.csr_array", cells: _Cells) -> "_Columns":
        shape = cells.total.shape
        _, first, joined = np.unique(
            _signature(matrix, shape), axis=0, return_index=True, return_inverse=True
        )
        used = np.zeros(matrix.shape[1], dtype=bool)
        used[matrix.indices[matrix.data != 0]] = True
        used = used.reshape(shape)[:, first]
        total, units = np.zeros(used.shape), np.zeros(used.shape)
        for layer, _ in enumerate(total):
            np.add.at(total[layer], joined.ravel(), cells.total[layer])
            np.add.at(units[layer], joined.ravel(), cells.units[layer])
        at, cell, period = np.nonzero(used & (units > 0))
        return cls(
            original=np.ravel_multi_index((at, first[cell], period), shape),
            layer=at,
            period=period,
            total=total[at, cell, period],
            blocks=Blocks(cell, units[at, cell, period].astype(np.int64), period),
        )
