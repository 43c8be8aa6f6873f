"""What a figure must pass by itself: enough units in each group, no unit that dominates it, no total that tells everyone."""

import numpy as np

from impact.arrays import Floats, Mask
from impact.disclosure.atoms import Atoms
from impact.disclosure.figure import LINEAR, UNITS, Figure, Row
from impact.disclosure.released import Withheld
from impact.disclosure.rules import Rules


def refused_alone(figure: Figure, atoms: Atoms, rules: Rules) -> Withheld | None:
    """Return why a figure may not leave even if nothing else did, or None."""
    counts = [atoms.units_of(group) for group in figure.groups]
    if any(count < rules.fewest for count in counts if count):
        return Withheld(figure.place, "few_units", rules.fewest)
    if figure.kind == "quantile":
        beyond = min(figure.share, 1 - figure.share) * min(counts, default=0)
        few = beyond < rules.fewest
        return Withheld(figure.place, "few_beyond", rules.fewest) if few else None
    if figure.measure == UNITS or figure.kind == "order_free":
        return None
    if figure.kind in LINEAR:
        return _sum_refused(figure, atoms, rules)
    allowed = min((rules.directions(count) for count in counts), default=0)
    if len(figure.directions) > allowed:
        return Withheld(figure.place, "directions", allowed)
    dominated = any(_dominated(_squares(row, figure, atoms), rules) for row in parted(figure))
    return Withheld(figure.place, "dominated", rules.two_hold) if dominated else None


def parted(figure: Figure) -> tuple[Row, ...]:
    """Return each equation of a figure by each group that it compares."""
    if len(figure.compared) < 2:
        return figure.equations
    each = (row.within(group) for row in figure.equations for group in figure.groups)
    return tuple(row for row in each if len(row.atom))


def _sum_refused(figure: Figure, atoms: Atoms, rules: Rules) -> Withheld | None:
    total = atoms.total(figure.measure)
    for row in parted(figure):
        plain = len(row.atom) > 0 and bool((row.weight > 0).all())
        if plain and atoms.non_negative(figure.measure) and not total[row.atom, row.period].any():
            return Withheld(figure.place, "all_zero", 0.0)
        if _dominated(_contributions(row, figure, atoms), rules):
            return Withheld(figure.place, "dominated", rules.two_hold)
    return None


def _dominated(contributions: Floats, rules: Rules) -> bool:
    """Whether two units hold nearly all, or the second largest could tell the largest."""
    largest = np.sort(contributions)[::-1]
    total = float(largest.sum())
    two = float(largest[:2].sum())
    held_by_two = two >= rules.two_hold * total
    return total > 0 and (held_by_two or total - two < rules.hidden_by_others * float(largest[0]))


def _along(row: Row, outcome: Floats, atoms: Atoms) -> Floats:
    """What each of the n units of a row adds in each of its t periods, (n, t)."""
    periods, period = np.unique(row.period, return_inverse=True)
    weights = np.zeros((atoms.n_atoms, len(periods)))
    np.add.at(weights, (row.atom, period), row.weight)
    inside: Mask = (weights != 0).any(axis=1)
    units = np.flatnonzero(inside[atoms.of_unit])
    return np.asarray(weights[atoms.of_unit[units]] * outcome[np.ix_(units, periods)])


def _contributions(row: Row, figure: Figure, atoms: Atoms) -> Floats:
    """What each unit adds to a sum, without its sign, (n,)."""
    each = _along(row, atoms.measures[figure.measure].outcome, atoms)
    return np.asarray(np.abs(each).sum(axis=1))


def _squares(row: Row, figure: Figure, atoms: Atoms) -> Floats:
    """What each unit adds to a variance, (n,)."""
    each = _along(row, atoms.measures[figure.measure].outcome, atoms)
    along = each.sum(axis=1)
    return np.asarray((along - along.mean()) ** 2) if len(along) else along
