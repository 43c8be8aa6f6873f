"""What adjusting for covariates promises: right when either model is right, refusals by name, overlap told."""

import re

import numpy as np
import pytest

from impact.errors import NotIdentifiedError
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.doubly_robust import adjusted

EFFECT = 1.0
DRAWS = 300
MONTE_CARLO = 3.5  # standard errors of the mean of the draws; 15 comparisons at once
METHODS = ("reg", "ipw", "ipw_abadie", "dr", "dr_improved")
# which of the two models each estimator needs: outcome, propensity
NEEDS_OUTCOME, NEEDS_PROPENSITY = {"reg"}, {"ipw", "ipw_abadie"}


def draw(generator, *, outcome_right, propensity_right, n=800):
    """Two groups whose change, and whose chance to be treated, are linear in the covariates or have a square beside."""
    x = generator.normal(size=(n, 2))
    square = x[:, 0] ** 2 - 1
    index = 0.6 * x[:, 0] - 0.3 * x[:, 1] - 0.4 + (0 if propensity_right else 0.5 * square)
    treated = generator.random(n) < 1 / (1 + np.exp(-index))
    change = x[:, 0] + x[:, 1] + EFFECT * treated + generator.normal(size=n)
    change = change + (0 if outcome_right else square)
    return Compared.of(change[:, None], treated, x, names=["size", "age"])


def simulated(method, *, outcome_right, propensity_right):
    """Estimates and standard errors of all draws."""
    generator = np.random.default_rng(7)
    found = []
    for _ in range(DRAWS):
        compared = draw(generator, outcome_right=outcome_right, propensity_right=propensity_right)
        made = adjusted(compared, method)
        found.append((made.effect[0], np.sqrt((made.scores**2).sum())))
    return np.array(found).T


def is_right(method, *, outcome_right, propensity_right):
    if method in NEEDS_OUTCOME:
        return outcome_right
    if method in NEEDS_PROPENSITY:
        return propensity_right
    return outcome_right or propensity_right


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("outcome_right", [True, False])
@pytest.mark.parametrize("propensity_right", [True, False])
def test_an_estimator_is_right_when_a_model_that_it_needs_is_right_and_wrong_when_none_is(
    method, outcome_right, propensity_right
):
    models = {"outcome_right": outcome_right, "propensity_right": propensity_right}
    estimates, std_errors = simulated(method, **models)
    spread = estimates.std(ddof=1)
    distance = abs(estimates.mean() - EFFECT) / (spread / np.sqrt(DRAWS))
    if is_right(method, **models):
        assert distance < MONTE_CARLO
        assert std_errors.mean() == pytest.approx(spread, rel=0.12)
    elif not outcome_right:  # both are wrong, or the one that it needs
        assert distance > 3 * MONTE_CARLO


