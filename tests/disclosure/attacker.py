"""An attacker: whoever has released figures, knows what each is a mean or a sum of, and solves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.evaluation.released import released


def row_of(figure, atoms):
    """The one equation of a figure, written out, (K * T,)."""
    weights = np.zeros((atoms.n_atoms, len(atoms.times)))
    np.add.at(weights, (figure.rows[0].atom, figure.rows[0].period), figure.rows[0].weight)
    return weights.ravel()


def solved(figures, atoms, wanted):
    """What a combination (K, T) of hidden totals is, from figures that are out; None where they do not say."""
    if not figures:
        return None
    known = np.stack([row_of(figure, atoms) for figure in figures])
    values = np.array([figure.value for figure in figures])
    weight, *_ = np.linalg.lstsq(known.T, wanted.ravel(), rcond=None)
    tells = np.abs(known.T @ weight - wanted.ravel()).max() < 1e-9 * np.abs(wanted).max()
    return float(weight @ values) if tells else None


def kept_today(figures, atoms):
    """Those that withholding cell by cell lets out: tables of estimates beside the number of units that they are about."""
    table = pd.DataFrame(
        {
            "level": [str(figure.place) for figure in figures],
            "n_treated": [
                min((atoms.units_of(group) for group in figure.groups), default=0)
                for figure in figures
            ],
            "estimate": [figure.value for figure in figures],
        }
    )
    shown = released(table)["estimate"].notna()
    return [figure for figure, out in zip(figures, shown, strict=True) if out]


@dataclass(frozen=True)
class Both:
    """What the attacker makes of today's figures, and of those that the gate let out."""

    today: float | None
    gated: float | None

    @classmethod
    def of(cls, figures, atoms, wanted, gate, **how):
        out = gate.release(figures, atoms, **how).figures
        return cls(
            solved(kept_today(figures, atoms), atoms, wanted), solved(list(out), atoms, wanted)
        )


def total_of(atoms, chosen, period):
    """A total that nobody may know, as a combination (K, T), and its value."""
    wanted = np.zeros((atoms.n_atoms, len(atoms.times)))
    wanted[np.flatnonzero(chosen), period] = 1.0
    return wanted, float((wanted * atoms.total("y")).sum())
