"""The process with three arms: each known difficulty is in the data, and is found there by a statistic."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from impact.evaluation.simulated_estimates import estimates_of_draw
from impact.simulate.files import frame_of
from impact.simulate.process import draw
from impact.simulate.programme import EVENTS, NOTHING, THREE_ARMS, scenario
from impact.simulate.truth import estimator_bias, truth

TENFOLD = replace(
    THREE_ARMS,
    n_units=9000,
    places_per_fair=100,
    events=tuple(replace(one, places=10 * one.places) for one in EVENTS),
)
BASE = 11  # 2012Q4, the quarter before the first fair


@cache
def large(**changes):
    return draw(replace(TENFOLD, **changes), seed=11)


def test_arms_have_the_programmes_places_and_nobody_is_in_two():
    sample = draw(THREE_ARMS, seed=4)
    sizes = {arm: int(sample.of_arm(arm).sum()) for arm in ("fair", "event", "neither")}
    assert sizes == {"fair": 50, "event": 300, "neither": 550}
    assert np.bincount(sample.fair[sample.fair >= 0]).tolist() == [10] * 5
    assert np.bincount(sample.event[sample.event >= 0]).tolist() == [230, 70]
    frame = frame_of(sample).drop_duplicates("artisan_id")
    assert frame.groupby("arm").size().to_dict() == sizes
    assert ((frame.first_event != "") == (frame.arm == "event")).all()
    assert set(frame.loc[frame.arm != "fair", "first_fair"]) == {""}
    others = frame[frame.arm == "neither"]
    met = others[["media_tours", "buyer_visits", "b2b_meetings"]].sum(axis=1) > 0
    assert 0 < met.mean() < 0.10
    assert (others.marrakech_events == 0).all()


def test_what_the_date_of_each_fair_rests_on_is_told():
    told = truth(draw(THREE_ARMS, seed=4))["fairs"]
    assert told["New York"] == {"planned": "2012Q3", "taken_as": "2013Q1", "rests_on": "seen"}
    assert {name for name, one in told.items() if one["rests_on"] == "assumed"} == {
        "Moscow",
        "Tokyo",
    }


def test_a_fifth_to_three_tenths_of_quarters_are_idle_in_spells_and_rather_of_small_firms():
    sample = large()
    idle = (sample.untreated.sum(axis=2) == 0)[:, :BASE]
    assert 0.20 < idle.mean() < 0.30
    again = idle[:, 1:][idle[:, :-1]].mean()
    assert again > idle.mean() + 0.10
    usual = sample.untreated[:, :BASE].sum(axis=(1, 2)) / np.maximum((~idle).sum(axis=1), 1)
    small = usual < np.median(usual)
    assert idle[small].mean() > idle[~small].mean() + 0.02


def test_who_exhibits_was_large_and_had_just_spurted_and_regresses_without_any_fair():
    sample = large()
    invited, at_home, others = (sample.of_arm(arm) for arm in ("fair", "event", "neither"))
    spurt = sample.shock[:, BASE] - sample.shock[:, BASE - 4 : BASE].mean(axis=1)
    back = sample.shock[:, BASE + 4] - sample.shock[:, BASE]
    assert spurt[invited].mean() > spurt[others].mean() + 0.08
    assert spurt[at_home].mean() < spurt[others].mean() - 0.04
    assert back[invited].mean() < back[others].mean() - 0.06
    assert back[at_home].mean() > back[others].mean() + 0.04
    before = np.log1p(sample.untreated[:, :BASE].sum(axis=(1, 2)))
    assert before[invited].mean() - before[others].mean() > 0.4 * before[others].std()


def test_without_a_choice_by_growth_nobody_regresses():
    sample = large(selection_on_growth=0.0, event_selection_on_growth=0.0)
    back = sample.shock[:, BASE + 4] - sample.shock[:, BASE]
    for arm in ("fair", "event"):
        assert abs(back[sample.of_arm(arm)].mean() - back[sample.of_arm("neither")].mean()) < 0.04


@pytest.mark.parametrize("shared", ["city", "trade", "event"])
def test_firms_of_one_city_trade_or_event_move_together(shared):
    off = dict.fromkeys(("city_shock_sd", "trade_shock_sd", "event_shock_sd"), 0.0)
    quiet = {"idle_share": 0.0, "exit_hazard": 0.0, **off}
    correlation = {}
    for size in (0.0, 0.15):
        sample = large(**{**quiet, f"{shared}_shock_sd": size})
        moved = np.diff(np.log(sample.untreated.sum(axis=2)), axis=1)
        moved -= moved.mean(axis=0)
        group = {"city": sample.city, "trade": sample.sector, "event": sample.fair}[shared]
        within = [moved[group == code].mean(axis=0) for code in range(group.max() + 1)]
        correlation[size] = np.var(within) / moved.var()
    assert correlation[0.15] > correlation[0.0] + 0.02


def test_firms_close_after_bad_quarters_and_do_not_answer_when_they_sell_nothing():
    sample = large()
    closes = sample.exited[:, 1:] & ~sample.exited[:, :-1]
    at_risk = ~sample.exited[:, :-1]
    at_risk[:, : BASE - 2] = False
    shock = sample.shock[:, :-1]
    assert shock[closes].mean() < shock[at_risk].mean() - 0.10
    seen = sample.answered[:, :BASE]  # before anybody falls silent for good
    idle = (sample.treated.sum(axis=2) == 0)[:, :BASE]
    seen, idle = seen[:, : BASE - 2], idle[:, : BASE - 2]
    assert 1 - seen[idle].mean() > 1.5 * (1 - seen[~idle].mean())


def test_orders_come_before_the_fair_and_no_earlier():
    sample = large()
    gain = (sample.treated - sample.untreated).sum(axis=2)
    without = sample.untreated.sum(axis=2)
    share = {
        event: gain[sample.event_time == event].sum() / without[sample.event_time == event].sum()
        for event in (-2, -1, 0)
    }
    assert share[-2] == 0
    assert share[-1] == pytest.approx(THREE_ARMS.orders_before[0])
    assert share[0] == pytest.approx(THREE_ARMS.effect_path[0])


def test_fairs_take_from_others_of_the_trade_and_city_in_proportion_to_who_exhibits():
    sample = large()
    gain = (sample.treated - sample.untreated).sum(axis=2)[:, -1]
    without = sample.untreated.sum(axis=2)[:, -1]
    cell = sample.sector * 2 + sample.city
    neither = sample.of_arm("neither") & (without > 0)
    taken = np.array(
        [(gain / np.maximum(without, 1))[neither & (cell == c)].mean() for c in range(10)]
    )
    frequent = np.array([sample.exhibited[cell == c].mean() for c in range(10)])
    np.testing.assert_allclose(
        taken, THREE_ARMS.spillover * frequent / sample.exhibited.mean(), rtol=1e-9
    )


def test_a_quarter_of_revenue_is_not_declared():
    sample = large()
    told = sample.reported.sum(axis=2).sum() / sample.treated.sum()
    assert told == pytest.approx(1 - THREE_ARMS.under_reporting, abs=0.005)
    arm = truth(sample)["arms"]["fair"]
    assert arm["declared_effect_mad"] == pytest.approx(0.75 * arm["effect_mad"])


def test_the_truth_by_arm_is_with_minus_without_on_each_scale():
    sample = draw(THREE_ARMS, seed=4)
    arms = truth(sample)["arms"]
    assert arms["fair"]["effect_mad"] == pytest.approx(truth(sample)["overall"]["effect_mad"])
    after = (sample.since_event >= 0) & sample.answered
    with_it, without = sample.treated.sum(axis=2)[after], sample.untreated.sum(axis=2)[after]
    assert arms["event"]["effect_mad"] == pytest.approx((with_it - without).mean())
    assert arms["event"]["percent"] == pytest.approx(100 * (with_it.sum() / without.sum() - 1))
    assert arms["event"]["percent"] > 0 > arms["neither"]["percent"]
    assert 0 < arms["fair"]["log_points"] < np.log1p(max(THREE_ARMS.effect_path))


def test_a_null_of_the_same_process_does_nothing_to_any_arm():
    arms = truth(draw(scenario("three_arms_null"), seed=4))["arms"]
    assert all(one["effect_mad"] == 0 for one in arms.values())
    sample = draw(replace(THREE_ARMS, **NOTHING), seed=4)
    np.testing.assert_array_equal(sample.treated, sample.untreated)
    np.testing.assert_array_equal(sample.untreated, draw(THREE_ARMS, seed=4).untreated)


def test_the_bias_of_an_estimator_is_its_mean_error_and_one_that_knows_the_truth_has_none():
    def known(sample):
        arm = truth(sample)["arms"]["fair"]
        return {
            "all": (arm["effect_mad"], arm["percent"]),
            "declared": (arm["declared_effect_mad"], arm["percent"]),
            "ratio": (np.nan, arm["percent"] + 1),
        }

    found = estimator_bias(scenario("three_arms_clear"), known, draws=3)
    assert found["all"]["mean_error_mad"] == found["all"]["simulation_error_mad"] == 0
    assert found["declared"]["mean_error_mad"] < 0 == found["declared"]["mean_error_percent"]
    assert found["ratio"] == pytest.approx(
        {"mean_error_percent": 1.0, "simulation_error_percent": 0.0}
    )


def test_every_estimator_of_the_report_is_asked_of_exhibitors_against_firms_with_neither():
    sample = draw(scenario("three_arms_clear"), seed=4)
    found = estimates_of_draw(sample)
    assert {"callaway_santanna", "callaway_santanna_orders_before", "poisson"} < set(found)
    declared = truth(sample)["arms"]["fair"]["declared_effect_mad"]
    assert 0.3 * declared < found["callaway_santanna"][0] < 3 * declared
