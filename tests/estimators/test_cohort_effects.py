"""Cohorts' effects under many assignments at once are those of a new fit for each, covariance and all."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.estimators.cohort_effects import cohort_effects, cohort_effects_under, refitted
from impact.estimators.comparisons import by_cohort
from impact.estimators.many import labels_of
from impact.inference.exchange import Exchange

SAME = {"rtol": 1e-10, "atol": 1e-12}  # the same sums in another order


def drawn(made, n=12):
    labels = labels_of(made)[0]
    return np.concatenate(
        [labels[None], Exchange.of(made, labels).drawn(n, np.random.default_rng(3), most=0).labels]
    )


def both(made, estimator, labels):
    return [list(answer(made, estimator)(labels)) for answer in (cohort_effects_under, refitted)]


def agree(one, other):
    assert (one is None) == (other is None)
    if one is not None:
        assert one.values == pytest.approx(other.values, rel=1e-10, abs=1e-12)
        np.testing.assert_allclose(one.vcov, other.vcov, **SAME)


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize(
    "choices",
    [{}, {"control_group": "never_treated"}, {"anticipation": 1}, {"base_period": "universal"}],
    ids=["not_yet", "never", "anticipation", "universal"],
)
def test_every_assignment_has_the_effects_and_the_covariance_of_its_own_fit(weight, gaps, choices):
    made = panel(long_frame(cohorts=(3, 5, 7), gaps=gaps), weight=weight)
    labels = drawn(made)
    assert (labels[0] == labels_of(made)[0]).all()
    found = both(made, impact.CallawaySantAnna(**choices), labels)
    for one, other in zip(*found, strict=True):
        assert one is not None
        agree(one, other)


def test_the_last_cohort_is_everybodys_control_where_all_are_treated():
    frame = long_frame(cohorts=(3, 5, 7), share=0.34)
    made = panel(frame[frame.g.notna()])
    for one, other in zip(*both(made, impact.CallawaySantAnna(), drawn(made)), strict=True):
        assert one.values.shape == (2,)
        agree(one, other)


def test_a_cohort_that_an_assignment_leaves_without_a_comparison_is_left_out_by_both():
    frame = long_frame(n=30, cohorts=(3, 6), share=0.3)
    blind = frame.id.eq(int(frame.id[frame.g.isna()].min())) & frame.t.lt(3)
    made = panel(frame[~blind])  # this firm alone, as the cohort of 3, would have no base period
    labels, cohorts = labels_of(made)
    alone = np.where(labels == 0, len(cohorts) - 1, labels)
    alone[list(made.units).index(frame.id[blind].iloc[0])] = 0
    ((one,), (other,)) = both(made, impact.CallawaySantAnna(), alone[None])
    assert one.values.shape == (1,)
    agree(one, other)


def test_nobody_compared_is_no_effect():
    made = panel(long_frame(n=30, cohorts=(3, 6), share=0.3))
    never = np.full((1, made.n_units), len(made.cohorts))
    assert both(made, impact.CallawaySantAnna(), never) == [[None], [None]]


def test_blocks_of_assignments_are_put_together_in_order(monkeypatch):
    made = panel(long_frame(cohorts=(3, 5, 7), gaps=0.2))
    labels = drawn(made)
    whole = list(cohort_effects_under(made, impact.CallawaySantAnna())(labels))
    monkeypatch.setattr(by_cohort, "MOST", 5 * labels.shape[1] * 4)
    parts = list(cohort_effects_under(made, impact.CallawaySantAnna())(labels))
    for one, other in zip(whole, parts, strict=True):
        agree(one, other)


@pytest.mark.parametrize(
    "estimator",
    [impact.CallawaySantAnna(missing="balanced"), impact.Imputation()],
    ids=["balanced", "imputation"],
)
def test_an_estimator_without_a_kernel_is_fitted_anew(estimator):
    made = panel(long_frame(cohorts=(3, 5)))
    (found,) = cohort_effects_under(made, estimator)(drawn(made, 1)[:1])
    agree(found, cohort_effects(made, estimator))
