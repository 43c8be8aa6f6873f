"""What a file stores becomes what the schema declares, exactly or by a rule, in every format alike."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import pyreadstat
import pytest
from arriving import read, schema

from impact import errors
from impact.data.readers import panel_of, read_frame

FRAME = pd.DataFrame(
    {
        "id": [f"{i:03d}" for i in range(1, 9) for _ in range(3)],
        "wave": [1, 2, 3] * 8,
        "start": [2.0] * 12 + [0.0] * 12,
        "revenue": [float(10 * i + w) for i in range(1, 9) for w in range(3)],
        "kind": ["a", "b"] * 12,
    }
)
FRAME.loc[4, "revenue"] = -99.0
FORMATS = ("csv", "tsv", "xlsx", "dta", "sav", "parquet", "duckdb")


def written(frame, path):
    kind = path.suffix[1:]
    if kind in {"csv", "tsv"}:
        frame.to_csv(path, index=False, sep="\t" if kind == "tsv" else ",")
    elif kind == "xlsx":
        frame.to_excel(path, index=False, engine="xlsxwriter")
    elif kind == "dta":
        pyreadstat.write_dta(frame, str(path))
    elif kind == "sav":
        pyreadstat.write_sav(frame, str(path))
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE panel AS SELECT * FROM frame")
    return path


def read_as(tmp_path, kind, frame=FRAME, **keys):
    declared = schema(
        keys.pop("columns", None), table="panel" if kind == "duckdb" else None, **keys
    )
    return read_frame(written(frame, tmp_path / f"data.{kind}"), schema=declared), declared


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("code", ["-99", -99, -99.0])
def test_a_missing_code_is_missing_and_not_revenue_in_any_format(tmp_path, kind, code):
    frame, _ = read_as(tmp_path, kind, columns={"revenue": {"missing": [code]}})
    assert np.isnan(frame.revenue[4])
    assert frame.revenue.notna().sum() == 23
    assert frame.attrs["missing"] == {"revenue": {"-99": 1}}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("declared", ["period", "integer", "number", "string"])
def test_never_is_never_whatever_type_stores_and_declares_it(tmp_path, kind, declared):
    columns = {"start": {"type": declared}, "revenue": {"missing": [-99]}}
    as_text = declared == "string" and kind in {
        "csv",
        "tsv",
    }  # text stays as it is written: 2.0 is no wave
    stored = FRAME.astype({"start": int}) if as_text else FRAME
    frame, as_declared = read_as(tmp_path, kind, stored, columns=columns)
    panel = panel_of(frame, schema=as_declared, outcome="revenue")
    assert (panel.sample.n_treated, panel.sample.n_never) == (4, 4)


@pytest.mark.parametrize("kind", FORMATS)
def test_leading_zeros_stay_and_every_format_gives_the_same_frame(tmp_path, kind):
    frame, _ = read_as(tmp_path, kind)
    assert frame.id.tolist() == FRAME.id.tolist()
    as_csv, _ = read_as(tmp_path, "csv")
    pd.testing.assert_frame_equal(frame, as_csv)


def test_a_code_carries_its_reason_and_reasons_are_counted(tmp_path):
    codes = [-99, {"code": -98, "reason": "refused"}, {"code": "NSP", "reason": "does_not_know"}]
    content = "id,wave,start,revenue,kind\n1,1,2,-98,a\n1,2,2,NSP,a\n2,1,0,-98.0,b\n2,2,0,,b\n3,1,0,-99,b\n"
    frame = read(tmp_path, "d.csv", content, schema({"revenue": {"missing": codes}}))
    assert frame.revenue.isna().all()
    assert frame.attrs["missing"]["revenue"] == {
        "-99": 1, "blank": 1, "does_not_know": 1, "refused": 2,
    }  # fmt: skip


LABELLED = pd.DataFrame(
    {
        "id": ["1", "2", "3"],
        "wave": [1.0] * 3,
        "revenue": [5.0, -98.0, 7.0],
        "kind": [1.0, 2.0, 1.0],
    }
)


def labelled(tmp_path, kind, columns, labels):
    write = pyreadstat.write_dta if kind == "dta" else pyreadstat.write_sav
    write(LABELLED, str(tmp_path / f"l.{kind}"), variable_value_labels=labels)
    declared = schema({"start": None, **columns}, cohort=None)
    return read_frame(tmp_path / f"l.{kind}", schema=declared)


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_value_labels_are_read_as_labels_or_as_codes_only_where_that_is_said(tmp_path, kind):
    labels = {"kind": {1: "a", 2: "b"}}
    with pytest.raises(errors.SchemaError, match=r"kind: .*labelled: labels or labelled: codes"):
        labelled(tmp_path, kind, {}, labels)
    by_label = labelled(tmp_path, kind, {"kind": {"labelled": "labels"}}, labels)
    assert by_label.kind.tolist() == ["a", "b", "a"]
    codes = {"kind": {"labelled": "codes", "categories": ["1", "2"]}}
    assert labelled(tmp_path, kind, codes, labels).kind.tolist() == ["1", "2", "1"]
    with pytest.raises(errors.UnparsableValueError, match="kind: row 2 has no value label"):
        labelled(tmp_path, kind, {"kind": {"labelled": "labels"}}, {"kind": {1: "a"}})


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_a_number_with_a_label_is_no_revenue_until_it_is_said_to_be_one(tmp_path, kind):
    labels = {"revenue": {-98: "refused to say"}}
    codes = {"categories": ["1", "2"]}
    with pytest.raises(errors.SchemaError, match=r"revenue: .*row 2") as caught:
        labelled(tmp_path, kind, {"kind": codes}, labels)
    assert "refused to say" not in str(caught.value)
    refused = {"missing": [{"code": -98, "reason": "refused"}]}
    frame = labelled(tmp_path, kind, {"kind": codes, "revenue": refused}, labels)
    assert frame.attrs["missing"] == {"revenue": {"refused": 1}}
    kept = labelled(tmp_path, kind, {"kind": codes, "revenue": {"labelled": "codes"}}, labels)
    assert kept.revenue.tolist() == [5, -98, 7]


def test_letters_of_stata_and_user_missing_of_spss_are_the_reasons_of_missing_cells(tmp_path):
    frame = LABELLED.assign(revenue=pd.Series([5, "a", "b"], dtype=object))
    columns = {"start": None, "kind": {"categories": ["1", "2"]}}
    pyreadstat.write_dta(
        frame, str(tmp_path / "s.dta"), missing_user_values={"revenue": ["a", "b"]}
    )
    declared = schema(
        {**columns, "revenue": {"missing": [{"code": ".a", "reason": "refused"}]}}, cohort=None
    )
    stata = read_frame(tmp_path / "s.dta", schema=declared)
    assert stata.attrs["missing"] == {"revenue": {"refused": 1, ".b": 1}}
    ranges = {"revenue": [{"lo": -99, "hi": -90}]}
    pyreadstat.write_sav(LABELLED, str(tmp_path / "s.sav"), missing_ranges=ranges)
    spss = read_frame(tmp_path / "s.sav", schema=schema(columns, cohort=None))
    assert spss.revenue.isna().tolist() == [False, True, False]
    assert spss.attrs["missing"] == {"revenue": {"-98": 1}}


STORED = {
    "boolean as number": ("revenue", [True, False], {}, "stored as boolean, declared as number"),
    "boolean as text": ("id", [True, False], {}, "stored as boolean, declared as string"),
    "moment as period": (
        "start",
        pd.to_datetime(["2012-01-01 10:00"] * 2),
        {},
        "stored as datetime",
    ),
    "date as text": ("id", [dt.date(2012, 1, 1), dt.date(2012, 1, 2)], {}, "stored as date"),
    "bytes as text": ("id", [b"1", b"2"], {}, "stored as other"),
    "bytes as number": ("revenue", [b"1", b"2"], {}, "stored as other"),
    "long whole number as number": (
        "revenue",
        [2**53 + 1, 1],
        {},
        "row 1 is too long for a number",
    ),
    "long whole number as integer": ("wave", [2**60, 1], {}, "row 1 is too long for a number"),
    "long float as an id": ("id", [2.0**53, 1.0], {}, "row 1 is no whole number"),
    "half as an id": ("id", [1.5, 1.0], {}, "row 1 is no whole number"),
    "two as boolean": (
        "kind",
        [2, 1],
        {"kind": {"type": "boolean", "categories": None}},
        "row 1 is neither 0/1",
    ),
}


@pytest.mark.parametrize("name", STORED)
def test_what_is_stored_as_something_else_is_not_coerced_without_a_word(tmp_path, name):
    column, values, columns, words = STORED[name]
    frame = FRAME.head(2).assign(**{column: list(values)})
    frame.to_parquet(tmp_path / "d.parquet")
    with pytest.raises(errors.DataError, match=f"^{column}: .*{words}"):
        read_frame(tmp_path / "d.parquet", schema=schema(columns))


def test_long_whole_numbers_stay_exact_as_text(tmp_path):
    frame = FRAME.head(2).assign(id=[2**53 + 1, 2**62 + 1])
    frame.to_parquet(tmp_path / "d.parquet")
    read_back = read_frame(tmp_path / "d.parquet", schema=schema())
    assert read_back.id.tolist() == ["9007199254740993", "4611686018427387905"]


def test_calendars_of_stata_are_periods_where_a_period_begins(tmp_path):
    frame = LABELLED.assign(wave=[208.0, 209.0, 210.0], revenue=[1.0, 2.0, 3.0])
    declared = schema(
        {"start": None, "wave": {"type": "period"}, "kind": {"categories": ["1", "2"]}},
        cohort=None,
        time={"column": "wave", "frequency": "quarter"},
    )
    pyreadstat.write_dta(frame, str(tmp_path / "q.dta"), variable_format={"wave": "%tq"})
    assert read_frame(tmp_path / "q.dta", schema=declared).wave.tolist() == [
        "2012Q1",
        "2012Q2",
        "2012Q3",
    ]
    days = frame.assign(wave=[dt.date(2012, 1, 1), dt.date(2012, 4, 1), dt.date(2012, 7, 2)])
    pyreadstat.write_dta(days, str(tmp_path / "d.dta"))
    with pytest.raises(errors.UnparsableValueError, match="wave: row 3 is not the first day"):
        read_frame(tmp_path / "d.dta", schema=declared)


TREATED = "id,wave,start,revenue,kind,at_fair\n1,1,,1,a,0\n1,2,,1,a,%s\n1,3,,1,a,%s\n2,1,,1,a,0\n2,2,,1,a,0\n2,3,,1,a,0\n"
FIRST = {"column": "began", "first_period_of": "at_fair"}
SWITCHES = {
    "a blank": ("", "1", errors.MissingValueError, "at_fair: not known on row 2"),
    "a two": ("2", "1", errors.RangeError, "at_fair: neither 0 nor 1 on row 2"),
    "switching off": (
        "1",
        "0",
        errors.TreatmentReversalError,
        "at_fair: treatment switches off on row 3",
    ),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_the_first_period_of_a_treatment_needs_one_that_is_known_and_stays_on(tmp_path, name):
    second, third, kind, words = SWITCHES[name]
    declared = schema({"at_fair": {"type": "integer"}}, cohort=FIRST)
    with pytest.raises(kind, match=words):
        read(tmp_path, "d.csv", TREATED % (second, third), declared)


def test_a_column_that_marks_the_start_alone_may_switch_off_where_that_is_said(tmp_path):
    declared = schema({"at_fair": {"type": "boolean"}}, cohort={**FIRST, "marks": "start"})
    frame = read(tmp_path, "d.csv", TREATED % (1, 0), declared)
    assert frame.began.tolist() == ["2"] * 3 + [None] * 3


def test_a_derived_start_never_replaces_a_column():
    with pytest.raises(ValueError, match=r"start: cohort\.column is derived .*new name"):
        schema({"at_fair": {"type": "integer"}}, cohort={**FIRST, "column": "start"})


def test_a_file_without_header_shows_nobody(tmp_path):
    content = "Fatima Zahra,0661123456,AB123456,5200\nAhmed,0661000000,CD5,4100\n"
    with pytest.raises(errors.MissingColumnError) as caught:
        read(tmp_path, "d.csv", content, schema())
    for secret in ("Fatima", "0661123456", "AB123456", "5200"):
        assert secret not in str(caught.value)
    assert "0 of 5 declared columns and 4 others" in str(caught.value)


def test_a_column_of_numbers_that_could_be_thousands_is_refused_with_the_remedy(tmp_path):
    content = "id;wave;start;revenue;kind\n1;1;2;1.234;a\n1;2;2;12.500;a\n2;1;0;500;b\n"
    with pytest.raises(
        errors.UnparsableValueError, match=r"revenue: rows 1 and 2 .*csv\.thousands"
    ):
        read(tmp_path, "d.csv", content, schema(csv={"delimiter": ";"}))
    marks = {"delimiter": ";", "decimal": ",", "thousands": "."}
    assert read(tmp_path, "d.csv", content, schema(csv=marks)).revenue.tolist() == [
        1234,
        12500,
        500,
    ]
    point = {"delimiter": ";", "decimal": "."}
    assert read(tmp_path, "d.csv", content, schema(csv=point)).revenue.tolist() == [
        1.234,
        12.5,
        500,
    ]


def test_ids_that_only_look_alike_are_refused_with_their_rows(tmp_path):
    content = "id,wave,start,revenue,kind\nFès 1,1,2,1,a\nFe\u0300s 1,2,2,1,a\n2,1,0,1,b\n"
    with pytest.raises(
        errors.UnparsableValueError, match="id: ids on rows 1 and 2 look alike"
    ) as caught:
        read(tmp_path, "d.csv", content, schema())
    assert "Fès" not in str(caught.value)


def test_stray_quotes_do_not_swallow_rows(tmp_path):
    content = 'id,wave,start,revenue,kind\n1,1,2,5,"a\n1,2,2,6,a\n2,1,0,7,b"\n'
    with pytest.raises(errors.SourceError, match="row 1 holds line ends"):
        read(tmp_path, "d.csv", content, schema({"kind": {"type": "string", "categories": None}}))
