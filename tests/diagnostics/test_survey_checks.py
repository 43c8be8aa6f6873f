"""Checks of a survey: each finds its fault where it was put, is silent where there is none, and says when it cannot know."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from diagnostics.surveys import (
    PERIODS,
    START,
    N,
    amounts,
    rounded_to,
    starts,
    surveyed,
    treated_rows,
)
from scipy import stats

from impact.diagnostics.survey.back_checks import back_check
from impact.diagnostics.survey.between_arms import Arms, _welch
from impact.diagnostics.survey.changes import Changes
from impact.diagnostics.survey.digits import BENFORD, first_digits, last_digits
from impact.diagnostics.survey.dropout import dropout, exits, unexplained_blanks
from impact.diagnostics.survey.durations import duration_by_arm, short_interviews
from impact.diagnostics.survey.enumerators import enumerators, one_arm_enumerators
from impact.diagnostics.survey.heaping import heaping, heaping_change, rounded
from impact.diagnostics.survey.outliers import jumps, largest_unit, outliers
from impact.diagnostics.survey.parts_of_a_sum import parts_of_a_sum
from impact.diagnostics.survey.repeated_codes import codes_at_the_edge, repeated_codes
from impact.diagnostics.survey.response import response
from impact.diagnostics.survey.starts import planned_starts
from impact.diagnostics.survey.trajectories import (
    answers_after_exit,
    answers_before_entry,
    copied_forward,
    revenue_without_staff,
)
from impact.diagnostics.survey.zeros import zeros_change

CLEAN = surveyed(amounts())
TREATED = treated_rows()


def blanked(share_treated, share_others, *, from_period=START - 1, seed=2):
    """Amounts of which a share of each group is blank from a period on."""
    rng = np.random.default_rng(seed)
    wide = amounts()
    late = np.arange(PERIODS) >= from_period
    share = np.where(TREATED, share_treated, share_others)[:, None]
    wide[(rng.random(wide.shape) < share) & late] = np.nan
    return wide


# --- the comparison of two groups ---------------------------------------------------------------------------------------


def test_the_statistic_is_welchs_t():
    values, sides = np.random.default_rng(1).normal(size=30), np.arange(30) % 3 == 0
    expected = stats.ttest_ind(values[sides], values[~sides], equal_var=False)
    t, df = _welch(values, sides[None])
    assert t[0] == pytest.approx(expected.statistic, rel=1e-12)
    assert df[0] == pytest.approx(expected.df, rel=1e-12)


def test_few_units_are_exchanged_in_every_way():
    values = np.array([3.0, 1.0, 2.0, 9.0, 7.0, 8.5])
    arms = Arms(np.array([False, False, False, True, True, True]), np.arange(6))
    t = [
        abs(stats.ttest_ind(values[list(one)], np.delete(values, one), equal_var=False).statistic)
        for one in combinations(range(6), 3)
    ]
    expected = np.mean(np.array(t) >= t[-1] * (1 - 1e-9))
    assert arms.compare(values).p_value == pytest.approx(expected)


def test_an_arm_without_spread_is_no_certainty():
    """None of 12 against 6 of 60: Welch's t says p = .011, Fisher's exact test .58."""
    lost = np.r_[np.zeros(12), np.ones(6), np.zeros(54)]
    arms = Arms(np.arange(72) < 12, np.arange(72))
    assert arms.compare(lost).p_value > 0.1


def test_clusters_that_were_assigned_are_exchanged_whole():
    village = np.arange(N) // 10
    cohort = np.where(village < 4, float(START), np.nan)
    shock = np.random.default_rng(5).normal(size=12)[village]
    whole = Arms.of(surveyed(amounts(), cohort, cluster=village))
    assert np.array_equal(whole.assigned_with, village)
    single = Arms.of(surveyed(amounts(), cohort))
    assert whole.compare(shock).p_value > 2 * single.compare(shock).p_value


def test_clusters_that_mix_arms_were_not_assigned():
    mixed = Arms.of(surveyed(amounts(), cluster=np.arange(N) // 10))
    assert np.array_equal(mixed.assigned_with, np.arange(N))


def test_a_change_is_measured_from_each_units_own_start_against_the_same_periods_of_others():
    cohort = starts()
    marks = np.zeros((N, PERIODS)) + np.arange(PERIODS) ** 2 / 100  # a trend common to all
    after = np.arange(1, PERIODS + 1)[None, :] >= np.nan_to_num(cohort, nan=99)[:, None]
    changes = Changes.of(surveyed(amounts()), marks + 0.25 * after)
    assert changes.adjusted[TREATED] == pytest.approx(np.full(TREATED.sum(), 0.25))
    assert changes.adjusted[~TREATED] == pytest.approx(np.zeros((~TREATED).sum()), abs=1e-12)


# --- who answered -------------------------------------------------------------------------------------------------------


def test_beneficiaries_who_answer_less_often_are_found():
    found = response(surveyed(blanked(0.4, 0.1)))
    assert (found.status, found.why) == ("warn", "difference_in_response")
    assert -0.45 < found.statistic < -0.15
    table = found.table.set_index("part")
    assert table.loc["before_start", ["treated", "comparison"]].tolist() == [1.0, 1.0]
    assert table.loc["from_start", "treated"] < table.loc["from_start", "comparison"]


def test_equal_silence_passes_and_complete_answers_are_said_to_be():
    assert response(surveyed(blanked(0.2, 0.2))).status == "pass"
    assert response(CLEAN).why == "everybody_answered"


def test_a_firm_that_closed_is_not_silent():
    wide = amounts()
    gone = np.zeros(wide.shape, dtype=bool)
    gone[np.flatnonzero(TREATED)[:25], START:] = True
    wide[gone] = np.nan
    assert response(surveyed(wide)).status == "warn"
    assert response(surveyed(wide), gone=gone).why == "everybody_answered"


def test_firms_lost_in_one_group_are_found_apart_from_those_that_closed():
    wide = amounts()
    lost = np.flatnonzero(TREATED)[:20]
    wide[lost, START:] = np.nan
    found = dropout(surveyed(wide))
    assert (found.status, found.statistic) == ("warn", pytest.approx(0.5))
    gone = np.zeros(wide.shape, dtype=bool)
    gone[lost, START:] = True
    assert dropout(surveyed(wide), gone=gone).why == "nobody_dropped_out"
    closed = exits(surveyed(wide), gone)
    assert (closed.status, closed.why) == ("warn", "difference_in_exit")


def test_without_a_status_exit_cannot_be_told():
    assert exits(CLEAN, None).why == "no_status_in_the_plan"
    assert unexplained_blanks(CLEAN, None).status == "not_applicable"
    assert exits(CLEAN, np.zeros((N, PERIODS), dtype=bool)).why == "nobody_closed"


def test_blanks_without_a_reason_are_counted():
    wide = blanked(0.3, 0.3)
    blank = np.isnan(wide)
    assert unexplained_blanks(surveyed(wide), blank).statistic == 0
    found = unexplained_blanks(surveyed(wide), np.zeros(wide.shape, dtype=bool))
    assert (found.status, found.statistic) == ("warn", pytest.approx(blank.mean()))


def test_a_difference_of_fewer_than_ten_firms_is_tested_and_not_told():
    cohort = np.where(np.arange(N) < 8, float(START), np.nan)
    found = response(surveyed(blanked(0.2, 0.2), cohort))
    assert found.statistic is None
    assert 0 < found.p_value <= 1
    cohort[8:10] = START
    assert response(surveyed(blanked(0.2, 0.2), cohort)).statistic is not None


def test_a_group_of_one_firm_is_not_compared():
    cohort = np.where(np.arange(N) == 0, float(START), np.nan)
    assert response(surveyed(blanked(0.2, 0.2), cohort)).why == "too_few_in_an_arm"


# --- how answers were written -------------------------------------------------------------------------------------------


def zeroed(share_after):
    rng = np.random.default_rng(3)
    wide = amounts()
    share = np.full(wide.shape, 0.1)
    late = np.arange(1, PERIODS + 1)[None, :] >= np.nan_to_num(starts(), nan=99)[:, None]
    share[late] = share_after
    wide[rng.random(wide.shape) < share] = 0
    return surveyed(wide)


def test_zeros_that_become_common_among_beneficiaries_are_found():
    found = zeros_change(zeroed(0.35))
    assert found.status == "warn"
    assert found.statistic == pytest.approx(0.25, abs=0.08)
    assert zeros_change(zeroed(0.1)).status == "pass"
    assert zeros_change(CLEAN).why == "no_answer_is_zero"


def test_negative_amounts_have_no_zeros_to_speak_of():
    wide = amounts() - 20_000
    assert zeros_change(surveyed(wide)).why == "the_outcome_takes_negative_values"


@pytest.mark.parametrize(
    ("answer", "is_round"),
    [(45_500, 1), (45_510, 0), (45_000, 1), (4_550, 1), (4_551, 0), (455_000, 1), (455_500, 0), (455, 1), (457, 0)],
)  # fmt: skip
def test_round_is_relative_to_the_size_of_an_answer(answer, is_round):
    assert rounded(np.array([float(answer)]))[0] == is_round


def test_small_and_missing_answers_are_not_called_round():
    assert np.isnan(rounded(np.array([0.0, 50.0, np.nan]))).all()


def test_answers_mostly_round_are_said_to_be():
    found = heaping(surveyed(rounded_to(amounts(), 500)))
    assert found.status == "warn"
    assert found.table.set_index("part").loc["five_hundreds", "treated"] == 1
    clean = heaping(CLEAN)
    assert clean.status == "pass"
    assert clean.statistic < 0.05


def reporting_changes():
    """Beneficiaries begin to round to 500 with their start, as those do who are taught to estimate."""
    wide = amounts()
    late = np.arange(1, PERIODS + 1)[None, :] >= np.nan_to_num(starts(), nan=99)[:, None]
    half = np.random.default_rng(4).random(wide.shape) < 0.5
    return surveyed(np.where(late & half, rounded_to(wide, 500), wide))


def test_beneficiaries_who_begin_to_round_are_found_before_it_is_taken_for_an_effect():
    found = heaping_change(reporting_changes())
    assert found.status == "warn"
    assert found.statistic == pytest.approx(0.5, abs=0.1)
    before = found.table.set_index("part").loc["before_start"]
    assert abs(before["treated"] - before["comparison"]) < 0.05


def test_rounding_of_everybody_is_no_change_between_groups():
    wide, half = amounts(), np.random.default_rng(4).random((N, PERIODS)) < 0.5
    assert heaping_change(surveyed(np.where(half, rounded_to(wide, 500), wide))).status == "pass"


def test_digits_of_converted_amounts_say_nothing():
    for check in (heaping, heaping_change, last_digits):
        found = check(surveyed(amounts() * 1.037))
        assert (found.status, found.why) == ("not_applicable", "answers_are_not_whole_numbers")


def test_few_answers_are_not_judged_by_their_digits():
    few = surveyed(amounts(12, 4), starts(12, first=3))
    for check in (heaping, last_digits, first_digits):
        assert check(few).why == "too_few_answers_to_judge_digits"


def test_a_taste_for_fives_and_sevens_is_found_in_last_digits():
    wide = amounts()
    taste = np.random.default_rng(6).random(wide.shape) < 0.2
    assert last_digits(surveyed(np.where(taste, wide // 10 * 10 + 7, wide))).status == "warn"
    assert last_digits(CLEAN).status == "pass"


def test_last_digits_of_round_answers_are_left_out():
    wide, most = amounts(), np.random.default_rng(4).random((N, PERIODS)) < 0.6
    assert last_digits(surveyed(np.where(most, rounded_to(wide, 500), wide))).status == "pass"


def test_the_test_of_last_digits_is_the_chi_square_where_every_answer_is_a_unit_of_its_own():
    wide = np.full((2000, 2), 1000.0)
    wide[:, 0] = 1000 + np.random.default_rng(8).integers(1, 10, 2000)
    found = last_digits(surveyed(wide, starts(2000, first=2)))
    digits = np.bincount((wide[:, 0] % 10).astype(int), minlength=10)[1:]
    expected = stats.chisquare(digits)
    assert 8 * found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue, abs=0.05)


def test_a_firm_that_always_ends_in_the_same_digit_is_not_many_answers():
    wide = amounts()
    own = np.random.default_rng(1).integers(1, 10, (N, 1))
    copied = surveyed(wide // 10 * 10 + own)
    digits = np.bincount((copied.y % 10).astype(int), minlength=10)[1:]
    assert stats.chisquare(digits).pvalue < 0.001
    assert last_digits(copied).status == "pass"


def test_of_many_firms_the_exchange_of_digits_has_a_closed_form(monkeypatch):
    rng = np.random.default_rng(2)
    wide = amounts(900, 8, seed=2)
    own = rng.integers(1, 10, (900, 1))
    wide = np.where(rng.random(wide.shape) < 0.3, wide // 10 * 10 + own, wide)
    wide = np.where(rng.random(wide.shape) < 0.012, wide // 10 * 10 + 5, wide)
    panel = surveyed(wide)
    by_exchange = last_digits(panel)
    monkeypatch.setattr("impact.diagnostics.survey.digits.MOST_PERMUTED", 100)
    closed = last_digits(panel)
    assert closed.statistic == by_exchange.statistic
    assert 0.01 < by_exchange.p_value < 0.9
    assert closed.p_value == pytest.approx(by_exchange.p_value, abs=0.04)


def test_benford_is_asked_only_of_amounts_that_spread():
    assert first_digits(CLEAN).why == "amounts_do_not_spread_enough"
    wide = surveyed(amounts(seed=3, spread=2.0))
    assert first_digits(wide).status == "pass"


def test_made_up_first_digits_are_found():
    rng = np.random.default_rng(9)
    made_up = rng.integers(1, 10, (N, PERIODS)) * 10.0 ** rng.integers(2, 6, (N, PERIODS))
    found = first_digits(surveyed(made_up + rng.integers(0, 99, (N, PERIODS))))
    assert found.status == "warn"
    assert found.statistic == pytest.approx(np.abs(1 / 9 - BENFORD).mean(), abs=0.02)


def test_a_power_of_ten_begins_with_one():
    powers = np.tile(10.0 ** np.arange(2, 6), (N, 2))
    found = first_digits(surveyed(powers))
    shares = np.zeros(9)
    shares[0] = 1
    assert found.statistic == pytest.approx(np.abs(shares - BENFORD).mean())


# --- amounts far from others --------------------------------------------------------------------------------------------


def with_faults(n_firms, factor):
    wide = amounts()
    wide[:n_firms, 2] *= factor
    return surveyed(wide)


def test_answers_of_another_unit_of_money_are_found():
    found = outliers(with_faults(15, 1000))
    assert (found.status, found.statistic) == ("warn", pytest.approx(15 / N, abs=0.02))
    assert found.table["units"].item() >= 15
    assert outliers(CLEAN).status == "pass"


def test_a_zero_too_many_is_a_jump_though_no_outlier():
    found = jumps(with_faults(15, 10))
    assert (found.status, found.statistic) == ("warn", pytest.approx(15 / N, abs=0.02))
    assert jumps(CLEAN).why == "no_firm_found"


def test_how_many_is_not_told_of_fewer_than_ten_firms():
    found = jumps(with_faults(4, 100))
    assert (found.why, found.statistic, found.table) == ("fewer_than_ten_found", None, None)


def test_a_firm_that_carries_the_total_is_said_to_and_not_by_how_much():
    wide = amounts()
    wide[7] *= 200
    found = largest_unit(surveyed(wide))
    assert (found.status, found.why, found.statistic) == ("warn", "one_firm_carries:0.1", None)
    assert largest_unit(CLEAN).status == "pass"


def test_amounts_that_are_one_number_have_no_distance():
    same = surveyed(np.full((N, PERIODS), 500.0))
    assert outliers(same).why == "most_answers_are_one_number"
    assert jumps(same).why == "too_few_answers_by_firm"


# --- what cannot be -----------------------------------------------------------------------------------------------------


def gone_from(firms, period):
    gone = np.zeros((N, PERIODS), dtype=bool)
    gone[firms, period:] = True
    return gone


def test_revenue_after_exit_is_found():
    found = answers_after_exit(CLEAN, gone_from(np.arange(20), 6))
    assert (found.status, found.statistic) == ("warn", pytest.approx(20 / N))
    wide = amounts()
    wide[:20, 6:] = 0
    assert answers_after_exit(surveyed(wide), gone_from(np.arange(20), 6)).status == "pass"
    assert answers_after_exit(CLEAN, None).why == "no_status_in_the_plan"


def test_one_firm_with_revenue_after_exit_is_a_fault_that_is_not_counted():
    found = answers_after_exit(CLEAN, gone_from([3], 6))
    assert (found.status, found.why) == ("warn", "fewer_than_ten_found")


def test_revenue_with_nobody_at_work_is_found():
    staff = np.full(len(CLEAN.y), 2.0)
    staff[CLEAN.unit_index < 12] = 0
    assert revenue_without_staff(CLEAN, staff).statistic == pytest.approx(12 / N)
    assert revenue_without_staff(CLEAN, np.full(len(CLEAN.y), 1.0)).why == "no_firm_found"
    assert revenue_without_staff(CLEAN, None).status == "not_applicable"


def test_answers_from_before_a_firm_existed_are_found():
    entry = np.full(N, np.nan)
    entry[:15] = 3.0
    assert answers_before_entry(CLEAN, entry).statistic == pytest.approx(15 / N)
    wide = amounts()
    wide[:15, :2] = 0  # nothing earned before it existed is no contradiction
    assert answers_before_entry(surveyed(wide), entry).status == "pass"
    assert answers_before_entry(CLEAN, None).why == "no_entry_in_the_plan"


def test_amounts_copied_forward_are_found_and_three_alike_are_not():
    wide = amounts()
    wide[:20, 2:6] = wide[:20, 2:3]
    assert copied_forward(surveyed(wide)).statistic == pytest.approx(20 / N)
    wide = amounts()
    wide[:20, 2:5] = wide[:20, 2:3]
    assert copied_forward(surveyed(wide)).why == "no_firm_found"
    idle = amounts()
    idle[:20] = 0
    assert copied_forward(surveyed(idle)).why == "no_firm_found"
    short = surveyed(amounts(N, 3), starts(first=2))
    assert copied_forward(short).why == "too_few_periods_to_copy"


def test_a_code_repeated_far_from_all_amounts_is_found_and_one_among_them_is_not():
    for code in (99_999_999, -9, -99):
        wide = amounts()
        wide[:20, 3] = code
        assert codes_at_the_edge(surveyed(wide)).statistic == pytest.approx(20 / N)
    inside = amounts()
    inside[:20, 3] = 9999 if inside.max() > 9999 else 99
    assert codes_at_the_edge(surveyed(inside)).why == "no_firm_found"
    assert codes_at_the_edge(CLEAN).why == "no_firm_found"


def test_a_top_of_a_scale_without_a_gap_is_no_code():
    assert not repeated_codes(np.repeat(np.arange(100.0), 5)).size
    ages = np.r_[np.repeat(np.arange(18.0, 66), 5), [99.0] * 3, [98.0] * 4]
    assert repeated_codes(ages).tolist() == [98, 99]
    assert not repeated_codes(np.r_[ages[ages < 98], 99.0, 99.0]).size


def test_parts_that_exceed_their_sum_are_found():
    parts = np.column_stack([np.round(CLEAN.y * 0.3), CLEAN.y - np.round(CLEAN.y * 0.3)])
    assert parts_of_a_sum(CLEAN, parts).why == "no_firm_found"
    parts[np.isin(CLEAN.unit_index, np.arange(18)) & (CLEAN.time_index == 3), 1] += 9_000
    assert parts_of_a_sum(CLEAN, parts).statistic == pytest.approx(18 / N)


def test_outcomes_that_do_not_add_up_anywhere_are_no_parts():
    other = np.random.default_rng(1).uniform(0, 9_000, (len(CLEAN.y), 2))
    assert parts_of_a_sum(CLEAN, other).why == "no_family_of_parts"
    assert parts_of_a_sum(CLEAN, None).why == "no_family_of_parts"


NEVER = np.inf
PLANNED = np.repeat([5.0, 5.0, 5.0, 5.0, NEVER], [40, 12, 11, 13, 44])


def test_starts_other_than_planned_are_counted_by_kind():
    actual = np.repeat([5.0, 4.0, 6.0, NEVER, NEVER], [40, 12, 11, 13, 44])
    actual[-10:] = 6.0
    found = planned_starts(actual, PLANNED)
    counts = dict(zip(found.table["kind"], found.table["units"], strict=True))
    assert counts == {"as_planned": 40, "earlier": 12, "later": 11, "never_started": 13, "started_unplanned": 10}  # fmt: skip
    assert (found.status, found.statistic) == ("warn", pytest.approx(40 / 76))
    assert planned_starts(PLANNED, PLANNED).status == "pass"
    assert planned_starts(actual, None).why == "no_planned_start_in_the_plan"
    assert planned_starts(actual, np.full(120, NEVER)).status == "not_applicable"


def test_kinds_of_starts_are_pooled_where_the_known_totals_would_tell_of_few():
    actual = np.repeat([5.0, 4.0, 6.0, NEVER, NEVER], [40, 9, 25, 2, 44])
    found = planned_starts(actual, PLANNED)
    assert found.table["kind"].tolist() == ["as_planned", "not_as_planned"]
    assert found.table["units"].tolist() == [40, 36]


def test_few_starts_on_or_off_the_plan_are_not_told_by_a_share():
    few = planned_starts(np.where(np.arange(120) < 4, 5.0, NEVER), PLANNED)
    assert (few.status, few.why) == ("warn", "fewer_than_ten_as_planned")
    off = planned_starts(np.where(np.arange(120) < 5, 6.0, PLANNED), PLANNED)
    assert (off.status, off.why) == ("pass", "fewer_than_ten_off_plan")
    assert few.statistic is few.table is off.statistic is off.table is None


def test_an_arm_of_few_is_told_neither_by_number_nor_by_the_other_arm():
    found = jumps(with_faults(15, 10)).table
    assert found["units"].item() >= 10
    assert found[["treated", "comparison"]].isna().all(axis=None)
    lost = dropout(surveyed(np.where(gone_from(np.arange(12), 6), np.nan, amounts()))).table
    assert lost["treated"].isna().all()


# --- the interviews -----------------------------------------------------------------------------------------------------


def asked_by(panel, *, n=6, seed=11):
    return pd.Series(np.random.default_rng(seed).integers(0, n, len(panel.y))).map("e{}".format)


def test_an_enumerator_whose_answers_are_higher_is_found():
    names = asked_by(CLEAN)
    wide = amounts()
    theirs = (names == "e2").to_numpy().reshape(wide.shape)
    found = enumerators(surveyed(np.where(theirs, np.round(wide * 1.5), wide)), names)
    assert found.status == "warn"
    assert found.statistic > 0.1
    clean = enumerators(CLEAN, names)
    assert clean.status == "pass"
    assert clean.statistic < 0.02


def test_an_enumerator_of_each_firm_cannot_be_told_from_the_firm():
    names = pd.Series(CLEAN.unit_index % 6).map("e{}".format)
    assert enumerators(CLEAN, names).why == "each_firm_had_one_enumerator"
    assert enumerators(CLEAN, pd.Series(["e1"] * len(CLEAN.y))).why == "fewer_than_two_enumerators"
    assert enumerators(CLEAN, None).why == "no_enumerator_in_the_plan"


def test_enumerators_of_one_group_are_found_unless_chance_explains_it():
    names = asked_by(CLEAN)
    assert one_arm_enumerators(CLEAN, names).why == "every_enumerator_met_both_arms"
    own = np.where(TREATED[CLEAN.unit_index], "theirs", names)
    found = one_arm_enumerators(CLEAN, pd.Series(own))
    assert (found.status, found.statistic) == ("warn", 1.0)
    one_firm = np.where(CLEAN.unit_index == 0, "the director", names)
    chance = one_arm_enumerators(CLEAN, pd.Series(one_firm))
    assert (chance.status, chance.p_value) == ("pass", 1.0)


def test_the_probability_of_one_arm_is_the_hypergeometric():
    own = np.where(CLEAN.unit_index % 20 == 1, "new", asked_by(CLEAN))
    found = one_arm_enumerators(CLEAN, pd.Series(own))
    firms = np.unique(CLEAN.unit_index[own == "new"])
    only = firms[~TREATED[firms]]
    assert 0 < len(only) < len(firms)
    assert found.why == "every_enumerator_met_both_arms"
    own = np.where(np.isin(CLEAN.unit_index, only), "new", asked_by(CLEAN))
    found = one_arm_enumerators(CLEAN, pd.Series(own))
    law = stats.hypergeom(N, int(TREATED.sum()), len(only))
    assert found.p_value == pytest.approx(min(1, 7 * (law.pmf(0) + law.pmf(len(only)))))


def lengths(seed=12):
    return np.random.default_rng(seed).lognormal(np.log(40), 0.25, len(CLEAN.y))


def test_interviews_that_were_too_short_to_be_held_are_found():
    minutes = lengths()
    assert short_interviews(CLEAN, minutes).status == "pass"
    minutes[::10] = 8
    found = short_interviews(CLEAN, minutes)
    assert (found.status, found.statistic) == ("warn", pytest.approx(0.1, abs=0.01))
    assert short_interviews(CLEAN, np.full(len(minutes), np.nan)).why == "no_duration_known"
    assert short_interviews(CLEAN, None).why == "no_duration_in_the_plan"


def test_interviews_longer_in_one_group_are_found():
    minutes = lengths()
    assert duration_by_arm(CLEAN, minutes).status == "pass"
    minutes[TREATED[CLEAN.unit_index]] *= 1.2
    found = duration_by_arm(CLEAN, minutes)
    assert found.status == "warn"
    assert found.statistic == pytest.approx(0.19, abs=0.06)
    assert duration_by_arm(CLEAN, None).status == "not_applicable"


def asked_again(*, error=0.02, shift=1.0, n=40):
    again = np.full(len(CLEAN.y), np.nan)
    rows = np.flatnonzero(CLEAN.time_index == 3)[:n]
    again[rows] = CLEAN.y[rows] * shift * np.exp(np.random.default_rng(13).normal(0, error, n))
    return again


def test_second_answers_that_differ_are_found():
    fine = back_check(CLEAN, CLEAN.y, asked_again(), outcome="y")
    assert (fine.status, fine.why, fine.statistic) == ("pass", "share_that_differ:y", 0.0)
    assert fine.table["reliability"].item() > 0.99
    assert back_check(CLEAN, CLEAN.y, asked_again(error=0.5), outcome="y").status == "warn"


def test_second_answers_lower_by_a_little_every_time_are_found():
    found = back_check(CLEAN, CLEAN.y, asked_again(shift=0.95), outcome="y")
    assert found.statistic < 0.05
    assert found.p_value < 0.001
    assert found.status == "warn"
    assert found.table["mean_difference"].item() < 0


def test_the_test_of_second_answers_is_the_paired_t_test():
    again = asked_again(error=0.2)
    both = ~np.isnan(again)
    expected = stats.ttest_rel(again[both], CLEAN.y[both]).pvalue
    assert back_check(CLEAN, CLEAN.y, again, outcome="y").p_value == pytest.approx(expected)


def test_reliability_is_the_share_of_variance_that_is_not_error():
    rng = np.random.default_rng(14)
    truth = rng.normal(0, 3, (4000, 1))
    panel = surveyed(np.column_stack([truth, truth, truth]) + 50, starts(4000, first=2))
    first, second = (truth[panel.unit_index, 0] + rng.normal(0, 1, len(panel.y)) for _ in range(2))
    found = back_check(panel, first, second, outcome="y")
    assert found.table["reliability"].item() == pytest.approx(0.9, abs=0.01)


def test_fewer_than_ten_second_visits_say_nothing():
    assert back_check(CLEAN, CLEAN.y, asked_again(n=9), outcome="y").why == "too_few_back_checks"
    assert back_check(CLEAN, None, None, outcome="").why == "no_back_check_in_the_plan"
