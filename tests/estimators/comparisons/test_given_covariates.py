"""Comparisons by cohort and period given covariates: whose values count, who shares a fit, what is refused and what is told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.errors import (
    InfiniteValueError,
    MissingValueError,
    NotAvailableError,
    NotIdentifiedError,
    UnknownNameError,
    UsageError,
)
from impact.estimators.comparisons import given_covariates
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.doubly_robust import adjusted
from impact.moments import UnitScores

SAME = {"rtol": 1e-9, "atol": 1e-12}  # the same sums in another order


def lasting(frame):
    """The covariate as it was in a unit's first row: it never changes."""
    return frame.assign(x=frame.groupby("id").x.transform("first"))


def given(**choices):
    return impact.CallawaySantAnna(**{"covariates": ["x"], **choices})


@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("method", ["dr", "ipw", "reg", "dr_improved", "ipw_abadie"])
def test_every_cell_is_the_two_period_estimate_with_covariates_of_the_earlier_period(method, base):
    frame = long_frame(gaps=0.15, n=120)
    table = given(method=method, base_period=base).fit(panel(frame, weight="w")).table
    y, x = (frame.set_index(["id", "t"])[name].unstack() for name in ("y", "x"))  # noqa: PD010
    cohort, weight = (frame.groupby("id")[name].first() for name in ("g", "w"))
    for row in table[table.std_error.notna()].itertuples():
        after = base == "universal" or row.time >= row.cohort
        start = row.cohort - 1 if after else row.time - 1
        change = (y[row.time] - y[start]).dropna()
        side = cohort.loc[change.index]
        control = side.isna() | ((side > max(row.time, start)) & (side != row.cohort))
        units = change.index[control | (side == row.cohort)]
        found = adjusted(
            Compared.of(
                change.loc[units].to_numpy()[:, None],
                (cohort.loc[units] == row.cohort).to_numpy(),
                x.loc[units, min(row.time, start)].to_numpy()[:, None],
                weight=weight.loc[units].to_numpy(),
                names=["x"],
            ),
            method,
        )
        np.testing.assert_allclose(row.estimate, found.effect[0], **SAME)
        np.testing.assert_allclose(row.std_error**2, (found.scores**2).sum(), **SAME)
        assert (row.n_treated, row.n_control) == ((side == row.cohort).sum(), control.sum())


def test_without_covariates_the_method_changes_nothing():
    made = panel(long_frame(gaps=0.1), weight="w")
    plain = impact.CallawaySantAnna().fit(made)
    for method in ("dr", "ipw", "reg"):
        other = impact.CallawaySantAnna(method=method).fit(made)
        pd.testing.assert_frame_equal(other.table, plain.table)
        assert (other.method, other.spec) == (plain.method, plain.spec)


@pytest.mark.parametrize("cluster", [None, "village"])
def test_scores_kept_by_unit_answer_as_scores_by_cell(cluster):
    """Averages with estimated shares, covariances and percentages of one and the same estimate."""
    frame = long_frame(gaps=0.1).assign(y=lambda f: f.y + 20)
    made = panel(frame, weight="w", cluster=cluster)
    by_cell = impact.CallawaySantAnna().fit(made)
    parts = by_cell.parts
    kept = (made.cohort > made.times[0]).astype(float)
    scores = UnitScores.of(parts.influence(made), made, parts.moments, kept=kept)
    by_unit = replace(by_cell, parts=replace(parts, scores=scores))
    for by in ("overall", "event_time", "cohort", "time"):
        one, other = by_cell.aggregate(by=by), by_unit.aggregate(by=by)
        np.testing.assert_allclose(other.vcov, one.vcov, **SAME)
        np.testing.assert_allclose(other.influence(made), one.influence(made), **SAME)
    one, other = (each.aggregate(by="overall").percent() for each in (by_cell, by_unit))
    np.testing.assert_allclose(other.vcov, one.vcov, **SAME)
    n_cohorts, k, n_periods = len(parts.moments.every_cohort), len(by_cell.values), made.n_periods
    centring = np.random.default_rng(1).normal(size=(n_cohorts, k, n_periods))
    moved = scores.plus_indicators(centring).of_units(made, parts.moments) - scores.of_units(
        made, parts.moments
    )
    seen = ~np.isnan(made.wide)
    by_hand = np.einsum("nkt,nt->nk", centring[scores.cohort], seen) * made.weight[:, None]
    np.testing.assert_allclose(moved, by_hand, **SAME)


def fits_of(monkeypatch, made, **choices):
    """How many sets of propensities and regressions were fitted."""
    asked = []
    real = given_covariates.adjusted
    monkeypatch.setattr(
        given_covariates, "adjusted", lambda *which: asked.append(1) or real(*which)
    )
    given(**choices).fit(made)
    return len(asked)


def test_one_fit_serves_all_periods_of_a_cohort_with_the_same_controls(monkeypatch):
    frame = long_frame(n=120)
    still = panel(lasting(frame))
    assert fits_of(monkeypatch, still, control_group="never_treated") == 2
    assert fits_of(monkeypatch, still, control_group="never_treated", base_period="universal") == 2
    moving = {"control_group": "never_treated", "base_period": "universal"}
    # cohorts 4 and 6 of 8 periods: values of the base for all periods after it, and of 2 and 4 periods before it
    assert fits_of(monkeypatch, panel(frame), **moving) == 2 + 2 + 4


