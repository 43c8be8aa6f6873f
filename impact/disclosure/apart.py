"""The figures of few that were merged: no sum of what is out may take them apart again.

An effect of a small cohort beside those not treated yet is an equation about many, so that the rule of combinations on few
units does not hold it back, though whoever solves for it has what the merging hid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg

from impact.arrays import Floats, Integers, Mask
from impact.disclosure.admission import Problem
from impact.disclosure.atoms import Atoms
from impact.disclosure.equations import Equation
from impact.disclosure.figure import Figure, Place, Row
from impact.disclosure.rules import Rules

TOLD = 1e-6  # of an equation's length: what is nearer to a sum of others is one
RANK = 1e-10  # of the longest direction
SHOWN = 5  # figures that are named with a problem


@dataclass
class Apart:
    """Knows which sums are out, and lets no figure join that would tell one of the merged ones alone.

    Attributes
    ----------
    rows : ndarray, (m, r)
        Equations in coordinates of their span, each of length one; an outcome and what was made of it count as one.
    figure : ndarray of int, (m,)
        Whose each is; -1 of an earlier release.
    hidden : ndarray, (k, r)
        The figures that must stay hidden, likewise.
    """

    rows: Floats
    figure: Integers
    hidden: Floats
    places: Sequence[Place]
    rules: Rules
    _out: frozenset[int] = field(default=frozenset({-1}))

    @classmethod
    def of(
        cls,
        equations: Sequence[Equation],
        hidden: Sequence[Figure],
        atoms: Atoms,
        places: Sequence[Place],
        rules: Rules,
    ) -> "Apart":
        """Lay out the equations and the figures to hide, without those that nobody could solve for or earlier releases tell."""
        asked = _dense([each.told for each in equations], atoms)
        wanted = _dense([row for figure in hidden for row in figure.rows], atoms)
        basis, triangle, _ = linalg.qr(asked.T, mode="economic", pivoting=True)
        size = np.abs(np.diag(triangle))
        basis = basis[:, size > RANK * size.max(initial=0.0)]
        figure = np.array([each.figure for each in equations], dtype=np.int64)
        inside = np.linalg.norm(wanted - wanted @ basis @ basis.T, axis=1) <= TOLD
        made = cls(asked @ basis, figure, wanted[inside] @ basis, places, rules)
        made.hidden = made.hidden[~made._told(made._out)]
        return made

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""
        together = self._out | set(figures)
        told = self._told(together)
        if not told.any():
            return None
        known = np.isin(self.figure, list(together))
        weight = np.abs(_weights(self.rows[known], self.hidden[told][:1])).ravel()
        owners = self.figure[known][np.argsort(-weight, kind="stable")][:SHOWN]
        named = tuple(self.places[at] for at in dict.fromkeys(owners.tolist()) if at >= 0)
        return Problem("solved", self.rules.fewest, named)

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        self._out |= set(figures)

    def _told(self, out: frozenset[int]) -> Mask:
        """Which hidden figures are sums of the equations of some figures, (k,)."""
        known = self.rows[np.isin(self.figure, list(out))]
        missed = self.hidden - _weights(known, self.hidden) @ known
        return np.asarray(np.linalg.norm(missed, axis=1) <= TOLD)


def _weights(known: Floats, wanted: Floats) -> Floats:
    """The sums (k, m) of known rows (m, r) that are nearest to what is wanted (k, r)."""
    return np.asarray(np.linalg.lstsq(known.T, wanted.T, rcond=RANK)[0].T)


def _dense(rows: Sequence[Row], atoms: Atoms) -> Floats:
    """Write rows out, each at length one."""
    whole = np.zeros((len(rows), atoms.n_atoms, len(atoms.times)))
    for at, row in enumerate(rows):
        np.add.at(whole[at], (row.atom, row.period), row.weight)
    flat = whole.reshape(len(rows), -1)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, np.finfo(float).tiny))
