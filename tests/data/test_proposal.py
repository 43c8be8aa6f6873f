"""What is proposed of a file: how it is written, where its table stands, what its columns are, who is who; and no cell of it."""

import hashlib
import random
from contextlib import suppress

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hostile_files import CASES
from proposed_files import FRENCH, NAMED, PANEL, form, stata

from impact.data.intake.plan import ArrivingColumn
from impact.data.proposal.column_types import column_of
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.marks import marks_of
from impact.data.proposal.missing_words import numbers_for_nothing, reason_of_word
from impact.data.proposal.placed import Place, place_of
from impact.data.proposal.propose import propose
from impact.data.proposal.proposed import Label, ProposedColumn
from impact.data.proposal.roles import NO_TIME, NO_UNIT, Told
from impact.data.proposal.wide import wide_of
from impact.data.schema import CsvOptions, FileLayout, read_schema
from impact.data.sources.conversions import convert
from impact.data.sources.door import read_source
from impact.errors import MissingColumnError, SourceError, UsageError
from impact.pipeline.proposed_plan import write_proposal
from impact.reporting.proposal.schema_and_intake import intake_text, schema_text
from impact.reporting.proposal.speech import Speech

pytestmark = pytest.mark.usefixtures("proposals_in_one_process")


def proposed(folder, content, *, name="panel.csv", encoding="utf-8", told=None):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return propose([path], told=told or Told())


def column(proposal, name):
    return next(column for column in proposal.columns if column.name == name)


ENGLISH = Speech.of("en")


def said(doubts):
    return [ENGLISH.doubt(doubt) for doubt in doubts]


def texts(proposal, speech=ENGLISH):
    paths = {file.table: file.path.name for file in proposal.files}
    schema = schema_text(proposal, title=Label.same("x"), source="x", speech=speech)
    return intake_text(proposal, paths=paths, speech=speech) + schema


def as_number(cell):
    try:
        return None if pd.isna(cell) else float(cell)
    except (TypeError, ValueError):
        return cell


# Every hand-made file, read as proposed of it

GUESSED_OTHERWISE = {
    "name with accents in two pieces",  # found under the name as the file has it
    "row of delimiters at the end",  # left out, as notes at the end are
    "stray cell far below",
    "decimal points declared",  # 1.234 and 12.500 could be either: said in a doubt
    "month first",  # 01/04 could be either: said in a doubt
    "a code of a category",  # a code that only a person knows
    "a code of an id",
    "parquet: float32 code",
    "dta",  # -98 is proposed as a code, with a doubt
    "sav",
    "duckdb",
    "duckdb: its only table",
    "true and false",  # four ways to write two answers
    "iso dates",  # days stay days until they are known to be periods
    "day first",
    "dates for quarters",
}
READABLE = sorted(name for name, case in CASES.items() if case.gives)


@pytest.mark.parametrize("name", READABLE)
def test_a_hand_made_file_is_read_as_its_own_schema_reads_it(name, tmp_path):
    case = CASES[name]
    path = tmp_path / f"file.{case.ending}"
    case.make(path)
    file = propose([path], told=Told()).files[0]
    source = read_source(path, layout=FileLayout.model_validate(dict(file.layout))).named()
    options = CsvOptions.model_validate(file.layout.get("csv", {}))
    same = []
    for wanted, cells in case.gives.items():
        found = file.named().get(wanted)
        if found is None:
            same.append(False)
            continue
        declared = ArrivingColumn.model_validate(dict(found.keys))
        frequency = declared.frequency or "integer"
        made = convert(source[wanted], declared, name=wanted, options=options, frequency=frequency)
        same.append(list(map(as_number, made.cells)) == list(map(as_number, cells)))
    assert all(same) == (name not in GUESSED_OTHERWISE)


@pytest.mark.parametrize("name", sorted(set(CASES) - set(READABLE)))
def test_a_file_that_is_refused_gets_a_proposal_or_a_sentence(name, tmp_path):
    case = CASES[name]
    path = tmp_path / f"file.{case.ending}"
    case.make(path)
    with suppress(SourceError):
        assert texts(propose([path], told=Told()))


# Text files


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman", "cp850"]
)
def test_a_french_file_is_read_in_any_encoding(encoding, tmp_path):
    made = proposed(tmp_path, FRENCH, encoding=encoding)
    assert {column.name for column in made.columns} >= {"année", "salarié"}
    assert made.files[0].layout["csv"]["decimal"] == ","
    assert made.files[0].layout["csv"]["delimiter"] == ";"
    assert (made.roles.unit, made.roles.time) == ("entreprise", "année")


