"""What figures tell together: combinations on few units, bounds from revenue that is never negative, and their order."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from disclosure.linked import atoms_of, mean, panel, tables

from impact.disclosure import Gate, Place, Rules
from impact.disclosure.blocks import Blocks
from impact.disclosure.span import Span, independent_of

FEWEST = 5


def by_every_set(rows, units):
    """Whether any set of columns of too few units holds a combination alone: every set is tried."""
    rank = np.linalg.matrix_rank(rows)
    p = rows.shape[1]
    for size in range(1, FEWEST):
        for inside in combinations(range(p), size):
            outside = [column for column in range(p) if column not in inside]
            few = units[list(inside)].sum() < FEWEST
            if few and np.linalg.matrix_rank(rows[:, outside]) < rank:
                return True
    return False


def test_the_search_for_few_units_finds_what_trying_every_set_finds():
    generator = np.random.default_rng(14)
    found = []
    for _ in range(60):
        p = int(generator.integers(5, 9))
        units = generator.integers(1, 7, p)
        rows = generator.integers(0, 2, (int(generator.integers(2, 6)), p)).astype(float)
        basis = independent_of(np.zeros((0, p)), rows * units)
        blocks = Blocks(np.arange(p), units, np.zeros(p, dtype=np.int64))
        nothing = Span(rows * units, blocks, FEWEST)
        alone = nothing.with_rows(np.arange(len(rows))).few_alone(beyond=nothing)
        assert (alone is not None) == by_every_set(rows, units)
        if alone is not None:
            assert np.abs(basis.T @ (basis @ alone) - alone).max() < 1e-6  # is in the span
        found.append(alone is not None)
    assert 10 < sum(found) < 50


def test_a_total_that_two_large_groups_bound_closely_is_not_told():
    """Twelve firms less what eleven of them have bounds the twelfth, as nobody sells less than nothing."""
    atoms = atoms_of(panel(sizes=(8, 12), never=40, periods=6, sectors=1))
    outcome = atoms.measures["y"].outcome.copy()
    twelve = np.isin(atoms.of_unit, np.flatnonzero(atoms.cohort == 5.0))
    outcome[twelve] *= 1e-4
    atoms = replace(atoms, measures={"y": replace(atoms.measures["y"], outcome=outcome)})
    both = mean(atoms, Place("b", "both"), np.isfinite(atoms.cohort), 4)
    released = Gate().release([both], atoms)
    assert released.figures  # nothing tells eight from twelve
    small = mean(atoms, Place("b", "eight"), atoms.cohort == 4.0, 4)
    reasons = {
        each.place.table: each.reason for each in Gate().release([both, small], atoms).withheld
    }
    assert reasons == {"both": "nearly_solved", "eight": "few_units"}


def test_the_order_of_figures_and_of_units_does_not_matter():
    firms = panel(sizes=(14, 6, 3), never=30, periods=6)
    atoms = atoms_of(firms)
    asked = tables(atoms)
    shuffled = [asked[at] for at in np.random.default_rng(3).permutation(len(asked))]
    order = np.random.default_rng(4).permutation(len(atoms.units))
    turned = replace(
        atoms,
        units=atoms.units[order],
        of_unit=atoms.of_unit[order],
        measures={
            name: replace(one, outcome=one.outcome[order]) for name, one in atoms.measures.items()
        },
    )
    first = Gate().release(asked, atoms)
    second = Gate().release(shuffled, turned)
    assert first.withheld == second.withheld
    assert [figure.place for figure in first.figures] == [figure.place for figure in second.figures]


def test_what_is_withheld_could_not_leave_beside_what_left():
    """No figure is withheld for nothing: each alone, beside all that left, would be refused again."""
    atoms = atoms_of(panel(sizes=(14, 6, 3), never=30, periods=5))
    asked = {figure.place: figure for figure in tables(atoms)}
    released = Gate().release(list(asked.values()), atoms)
    left = [replace(figure, importance=0) for figure in released.figures]
    for each in released.withheld[::11]:
        again = Gate().release([*left, replace(asked[each.place], importance=3)], atoms)
        assert [one.place for one in again.withheld] == [each.place]


def test_the_more_important_figure_leaves():
    atoms = atoms_of(panel(sizes=(14, 3), never=30, periods=5, sectors=1))
    whole = mean(atoms, Place("i", "all"), np.isfinite(atoms.cohort), 3)
    part = mean(atoms, Place("i", "part"), atoms.cohort == 4.0, 3)
    for first, second in ((whole, part), (part, whole)):
        figures = [replace(first, importance=0), replace(second, importance=1)]
        assert [each.place for each in Gate().release(figures, atoms).withheld] == [second.place]


@pytest.mark.parametrize("fewest", [5, 15])
def test_the_rule_of_ten_can_be_another(fewest):
    atoms = atoms_of(panel(sizes=(12,), never=30, periods=5, sectors=1))
    figure = mean(atoms, Place("r", "twelve"), np.isfinite(atoms.cohort), 3)
    released = Gate(Rules(fewest=fewest)).release([figure], atoms)
    assert bool(released.figures) == (fewest == 5)
