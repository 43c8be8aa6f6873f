"""Effects and errors of a curve's specifications are those of parts and scores written down unit by unit."""

import numpy as np
import pytest

from impact.diagnostics.curve_statistics import CentredOutcomes

SAME = {"rtol": 1e-10, "atol": 1e-12}  # the same sums in another order


def mean_of(values, seen):
    """Mean by period over units that are seen, zero where none is: values (n, T)."""
    return np.where(seen.any(axis=0), values.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_statistics_are_sums_of_parts_and_scores_by_unit(gaps):
    generator = np.random.default_rng(3)
    n_units, n_periods, n_outcomes, n_assigned = 40, 5, 3, 4
    labels = generator.permuted(
        np.repeat([0, 1, 2], [6, 9, 25])[None].repeat(n_assigned, 0), axis=1
    )
    stratum = generator.integers(0, 3, n_units)
    seen = generator.random((n_units, n_periods)) >= gaps
    outcomes = generator.normal(3.0, 1.0, (n_units, n_outcomes, n_periods)) * seen[:, None]
    weights = generator.normal(size=(n_assigned, n_units, n_periods)) * seen
    never = labels == 2
    made = CentredOutcomes.of(labels, outcomes, seen, stratum=stratum, less_strata=[None, never])
    found = made.statistics(weights)
    for p in range(n_assigned):
        for s in range(n_outcomes):
            taken = np.zeros((n_units, n_periods))
            for way in range(2):
                if way == 1:
                    for i in range(n_units):
                        told = never[p] & (stratum == stratum[i])
                        taken[i] = mean_of(outcomes[told, s], seen[told])
                left = (outcomes[:, s] - taken) * seen
                scores = np.empty(n_units)
                for i in range(n_units):
                    mine = labels[p] == labels[p, i]
                    centred = outcomes[i, s] - taken[i] - mean_of(left[mine], seen[mine])
                    scores[i] = weights[p, i] @ centred
                effect, error = found[way, :, s, p]
                np.testing.assert_allclose(effect, (weights[p] * left).sum(), **SAME)
                np.testing.assert_allclose(error, np.sqrt(scores @ scores), **SAME)
