"""What a rehearsed design is worth: its bias, coverage, power, sign and size, and the cheapest that is sure enough."""

from dataclasses import replace

import numpy as np
import pytest

from impact.diagnostics.exaggeration import exaggeration
from impact.diagnostics.power import PlannedStudy
from impact.diagnostics.redesign import Costs, Redesign, rehearsed
from impact.diagnostics.redesign_grid import SELECTIONS, redesigns, search, selections
from impact.errors import PlanError
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.experiments.ancova import Ancova
from impact.simulate.planned.chosen import Chosen
from impact.simulate.planned.outcomes import Believed

ESTIMATOR = CallawaySantAnna()
STUDY = PlannedStudy(units=80, treated=30, before=2, after=2, mean=100, sd=60, attrition=0.1)
DESIGN = Redesign(study=STUDY, effect=0.3)
COVERAGE = 0.06  # four standard errors of a simulated coverage of .95 over 200 studies


@pytest.fixture(scope="module")
def worth():
    return rehearsed(DESIGN, ESTIMATOR, draws=400, seed=1)


def test_amounts_have_the_mean_the_spread_the_zeros_and_the_memory_that_are_believed():
    correlation = np.array([[1, 0.5], [0.5, 1]])
    believed = Believed("amount", 100, 120, correlation, zeros=0.2, stay=0.5)
    drawn = believed.paths(np.arange(20_000), 1, np.random.default_rng(3))[:, 0]
    assert drawn.mean() == pytest.approx(100, rel=0.03)
    assert drawn.std() == pytest.approx(120, rel=0.08)
    assert (drawn == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.5, abs=0.07)
    assert np.corrcoef((drawn == 0).T)[0, 1] == pytest.approx(0.5, abs=0.03)


def test_zeros_that_leave_no_room_for_the_spread_are_refused_by_name():
    correlation = np.full((6, 6), 0.9) + 0.1 * np.eye(6)
    with pytest.raises(PlanError, match="zeros: so many zeros leave no room"):
        _ = Believed("amount", 100, 100, correlation, zeros=0.6).root


def test_without_a_cap_the_planned_estimator_is_unbiased_and_its_interval_holds(worth):
    assert abs(worth.bias) < 4 * worth.bias_error
    assert worth.coverage == pytest.approx(0.95, abs=COVERAGE)
    assert worth.true_effect == pytest.approx(30)


def test_power_sign_and_size_agree_with_the_normal_formula(worth):
    formula = exaggeration(worth.true_effect, worth.spread)
    assert worth.power == pytest.approx(formula.power, abs=0.1)
    assert worth.exaggeration == pytest.approx(formula.exaggeration_ratio, rel=0.15)
    assert worth.wrong_sign == pytest.approx(formula.wrong_sign, abs=0.05)


def test_a_cap_on_outcomes_shows_as_bias_towards_no_effect():
    capped = replace(DESIGN, cap=0.8)
    assert rehearsed(capped, ESTIMATOR, draws=100, seed=1).bias < -2


def test_where_those_treated_are_like_the_others_their_paths_stay_as_they_were_drawn():
    paths = np.random.default_rng(1).normal(size=(6, 2, 3))
    assert DESIGN.placed(paths, np.random.default_rng(2)) is paths


def test_those_chosen_after_a_dip_were_low_in_the_last_round_and_whole_clusters_are_chosen():
    paths = np.random.default_rng(1).normal(size=(400, 30, 4))
    placed = Chosen(on_growth=-1.5).placed(
        paths, before=3, treated=20, size=4, generator=np.random.default_rng(2)
    )
    growth = placed[:, :, 2] - placed[:, :, :2].mean(axis=2)
    assert growth[:80].mean() < growth[80:].mean() - 0.5
    assert abs(placed[:80, :, 3].mean() - placed[80:, :, 3].mean()) < 0.1  # it recedes
    for draw in range(30):
        whole = {tuple(map(tuple, one)) for one in placed[:, draw].reshape(100, 4, 4)}
        assert whole == {tuple(map(tuple, one)) for one in paths[:, draw].reshape(100, 4, 4)}


