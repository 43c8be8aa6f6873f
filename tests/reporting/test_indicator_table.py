"""indicators.xlsx: the funder's layout read back, percentages that a spreadsheet computes as we do, the same bytes twice."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from impact.evaluation.indicators import QUARTERS, Indicators, read_indicators
from impact.reporting.delivery import completion_in_words
from impact.reporting.formats import Formats
from impact.reporting.render import render_indicators
from impact.reporting.render.indicator_formulas import Places
from impact.reporting.words.catalogue import Words

ROOT = Path(__file__).resolve().parents[2]
MOST_CHARACTERS = 31  # of a sheet's name
RECALCULATED = 1e-9  # a spreadsheet reads and writes 15 digits


@pytest.fixture(scope="module")
def case():
    return read_indicators(ROOT / "data" / "indicators.yml")


def rendered(told, folder, language="en"):
    path = folder / f"indicators-{language}.xlsx"
    render_indicators(told, path, language=language)
    return path


def rows(path, sheet=0):
    """Rows of a sheet from the first on, every one as wide as the table."""
    found = CalamineWorkbook.from_path(path).get_sheet_by_index(sheet)
    return found.to_python(skip_empty_area=False)


def by_name(table, name):
    return next(row for row in table if row[1] == name)


def said(value, **more):
    return {"value": value, "source": "report", **more}


UNDONE = {"state": "not_done", "source": "report"}
ALL_KINDS = [
    {"quarters": {"y1q1": said(3), "y1q2": said(4)}, "target": said(20)},
    {"quarters": dict.fromkeys(QUARTERS, said(2.5)), "target": said(80), "year_targets": {"y2": said(8), "y3": said(0)}},
    {"quarters": dict.fromkeys(QUARTERS, UNDONE), "target": said(20), "year_targets": {"y1": said(3)}},
    {"to_date": said(300, bound="more_than"), "target": said(700)},
    {"to_date": UNDONE, "target": said(7)},
    {"to_date": said(5), "target": UNDONE},
    {"to_date": said(5), "target": said(0)},
    {"to_date": said(5)},
    {},
    {"classification": "level", "baseline": said(849, year=2008), "target": said(1499), "quarters": {"y3q2": said(1000.25), "y2q4": said(950)}, "year_targets": {"y3": said(1100)}},
    {"classification": "level", "baseline": said(50), "target": said(10), "to_date": said(30, bound="at_least")},
    {"classification": "level", "baseline": said(5), "target": said(5), "to_date": said(5)},
    {"classification": "level", "baseline": UNDONE, "target": said(5), "to_date": said(5)},
    {"classification": "level", "target": said(5), "to_date": said(5)},
    {"classification": "level", "quarters": dict.fromkeys(QUARTERS, UNDONE), "target": said(5)},
    {"classification": "level", "measured_by": "study", "target": said(5)},
    {"classification": "date", "to_date": {"on": "2013-01", "source": "x"}, "target": {"on": "2012-08", "source": "x"}},
    {"classification": "date", "quarters": {"y5q2": {"on": "2013-01", "source": "x"}}},
    {"classification": "date", "to_date": UNDONE},
    {"classification": "date"},
    {"may_be_negative": True, "to_date": said(-3), "target": said(-4), "unit": {"en": "=1+1", "fr": "@x"}},
]  # fmt: skip


@pytest.fixture(scope="module")
def every_kind():
    own = {"project": "p", "activity": "a", "level": "output", "classification": "cumulative", "unit": {"en": "u", "fr": "u"}}  # fmt: skip
    named = [
        {**own, "name": {"en": f"kind {i}", "fr": f"kind {i}"}, **kind}
        for i, kind in enumerate(ALL_KINDS)
    ]
    return Indicators.model_validate(
        {
            "country": {"en": "Morocco", "fr": "Maroc"},
            "began": "2008-09-15",
            "source": "treaty",
            "submitted": "2013-11-30",
            "projects": {"p": {"en": "One [of: two]", "fr": "Un"}, "q": {"en": "Q" * 40, "fr": "Q" * 40}},
            "activities": {"a": {"en": "A", "fr": "A"}, "b": {"en": "B", "fr": "B"}},
            "sub_activities": {"s": {"en": "S", "fr": "S"}},
            "indicators": [*named, {**named[0], "project": "q", "activity": "b", "sub_activity": "s"}],
        }
    )  # fmt: skip


def test_rows_and_columns_are_where_the_funder_has_them(case, tmp_path):
    table = rows(rendered(case, tmp_path))
    assert [table[row][0] for row in (1, 2, 3, 4)] == ["Country", "Project", "Submission date", "Compact years"]  # fmt: skip
    assert [table[row][1] for row in (1, 2, 3)] == ["Morocco", "Artisan and Fez Medina", "not known"]  # fmt: skip
    assert table[4][5] == "15 Sep 2008 – 14 Sep 2009"
    assert table[4][5 + 4 * 7] == "15 Sep 2012 – 14 Sep 2013"
    assert table[7][:5] == ["Level", "Indicator", "Classification", "Unit", "Baseline"]
    for year in range(5):
        start = 5 + 7 * year
        assert table[7][start : start + 7] == ["Q1", "Q2", "Q3", "Q4", "Year target", "% complete", ""]  # fmt: skip
    assert table[7][40:] == ["Actual to date", "End-of-compact target", "% complete to date", "Notes"]  # fmt: skip
    assert table[8][0] == "Activity: Project as a whole"
    assert table[9][:4] == ["Process", "Funds disbursed", "Cumulative", "USD"]
    assert "Sub-activity: Events in Morocco" in [row[0] for row in table]


def test_the_sourced_figures_of_the_case_are_read_back(case, tmp_path):
    table = rows(rendered(case, tmp_path))
    disbursed = by_name(table, "Funds disbursed")
    assert disbursed[40:42] == [84_019_666, 111_873_858]
    assert disbursed[42] == pytest.approx(84_019_666 / 111_873_858)
    contacts = by_name(table, "Contacts with buyers")
    assert (contacts[Places.of_year(4) + 1], contacts[40]) == (22, 22)
    potters = by_name(table, "Average income of potters")
    assert (potters[4], potters[41], potters[40]) == (849, 1499, "not known")
    assert potters[42] == "actual not known"
    assert "Baseline (2008): mcc.gov" in potters[43]


def test_what_the_study_measures_has_no_figure_in_the_table(case, tmp_path):
    row = by_name(rows(rendered(case, tmp_path)), "Annual revenue")
    assert row[40] == row[42] == "measured by this study"
    assert not [cell for cell in row if isinstance(cell, float)]


def test_a_project_has_a_sheet_of_its_own_with_a_name_that_spreadsheets_take(every_kind, tmp_path):
    names = CalamineWorkbook.from_path(rendered(every_kind, tmp_path)).sheet_names
    assert names[0] == "1 One (of  two)"
    assert len(names) == 2
    assert len(names[1]) == MOST_CHARACTERS
    second = rows(tmp_path / "indicators-en.xlsx", 1)
    assert [row[0] for row in second[8:10]] == ["Activity: B", "Sub-activity: S"]


def expected(told, one, language):
    """The last four columns but the notes, and the years' percentages, as Python has them."""
    t, f = Words(language), Formats(language)

    def of(found):
        return completion_in_words(t, f, found) if found.percent is None else found.percent / 100

    years = []
    if one.classification != "date" and one.measured_by == "monitoring":
        years = [of(one.completion_of_year(year)) for year in range(1, 6)]
    return [*years, of(one.completion(told.through))]


