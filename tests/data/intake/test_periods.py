"""Periods of days, of texts, of fiscal years and of treatment; a panel of every second quarter or fourth year, end to end."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, arrived, cells, table

import impact
from impact.data.intake.rules.periods import FirstPeriod, FiscalYear, PeriodOf, ReadPeriod
from impact.data.intake.table import Kind
from impact.data.readers import panel_of, read_frame
from impact.data.schema import Schema
from impact.errors import (
    MissingValueError,
    RangeError,
    SchemaError,
    TreatmentReversalError,
    UnparsableValueError,
)


def period_of(kind, values, frequency):
    rule = PeriodOf(rule="period_of", table="w", column="a", new="made", frequency=frequency)
    return cells(apply(rule, w=table({"a": kind}, a=values)).table, "made")


def test_days_and_months_lie_in_a_quarter():
    assert period_of("date", ["2010-12-31", "2011-01-01", None], "quarter") == [
        "2010Q4",
        "2011Q1",
        None,
    ]
    assert period_of("period:month", ["2010-12", "1969-01"], "quarter") == ["2010Q4", "1969Q1"]
    assert period_of("period:quarter", ["2010Q4"], "year") == ["2010"]


def test_a_year_lies_in_no_one_quarter():
    with pytest.raises(
        SchemaError, match=r"a: of type period \(year\), which lies in no one quarter"
    ):
        period_of("period:year", ["2010"], "quarter")


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_periods_of_days_are_those_of_the_calendar(day):
    for frequency, code in (("year", "Y"), ("quarter", "Q"), ("month", "M")):
        assert period_of("date", [day.isoformat()], frequency) == [str(pd.Period(day, code))]


def read(texts, written, frequency="quarter", kind="string", **choices):
    rule = ReadPeriod(
        rule="read_period", table="w", column="a", new="made", frequency=frequency,
        written=[written] if isinstance(written, str) else written, **choices,
    )  # fmt: skip
    return cells(apply(rule, w=table({"a": kind}, a=texts)).table, "made")


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        ("Q4 2010", ["Q42010", "q4 2010", "Q4-2010", "Q4/2010", " Q 4 2010 "]),
        ("2010 Q4", ["2010Q4", "2010-Q4", "2010q4"]),
        ("T4 2010", ["T4 2010", "t4-2010", "T42010"]),
        ("2010 T4", ["2010-T4", "2010 t4", "2010T4"]),
        ("4th quarter 2010", ["4th quarter 2010", "4th Quarter of 2010", "4th qtr. 2010"]),
        ("4e trimestre 2010", ["4e trimestre 2010", "4ème trim. 2010", "4ᵉ TRIMESTRE de 2010"]),
        ("December 2010", ["December 2010", "Dec. 2010", "dec-2010", "Oct 2010"]),
        ("décembre 2010", ["décembre 2010", "déc. 2010", "DÉCEMBRE 2010", "nov 2010"]),
        ("12/2010", ["12/2010", "10-2010"]),
        ("2010-12", ["2010-12", "2010/10"]),
        ("2010m12", ["2010m12", "2010 M10"]),
    ],
)
def test_one_quarter_is_read_however_it_is_written(written, texts):
    assert read([*texts, None], written) == ["2010Q4"] * len(texts) + [None]


def test_numbers_are_read_by_their_digits():
    assert read([201012.0, None], "201012", "month", kind="integer") == ["2010-12", None]


def test_french_and_english_months_are_told_apart_only_where_both_are_declared():
    assert read(["août 2012", "févr. 2012"], "décembre 2010", "month") == ["2012-08", "2012-02"]
    with pytest.raises(UnparsableValueError, match="row 1 "):
        read(["August 2012"], "décembre 2010", "month")
    both = read(["August 2012", "août 2012"], ["décembre 2010", "December 2010"], "month")
    assert both == ["2012-08"] * 2


def test_a_fiscal_year_is_called_by_its_first_or_last_year():
    texts = ["2010/11", "1999-00", "2010/2011"]
    first = read(texts, "2010/11", "year", fiscal_year_named="first")
    assert first == ["2010", "1999", "2010"]
    last = read([*texts, "FY 2011"], ["2010/11", "FY 2010"], "year", fiscal_year_named="last")
    assert last == ["2011", "2000", "2011", "2011"]
    with pytest.raises(UnparsableValueError, match="none of the declared ways on row 1"):
        read(["2010/12"], "2010/11", "year", fiscal_year_named="first")
    with pytest.raises(ValidationError, match="fiscal_year_named"):
        read(texts, "2010/11", "year")


@pytest.mark.parametrize("text", ["Q5 2010", "4 2010", "Q4 10", "T4 2010", "Q4 2010 ?", "Q4 0110"])
def test_what_is_written_otherwise_is_refused_without_being_shown(text):
    with pytest.raises(UnparsableValueError, match="a: written in none") as refused:
        read(["Q1 2010", text], "Q4 2010")
    assert text not in str(refused.value)
    assert "row 2 of wave" in str(refused.value)


def test_a_text_that_two_ways_read_as_two_periods_is_refused():
    two = ["2010-12", "2010/11"]
    with pytest.raises(
        UnparsableValueError, match="read as two periods by two of the ways on row 1"
    ):
        read(["2010-11"], two, "year", fiscal_year_named="last")
    assert read(["2010-11"], two, "year", fiscal_year_named="first") == ["2010"]


def test_a_year_tells_no_quarter():
    with pytest.raises(ValidationError, match="2010 tells no quarter"):
        read(["2010"], ["2010"])


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_labels_of_the_house_are_read_as_they_are(year, month):
    period = pd.Period(year=year, month=month, freq="M")
    assert read([str(period)], "2010-12", "month") == [str(period)]
    quarter = str(period.asfreq("Q"))
    assert read([quarter], "2010 Q4") == [quarter]


def fiscal(kind, values, begins, named):
    rule = FiscalYear(
        rule="fiscal_year", table="w", column="a", new="made", begins=begins, named=named
    )
    return cells(apply(rule, w=table({"a": kind}, a=values)).table, "made")


def test_fiscal_years_begin_in_their_month():
    days = ["2010-06-30", "2010-07-01", "2011-06-30", None]
    assert fiscal("date", days, 7, "first") == ["2009", "2010", "2010", None]
    assert fiscal("date", days, 7, "last") == ["2010", "2011", "2011", None]
    assert fiscal("period:quarter", ["2010Q2", "2010Q3"], 7, "last") == ["2010", "2011"]
    for named in ("first", "last"):
        assert fiscal("period:month", ["2010-01", "2010-12"], 1, named) == ["2010", "2010"]


def test_a_quarter_in_two_fiscal_years_is_refused():
    with pytest.raises(SchemaError, match="lie in two fiscal years"):
        fiscal("period:quarter", ["2010Q2"], 3, "first")
    with pytest.raises(SchemaError, match="lie in two fiscal years"):
        fiscal("period:year", ["2010"], 7, "first")


PANEL = {
    "id": ["a", "a", "a", "b", "b", "b"],
    "q": ["2012Q3", "2012Q1", "2012Q2"] * 2,
    "fair": [1.0, 0.0, 1.0, 0.0, 0.0, 0.0],
}


def first_period(marks="treatment", **changes):
    kinds = {"id": "string", "q": "period:quarter", "fair": "integer"}
    rule = FirstPeriod(
        rule="first_period", table="w", column="fair", unit="id", time="q", new="start", marks=marks
    )
    return apply(rule, w=table(kinds, **{**PANEL, **changes}))


def test_the_first_treated_period_is_the_cohort():
    done = first_period()
    assert cells(done.table, "start") == ["2012Q2"] * 3 + [None] * 3
    assert done.table.kinds["start"] == Kind("period", "quarter")
    assert done.table.reasons["start"][5] == "never"
    assert (done.touched, done.counts) == (3, {"never": 3})


@pytest.mark.parametrize(
    ("fair", "error", "words"),
    [
        ([1.0, 0.0, None, 0.0, 0.0, 0.0], MissingValueError, "fair: not known on row 3 of wave"),
        ([1.0, 0.0, 2.0, 0.0, 0.0, 0.0], RangeError, "fair: neither 0 nor 1 on row 3 of wave"),
        (
            [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
            TreatmentReversalError,
            "switches off on row 1 of wave",
        ),
    ],
)
def test_a_treatment_is_known_and_stays_on(fair, error, words):
    with pytest.raises(error, match=words):
        first_period(fair=fair)


def test_a_mark_of_the_start_alone_may_switch_off():
    marked = first_period("start", fair=[0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    assert cells(marked.table, "start")[0] == "2012Q2"


def test_a_row_without_unit_or_period_has_no_start():
    with pytest.raises(MissingValueError, match="q: missing on row 1"):
        first_period(q=[None, *PANEL["q"][1:]])


@pytest.mark.parametrize(
    ("frequency", "step", "written", "label"),
    [
        ("quarter", 2, "T4 2010", lambda i: f"T{1 + 2 * (i % 2)} {2010 + i // 2}"),
        ("year", 4, "2010", lambda i: str(1996 + 4 * i)),
    ],
)
def test_panels_of_every_second_quarter_or_fourth_year_go_from_file_to_estimate(
    tmp_path, frequency, step, written, label
):
    generator = np.random.default_rng(4)
    lines = ["id;when;revenue;fair"]
    for unit in range(40):
        for i in range(6):
            fair = int(unit < 15 and i >= 3)
            lines.append(f"u{unit};{label(i)};{generator.normal(10 + 3 * fair):.6f};{fair}")
    columns = {
        "id": {"type": "string"}, "when": {"type": "string"}, "revenue": {"type": "number"},
        "fair": {"type": "integer"},
    }  # fmt: skip
    source = {"file": "panel.csv", "csv": {"delimiter": ";"}, "columns": columns}
    rules = [
        {"rule": "read_period", "table": "panel", "column": "when", "new": "time", "frequency": frequency, "written": [written]},
        {"rule": "first_period", "table": "panel", "column": "fair", "unit": "id", "time": "time", "new": "start"},
    ]  # fmt: skip
    arrived(
        tmp_path, {"sources": {"panel": source}, "rules": rules}, panel__csv="\n".join(lines) + "\n"
    )
    label_ = {"en": "x", "fr": "x"}
    schema = Schema.model_validate({
        "version": 1, "title": label_, "source": "made up", "unit": "id",
        "time": {"column": "time", "frequency": frequency, "step": step}, "cohort": {"column": "start"},
        "columns": {
            name: {"type": kind, "label": label_}
            for name, kind in {"id": "string", "time": "period", "start": "period", "revenue": "number"}.items()
        },
    })  # fmt: skip
    panel = panel_of(
        read_frame(tmp_path / "intake.yml", schema=schema), schema=schema, outcome="revenue"
    )
    assert (np.diff(panel.times) == 1).all()
    effect = impact.EventStudy().fit(panel).row("event_time=0").estimate
    assert effect == pytest.approx(3, abs=1)
