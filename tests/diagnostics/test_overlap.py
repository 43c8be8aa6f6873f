"""Who has controls like them: propensities by cohort, poor overlap flagged, none at all failed."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.errors import MissingValueError, NotIdentifiedError, UnknownNameError
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.propensity import logit
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said


def lasting(**choices):
    frame = long_frame(n=200, **choices)
    return frame.assign(x=frame.groupby("id").x.transform("first"))


def test_every_cohort_is_held_against_those_untreated_when_it_starts():
    frame = lasting(gaps=0.1)
    made = panel(frame, weight="w")
    found = impact.overlap(made, ["x"])
    assert list(found.table.cohort) == ["4", "6"]
    base = frame[frame.t == 3].set_index("id")
    later = base[base.g.isna() | (base.g >= 4)]
    treated = (later.g == 4).to_numpy()
    fit = logit(
        Compared.of(
            np.zeros((len(later), 1)),
            treated,
            later[["x"]].to_numpy(),
            weight=later.w.to_numpy(),
            names=["x"],
        )
    )
    row = found.table.iloc[0]
    assert (row.n_treated, row.n_control) == (treated.sum(), (~treated).sum())
    odds = later.w[~treated] * (fit.probability / (1 - fit.probability))[~treated]
    assert row.effective_controls == pytest.approx(odds.sum() ** 2 / (odds**2).sum())
    never = impact.overlap(made, ["x"], control_group="never_treated").table
    assert never.n_control[0] == later.g.isna().sum() < row.n_control


def test_the_histogram_counts_each_unit_once_in_its_step():
    found = impact.overlap(panel(lasting()), ["x"])
    sums = found.histogram.groupby(["cohort", "group"])[["units", "share"]].sum()
    assert np.allclose(sums.share, 1)
    assert list(sums.loc["4"].units) == list(found.table.loc[0, ["n_control", "n_treated"]])
    assert set(found.histogram.groupby(["cohort", "group"]).size()) == {20}
    axes = found.plot(cohort="6")
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights) == pytest.approx(0)
    assert max(heights) > 0


def test_good_poor_and_no_overlap_are_told_by_name():
    frame = lasting()
    good = impact.overlap(panel(frame), ["x"]).check
    assert (good.status, good.why) == ("pass", "fewest_effective_controls")
    assert good.statistic > 25
    apart = frame.assign(x=frame.x + 2.5 * frame.g.notna())
    poor = impact.overlap(panel(apart), ["x"], control_group="never_treated").check
    assert (poor.status, poor.why) == ("warn", "few_controls_alike:2")
    told = frame.assign(x=frame.x + 50 * (frame.g == 6))
    none = impact.overlap(panel(told), ["x"], control_group="never_treated")
    assert (none.check.status, none.check.why) == ("fail", "cohorts_told_apart:1")
    assert none.table.effective_controls.isna().tolist() == [False, True]
    assert set(none.histogram.cohort) == {"4"}


def test_no_cohort_with_controls_is_no_pass():
    everybody = lasting(cohorts=(4,), share=0.5).assign(g=lambda f: 2 + f.id % 2)
    found = impact.overlap(panel(everybody), ["x"], control_group="never_treated")
    assert (found.check.status, found.check.why) == ("not_applicable", "no_cohort_with_controls")


def test_unknown_missing_and_constant_covariates_are_refused_by_name():
    frame = lasting()
    with pytest.raises(UnknownNameError, match="size: not among"):
        impact.overlap(panel(frame), ["size"])
    with pytest.raises(MissingValueError, match="x: missing for"):
        impact.overlap(panel(frame.assign(x=frame.x.where(frame.id > 3))), ["x"])
    with pytest.raises(NotIdentifiedError, match="x: the same for all units of cohort 4"):
        impact.overlap(panel(frame.assign(x=1.0)), ["x"])


def test_it_is_said_in_both_languages():
    assert said(Words("en"), "check", "overlap") == "Controls like the treated"
    assert "comparaison" in said(Words("fr"), "check", "overlap")
