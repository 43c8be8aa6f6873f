"""The interval of any number by the inference that the headline believes."""

from typing import cast

from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimators.many_of import many
from impact.evaluation.study import Study
from impact.inference.named import NAMED, InferenceName
from impact.inference.randomization import Permutation
from impact.inference.situation import Situation, one_of_many
from impact.interval import Interval, Refused
from impact.streams import stream


def believed_interval(study: Study, panel: Panel, inference: str) -> Interval | Refused:
    """Return the overall number of the study's estimator on a panel, with the interval of an inference by its word.

    Parameters
    ----------
    study : Study
    panel : Panel
        The study's, or a part of it.
    inference : str
        As `Verdict.believed`.
    """
    word = cast("InferenceName", inference)
    seed, level = study.plan.seed, study.level
    try:
        asked = many(panel, study.estimator())
        if word == "permutation":
            test = Permutation(permutations=study.plan.permutations, seed=seed)
            return test.answer(asked, level=level)
        situation = Situation.of(asked, group=study.groups, level=level)
        found = NAMED[word].intervals(situation, situation.outcomes, stream(seed, "stand_ins"))
        return one_of_many(word, found, level=level)
    except EstimationError as problem:
        return Refused.of(word, problem)