def test_clusters_add_units_scores_up():
    frame = long_frame(n=120)
    free, clustered = panel(frame), panel(frame, cluster="village")
    scores = given().fit(free).influence(free)
    total = pd.DataFrame(scores).groupby(np.arange(len(scores)) // 4).sum().to_numpy()
    np.testing.assert_allclose(given().fit(clustered).vcov, total.T @ total, **SAME)


def test_gaps_are_left_to_units_seen_in_both_periods_or_in_all():
    frame = long_frame(gaps=0.1, n=120)
    whole = frame[frame.groupby("id").t.transform("size") == 8]
    balanced = given(missing="balanced").fit(panel(frame))
    np.testing.assert_allclose(balanced.values, given().fit(panel(whole)).values, **SAME)
    np.testing.assert_allclose(
        balanced.aggregate(by="overall").vcov,
        given().fit(panel(whole)).aggregate(by="overall").vcov,
        **SAME,
    )


def test_a_covariate_takes_out_a_trend_that_goes_with_it():
    generator = np.random.default_rng(2)
    x = generator.normal(size=600)
    start = np.where(generator.random(600) < 1 / (1 + np.exp(1 - x)), 4.0, np.nan)
    unit, time = np.repeat(np.arange(600), 6), np.tile(np.arange(1, 7), 600)
    y = x[unit] * time + (time >= start[unit]) + generator.normal(size=3600)
    made = panel(pd.DataFrame({"id": unit, "t": time, "y": y, "g": start[unit], "x": x[unit]}))
    raw = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    assert raw.params.iloc[0] - 1 > 5 * raw.std_errors.iloc[0]
    for method in ("dr", "dr_improved", "ipw", "reg"):
        alike = given(method=method).fit(made).aggregate(by="overall")
        assert abs(alike.params.iloc[0] - 1) < 2.5 * alike.std_errors.iloc[0]


def test_moments_are_refused_as_they_hold_no_covariates():
    with pytest.raises(NotAvailableError, match="given x: needs the covariates of single units"):
        given().fit(impact.PathMoments.from_panel(panel()))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"covariates": "x"}, "write a list of names"),
        ({"controls": "strata"}, "give the strata as covariates"),
        ({"method": "dripw"}, "did you mean"),
    ],
)
def test_choices_that_do_not_go_together_are_refused_when_they_are_made(choices, message):
    with pytest.raises(UsageError, match=message):
        given(**choices)


def test_covariates_that_are_unknown_texts_infinite_or_missing_are_refused_by_name():
    frame = long_frame()
    with pytest.raises(UnknownNameError, match="size: not among the panel's covariates"):
        given(covariates=["size"]).fit(panel(frame))
    with pytest.raises(UsageError, match="city: not a number"):
        given(covariates=["city"]).fit(panel(frame.assign(city="Fez"), covariates=["city"]))
    with pytest.raises(InfiniteValueError, match="x: infinite in 1 observations"):
        given().fit(panel(frame.assign(x=frame.x.where(frame.index != 5, np.inf))))
    missing = frame.assign(x=frame.x.where((frame.id > 2) | (frame.t != 3)))
    with pytest.raises(MissingValueError, match="x: missing for 3 units"):
        given().fit(panel(missing))


def test_what_is_missing_after_the_base_is_not_needed():
    frame = long_frame(cohorts=(4,))
    late = frame.assign(x=frame.x.where(frame.t < 4))
    choices = {"base_period": "universal", "control_group": "never_treated"}
    one, other = (given(**choices).fit(panel(each)) for each in (frame, late))
    pd.testing.assert_frame_equal(one.table, other.table)


def test_perfect_prediction_names_the_covariate_and_the_cohort():
    frame = long_frame().assign(x=lambda f: (f.g == 4) + f.id / 1000)
    with pytest.raises(NotIdentifiedError, match=r"x: predict perfectly .* cohort 4 and its"):
        given().fit(panel(frame))


def test_poor_overlap_is_noted_and_counted():
    frame = lasting(long_frame(n=200))
    assert given(control_group="never_treated").fit(panel(frame)).notes == ()
    apart = frame.assign(x=frame.x + 2.5 * frame.g.notna())
    found = given(control_group="never_treated").fit(panel(apart))
    noted = [note for note in found.notes if note.startswith("poor_overlap:")]
    assert noted == ["poor_overlap:14"]  # 2 cohorts, 7 periods
    assert found.spec["fewest_effective_controls"] < 25
    assert "poor_overlap" in impact.Estimate.from_json(found.to_json()).notes[0]


def test_permutation_and_leave_one_out_fit_anew():
    made = panel(long_frame(n=40, periods=4, cohorts=(3,), share=0.4))
    overall = given().fit(made).aggregate(by="overall")
    found = overall.under(impact.Permutation(permutations=99))
    assert found.estimate == pytest.approx(overall.params.iloc[0])
    assert found.conf_low < found.estimate < found.conf_high
    jackknife = overall.under(impact.Clustered("CRV3"))
    assert jackknife.std_errors.iloc[0] == pytest.approx(overall.std_errors.iloc[0], rel=0.25)
    assert "overall" in repr(impact.compare([overall, jackknife]))