def test_a_firm_one_standard_deviation_higher_has_odds_of_being_chosen_by_the_weight():
    paths = np.stack([np.zeros((20_000, 2)), np.ones((20_000, 2))])  # two firms, one of them larger
    placed = Chosen(on_level=0.5).placed(
        paths, before=1, treated=1, size=1, generator=np.random.default_rng(2)
    )
    chosen = (placed[0, :, 0] == 1).mean()  # the two lie two standard deviations apart
    assert chosen / (1 - chosen) == pytest.approx(np.exp(2 * 0.5), rel=0.06)


def test_choice_after_a_dip_is_taken_for_an_effect_and_lasting_size_is_not():
    worth = {
        name: rehearsed(replace(DESIGN, chosen=chosen), ESTIMATOR, draws=200, seed=1)
        for name, chosen in SELECTIONS.items()
    }
    error = 4 * worth["alike"].bias_error
    assert worth["after_a_dip"].bias > error
    assert worth["after_a_spurt"].bias < -error
    assert abs(worth["alike"].bias) < error
    assert abs(worth["larger"].bias) < min(worth["after_a_dip"].bias, -worth["after_a_spurt"].bias)
    assert worth["after_a_spurt"].coverage < worth["alike"].coverage


def test_other_choices_of_those_treated_are_asked_where_they_are_chosen_but_not_of_a_lot():
    assert {name: one.chosen for name, one in selections(DESIGN).items()} == SELECTIONS
    short = replace(DESIGN, study=replace(STUDY, before=1))
    assert list(selections(short)) == ["alike", "larger"]
    assert selections(replace(DESIGN, assignment="randomised")) == {}
    assert selections(replace(DESIGN, only_after=True)) == {}


def test_the_same_seed_gives_the_same_worth():
    small = replace(DESIGN, study=replace(STUDY, units=30, treated=12))
    one, other = (rehearsed(small, ESTIMATOR, draws=60, seed=4) for _ in range(2))
    assert one == other


def test_a_lot_of_clusters_is_rehearsed_with_its_own_estimator_and_the_lot_drawn_again():
    lot = Redesign(
        study=replace(STUDY, units=160, treated=80, cluster_size=8, icc=0.1, before=1, after=1),
        effect=0.3,
        assignment="randomised",
    )
    found = rehearsed(lot, Ancova(), believes="the_lot", draws=60, seed=2)
    assert found.inference, found.why == ("permutation", "as_drawn")
    assert np.isfinite(found.power)


def test_who_is_lost_and_who_starts_when_is_as_planned():
    staggered = replace(DESIGN, starts=((0, 0.5), (1, 0.5)))
    panel = staggered.panel()
    assert panel.cohorts.tolist() == [2.0, 3.0]
    assert (panel.cohort == 2).sum() == 15
    last = ~np.isnan(panel.wide[:, -1])
    assert last.mean() == pytest.approx(0.9, abs=0.02)


def test_other_designs_are_each_named_once_and_the_planned_one_first():
    found = list(redesigns(DESIGN))
    assert found[0] == DESIGN
    assert len({(d.n_firms, d.study.before, d.study.after) for d in found}) == len(found)


def test_the_cheapest_design_that_reaches_the_power_is_named_or_none():
    small = replace(DESIGN, study=replace(STUDY, units=40, treated=16, attrition=0.0))
    grid = search(
        small, ESTIMATOR, costs=Costs(interview=1, round=10), asked=0.5, draws=60, planned_draws=100
    )
    best = grid.cheapest
    assert best is not None
    assert best["power"] >= 0.5
    cheaper = grid.table[grid.table["cost"] < best["cost"]]
    assert (cheaper["power"] < 0.5).all()
    assert replace(grid, asked=1.01).cheapest is None


def test_a_cost_counts_firms_interviews_rounds_and_clusters():
    study = replace(STUDY, units=80, treated=40, cluster_size=10, icc=0.1)
    clustered = replace(DESIGN, study=study)
    assert Costs(firm=1, interview=2, round=100, cluster=5).of(clustered) == 80 + 640 + 400 + 160
    assert Costs(cluster=5).of(DESIGN) == 0
