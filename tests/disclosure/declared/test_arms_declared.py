"""Effects of a lot given the baseline, declared: the equation is the number's, and a lot's headline may leave where its arms are large enough."""

import json

import numpy as np
import pytest
from evaluation.facts import study_of
from evaluation.test_several_arms import ARMS, asked, trial

from impact.disclosure import Gate
from impact.disclosure.declared import effects
from impact.disclosure.declared.arms import weights_of_arms
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.declare import _asked
from impact.disclosure.declared.strike import Strike
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.experiments.difference_in_means import DifferenceInMeans
from impact.evaluation.parts import Impact
from impact.evaluation.store import encode

ESTIMATORS = [
    Ancova(),
    Ancova(rounds="mean"),
    Ancova(rounds="last"),
    Ancova(slopes="by_arm"),
    Ancova(slopes="by_arm", rounds="mean", strata="ignored"),
    DifferenceInMeans(),
    DifferenceInMeans(strata="effects"),
    DifferenceInMeans(strata="ignored", rounds="last"),
]
EXACT = 1e-11  # of outcomes around 100: sums of some hundred terms


@pytest.fixture(scope="module")
def with_gaps(tmp_path_factory):
    """A lot within strata, with periods in which some firms were not seen."""
    frame = trial(size=24)
    gone = (frame.id % 7 == 0) & (frame.t == 4) | (frame.id % 11 == 0) & (frame.t == 1)
    frame["told"] = frame["id"] % 2 == 0
    return asked(tmp_path_factory.mktemp("gaps"), frame[~gone], strata=["told"]).panel()


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_weights_of_outcomes_give_the_means_and_their_comparison(with_gaps, estimator):
    estimate = estimator.fit(with_gaps)
    weights = weights_of_arms(estimate)
    found = (weights * np.nan_to_num(with_gaps.wide)).sum(axis=(1, 2))
    assert found == pytest.approx(estimate.parts.compared.estimates, rel=EXACT)
    assert weights[np.isnan(np.broadcast_to(with_gaps.wide, weights.shape))].max() == 0


def test_an_effect_given_another_covariate_has_no_equation_of_outcomes(tmp_path):
    frame = trial()
    frame["met"] = np.random.default_rng(1).integers(0, 9, len(frame))
    panel = study_of(tmp_path, frame, assignment="randomised", characteristics=["met"]).panel()
    assert weights_of_arms(Ancova(covariates=("met",)).fit(panel)) is None


def left_of(folder, frame):
    """What the gate lets out of a lot's effects, where nothing else is asked to leave."""
    study = asked(folder, frame, arms=ARMS)
    part = Impact.of(study)
    stored = json.loads(json.dumps(encode(part)))
    declaration = Declaration.of(study.panel(winsorise=0.0))
    for one in effects._outcomes(study, part):
        effects._declare(declaration, *one)
    effects._percents(declaration, study, part)
    effects._course(declaration, study, part)
    known = {one.place for one in declaration.figures}
    for place in _asked({"impact": stored}) - known:
        if not place.row:
            declaration.of_everybody(place)
    atoms = declaration.atoms()
    released = Gate().release(declaration.declared(atoms), atoms)
    return part, Strike("impact", released.may_leave).of_part(stored)


def test_a_lot_is_released_with_its_first_arm_and_no_other(tmp_path):
    part, left = left_of(tmp_path, trial(size=30))
    headline = left["values"]["effects"][0]["values"]
    assert headline["verdict"]["values"]["estimate"] == part.effects[0].verdict.estimate
    assert (
        headline["percent"]["values"]["table"][0]["estimate"] == part.effects[0].percent.values[0]
    )
    arms = left["values"]["arms"]["values"]
    assert arms["estimate"] == [part.arms["estimate"].iloc[0], None, None]
    assert arms["p_westfall_young"] == [None, None, None]
    assert None not in left["values"]["counterfactual"]["values"]["path"]["values"]["without"]


def test_a_lot_of_few_is_not_released(tmp_path):
    _, left = left_of(tmp_path, trial(size=8))
    assert left is None
