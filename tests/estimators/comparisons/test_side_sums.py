"""Variances of many assignments and outcomes, from sums, are those of scores written down unit by unit."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.compared_changes import ComparedChanges
from impact.estimators.comparisons.many_comparisons import unit_effects
from impact.estimators.comparisons.pair_scores import FEW
from impact.estimators.many import LEVERAGE
from impact.estimators.many_of import many
from impact.inference.assignments import assignments

SAME = {"rtol": 1e-9, "atol": 1e-12}  # the same sums in another order


def scores_by_hand(design, labels, changes, leverage, *, estimated):
    """Effect, and the score of each unit, of one assignment (N,) and one outcome's changes (N, K), in plain loops."""
    n_pairs = changes.shape[1]
    size, att, residual = np.zeros(n_pairs), np.zeros(n_pairs), np.zeros(changes.shape)
    for k in range(n_pairs):
        for sign, side in ((1, design.treats), (-1, design.controls)):
            mine = (side[labels, k] > 0) & (design.seen[:, k] > 0)
            weight, moved = design.weight[mine], changes[mine, k]
            mean = np.average(moved, weights=weight)
            att[k] += sign * mean
            left = (1 - 1 / mine.sum()) ** leverage if mine.sum() > 1 else 1.0
            residual[mine, k] += sign * weight * (moved - mean) / weight.sum() / left
        size[k] = design.weight[design.treats[labels, k] > 0].sum()
    share = size / size.sum()
    effect = share @ att
    scores = residual @ share
    if estimated:
        part = design.treats[labels] @ (att - effect)
        scores = scores + design.weight * part / size.sum()
    return effect, scores


def drawn(design, n=6):
    strata, generator = np.zeros(len(design.labels), dtype=int), np.random.default_rng(8)
    return assignments(design.labels, strata, draws=n, generator=generator).labels


def outcomes_like(made, n=FEW + 1, seed=4):
    noise = np.random.default_rng(seed).normal(size=(made.n_units, n, made.n_periods))
    return np.nan_to_num(made.wide[:, None, :] + noise)


def large(gaps=0.0, **choices):
    """Two small cohorts among many: one label is common, the others rare."""
    return panel(long_frame(n=80, share=0.1, gaps=gaps, seed=6), **choices)


CASES = [(0.0, None), (0.15, None), (0.0, "w"), (0.15, "w")]


@pytest.mark.parametrize(("gaps", "weight"), CASES)
@pytest.mark.parametrize("kind", LEVERAGE)
@pytest.mark.parametrize("n_outcomes", [1, 2, FEW + 1])
def test_squared_scores_under_every_assignment_are_those_written_down_by_unit(
    gaps, weight, kind, n_outcomes
):
    made = large(gaps, weight=weight)
    design = Comparisons.of(made, impact.CallawaySantAnna())
    labels, wide = drawn(design), outcomes_like(made, n=n_outcomes)
    changes = (wide[..., design.period] - wide[..., design.base]) * (design.seen > 0)[:, None]
    shares = "estimated" if kind == "CRV1" else "fixed"
    found = design.evaluate(labels, changes, leverage=LEVERAGE[kind], shares=shares)
    for p, assigned in enumerate(labels):
        each = [
            scores_by_hand(
                design, assigned, changes[:, s], LEVERAGE[kind], estimated=shares == "estimated"
            )
            for s in range(changes.shape[1])
        ]
        effect, scores = (np.array(part) for part in zip(*each, strict=True))
        np.testing.assert_allclose(found.effect[:, p], effect, **SAME)
        np.testing.assert_allclose(found.variance[:, p], (scores**2).sum(axis=1), **SAME)


@pytest.mark.parametrize(("gaps", "weight"), CASES)
def test_from_outcomes_by_period_come_the_numbers_of_compared_changes(gaps, weight):
    made = large(gaps, weight=weight)
    asked = many(made, impact.CallawaySantAnna())
    assert (asked.by_period is not None) == (gaps == 0 and weight is None)
    wide = outcomes_like(made)
    changes = asked.design.changes(np.where(np.isnan(made.wide)[:, None], np.nan, wide))
    labels = drawn(asked.design)
    found, direct = (
        asked.evaluate(labels, wide),
        asked.design.evaluate(labels, changes, slopes=True),
    )
    for name, values in vars(direct).items():
        np.testing.assert_allclose(getattr(found, name), values, **SAME)
    mine, theirs = (
        asked.unit_effects(wide),
        unit_effects(
            asked.design,
            ComparedChanges(np.concatenate([changes, asked.design.exposure[:, None]], axis=1)),
        ),
    )
    for name, values in vars(theirs).items():
        np.testing.assert_allclose(getattr(mine, name), values, **SAME)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_what_is_kept_of_assignments_changes_no_number_of_the_outcomes_that_follow(gaps):
    made = large(gaps)
    asked = many(made, impact.CallawaySantAnna())
    labels = drawn(asked.design)
    asked.evaluate(labels, outcomes_like(made, seed=1))
    asked.errors(outcomes_like(made, seed=1), "CRV3")
    second = outcomes_like(made, seed=2)
    fresh = many(made, impact.CallawaySantAnna())
    for name, values in vars(fresh.evaluate(labels, second)).items():
        np.testing.assert_array_equal(getattr(asked.evaluate(labels, second), name), values)


def test_one_unit_a_billion_times_the_others_costs_their_scores_no_digits():
    made = panel(long_frame(n=80, share=0.1, gaps=0.15, seed=6))
    seen = ~np.isnan(made.wide).any(axis=1)
    place = np.flatnonzero(np.isfinite(made.cohort) & seen)[0]
    made = made.with_cohort(np.where(np.arange(80) == place, 5, np.inf))
    design, wide = Comparisons.of(made, impact.CallawaySantAnna()), outcomes_like(made)
    wide[place] *= (
        1e9  # the only one on its side: whatever it shows, nothing of it is left in a score
    )
    changes = (wide[..., design.period] - wide[..., design.base]) * (design.seen > 0)[:, None]
    labels = drawn(design)
    labels[0] = design.labels
    found = design.evaluate(labels, changes, shares="fixed")
    _, scores = scores_by_hand(design, design.labels, changes[:, 0], 0.0, estimated=False)
    np.testing.assert_allclose(found.variance[0, 0], scores @ scores, **SAME)


def test_a_level_a_million_times_the_changes_costs_no_digits():
    made = large()
    asked = many(made, impact.CallawaySantAnna())
    labels, wide = drawn(asked.design), outcomes_like(made)
    found, shifted = asked.evaluate(labels, wide), asked.evaluate(labels, wide + 1e6)
    np.testing.assert_allclose(shifted.effect, found.effect, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(shifted.variance, found.variance, rtol=1e-7)
