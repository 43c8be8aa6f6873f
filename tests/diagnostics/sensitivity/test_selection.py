"""Sensitivity to unobserved selection: published numbers, the omitted variable itself, and what has no answer."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics.sensitivity.proportional_selection import ProportionalSelection
from impact.diagnostics.sensitivity.robustness_value import (
    Confounder,
    partial_r2,
    robustness_value,
)
from impact.errors import NotIdentifiedError, UnknownNameError

# Cinelli and Hazlett (2020), sec. 5.2: direct harm and attitudes to peace in Darfur; R sensemakr prints the same
DARFUR = {"t": 4.18445, "df": 783}
HARM, ERROR = 0.09732, 0.02326


def test_the_robustness_value_of_the_published_example():
    assert partial_r2(**DARFUR) == pytest.approx(0.022, abs=5e-4)
    assert robustness_value(**DARFUR) == pytest.approx(0.139, abs=5e-4)
    assert robustness_value(**DARFUR, level=0.95) == pytest.approx(0.076, abs=5e-4)


@pytest.mark.parametrize(
    ("times", "of_treatment", "of_outcome", "left"),
    [(1, 0.0092, 0.1246, 0.0752), (2, 0.0183, 0.2493, 0.0529), (3, 0.0275, 0.3741, 0.0304)],
)
def test_confounders_as_strong_as_being_a_woman_in_the_published_example(
    times, of_treatment, of_outcome, left
):
    like = Confounder.like(0.009081, 0.10904, times=times)  # partial R2 of the covariate
    assert like.of_treatment == pytest.approx(of_treatment, abs=1e-4)
    assert like.of_outcome == pytest.approx(of_outcome, abs=2e-4)
    assert like.adjusted(HARM, ERROR, 783)[0] == pytest.approx(left, abs=2e-4)


def test_a_confounder_of_the_robustness_value_leaves_nothing():
    value = robustness_value(**DARFUR)
    assert Confounder(value, value).adjusted(HARM, ERROR, 783)[0] == pytest.approx(0, abs=1e-4)
    beyond = robustness_value(**DARFUR, level=0.95)
    left, error = Confounder(beyond, beyond).adjusted(HARM, ERROR, 783)
    assert left / error == pytest.approx(1.963, abs=0.01)  # the critical value of t(782)
    assert robustness_value(0.5, 783, level=0.95) == 0
    assert robustness_value(200.0, 20, level=0.95) < 1


def test_what_is_omitted_moves_estimate_and_error_as_its_shares_say():
    generator = np.random.default_rng(4)
    z, x = generator.normal(size=(2, 200))
    d = 0.5 * z + 0.3 * x + generator.normal(size=200)
    y = d + 0.8 * z + x + generator.normal(size=200)

    def regress(outcome, *columns):
        X = np.column_stack([*columns, np.ones(200)])
        b, rss = np.linalg.lstsq(X, outcome, rcond=None)[:2]
        df = 200 - X.shape[1]
        return b[0], np.sqrt(rss[0] / df * np.linalg.inv(X.T @ X)[0, 0]), df

    (short, error, df), (full, full_error, _) = regress(y, d, x), regress(y, d, x, z)
    (b, e, m), (c, f, _) = regress(z, d, x), regress(y, z, d, x)
    shares = Confounder(partial_r2(b / e, m), partial_r2(c / f, df - 1))
    left, left_error = shares.adjusted(short, error, df)
    assert left == pytest.approx(full)
    assert left_error == pytest.approx(full_error)


@pytest.mark.parametrize("unobserved", [0.3, 0.9, -0.2])
def test_selection_as_strong_as_it_is_gives_the_effect_that_is_true(unobserved):
    generator = np.random.default_rng(0)
    ones = np.ones(300)

    def apart(values, *others):
        X = np.column_stack([*others, ones])
        return values - X @ np.linalg.lstsq(X, values, rcond=None)[0]

    seen = apart(generator.normal(size=300))
    hidden = 0.8 * apart(generator.normal(size=300), seen)
    d = apart(0.6 * seen + unobserved * hidden + 0.7 * generator.normal(size=300))
    noise = apart(generator.normal(size=300), d, seen, hidden)
    y = 1.5 * d + seen + hidden + noise
    delta = (hidden @ d / (hidden @ hidden)) / (seen @ d / (seen @ seen))
    r2_max = 1 - noise @ noise / (y @ y)
    found = ProportionalSelection.of(y, d, seen[:, None])
    assert found.delta(1.5, r2_max=r2_max) == pytest.approx(delta, rel=1e-9)
    assert found.effect(delta, r2_max=r2_max) == pytest.approx(1.5, rel=1e-9)
    assert found.delta(found.effect(1.0)) == pytest.approx(1.0)


def grown(*, growth, effect=0.0, seed=2):
    """Firms whose growth depends on their skill, as does whether they are treated."""
    frame = long_frame(n=120, cohorts=(5,), effect=0.0, seed=seed)
    generator = np.random.default_rng(seed)
    skill = generator.normal(size=120)
    frame["skill"] = skill[frame.id]
    frame["luck"] = generator.normal(size=120)[frame.id]
    frame["g"] = np.where(skill + generator.normal(size=120) > 0.6, 5.0, np.nan)[frame.id]
    frame["y"] += frame.t.ge(5) * (growth * frame.skill + effect * frame.g.notna())
    return panel(frame, covariates=["skill", "luck"])


def test_an_effect_of_growth_that_skill_explains_is_flagged_and_a_strong_one_is_not():
    selected = impact.selection_sensitivity(grown(growth=1.0, effect=0.6), covariates=["skill"])
    assert selected.checks()[0].status == "warn"
    strong = impact.selection_sensitivity(
        grown(growth=0.2, effect=3.0), covariates=["skill", "luck"]
    )
    assert strong.checks()[0].status == "pass"
    assert strong.delta > selected.delta > 0
    assert strong.robustness_value_of_interval > 0.3
    once = strong.table[strong.table.times == 1].set_index("covariate")
    assert (once.estimate < strong.estimate).all()
    assert once.of_treatment["skill"] > once.of_treatment["luck"]
    assert "robustness value" in repr(strong)
    assert strong._repr_html_()


def test_the_estimate_is_the_change_given_covariates():
    made = grown(growth=1.0, effect=1.0)
    found = impact.selection_sensitivity(made, covariates=["skill"])
    wide, late = made.wide, made.times >= 5
    change = wide[:, late].mean(axis=1) - wide[:, ~late].mean(axis=1)
    skill = made.covariates.skill.to_numpy()[made.time_index == 0]
    X = np.column_stack([np.isfinite(made.cohort), skill, np.ones(len(skill))])
    assert found.estimate == pytest.approx(np.linalg.lstsq(X, change, rcond=None)[0][0])


def test_what_cannot_be_measured_is_no_passed_check():
    none = impact.selection_sensitivity(grown(growth=0.0, effect=3.0))
    assert {check.why for check in none.checks()} == {"no_covariate_to_measure_by"}
    nil = impact.selection_sensitivity(grown(growth=0.0), covariates=["skill"])
    assert {check.why for check in nil.checks()} == {"no_effect_to_explain_away"}
    with pytest.raises(UnknownNameError, match="skll"):
        impact.selection_sensitivity(grown(growth=0.0), covariates=["skll"])
    frame = pd.DataFrame(grown(growth=0.0).frame())
    made = panel(
        frame.assign(id=frame.unit, t=frame.time, g=frame.cohort, same=frame.cohort.notna() * 1.0),
        covariates=["same"],
    )
    with pytest.raises(NotIdentifiedError, match="same: constant, following from each other"):
        impact.selection_sensitivity(made, covariates=["same"])


def test_changes_that_are_all_alike_are_refused_by_name():
    made = grown(growth=0.0)
    for y in (np.ones(len(made.y)), made.time_index * 1.0, made.exposed * 1.0):
        with pytest.raises(
            NotIdentifiedError, match=r"foretell every change exactly|the same for all"
        ):
            impact.selection_sensitivity(made.with_outcome(y, "y"), covariates=["skill"])
