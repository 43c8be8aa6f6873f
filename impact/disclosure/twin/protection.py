"""What is left to guess for who knows all but one period of a unit's path, and all that a twin is a function of.

Of a cell the mean path and the scatter S = B' D' D B of n units leave. A deviation d is possible for one of them if the other
n - 1 can have the rest, S - b b' - b b' / (n - 1) being positive semi-definite with b = B' d, that is if

    b' S^-1 b <= (n - 1) / n.

With every period of d known but t, b is a line in its unknown, so that the possible values are an interval: the chord that
the line cuts out of the ellipsoid. With q = n - 1 directions the inequality is an equation, and the path is known;
`directions_allowed` keeps q below that.

References
----------
Cox (1980), Suppression methodology and statistical disclosure control, JASA 75(370): protection as the width of what
is possible.
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers

ENOUGH = 0.5  # standard deviations of the outcome that must remain possible


@dataclass(frozen=True)
class Reach:
    """How far below and above the truth each outcome (n, T) may still be for who knows the unit's other periods."""

    down: Floats
    up: Floats

    @classmethod
    def of(cls, deviation: Floats, basis: Floats, *, limit: float) -> "Reach":
        """Cut the chords.

        Parameters
        ----------
        deviation : ndarray, (n, T)
            Of units from a mean that leaves; zero where not observed.
        basis : ndarray, (T, q)
            Directions of which the scatter leaves; infinite reach in periods that none of them has.
        limit : float
            The largest b' S^-1 b that one unit may have.
        """
        kept = deviation @ basis
        values, vectors = np.linalg.eigh(kept.T @ kept)
        some = values > 1e-12 * max(float(values.max(initial=0.0)), 1e-300)
        whiten = vectors[:, some] / np.sqrt(values[some])
        at, along = kept @ whiten, basis @ whiten
        slope = (along**2).sum(axis=1)[None, :]
        middle = at @ along.T
        room = limit - (at**2).sum(axis=1, keepdims=True)
        safe = np.where(slope > 0, slope, 1.0)
        half = np.sqrt(np.maximum(middle**2 + safe * room, 0.0)) / safe
        free = slope <= 1e-24
        return cls(
            down=np.where(free, np.inf, half + middle / safe),
            up=np.where(free, np.inf, half - middle / safe),
        )

    def within(self, other: "Reach") -> "Reach":
        """Return what both leave possible."""
        return Reach(np.minimum(self.down, other.down), np.minimum(self.up, other.up))

    def of_units(self, units: Integers) -> "Reach":
        """Return that of some units."""
        return Reach(self.down[units], self.up[units])

    def farthest(self, outcome: Floats, *, non_negative: bool) -> Floats:
        """Return the distance (n, T) to the farthest possible value; NaN where not observed.

        ``non_negative`` says that everybody knows that outcomes are not below zero.
        """
        down = np.minimum(self.down, outcome) if non_negative else self.down
        return np.where(np.isnan(outcome), np.nan, np.maximum(self.up, down))


def reach_in_cell(paths: Floats, basis: Floats) -> Reach:
    """Return what a cell's mean path and its scatter in the released directions leave possible of its paths (n, T)."""
    n = len(paths)
    return Reach.of(paths - paths.mean(axis=0), basis, limit=1 - 1 / n)