def test_an_arabic_file_is_read_in_its_windows_encoding(tmp_path):
    text = "المدينة,year,revenue\n" + "".join(f"فاس,{2000 + n},{n}.5\n" for n in range(9))
    made = proposed(tmp_path, text, encoding="cp1256")
    assert made.files[0].layout["csv"]["encoding"] == "cp1256"
    assert "المدينة" in made.files[0].named()


def test_titles_above_and_notes_below_are_no_data(tmp_path):
    lines = FRENCH.splitlines()
    text = "\n".join(["Enquête 2012;;;", "", *lines, "Source : ministère;;;"]) + "\n"
    made = proposed(tmp_path, text)
    assert made.files[0].layout["header_row"] == 3
    assert made.files[0].layout["footer_rows"] == 1
    assert any("notes" in words for words in said(made.files[0].doubts))


def test_two_rows_of_names_become_one():
    rows = [
        ["firm", "2012", "", "2013", ""],
        ["", "T1", "T2", "T1", "T2"],
        ["A", "1", "2", "3", "4"],
    ]
    assert place_of(rows, rows[2:]) == Place(1, 2, 0)


def test_rows_of_sums_are_named_by_their_words(tmp_path):
    text = PANEL.replace("year", "an", 1) + "TOTAL,,99999,\nTotal général,,99999,\n"
    made = proposed(tmp_path, text)
    assert made.files[0].totals == {"column": "firm", "words": ["TOTAL", "Total général"]}
    assert made.needs_intake


def test_a_file_without_names_never_shows_its_first_row(tmp_path):
    with pytest.raises(SourceError, match="no row of column names") as refused:
        proposed(tmp_path, "17,2010,5.5\n18,2011,6.5\n")
    assert "17" not in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "marks"),
    [
        (["10.5", "1234.25"], {"decimal": "."}),
        (["10,5", "1234,25"], {"decimal": ","}),
        (["1 234,5", "12\u202f000"], {"decimal": ",", "thousands": " "}),
        (["1,234.5", "500"], {"decimal": ".", "thousands": ","}),
        (["1.234.567,5", "1.234"], {"decimal": ",", "thousands": "."}),
        (["1'234.5", "12\u2019000.1"], {"decimal": ".", "thousands": "'"}),
        (["17", "18"], {}),
    ],
)
def test_marks_are_those_that_read_the_whole_column(cells, marks):
    found = marks_of([cells, ["Fès", "Rabat"]])
    assert (dict(found.keys), found.doubts) == (marks, ())


def test_marks_that_could_be_either_are_said_to_be_so():
    found = marks_of([["1.234", "12.500"]])
    assert found.keys == {"decimal": ",", "thousands": "."}
    assert "could have it before thousands or before decimals" in said(found.doubts)[0]
    assert not marks_of([["1.234", "12.500"], ["0.5", "2.25"]]).doubts


@pytest.mark.parametrize(
    ("cells", "order", "unsure"),
    [
        (["13/01/2012", "02/03/2012"], "day_first", False),
        (["01/13/2012", "02/03/2012"], "month_first", False),
        (["01/02/2012", "02/03/2012"], "day_first", True),
    ],
)
def test_the_order_of_dates_is_known_from_days_above_twelve(cells, order, unsure):
    found = marks_of([cells])
    assert (found.keys["dates"], bool(found.doubts)) == (order, unsure)


# Columns


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([5, 10, 300, -99], (-99,)),
        ([5, 10, 300, -98, -99], (-99, -98)),
        ([5, 10, -3, -99], ()),  # there are other numbers below zero
        ([1, 2, 3, 4, 5, 6, 99], (99,)),
        ([20, 41, 62, 83, 95, 97, 99], ()),  # ages
        ([10, 20, 30, 40, 50, 60, 9998, 9999], (9998, 9999)),
        ([0, 1, 2, 3], ()),
    ],
)
def test_numbers_stand_for_nothing_where_they_stand_apart(values, codes):
    assert numbers_for_nothing(np.array(values, dtype=float)) == codes


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("Refus", "refused"), ("REFUSÉ", "refused"), ("ne sait pas", "unknown"), ("n.d.", "not_available"),
        ("NA", "not_available"), ("Fès", None), ("0", None),
    ],
)  # fmt: skip
def test_words_for_nothing_are_those_of_a_closed_list(word, reason):
    assert reason_of_word(word) == reason


