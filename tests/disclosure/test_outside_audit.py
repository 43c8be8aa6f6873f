"""Another office's auditor, tau-argus, bounds what the gate hides: linked tables, written as its own files of cells and sums."""

import numpy as np
import pytest
from disclosure.linked import tables
from disclosure.test_panels_at_random import WITHIN, members, random_atoms

from impact.disclosure import Gate

audit_jj = pytest.importorskip("pytauargus._tauargus").audit_jj
FEWEST = 10


def cells_of(atoms, asked, out, period):
    """Cells (name, units, total, status) of a period: those shown, those hidden, and atoms, which no table shows."""
    total = atoms.total("y")[:, period]
    groups = [(f"atom {at}", np.arange(atoms.n_atoms) == at) for at in range(atoms.n_atoms)]
    shown = set()
    for figure in asked:
        row, at = figure.place.row.rsplit("/", 1)
        if figure.place.column == "mean" and int(at) == period:
            name = f"{figure.place.table} {row}"
            groups.append((name, members(atoms, figure.place.table, row)))
            if figure.place in out:
                shown.add(name)
    for name, chosen in groups:
        few = atoms.n[chosen].sum() < FEWEST
        status = "s" if name in shown else "u" if few else "m"
        yield name, chosen, float(total[chosen].sum()), status


def written(cells, n_atoms, path):
    """Write cells and the sums that tie tables to atoms."""
    most = 2 * sum(total for _, _, total, _ in cells)
    lines = ["0", str(len(cells))]
    for at, (_, _, total, status) in enumerate(cells):
        lines.append(
            f"{at} {total!r} 1 {status} 0 {most!r} {WITHIN * total!r} {WITHIN * total!r} 0"
        )
    lines.append(str(len(cells) - n_atoms))
    for at, (_, chosen, _, _) in enumerate(cells):
        if at >= n_atoms:
            parts = " ".join(f"{atom} (1)" for atom in np.flatnonzero(chosen))
            lines.append(f"0 {1 + int(chosen.sum())} : {at} (-1) {parts}")
    path.write_text("\n".join(lines) + "\n")


def given_away(atoms, asked, out, tmp_path):
    found = []
    for period in range(len(atoms.times)):
        cells = list(cells_of(atoms, asked, out, period))
        written(cells, atoms.n_atoms, tmp_path / "cells.jj")
        for row in audit_jj(str(tmp_path / "cells.jj")):
            close = (1 - WITHIN) * row["max"] <= (1 + WITHIN) * max(row["min"], 0.0)
            if row["status"] == "u" and close:
                found.append((period, cells[row["cell"]][0]))
    return found


@pytest.mark.parametrize("seed", [0, 5])
def test_tau_argus_recovers_nothing_that_the_gate_hides(seed, tmp_path):
    atoms = random_atoms(seed)
    asked = tables(atoms)
    out = {figure.place for figure in Gate().release(asked, atoms).figures}
    assert given_away(atoms, asked, out, tmp_path) == []


def test_tau_argus_recovers_what_is_only_withheld_cell_by_cell(tmp_path):
    atoms = random_atoms(5)
    asked = tables(atoms)
    out = {each.place for each in asked if atoms.units_of(each.groups[0]) >= FEWEST}
    assert given_away(atoms, asked, out, tmp_path)


@pytest.mark.slow
def test_tau_argus_recovers_nothing_from_a_hundred_panels(tmp_path):
    for seed in range(100):
        test_tau_argus_recovers_nothing_that_the_gate_hides(seed, tmp_path)
