"""Each linear figure that is declared is the number that is stored, and what the gate keeps back is in no part that leaves."""

import json
from dataclasses import replace

import numpy as np
import pytest
from disclosure.declared.stored_parts import numbers_in, stored_parts, stored_study

from impact.disclosure import Figure, Gate, Place
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.declare import declare, may_leave
from impact.disclosure.declared.estimates import declare_weights
from impact.disclosure.declared.kept_back import KeptBack
from impact.disclosure.declared.panel_models import weights_of_model
from impact.disclosure.figure import LINEAR
from impact.errors import DisclosureError
from impact.evaluation.store import decode, encode

SUMS = 1e-8  # relative: weights are kept to ten digits


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return stored_study(tmp_path_factory.mktemp("firms"))


@pytest.fixture(scope="module")
def stored():
    return stored_parts()


@pytest.fixture(scope="module")
def declared(study, stored):
    return declare(study, stored)


@pytest.fixture(scope="module")
def released(declared):
    figures, atoms = declared
    return Gate().release(figures, atoms)


def value_at(stored, place):
    """What a part stores at a place; None where it is made on the way out."""
    here = stored[place.part]["values"]
    for step in filter(None, place.table.replace("[", ".[").split(".")):
        if step.startswith("["):
            here = here[int(step[1:-1])]["values"]
        else:
            here = here[step]
            here = here["values"] if isinstance(here, dict) and "values" in here else here
    if isinstance(here, dict) and "table" in here and "vcov" in here:
        rows = {row["term"]: row for row in here["table"]}
        return rows[place.row][place.column]
    value = here[place.column]
    return value[int(place.row)] if isinstance(value, list) else value


def total(figure, atoms):
    (row,) = figure.rows
    return float((atoms.total(figure.measure)[row.atom, row.period] * row.weight).sum())


def test_the_equation_that_the_gate_sees_is_the_number_that_would_leave(declared, stored):
    figures, atoms = declared
    checked = 0
    for figure in figures:
        if figure.kind not in LINEAR or len(figure.rows) != 1 or figure.place.table in {"baseline"}:
            continue
        if figure.place.column == "any_share":
            continue
        value = value_at(stored, figure.place)
        if value is not None:
            assert np.isclose(total(figure, atoms), value, rtol=SUMS, atol=1e-7), figure.place
            checked += 1
    assert checked > 100


def test_means_of_characteristics_are_declared_too(declared, stored):
    figures, atoms = declared
    means = [one for one in figures if one.place.table == "baseline" and one.kind == "mean"]
    assert means
    for figure in means:
        assert np.isclose(total(figure, atoms), value_at(stored, figure.place), rtol=SUMS)


def test_effects_of_every_table_are_declared(declared):
    figures, _ = declared
    tables = {figure.place.table for figure in figures if figure.kind == "linear"}
    assert tables >= {
        "effects[0].overall",
        "event_study",
        "by_cohort",
        "subgroups",
        "estimators",
        "counterfactual.path",
        "contamination.unexposed",
        "leave_one_out.table",
        "alternatives",
        "models[0]",
    }


def test_every_panel_model_is_declared_random_effects_at_their_variances(declared, stored):
    figures, _ = declared
    models = {
        one.place.table
        for one in figures
        if one.kind == "linear" and one.place.part == "panel_models"
    }
    names = [
        one["values"]["spec"]["estimator"] for one in stored["panel_models"]["values"]["models"]
    ]
    assert {"RandomEffects", "FirstDifferences"} <= set(names)
    assert models == {f"models[{at}]" for at in range(len(names))}


def test_an_estimate_whose_equation_cannot_be_found_stays(study, stored):
    """A model of which no sum of outcomes gives the number is not taken for one."""
    part = decode(stored["panel_models"])
    model = part.models[2]
    other = replace(model, spec={**model.spec, "sigma2_unit": 2 * model.spec["sigma2_unit"]})
    begun = Declaration.of(study.panel(winsorise=0.0))
    weights = weights_of_model(other, study.panel())
    place = Place("panel_models", "models[2]", "exposed", "estimate")
    value = float(model.row("exposed")["estimate"])
    assert not declare_weights(begun, study.panel(), weights, value, place=place)
    assert begun.figures == []


def test_a_number_that_is_kept_back_is_in_no_part_that_leaves(released, stored):
    parts, _ = may_leave(stored, released)
    left = np.array(sorted(numbers_in([encode(part) for part in parts.values()])))
    refused = [
        each.place for each in released.withheld if each.place.column in {"estimate", "p90", "p99"}
    ]
    values = [value_at(stored, place) for place in refused]
    assert len(values) >= 4
    for value in filter(None, values):
        assert not np.isclose(left, value, rtol=1e-9, atol=0).any()


def test_what_is_kept_back_is_logged_with_its_rule_and_never_with_its_value(released, stored):
    _, struck = may_leave(stored, released)
    kept = KeptBack.of(released, struck)
    assert set(struck) <= {each.place for each in kept.withheld}
    assert {"few_beyond", "solved", "undeclared"} <= {each.reason for each in kept.withheld}
    said = json.dumps([str(each.place) for each in kept.withheld])
    values = [value_at(stored, one.place) for one in released.withheld]
    assert not any(f"{value:.4f}" in said for value in values if value)


def test_without_its_headline_nothing_is_released(declared, stored):
    figures, atoms = declared
    headline = Place("impact", "effects[0].overall", "overall", "estimate")
    others: list[Figure] = [figure for figure in figures if figure.place != headline]
    released = Gate().release(others, atoms)
    with pytest.raises(DisclosureError, match="cannot do without"):
        may_leave(stored, released)


def test_a_count_of_nobody_tells_of_nobody(study):
    declaration = Declaration.of(study.panel(winsorise=0.0))
    declaration.count(Place("sample", "flow", "0", "treated"), np.zeros(90, dtype=bool))
    atoms = declaration.atoms()
    released = Gate().release(declaration.declared(atoms), atoms)
    assert released.may_leave(Place("sample", "flow", "0", "treated"))


def test_a_figure_that_tells_units_of_one_atom_apart_is_not_declared(study):
    """Nor are units that a table parts in one atom."""
    some, place = np.arange(90) < 12, Place("sample", "flow", "0", "treated")
    declaration = Declaration.of(study.panel(winsorise=0.0))
    declaration.count(place, some)
    assert declaration.declared(declaration.atoms()) == []
    before = declaration.atoms().n_atoms
    declaration.part("some", some)
    assert declaration.atoms().n_atoms == before + 1
    assert [one.place for one in declaration.declared(declaration.atoms())] == [place]


def test_what_a_referee_computes_goes_first_then_page_one_then_estimators_of_no_kit(declared):
    """The order decides what is withheld: of figures that solve together the later one stays."""
    order = {}
    for figure in declared[0]:
        if figure.kind == "linear" and figure.place.part == "impact":
            order.setdefault(figure.place.table, set()).add(figure.importance)
    assert max(order["event_study"]) < min(order["counterfactual.path"])
    assert max(order["counterfactual.path"]) < min(order["estimators"])
    assert max(order["subgroups"]) < min(order["estimators"])
