"""A file is read exactly as declared, or refused by name."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact import errors
from impact.data.readers import read_frame, read_panel
from impact.data.schema import Column, read_schema
from impact.data.strict import Words
from impact.data.yaml_file import load_yaml

SCHEMA = """
version: 1
title: {en: Test, fr: Essai}
source: made up
unit: id
time: {column: wave, frequency: integer}
cohort: {column: start, never: [0]}
missing_outcome: drop
csv: {delimiter: "%s", decimal: "%s", encoding: %s}
columns:
  id: {type: string, label: {en: Id, fr: Id}}
  wave: {type: integer, label: {en: Wave, fr: Vague}}
  start: {type: period, label: {en: Start, fr: Debut}}
  revenue: {type: number, label: {en: Revenue, fr: CA}, minimum: 0, missing: ["-99"]}
  kind: {type: category, categories: [a, b], label: {en: Kind, fr: Genre}}
"""
HEADER = "id,wave,start,revenue,kind\n"
GOOD = HEADER + "007,1,2,10.5,a\n007,2,2,11,a\nNA,1,0,0,b\nNA,2,0,,b\n"


def schema(tmp_path, delimiter=",", decimal=".", encoding="utf-8"):
    path = tmp_path / "schema.yml"
    path.write_text(SCHEMA % (delimiter, decimal, encoding), encoding="utf-8")
    return read_schema(path)


def read(tmp_path, content, **options):
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_frame(path, schema=schema(tmp_path, **options))


def test_a_good_file_is_read_to_the_letter(tmp_path):
    frame = read(tmp_path, GOOD)
    assert frame.id.tolist() == ["007", "007", "NA", "NA"]
    np.testing.assert_array_equal(frame.revenue, [10.5, 11, 0, np.nan])


EXACT = {
    "byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "windows line ends": GOOD.replace("\n", "\r\n").encode(),
    "no final newline": GOOD.rstrip("\n").encode(),
    "quoted cells": GOOD.replace("007", '"007"').encode(),
    "spaces around": GOOD.replace("10.5", " 10.5 ").encode(),
    "declared missing code": GOOD.replace("2,0,,b", "2,0,-99,b").encode(),
    "scientific notation": GOOD.replace("10.5", "1.05e1").encode(),
    "columns in another order": b"kind,revenue,start,wave,id\na,10.5,2,1,007\na,11,2,2,007\nb,0,0,1,NA\nb,,0,2,NA\n",
    "a column that is not declared": GOOD.replace("kind", "kind,extra")
    .replace(",a\n", ",a,1\n")
    .replace(",b\n", ",b,1\n")
    .encode(),
}


@pytest.mark.parametrize("name", EXACT)
def test_harmless_differences_change_nothing(tmp_path, name):
    pd.testing.assert_frame_equal(read(tmp_path, EXACT[name]), read(tmp_path, GOOD))


REFUSED = {
    "empty": (b"", errors.SourceError),
    "only spaces": (b"  \n ", errors.SourceError),
    "header only": (HEADER.encode(), errors.SourceError),
    "semicolons": (GOOD.replace(",", ";").encode(), errors.MissingColumnError),
    "ragged row": (GOOD.replace("007,2,2,11,a", "007,2,2,11").encode(), errors.SourceError),
    "extra cell": (GOOD.replace("11,a", "11,a,x").encode(), errors.SourceError),
    "repeated column": (GOOD.replace("kind", "revenue", 1).encode(), errors.SourceError),
    "unnamed column": (GOOD.replace("kind", "", 1).encode(), errors.SourceError),
    "open quotation mark": (GOOD.replace("10.5", '"10.5').encode(), errors.SourceError),
    "NUL": (GOOD.replace("10.5", "10\x00.5").encode(), errors.SourceError),
    "cp1252 bytes": (
        "id,wave,start,revenue,kind\né,1,2,1,a\n".encode("cp1252"),
        errors.SourceError,
    ),
    "utf-16": (GOOD.encode("utf-16"), errors.SourceError),
    "thousands separator": (
        GOOD.replace("10.5", '"1,234.50"').encode(),
        errors.UnparsableValueError,
    ),
    "narrow space": (GOOD.replace("10.5", "1\u202f234").encode(), errors.UnparsableValueError),
    "decimal comma": (GOOD.replace("10.5", '"10,5"').encode(), errors.UnparsableValueError),
    "arabic digits": (GOOD.replace("10.5", "١٢").encode(), errors.UnparsableValueError),
    "text": (GOOD.replace("10.5", "about ten").encode(), errors.UnparsableValueError),
    "nan": (GOOD.replace("10.5", "nan").encode(), errors.UnparsableValueError),
    "inf": (GOOD.replace("10.5", "inf").encode(), errors.UnparsableValueError),
    "hexadecimal": (GOOD.replace("10.5", "0x1A").encode(), errors.UnparsableValueError),
    "overflow": (GOOD.replace("10.5", "1e400").encode(), errors.InfiniteValueError),
    "below the range": (GOOD.replace("10.5", "-1").encode(), errors.RangeError),
    "half a wave": (GOOD.replace("007,1,", "007,1.5,").encode(), errors.UnparsableValueError),
    "unknown category": (GOOD.replace("10.5,a", "10.5,c").encode(), errors.UnparsableValueError),
    "missing column": (GOOD.replace("kind", "genre", 1).encode(), errors.MissingColumnError),
    "integer beyond 2^53": (
        GOOD.replace("007,1,", "007,9007199254740993,").encode(),
        errors.UnparsableValueError,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_exactly_is_refused_by_name(tmp_path, name):
    content, kind = REFUSED[name]
    with pytest.raises(kind) as caught:
        read(tmp_path, content)
    assert "about ten" not in str(caught.value)


def test_decimal_commas_and_semicolons_are_read_when_declared(tmp_path):
    content = GOOD.replace(",", ";").replace("10.5", "10,5")
    assert read(tmp_path, content, delimiter=";", decimal=",").revenue[0] == 10.5
    with pytest.raises(errors.UnparsableValueError, match="mixes points"):
        read(tmp_path, GOOD.replace(",", ";"), delimiter=";", decimal=",")


def test_stata_and_parquet_give_the_same_panel_as_csv(tmp_path):
    declared = schema(tmp_path)
    made = read(tmp_path, GOOD)
    made.to_parquet(tmp_path / "data.parquet")
    made.assign(start=made.start.astype(str)).to_stata(tmp_path / "data.dta", write_index=False)
    panels = [
        read_panel(tmp_path / f"data.{kind}", schema=declared, outcome="revenue")
        for kind in ("csv", "parquet", "dta")
    ]
    for other in panels[1:]:
        pd.testing.assert_frame_equal(panels[0].frame(), other.frame())


def test_damaged_binary_files_are_refused_by_name(tmp_path):
    declared = schema(tmp_path)
    for kind in ("parquet", "dta"):
        path = tmp_path / f"data.{kind}"
        path.write_bytes(b"not a real file" * 40)
        with pytest.raises(errors.SourceError, match="damaged"):
            read_frame(path, schema=declared)
    with pytest.raises(errors.SourceError, match="no such data file"):
        read_frame(tmp_path / "nowhere.csv", schema=declared)


def test_packaged_panels_are_read_by_name_and_no_other_module_is():
    frame = read_frame(
        "package:linearmodels.jobtraining", schema=read_schema("data/jobtraining.yml")
    )
    assert len(frame) == 471
    assert frame.first_grant.notna().sum() == 66 * 3
    with pytest.raises(errors.SourceError, match="unknown packaged"):
        read_frame("package:os.system", schema=read_schema("data/jobtraining.yml"))


YAML = {
    "repeated key": "a: 1\na: 2\n",
    "repeated nested key": "a: {b: 1, b: 2}\n",
    "alias": "a: &x 1\nb: *x\n",
    "tag": "a: !!python/object:os.system x\n",
    "broken": "a: [1\n",
    "empty": "",
}


@pytest.mark.parametrize("name", YAML)
def test_yaml_traps_are_refused(tmp_path, name):
    path = tmp_path / "plan.yml"
    path.write_text(YAML[name], encoding="utf-8")
    with pytest.raises(errors.PlanError):
        load_yaml(path)


def test_yaml_words_are_not_guessed_into_other_types(tmp_path):
    path = tmp_path / "plan.yml"
    path.write_text(
        "a: no\nb: 1:30\nc: 010\nd: 2013-01\ne: true\nf: 3\ng: 0.5\nh: ~\n", encoding="utf-8"
    )
    assert load_yaml(path) == {
        "a": "no",
        "b": "1:30",
        "c": "010",
        "d": "2013-01",
        "e": True,
        "f": 3,
        "g": 0.5,
        "h": None,
    }


def test_a_schema_says_which_key_breaks_which_rule(tmp_path):
    path = tmp_path / "schema.yml"
    path.write_text(
        (SCHEMA % (",", ".", "utf-8")).replace("type: integer", "type: whole"), encoding="utf-8"
    )
    with pytest.raises(errors.SchemaError, match=r"columns\.wave\.type"):
        read_schema(path)


def test_only_numbers_are_declared_logarithms():
    words = Words(en="Log sales", fr="Log des ventes")
    assert Column(type="number", label=words, scale="log").scale == "log"
    assert Column(type="number", label=words).scale == "level"
    with pytest.raises(ValueError, match="only a column of type number"):
        Column(type="boolean", label=words, scale="log")


def test_the_logarithm_of_the_job_training_panel_is_declared():
    schema = read_schema(Path(__file__).resolve().parents[2] / "data" / "jobtraining.yml")
    assert schema.columns["lscrap"].scale == "log"
