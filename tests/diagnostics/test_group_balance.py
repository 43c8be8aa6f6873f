"""How alike groups are: by hand, drawn, and said."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said


def lasting():
    frame = long_frame(n=150)
    return frame.assign(x=frame.groupby("id").x.transform("first") + frame.g.notna())


def test_means_errors_differences_and_ratios_are_those_of_the_groups():
    made = panel(lasting(), weight="w")
    row = impact.balance(made, ["x"]).table.iloc[0]
    x = made.covariates.x.to_numpy().reshape(150, 8)[:, 0]
    treated, w = np.isfinite(made.cohort), made.weight
    mean = [np.average(x[side], weights=w[side]) for side in (treated, ~treated)]
    error = [
        np.sqrt((w[side] / w[side].sum()) ** 2 @ (x[side] - m) ** 2)
        for side, m in zip((treated, ~treated), mean, strict=True)
    ]
    spread = x[treated].std(ddof=1)
    assert (row.treated, row.comparison) == pytest.approx(mean)
    assert (row.se_treated, row.se_comparison) == pytest.approx(error)
    assert row.difference == pytest.approx(mean[0] - mean[1])
    assert row.normalised_difference == pytest.approx((mean[0] - mean[1]) / spread)
    assert row.normalised_difference_before == pytest.approx(
        (x[treated].mean() - x[~treated].mean()) / spread
    )
    assert row.variance_ratio_before == pytest.approx(
        x[treated].var(ddof=1) / x[~treated].var(ddof=1)
    )
    assert 0 < row.p_value < 1e-3


def test_what_is_left_warns_and_what_is_balanced_passes():
    made = panel(lasting())
    before = impact.balance(made, ["x"])
    assert (before.check.status, before.check.why) == ("warn", "largest_normalised_difference")
    weighed = impact.EntropyBalancing(["x"], lagged_outcomes=2).weigh(made)
    after = impact.balance(weighed, ["x"], before=made, lagged_outcomes=2)
    assert after.check.status == "pass"
    assert len(after.table) == 3
    assert after.effective_comparison < after.n_comparison
    assert "treated" in repr(after)
    assert after.table.p_value.min() > 0.99


def test_the_love_plot_has_a_hollow_and_a_full_mark_a_covariate_and_the_limits():
    made = panel(lasting())
    weighed = impact.EntropyBalancing(["x"], lagged_outcomes=1).weigh(made)
    found = impact.balance(weighed, ["x"], before=made, lagged_outcomes=1)
    axes = found.plot()
    before, after = (each.get_offsets()[:, 0] for each in axes.collections)
    np.testing.assert_allclose(before, found.table.normalised_difference_before)
    np.testing.assert_allclose(after, found.table.normalised_difference)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x", "y 3"]
    assert {0.25, -0.25} <= {float(line.get_xdata()[0]) for line in axes.lines}


def test_it_is_said_in_both_languages():
    for language in ("en", "fr"):
        assert said(Words(language), "check", "group_balance")
