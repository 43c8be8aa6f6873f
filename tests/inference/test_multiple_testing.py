"""Several outcomes together: adjustments against loops and R, and the familywise error they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel

import impact
from impact.diagnostics.placebo_outcomes import placebo_outcomes
from impact.errors import NotAvailableError
from impact.inference.anderson_index import anderson_index
from impact.inference.assignments import Assignments
from impact.inference.families import adjusted, family_test, sharpened_q, stepdown

P_VALUES = [0.001, 0.008, 0.012, 0.02, 0.03, 0.041, 0.049, 0.06, 0.2, 0.7]
# R 4.2.2, stats::p.adjust(p, "holm") and (p, "BH") of the p-values above
HOLM = [0.01, 0.072, 0.096, 0.14, 0.18, 0.205, 0.205, 0.205, 0.4, 0.7]
BH = [0.01, 0.04, 0.04, 0.05, 0.06, 0.068333333333333333, 0.07, 0.075, 0.22222222222222221, 0.7]


def table_of(n):
    import pandas as pd

    return pd.DataFrame({"outcome": [f"y{i}" for i in range(n)], "estimate": 0.0, "std_error": 1.0})


def with_p_values(p):
    """A thousand assignments whose ranks give exactly these p-values."""
    n = 1000
    permuted = np.tile(np.arange(n, 0, -1.0)[:, None], (1, len(p)))
    observed = np.array([n + 1 - round(value * n) for value in p], dtype=float)
    drawn = Assignments(np.zeros((n, 1), dtype=int), enumerated=True)
    return adjusted("family", table_of(len(p)), observed, permuted, drawn).table


def test_holm_and_benjamini_hochberg_are_rs():
    found = with_p_values(P_VALUES)
    np.testing.assert_allclose(found.p_value, P_VALUES, atol=1e-12)
    np.testing.assert_allclose(found.p_holm, HOLM, rtol=1e-12)
    np.testing.assert_allclose(found.q_benjamini_hochberg, BH, rtol=1e-12)


def sharpened_by_loop(p):
    """Anderson's programme, line by line: for each rate, Benjamini-Krieger-Yekutieli in two stages."""
    n, order = len(p), np.argsort(p, kind="stable")
    q = np.ones(n)
    for rate in np.arange(1, 0, -0.001):
        first = rate / (1 + rate)
        below = [r + 1 for r in range(n) if p[order[r]] <= first * (r + 1) / n * (1 + 1e-9)]
        found = max(below, default=0)
        if found < n:
            second = first * n / (n - found)
            below = [r + 1 for r in range(n) if p[order[r]] <= second * (r + 1) / n * (1 + 1e-9)]
            found = max(below, default=0)
        q[order[:found]] = rate
    return q


