"""The doors for sums of outcomes and counts: no combination of them on too few units, no hidden total bounded closely."""

from collections.abc import Sequence

import numpy as np

from impact.arrays import Floats, Integers
from impact.disclosure.admission import Problem
from impact.disclosure.bounds import Hidden, too_close
from impact.disclosure.equations import Equations
from impact.disclosure.figure import Place
from impact.disclosure.rules import Reason, Rules
from impact.disclosure.span import Span, independent_of

TINY = 1e-300
SOLVES = 1e-6  # of the largest: weights of figures in a combination below it are rounding
NAMED = 6  # figures that are named beside one that is withheld


class Combinations:
    """The door that lets no combination of sums out that rests on too few units.

    Parameters
    ----------
    equations : Equations
        Of all figures that ask and of all earlier ones, which are out already.
    places : sequence of Place
        Of the figures.
    """

    def __init__(self, equations: Equations, places: Sequence[Place], rules: Rules) -> None:
        self.equations, self.places, self.rules = equations, places, rules
        self.out = np.flatnonzero(equations.figure < 0)
        told = equations.matrix * equations.units
        self._span = Span(told, equations.blocks, rules.fewest).with_rows(self.out)
        self._asked: tuple[tuple[int, ...], Span] = ((), self._span)

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out, and how many of them may."""
        if not self.equations.blocks.small(self.rules.fewest).any():
            return None
        span = self._span
        for at, figure in enumerate(figures):
            rows = self.equations.of_figures([figure])
            more = span.with_rows(rows)
            alone = more.few_alone(beyond=span)
            if alone is not None:
                self._asked = (tuple(figures[:at]), span)
                every = np.concatenate([self.out, self.equations.of_figures(figures[:at]), rows])
                return self._solved(alone, every, safe=at)
            span = more
        self._asked = (tuple(figures), span)
        return None

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        rows = self.equations.of_figures(figures)
        asked, span = self._asked
        self._span = span if asked == tuple(figures) else self._span.with_rows(rows)
        self.out = np.append(self.out, rows)

    def _solved(self, alone: Floats, every: Integers, *, safe: int) -> Problem:
        """Name the figures of which a combination consists."""
        weight = np.abs(self._span.made_of(alone, every))
        figures = np.unique(self.equations.figure[every[weight > SOLVES * weight.max()]])
        earlier = bool((figures < 0).any())
        places = sorted(self.places[one] for one in figures if one >= 0)
        reason: Reason = "solved_with_earlier" if earlier else "solved"
        return Problem(reason, self.rules.fewest, tuple(places[:NAMED]), safe)


class Room:
    """The door that lets no hidden total be bounded closely, where everybody knows that none is negative.

    Parameters
    ----------
    equations : Equations
    never : ndarray, (h, p)
        Combinations of too few units that figures asked for and did not get.
    """

    def __init__(self, equations: Equations, never: Floats, rules: Rules) -> None:
        self.equations, self.rules = equations, rules
        self._positive = equations.total > 0
        usual = _usual(equations)
        self._scale = np.where(self._positive, equations.total, usual)
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
        self._asked = bool(equations.bounded.all()) and len(self._hidden.room) > 0
        self.out = np.flatnonzero(equations.figure < 0)

    def problem(self, figures: Sequence[int]) -> Problem | None:
        """Say why these figures may not join those that are out."""
        if not self._asked:
            return None
        rows = np.append(self.out, self.equations.of_figures(figures))
        known = self.equations.matrix[rows] * self._scale
        known = known / np.maximum(np.linalg.norm(known, axis=1, keepdims=True), TINY)
        positive = known[:, self._positive]
        basis = independent_of(np.zeros((0, positive.shape[1])), positive)
        if too_close(known, basis, self.equations.total, self._scale, self._hidden):
            return Problem("nearly_solved", self.rules.known_within)
        return None

    def admit(self, figures: Sequence[int]) -> None:
        """Let them out."""
        self.out = np.append(self.out, self.equations.of_figures(figures))


def _usual(equations: Equations) -> Floats:
    """What as many units have on average, (p,)."""
    units = equations.units
    return np.asarray(units * (np.abs(equations.total).sum() / max(units.sum(), 1.0)) + TINY)
