"""Files made backwards through an intake plan come out of it, rule by rule, as the panel that was wished for."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.data.intake.arrive import carried_out
from impact.data.intake.plan import intake_plan, read_intake_plan
from impact.data.schema import CsvOptions, FileLayout, ReadColumn
from impact.data.sources.door import read_source
from impact.errors import PlanError
from impact.simulate.planned.backwards import named_ids, named_periods, sources_of
from impact.simulate.planned.files import DeclaredColumn, write_planned
from impact.simulate.planned.wanted import AnyOf, Wanted, agreed
from impact.simulate.planned.written_periods import fitting, month_of, written_as

ROOT = Path(__file__).resolve().parents[2]
QUARTERS = ["2012Q1", "2012Q2", "2012Q3", "2012Q4"]

TWO_FILES = {
    "version": 1,
    "sources": {
        "answers": {
            "file": "answers.csv",
            "csv": {"delimiter": ";", "decimal": ","},
            "header_row": 2,
            "heading_rows": 2,
            "footer_rows": 1,
            "columns": {
                "firm": {"type": "string"},
                **{
                    f"sales_{q}": {
                        "column": f"2012 / T{q}",
                        "type": "number",
                        "currency": "MAD",
                        "missing": [{"code": -99, "reason": "refused"}],
                    }
                    for q in (1, 2, 3, 4)
                },
            },
        },
        "register": {
            "file": "register.xlsx",
            "sheet": "Liste",
            "columns": {
                "firm": {"column": "Code", "type": "string"},
                "drawn_fr": {"column": "Tirage", "type": "category", "categories": ["oui", "non"]},
            },
        },
    },
    "rules": [
        {
            "rule": "wide_to_long",
            "table": "answers",
            "period": "quarter",
            "frequency": "quarter",
            "columns": {"sales_now": {f"2012Q{q}": f"sales_{q}" for q in (1, 2, 3, 4)}},
        },
        {
            "rule": "deflate",
            "table": "answers",
            "column": "sales_now",
            "period": "quarter",
            "index": {"series": "morocco_cpi"},
            "base": 2010,
            "new": "sales",
        },
        {
            "rule": "arms",
            "table": "register",
            "column": "drawn_fr",
            "new": "start",
            "starts": {"oui": "2012Q3"},
            "never": ["non"],
            "frequency": "quarter",
        },
        {
            "rule": "merge",
            "table": "answers",
            "with": "register",
            "on": ["firm"],
            "take": ["start"],
            "expect": "many_to_one",
        },
    ],
    "result": "answers",
}  # fmt: skip


def wished():
    generator = np.random.default_rng(1)
    firms = [str(1001 + place) for place in range(12)]
    frame = pd.DataFrame(
        [(firm, quarter) for firm in firms for quarter in QUARTERS], columns=["firm", "quarter"]
    ).astype(object)
    frame["sales"] = np.round(generator.lognormal(8, 1, len(frame)), 2)
    frame.loc[[3, 7, 11], "sales"] = np.nan
    frame["start"] = np.where(np.arange(len(frame)) < 24, "2012Q3", None)
    return frame


@pytest.fixture(scope="module")
def arrived(tmp_path_factory):
    folder, plan = tmp_path_factory.mktemp("arrived"), intake_plan(TWO_FILES, name="two files")
    tables = sources_of(plan, wished(), time="quarter", generator=np.random.default_rng(2))
    for name, source in plan.sources.items():
        columns = {
            key: DeclaredColumn(one.column or key, one, one.frequency)
            for key, one in source.columns.items()
        }
        write_planned(folder / source.file, source, columns, tables[name], totals=source.totals)
    return folder, carried_out(plan, folder=folder).table.frame


def test_a_wide_file_and_a_list_become_the_panel_that_was_wished_for(arrived):
    frame, want = arrived[1], wished()
    assert frame["firm"].tolist() == want["firm"].tolist()
    assert frame["quarter"].tolist() == want["quarter"].tolist()
    assert frame["start"].fillna("never").tolist() == want["start"].fillna("never").tolist()
    np.testing.assert_allclose(frame["sales"].astype(float), want["sales"].astype(float), rtol=1e-6)


def test_missing_cells_are_written_as_the_declared_code_or_as_blanks(arrived):
    text = (arrived[0] / "answers.csv").read_text(encoding="utf-8")
    assert "-99" in text
    assert ";\n" in text


def test_headings_of_two_rows_stand_where_the_reader_looks_for_them(arrived):
    lines = (arrived[0] / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "REHEARSAL"
    assert lines[1].split(";")[1] == "2012"
    assert lines[2].split(";")[1] == "T1"


def test_of_two_wishes_for_a_cell_what_meets_both_is_written():
    assert agreed(AnyOf([0, None]), AnyOf([None])) == AnyOf([None])
    assert agreed(AnyOf([1]), AnyOf([None])) == AnyOf([1])
    assert agreed("a", AnyOf(["b"])) == "a"
    assert Wanted(pd.DataFrame({"x": [AnyOf([None, 2.0])]})).cells("x").tolist() == [2.0]


def test_rows_that_a_rule_drops_are_not_wished_for():
    plan = intake_plan(
        {
            "version": 1,
            "sources": {
                "data": {"file": "a.csv", "columns": {"arm": {"type": "category", "categories": ["a", "b"]}}}
            },
            "rules": [{"rule": "drop", "table": "data", "where": [{"column": "arm", "is": "b"}]}],
        },
        name="drop",
    )  # fmt: skip
    panel = pd.DataFrame({"arm": ["a", "b", "a"], "t": ["1", "1", "2"]}, dtype=object)
    tables = sources_of(plan, panel, time="t", generator=np.random.default_rng(0))
    assert tables["data"].cells("arm").tolist() == ["a", "a", "a"]


def test_periods_and_ids_that_corrections_name_are_found():
    plan = read_intake_plan(ROOT / "data" / "raw" / "intake.yml")
    assert set(named_ids(plan, "artisan_id")) == {"A017", "A104", "A230", "A044"}
    assert {"2010Q1", "2011Q4", "2014Q2"} <= set(named_periods(plan, "quarter"))


@pytest.mark.parametrize(
    ("way", "text"),
    [("Q4 2010", "Q2 2013"), ("2010 T4", "2013 T2"), ("4e trimestre 2010", "2e trimestre 2013"),
     ("décembre 2010", "avril 2013"), ("201012", "201304"), ("2010/11", "2013/14")],
)  # fmt: skip
def test_a_period_is_written_the_way_of_its_example(way, text):
    assert written_as(month_of("2013Q2"), way) == text


def test_a_quarter_becomes_a_day_in_its_middle_or_its_year():
    assert fitting("2013Q2", "date", None) == "2013-05-15"
    assert fitting("2013Q2", "period", "year") == "2013"
    assert fitting("2013-05-20", "date", None) == "2013-05-20"


@pytest.mark.parametrize(
    "ending",
    [".tsv", *(pytest.param(one, marks=pytest.mark.slow) for one in (".dta", ".sav", ".parquet"))],
)
def test_labelled_codes_and_missing_ones_survive_every_kind_of_file(tmp_path, ending):
    columns = {
        "firm": DeclaredColumn("firm", ReadColumn(type="string"), None),
        "city": DeclaredColumn(
            "ville",
            ReadColumn(type="category", categories=["Fes", "Rabat"], labelled="labels"),
            None,
        ),
        "sales": DeclaredColumn("ca", ReadColumn(type="number", missing=[-99]), None),
    }
    wanted = Wanted(
        pd.DataFrame(
            {"firm": ["1", "2"], "city": ["Rabat", "Fes"], "sales": [5.5, None]}, dtype=object
        )
    )
    path = write_planned(tmp_path / f"a{ending}", FileLayout(csv=CsvOptions()), columns, wanted)
    if ending == ".tsv":
        assert path.read_text(encoding="utf-8").splitlines()[1] == "1\tRabat\t5.5"
        return
    held = read_source(path, layout=FileLayout()).named()
    assert set(held) == {"firm", "ville", "ca"}
    if ending != ".parquet":
        assert sorted(held["ville"].value_labels.values()) == ["Fes", "Rabat"]


def test_a_kind_of_file_that_cannot_be_written_is_refused_with_those_that_can(tmp_path):
    with pytest.raises(PlanError, match=r"a\.ods: files of this kind cannot be simulated yet"):
        write_planned(tmp_path / "a.ods", FileLayout(), {}, Wanted(pd.DataFrame()))
