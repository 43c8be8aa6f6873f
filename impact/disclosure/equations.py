"""Figures as equations over columns: one for each outcome, block of units that nothing tells apart, and period."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import sparse

from impact.arrays import Floats, Integers, Mask
from impact.disclosure.atoms import Atoms
from impact.disclosure.figure import UNITS, Figure, Row
from impact.disclosure.span import Blocks

View = Literal["told", "exposed"]
VIEWS: tuple[View, ...] = get_args(View)
TINY = 1e-300
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

    @property
    def units(self) -> Floats:
        """Units behind each column, (p,)."""
        return self.blocks.units[self.blocks.of_column].astype(float)

    @classmethod
    def of(
        cls, equations: Sequence[Equation], atoms: Atoms, layers: "Sequence[Layer]", view: View
    ) -> "Equations":
        """Lay equations out over the columns of some layers, with atoms joined that no equation tells apart."""
        shape = (len(equations), len(layers) * atoms.n_atoms * len(atoms.times))
        matrix = sparse.csr_array(_triples(equations, atoms, layers, view), shape=shape)
        signature = _signature(matrix, atoms, len(layers))
        _, first, joined = np.unique(signature, axis=0, return_index=True, return_inverse=True)
        columns = _Columns.of(matrix, atoms, layers, first, joined.ravel())
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
        ones = np.zeros((len(atoms.of_unit), len(atoms.times)))
        ones[:, 0] = 1.0
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
        period = np.zeros_like(row.period) if equation.measure == UNITS else row.period
        for at, layer in enumerate(layers):
            if equation.measure in layer.factor:
                weights.append(layer.factor[equation.measure] * row.weight)
                rows.append(np.full(len(row.atom), place))
                columns.append(at * size + row.atom * n_periods + period)
    return np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))


def _signature(matrix: "sparse.csr_array", atoms: Atoms, n_layers: int) -> Floats:
    """Two mixtures of all equations by atom, which agree only for atoms that no equation tells apart."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    place = np.arange(1, matrix.shape[0] + 1)
    mixed = np.stack([np.cos(place * np.sqrt(2)), np.cos(place * np.sqrt(3))])
    found = np.asarray((mixed / np.maximum(length, TINY)) @ matrix)
    found = found.reshape(2, n_layers, atoms.n_atoms, len(atoms.times))
    by_atom = np.moveaxis(found, 2, 0).reshape(atoms.n_atoms, -1)
    scale = float(np.abs(by_atom).max(initial=0.0)) or 1.0
    return np.asarray(np.round(by_atom / scale, ALIKE)) + 0.0


@dataclass(frozen=True, eq=False)
class _Columns:
    """The p columns that some equation has: their layer, joined atom and period, and what they add up to.

    ``original`` is the column of the first of the joined atoms, whose weights all of them have.
    """

    original: Integers
    layer: Integers
    period: Integers
    total: Floats
    blocks: Blocks

    @classmethod
    def of(
        cls,
        matrix: "sparse.csr_array",
        atoms: Atoms,
        layers: Sequence[Layer],
        first: Integers,
        joined: Integers,
    ) -> "_Columns":
        n_periods, n_joined = len(atoms.times), len(first)
        used = np.zeros(matrix.shape[1], dtype=bool)
        used[matrix.indices[matrix.data != 0]] = True
        used = used.reshape(len(layers), atoms.n_atoms, n_periods)[:, first]
        layer, atom, period = np.nonzero(used)
        of_unit = joined[atoms.of_unit]
        total = np.zeros((len(layers), n_joined, n_periods))
        units = np.zeros((len(layers), n_joined), dtype=np.int64)
        for at, each in enumerate(layers):
            np.add.at(total[at], of_unit, each.outcome)
            some = np.ones(len(of_unit)) if at == 0 else each.outcome.any(axis=1)
            units[at] = np.bincount(of_unit, some, n_joined)
        block, of_column = np.unique(layer * n_joined + atom, return_inverse=True)
        return cls(
            original=(layer * atoms.n_atoms + first[atom]) * n_periods + period,
            layer=layer,
            period=period,
            total=total[layer, atom, period],
            blocks=Blocks(of_column.astype(np.int64), units.ravel()[block], block % n_joined),
        )
