"""What a plan tells of interviews reaches the checks: rows without an answer too, however the file is sorted."""

import numpy as np
import pandas as pd
import pytest
from diagnostics.surveys import PERIODS, START, N, amounts, starts
from pydantic import ValidationError

from impact.errors import UnparsableValueError
from impact.evaluation.parts import DataQuality
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.released import released
from impact.evaluation.store import part_of, write_part
from impact.evaluation.study import Study
from impact.evaluation.survey import StatusColumn
from impact.evaluation.survey_checks import first_existed, survey_checks

SCHEMA = """
version: 1
title: {en: Firms, fr: Entreprises}
source: made here
unit: id
time: {column: t, frequency: year}
cohort: {column: g}
missing_outcome: drop
columns:
  id: {type: string, label: {en: Firm, fr: Entreprise}}
  t: {type: integer, label: {en: Year, fr: Année}}
  g: {type: integer, label: {en: First year, fr: Première année}}
  plan: {type: integer, label: {en: Planned year, fr: Année prévue}}
  y: {type: number, unit: MAD, minimum: 0, label: {en: Revenue, fr: Chiffre d'affaires}}
  home: {type: number, unit: MAD, label: {en: At home, fr: Au pays}}
  abroad: {type: number, unit: MAD, label: {en: Abroad, fr: À l'étranger}}
  state: {type: category, categories: [open, closed, silent], label: {en: State, fr: État}}
  who: {type: string, label: {en: Enumerator, fr: Enquêteur}}
  minutes: {type: number, label: {en: Minutes, fr: Minutes}}
  staff: {type: integer, label: {en: Staff, fr: Personnel}}
  since: {type: integer, label: {en: Since, fr: Depuis}}
  word: {type: string, label: {en: A word, fr: Un mot}}
  again: {type: number, label: {en: Asked again, fr: Redemandé}}
"""
SURVEY = {
    "enumerator": "who",
    "duration": "minutes",
    "status": {"column": "state", "exit": ["closed"], "nonresponse": ["silent"]},
    "employment": "staff",
    "entered": "since",
    "back_check": {"y": "again"},
}
CLOSED, SILENT = np.arange(12), np.arange(20, 34)


def rows():
    """A survey in which twelve firms closed and fourteen fell silent, rows in no order."""
    rng = np.random.default_rng(5)
    unit, period = (one.ravel() for one in np.indices((N, PERIODS)))
    y = amounts()
    closed, silent = (np.isin(unit, firms) & (period >= START) for firms in (CLOSED, SILENT))
    frame = pd.DataFrame(
        {
            "id": [f"f{i:03}" for i in unit],
            "t": 2001 + period,
            "g": pd.array(starts()[unit] + 2000, dtype="Int64"),
            "plan": pd.array(starts()[unit] + 2000, dtype="Int64"),
            "y": np.where(silent, np.nan, np.where(closed, 0.0, y[unit, period])),
            "state": np.select([closed, silent], ["closed", "silent"], "open"),
            "who": [f"e{i}" for i in rng.integers(0, 5, len(unit))],
            "minutes": rng.lognormal(3.5, 0.2, len(unit)),
            "staff": 3,
            "since": np.where(unit == 3, 2000, pd.NA),
            "word": "soon",
        }
    )
    frame["home"] = np.round(frame["y"] * 0.4)
    frame["abroad"] = frame["y"] - frame["home"]
    frame["again"] = np.where(rng.random(len(unit)) < 0.1, frame["y"], np.nan)
    return frame.sample(frac=1, random_state=1)


def study_of(folder, frame, **choices):
    frame.to_csv(folder / "firms.csv", index=False)
    (folder / "firms.yml").write_text(SCHEMA)
    chosen = {
        "name": "firms",
        "title": {"en": "Firms", "fr": "Entreprises"},
        "data": "firms.csv",
        "schema": "firms.yml",
        "outcomes": ["y"],
        "planned_cohort": "plan",
        "families": {"by_market": ["home", "abroad"]},
        "survey": SURVEY,
    }
    return Study(Plan.of({**chosen, **choices}), folder)


def checks_of(study):
    return {check.name: check for check in survey_checks(study, study.panel(winsorise=0.0))}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return checks_of(study_of(tmp_path_factory.mktemp("whole"), rows()))


