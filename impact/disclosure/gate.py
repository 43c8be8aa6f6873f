"""The gate: all figures that a run would release go in together, and what may leave comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from impact.disclosure.admission import Door, Doors, Problem, admitted
from impact.disclosure.alone import refused_alone
from impact.disclosure.apart import Apart
from impact.disclosure.atoms import Atoms
from impact.disclosure.equations import (
    VIEWS,
    Equation,
    Equations,
    Layer,
    View,
    equations_of,
    layers_of,
)
from impact.disclosure.figure import LINEAR, QUADRATIC, Figure, Place
from impact.disclosure.log import Earlier
from impact.disclosure.merging import AVERAGED, merged_figures
from impact.disclosure.refined import Refined
from impact.disclosure.released import _SEAL, Merged, Released, Withheld
from impact.disclosure.rules import Rules
from impact.disclosure.spreads import Spreads
from impact.disclosure.sums import Combinations, Room
from impact.errors import DisclosureError


@dataclass(frozen=True)
class Gate:
    """The only maker of what may leave.

    Parameters
    ----------
    rules : Rules
    """

    rules: Rules = field(default_factory=Rules)

    def release(
        self, figures: Sequence[Figure], atoms: Atoms, *, earlier: Sequence[Earlier] = ()
    ) -> Released:
        """Let out what may leave together, the more important first.

        Parameters
        ----------
        figures : sequence of Figure
            All that a run shows, wherever it shows it.
        atoms : Atoms
        earlier : sequence of Earlier
            What earlier releases of the same data told.

        Returns
        -------
        Released

        Raises
        ------
        DisclosureError
            When two figures have one place.
        """
        _one_place_each(figures)
        merged, record = merged_figures(figures, atoms, self.rules)
        asked = sorted(merged, key=lambda figure: figure.order)
        few = _merged_of_few(figures, record, atoms, self.rules)
        every = Refined.of([*asked, *few], atoms, earlier)
        refined = replace(every, figures=every.figures[: len(asked)])
        withheld: dict[int, Withheld] = {}
        for at, figure in enumerate(refined.figures):
            if (found := refused_alone(figure, refined.atoms, self.rules)) is not None:
                withheld[at] = found
        self._sums(refined, withheld, every.figures[len(asked) :])
        _beside(refined.figures, withheld)
        self._spreads(refined, withheld)
        kept = [figure for at, figure in enumerate(asked) if at not in withheld]
        return Released(
            tuple(sorted(kept, key=lambda figure: figure.place)),
            tuple(sorted(withheld.values(), key=lambda each: each.place)),
            tuple(record),
            seal=_SEAL,
        )

    def _sums(
        self, refined: Refined, withheld: dict[int, Withheld], hidden: Sequence[Figure]
    ) -> None:
        """Hold linear figures to one another, those of one outcome and of what was made of it together."""
        figures, atoms = refined.figures, refined.atoms
        every = [*equations_of(figures, LINEAR), *refined.sums]
        for measure in _linked(figures, LINEAR, atoms):
            layers = layers_of(measure, atoms)
            names = {name for layer in layers for name in layer.factor}
            own = [each for each in every if each.measure in names]
            doors: list[Door] = [
                door
                for view in _views(own)
                for door in self._told(own, withheld, refined, layers, view)
            ]
            if merged := [figure for figure in hidden if figure.measure in names]:
                places = [figure.place for figure in figures]
                doors.insert(1, Apart.of(own, merged, atoms, places, self.rules))
            asking = sorted({each.figure for each in own} - withheld.keys() - {-1})
            stayed = admitted(asking, first=doors[0], then=Doors(doors[1:]))
            withheld |= {at: _withheld(figures[at], problem) for at, problem in stayed.items()}

    def _told(
        self,
        own: Sequence[Equation],
        withheld: dict[int, Withheld],
        refined: Refined,
        layers: Sequence[Layer],
        view: View,
    ) -> tuple[Combinations, Room]:
        """Make the doors of sums, as one of the views has them."""
        equations = Equations.of(own, refined.atoms, layers, view)
        few = [
            at
            for at, each in enumerate(own)
            if each.figure in withheld
            and refined.atoms.units_of(each.seen(view).atom) < self.rules.fewest
        ]
        places = [figure.place for figure in refined.figures]
        return (
            Combinations(equations, places, self.rules),
            Room(equations, equations.matrix[few], self.rules),
        )

    def _spreads(self, refined: Refined, withheld: dict[int, Withheld]) -> None:
        """Hold errors and moments to one another."""
        figures, atoms = refined.figures, refined.atoms
        every = [*equations_of(figures, QUADRATIC), *refined.spreads]
        for measure in sorted({each.measure for each in every if each.figure >= 0}):
            own = [each for each in every if each.measure == measure]
            layers = [layers_of(measure, atoms)[0]]
            each_way = (Equations.of(own, atoms, layers, view) for view in _views(own))
            doors = [Spreads(equations, self.rules) for equations in each_way]
            asking = sorted({each.figure for each in own} - withheld.keys() - {-1})
            stayed = admitted(asking, first=doors[0], then=Doors(doors[1:]))
            withheld |= {at: _withheld(figures[at], problem) for at, problem in stayed.items()}


def _views(equations: Sequence[Equation]) -> tuple[View, ...]:
    """The ways in which equations are seen, the one that tells most first; one where they are the same."""
    same = all(each.told.same_as(each.exposed) for each in equations)
    return VIEWS[:1] if same else VIEWS


def _merged_of_few(
    figures: Sequence[Figure], record: Sequence[Merged], atoms: Atoms, rules: Rules
) -> list[Figure]:
    """Return the estimates and means that were merged as they are of few, which must not be solved for either."""
    places = {place for each in record for place in each.places}
    return [
        figure
        for figure in figures
        if figure.place in places
        and figure.kind in AVERAGED
        and min(map(atoms.units_of, figure.groups), default=0) < rules.fewest
    ]


def _one_place_each(figures: Sequence[Figure]) -> None:
    """Refuse two figures of one place: one would leave under the name of the other."""
    seen: set[Place] = set()
    for figure in figures:
        if figure.place in seen:
            raise DisclosureError(f"{figure.place}: declared twice; give each figure a place")
        seen.add(figure.place)


def _beside(figures: Sequence[Figure], withheld: dict[int, Withheld]) -> None:
    """Withhold the errors of estimates that did not leave as they were."""
    left = {figure.place for at, figure in enumerate(figures) if at not in withheld}
    for at, figure in enumerate(figures):
        if figure.beside is not None and figure.beside not in left and at not in withheld:
            withheld[at] = Withheld(figure.place, "beside_withheld", 0.0, (figure.beside,))


def _withheld(figure: Figure, problem: Problem) -> Withheld:
    others = tuple(place for place in problem.places if place != figure.place)
    return Withheld(figure.place, problem.reason, problem.limit, others)


def _linked(figures: Sequence[Figure], kinds: frozenset[str], atoms: Atoms) -> list[str]:
    """Return the measures that figures are made of, one for all that are made of one."""
    names = {figure.measure for figure in figures if figure.kind in kinds}
    moved = {name: one.moved_from or name for name, one in atoms.measures.items()}
    return sorted({moved.get(name, name) for name in names})
