"""A survey that asks other firms each time goes through a plan to a report, and nothing is said of following anybody."""

import numpy as np
import pytest
from evaluation.facts import firms, study_of

from impact.diagnostics.balance import attrition
from impact.diagnostics.outcomes.changes import before_and_after
from impact.diagnostics.quality import quality_checks
from impact.errors import NotAvailableError, PlanError
from impact.evaluation.grounds import _lost
from impact.evaluation.outcomes import silence_of
from impact.evaluation.parts import SampleAndComparability
from impact.evaluation.plan_check import check_study
from impact.evaluation.preflight import Preflight
from impact.evaluation.remarks import remarks_of
from impact.evaluation.robustness import row_of
from impact.evaluation.sample_tables import flow, remained
from impact.evaluation.side_by_side import side_by_side
from impact.evaluation.survey_checks import survey_checks
from impact.reporting.preflight import preflight_sheet
from impact.reporting.sections.sample import still_there
from impact.reporting.voice import Voice

WAVES = {"waves": "repeated_cross_sections"}


def other_firms_each_time():
    """A third of the hand-made study's rows, each a firm of its own."""
    frame = firms().iloc[::3]
    return frame.assign(id=np.arange(len(frame)))


@pytest.fixture(scope="module")
def asked_once(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("other_firms"), other_firms_each_time(), **WAVES)


def test_a_plan_of_repeated_cross_sections_without_a_lot_can_be_run(asked_once):
    check_study(asked_once)
    codes = {one.code for one in remarks_of(asked_once, asked_once.panel())}
    assert not codes & {"seen_once", "treated_unseen_before", "cohort_without_comparison"}


def test_estimators_beside_the_main_one_are_those_that_follow_nobody(asked_once):
    table = side_by_side(asked_once, asked_once.panel()).set_index("name")
    assert list(table.index) == ["callaway_santanna", "difference_in_differences"]
    assert (table["why_not"] == "").all()
    assert table["estimate"].to_numpy() == pytest.approx(10, abs=5)


def test_before_a_run_nobody_is_counted_as_silent_who_was_asked_once(asked_once):
    sheet = preflight_sheet(Voice(asked_once), Preflight.of(asked_once))
    for row in sheet.grids[0].rows:
        assert row[2:5] == ("—", "—", "—")


def test_silence_of_people_whom_nobody_follows_is_refused_by_name(asked_once, recwarn):
    with pytest.raises(NotAvailableError, match="repeated_cross_sections"):
        before_and_after(asked_once.panel())
    assert silence_of(asked_once, asked_once.panel()).error == "NotAvailableError"
    assert not [one for one in recwarn if issubclass(one.category, RuntimeWarning)]


def test_a_panel_in_which_everyone_is_seen_once_is_asked_whether_it_is_one(tmp_path):
    with pytest.raises(PlanError, match=r"^waves: every unit is seen in one period alone"):
        check_study(study_of(tmp_path, other_firms_each_time()))


FOLLOWING = ("coverage", "gaps", "response", "dropout", "zeros_change", "jumps", "copied_forward")


def test_nobody_is_said_to_have_stopped_answering_who_was_asked_once(asked_once):
    panel = asked_once.panel()
    checks = (*quality_checks(panel), *survey_checks(asked_once, panel), attrition(panel))
    told = {check.name: check for check in checks}
    for name in (*FOLLOWING, "attrition"):
        assert (told[name].status, told[name].why) == ("not_applicable", "asked_once")
    rows = flow(asked_once, panel)
    assert list(rows["stage"]) == ["in_file", "in_analysis"]
    assert np.isnan(remained(rows, "treated"))
    part = SampleAndComparability.of(asked_once)
    assert _lost(part) is None
    for language, said in (("en", "nobody is followed"), ("fr", "personne n'est suivi")):
        text = still_there(Voice(asked_once.changed(language=language)), rows)
        assert said in text.replace("’", "'")


def test_a_row_counts_those_with_an_outcome_after_the_start(tmp_path):
    frame = other_firms_each_time()
    frame = frame.assign(g=frame.g.where(frame.g.isna(), 5))
    lot = study_of(tmp_path, frame, assignment="randomised", strata=["town"], exposure=[], **WAVES)
    panel = lot.panel()
    after = panel.times[panel.time_index] >= 5
    row = row_of("difference_in_means", "estimator", lambda: lot.estimator().fit(panel))
    assert row["n_units"] == after.sum() < panel.n_units
