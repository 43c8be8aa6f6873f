"""`impact init` as a newcomer calls it: three files that load, a list of decisions, nothing overwritten, no cell shown."""

import pytest
import yaml
from typer.testing import CliRunner

from impact.cli import app
from impact.data.intake.plan import read_intake_plan
from impact.data.proposal.roles import NO_TIME, NO_UNIT
from impact.data.schema import read_schema
from impact.errors import MissingColumnError, PlanError, SourceError, StorageError, UsageError
from impact.pipeline.plan import read_plan
from impact.pipeline.proposed_plan import INTAKE, PLAN, SCHEMA

CELLS = ["17345.25", "Zineb"]  # of one row: a revenue, and a text that only one row has
YEARS = range(2010, 2015)


def rows(start=lambda firm: 2012 if firm < 5 else 0):
    return [
        (
            f"F{firm}",
            year,
            round(100 + firm * 3.5 + year % 7 * firm + (firm < 5 and year >= 2012) * 9, 2),
            start(firm),
        )
        for firm in range(1, 21)
        for year in YEARS
    ]


def panel(path, head="firm,year,revenue,first_fair", lines=None):
    lines = [",".join(map(str, row)) for row in (rows() if lines is None else lines)]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def init(*arguments):
    return CliRunner().invoke(app, ["init", *map(str, arguments)])


def planned(path):
    return CliRunner().invoke(app, ["plan", str(path)])


