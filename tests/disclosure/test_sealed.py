"""Only the gate makes what may leave."""

import copy
import pickle
from dataclasses import replace

import pytest
from disclosure.linked import atoms_of, panel, tables

from impact.disclosure import Gate, Released, sealed
from impact.errors import DisclosureError


@pytest.fixture(scope="module")
def released():
    atoms = atoms_of(panel(sizes=(12,), never=20, periods=4, sectors=2))
    return Gate().release(tables(atoms, by=()), atoms)


def test_what_the_gate_made_is_sealed(released):
    assert sealed(released)
    assert released.figures


@pytest.mark.parametrize(
    "make",
    [
        lambda real: Released(real.figures, (), (), seal=object()),
        lambda real: Released(real.figures, (), (), seal=None),
        lambda real: replace(real, figures=()),
        lambda real: replace(real, figures=(), seal=object()),
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
    ],
)
def test_nobody_else_makes_it(released, make):
    with pytest.raises((DisclosureError, ValueError, TypeError)):
        make(released)


def test_an_object_made_around_its_constructor_is_not_sealed(released):
    forged = object.__new__(Released)
    for name in ("figures", "withheld", "merged"):
        object.__setattr__(forged, name, getattr(released, name))
    assert not sealed(forged)
    assert not sealed("anything else")


def test_a_kind_of_its_own_is_not_sealed_either(released):
    class Looser(Released):
        def __post_init__(self, seal):
            pass

    assert not sealed(Looser(released.figures, (), (), seal=None))


def test_what_leaves_is_found_by_its_place(released):
    first = released.figures[0]
    assert released.at(first.place) is first
    assert released.may_leave(first.place)
    assert not released.may_leave(replace(first.place, table="elsewhere"))
