"""Firms that closed are counted both ways: as they are in the data, and the other way beside."""

import numpy as np
import pytest
from evaluation.facts import SCHEMA, firms, study_of

from impact.evaluation.exits import exits_alike, exits_the_other_way
from impact.evaluation.robustness import Robustness

WITH_STATUS = "  state: {type: string, label: {en: State, fr: État}}\n"


@pytest.fixture
def closing(tmp_path):
    """Every fourth firm closes in period 6; blank from then on, its later rows without a word of it."""
    frame = firms()
    gone = (frame.id % 4 == 0) & (frame.t >= 6)
    frame["state"] = np.where((frame.id % 4 == 0) & (frame.t == 6), "closed", "open")
    frame["y"] = frame["y"].mask(gone)
    study = study_of(tmp_path, frame, survey={"status": {"column": "state", "exit": ["closed"]}})
    (tmp_path / "firms.yml").write_text(
        SCHEMA.replace("unit: id\n", "unit: id\nmissing_outcome: drop\n") + WITH_STATUS
    )
    return study, gone


def test_blank_from_an_exit_on_is_zero_the_other_way(closing):
    study, gone = closing
    name, panel = exits_the_other_way(study)
    assert name == "exits_as_zero"
    assert len(panel.y) - len(study.panel().y) == gone.sum() == (panel.y == 0).sum()


def test_zero_from_an_exit_on_is_missing_the_other_way_and_back(closing):
    study, _ = closing
    zero = study.on(study.frame.assign(y=study.frame.y.fillna(0.0)))
    name, panel = exits_the_other_way(zero)
    assert name == "exits_left_out"
    np.testing.assert_array_equal(panel.wide, study.panel().wide)


def test_the_other_way_stands_among_the_alternatives(closing):
    study, _ = closing
    rows = Robustness.of(study.changed(permutations=99)).alternatives.set_index("name")
    assert rows.loc["exits_as_zero", "estimate"] < rows.loc["callaway_santanna", "estimate"] - 1


def test_a_plan_that_names_no_exit_has_no_other_way(tmp_path):
    assert exits_the_other_way(study_of(tmp_path, firms())) is None


def test_exits_are_compared_by_the_plans_status_and_silence_is_none(closing):
    """Ten firms that started in 6 close in it; nobody else that is followed from period 5 on does."""
    study, _ = closing
    frame = study.frame
    closed = frame.id.between(15, 24) & (frame.t == 6)
    silent = frame.y.mask(frame.id.between(50, 69) & (frame.t >= 5))
    made = study.on(frame.assign(state=np.where(closed, "closed", "open"), y=silent))
    (check,) = exits_alike(made)
    assert (check.name, check.status) == ("exit_durations", "warn")
    # least squares weigh the difference in a start's period by n1 n0 / (n1 + n0); it is 10/15 in one and nought elsewhere
    of_4 = 2 * 15 * 75 / 90 + 3 * 15 * 60 / 75
    of_6 = 15 * 60 / 75 + 2 * 5 * 60 / 65
    assert check.statistic == pytest.approx(15 * 60 / 75 * 10 / 15 / (of_4 + of_6), rel=1e-9)
    (nobody,) = exits_alike(made.on(made.frame.assign(state="open")))
    assert nobody.why == "nobody_left"


def test_exits_are_not_compared_where_the_plan_names_none(tmp_path):
    assert exits_alike(study_of(tmp_path, firms())) == ()