def test_a_plain_panel_is_ready_to_run_as_proposed(tmp_path):
    done = init(panel(tmp_path / "panel.csv"), "--folder", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "Ready: impact run" in done.output
    assert "where 0 means never" in done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [PLAN, SCHEMA]
    assert planned(tmp_path / "out" / PLAN).exit_code == 0


def test_what_is_written_loads_and_is_marked_where_it_is_guessed(tmp_path):
    init(panel(tmp_path / "panel.csv"), "--folder", tmp_path / "out", "--language", "fr")
    plan = read_plan(tmp_path / "out" / PLAN)
    schema = read_schema(tmp_path / "out" / SCHEMA)
    assert (plan.language, plan.outcomes, schema.unit) == ("fr", ("revenue",), "firm")
    text = (tmp_path / "out" / PLAN).read_text(encoding="utf-8")
    assert "# À décider\u00a0:\n# 1. le résultat étudié" in text
    marked = (tmp_path / "out" / SCHEMA).read_text(encoding="utf-8")
    assert "# ? le traitement débute comme le dit first_fair, où 0 veut dire jamais" in marked


def test_what_the_command_prints_is_in_the_language_that_it_is_told(tmp_path):
    file = panel(tmp_path / "panel.csv")
    done = init(file, "--folder", tmp_path / "fr", "--language", "fr")
    assert "Prêt\u00a0: impact run" in done.output, done.output
    assert "(annuelle)" in done.output


def test_periods_as_written_are_no_characteristics_and_money_keeps_its_capitals(tmp_path):
    lines = [
        (f"A{n}", f"Q{quarter}2012", n * 1.5 + quarter, "wood" if n % 2 else "clay")
        for n in range(12)
        for quarter in range(1, 5)
    ]
    init(
        panel(tmp_path / "p.csv", "id,quarter,sales (MAD),trade", lines), "--folder", tmp_path / "o"
    )
    text = (tmp_path / "o" / PLAN).read_text(encoding="utf-8")
    assert "# characteristics: [trade]" in text
    assert "Effect on sales (MAD)" in text


def test_starts_with_a_code_of_never_pass_through_an_intake_plan(tmp_path):
    lines = [*rows(), ("TOTAL", "", 99999, "")]
    done = init(panel(tmp_path / "panel.csv", lines=lines), "--folder", tmp_path / "out")
    assert "Ready" in done.output, done.output
    intake = read_intake_plan(tmp_path / "out" / INTAKE)
    assert intake.sources["panel"].totals.words == ["TOTAL"]
    assert intake.sources["panel"].columns["first_fair"].missing[0].reason == "never"


def test_a_wide_file_with_a_start_is_ready_to_run(tmp_path):
    lines = [
        (f"A{n}", 2012 if n < 6 else "", *(round(50 + n * 1.5 + y % 5 * n, 1) for y in YEARS))
        for n in range(20)
    ]
    head = "artisan_id,first_fair," + ",".join(f"ca_{year}" for year in YEARS)
    done = init(panel(tmp_path / "wide.csv", head, lines), "--folder", tmp_path / "out")
    assert "Ready" in done.output, done.output
    assert read_intake_plan(tmp_path / "out" / INTAKE).rules[0].rule == "wide_to_long"


def test_waves_and_a_register_come_as_one_plan_with_the_merge_as_a_comment(tmp_path):
    files = []
    for year in YEARS:
        lines = [row for row in rows() if row[1] == year]
        files.append(panel(tmp_path / f"wave_{year}.csv", lines=lines))
    files.append(
        panel(tmp_path / "register.csv", "firm,town", [(f"F{n}", "Fes") for n in range(1, 21)])
    )
    done = init(*files, "--folder", tmp_path / "out")
    assert "Ready" in done.output, done.output
    text = (tmp_path / "out" / INTAKE).read_text(encoding="utf-8")
    assert "  # - rule: merge" in text
    assert "register: seems to belong to panel by `firm`" in done.output


def test_a_panel_without_treatment_is_refused_for_what_the_list_names(tmp_path):
    lines = [row[:3] for row in rows()]
    done = init(
        panel(tmp_path / "panel.csv", "firm,year,revenue", lines), "--folder", tmp_path / "out"
    )
    assert "from when units are treated" in done.output
    assert "Not yet ready to run: cohort:" in done.output
    assert isinstance(planned(tmp_path / "out" / PLAN).exception, PlanError)


def test_what_is_written_for_data_that_are_no_panel_loads_too(tmp_path):
    lines = [(n % 50 + 18, n * 1.5) for n in range(60)]
    done = init(panel(tmp_path / "cross.csv", "age,income", lines), "--folder", tmp_path / "out")
    assert "no two columns name each row once" in done.output
    assert "Not yet ready to run: " in done.output
    schema = read_schema(tmp_path / "out" / SCHEMA)
    assert (schema.unit, schema.time.column) == (NO_UNIT, NO_TIME)
    assert read_plan(tmp_path / "out" / PLAN).data_schema == SCHEMA


def test_nothing_is_overwritten_unless_told(tmp_path):
    file = panel(tmp_path / "panel.csv")
    init(file, "--folder", tmp_path / "out")
    (tmp_path / "out" / PLAN).write_text("mine", encoding="utf-8")
    refused = init(file, "--folder", tmp_path / "out")
    assert isinstance(refused.exception, StorageError)
    assert "already in out" in str(refused.exception)
    assert (tmp_path / "out" / PLAN).read_text(encoding="utf-8") == "mine"
    assert init(file, "--folder", tmp_path / "out", "--force").exit_code == 0
    assert yaml.safe_load((tmp_path / "out" / PLAN).read_text(encoding="utf-8"))["name"] == "panel"


def test_the_folder_is_named_after_the_first_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert init(panel(tmp_path / "Mon Enquête_2012.csv")).exit_code == 0
    assert (tmp_path / "mon-enquete-2012" / PLAN).is_file()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--outcome", "revenu"], MissingColumnError),
        (["--unit", "nothing"], MissingColumnError),
        (["--language", "de"], UsageError),
    ],
)
def test_wrong_options_are_refused_by_name(arguments, error, tmp_path):
    done = init(panel(tmp_path / "panel.csv"), "--folder", tmp_path / "out", *arguments)
    assert isinstance(done.exception, error)
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_refused(tmp_path):
    assert isinstance(init(tmp_path / "none.csv").exception, SourceError)


def test_neither_files_nor_output_show_a_cell(tmp_path):
    lines = [(*row, "Zineb" if n == 7 else "bois") for n, row in enumerate(rows())]
    lines[11] = (*lines[11][:2], CELLS[0], *lines[11][3:])
    file = panel(tmp_path / "panel.csv", "firm,year,revenue,first_fair,note", lines)
    done = init(file, "--folder", tmp_path / "out")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    for cell in [*CELLS, "F17", "F3"]:
        assert cell not in done.output + written


def test_hostile_names_and_labels_stay_what_they_are(tmp_path):
    name = 'a: "b" # {c}, [d] \\ *e &f !g %h @i `j'
    lines = [(*row, n % 2) for n, row in enumerate(rows())]
    head = 'firm,year,revenue,first_fair,"' + name.replace('"', '""') + '"'
    done = init(panel(tmp_path / "panel.csv", head, lines), "--folder", tmp_path / "out")
    assert "Ready" in done.output, done.output
    assert name in read_schema(tmp_path / "out" / SCHEMA).columns
