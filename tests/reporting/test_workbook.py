"""The workbook: every table of the report, numbers as numbers, and nothing that a spreadsheet runs, fetches or was not shown."""

import json
import re
import zipfile
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from reporting.demonstration import COVER, executed, exhibits

from impact.reporting.exhibits import Banner, Table
from impact.reporting.formats import DASH, Formats
from impact.reporting.render import render_xlsx
from impact.reporting.spreadsheet import amount_of, published

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ATTACKS = ['=HYPERLINK("http://evil.example")', "@SUM(A1)", "+1", "-1+cmd", "\tx", "http://evil.example/x"]  # fmt: skip


def sheets_of(path):
    """Sheets by name, each a mapping from place to its text or number, with the number's format."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    tree = {name: ET.fromstring(data) for name, data in parts.items() if name.endswith(".xml")}  # noqa: S314 (ours)
    texts = [
        "".join(t.text or "" for t in si.iter(f"{MAIN}t"))
        for si in tree["xl/sharedStrings.xml"].iter(f"{MAIN}si")
    ]
    styles = tree["xl/styles.xml"]
    formats = {n.get("numFmtId"): n.get("formatCode") for n in styles.iter(f"{MAIN}numFmt")}
    kinds = [x.get("numFmtId") for x in styles.find(f"{MAIN}cellXfs")]
    built_in = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}
    found = {}
    for number, sheet in enumerate(tree["xl/workbook.xml"].iter(f"{MAIN}sheet"), 1):
        cells = found.setdefault(sheet.get("name"), {})
        page = tree[f"xl/worksheets/sheet{number}.xml"]
        assert page.find(f".//{MAIN}f") is None, "no formula"
        for c in page.iter(f"{MAIN}c"):
            value = c.find(f"{MAIN}v").text
            kind = kinds[int(c.get("s", 0))]
            number_format = {**built_in, **formats}.get(kind, "General")
            cells[c.get("r")] = (
                texts[int(value)] if c.get("t") == "s" else (float(value), number_format)
            )
    return found, parts


def made(folder, *items, cover=COVER):
    render_xlsx(executed(folder / "n.ipynb", items), folder / "t.xlsx", cover=cover)
    return sheets_of(folder / "t.xlsx")


def table(frame, headings=None, label="tab-a", **words):
    headings = headings or {name: name for name in frame}
    return Table(label, "What it shows", frame, headings, **words)


def test_every_table_of_the_report_has_its_sheet_and_the_contents_link_to_it(tmp_path):
    found, parts = made(tmp_path, *exhibits())
    tables = [item for item in exhibits() if isinstance(item, Table)]
    names = list(found)
    assert names[0] == "Contents"
    assert len(names) == len(tables) + 1
    links = re.findall(rb'location="\'([^\']+)\'!A1"', parts["xl/worksheets/sheet1.xml"])
    assert [link.decode() for link in links] == names[1:]
    for name, shown in zip(names[1:], tables, strict=True):
        assert any(shown.caption in str(text) for text in found[name].values())
        for note in (*shown.notes, *shown.footnotes):
            assert any(note in str(text) for text in found[name].values())


def test_numbers_are_the_raw_values_with_the_decimals_that_readers_see(tmp_path):
    f = Formats("fr")
    frame = pd.DataFrame({"a": ["x", "y"], "n": [8958.2028, -0.5], "share": [0.186306, 0.25]})
    frame["year"] = ["2012", "2013"]
    formats = {"n": f.number, "share": lambda value: f.percent(100 * value)}
    french = COVER.__class__(**{**vars(COVER), "language": "fr"})
    found, _ = made(tmp_path, table(frame, formats=formats), cover=french)
    sheet = found["1 a"]
    assert sheet["B5"] == (8958.2028, "#,##0")
    assert sheet["B6"] == (-0.5, "#,##0")
    assert sheet["C5"] == (pytest.approx(0.186306, abs=1e-15), "0.0%")
    assert sheet["D5"] == (2012.0, "0")


def test_a_number_that_was_rounded_on_purpose_keeps_what_was_shown(tmp_path):
    frame = pd.DataFrame({"a": ["about"], "n": [8958.2]})
    found, _ = made(tmp_path, table(frame, formats={"n": lambda _: "9,000"}))
    assert found["1 a"]["B5"] == (9000.0, "#,##0")


def test_a_footnote_stays_beside_its_number(tmp_path):
    frame = pd.DataFrame({"a": ["x"], "n": [5.0]})
    shown = table(frame, formats={"n": lambda v: f"{v:.0f}[^1]"}, footnotes=("Only here.",))
    found, _ = made(tmp_path, shown)
    assert found["1 a"]["B5"] == (5.0, '0"\u202f\u00b9"')
    assert found["1 a"]["A7"] == "\u00b9 Only here."


def test_what_a_page_withholds_is_in_no_part_of_the_workbook_or_notebook(tmp_path):
    f = Formats("en")
    frame = pd.DataFrame({"group": ["few", "many"], "effect": [7431.977, 100.25], "n": [9, 250]})
    hidden = {
        "effect": lambda value: DASH if value > 7000 else f.number(value, 2),
        "n": lambda value: "< 10" if value < 10 else f.number(value),
    }
    found, parts = made(tmp_path, table(frame, formats=hidden))
    assert (found["1 a"]["B5"], found["1 a"]["C5"]) == (DASH, "< 10")
    assert found["1 a"]["B6"] == (100.25, "0.00")
    assert not any(b"7431" in data for data in parts.values())
    assert "7431" not in (tmp_path / "n.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_name_unit_or_value_becomes_a_formula_or_a_link(tmp_path, attack):
    frame = pd.DataFrame({attack: [attack, "fine"], "group": [attack, attack]})
    shown = Table("tab-a", attack, frame, {attack: attack}, notes=(attack,), group="group")
    found, parts = made(tmp_path, Banner(attack, attack), shown)
    assert attack.strip() in {str(text).strip() for text in found["1 a"].values()}
    for name, data in parts.items():
        assert b"<f>" not in data, name
        assert b'TargetMode="External"' not in data, name
    first = ET.fromstring(parts["xl/worksheets/sheet2.xml"])  # noqa: S314 (ours)
    assert {c.get("t") for c in first.iter(f"{MAIN}c")} == {"s"}


def test_names_of_sheets_are_short_and_of_their_own(tmp_path):
    frame = pd.DataFrame({"a": ["x"]})
    found, _ = made(tmp_path, *(table(frame, label="tab-" + "long-" * 12 + "x") for _ in range(3)))
    assert max(map(len, found)) <= 31
    assert len({name.lower() for name in found}) == 4


def test_the_same_report_gives_the_same_workbook(tmp_path):
    books = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made(tmp_path / name, *exhibits())
        books.append((tmp_path / name / "t.xlsx").read_bytes())
    assert books[0] == books[1]


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("8,958", ".", 8958), ("\u221238", ".", -38), ("18.6%", ".", 18.6), ("18,6\u00a0%", ",", 18.6),
        ("17\u202f145", ",", 17145), ("0.050", ".", 0.05), ("2012", ".", 2012),
        ("< 0.001", ".", None), ("1 to 2", ".", None), ("007", ".", None), ("\u2014", ".", None), ("", ".", None),
        ("2012 Q1", ".", None), ("1,2", ".", None), ("8,958", ",", 8.958),
    ],
)  # fmt: skip
def test_a_text_is_a_number_or_it_is_not(text, decimal, value):
    amount = amount_of(text, decimal)
    assert (amount.value if amount else None) == value


def test_only_a_value_that_its_text_tells_is_published():
    assert published("8,958", 8958.2) == 8958.2
    assert published("18,6\u00a0%", 0.18611) == 0.18611
    assert [published(text, 7.0) for text in ("\u2014", "< 10", "8", "few")] == [None] * 4
    assert published("1", True) is None
    assert json.dumps(published("5", pd.Series([5]).iloc[0])) == "5.0"