@pytest.mark.parametrize("method", METHODS)
def test_scores_are_what_leaving_a_unit_out_changes(method):
    compared = draw(np.random.default_rng(3), outcome_right=False, propensity_right=False, n=300)
    whole = adjusted(compared, method)
    n = len(compared.treated)
    changes = np.empty(n)
    for unit in range(n):
        rest = np.arange(n) != unit
        part = Compared.of(
            compared.change[rest],
            compared.treated[rest],
            compared.X[rest, 1:],
            names=compared.names,
        )
        changes[unit] = whole.effect[0] - adjusted(part, method).effect[0]
    if method != "dr_improved":  # its scores hold only where a model is right
        assert np.corrcoef(changes, whole.scores[:, 0])[0, 1] > 0.995
    assert np.sqrt((changes**2).sum()) == pytest.approx(np.sqrt((whole.scores**2).sum()), rel=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_scores_add_up_to_nothing_and_several_changes_are_each_alone(method):
    compared = draw(np.random.default_rng(4), outcome_right=True, propensity_right=True)
    several = np.column_stack([compared.change, compared.change**2, np.zeros(800)])
    every = adjusted(
        Compared.of(several, compared.treated, compared.X[:, 1:], names=compared.names), method
    )
    one = adjusted(compared, method)
    np.testing.assert_allclose(every.effect[0], one.effect[0], rtol=1e-10)
    np.testing.assert_allclose(every.scores[:, :1], one.scores, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(every.scores.sum(axis=0), 0, atol=1e-10)
    assert every.effect[2] == 0


def test_units_of_the_covariates_do_not_matter():
    compared = draw(np.random.default_rng(5), outcome_right=False, propensity_right=False)
    x = compared.X[:, 1:]
    for method in METHODS:
        one = adjusted(compared, method)
        in_centimes = Compared.of(
            compared.change, compared.treated, 1e6 * x + 1e8, names=compared.names
        )
        other = adjusted(in_centimes, method)
        np.testing.assert_allclose(other.effect, one.effect, rtol=1e-7)
        np.testing.assert_allclose(other.scores, one.scores, rtol=1e-4, atol=1e-9)


def test_improved_odds_give_the_controls_the_means_of_the_treated():
    from impact.estimators.selection.propensity import tilting

    compared = draw(np.random.default_rng(6), outcome_right=True, propensity_right=False)
    weight = tilting(compared).on_controls(compared)
    mine = compared.X[compared.treated].sum(axis=0)
    np.testing.assert_allclose(weight @ compared.X, mine, rtol=1e-8, atol=1e-8)


def refused(covariates, names, *, treated=None, method="dr"):
    n = len(covariates)
    treated = np.arange(n) % 3 == 0 if treated is None else treated
    change = np.sin(np.arange(n))[:, None]
    with pytest.raises(NotIdentifiedError) as problem:
        adjusted(Compared.of(change, treated, covariates, names=names), method)
    return str(problem.value)


def test_a_constant_covariate_is_refused_by_name():
    x = np.column_stack([np.cos(np.arange(60.0)), np.full(60, 3.0)])
    assert re.match("city: the same for all units", refused(x, ["size", "city"]))


def test_a_collinear_covariate_is_refused_by_name():
    x = np.cos(np.arange(60.0))
    message = refused(np.column_stack([x, 2 * x + 1]), ["size", "twice"])
    assert re.match("twice: follows from the other covariates", message)


def test_a_covariate_that_no_control_varies_in_is_refused_by_name():
    treated = np.arange(60) % 3 == 0
    x = np.column_stack([np.cos(np.arange(60.0)), treated * (np.arange(60) % 2)])
    for method in ("reg", "dr"):
        assert "only_treated" in refused(
            x, ["size", "only_treated"], treated=treated, method=method
        )


@pytest.mark.parametrize("method", ["ipw", "ipw_abadie", "dr", "dr_improved"])
def test_perfect_prediction_is_refused_by_name(method):
    x = np.column_stack([np.cos(np.arange(60.0)), np.arange(60.0)])
    message = refused(x, ["size", "rank"], treated=np.arange(60) >= 45, method=method)
    assert re.match("rank: predict perfectly", message)
    assert "size" not in message


def test_more_covariates_than_controls_are_refused():
    x = np.random.default_rng(8).normal(size=(12, 5))
    message = refused(x, list("abcde"), treated=np.arange(12) >= 4, method="reg")
    assert "more covariates than the controls" in message


@pytest.mark.parametrize("method", ["ipw", "ipw_abadie", "dr_improved"])
def test_a_kind_of_controls_that_no_treated_unit_is_of_counts_for_nothing(method):
    """They are predicted perfectly, but it is the treated that need controls, not the other way round."""
    compared = draw(np.random.default_rng(9), outcome_right=True, propensity_right=True)
    kind = ~compared.treated & (np.arange(800) % 4 == 0)
    x = compared.X[:, 1:]
    with_kind = Compared.of(
        compared.change, compared.treated, np.column_stack([x, kind]), names=["a", "b", "kind"]
    )
    without = Compared.of(
        compared.change[~kind], compared.treated[~kind], x[~kind], names=["a", "b"]
    )
    one, other = adjusted(with_kind, method), adjusted(without, method)
    np.testing.assert_allclose(one.effect, other.effect, rtol=1e-6)
    np.testing.assert_allclose(
        (one.scores**2).sum(axis=0), (other.scores**2).sum(axis=0), rtol=1e-5
    )


def test_controls_almost_certain_to_be_treated_are_left_out_and_counted():
    generator = np.random.default_rng(10)
    x = generator.normal(size=2000)
    treated = generator.random(2000) < 1 / (1 + np.exp(-3.5 * x))
    x[np.flatnonzero(~treated)[:3]] = 2.5
    change = generator.normal(size=(2000, 1))
    compared = Compared.of(change, treated, x[:, None], names=["size"])
    overlap = adjusted(compared, "ipw").overlap
    assert 0 < overlap.n_trimmed < 40
    assert overlap.n_controls == (~treated).sum()
    assert overlap.effective_controls < 200
    assert adjusted(compared, "reg").overlap is None
