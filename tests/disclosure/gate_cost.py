"""Measure what the gate costs, in CPU seconds: `PYTHONPATH=. python tests/disclosure/gate_cost.py`, for docs/disclosure-gate.md."""

import sys
from pathlib import Path
from time import process_time

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from disclosure.linked import atoms_of, panel, tables  # noqa: E402

import impact  # noqa: E402
from impact.disclosure import Gate  # noqa: E402
from impact.disclosure.estimates import Shown, estimate_figures  # noqa: E402

CASES = (
    {"sizes": (4_000,) * 6, "never": 26_000, "gaps": 0.0},
    {"sizes": (160,) * 6, "never": 1_040, "gaps": 0.07},
)
"""Sizes of six cohorts and of who never starts, and the share of answers that are missing."""


def figures_of(firms, atoms):
    """Estimates with their errors, overall, by cohort and by event time, and means and counts by period and group."""
    fit = impact.CallawaySantAnna().fit(firms)
    shown = [
        figure
        for by in ("overall", "cohort", "event_time")
        for figure in estimate_figures(fit.aggregate(by=by), atoms, Shown(part="impact", table=by))
    ]
    return [*shown, *tables(atoms)]


if __name__ == "__main__":
    for case in CASES:
        firms = panel(**case, periods=20, sectors=10, first=6.0)
        atoms = atoms_of(firms)
        asked = figures_of(firms, atoms)
        begun = process_time()
        released = Gate().release(asked, atoms)
        print(  # noqa: T201 (a measurement is printed)
            f"{len(asked):,} figures, {firms.n_units:,} units, {case['gaps']:.0%} missing: "
            f"{len(released.figures):,} left, {process_time() - begun:.1f} CPU seconds"
        )
