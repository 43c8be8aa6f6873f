"""Large panels: blocks bound the memory and change no number, and samples that lack a cohort are no obstacle."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics import specification_curve as curves
from impact.diagnostics.specification_curve import Choices
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.many_of import many
from impact.inference import few_treated, randomization

SAME = 1e-10  # relative: the same sums in another order


def test_specifications_of_complete_units_alone_are_computed_where_a_cohort_has_none():
    frame = long_frame(n=120, cohorts=(4, 6), seed=3)
    gone = (frame.g == 6) & (frame.t == 2) | (frame.id == 0) & (frame.t == 3)
    made = panel(frame[~gone])
    found = impact.specification_curve(made, permutations=9, choices=Choices(windows=(None,)))
    complete = found.table[(found.table["sample"] == "complete")]
    assert len(complete) == len(found.table[found.table["sample"] == "all"])
    kept = made.subset(~np.isnan(made.wide).any(axis=1), reason="incomplete")
    rows = complete[(complete.adjustment == "none") & (complete.scale == "level")]
    mine = rows[(rows.estimator == "callaway_santanna_cells") & (rows.winsorise == 0)]
    for controls, estimate in zip(mine.controls, mine.estimate, strict=True):
        alone = impact.CallawaySantAnna(control_group=controls).fit(kept).aggregate(by="overall")
        assert estimate == pytest.approx(alone.table.estimate[0], rel=SAME)


def test_specifications_are_the_same_a_few_assignments_at_a_time(monkeypatch):
    made = panel(long_frame(n=90, share=0.1, seed=5))
    choices = Choices(windows=(None,), winsorise=(0.0,))
    whole = impact.specification_curve(made, permutations=19, choices=choices)
    monkeypatch.setattr(curves, "MOST_NUMBERS", 5_000)
    parts = impact.specification_curve(made, permutations=19, choices=choices)
    pd.testing.assert_frame_equal(parts.table, whole.table, rtol=SAME)


def test_a_permutation_test_is_the_same_a_few_assignments_at_a_time(monkeypatch):
    made = panel(long_frame(n=90, share=0.1, seed=5))
    whole = impact.RandomizationInference(permutations=99).test(made)
    monkeypatch.setattr(randomization, "BLOCK", 1_000)
    parts = impact.RandomizationInference(permutations=99).test(made)
    assert (parts.p_value, parts.conf_low) == pytest.approx((whole.p_value, whole.conf_low))


def test_stand_ins_drawn_for_many_treated_units_are_those_drawn_one_by_one():
    generator = np.random.default_rng(1)
    standard, scale = generator.normal(size=(2, 30, 5)), generator.random((12, 5))
    cohort = generator.integers(2, size=12)
    chosen = generator.integers(30, size=(few_treated.DRAWS, 12))
    found = few_treated._drawn_errors(standard, cohort, chosen, scale)
    shown = standard[cohort[None], chosen]  # (DRAWS, n1, S)
    np.testing.assert_allclose(found, (shown * scale).sum(axis=1), rtol=0, atol=1e-12)


def test_what_is_held_for_an_outcome_counts_comparisons_where_these_outnumber_periods():
    made = panel(long_frame(n=60, cohorts=(3, 4, 5), seed=2))
    asked = many(made, impact.CallawaySantAnna())
    assert asked.width == len(Comparisons.of(made, impact.CallawaySantAnna()).base)
    assert asked.width > made.n_periods
    two = panel(long_frame(n=60, periods=8, cohorts=(8,), seed=2))
    assert (
        many(two, impact.CallawaySantAnna()).width == 8
    )  # periods, where there are fewer comparisons


def test_one_unit_alone_on_a_side_adds_nothing_to_the_leave_one_out_variance():
    """Its residual is zero; rounding errors of it were divided by 1e-12."""
    frame = long_frame(n=40, cohorts=(4,), share=0.0, seed=7)
    frame["g"] = np.where(frame.id < 3, 4.0, np.nan)
    frame = frame[~((frame.id < 2) & (frame.t == 5))]  # in one comparison one treated unit is left
    made = panel(frame)
    asked = many(made, impact.CallawaySantAnna())
    outcome = np.nan_to_num(made.wide)[:, None, :]
    shifted = (outcome + 1e6) * ~np.isnan(made.wide)[:, None, :]
    own, other = (asked.errors(values, "CRV3").std_error[0] for values in (outcome, shifted))
    assert other == pytest.approx(own, rel=1e-6)
