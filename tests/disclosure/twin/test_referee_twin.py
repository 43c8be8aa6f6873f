"""A twin has the released numbers, and nothing of a firm that they do not tell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from disclosure.twin.referees import ASKED, artisans, completed
from panels import long_frame, panel

import impact
from impact.disclosure import Gate, Place
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.twin.by_cell import directions, directions_allowed, twin_of_cell
from impact.disclosure.twin.declared import Shown, declare_twin
from impact.disclosure.twin.frame import panel_of
from impact.disclosure.twin.groups import Grouped, may_be_shown
from impact.disclosure.twin.protection import ENOUGH, reach_in_cell
from impact.disclosure.twin.twin import AGREES, agreement, twin_of
from impact.errors import DisclosureError
from impact.moments import PathMoments
from impact.pipeline.plan import study_of

MATCH = {"rtol": 1e-9, "atol": 1e-9}


@pytest.fixture(scope="module")
def firms():
    return artisans()


@pytest.fixture(scope="module")
def by_cells(firms):
    return twin_of(firms, ASKED[:2], seed=1)


def with_always_treated():
    frame = long_frame(n=150, gaps=0.05)
    return panel(frame.assign(g=np.where(frame.id < 14, 1, frame.g)), covariates=[])


PANELS = {
    "gaps": (lambda: panel(long_frame(n=120, gaps=0.05), covariates=[]), "numbers"),
    "villages": (lambda: panel(long_frame(n=120), cluster="village", covariates=[]), "numbers"),
    "always_treated": (with_always_treated, "numbers"),
    "all_treated_in_the_end": (
        lambda: panel(long_frame(n=90, cohorts=(3, 5, 8), share=1 / 3), covariates=[]),
        None,
    ),
    "small_cohorts": (lambda: panel(long_frame(n=60, cohorts=(3, 4, 5, 6), share=0.12)), "numbers"),
}


@pytest.mark.parametrize("name", PANELS)
def test_a_twin_gives_every_estimate_and_standard_error_again(name):
    make, keeps = PANELS[name]
    twin = twin_of(make(), ASKED[:5], seed=1)
    assert keeps in {None, twin.keeps}
    assert "callaway_santanna" not in twin.left_out
    assert len(twin.answered) >= 3
    found = agreement(twin)
    assert max(max(missed) for missed in found.values()) < AGREES, found


def test_cells_that_are_large_enough_keep_their_mean_path_and_their_scatter_in_the_released_directions(
    firms, by_cells
):
    assert by_cells.keeps == "cells"
    again = panel_of(by_cells.frame)
    real, made = PathMoments.from_panel(firms), PathMoments.from_panel(again)
    np.testing.assert_allclose(made.mean + made.origin, real.mean + real.origin, **MATCH)
    for cell, (one, other) in enumerate(zip(real.scatter2, made.scatter2, strict=True)):
        unit = np.flatnonzero(firms.cohort == real.cohort[cell])[0]
        basis = directions(np.stack([each.direction[unit] for each in by_cells.answered]))
        np.testing.assert_allclose(basis.T @ other @ basis, basis.T @ one @ basis, rtol=1e-9)
        assert not np.allclose(other, one, rtol=0.05)
    assert not np.isin(np.round(again.y, 6), np.round(firms.y, 6)).any()


def turned(firms):
    """Firms turned into each other within their cohorts: same means and scatters, other paths."""
    generator = np.random.default_rng(5)
    wide = firms.wide.copy()
    for cohort in np.unique(firms.cohort):
        units = firms.cohort == cohort
        n = int(units.sum())
        constant = np.full((n, 1), n**-0.5)
        basis = np.linalg.qr(np.hstack([constant, generator.normal(size=(n, n - 1))]))[0][:, 1:]
        turn = basis @ np.linalg.qr(generator.normal(size=(n - 1, n - 1)))[0] @ basis.T
        wide[units] = wide[units].mean(axis=0) + turn @ wide[units]
    return wide


def test_a_twin_is_a_function_of_means_and_scatters_alone(firms, by_cells):
    other = firms.with_outcome(turned(firms).ravel(), firms.outcome)
    assert np.abs(other.y - firms.y).mean() > 1
    again = twin_of(other, ASKED[:2], seed=1)
    np.testing.assert_allclose(again.frame.outcome, by_cells.frame.outcome, rtol=1e-8)


def test_behind_the_gate_a_twin_is_a_function_of_what_the_gate_lets_out_and_of_nothing_else(firms):
    """Other paths, and other means of cohorts: as no mean may leave, the twin is the same, and has the headline."""
    level = np.where(np.isfinite(firms.cohort), 25.0, -10.0)[:, None]
    other = firms.with_outcome((turned(firms) + level).ravel(), firms.outcome)
    shown = Shown(frozenset({"callaway_santanna"}), np.full((2, firms.n_periods), np.nan))
    one, again = (twin_of(each, ASKED, seed=1, shown=shown) for each in (firms, other))
    np.testing.assert_allclose(again.frame.outcome, one.frame.outcome, rtol=1e-7, atol=1e-7)
    assert set(agreement(one)) == {"callaway_santanna"}
    assert max(agreement(one)["callaway_santanna"]) < AGREES
    assert set(one.left_out.values()) == {"withheld"}
    assert one.keeps == "released"


def test_all_that_a_twin_is_made_of_is_declared_to_the_gate_and_taken_from_its_answer(firms):
    """The numbers that it has, and means of a table of the run: here one period of those not treated is shown, and no other."""
    declaration = Declaration.of(firms)
    declare_twin(declaration, firms, ASKED[:3])
    others = np.isinf(firms.cohort)
    weights = np.zeros(firms.wide.shape)
    weights[others, 4] = 1 / others.sum()
    declaration.add(Place("sample", "paths", "4", "comparison"), "mean", firms.outcome, weights)
    atoms = declaration.atoms()
    released = Gate().release(declaration.declared(atoms), atoms)
    shown = Shown.of(released, firms, ASKED)
    places = {str(one.place) for one in declaration.figures}
    assert places == {
        *(
            f"kit/numbers/{one.name}/{what}"
            for one in ASKED[:3]
            for what in ("estimate", "std_error")
        ),
        "sample/paths/4/comparison",
    }
    assert [tuple(at) for at in np.argwhere(~np.isnan(shown.means))] == [(1, 4)]
    assert shown.means[1, 4] == firms.wide[others, 4].mean()
    assert "callaway_santanna" in shown.names <= {one.name for one in ASKED[:3]}
    twin = twin_of(firms, ASKED, seed=1, shown=shown)
    assert {one.asked.name for one in twin.answered} == shown.names
    assert max(max(missed) for missed in agreement(twin).values()) < AGREES


def test_behind_the_gate_all_numbers_that_leave_are_met_around_means_that_are_far_from_the_firms(
    firms,
):
    """Eight estimates and errors are few beside a panel's outcomes, so that no mean of a group is needed to have them."""
    level = np.where(np.arange(firms.n_periods) % 2, 300.0, np.nan)
    shown = Shown(frozenset(one.name for one in ASKED), np.stack([level, 2 * level]))
    twin = twin_of(firms, ASKED, seed=3, shown=shown)
    assert twin.left_out == {}
    assert max(max(missed) for missed in agreement(twin).values()) < AGREES