def test_a_rare_text_of_a_column_is_never_written(tmp_path):
    lines = [f"F{n // 4},{2010 + n % 4},{n * 3.5},{'bois' if n % 2 else 'cuir'}" for n in range(40)]
    rare = "firm,year,sales,trade\n" + "\n".join(lines[:-1]) + "\nF9,2013,1.5,zellige fin\n"
    made = proposed(tmp_path, rare)
    assert column(made, "trade").type == "string"
    assert "zellige" not in texts(made)
    assert "1 of them on fewer than 3 rows" in said(column(made, "trade").doubts)[0]


def test_codes_and_types_of_a_messy_column(tmp_path):
    lines = [
        f"F{n // 4},{2010 + n % 4},{n * 3.5 if n % 7 else 'refus'},{-99 if n == 5 else n % 9 + 1},{n % 2},0{n:03d}"
        for n in range(40)
    ]
    made = proposed(tmp_path, "firm,year,sales,staff,export,post\n" + "\n".join(lines) + "\n")
    assert column(made, "sales").keys == {
        "type": "number", "missing": [{"code": "refus", "reason": "refused"}],
    }  # fmt: skip
    assert column(made, "staff").keys == {"type": "integer", "missing": [-99]}
    assert "a code for nothing, or a number?" in said(column(made, "staff").doubts)[0]
    assert column(made, "export").type == "boolean"
    assert column(made, "post").type == "string"  # a leading zero is part of it


def test_cells_that_are_no_numbers_are_named_by_rows_only(tmp_path):
    lines = [f"F{n // 4},{2010 + n % 4},{n * 3.5 if n != 6 else '17 sacs'}" for n in range(40)]
    made = proposed(tmp_path, "firm,year,sales\n" + "\n".join(lines) + "\n")
    assert column(made, "sales").type == "string"
    assert "not every cell is a number (row 7)" in said(column(made, "sales").doubts)[0]
    assert "sacs" not in texts(made)


def test_an_empty_column_is_left_out(tmp_path):
    made = proposed(
        tmp_path,
        "\n".join(f"{line}," for line in PANEL.splitlines()).replace("grant,", "grant,x", 1),
    )
    assert [left.name for left in made.files[0].left_out] == ["x"]


def test_labels_of_a_stata_file_become_categories_codes_and_reasons(tmp_path):
    stata(tmp_path / "panel.dta")
    made = propose([tmp_path / "panel.dta"], told=Told())
    assert column(made, "sales").keys == {
        "type": "number", "labelled": "codes", "missing": [{"code": -99, "reason": "refused"}],
    }  # fmt: skip
    assert column(made, "sales").label == Label.same("Ventes du trimestre")
    city = column(made, "city")
    assert city.keys == {
        "type": "category", "labelled": "labels", "categories": ["Fès", "Marrakech"],
        "missing": [{"code": 9, "reason": "unknown"}],
    }  # fmt: skip
    assert "labels, or by codes" in said(city.doubts)[0]
    assert column(made, "export").keys == {"type": "boolean", "labelled": "codes"}


# Who is who


def test_unit_time_treatment_and_outcome_of_a_plain_panel(tmp_path):
    roles = proposed(tmp_path, PANEL).roles
    assert (roles.unit, roles.time, roles.frequency, roles.step) == ("firm", "year", "year", 1)
    assert roles.treatment.first_period_of == "grant"
    assert roles.outcomes == ("sales",)


@pytest.mark.parametrize("never", ["0", "9999", ""])
def test_a_column_of_starts_is_known_with_its_code_of_never(never, tmp_path):
    lines = [
        f"{firm},{year},{firm * 1.5 + year % 7},{2012 if firm < 4 else 2013 if firm < 7 else never}"
        for firm in range(1, 13)
        for year in range(2010, 2015)
    ]
    made = proposed(tmp_path, "id,year,revenue,first_treat\n" + "\n".join(lines) + "\n")
    assert made.roles.treatment.column == "first_treat"
    assert made.roles.treatment.never == ((int(never),) if never else ())
    assert column(made, "first_treat").type == "period"


def test_the_order_of_rows_changes_nothing(tmp_path):
    head, *lines = PANEL.splitlines()
    shuffled = np.random.default_rng(3).permutation(lines)
    made = proposed(tmp_path, "\n".join([head, *shuffled]) + "\n")
    assert made == proposed(tmp_path, PANEL)