def test_a_survey_that_tells_everything_has_every_check(whole):
    made = {name for name, check in whole.items() if check.status != "not_applicable"}
    assert set(whole) - made == {"first_digits"}  # amounts do not spread enough
    assert len(made) == 24


def test_nothing_is_wrong_with_a_survey_without_a_fault(whole):
    assert [name for name, check in whole.items() if check.status in {"warn", "fail"}] == []


def test_firms_that_closed_and_blanks_with_a_reason_are_told_apart(whole):
    assert whole["exits"].why == "difference_in_exit"
    assert whole["dropout"].why == "difference_in_dropout"
    treated = ~np.isnan(starts())
    for name, firms in (("exits", CLOSED), ("dropout", SILENT)):
        found = np.isin(np.arange(N), firms)
        expected = found[treated].mean() - found[~treated].mean()
        assert whole[name].statistic == pytest.approx(expected)
    assert whole["unexplained_blanks"].statistic == 0


def test_faults_put_into_columns_beside_the_outcome_are_found(tmp_path):
    frame = rows()
    last = frame["t"] == 2008
    first = frame["id"].isin([f"f{i:03}" for i in range(40, 60)])
    closed = frame["id"].isin([f"f{i:03}" for i in CLOSED])
    frame.loc[closed & last, ["y", "home", "abroad"]] = 900.0, 500.0, 400.0
    frame.loc[first & last, "staff"] = 0
    frame.loc[first & (frame["t"] == 2003), "home"] += 50_000
    frame.loc[first, "since"] = 2004
    frame.loc[frame.index[::9], "minutes"] = 3.0
    frame["again"] *= 1.2
    found = checks_of(study_of(tmp_path, frame))
    wrong = {name for name, check in found.items() if check.status == "warn"}
    assert wrong >= {"answers_after_exit", "revenue_without_staff", "parts_of_a_sum", "answers_before_entry", "short_interviews", "back_check"}  # fmt: skip
    for name in ("revenue_without_staff", "parts_of_a_sum", "answers_before_entry"):
        assert found[name].statistic == pytest.approx(20 / N)


def test_a_plan_that_tells_nothing_has_said_what_is_missing(tmp_path):
    found = checks_of(study_of(tmp_path, rows(), survey={}, planned_cohort=None, families={}))
    missing = {check.why for check in found.values() if check.why.endswith("_in_the_plan")}
    assert len(missing) == 7


def test_a_family_with_the_outcome_in_it_or_of_another_unit_has_no_parts(tmp_path):
    for families in ({"all": ["y", "home"]}, {"mixed": ["home", "minutes"]}):
        found = checks_of(study_of(tmp_path, rows(), families=families))
        assert found["parts_of_a_sum"].why == "no_family_of_parts"


def test_a_column_of_entry_that_is_no_time_is_refused_before_a_run(tmp_path):
    study = study_of(tmp_path, rows(), survey={"entered": "word"})
    with pytest.raises(UnparsableValueError, match="word"):
        first_existed(study, study.panel())
    with pytest.raises(UnparsableValueError, match="word"):
        check_study(study)


def test_a_value_means_exit_or_silence_and_one_is_named():
    with pytest.raises(ValidationError, match="not both"):
        StatusColumn(column="state", exit=["closed"], nonresponse=["closed"])
    with pytest.raises(ValidationError, match="name the values"):
        StatusColumn(column="state")


def test_the_part_is_read_back_as_it_was_written(tmp_path):
    study = study_of(tmp_path, rows())
    part = released(DataQuality.of(study))
    write_part(part, tmp_path)
    again = part_of(study, "data_quality", results=tmp_path)
    assert [check.to_dict() for check in again.checks] == [check.to_dict() for check in part.checks]


def test_no_enumerator_and_no_firm_is_in_the_results(tmp_path):
    study = study_of(tmp_path, rows())
    text = write_part(DataQuality.of(study), tmp_path).read_text()
    assert '"e1"' not in text
    assert "f003" not in text


def test_counts_of_fewer_than_ten_firms_leave_no_table(tmp_path):
    frame = rows()
    frame.loc[frame["id"].isin(["f001", "f004", "f007"]), "plan"] = 2006
    part = released(DataQuality.of(study_of(tmp_path, frame)))
    found = next(check for check in part.checks if check.name == "planned_starts")
    assert found.why == "fewer_than_ten_off_plan"
    assert found.statistic is found.table is None
