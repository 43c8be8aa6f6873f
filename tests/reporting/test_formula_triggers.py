"""Fourteen texts that spreadsheets run, in every text of everything that is exported: none is live in any cell."""

import csv
import re
import zipfile
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from data.intake.tables import table as arrived_table
from hypothesis import example, given
from hypothesis import strategies as st
from reporting.appraised_subjects import RAW, subject
from reporting.test_indicator_table import ALL_KINDS
from reporting.test_workbook import MAIN, made, table

from impact.data.formulas import as_it_was, without_formula, would_run
from impact.data.intake.arrive import Arrived
from impact.data.intake.export import write_proposals, write_table
from impact.errors import UsageError
from impact.evaluation.indicators import Indicators
from impact.pipeline.codebook import codebook_of
from impact.pipeline.plan import checked_study
from impact.reporting.codebook.sheet import sheet
from impact.reporting.economics_workbook import render_economics
from impact.reporting.planned_study import power_table
from impact.reporting.render import render_indicators
from impact.reporting.table import Table

ROOT = Path(__file__).resolve().parents[2]
TRIGGERS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://evil.example";"x")', "=cmd|'/C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "\uff1d1+1", "fine;=1+1", "fine\n@SUM(1)", '"=1+1',
]  # fmt: skip
"""Plain, behind what a program passes over, of full width, and behind what begins a cell in another country's separator."""
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def live(text):
    """Cells of a CSV file that a spreadsheet would run, whichever separator it believes in; and how many cells there are."""
    cells = []
    for separator in ",;\t":
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
        cells += [line for row in rows for cell in row for line in re.split(r"[\r\n]", cell)]
    ran = [cell for cell in cells if re.sub(r'^[\s"]+', "", cell).startswith(SIGNS)]
    return ran, len(cells)


def test_every_trigger_is_live_without_us():
    """Also: the measure finds each of them in a file that nobody made inert."""
    assert len(TRIGGERS) == len(set(TRIGGERS)) == 14
    for trigger in TRIGGERS:
        assert would_run(trigger)
        assert live(pd.DataFrame({"a": [trigger]}).to_csv(index=False))[0], trigger


def test_the_tables_of_a_report_have_no_live_cell(tmp_path):
    """14 triggers in three columns, their headings and a group: 0 live of 138 cells as they are read with three separators."""
    frame = pd.DataFrame(dict.fromkeys(("=a", "fine", "+c", "group;=d"), TRIGGERS))
    Table("t", "c", frame, {name: name for name in frame}).to_csv(tmp_path / "t.csv")
    ran, cells = live((tmp_path / "t.csv").read_bytes().decode("utf-8"))
    assert ran == []
    assert cells > 100


def test_proposals_have_no_live_cell_and_their_keys_are_read_back(tmp_path):
    asked = pd.DataFrame(dict.fromkeys(("left", "right", "=firms: name"), TRIGGERS))
    (path,) = write_proposals(
        Arrived(arrived_table({"id": "string"}, id=["a"]), (), {"1-merge": asked}), tmp_path
    )
    ran, cells = live(path.read_bytes().decode("utf-8"))
    assert ran == []
    assert cells > 100
    assert [as_it_was(without_formula(one)) for one in TRIGGERS] == TRIGGERS


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_intakes_table_is_not_written_as_csv_with_a_live_cell(tmp_path, trigger):
    with pytest.raises(UsageError, match=r"write \.parquet"):
        write_table(arrived_table({"id": "string"}, id=[trigger]), tmp_path / "t.csv")
    with pytest.raises(UsageError, match="the name of column 1"):
        write_table(arrived_table({trigger: "string"}, **{trigger: ["a"]}), tmp_path / "t.csv")


