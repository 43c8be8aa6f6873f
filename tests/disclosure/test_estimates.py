"""Estimates declared to the gate are their own equations."""

from dataclasses import replace

import numpy as np
import pytest
from disclosure.linked import atoms_of, panel

import impact
from impact.disclosure import Atoms, Gate, Place
from impact.disclosure.estimates import Shown, estimate_figures
from impact.errors import DisclosureError, NotAvailableError
from impact.estimators.many_of import many_of

SUM = 1e-9  # relative: weights times outcomes against the estimate


@pytest.fixture(scope="module")
def firms():
    return panel(sizes=(15, 14), never=40, periods=8, sectors=1, gaps=0.05)


@pytest.fixture(scope="module")
def atoms(firms):
    return atoms_of(firms)


FITS = {
    "overall": lambda firms: impact.CallawaySantAnna().fit(firms).aggregate(by="overall"),
    "event_time": lambda firms: impact.CallawaySantAnna().fit(firms).aggregate(by="event_time"),
    "two_way": lambda firms: impact.TwoWayFixedEffects().fit(firms),
    "imputation": lambda firms: impact.Imputation().fit(firms).aggregate(by="overall"),
    "sun_abraham": lambda firms: impact.SunAbraham().fit(firms).aggregate(by="event_time"),
}


@pytest.mark.parametrize("name", FITS)
def test_an_estimate_is_the_sum_of_its_declared_weights_times_totals(name, firms, atoms):
    fit = FITS[name](firms)
    figures = estimate_figures(fit, atoms, Shown(part="impact", table=name))
    total = atoms.total("y")
    linear = [figure for figure in figures if figure.kind == "linear"]
    made = [(f.rows[0].weight * total[f.rows[0].atom, f.rows[0].period]).sum() for f in linear]
    scale = np.abs(total).sum() * 1e-3
    assert made == pytest.approx(list(fit.values), rel=SUM, abs=SUM * scale)
    assert [figure.value for figure in linear] == list(fit.values)


def test_the_weights_are_what_the_estimator_answers_for_indicators_of_atoms(firms, atoms):
    """The same coefficients, asked of the estimator itself: its effect on an outcome of one in an atom and period."""
    fit = FITS["overall"](firms)
    (figure, _) = estimate_figures(fit, atoms, Shown(part="impact", table="overall"))
    row = figure.rows[0]
    many = many_of(fit.origin)
    some = np.arange(0, len(row.atom), 7)
    outcomes = np.zeros((firms.n_units, len(some), firms.n_periods))
    for place, at in enumerate(some):
        outcomes[atoms.of_unit == row.atom[at], place, row.period[at]] = 1.0
    effect = many.evaluate(many.labels[None], outcomes).effect[:, 0]
    expected = row.weight[some] * atoms.n[row.atom[some]]
    assert effect == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_an_error_stays_where_its_estimate_stays(firms, atoms):
    figures = estimate_figures(FITS["overall"](firms), atoms, Shown(part="impact", table="main"))
    assert figures[1].beside == figures[0].place == Place("impact", "main", "overall", "estimate")
    assert [figure.kind for figure in figures] == ["linear", "std_error"]
    assert len(Gate().release(figures, atoms).figures) == 2


def test_effects_of_few_are_merged_with_their_neighbours():
    firms = panel(sizes=(15, 6), never=40, periods=8, sectors=1)
    atoms = atoms_of(firms)
    fit = impact.CallawaySantAnna().fit(firms).aggregate(by="cohort")
    released = Gate().release(estimate_figures(fit, atoms, Shown(part="i", table="c")), atoms)
    merged, _ = released.merged
    assert [place.row for place in merged.places] == list(fit.rows.term)
    assert merged.axis == "cohort"
    figure = released.at(merged.place)
    assert figure.value == pytest.approx(np.average(fit.values, weights=[15, 6]))
    error = released.at(replace(merged.place, column="std_error"))
    share = np.array([15, 6]) / 21
    assert error.value == pytest.approx(np.sqrt(share @ fit.vcov @ share))
    assert not released.withheld


def test_the_base_of_an_event_study_is_no_figure_of_few(firms, atoms):
    fit = impact.CallawaySantAnna(base_period="universal").fit(firms).aggregate(by="event_time")
    released = Gate().release(estimate_figures(fit, atoms, Shown(part="i", table="e")), atoms)
    assert released.may_leave(Place("i", "e", "event_time=-1", "estimate"))


def test_what_is_no_sum_of_outcomes_is_refused_by_name(firms, atoms):
    with pytest.raises(NotAvailableError, match="no sum of weighted outcomes"):
        estimate_figures(FITS["overall"](firms).percent(), atoms, Shown(part="i", table="p"))


def test_an_estimate_that_parts_atoms_is_refused(firms):
    joined = Atoms.of(firms)
    everybody = Atoms(
        units=joined.units,
        times=joined.times,
        of_unit=np.zeros(len(joined.units), dtype=np.int64),
        cohort=joined.cohort[:1],
        observed=joined.observed[:1],
        levels={},
        measures=joined.measures,
    )
    with pytest.raises(DisclosureError, match="among the levels"):
        estimate_figures(FITS["overall"](firms), everybody, Shown(part="i", table="p"))