def test_a_panel_of_every_fourth_year_asks_whether_it_is_by_design(tmp_path):
    lines = [f"{s},{y},{s * y % 13 + 0.5}" for s in range(1, 9) for y in range(2000, 2020, 4)]
    roles = proposed(tmp_path, "state,year,turnout\n" + "\n".join(lines) + "\n").roles
    assert roles.step == 4
    assert roles.doubts["time"] == Doubt.of("periods_apart", n=4)


def test_data_that_are_no_panel_get_names_that_a_plan_refuses(tmp_path):
    lines = [f"{n},{n * 1.5}" for n in range(30)]
    made = proposed(tmp_path, "age,income\n" + "\n".join(lines) + "\n")
    assert (made.roles.unit, made.roles.time) == (NO_UNIT, NO_TIME)
    assert NO_UNIT in said(made.decisions)[0]


def test_rows_that_repeat_are_counted_and_what_parts_them_is_named(tmp_path):
    lines = [
        f"{s},{y},{cause},{s * y % 13 + 0.5}"
        for s in range(1, 9)
        for y in range(2000, 2010)
        for cause in ("all", "road", "work")
    ]
    made = proposed(tmp_path, "state,year,cause,rate\n" + "\n".join(lines) + "\n")
    repeating = said(made.decisions)[1]
    assert "state and year stand together on more than one row (240 rows do)" in repeating
    assert "cause parts them" in repeating


def test_what_is_told_is_taken_and_a_wrong_name_refused_with_the_nearest(tmp_path):
    told = Told(unit="firm", time="year", cohort="grant", outcomes=("sales",))
    assert proposed(tmp_path, PANEL, told=told).roles.treatment.first_period_of == "grant"
    with pytest.raises(MissingColumnError, match=r"--outcome: salse: .* did you mean sales"):
        proposed(tmp_path, PANEL, told=Told(outcomes=("salse",)))


@pytest.mark.parametrize(
    ("names", "frequency", "periods"),
    [
        (["ca_2010", "ca_2011", "ca_2012"], "year", ["2010", "2011", "2012"]),
        (["re74", "re75", "re78"], "year", ["1974", "1975", "1978"]),
        (["rev_w1", "rev_w2"], "integer", ["1", "2"]),
        (["w1_rev", "w2_rev"], "integer", ["1", "2"]),
        (["ca 2012 T1", "ca 2012 T2"], "quarter", ["2012Q1", "2012Q2"]),
        (["ca_T4_2010", "ca_T1_2011"], "quarter", ["2010Q4", "2011Q1"]),
        (["2012 / CA", "2013 / CA"], "year", ["2012", "2013"]),
    ],
)
def test_columns_of_periods_are_known_by_their_names(names, frequency, periods):
    columns = [ProposedColumn(name, {"type": "number"}, Label.same(name)) for name in names]
    wide = wide_of(columns)
    assert wide.frequency == frequency
    assert [list(by) for by in wide.columns.values()] == [periods]


def test_names_that_only_end_in_digits_are_no_periods():
    columns = [
        ProposedColumn(n, {"type": "number"}, Label.same(n)) for n in ("emp1", "emp2", "q1a")
    ]
    assert wide_of(columns) is None


def test_a_wide_file_becomes_long_and_its_columns_find_their_roles(tmp_path):
    lines = [f"A{n},{n % 2},{n * 1.5},{n * 2.5},{n * 3.5},{n}" for n in range(20)]
    made = proposed(
        tmp_path, "artisan_id,treat,ca_2010,ca_2011,ca_2012,staff\n" + "\n".join(lines) + "\n"
    )
    assert [dict(rule.keys)["rule"] for rule in made.rules] == ["wide_to_long"]
    assert (made.roles.unit, made.roles.time, made.roles.outcomes) == (
        "artisan_id",
        "period",
        ("ca",),
    )
    assert "treat says who, never from when" in " ".join(said(made.decisions))


