"""Merging by a stated rule: along cohorts or event times in order, until every group is large enough.

The rule: neighbours are taken together from the first on, one after another, until each group that they compare has as many
units as the rules ask; what is left over at the end joins the last that were taken together. Means and effects
become the average by the sizes that they name (the units of the group that is smallest, where they name none), errors that
of this average at these shares; counts and totals are added.
All columns of a table move together; what neither adds up nor averages stays behind, and is withheld where it is of too few.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.arrays import Floats
from impact.disclosure.atoms import Atoms
from impact.disclosure.figure import Axis, Figure, Place, Row
from impact.disclosure.released import Merged
from impact.disclosure.rules import Rules

ADDED = frozenset({"count", "total"})
AVERAGED = frozenset({"mean", "linear"})
AND = "+"
"""Between the names of rows that became one."""


def merged_figures(
    figures: Sequence[Figure], atoms: Atoms, rules: Rules
) -> tuple[list[Figure], list[Merged]]:
    """Merge the figures of each family that are of too few units with their neighbours.

    Returns
    -------
    list of Figure
        All that were given, with merged ones in the place of those that they are made of.
    list of Merged
    """
    families: dict[str, list[Figure]] = defaultdict(list)
    kept: list[Figure] = []
    for figure in figures:
        if figure.merging is not None and _merges(figure):
            families[figure.merging.family].append(figure)
        else:
            kept.append(figure)
    record: list[Merged] = []
    for name in sorted(families):
        for together in _together(families[name], atoms, rules):
            share = _shares(together, atoms)
            made = _one(together, share)
            kept.append(made)
            if len(together) > 1:
                places = tuple(figure.place for figure in together)
                shares = tuple(map(float, share))
                record.append(Merged(places, made.place, _axis(made), shares, rules.fewest))
    return kept, record


def _merges(figure: Figure) -> bool:
    known = figure.merging is not None and figure.merging.vcov is not None
    return figure.kind in ADDED | AVERAGED or (figure.kind == "std_error" and known)


def _together(family: Sequence[Figure], atoms: Atoms, rules: Rules) -> list[list[Figure]]:
    """Return which figures become one: the same column of neighbours along the axis."""
    along = sorted({_along(figure) for figure in family})
    runs: list[list[float]] = [[]]
    for position in along:
        runs[-1].append(position)
        if _enough(family, runs[-1], atoms, rules):
            runs.append([])
    left_over = runs.pop()
    if left_over and runs:
        runs[-1] += left_over
    elif left_over:
        runs.append(left_over)
    columns: dict[tuple[int, str, str, str, str], list[Figure]] = defaultdict(list)
    for figure in sorted(family, key=lambda each: (_along(each), each.place)):
        run = next(at for at, some in enumerate(runs) if _along(figure) in some)
        place = figure.place
        columns[run, place.part, place.table, place.column, figure.kind].append(figure)
    return [columns[key] for key in sorted(columns)]


def _along(figure: Figure) -> float:
    return 0.0 if figure.merging is None else figure.merging.along


def _axis(figure: Figure) -> Axis:
    return "cohort" if figure.merging is None else figure.merging.axis


def _enough(family: Sequence[Figure], run: Sequence[float], atoms: Atoms, rules: Rules) -> bool:
    """Whether every column has enough units in each group once these places are one."""
    columns: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in family:
        if _along(figure) in run:
            columns[figure.place.column, figure.kind].append(figure)
    return all(
        atoms.units_of(np.concatenate(groups)) >= rules.fewest
        for figures in columns.values()
        for groups in zip(*(figure.groups for figure in figures), strict=False)
    )


def _shares(figures: Sequence[Figure], atoms: Atoms) -> Floats:
    """Return what each of several figures of one column counts in the one that they become."""
    if figures[0].kind in ADDED:
        return np.ones(len(figures))
    size = np.array([_size(figure, atoms) for figure in figures])
    return size / (size.sum() or 1.0)


def _size(figure: Figure, atoms: Atoms) -> float:
    if figure.merging is not None and figure.merging.size is not None:
        return figure.merging.size
    return float(min(map(atoms.units_of, figure.groups), default=0))


def _one(figures: Sequence[Figure], share: Floats) -> Figure:
    """Return several figures of one column as one."""
    first = figures[0]
    if len(figures) == 1:
        return first
    groups = zip(*(figure.groups for figure in figures), strict=False)
    return replace(
        first,
        place=_place([figure.place for figure in figures]),
        value=_value(figures, share),
        rows=_mixed([figure.rows for figure in figures], share),
        directions=_mixed([figure.directions for figure in figures], share),
        beside=None
        if first.beside is None
        else _place([each.beside for each in figures if each.beside]),
        compared=tuple(tuple(map(int, np.unique(np.concatenate(group)))) for group in groups)
        if first.compared
        else (),
        importance=min(figure.importance for figure in figures),
    )


def _value(figures: Sequence[Figure], share: Floats) -> float | None:
    """The value of the average, or of its error."""
    merging = figures[0].merging
    if figures[0].kind == "std_error" and merging is not None and merging.vcov is not None:
        at = [each.merging.parameter for each in figures if each.merging is not None]
        variance = float(share @ merging.vcov[np.ix_(at, at)] @ share)
        return float(np.sqrt(max(variance, 0.0)))
    values = [figure.value for figure in figures if figure.value is not None]
    return float(share @ np.array(values)) if len(values) == len(figures) else None


def _mixed(rows: Sequence[tuple[Row, ...]], share: Floats) -> tuple[Row, ...]:
    """Add up the rows of several figures, each times its share."""
    mixed = []
    for each in zip(*rows, strict=True):
        row = each[0].times(float(share[0]))
        for other, factor in zip(each[1:], share[1:], strict=True):
            row = row.plus(other.times(float(factor)))
        mixed.append(row)
    return tuple(mixed)


def _place(places: Sequence[Place]) -> Place:
    return replace(places[0], row=AND.join(place.row for place in places))
