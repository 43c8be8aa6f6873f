"""Zeros and silence: bounds that hold the truth, weights that undo what was seen, margins that do not depend on the unit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel

import impact
from impact.diagnostics.outcomes.attrition import attrition_bounds
from impact.diagnostics.outcomes.changes import Changes
from impact.diagnostics.outcomes.lee import imbens_manski, trimmed_bounds
from impact.diagnostics.outcomes.margins import margins
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.evaluation.outcomes import outward

TRUTH = 1.0


def drawn(generator, n=400, treated=0.9, comparison=0.7):
    """Units of which the treated answer more often, in order of what they would have had: the truth is `TRUTH` for all."""
    side, luck = generator.random(n) < 0.5, generator.random(n)
    value = generator.normal(size=n) + 2 * luck + TRUTH * side
    return changes(value, luck < np.where(side, treated, comparison), side)


def changes(value, known, treated, weight=None):
    n = len(value)
    weight = np.ones(n) if weight is None else np.asarray(weight, dtype=float)
    return Changes(
        np.asarray(value, dtype=float),
        np.asarray(known),
        np.asarray(treated),
        weight / weight.mean(),
        np.arange(n),
    )


def test_by_hand_the_larger_group_loses_its_highest_or_lowest_values():
    """Ten treated of ten answer, four of five others: two values in ten are taken from the treated."""
    value = [*range(10, 20), 1, 2, 3, 4, 0]
    known = [*[True] * 14, False]
    found = trimmed_bounds(changes(value, known, [*[True] * 10, *[False] * 5]))
    assert found.share_trimmed == pytest.approx(0.2)
    assert found.trimmed == "treated"
    assert found.low == pytest.approx(np.mean(range(10, 18)) - 2.5)
    assert found.high == pytest.approx(np.mean(range(12, 20)) - 2.5)


def test_where_as_many_answer_in_both_groups_there_is_one_effect():
    found = trimmed_bounds(changes([5, 7, 9, 1, 2, 0], [True] * 6, [True] * 3 + [False] * 3))
    assert (found.low, found.high, found.trimmed) == (
        pytest.approx(6.0),
        pytest.approx(6.0),
        "nobody",
    )


def test_standard_errors_are_those_of_leaving_out_one_unit_at_a_time():
    made = drawn(np.random.default_rng(3), n=300)
    found = trimmed_bounds(made)
    without = [trimmed_bounds(made.of_units(np.arange(300) != i)) for i in range(300)]
    for end in ("low", "high"):
        left = np.array([getattr(one, end) for one in without])
        jackknife = np.sqrt(299 / 300 * ((left - left.mean()) ** 2).sum())
        assert getattr(found, f"std_error_{end}") == pytest.approx(jackknife, rel=0.02)


@given(st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3), st.floats(0.01, 1e3))
@settings(max_examples=25, deadline=None)
def test_bounds_move_with_the_outcome_and_turn_with_it(seed, shift, scale):
    made = drawn(np.random.default_rng(seed), n=80)
    found = trimmed_bounds(made)
    moved = trimmed_bounds(replace(made, value=made.value * scale + shift))
    assert moved.low == pytest.approx(found.low * scale, rel=1e-6, abs=1e-6 * scale)
    turned = trimmed_bounds(replace(made, value=-made.value))
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    other = trimmed_bounds(replace(made, treated=~made.treated))
    if found.trimmed != "nobody":
        assert (other.low, other.high) == pytest.approx((-found.high, -found.low))


def test_a_unit_of_weight_two_counts_as_two():
    made = drawn(np.random.default_rng(8), n=120)
    twice = np.arange(120) % 3 == 0
    weighed = trimmed_bounds(changes(made.value, made.known, made.treated, 1 + twice))
    copied = np.r_[np.arange(120), np.flatnonzero(twice)]
    longer = trimmed_bounds(changes(made.value[copied], made.known[copied], made.treated[copied]))
    assert (weighed.low, weighed.high) == pytest.approx((longer.low, longer.high))


def test_the_interval_is_one_sided_where_bounds_lie_far_apart():
    """Imbens and Manski (2004), eq. 7: 1.96 standard errors at a point, 1.645 where the other bound is out of reach."""
    assert imbens_manski((0.0, 0.0), [1.0, 1.0], level=0.95) == pytest.approx(
        (-1.95996, 1.95996), abs=1e-4
    )
    assert imbens_manski((0.0, 100.0), [1.0, 1.0], level=0.95) == pytest.approx(
        (-1.64485, 101.64485), abs=1e-4
    )


def at_its_high_end(generator, n=400):
    """The treated that answer only because they are treated have the lowest values: the effect is the high bound."""
    side, luck = generator.random(n) < 0.5, generator.random(n)
    known = luck < np.where(side, 0.9, 0.7)
    return changes(TRUTH * side - 2 * luck, known, side)


@pytest.mark.parametrize("draws", [120, pytest.param(2000, marks=pytest.mark.slow)])
def test_an_effect_at_the_end_of_the_bounds_is_held_as_often_as_stated(draws):
    generator = np.random.default_rng(1)
    found = [trimmed_bounds(at_its_high_end(generator)) for _ in range(draws)]
    covered = np.mean([one.conf_low <= TRUTH <= one.conf_high for one in found])
    assert abs(covered - 0.95) < 3 * np.sqrt(0.95 * 0.05 / draws)


def test_fewer_than_two_answers_in_a_group_are_refused_by_name():
    with pytest.raises(NotIdentifiedError, match="treated units: fewer than 2"):
        trimmed_bounds(changes([1, 2, 3, 4], [True, False, True, True], [True, True, False, False]))


def silenced(seed=1, n=400):
    """A programme that helps firms that were small, of which those left untreated fall silent the more often."""
    generator = np.random.default_rng(seed)
    frame = long_frame(n=n, cohorts=(5,), share=0.5, effect=0.0, seed=seed)
    before = frame[frame.t < 5].groupby("id").y.mean()
    small = (before < 0).to_numpy()
    treated = frame.groupby("id").g.first().notna().to_numpy()
    lost = generator.random(n) < 1 / (1 + np.exp(2.9 - 3.8 * small + 3.0 * treated))
    gain = np.where(small, 8.0, 0.0)  # everybody's, treated or not: the effect is zero
    frame["y"] += np.where(frame.t >= 5, gain[frame["id"]], 0.0)
    frame["small"] = small[frame["id"]].astype(float)
    return panel(frame[~(lost[frame["id"]] & (frame.t >= 5))], covariates=["small"])


def test_weights_undo_a_silence_that_follows_from_what_was_seen_before():
    rows = attrition_bounds(silenced()).table.set_index("assumption")
    assert rows.loc["answered", "conf_low"] > 0  # a false effect
    assert rows.loc["reweighted", "conf_low"] < 0 < rows.loc["reweighted", "conf_high"]
    assert rows.loc["lee", "conf_low"] < 0 < rows.loc["lee", "conf_high"]
    assert rows.loc["worst_case", "low"] < rows.loc["lee", "low"]


def test_what_silence_could_hide_is_warned_of_and_what_it_cannot_passes():
    assert attrition_bounds(silenced()).check().status == "warn"
    whole = attrition_bounds(panel(long_frame()))
    assert (whole.check().why, whole.n_lost) == ("nobody_lost", 0)
    ends = whole.table[["low", "high"]].to_numpy()
    np.testing.assert_allclose(ends, ends[0, 0])


def test_reweighted_errors_are_those_of_leaving_out_one_unit_at_a_time():
    made = silenced(n=160)

    def reweighted(of):
        row = attrition_bounds(of).table.set_index("assumption").loc["reweighted"]
        return row["low"], (row["conf_high"] - row["conf_low"]) / 2 / 1.959964

    left = np.array(
        [
            reweighted(made.subset(np.arange(made.n_units) != i, reason="left_out"))[0]
            for i in range(made.n_units)
        ]
    )
    n = len(left)
    jackknife = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    assert reweighted(made)[1] == pytest.approx(jackknife, rel=0.05)


def with_zeros(seed=2, n=300):
    frame = long_frame(n=n, cohorts=(5,), share=0.4, seed=seed)
    generator = np.random.default_rng(seed)
    size = np.exp(
        frame.groupby("id").y.transform("mean") / 4 + 5 + 0.3 * generator.normal(size=len(frame))
    )
    treated = frame.t >= frame.g
    sells = generator.random(len(frame)) < np.where(treated, 0.9, 0.7)
    return panel(frame.assign(y=np.where(sells, size, 0.0)))


def test_margins_are_the_estimators_own_answers():
    made = with_zeros()
    rows = margins(made).table.set_index(["margin", "measure"])
    own = impact.CallawaySantAnna()
    sells = own.fit(made.with_outcome((made.y > 0).astype(float), "y")).aggregate(by="overall")
    percent = own.fit(made).aggregate(by="overall").percent()
    assert rows.loc[("participation", "points"), "estimate"] == pytest.approx(
        100 * sells.params.iloc[0]
    )
    assert rows.loc[("level", "percent"), "estimate"] == pytest.approx(percent.params.iloc[0])
    assert rows.loc[("participation", "points"), "conf_low"] > 0


def test_what_a_logarithm_of_zero_says_depends_on_the_unit_and_the_margins_do_not():
    made = with_zeros()
    dirhams, centimes = margins(made), margins(made.with_outcome(100 * made.y, "y"))
    pd.testing.assert_frame_equal(dirhams.table, centimes.table, rtol=1e-6)
    moved = centimes.by_unit.set_index(["function", "unit"]).estimate
    stood = dirhams.by_unit.set_index(["function", "unit"]).estimate
    assert moved["log1p", 100.0] == pytest.approx(stood["log1p", 1.0])
    # Chen and Roth (2024), Proposition 2: by the effect on participation times the logarithm of the factor
    sells = dirhams.table.set_index("margin").loc["participation", "estimate"] / 100
    assert moved["arcsinh", 1.0] - stood["arcsinh", 1.0] == pytest.approx(
        sells * np.log(100), rel=0.02
    )
    assert dirhams.check().status == "warn"


def test_an_outcome_without_zeros_has_nothing_to_depend_on():
    made = panel(long_frame().assign(y=lambda f: np.exp(f.y / 10)))
    assert margins(made).check().status == "not_applicable"


def test_negative_outcomes_have_no_margins():
    with pytest.raises(NotAvailableError, match="y: negative outcomes"):
        margins(panel())


def test_an_outcome_that_only_says_whether_has_no_margins():
    sold = panel(long_frame())
    with pytest.raises(NotAvailableError, match="two values alone"):
        margins(sold.with_outcome((sold.y > np.median(sold.y)).astype(float), "sold"))


def test_bounds_that_leave_out_a_few_firms_are_shown_wider_than_they_are():
    table = attrition_bounds(silenced()).table
    shown = outward(table).set_index("assumption")
    exact = table.set_index("assumption")
    for name in ("lee", "worst_case"):
        assert shown.loc[name, "low"] < exact.loc[name, "low"]
        assert shown.loc[name, "high"] > exact.loc[name, "high"]
    pd.testing.assert_series_equal(shown.loc["answered"], exact.loc["answered"])