def shown(row):
    years = [row[Places.of_year(year) + 5] for year in range(5)]
    return [*filter(lambda cell: cell != "", years), row[Places.complete]]


def assert_as_python(told, table, language):
    for one in told.of("p"):
        row = by_name(table, one.name.in_language(language))
        wanted = expected(told, one, language)
        for cell, value in zip(shown(row), wanted, strict=True):
            same = pytest.approx(value, rel=RECALCULATED) if isinstance(value, float) else value
            assert cell == same, one.name.en


@pytest.mark.parametrize("language", ["en", "fr"])
def test_cells_hold_what_python_computes(every_kind, tmp_path, language):
    assert_as_python(every_kind, rows(rendered(every_kind, tmp_path, language)), language)


def recalculated(path, folder):
    """The workbook as LibreOffice computes it anew; skipped where it has no spreadsheet."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice: formulas are not recalculated here")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    done = subprocess.run(
        [office, profile, "--headless", "--convert-to", "ods", "--outdir", str(folder), str(path)],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    made = folder / f"{path.stem}.ods"
    if not made.is_file():
        pytest.skip(f"LibreOffice without its spreadsheet: {done.stderr.strip()[-80:]}")
    return rows(made)


def without_stored_values(path):
    """Empty what is stored beside each formula, so that a reader has to compute."""
    changed = path.with_name(f"bare-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode("utf-8")
            if name.startswith("xl/worksheets/sheet"):
                data, n = re.subn(r"(</f>)<v>[^<]*</v>", r"\1<v></v>", data)
                assert n
            new.writestr(name, data)
    return changed


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_spreadsheet_computes_what_python_computes(every_kind, tmp_path, language):
    bare = without_stored_values(rendered(every_kind, tmp_path, language))
    assert_as_python(every_kind, recalculated(bare, tmp_path), language)


def test_a_quarter_that_somebody_fills_in_changes_the_percentage_in_the_sheet(every_kind, tmp_path):
    path = without_stored_values(rendered(every_kind, tmp_path))
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode("utf-8")
    row = 10  # of the first indicator: counted from 1, after the activity's name
    sheet, n = re.subn(rf'(<c r="F{row}"[^>]*><v>)3(</v>)', r"\g<1>8\2", sheet)
    assert n == 1
    parts["xl/worksheets/sheet1.xml"] = sheet.encode("utf-8")
    with zipfile.ZipFile(tmp_path / "filled.xlsx", "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    changed = by_name(recalculated(tmp_path / "filled.xlsx", tmp_path), "kind 0")
    assert (changed[Places.to_date], changed[Places.complete]) == (12, pytest.approx(12 / 20))


def test_the_same_file_gives_the_same_bytes(every_kind, tmp_path):
    first = rendered(every_kind, tmp_path).read_bytes()
    (tmp_path / "indicators-en.xlsx").unlink()
    assert rendered(every_kind, tmp_path).read_bytes() == first


def test_no_text_of_the_file_becomes_a_formula_and_baselines_are_locked(every_kind, tmp_path):
    path = rendered(every_kind, tmp_path)
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert by_name(rows(path), "kind 20")[3] == "=1+1"
    formulas = re.findall(r"<f>([^<]*)</f>", sheet)
    assert formulas
    assert all(re.match(r"IF\(", text) for text in formulas)
    assert "<sheetProtection" in sheet


def test_french_words_stand_in_the_french_table(case, tmp_path):
    table = rows(rendered(case, tmp_path, "fr"))
    assert table[7][0] == "Niveau"
    potters = by_name(table, "Revenu moyen des potiers")
    assert (potters[40], potters[42]) == ("non connu", "réalisation non connue")
    said_in_french = {cell for row in table for cell in row if isinstance(cell, str)}
    assert not said_in_french & {"not known", "actual not known", "Output", "Notes:"}
