"""Several arms of a lot: from the plan to the table, and what is refused by name."""

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import study_of

from impact.errors import DataError, NoComparisonError, PlanError, VaryingCohortError
from impact.estimators.experiments.ancova import Ancova
from impact.evaluation.parts import Impact
from impact.evaluation.plan_check import check_study
from impact.evaluation.store import decode, encode
from impact.reporting.sections.arms import of_arms
from impact.reporting.voice import Voice

ARMS = {"column": "town", "control": "none"}
LABELS = {
    "grant": {"en": "Grant", "fr": "Subvention"},
    "advice": {"en": "Advice", "fr": "Conseil"},
}


def trial(*, effects=(0.0, 5.0, 5.5), size=20, seed=4):
    """Firms drawn to no help, a grant or advice in period 3 of 4; both help, and about as much."""
    rng = np.random.default_rng(seed)
    arm = np.repeat([0, 1, 2], size)
    n = len(arm)
    frame = pd.DataFrame({"id": np.repeat(np.arange(n), 4), "t": np.tile([1, 2, 3, 4], n)})
    of_row = arm[frame["id"]]
    frame["g"] = pd.array(np.where(of_row > 0, 3, np.nan), dtype="Int64")
    frame["town"] = np.array(["none", "grant", "advice"])[of_row]
    frame["met"], frame["told"], frame["still"] = 0, False, 5.0
    own = rng.normal(100, 5, n)[frame["id"]]
    gain = np.array(effects)[of_row] * (frame["t"] >= 3)
    frame["y"] = own + gain + rng.normal(0, 3, len(frame))
    return frame


def asked(folder, frame, **choices):
    chosen = {
        "assignment": "randomised",
        "arms": ARMS,
        "subgroups": [],
        "exposure": [],
        "permutations": 99,
    }
    return study_of(folder, frame, **{**chosen, **choices})


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    study = asked(tmp_path_factory.mktemp("arms"), trial(), arms={**ARMS, "labels": LABELS})
    check_study(study)
    return study, Impact.of(study)


def test_each_arm_is_compared_with_the_control_and_with_the_others(answered):
    _, part = answered
    found = part.arms.set_index(["label", "other"])
    assert list(found.index) == [("grant", "none"), ("advice", "none"), ("advice", "grant")]
    headline = part.effects[0].verdict
    assert found["estimate"].iloc[0] == headline.estimate
    assert found["p_value"].iloc[0] == headline.p_value
    assert list(found["p_holm"] <= 0.05) == [True, True, False]
    assert (found["p_holm"] >= found["p_value"]).all()
    assert (found["p_westfall_young"] >= found["p_value"]).all()
    assert list(found["p_westfall_young"] <= 0.05) == [True, True, False]
    for row, truth in zip(found.itertuples(), (5.0, 5.5, 0.5), strict=True):
        assert row.conf_low < truth < row.conf_high
    assert decode(encode(part)).arms.equals(part.arms)


SHOWN = {
    "en": ["Grant against none", "Advice against none", "Advice against Grant"],
    "fr": [
        "Subvention par rapport à none",
        "Conseil par rapport à none",
        "Conseil par rapport à Subvention",
    ],
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_has_one_table_of_arms_and_says_which_are_the_headline(answered, language):
    study, part = answered
    voice = Voice(study.changed(language=language))
    told, table = of_arms(voice, part.arms)
    assert LABELS["grant"][language] in told.markdown
    assert [row[0] for row in table.cells()] == SHOWN[language]
    assert of_arms(voice, None) == []


def test_page_one_has_the_first_named_arm_and_the_control_alone(tmp_path):
    frame = trial()
    study = asked(tmp_path, frame, arms={**ARMS, "labels": LABELS})
    panel = study.panel()
    assert (panel.sample.n_treated, panel.sample.n_never) == (20, 20)
    assert panel.sample.dropped["in_another_arm"] == 20
    assert set(study.frame["town"]) == {"none", "grant"}
    assert len(study.data) == len(frame)
    alone = asked(tmp_path, frame[frame["town"] != "advice"], arms=None)
    expected = Ancova(level=study.level).fit(alone.panel()).params.iloc[0]
    assert study.estimator().fit(panel).params.iloc[0] == expected
    in_their_own_order = asked(tmp_path, frame)
    assert in_their_own_order.arms.labels == ("none", "advice", "grant")


def varying(frame):
    return frame.assign(town=frame["town"].mask((frame["id"] == 25) & (frame["t"] == 4), "advice"))


def one_unit(frame):
    return frame[(frame["town"] != "advice") | (frame["id"] == frame["id"].max())]


def late(frame):
    return frame.assign(g=frame["g"].mask(frame["town"] == "advice", 4))


def treated_control(frame):
    return frame.assign(g=frame["g"].mask(frame["id"] == 0, 3))


REFUSED = [
    # what is done to the data, what the plan says, error, words
    (varying, {}, VaryingCohortError, "town: changes within 1 units"),
    (lambda frame: frame, {"arms": {**ARMS, "control": "nothing"}}, NoComparisonError, "no unit is in the control arm"),
    (lambda frame: frame[frame["town"] != "none"], {}, DataError, "no unit is in the control arm|untreated|every unit is treated"),
    (one_unit, {}, NoComparisonError, "1 arms of town have fewer than two units"),
    (late, {}, PlanError, "the arms of town start in 2 periods"),
    (treated_control, {}, PlanError, "units of the control arm of town have a start"),
    (lambda frame: frame, {"arms": {**ARMS, "labels": {"loan": {"en": "Loan", "fr": "Prêt"}}}}, PlanError, "no arm of town"),
    (lambda frame: frame.assign(still=(frame["town"] == "advice") * 1.0), {"strata": ["still"]}, NoComparisonError, "no unit of the control in any of their strata"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "choices", "error", "words"), REFUSED)
def test_arms_that_cannot_be_compared_are_refused_by_name(tmp_path, change, choices, error, words):
    with pytest.raises(error, match=words) as refused:
        check_study(asked(tmp_path, change(trial()), **choices))
    assert str(refused.value).startswith("arms")


def test_arms_are_only_of_a_lot(tmp_path):
    with pytest.raises(PlanError, match="arms: only of a lot"):
        asked(tmp_path, trial(), assignment="chosen")
