"""Panels at random and their linked tables: nothing that is hidden can be recovered, says a programme of its own.

The auditor below shares no code with the gate: it reads places and values, makes its own equations from who is in which
table, and bounds every hidden mean.
"""

import numpy as np
import pytest
from disclosure.linked import atoms_of, panel, tables
from scipy.optimize import linprog

from impact.disclosure import Gate

WITHIN = 0.05  # a hidden mean may not be guessed to within this, whatever it is


def random_atoms(seed):
    generator = np.random.default_rng([seed, 14])
    sizes = generator.choice([1, 2, 3, 5, 8, 10, 12, 15, 20, 30], size=generator.integers(2, 5))
    firms = panel(
        sizes=tuple(int(n) for n in sizes),
        never=int(generator.integers(15, 60)),
        periods=1 + len(sizes),
        first=2.0,
        sectors=int(generator.integers(2, 5)),
        seed=seed,
    )
    return atoms_of(firms)


def members(atoms, table, row):
    treated, sector = np.isfinite(atoms.cohort), atoms.levels["sector"]
    return {
        "all": lambda: np.ones(atoms.n_atoms, bool),
        "treated": lambda: treated,
        "cohort": lambda: atoms.cohort == float(row),
        "sector": lambda: sector == int(row),
        "of": lambda: treated & (sector == int(row)),
    }[table]()


def recovered(atoms, asked, released, period):
    """Hidden means of a period, of groups of fewer than ten firms, that an attacker can guess to within 5%."""
    cells = {}
    for figure in asked:
        group, at = figure.place.row.rsplit("/", 1)
        if int(at) == period and figure.place.column == "mean":
            cells[figure.place] = members(atoms, figure.place.table, group)
    out = {figure.place: figure.value for figure in released.figures}
    equations = [cells[place] / atoms.n[cells[place]].sum() for place in cells if place in out]
    values = [out[place] for place in cells if place in out]
    found = []
    for place, chosen in cells.items():
        if atoms.n[chosen].sum() < 10:
            assert place not in out
            low, high = (bound(sign, chosen, equations, values) for sign in (1, -1))
            if (1 - WITHIN) * high <= (1 + WITHIN) * low:
                found.append(place)
    return found


def bound(sign, chosen, equations, values):
    unit = max(values, default=1.0)
    done = linprog(
        sign * chosen.astype(float),
        A_eq=np.array(equations) if equations else None,
        b_eq=np.array(values) / unit if equations else None,
        method="highs",
    )
    return sign * done.fun if done.status == 0 else (0.0 if sign > 0 else np.inf)


def audited(seed):
    atoms = random_atoms(seed)
    asked = tables(atoms)
    released = Gate().release(asked, atoms)
    found = [
        place for t in range(len(atoms.times)) for place in recovered(atoms, asked, released, t)
    ]
    return released, found


@pytest.mark.parametrize("seed", range(2))
def test_no_hidden_mean_of_linked_tables_is_recovered(seed):
    released, found = audited(seed)
    assert found == []
    assert released.figures


@pytest.mark.slow
def test_no_hidden_mean_of_five_hundred_panels_is_recovered():
    recovered_in = [seed for seed in range(500) if audited(seed)[1]]
    assert recovered_in == []


def test_cell_by_cell_the_same_panels_give_hidden_means_away():
    """The auditor finds what there is to be found: without the gate's second look the small groups are there."""
    found = 0
    for seed in range(4):
        atoms = random_atoms(seed)
        asked = tables(atoms)

        class ByCell:
            figures = tuple(figure for figure in asked if atoms.units_of(figure.groups[0]) >= 10)

        found += len(recovered(atoms, asked, ByCell, 0))
    assert found > 0