def test_waves_go_below_one_another_and_a_register_is_proposed_for_a_person(tmp_path):
    paths = []
    for wave in (1, 2, 3):
        lines = [f"A{n},{wave},{n * 1.5 + wave},{int(n < 5 and wave > 1)}" for n in range(20)]
        paths.append(tmp_path / f"Vague {wave}.csv")
        paths[-1].write_text(
            "id,vague,ventes,exposant\n" + "\n".join(lines) + "\n", encoding="utf-8"
        )
    paths.append(tmp_path / "registre.csv")
    register = [f"A{n},{'Fès' if n % 2 else 'Marrakech'}" for n in range(20)]
    paths[-1].write_text("id,ville\n" + "\n".join(register) + "\n", encoding="utf-8")
    made = propose(paths, told=Told())
    append, merge = made.rules
    assert append.keys == {
        "rule": "append", "tables": ["vague_1", "vague_2", "vague_3"], "into": "panel",
    }  # fmt: skip
    assert merge.commented
    assert merge.keys["on"] == ["id"]
    assert merge.keys["take"] == ["ville"]
    assert (made.roles.unit, made.roles.time) == ("id", "vague")


def test_waves_with_unlike_columns_are_of_the_same_units_at_another_time(tmp_path):
    """Two waves share the ids alone: they go below one another, what one did not ask is missing there."""
    asked = {
        "base_2010": "id,ventes,effectif,ville,age",
        "suivi_2012": "id,ventes,export,appui,stand",
    }
    paths = []
    for name, head in asked.items():
        paths.append(tmp_path / f"{name}.csv")
        lines = [f"A{n},{n * 1.5},{n % 7},{n % 3},{n % 5}" for n in range(20)]
        paths[-1].write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    other = propose(paths, told=Told())
    assert all(rule.keys["rule"] == "merge" for rule in other.rules)  # the stems are unlike
    renamed = [path.rename(tmp_path / f"enquete_{path.stem[-4:]}.csv") for path in paths]
    made = propose(renamed, told=Told())
    assert [rule.keys["rule"] for rule in made.rules] == ["constant", "constant", "append"]
    assert (made.roles.unit, made.roles.time) == ("id", "wave")
    assert any(
        "not in every file, and missing there" in words for words in said(made.rules[2].doubts)
    )


def test_waves_with_unlike_columns_are_known_by_a_column_of_times(tmp_path):
    paths = []
    for name, head, wave in (
        ("a", "id,vague,ventes,ville", 1),
        ("b", "id,vague,ventes,export,appui,stand", 2),
    ):
        paths.append(tmp_path / f"{name}.csv")
        lines = [
            ",".join([f"A{n}", str(wave), *(str(n * k) for k in range(2, head.count(",") + 1))])
            for n in range(20)
        ]
        paths[-1].write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    made = propose(paths, told=Told())
    assert [rule.keys["rule"] for rule in made.rules] == ["append"]
    assert (made.roles.unit, made.roles.time) == ("id", "vague")


def of_switch(folder, cell, *, column="stand"):
    lines = [f"A{n},{t},{n + t * 1.5},{cell(n, t)}" for n in range(12) for t in range(1, 5)]
    (folder / "p.csv").write_text(f"id,wave,ventes,{column}\n" + "\n".join(lines) + "\n")
    return propose([folder / "p.csv"], told=Told(cohort=column))


def test_a_told_treatment_that_goes_back_to_zero_marks_starts_and_is_asked_about(tmp_path):
    made = of_switch(tmp_path, lambda n, t: int(n < 5 and t == 3))
    treatment = made.roles.treatment
    assert (treatment.first_period_of, treatment.marks_start) == ("stand", True)
    assert treatment.column not in {"stand", "id"}
    assert made.roles.doubts["cohort"] == Doubt.of("goes_back", column="stand")
    assert any("stand goes back to 0" in decision for decision in said(made.decisions))


def test_a_told_column_of_zeros_and_ones_that_says_no_start_is_refused_by_name(tmp_path):
    for cell in (lambda n, _: int(n < 5), lambda _, t: int(t > 2)):
        with pytest.raises(UsageError, match="--cohort: stand: a 0/1 column"):
            of_switch(tmp_path, cell)


def test_money_is_what_the_words_of_the_outcome_say(tmp_path):
    for heading, currency in (("ca_dh", "MAD"), ("sales_usd", "USD"), ("ventes", None)):
        lines = [f"A{n},{t},{n * 1.5 + t}" for n in range(12) for t in range(1, 5)]
        (tmp_path / "p.csv").write_text(f"id,wave,{heading}\n" + "\n".join(lines) + "\n")
        made = propose([tmp_path / "p.csv"], told=Told(outcomes=(heading,)))
        written = write_proposal(made, folder=tmp_path / heading, language="en", overwrite=False)
        plan = (tmp_path / heading / "evaluation.yml").read_text()
        assert (f"\ncurrency: {currency}\n" in plan) if currency else ("\ncurrency:" not in plan)
        assert (
            "unit: " + str(currency) in (tmp_path / heading / "schema.yml").read_text()
        ) == bool(currency)
        assert written.files


