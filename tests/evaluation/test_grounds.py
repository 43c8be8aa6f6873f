"""What the rating of a whole evaluation rests on is what its parts found."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import firms, study_of

from impact.diagnostics.scales import Scales
from impact.evaluation.certainty import Certainty
from impact.evaluation.grounds import after_adjusting, grounds_of, opposite_scales, relevant_amount
from impact.evaluation.parts import Impact, SampleAndComparability
from impact.evaluation.rating import rating
from impact.evaluation.robustness import Robustness
from impact.evaluation.store import decode, encode
from impact.evaluation.weighed import AfterAdjusting


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grounds")
    return study_of(folder, firms(), relevant_effect=5, assignment="randomised")


@pytest.fixture(scope="module")
def parts(study):
    kinds = (Impact, SampleAndComparability, Certainty, Robustness)
    return {kind.name: kind.of(study) for kind in kinds}


def test_the_relevant_effect_is_percent_of_the_outcome_without_the_programme(study, parts):
    found = grounds_of(study.plan, **parts)
    without = parts["impact"].counterfactual.without
    assert found.relevant == pytest.approx(0.05 * without)
    assert found.detectable == parts["impact"].effects[0].verdict.smallest_detectable
    assert (found.contamination, found.contaminated_share) == (True, 0.5)
    assert found.lost == 0.0
    assert found.without.moved < found.estimate


def test_only_the_contamination_that_was_made_takes_a_step_from_a_clear_result(study, parts):
    found = rating(grounds_of(study.plan, **parts))
    assert (found.start, found.direction) == (5, "higher")
    reasons = {step.reason for step in found.taken if step.state == "failed"}
    assert "contamination" in reasons
    assert not reasons & {"attrition", "detectable_effect", "scale", "single_unit_or_event"}


def test_a_rating_is_stored_with_its_figures(study, parts):
    found = rating(grounds_of(study.plan, **parts))
    assert encode(found)["values"]["steps"] == found.steps
    stored = {kind: decode(encode(part)) for kind, part in parts.items()}
    assert rating(grounds_of(study.plan, **stored)) == found


def test_without_a_level_above_zero_a_percentage_is_no_amount(parts):
    effect = parts["impact"].effects[0]
    assert relevant_amount(None, effect, 100.0) is None
    bare = type(effect)(**{**vars(effect), "verdict_percent": None})
    assert relevant_amount(5, bare, 100.0) is None
    logged = type(effect)(**{**vars(effect), "percent": None})
    assert relevant_amount(5, logged, 100.0) == pytest.approx(np.log(1.05))


def scales(**shares):
    """One scale a name: the share of its specifications beyond chance, and their median statistic."""
    rows = [(name, *found) for name, found in shares.items()]
    return Scales(
        pd.DataFrame(rows, columns=["scale", "beyond_chance", "median_statistic"]), agree=False
    )


def test_a_scale_that_shows_nothing_is_not_one_that_shows_the_opposite():
    assert opposite_scales(scales(level=(0.9, 4.0), log1p=(0.1, -0.4)), 10.0) == ()
    assert opposite_scales(scales(level=(0.9, 4.0), log1p=(0.6, -2.4)), 10.0) == ("log1p",)
    assert opposite_scales(scales(level=(0.9, 4.0), log1p=(0.6, -2.4)), -10.0) == ("level",)
    assert opposite_scales(None, 10.0) == ()


BASELINE = pd.DataFrame(
    {
        "characteristic": ["revenue", "city", "employment"],
        "normalised_difference": [0.7, -0.1, -0.4],
    }
)


def adjusted(*covariates, **estimates):
    """What is left by a plan's covariates, its rows estimated as given."""
    rows = pd.DataFrame(
        [(name, value, value - 1, value + 1) for name, value in estimates.items()],
        columns=["name", "estimate", "conf_low", "conf_high"],
    )
    plan = SimpleNamespace(outcomes=("revenue",), covariates=covariates)
    return after_adjusting(plan, BASELINE, rows)


def test_adjusting_takes_out_what_it_adjusts_for_and_nothing_else():
    before = adjusted(adjusted_for_outcome_before=5.0)
    assert before == AfterAdjusting(0.4, 5.0, 4.0, 6.0)
    every = {"adjusted_for_outcome_before": 5.0, "adjusted_for_covariates": 6.0}
    both = adjusted("city", "employment", **every, adjusted_for_both=7.0)
    assert both == AfterAdjusting(0.0, 7.0, 6.0, 8.0)
    refused = adjusted("city", "employment", **every, adjusted_for_both=np.nan)
    assert refused == AfterAdjusting(0.7, 6.0, 5.0, 7.0)
    assert adjusted(callaway_santanna=5.0) is None