def test_a_seed_is_a_twin_and_another_seed_another(firms, by_cells):
    pd.testing.assert_frame_equal(twin_of(firms, ASKED[:2], seed=1).frame, by_cells.frame)
    other = twin_of(firms, ASKED[:2], seed=2).frame
    assert not np.allclose(other.outcome, by_cells.frame.outcome)


def test_who_knows_nine_quarters_of_a_firm_reads_the_others_in_moments_and_not_in_its_twin(
    firms, by_cells
):
    """Ten firms over twenty quarters: the moments' rows span nine directions, so nine quarters are a path."""
    moments = PathMoments.from_panel(firms)
    spread = firms.y.std()
    cell = int(np.flatnonzero(moments.n == 10)[0])
    cohort = firms.cohort == moments.cohort[cell]
    mean = moments.mean[cell] + moments.origin
    root = moments.root[moments.root_cell == cell]
    again = panel_of(by_cells.frame)
    rows = again.wide[again.cohort == moments.cohort[cell]]
    periods = firms.n_periods
    for path in firms.wide[cohort]:
        known = np.arange(periods) < 9
        assert np.abs(completed(np.vstack([root, -root]), known, mean, path) - path).max() < 1e-6
        for n_known in (2, 5, 9):
            known = np.arange(periods) < n_known
            missed = np.abs(completed(rows, known, mean, path) - path)[~known]
            assert missed.max() > ENOUGH * spread


def guesses(panel, n_known):
    """Largest miss of each fully observed unit's later periods: by rows of its twin's cohort, and by its own level carried forward."""
    twin = panel_of(twin_of(panel, ASKED[:5], seed=1).frame)
    known = np.arange(panel.n_periods) < n_known
    found = []
    for unit in np.flatnonzero(~np.isnan(panel.wide).any(axis=1)):
        path, cohort = panel.wide[unit], panel.cohort[unit]
        alike = twin.cohort - twin.times[0] == cohort - panel.times[0]
        rows = twin.wide[alike & ~np.isnan(twin.wide).any(axis=1)]
        mean = np.nanmean(panel.wide[panel.cohort == cohort], axis=0)
        forward = mean + (path - mean)[known].mean()
        both = completed(rows, known, mean, path), forward
        found.append([np.abs(guess - path)[~known].max() for guess in both])
    return np.array(found).T


def test_who_has_a_twin_guesses_no_better_than_who_has_none(firms):
    for n_known in (2, 18):
        with_twin, without = guesses(firms, n_known)
        assert np.median(with_twin) > np.median(without)


@pytest.mark.slow
def test_who_has_the_twin_of_the_embedded_case_guesses_no_better_than_who_has_none():
    panel = study_of(Path(__file__).resolve().parents[3] / "evaluation.yml", {}).panel()
    for n_known in (2, 9, 10, 18, 19):
        with_twin, without = guesses(panel, n_known)
        assert np.median(with_twin) > np.median(without)