# Questionnaires


def test_a_questionnaire_gives_types_labels_bounds_and_codes_in_both_languages(tmp_path):
    form(tmp_path / "form.xlsx")
    lines = [
        f"A{n // 3},{n % 3 + 1},{n * 1.5},{-99 if n == 7 else n % 2},{'fes' if n % 2 else 'mar'},{n % 2}"
        for n in range(30)
    ]
    data = tmp_path / "data.csv"
    data.write_text(
        "artisan_id,g/vague,g/ca,export,ville,marches/exp\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )
    made = propose([tmp_path / "form.xlsx", data], told=Told())
    assert column(made, "g/ca").label == Label("Revenue", "Chiffre d'affaires")
    assert column(made, "g/ca").keys == {"type": "number", "minimum": 0, "maximum": 100000}
    assert column(made, "export").keys == {
        "type": "boolean", "missing": [{"code": "-99", "reason": "refused"}],
    }  # fmt: skip
    assert column(made, "ville").category_labels["fes"] == Label("Fes", "Fès")
    assert column(made, "marches/exp").label == Label("Markets: Abroad", "Marchés : Étranger")
    assert column(made, "marches/exp").doubts == (Doubt.of("asked_of_some"),)


def test_data_that_are_not_as_the_questionnaire_has_them_keep_what_they_seem(tmp_path):
    form(tmp_path / "form.xlsx")
    data = tmp_path / "data.csv"
    lines = [f"A{n // 3},{n % 3 + 1},{-n * 1.5}" for n in range(30)]
    data.write_text("artisan_id,vague,ca\n" + "\n".join(lines) + "\n", encoding="utf-8")
    ca = column(propose([tmp_path / "form.xlsx", data], told=Told()), "ca")
    assert ca.keys == {"type": "number"}
    (words,) = said(ca.doubts)
    assert "not as the questionnaire has it (number): outside the declared range (row" in words


def test_a_questionnaire_alone_is_no_data(tmp_path):
    form(tmp_path / "form.xlsx")
    with pytest.raises(SourceError, match="no data file among the files"):
        propose([tmp_path / "form.xlsx"], told=Told())


def test_files_are_looked_at_and_never_changed(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text(PANEL, encoding="utf-8")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    propose([path], told=Told())
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert [each.name for each in tmp_path.iterdir()] == ["panel.csv"]


# Privacy


def test_columns_that_tell_who_a_person_is_are_left_out_and_named(tmp_path):
    made = proposed(tmp_path, NAMED)
    assert [column.name for column in made.columns] == ["artisan_id", "wave", "sales"]
    assert "`nom`, `telephone` could tell who a person is" in " ".join(said(made.decisions))
    assert "# nom: could tell who a person is" in " ".join(texts(made).split())
    assert "Nom 3" not in texts(made)


def test_a_unit_that_tells_who_a_person_is_comes_under_pseudonyms_where_told(tmp_path):
    data = NAMED.replace("artisan_id", "CIN", 1).replace("\nA", "\nAB12345")
    assert "CIN" not in {column.name for column in proposed(tmp_path, data).columns}
    made = proposed(tmp_path, data, told=Told(unit="CIN"))
    assert column(made, "CIN").keys == {"type": "string", "pseudonym": True}
    assert made.roles.unit == "CIN"


# Periods as people write them


@pytest.mark.parametrize(
    ("written", "frequency"),
    [
        (["Q12012", "Q22012", "Q32012"], "quarter"),
        (["2014-T1", "2014-T2", "2014-T3"], "quarter"),
        (["T4 2010", "1er trimestre 2011", "T2 2011"], "quarter"),
        (["janv. 2012", "févr. 2012", "mars 2012"], "month"),
    ],
)
def test_periods_as_people_write_them_are_read_by_a_rule(written, frequency, tmp_path):
    lines = [f"A{n // 3},{written[n % 3]},{n * 1.5 + n % 5}" for n in range(60)]
    made = proposed(tmp_path, "code,Trimestre,ca\n" + "\n".join(lines) + "\n")
    assert made.rules[0].keys["rule"] == "read_period"
    assert (made.roles.unit, made.roles.time, made.roles.frequency) == (
        "code", "Trimestre_period", frequency,
    )  # fmt: skip
    assert column(made, "Trimestre_period").type == "period"


def test_waves_that_do_not_say_which_they_are_are_told_apart_by_the_names_of_their_files(tmp_path):
    paths = []
    for year in (2010, 2011, 2012):
        paths.append(tmp_path / f"enquete_{year}.csv")
        lines = [f"A{n},{n * 1.5 + year % 7}" for n in range(20)]
        paths[-1].write_text("id,ventes\n" + "\n".join(lines) + "\n", encoding="utf-8")
    made = propose(paths, told=Told())
    assert [rule.keys["rule"] for rule in made.rules] == ["constant"] * 3 + ["append"]
    assert (made.roles.unit, made.roles.time, made.roles.frequency) == ("id", "wave", "year")
    assert made.rules[0].keys["value"] == "2010"


# Damage

DAMAGES = [b";", b",", b'"', b"\n", b"\t", b"\xe9", b"-99", b"1.234", b"TOTAL", b"\x00"]


def damaged(raw, rng):
    """Bytes with one to five of them changed, put in, or taken out."""
    cells = bytearray(raw)
    for _ in range(rng.choice([1, 2, 5])):
        at = rng.randrange(len(cells))
        how = rng.random()
        if how < 0.4:
            cells[at] = rng.randrange(256)
        elif how < 0.7:
            cells[at:at] = rng.choice(DAMAGES)
        elif len(cells) > 50:
            del cells[at : at + rng.randrange(1, 30)]
    return bytes(cells)


def test_damaged_files_get_a_proposal_that_loads_or_a_sentence_that_names_the_file(tmp_path):
    """Measured by hand on 10,500 damaged files of seven formats: no other error, and one that took more than two seconds."""
    rng = random.Random(20121)  # noqa: S311 (damage, not secrets)
    stata(tmp_path / "stata.dta")
    bases = [(".csv", FRENCH.encode("cp1252")), (".csv", PANEL.encode()), (".csv", NAMED.encode())]
    bases.append((".dta", (tmp_path / "stata.dta").read_bytes()))
    loaded = 0
    for number in range(120):
        ending, raw = bases[number % len(bases)]
        path = tmp_path / f"file{ending}"
        path.write_bytes(damaged(raw, rng))
        try:
            made = propose([path], told=Told())
        except SourceError as refused:
            assert path.name in str(refused)  # noqa: PT017 (either of two ends is right)
            continue
        (tmp_path / "schema.yml").write_text(
            schema_text(made, title=Label.same("x"), source="x", speech=ENGLISH), encoding="utf-8"
        )
        read_schema(tmp_path / "schema.yml")
        loaded += 1
    assert loaded > 30


def test_statas_labels_of_letters_are_taken_as_reasons_and_other_letters_asked_about(tmp_path):
    path = tmp_path / "s.dta"
    frame = pd.DataFrame({"revenue": [10.5, "a", 20.25, "b", 30.75, 41.5]}, dtype=object)
    pyreadstat.write_dta(
        frame,
        str(path),
        missing_user_values={"revenue": ["a", "b"]},
        variable_value_labels={"revenue": {"a": "Refus de répondre", "b": "Voir la note"}},
    )
    (stored,) = read_source(path, layout=FileLayout()).columns
    column = column_of(stored, CsvOptions())
    assert column.keys["missing"] == [{"code": ".a", "reason": "refused"}]
    assert [words for words in said(column.doubts) if ".a" in words] == []
    assert "`.b`: missing in the file; {code: .b" in said(column.doubts)[-1]


@pytest.mark.parametrize(
    ("name", "scale"),
    [("lemp", "log"), ("lwage_1", "log"), ("log_y", "log"), ("literate", None), ("l_rate", None)],
)
def test_a_number_is_a_logarithm_where_its_name_says_so_in_whole_words(tmp_path, name, scale):
    rows = [f"{unit},{year},{unit / 7 + year % 5:.3f}" for unit in range(30) for year in range(2000, 2005)]  # fmt: skip
    found = proposed(tmp_path, "\n".join([f"firm,year,{name}", *rows]))
    column = next(one for one in found.columns if one.name == name)
    assert column.keys.get("scale") == scale
    assert any(doubt.code.startswith("logarithm") for doubt in column.doubts) == (scale == "log")
