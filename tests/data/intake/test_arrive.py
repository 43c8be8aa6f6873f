"""An intake plan from files to a table: what arrives, what each rule touched, and what is refused by name."""

import pytest
from tables import arrived, cells

from impact.errors import MissingColumnError, SchemaError, UnparsableValueError

BASE = """Enquête de base;;;
Artisan;Métier;CA T1 2012;CA T2 2012
A01;bois;1 200,50;-99
A02;cuir;0;300
Total;;1 200,50;300
Source : enquête;;;
"""
SOURCE = {
    "file": "base.csv",
    "header_row": 2,
    "footer_rows": 1,
    "csv": {"delimiter": ";", "decimal": ",", "thousands": " "},
    "totals": {"column": "Artisan", "words": ["TOTAL"]},
    "columns": {
        "id": {"column": "Artisan", "type": "string"},
        "q1": {
            "column": "CA T1 2012",
            "type": "number",
            "missing": [{"code": -99, "reason": "refused"}],
        },
        "q2": {
            "column": "CA T2 2012",
            "type": "number",
            "missing": [{"code": -99, "reason": "refused"}],
        },
    },
}
LONG = {
    "rule": "wide_to_long", "table": "base", "period": "quarter", "frequency": "quarter",
    "columns": {"revenue": {"2012Q1": "q1", "2012Q2": "q2"}},
}  # fmt: skip


def changed(**keys):
    return {"sources": {"base": {**SOURCE, **keys}}}


def test_titles_totals_and_footers_are_no_rows_and_codes_keep_their_reasons(tmp_path):
    made = arrived(tmp_path, {"sources": {"base": SOURCE}, "rules": [LONG]}, base__csv=BASE)
    assert cells(made.table, "id") == ["A01", "A01", "A02", "A02"]
    assert cells(made.table, "revenue") == [1200.5, None, 0.0, 300.0]
    assert list(made.table.reasons["revenue"]) == [None, "refused", None, None]
    read, reshaped = made.ledger
    assert (read.before, read.after, read.counts) == (3, 2, {"refused": 1, "totals": 1})
    assert (reshaped.number, reshaped.rule, reshaped.before, reshaped.after) == (
        1,
        "wide_to_long",
        2,
        4,
    )


def test_two_heading_rows_are_one_name(tmp_path):
    content = "Artisan;CA 2012;\n;T1;T2\nA01;5;6\n"
    columns = {
        "id": {"column": "Artisan", "type": "string"},
        "second": {"column": "CA 2012 / T2", "type": "number"},
    }
    source = {"file": "base.csv", "csv": {"delimiter": ";"}, "heading_rows": 2, "columns": columns}
    made = arrived(tmp_path, {"sources": {"base": source}}, base__csv=content)
    assert cells(made.table, "second") == [6.0]


def test_a_refusal_names_source_column_and_rows(tmp_path):
    broken = BASE.replace("A02;cuir;0;300", "A02;cuir;zéro;300")
    with pytest.raises(UnparsableValueError, match=r"^base: q1: row 2 ") as refused:
        arrived(tmp_path, {"sources": {"base": SOURCE}}, base__csv=broken)
    assert "zéro" not in str(refused.value)


def test_a_refused_rule_is_named_by_its_number(tmp_path):
    rules = [LONG, {"rule": "keep", "table": "base", "where": [{"column": "trade", "is": "bois"}]}]
    with pytest.raises(MissingColumnError, match=r"^rule 2 \(keep\): trade: no such column"):
        arrived(tmp_path, {"sources": {"base": SOURCE}, "rules": rules}, base__csv=BASE)


def test_a_missing_column_is_told_without_the_names_of_the_others(tmp_path):
    columns = {**SOURCE["columns"], "city": {"type": "string"}}
    with pytest.raises(
        MissingColumnError, match="base: city declared but not in the file"
    ) as refused:
        arrived(tmp_path, changed(columns=columns), base__csv=BASE)
    assert "Métier" not in str(refused.value)


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ({"sources": {}}, "sources"),
        (changed(file=""), "sources.base.file"),
        (changed(colums={}), "sources.base.colums"),
        (
            {**changed(), "rules": [{"rule": "keeep", "table": "base"}]},
            "rules.1: no such rule; did you mean keep",
        ),
        (
            {**changed(), "rules": [{**LONG, "table": "bas"}]},
            "rules.1: no table of this name before it",
        ),
        ({**changed(), "result": "panel"}, "result: no such table"),
        ({"sources": {"a": SOURCE, "b": SOURCE}}, "result: name the table"),
        (changed(columns={"q": {"type": "period"}}), "declares its frequency"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_refused_with_the_key(tmp_path, plan, rule):
    with pytest.raises(SchemaError, match=rule):
        arrived(tmp_path, plan, base__csv=BASE)


def test_a_schema_is_held_against_the_table_as_against_a_file(tmp_path):
    from impact.data.readers import read_frame
    from impact.data.schema import Schema

    arrived(tmp_path, {"sources": {"base": SOURCE}, "rules": [LONG]}, base__csv=BASE)
    label = {"en": "x", "fr": "x"}
    schema = {
        "version": 1, "title": label, "source": "made up", "unit": "id",
        "time": {"column": "quarter", "frequency": "quarter"}, "missing_outcome": "drop",
        "columns": {
            "id": {"type": "string", "label": label},
            "quarter": {"type": "period", "label": label},
            "revenue": {"type": "number", "minimum": 0, "label": label},
        },
    }  # fmt: skip
    frame = read_frame(tmp_path / "intake.yml", schema=Schema.model_validate(schema))
    assert list(frame["quarter"]) == ["2012Q1", "2012Q2"] * 2
    assert frame.attrs["missing"] == {"revenue": {"refused": 1}}
    assert [line["rule"] for line in frame.attrs["intake"]] == ["read", "wide_to_long"]
    schema["columns"]["revenue"]["minimum"] = 10
    from impact.errors import RangeError

    with pytest.raises(RangeError, match="revenue: outside the declared range on row 3"):
        read_frame(tmp_path / "intake.yml", schema=Schema.model_validate(schema))
