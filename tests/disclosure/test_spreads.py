"""What errors and moments tell of units' paths: no more directions than a unit can hide in."""

import numpy as np
import pytest
from disclosure.linked import atoms_of, panel

from impact import PathMoments
from impact.disclosure import Figure, Gate, Place, Row, Rules
from impact.errors import DisclosureError

KNOWN = 9  # quarters of one firm that somebody knows
EXACT = 1e-6


@pytest.fixture(scope="module")
def ten():
    """Ten treated firms over twenty quarters."""
    return panel(sizes=(10,), never=60, periods=20, sectors=1)


def directions_of(atoms, atom, basis):
    """Rows of a basis (q, T) as directions of one atom's paths."""
    made = []
    for row in basis:
        weights = np.zeros((atoms.n_atoms, len(atoms.times)))
        weights[atom] = row
        made.append(Row.of(weights))
    return tuple(made)


def products(atoms, atom, basis, name="moments"):
    return Figure(
        place=Place(name, str(atom)),
        kind="cross_products",
        measure="y",
        directions=directions_of(atoms, atom, basis),
    )


def continued(known, mean, told):
    """What is most likely of a path beyond what is known: in the span (r, T) that the released scatter has."""
    here = told[:, :KNOWN].T
    weight, *_ = np.linalg.lstsq(here, known - mean[:KNOWN], rcond=None)
    return mean[KNOWN:] + told[:, KNOWN:].T @ weight


def test_a_moments_file_of_ten_firms_returns_eleven_quarters_to_who_knows_nine(ten, tmp_path):
    reduced = PathMoments.from_panel(ten)
    with pytest.raises(DisclosureError, match="too few units for the scatter"):
        reduced.save(tmp_path / "file.npz")
    reduced.save(
        tmp_path / "file.npz", small_cells="include"
    )  # as it left before there was a budget
    moments = PathMoments.load(tmp_path / "file.npz")
    cell = int(np.argmin(moments.n))
    mean = moments.mean[cell] + moments.origin
    firm = ten.wide[3]
    found = continued(firm[:KNOWN], mean, moments.root[moments.root_cell == cell])
    assert found == pytest.approx(firm[KNOWN:], rel=EXACT)


def test_the_gate_lets_no_full_scatter_of_ten_firms_out_but_two_directions(ten):
    atoms = atoms_of(ten)
    cell = int(np.argmin(atoms.n))
    everything = products(atoms, cell, np.eye(20))
    withheld = Gate().release([everything], atoms).withheld
    assert [(each.reason, each.limit) for each in withheld] == [("directions", 4)]
    headline = np.stack([np.repeat([-1 / 3, 1 / 17], [3, 17]), np.linspace(-1, 1, 20)])
    assert Gate().release([products(atoms, cell, headline)], atoms).figures
    mean = ten.wide[:10].mean(axis=0)
    misses = [
        np.abs(continued(firm[:KNOWN], mean, headline) - firm[KNOWN:]).mean()
        for firm in ten.wide[:10]
    ]
    assert min(misses) > 0.05 * ten.wide[:10].std()


@pytest.mark.parametrize(("n", "leaves"), [(30, False), (31, True)])
def test_a_full_scatter_leaves_where_units_are_ten_more_than_periods(n, leaves):
    atoms = atoms_of(panel(sizes=(n,), never=60, periods=20, sectors=1))
    cell = int(np.argmin(atoms.n))
    assert atoms.n[cell] == n
    assert Rules().directions(n) == max(n - 11, (n - 1) // 2)
    full = Gate().release([products(atoms, cell, np.eye(20))], atoms)
    assert bool(full.figures) is leaves


def test_directions_told_one_by_one_are_counted_together(ten):
    """Five directions of ten firms are too many, whether one figure tells them or three."""
    atoms = atoms_of(ten)
    cell = int(np.argmin(atoms.n))
    basis = np.eye(20)[:5]
    first, second = products(atoms, cell, basis[:3], "a"), products(atoms, cell, basis[3:], "b")
    mixed = [
        products(atoms, cell, (basis[i] + basis[j])[None], f"mixed {i} {j}")
        for i in range(3)
        for j in (3, 4)
    ]
    together = Gate().release([first, second, *mixed], atoms)
    assert {each.reason for each in together.withheld} == {"directions"}
    assert len(together.withheld) == 1  # fourteen products tell no five directions
    alone = Gate().release([products(atoms, cell, basis)], atoms)
    assert [each.reason for each in alone.withheld] == ["directions"]


def test_the_spread_of_a_small_cell_is_not_told_by_difference():
    """All firms' scatter, less that of all but eight, is that of eight."""
    atoms = atoms_of(panel(sizes=(8, 30), never=60, periods=6, sectors=1))
    eight, thirty = (int(np.argmax(atoms.n == n)) for n in (8, 30))
    one = np.zeros((2, atoms.n_atoms, 6))
    one[:, thirty, 3] = 1.0
    one[0, eight, 3] = 1.0
    errors = [
        Figure(place=Place("s", name), kind="std_error", measure="y", directions=(Row.of(weights),))
        for name, weights in zip(("all", "thirty"), one, strict=True)
    ]
    reasons = {each.place.table: each.reason for each in Gate().release(errors, atoms).withheld}
    assert reasons == {"thirty": "solved"}
