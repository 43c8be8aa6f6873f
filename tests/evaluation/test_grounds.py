"""What the rating of a whole evaluation rests on is what its parts found."""

import numpy as np
import pytest
from evaluation.facts import firms, study_of

from impact.evaluation.certainty import Certainty
from impact.evaluation.grounds import grounds_of, relevant_amount
from impact.evaluation.parts import Impact, SampleAndComparability
from impact.evaluation.rating import rating
from impact.evaluation.robustness import Robustness
from impact.evaluation.store import decode, encode


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
