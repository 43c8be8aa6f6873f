"""A dip or a jump just before the start is seen, whoever looks, and clean programmes are mostly left in peace."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics.before_trends import before_trend_test
from impact.diagnostics.recent_change import DOUBTFUL_P, MOST_EARLIER, UNUSUAL_P, recent_change

PERIODS, STARTS = 10, (6, 7, 8)


def programmes(*, n_treated, dip, draws, seed=3, n=60):
    """Firms without any effect, AR(1) errors; of those open to each start, the ``dip`` share lowest against its past joins."""
    generator = np.random.default_rng(seed)
    for _ in range(draws):
        y = np.empty((n, PERIODS))
        y[:, 0] = generator.normal(size=n)
        for t in range(1, PERIODS):
            y[:, t] = 0.4 * y[:, t - 1] + generator.normal(size=n)
        start = np.full(n, np.nan)
        for first, size in zip(STARTS, np.array_split(range(n_treated), len(STARTS)), strict=True):
            fallen = y[:, first - 2] - y[:, max(first - 6, 0) : first - 2].mean(axis=1)
            fallen[~np.isnan(start)] = np.inf
            order = (
                np.argsort(fallen)[: int(dip * n)] if dip < 1 else np.flatnonzero(np.isnan(start))
            )
            start[generator.choice(order, size=len(size), replace=False)] = first
        yield of_paths(y, start)


def of_paths(y, start):
    unit, time = np.divmod(np.arange(y.size), y.shape[1])
    frame = pd.DataFrame({"id": unit, "t": time + 1, "y": y.ravel(), "g": start[unit]})
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", cohort="g")


@pytest.mark.longer
def test_a_programme_that_takes_the_recently_fallen_is_flagged_where_the_test_of_leads_misses_it():
    """Three firms, 40 programmes."""
    drawn = list(programmes(n_treated=3, dip=1 / 4, draws=40))
    flagged = np.mean([recent_change(p, permutations=99).status == "warn" for p in drawn])
    leads = [before_trend_test(p, impact.CallawaySantAnna(), permutations=99) for p in drawn]
    assert flagged >= 0.7
    assert np.mean([found.status == "warn" for found in leads]) <= flagged - 0.25


def test_with_fifteen_firms_no_such_programme_escapes():
    drawn = programmes(n_treated=15, dip=1 / 3, draws=20)
    assert all(recent_change(p, permutations=199).status == "warn" for p in drawn)


@pytest.mark.longer
def test_random_programmes_are_flagged_no_more_often_than_said_and_p_values_are_uniform():
    """It warns at 10%, or at 20% where the sign of the effect hangs on it: 150 programmes, three Monte Carlo errors."""
    found = [recent_change(p, permutations=199) for p in programmes(n_treated=6, dip=1, draws=150)]
    p = np.array([one.p_value for one in found])
    for level in (UNUSUAL_P, DOUBTFUL_P):
        assert abs((p <= level).mean() - level) <= 3 * np.sqrt(level * (1 - level) / len(p))
    assert np.mean([one.status == "warn" for one in found]) <= 0.25


def test_the_change_is_what_another_base_does_to_the_effect():
    """By brute force: effects from the last period before, and from the mean of up to four earlier ones."""
    made = panel()
    found = recent_change(made)
    wide, times = made.wide, made.times
    effects, weights = {"last_period": [], "mean_of_earlier": []}, []
    for cohort in made.cohorts:
        base = np.flatnonzero(times < cohort)[-1]
        bases = {
            "last_period": wide[:, base],
            "mean_of_earlier": wide[:, max(base - MOST_EARLIER, 0) : base].mean(axis=1),
        }
        for period in np.flatnonzero(times >= cohort):
            treated, control = made.cohort == cohort, made.cohort > times[period]
            weights.append(treated.sum())
            for name, start in bases.items():
                change = wide[:, period] - start
                effects[name].append(change[treated].mean() - change[control].mean())
    by_hand = {name: np.average(values, weights=weights) for name, values in effects.items()}
    assert found.table.set_index("base")["estimate"].to_dict() == pytest.approx(by_hand, rel=1e-10)
    assert found.statistic == pytest.approx(
        by_hand["mean_of_earlier"] - by_hand["last_period"], rel=1e-9
    )
    headline = impact.CallawaySantAnna().fit(made).aggregate(by="overall").params.iloc[0]
    assert by_hand["last_period"] == pytest.approx(headline, rel=1e-10)


def test_unit_of_measure_level_and_order_of_rows_change_nothing():
    frame = long_frame(gaps=0.1, seed=4)
    before = recent_change(panel(frame))
    moved = recent_change(panel(frame.assign(y=1000 * frame["y"] + 5e4)))
    shuffled = recent_change(panel(frame.sample(frac=1, random_state=1)))
    assert (moved.p_value, moved.status) == (before.p_value, before.status)
    assert moved.statistic == pytest.approx(1000 * before.statistic, rel=1e-8)
    assert shuffled.to_dict() == before.to_dict()


def test_a_common_shock_in_any_period_changes_nothing():
    frame = long_frame(seed=5)
    shock = np.random.default_rng(1).normal(0, 5, 9)
    found, shocked = (
        recent_change(panel(f)) for f in (frame, frame.assign(y=frame["y"] + shock[frame["t"]]))
    )
    assert shocked.p_value == found.p_value
    assert shocked.statistic == pytest.approx(found.statistic, rel=1e-8)


def test_the_sign_tells_a_dip_from_a_jump():
    frame = long_frame(seed=6, effect=0.0)
    just_before = frame["t"] == frame["g"] - 1
    for fall in (-6.0, 6.0):
        found = recent_change(panel(frame.assign(y=frame["y"] + fall * just_before)))
        assert found.status == "warn"
        assert np.sign(found.statistic) == np.sign(fall)


def test_with_anticipation_the_last_period_before_it_is_held_against_earlier_ones():
    frame = long_frame(seed=6, effect=0.0, cohorts=(5, 7))
    dipped = frame.assign(y=frame["y"] - 6.0 * (frame["t"] == frame["g"] - 2))
    assert recent_change(panel(dipped), anticipation=1).status == "warn"
    assert (
        recent_change(panel(dipped), anticipation=1).statistic
        < recent_change(panel(dipped)).statistic
    )


def test_one_period_before_treatment_cannot_be_held_against_anything():
    found = recent_change(panel(long_frame(periods=4, cohorts=(2,))))
    assert (found.status, found.why) == ("not_applicable", "no_period_before_the_reference")


def test_clusters_that_start_together_are_exchanged_whole():
    """Four firms a village that dip together: with two treated villages of 15 that is weaker evidence than of 8 single firms."""
    frame = long_frame(seed=6, effect=0.0)
    frame["g"] = np.select([frame["village"] == 1, frame["village"] == 2], [4.0, 6.0], np.nan)
    shock = np.random.default_rng(3).normal(0, 2, (15, 9))
    frame["y"] += shock[frame["village"], frame["t"]]
    dipped = frame.assign(y=frame["y"] - 12.0 * (frame["t"] == frame["g"] - 1))
    found = recent_change(panel(dipped, cluster="village"))
    assert found.status == "warn"
    assert found.statistic == pytest.approx(recent_change(panel(dipped)).statistic, rel=1e-10)
    assert found.p_value > recent_change(panel(dipped)).p_value


def test_clusters_with_several_starts_cannot_be_exchanged():
    found = recent_change(panel(cluster="village"))
    assert (found.status, found.why) == ("not_applicable", "units_cannot_be_exchanged")


def test_treated_firms_that_are_never_seen_in_their_last_period_leave_nothing_to_compare():
    frame = long_frame()
    frame = frame[frame["t"] != frame["g"] - 1]
    found = recent_change(panel(frame))
    assert (found.status, found.why) == ("not_applicable", "no_variation_before_treatment")


def test_one_treated_firm_gets_an_answer_and_constant_outcomes_do_not_pass():
    y = np.random.default_rng(2).normal(size=(30, PERIODS))
    one = np.where(np.arange(30) == 0, 6.0, np.nan)
    assert 0 < recent_change(of_paths(y, one)).p_value <= 1
    flat = np.ones((30, PERIODS))
    flat[1:3] = 2.0
    assert recent_change(of_paths(flat, one)).why == "no_variation_before_treatment"
