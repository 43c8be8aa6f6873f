"""An allow list over all parts: what no rule speaks of does not leave, and a new field cannot be forgotten."""

import copy
from dataclasses import fields, is_dataclass

import pandas as pd
import pytest
from disclosure.declared.stored_parts import computed_parts, stored_parts, stored_study

from impact.check_result import CheckResult
from impact.disclosure.declared.rules import COLUMNS, FIELDS, STAYS, TABLES_OF_CHECKS, Inside
from impact.disclosure.declared.strike import Strike
from impact.evaluation.store import decode, encode, type_named, types_stored
from impact.reporting.words.checks import CHECKS


def everything(_):
    return True


def nothing(_):
    return False


@pytest.fixture(scope="module")
def stored():
    return stored_parts()


FIELDS_OF_ESTIMATE = {"table", "critical_value", "row_df", "spec", "vcov", "sample", "notes"}


@pytest.mark.parametrize("name", types_stored())
def test_every_field_of_every_stored_type_says_under_what_it_leaves(name):
    kind = type_named(name)
    assert is_dataclass(kind)
    held = {one.name for one in fields(kind)}
    if name == "Estimate":  # as its file has it
        held = held - {"rows", "values", "parts", "origin"} | FIELDS_OF_ESTIMATE
    assert set(FIELDS[name]) == held


def test_no_rule_is_about_what_is_not_stored():
    assert set(FIELDS) == set(types_stored())
    owners = {key.split(".")[0] for key in COLUMNS}
    assert owners <= set(FIELDS)
    assert all(
        isinstance(FIELDS[owner][field], Inside)
        for owner, field in (key.split(".") for key in COLUMNS)
    )
    assert set(TABLES_OF_CHECKS) <= set(CHECKS)


def frames_of(stored, owner=""):
    """Every table of stored parts with the field that holds it."""
    if isinstance(stored, list):
        for one in stored:
            yield from frames_of(one, owner)
    elif isinstance(stored, dict) and stored.get("type") == "frame":
        yield owner, stored["columns"]
    elif isinstance(stored, dict) and isinstance(stored.get("values"), dict):
        for name, value in stored["values"].items():
            yield from frames_of(value, f"{stored['type']}.{name}")


def test_every_column_of_every_table_says_under_what_it_leaves(stored):
    for part in stored.values():
        for owner, columns in frames_of(part):
            assert set(columns) <= set(COLUMNS[owner]), owner


def test_where_all_may_leave_a_part_is_as_it_was_but_for_what_stays_always(stored):
    for name, part in stored.items():
        left = Strike(name, everything).of_part(part)
        assert encode(decode(left)).keys() == part.keys()
    left = Strike("data_quality", everything).of_part(stored["data_quality"])
    assert left["values"]["distribution"] == stored["data_quality"]["values"]["distribution"]


def test_a_new_field_or_column_that_nobody_declared_stays(stored):
    part = copy.deepcopy(stored["data_quality"])
    part["values"]["largest_firm"] = 48273.61
    part["values"]["distribution"]["columns"].append("largest")
    part["values"]["distribution"]["values"]["largest"] = [48273.61, 48273.61]
    strike = Strike("data_quality", everything)
    left = strike.of_part(part)
    assert left is None or "48273.61" not in str(left)
    assert {place.column for place in strike.struck} >= {"largest_firm", "largest"}


def test_a_type_that_nobody_declared_stays(stored):
    part = copy.deepcopy(stored["certainty"])
    part["values"]["honest"].append({"type": "Unheard", "values": {"of": 48273.61}})
    assert "48273.61" not in str(Strike("certainty", everything).of_part(part))


def test_where_nothing_may_leave_no_number_of_an_outcome_does(stored):
    for name in ("impact", "sample", "data_quality", "robustness"):
        assert Strike(name, nothing).of_part(stored[name]) is None
    left = Strike("panel_models", nothing).of_part(stored["panel_models"])
    assert left is None or left["values"]["models"] == []


def test_of_a_covariance_the_variances_leave_alone(stored):
    left = Strike("impact", everything).of_part(stored["impact"])
    vcov = left["values"]["event_study"]["values"]["vcov"]
    assert all(vcov[i][j] is None for i in range(len(vcov)) for j in range(len(vcov)) if i != j)
    assert all(vcov[i][i] is not None for i in range(len(vcov)))


def test_the_size_of_the_smallest_cohort_stays_whatever_it_is():
    assert FIELDS["Impact"]["smallest_cohort"] == STAYS


@pytest.mark.slow
def test_what_is_stored_here_is_what_a_run_stores_today(tmp_path):
    """Else write it again: python tests/disclosure/declared/stored_parts.py."""
    made, kept = computed_parts(stored_study(tmp_path)), stored_parts()
    assert {name: sorted(part["values"]) for name, part in made.items()} == {
        name: sorted(part["values"]) for name, part in kept.items()
    }
    assert sorted(map(str, (one for part in made.values() for one in frames_of(part)))) == sorted(
        map(str, (one for part in kept.values() for one in frames_of(part)))
    )


def test_what_a_check_counted_leaves_with_its_count():
    """Each check of `impact.diagnostics.survey` that names what it counted: a row without its word broke the page."""
    for name in (
        "never_answered", "repeated_codes", "jumps", "copied_forward", "answers_after_exit", "answers_before_entry",
        "revenue_without_staff", "parts_of_a_sum", "outliers",
    ):  # fmt: skip
        table = pd.DataFrame([{"kind": name, "units": 103, "treated": 37, "comparison": 9}])
        check = CheckResult(name, "warn", "firms_without_any_answer", statistic=0.2, table=table)
        left = Strike("data_quality", everything)._object(
            "CheckResult", encode(check)["values"], "checks[0]"
        )
        (row,) = left["values"]["table"]
        assert row == {"kind": name, "units": 103, "treated": 37, "comparison": None}


def test_a_share_leaves_with_its_count_and_is_not_listed_as_withheld():
    values = {
        "outcome": ["y", "y"], "reason": ["refused", "absent"], "rows": [581.0, 4.0], "share": [0.048, 0.0003],
    }  # fmt: skip
    frame = {
        "type": "frame",
        "columns": list(values),
        "values": values,
        "floats": ["rows", "share"],
    }
    strike = Strike("data_quality", nothing)
    left = strike._frame(frame, "absences", COLUMNS["DataQuality.absences"])
    assert left["values"]["rows"] == [581.0, None]
    assert left["values"]["share"] == [0.048, None]
    assert [(place.row, place.column) for place in strike.struck] == [("1", "rows")]