@given(st.lists(st.floats(0.0005, 1.0), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_sharpened_q_values_are_the_two_stage_procedure_tried_at_every_rate(p):
    np.testing.assert_allclose(sharpened_q(np.array(p)), sharpened_by_loop(np.array(p)), atol=1e-9)


def stepdown_by_loop(actual, everything):
    """Romano and Wolf (2016), algorithm 4.1."""
    left = list(np.argsort(-actual, kind="stable"))
    p, largest = np.zeros(len(actual)), 0.0
    while left:
        top = left[0]
        share = np.mean([row[left].max() >= actual[top] * (1 - 1e-9) for row in everything])
        largest = max(largest, share)
        p[top] = largest
        left = left[1:]
    return p


def test_stepdown_is_the_published_algorithm_in_any_order():
    generator = np.random.default_rng(3)
    everything = np.abs(generator.normal(size=(200, 6)) @ generator.normal(size=(6, 6)))
    actual = everything[0] * [1.5, 0.3, 2.0, 1.0, 0.7, 1.2]
    found = stepdown(actual, everything)
    np.testing.assert_allclose(found, stepdown_by_loop(actual, everything), atol=1e-12)
    shuffled = generator.permutation(6)
    np.testing.assert_allclose(stepdown(actual[shuffled], everything[:, shuffled]), found[shuffled])


def test_adjusted_p_values_are_never_below_the_plain_ones():
    generator = np.random.default_rng(4)
    permuted = generator.normal(size=(499, 5))
    drawn = Assignments(np.zeros((499, 1), dtype=int), enumerated=False)
    found = adjusted("family", table_of(5), generator.normal(size=5) * 2, permuted, drawn).table
    for name in ("p_holm", "p_romano_wolf", "p_westfall_young", "q_benjamini_hochberg"):
        assert (found[name] >= found.p_value - 1e-12).all()


def outcomes(seed=1, effect=0.0, n=60):
    frame = long_frame(n=n, effect=effect, seed=seed)
    generator = np.random.default_rng(seed + 100)
    common = generator.normal(size=len(frame))
    made = panel(frame)
    return {
        f"y{k}": made.with_outcome(
            made.y + common + 0.5 * generator.normal(size=len(frame)), f"y{k}"
        )
        for k in range(4)
    }


def test_each_outcome_alone_has_its_permutation_p_value():
    """The same draws but another stream: p-values of 999 draws agree within four simulation errors."""
    family = family_test(outcomes(effect=0.3), permutations=999).table
    alone = impact.RandomizationInference(permutations=999).test(outcomes(effect=0.3)["y0"])
    error = np.sqrt(0.25 / 999)
    assert family.p_value[0] == pytest.approx(alone.p_value, abs=4 * error)
    assert family.estimate[0] == pytest.approx(alone.estimate, rel=1e-9)


@pytest.mark.slow
def test_the_chance_of_one_false_finding_or_more_stays_at_five_percent():
    """60 families of four dependent outcomes without effects: the band of three errors around .05 ends at .134."""
    wrong = dict.fromkeys(("p_value", "p_romano_wolf", "p_westfall_young", "p_holm"), 0)
    for seed in range(60):
        found = family_test(outcomes(seed=seed, n=40), permutations=99, seed=seed).table
        for name in wrong:
            wrong[name] += (found[name] <= 0.05).any()
    for name in ("p_romano_wolf", "p_westfall_young", "p_holm"):
        assert wrong[name] / 60 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)
    assert wrong["p_value"] >= wrong["p_romano_wolf"]


def test_an_outcome_missing_for_some_firms_keeps_its_place_in_the_family():
    panels = outcomes()
    fewer = panels["y1"].subset(np.arange(60) % 7 != 0, reason="not_asked")
    found = family_test({**panels, "y1": fewer}, permutations=199).table
    row = impact.CallawaySantAnna().fit(fewer).aggregate(by="overall").table.iloc[0]
    assert found.estimate[1] == pytest.approx(row.estimate, rel=1e-9)


def test_the_index_weighs_standardised_outcomes_by_the_inverse_covariance():
    panels = outcomes(effect=1.0)
    index = anderson_index(panels)
    first = panels["y0"]
    before = np.isinf(first.cohort)[first.unit_index] & (
        first.times[first.time_index] < first.cohorts[0]
    )
    rows = np.column_stack([p.y for p in panels.values()])
    standard = (rows - rows[before].mean(axis=0)) / rows[before].std(axis=0, ddof=1)
    weight = np.linalg.inv(np.cov(standard, rowvar=False)).sum(axis=1)
    np.testing.assert_allclose(index.y, standard @ weight / weight.sum(), rtol=1e-9)


def test_the_index_does_not_depend_on_units_of_measurement():
    panels = outcomes()
    scaled = {
        name: p.with_outcome(p.y * 10.0**k + 3, name) for k, (name, p) in enumerate(panels.items())
    }
    np.testing.assert_allclose(anderson_index(scaled).y, anderson_index(panels).y, rtol=1e-6)


def test_an_outcome_that_does_not_vary_is_refused_in_the_index():
    made = outcomes()["y0"]
    with pytest.raises(NotAvailableError, match="does not vary"):
        anderson_index({"y0": made, "flat": made.with_outcome(np.zeros(len(made.y)), "flat")})


def test_an_outcome_hardly_seen_before_treatment_is_refused_in_the_index():
    first = outcomes()["y0"]
    early = first.times[first.time_index] < first.cohorts[0]
    late = first.with_outcome(first.y + 1, "late").where(~early, reason="not_asked")
    with pytest.raises(NotAvailableError, match="hardly seen"):
        anderson_index({"y0": first, "late": late})


def test_outcomes_never_seen_together_are_refused_in_the_index():
    first = outcomes()["y0"]
    odd = first.time_index % 2 == 1
    one, other = (first.where(kept, reason="not_asked") for kept in (odd, ~odd))
    with pytest.raises(NotAvailableError, match="never seen together"):
        anderson_index({"y0": first, "one": one, "other": other})


def test_placebo_outcomes_warn_only_when_something_moved():
    quiet = placebo_outcomes(outcomes(), permutations=199)
    moved = placebo_outcomes(outcomes(effect=4.0), permutations=199)
    assert (quiet.status, moved.status) == ("pass", "warn")
    assert len(moved.table) == 4
    assert placebo_outcomes({}).status == "not_applicable"
