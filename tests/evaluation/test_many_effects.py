"""Before a run of a design of very many cohorts and periods only what its main estimator can do is asked, at once."""

import numpy as np
import pandas as pd
import pytest
from degenerate import PANELS
from evaluation.test_answerable import study_of

from impact.errors import ImpactError
from impact.evaluation import many_effects
from impact.evaluation.drawn_arms import OF_ARMS
from impact.evaluation.many_effects import (
    MANY_EFFECTS,
    cohorts_without_comparison,
    effects_by_cohort,
    refuse_unestimable,
)
from impact.evaluation.plan_check import check_study
from impact.evaluation.preflight import Preflight
from impact.evaluation.side_by_side import ESTIMANDS, OF_OTHER_PEOPLE


def monthly(study):
    """The study on 90 units over 36 months, two of each start from the third month on, the last start common to twelve."""
    rng = np.random.default_rng(3)
    first = np.r_[np.repeat(np.arange(2, 34), 2), np.repeat(34, 26)]
    unit, time = np.repeat(np.arange(90), 36), np.tile(np.arange(36), 90)
    y = rng.normal(5, 1, len(unit)).round(3)
    frame = pd.DataFrame({"id": unit, "t": time, "g": first[unit], "village": unit, "y": y})
    frame.attrs = {"missing": {}, "intake": []}
    object.__setattr__(study, "data", frame.astype({"id": "int64", "t": float, "g": float}))
    return study


def test_estimators_beside_the_main_one_are_left_to_the_run(tmp_path):
    study = monthly(study_of("usual", tmp_path))
    assert effects_by_cohort(study.panel()) == 33 * 36 >= MANY_EFFECTS
    check_study(study)
    found = Preflight.of(study)
    main, *others = found.abilities
    assert (main.estimator, main.treated, main.refused) == ("callaway_santanna", 90, None)
    assert [one.estimator for one in others] == [
        name for name in ESTIMANDS if name not in {"callaway_santanna", OF_OTHER_PEOPLE, *OF_ARMS}
    ]
    assert {(one.treated, one.refused) for one in others} == {(None, None)}
    assert {one.code: one.n for one in found.remarks}["many_effects"] == 33 * 36
    assert any(one.inference == "permutation" and not one.refused for one in found.inferences)


SOME = ("usual", "missing_after", "nobody_never_treated", "cohort_of_one_without_base_clustered")
EVERY = [name if name in SOME else pytest.param(name, marks=pytest.mark.slow) for name in PANELS]


@pytest.mark.parametrize("name", EVERY)
def test_the_kernel_refuses_and_leaves_out_what_the_fit_does(tmp_path, monkeypatch, name):
    study = study_of(name, tmp_path)
    refused = []
    for limit in (0, MANY_EFFECTS):
        monkeypatch.setattr(many_effects, "MANY_EFFECTS", limit)
        try:
            refuse_unestimable(study, "y")
        except ImpactError:
            refused.append(limit)
    assert refused in ([], [0, MANY_EFFECTS])
    if refused:
        return
    notes = study.estimator().fit(study.panel()).notes
    alone = sum(note.startswith("cohort_without_comparison:") for note in notes)
    assert cohorts_without_comparison(study, study.panel()) == alone