def test_the_codebook_has_no_live_cell():
    study = checked_study(ROOT / "evaluation.yml", {})
    declared = study.schema.model_dump(by_alias=True)
    words = dict(zip(declared["columns"], TRIGGERS, strict=False))
    assert len(words) == 14
    for name, trigger in words.items():
        both = {"en": trigger, "fr": trigger}
        declared["columns"][name] |= {"label": both, "unit": both, "description": both}
    object.__setattr__(study, "schema", type(study.schema).model_validate(declared))
    ran, cells = live(sheet(codebook_of(study)).decode("utf-8"))
    assert ran == []
    assert cells > 500


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_tables_workbook_has_no_formula_at_all(tmp_path, trigger):
    frame = pd.DataFrame({trigger: [trigger, "fine"], "group": [trigger, trigger]})
    shown = Table("tab-a", trigger, frame, {trigger: trigger}, notes=(trigger,), group="group")
    _, parts = made(tmp_path, shown, table(frame, label="tab-b"))
    cells = 0
    for name, data in parts.items():
        assert b"<f>" not in data, name
        cells += data.count(b' t="s"') if name.startswith("xl/worksheets/") else 0
    assert cells > 8
    assert MAIN.encode()[1:-1] in parts["xl/worksheets/sheet2.xml"]


def formulas(path):
    """Formulas of a workbook, and how many cells hold texts."""
    with zipfile.ZipFile(path) as package:
        sheets = [
            package.read(name).decode("utf-8")
            for name in package.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    text = "".join(sheets)
    return re.findall(r"<f>([^<]*)</f>", text), text.count(' t="s"')


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_indicators_workbook_runs_its_own_formulas_alone(tmp_path, trigger):
    both = {"en": trigger, "fr": trigger}
    own = {
        "project": "p",
        "activity": "a",
        "level": "output",
        "classification": "cumulative",
        "unit": both,
        "name": both,
    }
    told = {
        "country": both, "began": "2008-09-15", "source": trigger, "submitted": "2013-11-30", "projects": {"p": both},
        "activities": {"a": both}, "sub_activities": {"s": both},
        "indicators": [
            {**own, **kind, "unit": both, "name": {"en": f"{trigger} {i}", "fr": f"{trigger} {i}"}}
            for i, kind in enumerate(ALL_KINDS)
        ],
    }  # fmt: skip
    render_indicators(Indicators.model_validate(told), tmp_path / "i.xlsx", language="fr")
    found, texts = formulas(tmp_path / "i.xlsx")
    assert found
    assert all(text.startswith("IF(") for text in found)
    assert not any("HYPERLINK" in text or "cmd|" in text for text in found)
    assert texts > 40


def with_words(told, seen):
    """A file's values with every free text replaced by a trigger, each in turn; texts that differed still do."""
    if isinstance(told, dict):
        return {
            name: seen.setdefault(value, f"{TRIGGERS[len(seen) % 14]} {len(seen)}")
            if name in {"en", "fr", "source"} and isinstance(value, str)
            else with_words(value, seen)
            for name, value in told.items()
        }
    return [with_words(value, seen) for value in told] if isinstance(told, list) else told


def test_the_economics_workbook_runs_its_own_formulas_alone(tmp_path):
    """Every text of the economics file is a trigger: the formulas are those of the file as it was, to the letter."""
    seen = {}
    render_economics(subject(RAW), tmp_path / "own.xlsx")
    render_economics(subject(with_words(RAW, seen)), tmp_path / "e.xlsx")
    own, (found, texts) = formulas(tmp_path / "own.xlsx")[0], formulas(tmp_path / "e.xlsx")
    assert len(seen) > 2 * len(TRIGGERS)
    assert len(own) > 2_000
    assert found == own
    assert texts > 100


def test_the_table_of_a_planned_study_is_written_like_the_others():
    assert power_table.__annotations__["return"] in {Table, "Table"}


@given(st.text("=+-@;\t\r\n\"' ab\uff1d", max_size=12))
@example(' \r"=')  # quoted twice: at its start, and where a line begins within it
def test_no_text_stays_live_and_an_inert_one_is_read_back(text):
    inert = without_formula(text)
    assert not would_run(inert)
    if not re.search(r"(\A|[;\t\r\n])'", text):
        assert as_it_was(inert) == text
