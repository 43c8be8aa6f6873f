"""Adjusting where each period has other people: right when either model is right, by hand, refused by name."""

import re

import numpy as np
import pytest

from impact.errors import NotIdentifiedError
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.cross_sections import CrossSections, adjusted_across

METHODS = ("reg", "ipw", "ipw_abadie", "dr", "dr_improved")
EFFECT = 1.0


def draw(generator, *, outcome_right=True, propensity_right=True, n=800):
    """Two groups in two periods; outcomes and the chance to be treated are linear, or have a square beside."""
    x = generator.normal(size=(n, 2))
    square = x[:, 0] ** 2 - 1
    index = 0.6 * x[:, 0] - 0.3 * x[:, 1] - 0.4 + (0 if propensity_right else 0.5 * square)
    treated = generator.random(n) < 1 / (1 + np.exp(-index))
    late = generator.random(n) < 0.4
    y = x[:, 0] - x[:, 1] + late * (x.sum(axis=1) + EFFECT * treated)
    y = y + generator.normal(size=n) + (0 if outcome_right else square * (1 + late))
    return sections(y, treated, x, late)


def sections(y, treated, x, late, weight=None):
    made = Compared.of(y[:, None], treated, x, weight=weight, names=["size", "age"][: x.shape[1]])
    return CrossSections(made, late)


def part(whole, kept):
    one = whole.compared
    return sections(whole.outcome[kept], one.treated[kept], one.X[kept, 1:], whole.late[kept])


@pytest.mark.parametrize("method", METHODS)
def test_scores_are_what_leaving_a_person_out_changes(method):
    """The influence of DRDID's ``drdid_rc`` correlates by .92 to .99 with it, as one of its signs is turned."""
    whole = draw(np.random.default_rng(3), n=200)
    found = adjusted_across(whole, method)
    changes = np.array(
        [
            found.effect[0]
            - adjusted_across(part(whole, np.arange(200) != person), method).effect[0]
            for person in range(200)
        ]
    )
    if method != "dr_improved":  # its scores leave out what a person changes in both models
        assert np.corrcoef(changes, found.scores[:, 0])[0, 1] > 0.99
    assert np.sqrt((changes**2).sum()) == pytest.approx(np.sqrt((found.scores**2).sum()), rel=0.15)


@pytest.mark.parametrize("method", METHODS)
def test_scores_add_up_to_nothing_and_the_sign_turns_with_time(method):
    whole = draw(np.random.default_rng(4))
    found = adjusted_across(whole, method)
    assert abs(found.scores.sum()) < 1e-10
    back = adjusted_across(CrossSections(whole.compared, ~whole.late), method)
    np.testing.assert_allclose(back.effect, -found.effect, rtol=1e-10)
    np.testing.assert_allclose(back.scores, -found.scores, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("method", [method for method in METHODS if method != "ipw_abadie"])
def test_without_covariates_it_is_the_difference_of_differences_of_means(method):
    generator = np.random.default_rng(5)
    y, treated, late = (
        generator.normal(size=200),
        generator.random(200) < 0.4,
        generator.random(200) < 0.5,
    )
    weight = 1 + generator.random(200)
    made = Compared.of(y[:, None], treated, np.empty((200, 0)), weight=weight, names=[])
    found = adjusted_across(CrossSections(made, late), method)
    mean, part_of_variance = {}, 0.0
    for group in (False, True):
        for period in (False, True):
            cell = (treated == group) & (late == period)
            share = weight[cell] / weight[cell].sum()
            mean[group, period] = share @ y[cell]
            part_of_variance += (share**2 * (y[cell] - mean[group, period]) ** 2).sum()
    by_hand = mean[True, True] - mean[True, False] - mean[False, True] + mean[False, False]
    assert found.effect[0] == pytest.approx(by_hand, rel=1e-10)
    assert (found.scores**2).sum() == pytest.approx(part_of_variance, rel=1e-10)


def simulated(method, draws, **models):
    generator = np.random.default_rng(7)
    found = []
    for _ in range(draws):
        made = adjusted_across(draw(generator, **models), method)
        found.append((made.effect[0], np.sqrt((made.scores**2).sum())))
    return np.array(found).T


@pytest.mark.parametrize("method", ["dr", pytest.param("dr_improved", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("outcome_right", "propensity_right"), [(True, False), (False, True), (False, False)]
)
def test_doubly_robust_is_right_when_a_model_is_right_and_wrong_when_none_is(
    method, outcome_right, propensity_right
):
    models = {"outcome_right": outcome_right, "propensity_right": propensity_right}
    estimates, std_errors = simulated(method, 100, **models)
    spread = estimates.std(ddof=1)
    distance = abs(estimates.mean() - EFFECT) / (spread / np.sqrt(100))
    if outcome_right or propensity_right:
        assert distance < 3.5
        assert std_errors.mean() == pytest.approx(spread, rel=0.2)
    else:
        assert distance > 5


def test_a_covariate_that_never_varies_in_one_group_and_period_is_refused_by_name():
    whole = draw(np.random.default_rng(6))
    one = whole.compared
    for group, named in ((one.treated, "the treated"), (~one.treated, "the controls")):
        x = one.X[:, 1:].copy()
        x[group & ~whole.late, 1] = 0.0
        with pytest.raises(NotIdentifiedError) as problem:
            adjusted_across(sections(whole.outcome, one.treated, x, whole.late), "dr")
        assert re.match(f"age: follows .* among {named} of the earlier period", str(problem.value))


def test_more_covariates_than_treated_in_a_period_are_refused():
    whole = draw(np.random.default_rng(6))
    few = ~whole.compared.treated | ~whole.late
    few[np.flatnonzero(~few)[:2]] = True
    with pytest.raises(NotIdentifiedError, match="more covariates than the treated of the later"):
        adjusted_across(part(whole, few), "dr")
    assert adjusted_across(part(whole, few), "reg").overlap is None  # models the controls alone


@pytest.mark.parametrize("method", ["ipw", "ipw_abadie", "dr", "dr_improved"])
def test_perfect_prediction_is_refused_by_name(method):
    whole = draw(np.random.default_rng(6))
    x = whole.compared.X[:, 1:].copy()
    x[:, 0] = np.arange(800)
    with pytest.raises(NotIdentifiedError, match="predict perfectly"):
        adjusted_across(sections(whole.outcome, np.arange(800) > 600, x, whole.late), method)