def test_for_who_knows_all_quarters_of_a_firm_but_one_it_may_still_be_anywhere_within_half_a_standard_deviation(
    firms, by_cells
):
    assert by_cells.keeps == "cells"
    for cohort in np.unique(firms.cohort):
        units = np.flatnonzero(firms.cohort == cohort)
        basis = directions(np.stack([each.direction[units[0]] for each in by_cells.answered]))
        left = reach_in_cell(firms.wide[units], basis).farthest(
            firms.wide[units], non_negative=True
        )
        assert left.min() >= ENOUGH * firms.y.std()


def test_what_is_said_to_be_possible_is_possible_and_no_more():
    generator = np.random.default_rng(2)
    paths, basis = generator.normal(size=(9, 6)), np.linalg.qr(generator.normal(size=(6, 3)))[0]
    deviation = paths - paths.mean(axis=0)
    scatter = basis.T @ deviation.T @ deviation @ basis
    left = reach_in_cell(paths, basis).farthest(paths, non_negative=False)

    def possible(unit, period, by):
        moved = deviation[unit].copy()
        moved[period] += by
        b = moved @ basis
        rest = scatter - np.outer(b, b) * (1 + 1 / 8)
        return np.linalg.eigvalsh(rest).min() > -1e-9

    for unit, period in np.ndindex(left.shape):
        reach = left[unit, period]
        assert possible(unit, period, 0.999 * reach) or possible(unit, period, -0.999 * reach)
        assert not possible(unit, period, 1.001 * reach)
        assert not possible(unit, period, -1.001 * reach)


def test_a_path_that_nearly_fills_its_cell_is_easily_guessed_and_its_cell_is_not_described():
    firms = artisans(cohorts=(12,))
    wide = firms.wide.copy()
    giant = int(np.flatnonzero(np.isfinite(firms.cohort))[0])
    wide[giant, 7:] += 5_000
    with_giant = firms.with_outcome(wide.ravel(), firms.outcome)
    assert twin_of(firms, ASKED[:2], seed=1).keeps == "cells"
    assert twin_of(with_giant, ASKED[:2], seed=1).keeps == "numbers"


def test_a_cell_shows_no_more_directions_than_its_firms_can_hide_behind(firms, by_cells):
    assert directions_allowed(10, 20) == 4
    assert directions_allowed(31, 20) == 20
    twin = twin_of(firms, ASKED, seed=1)  # the eight numbers are made of more than four directions
    assert (by_cells.keeps, twin.keeps) == ("cells", "numbers")
    assert len(twin.answered) == len(ASKED)
    assert twin.left >= ENOUGH


def test_the_algebra_keeps_mean_and_released_scatter_of_any_cell():
    generator = np.random.default_rng(1)
    paths, noise = generator.normal(size=(2, 11, 7))
    basis = directions(generator.normal(size=(3, 7)))
    made = twin_of_cell(paths, basis, noise)
    np.testing.assert_allclose(made.mean(axis=0), paths.mean(axis=0), **MATCH)
    of = [basis.T @ np.cov(rows.T) @ basis for rows in (made, paths)]
    np.testing.assert_allclose(of[0], of[1], **MATCH)


def test_patterns_and_cohorts_of_fewer_than_ten_are_merged_before_anything_is_said_of_them():
    real = PANELS["small_cohorts"][0]()
    grouped = Grouped.of(real)
    assert grouped.n_of_cell.min() < 10
    assert np.bincount(grouped.group).min() >= 10
    assert (np.unique(grouped.group[np.isinf(real.cohort)])).size == 1


def test_a_mean_of_which_two_firms_are_nearly_all_is_not_shown():
    assert may_be_shown(np.full(10, 4.0))
    assert not may_be_shown(np.full(9, 4.0))
    assert not may_be_shown(np.array([500.0, 450.0, *[5.0] * 9]))


def test_studies_without_ten_treated_units_with_weights_or_without_paths_have_no_kit():
    few = long_frame(n=60, cohorts=(4,), share=0.08)
    with pytest.raises(DisclosureError, match="fewer than 10 treated"):
        twin_of(panel(few), ASKED, seed=1)
    with pytest.raises(DisclosureError, match="weights"):
        twin_of(panel(long_frame(n=120), weight="w"), ASKED, seed=1)
    with pytest.raises(DisclosureError, match="cross-sections"):
        twin_of(replace(panel(long_frame(n=120)), waves="repeated_cross_sections"), ASKED, seed=1)


def test_numbers_with_another_covariance_or_not_of_paths_are_left_out_with_their_reason(firms):
    others = (
        *ASKED[:1],
        replace(ASKED[1], name="by_jackknife", estimator=impact.TwoWayFixedEffects(vcov="CRV3")),
        replace(
            ASKED[1],
            name="poisson",
            estimator=impact.ExtendedTWFE(family="poisson"),
            average="cells",
        ),
    )
    assert twin_of(firms, others, seed=1).left_out == {
        "by_jackknife": "another_covariance",
        "poisson": "not_linear",
    }
