"""The gate: all figures that a run would release go in together, and what may leave comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from impact.arrays import Floats
from impact.disclosure.admission import Problem, admitted
from impact.disclosure.alone import refused_alone
from impact.disclosure.atoms import Atoms
from impact.disclosure.equations import Equation, Equations, layers_of, linear_equations
from impact.disclosure.figure import LINEAR, Figure
from impact.disclosure.released import _SEAL, Released, Withheld
from impact.disclosure.rules import Rules
from impact.disclosure.sums import Sums


@dataclass(frozen=True)
class Gate:
    """The only maker of what may leave.

    Parameters
    ----------
    rules : Rules
    """

    rules: Rules = field(default_factory=Rules)

    def release(self, figures: Sequence[Figure], atoms: Atoms) -> Released:
        """Let out what may leave together, the more important first.

        Parameters
        ----------
        figures : sequence of Figure
            All that a run shows, wherever it shows it.
        atoms : Atoms

        Returns
        -------
        Released
        """
        ordered = sorted(figures, key=lambda figure: figure.order)
        alone = [refused_alone(figure, atoms, self.rules) for figure in ordered]
        withheld = {place: found for place, found in enumerate(alone) if found is not None}
        for measure in _linked(ordered, atoms):
            self._sums(ordered, withheld, atoms, measure)
        kept = [each for place, each in enumerate(ordered) if place not in withheld]
        return Released(
            tuple(sorted(kept, key=lambda figure: figure.place)),
            tuple(sorted(withheld.values(), key=lambda each: each.place)),
            (),
            seal=_SEAL,
        )

    def _sums(
        self, figures: Sequence[Figure], withheld: dict[int, Withheld], atoms: Atoms, measure: str
    ) -> None:
        """Hold the linear figures of one outcome, and of what was made of it, to one another."""
        layers = layers_of(measure, atoms)
        names = {name for layer in layers for name in layer.factor}
        every = [each for each in linear_equations(figures) if each.measure in names]
        if not every:
            return
        equations = Equations.of(every, atoms, layers)
        never = _never(every, equations, withheld, atoms, self.rules)
        door = Sums(equations, never, [figure.place for figure in figures], self.rules)
        asking = sorted({each.figure for each in every} - withheld.keys())
        for place, problem in admitted(door, asking).items():
            withheld[place] = _withheld(figures[place], problem)


def _withheld(figure: Figure, problem: Problem) -> Withheld:
    others = tuple(place for place in problem.places if place != figure.place)
    return Withheld(figure.place, problem.reason, problem.limit, others)


def _never(
    every: Sequence[Equation],
    equations: Equations,
    withheld: dict[int, Withheld],
    atoms: Atoms,
    rules: Rules,
) -> Floats:
    """Return the equations of refused figures that are about too few units: no others may tell them."""
    rows = [
        place
        for place, each in enumerate(every)
        if each.figure in withheld and atoms.units_of(each.row.atom) < rules.fewest
    ]
    return np.asarray(equations.matrix[rows])


def _linked(figures: Sequence[Figure], atoms: Atoms) -> list[str]:
    """Return the measures that linear figures are made of, one for all that are made of one."""
    names = {figure.measure for figure in figures if figure.kind in LINEAR}
    moved = {name: one.moved_from or name for name, one in atoms.measures.items()}
    return sorted({moved.get(name, name) for name in names})
