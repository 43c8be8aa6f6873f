"""The order in which figures are let out: as if one by one, with few looks."""

import numpy as np
import pytest
from disclosure.linked import atoms_of, panel, tables

from impact.disclosure import Gate, span
from impact.disclosure.admission import Doors, Problem, admitted


class Sets:
    """A door that lets no set out of which all are out already but those that ask."""

    def __init__(self, *never, says=False):
        self.never, self.says, self.out, self.asked = never, says, frozenset(), []

    def problem(self, figures):
        self.asked.append(len(figures))
        for at in range(len(figures)):
            out = self.out | set(figures[: at + 1])
            if any(some <= out for some in self.never):
                return Problem("solved", 10, safe=at if self.says else None)
        return None

    def admit(self, figures):
        self.out |= set(figures)


def one_by_one(never, n):
    out = set()
    for figure in range(n):
        if not any(some <= out | {figure} for some in never):
            out.add(figure)
    return set(range(n)) - out


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_figures_are_let_out_as_if_one_by_one(seed, says):
    generator = np.random.default_rng(seed)
    near, far = (
        [frozenset(generator.choice(40, 3, replace=False).tolist()) for _ in range(12)]
        for _ in range(2)
    )
    stayed = admitted(range(40), first=Sets(*near, says=says), then=Doors([Sets(*far)]))
    assert set(stayed) == one_by_one([*near, *far], 40)


def test_a_dear_door_is_asked_once_where_it_has_no_problem():
    dear = Sets()
    stayed = admitted(range(64), first=Sets({3, 9}, says=True), then=Doors([dear]))
    assert set(stayed) == {9}
    assert dear.asked == [63]


def test_only_a_figure_that_brings_a_combination_of_few_is_searched_for(monkeypatch):
    """Means of large groups that leave no large atom out bring none."""
    searched = []
    monkeypatch.setattr(span, "few_in", lambda *given: searched.append(given))
    atoms = atoms_of(panel(sizes=(14, 16), never=60, periods=6, sectors=1))
    assert len(Gate().release(tables(atoms), atoms).withheld) == 0
    assert searched == []
