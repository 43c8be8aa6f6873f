"""The door for sums of outcomes and counts: no combination of them on too few units, no hidden total bounded closely."""

from collections.abc import Sequence

import numpy as np

from impact.arrays import Floats, Integers
from impact.disclosure.admission import Problem
from impact.disclosure.bounds import Hidden, too_close
from impact.disclosure.equations import Equations
from impact.disclosure.figure import Place
from impact.disclosure.rules import Reason, Rules
from impact.disclosure.span import few_alone, with_rows

TINY = 1e-300
SOLVES = 1e-6  # of the largest: weights of figures in a combination below it are rounding
NAMED = 6  # figures that are named beside one that is withheld


class Sums:
    """Figures that are out, as an orthonormal basis of what they tell.

    Parameters
    ----------
    equations : Equations
        Of all figures that ask and of all earlier ones, which are out already.
    never : ndarray, (h, p)
        Combinations of too few units that figures asked for and did not get.
    places : sequence of Place
        Of the figures.
    """

    def __init__(
        self, equations: Equations, never: Floats, places: Sequence[Place], rules: Rules
    ) -> None:
        self.equations, self.places, self.rules = equations, places, rules
        self._positive = equations.total > 0
        usual = _usual(equations)
        self._scale = np.where(self._positive, equations.total, usual)
        self._bounded = bool(equations.bounded.all())
        few = np.flatnonzero(equations.blocks.largest() < rules.fewest)
        together = equations.blocks.of_column[None, :] == few[:, None]
        self._hidden = Hidden.of(
            np.flatnonzero(equations.blocks.small(rules.fewest)),
            np.concatenate([together.astype(float), np.abs(never)]),
            equations.total,
            within=rules.known_within,
            usual=usual,
            counts=equations.counts,
        )
        p = len(equations.total)
        self._out: list[int] = []
        self._by_units = np.zeros((0, p))
        self._by_total = np.zeros((0, int(self._positive.sum())))
        self._join(np.flatnonzero(equations.figure < 0))

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""
        rows = np.flatnonzero(np.isin(self.equations.figure, figures))
        by_units, by_total = self._with(rows)
        alone = few_alone(by_units, self.equations.blocks, self.rules.fewest)
        if alone is not None:
            return self._solved(alone, rows)
        if not self._bounded or not len(self._hidden.room):
            return None
        known = self.equations.matrix[[*self._out, *rows]] * self._scale
        known = known / np.maximum(np.linalg.norm(known, axis=1, keepdims=True), TINY)
        if too_close(known, by_total, self.equations.total, self._scale, self._hidden):
            return Problem("nearly_solved", self.rules.known_within)
        return None

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        self._join(np.flatnonzero(np.isin(self.equations.figure, figures)))

    def _join(self, rows: Integers) -> None:
        self._by_units, self._by_total = self._with(rows)
        self._out += map(int, rows)

    def _with(self, rows: Integers) -> tuple[Floats, Floats]:
        """Both bases with more equations out."""
        matrix = self.equations.matrix[rows]
        return (
            with_rows(self._by_units, matrix * self.equations.units),
            with_rows(self._by_total, matrix[:, self._positive] * self._scale[self._positive]),
        )

    def _solved(self, alone: Floats, rows: Integers) -> Problem:
        """Name the figures of which a combination consists."""
        every = np.array([*self._out, *rows])
        matrix = self.equations.matrix[every] * self.equations.units
        matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), TINY)
        weight = np.abs(np.linalg.lstsq(matrix.T, alone, rcond=None)[0])
        figures = np.unique(self.equations.figure[every[weight > SOLVES * weight.max()]])
        earlier = bool((figures < 0).any())
        places = sorted(self.places[one] for one in figures if one >= 0)
        reason: Reason = "solved_with_earlier" if earlier else "solved"
        return Problem(reason, self.rules.fewest, tuple(places[:NAMED]))


def _usual(equations: Equations) -> Floats:
    """What as many units have on average, (p,)."""
    units = equations.units
    return np.asarray(units * (np.abs(equations.total).sum() / max(units.sum(), 1.0)) + TINY)
