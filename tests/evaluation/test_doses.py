"""Effects by dose: levels of ten, one comparison group for all, and what is missing said."""

import numpy as np
import pytest
from embedded import study_of

from impact.evaluation.doses import by_dose, levels_of
from impact.evaluation.subgroups import effect_in
from impact.interval import Refused


@pytest.fixture(scope="module")
def study():
    return study_of(permutations=99)


@pytest.mark.parametrize(
    ("counts", "ends"),
    [
        ({0: 9, 1: 16, 2: 17, 3: 5, 5: 1}, [(0, 1), (2, 5)]),
        ({1: 10, 2: 10}, [(1, 1), (2, 2)]),
        ({1: 10, 2: 9}, [(1, 2)]),
        ({1: 100, 2: 100, 3: 100, 4: 100}, [(1, 1), (2, 2), (3, 3), (4, 4)]),
        ({1: 9}, []),
        ({}, []),
    ],
)
def test_values_are_put_together_until_each_level_has_ten(counts, ends):
    doses = np.repeat(list(counts), list(counts.values())).astype(float)
    assert levels_of(doses) == ends


def test_no_study_has_more_than_four_levels():
    assert len(levels_of(np.arange(1000.0))) == 4


def test_each_level_is_compared_with_the_whole_comparison_group(study):
    panel = study.panel()
    found = by_dose(study, panel, inference="clustered")
    treated = np.isfinite(panel.cohort)
    assert found["n_treated"].sum() == treated.sum()
    assert np.isnan(found["low"].iloc[0])
    assert np.isnan(found["high"].iloc[-1])
    meetings = study.frame.groupby("artisan_id")["b2b_meetings"].max().reindex(panel.units)
    part = panel.subset(
        ~treated | (meetings.to_numpy() <= found["high"].iloc[0]), reason="outside_the_subgroup"
    )
    assert found["estimate"].iloc[0] == effect_in(study, part, "clustered")["estimate"]


def test_a_dose_that_does_not_vary_is_refused_with_its_remedy(study):
    constant = study.changed(dose="exhibited")
    found = by_dose(constant, constant.panel(), inference="clustered")
    assert isinstance(found, Refused)
    assert found.why.startswith("exhibited: ")
    assert "record it for more of them" in found.why


def test_a_plan_without_a_dose_has_none(study):
    without = study.changed(dose=None)
    assert by_dose(without, without.panel(), inference="clustered") is None
