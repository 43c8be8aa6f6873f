"""Of an endline alone the file says who was to be asked: attrition is counted there, by arm, not among those who answered."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import SCHEMA, study_of
from evaluation.test_rating import checks

from impact.check_result import CheckResult
from impact.evaluation.all_arms import of_all_arms
from impact.evaluation.parts import SampleAndComparability
from impact.evaluation.rating import rating
from impact.evaluation.reasons import OF_EXITS
from impact.evaluation.weighed import Grounds
from impact.evaluation.who_answered import attrition_of, share_lost
from impact.reporting.sections.how_sure import dropped_out
from impact.reporting.sections.sample import still_there
from impact.reporting.voice import Voice

ARMS = {"column": "town", "control": "none"}


def endline(folder, *, silent=(), arms=None):
    """Sixty firms seen once, after a lot of three arms; those of ``silent`` have no outcome in the file."""
    arm = np.repeat([0, 1, 2], 20)
    frame = pd.DataFrame({"id": np.arange(60), "t": 3})
    frame["g"] = pd.array(np.where(arm > 0, 3, np.nan), dtype="Int64")
    frame["town"] = np.array(["none", "grant", "advice"])[arm]
    frame["met"], frame["told"], frame["still"] = 0, False, 5.0
    frame["y"] = 100 + np.random.default_rng(1).normal(0, 5, 60) + 5 * (arm > 0)
    frame.loc[list(silent), "y"] = np.nan
    if arms is None:
        frame = frame[frame["town"] != "advice"]
    study = study_of(
        folder, frame, assignment="randomised", waves="endline_only", subgroups=[], exposure=[],
        permutations=199, **({} if arms is None else {"arms": arms}),
    )  # fmt: skip
    (folder / "firms.yml").write_text(
        SCHEMA.replace("unit: id\n", "unit: id\nmissing_outcome: drop\n")
    )
    return study


def test_firms_without_an_answer_are_counted_in_the_arm_that_they_were_drawn_to(tmp_path):
    study = endline(tmp_path, silent=(0, 21, 22, 23, 24, 25))
    panel = study.panel()
    assert panel.n_units == 34
    found = attrition_of(study, panel)
    assert found.statistic == pytest.approx(15 / 20 - 19 / 20)
    assert share_lost((found,)) == pytest.approx(6 / 40)


def test_a_file_of_answers_alone_has_not_passed(tmp_path):
    study = endline(tmp_path)
    found = attrition_of(study, study.panel())
    assert (found.status, found.why) == ("not_applicable", "file_of_answers_alone")
    assert share_lost((found,)) is None


def test_whether_people_dropped_out_is_told_of_the_file_and_never_of_answers_alone(tmp_path):
    silent = endline(tmp_path, silent=(0, 21, 22, 23, 24, 25))
    assert "−20" in told_of(silent)
    assert told_of(endline(tmp_path)).startswith("Everyone in the file answered")


def told_of(study):
    return dropped_out(Voice(study), SimpleNamespace(sample=SampleAndComparability.of(study)))


def test_of_several_arms_page_ones_pair_is_counted_and_all_are_tested_together(tmp_path):
    gone = range(40, 50)  # half of the arm that is not page one's
    study = endline(tmp_path, silent=(0, *gone), arms={**ARMS, "labels": {"grant": {"en": "Grant", "fr": "Don"}}})  # fmt: skip
    assert attrition_of(study, study.panel()).statistic == pytest.approx(1 / 20)
    balance, response = of_all_arms(study)
    assert (balance.name, balance.status) == ("balance_of_arms", "not_applicable")
    assert (response.name, response.status) == ("attrition_of_arms", "warn")
    assert of_all_arms(endline(tmp_path)) == ()


def test_exits_that_differ_are_attrition_where_they_are_left_out_and_no_step_where_they_count():
    fine = {
        "relevant": 2.0,
        "detectable": 1.0,
        "lost": 0.1,
        "contamination": False,
        "breakdown": 1.0,
    }
    asked = (*checks(), *exits("warn"))
    for missing, steps in ((True, ["attrition"]), (False, [])):
        found = rating(Grounds(15.0, 10.0, 20.0, asked, exits_missing=missing, **fine))
        taken = [step.reason for step in found.taken if step.reason == "attrition"]
        assert taken == steps
    unmade = (*checks(), *exits("not_applicable"))
    found = rating(Grounds(15.0, 10.0, 20.0, unmade, exits_missing=True, **fine))
    assert ("attrition", "could_not_be_made") in [(step.reason, step.state) for step in found.taken]


def exits(status):
    return [CheckResult(name, status, "nothing_to_test", statistic=0.1) for name in OF_EXITS]


def test_of_an_endline_nobody_is_said_to_be_others_each_time(tmp_path):
    study = endline(tmp_path)
    text = still_there(Voice(study), SampleAndComparability.of(study).flow)
    assert text.startswith("Firms were asked once")
