"""One declaration for many columns: what it writes out is what a person would have written."""

import pytest
from pydantic import ValidationError
from tables import arrived, cells

from impact.data.intake.each import expanded, written
from impact.data.intake.rules.reshape import WideToLong
from impact.errors import SchemaError


def test_every_combination_is_an_entry_the_last_name_changing_fastest():
    entry = {"column": "T{q} {y} / CA", "type": "number", "each": {"y": [2010, 2011], "q": [1, 2]}}
    assert expanded({"id": {"type": "string"}, "ca_{y}Q{q}": entry}) == {
        "id": {"type": "string"},
        "ca_2010Q1": {"column": "T1 2010 / CA", "type": "number"},
        "ca_2010Q2": {"column": "T2 2010 / CA", "type": "number"},
        "ca_2011Q1": {"column": "T1 2011 / CA", "type": "number"},
        "ca_2011Q2": {"column": "T2 2011 / CA", "type": "number"},
    }


def test_braces_are_places_and_no_code():
    assert written("{y.__class__} {y!r} {y}", {"y": "2010"}) == "{y.__class__} {y!r} 2010"


def test_a_name_without_its_place_is_refused(tmp_path):
    columns = {"ca": {"column": "CA {y}", "type": "number", "each": {"y": [2010, 2011]}}}
    with pytest.raises(SchemaError, match="one name twice"):
        arrived(tmp_path, {"sources": {"w": {"file": "w.csv", "columns": columns}}})


def test_a_wide_file_is_said_in_two_entries(tmp_path):
    plan = {
        "sources": {
            "w": {
                "file": "w.csv",
                "columns": {
                    "id": {"type": "string"},
                    "ca_{y}": {"column": "CA {y}", "type": "number", "each": {"y": [2010, 2011]}},
                },
            }
        },
        "rules": [
            {
                "rule": "wide_to_long", "table": "w", "period": "year", "frequency": "year",
                "each": {"y": [2010, 2011]}, "columns": {"ca": {"{y}": "ca_{y}"}},
            }
        ],
    }  # fmt: skip
    made = arrived(tmp_path, plan, w__csv="id,CA 2010,CA 2011\na,1,2\nb,3,\n")
    assert cells(made.table, "year") == ["2010", "2011", "2010", "2011"]
    assert cells(made.table, "ca") == [1.0, 2.0, 3.0, None]


def test_years_may_be_written_as_numbers():
    rule = {"rule": "wide_to_long", "table": "w", "period": "year", "frequency": "year"}
    made = WideToLong.model_validate({**rule, "columns": {"ca": {2010: "a", 2011: "b"}}})
    assert made.columns == {"ca": {"2010": "a", "2011": "b"}}
    with pytest.raises(ValidationError):
        WideToLong.model_validate({**rule, "columns": {"ca": {True: "a"}}})
