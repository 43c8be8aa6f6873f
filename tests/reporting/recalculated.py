"""Workbooks recalculated by LibreOffice, and read back: what a reader sees who opens them and changes a cell."""

import html
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

WRONG = -12345.678  # a result that no formula has
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Recalculate always, whoever wrote the file: by itself LibreOffice trusts the values that Excel stored."""


def recalculated(paths, folder):
    """Open workbooks in LibreOffice and save them again, all in one start; return the new paths."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip(
            "needs LibreOffice (soffice) to recalculate workbooks; install libreoffice-calc"
        )
    profile, out = folder / "profile", folder / "recalculated"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    done = subprocess.run(
        [
            office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
            "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths),
        ],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    made = [out / Path(path).name for path in paths]
    assert all(path.is_file() for path in made), done.stderr
    return made


def edited(source, target, changes, *, cached=()):
    """Copy a workbook with other numbers in some cells; all stored results of formulas stay as they were.

    ``changes`` maps (sheet number, cell) to a number; ``cached`` maps the same to a stored result of a formula.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            for (sheet, cell), number in {**changes, **dict(cached)}.items():
                if item.filename == f"xl/worksheets/sheet{sheet}.xml":
                    content = put(content.decode(), cell, number).encode()
            new.writestr(item, content)
    return target


def put(xml, cell, number):
    """Put a number in a cell, filled or empty, and leave its formula if it has one."""
    filled = re.compile(rf'(<c r="{cell}"[^>]*>)((?:<f[^>]*>[^<]*</f>)?)<v>[^<]*</v></c>')
    text, found = filled.subn(rf"\g<1>\g<2><v>{number!r}</v></c>", xml)
    if not found:
        empty, full = rf'<c r="{cell}"([^>]*)/>', rf'<c r="{cell}"\1><v>{number!r}</v></c>'
        text, found = re.subn(empty, full, xml)
    assert found == 1, cell
    return text


def stale(source, target):
    """Copy a workbook with one wrong number as the stored result of every formula, words or not."""
    result = re.compile(r'(<c r="[A-Z]+\d+" s="\d+")(?: t="str")?(><f[^>]*>[^<]*</f>)<v>[^<]*</v>')
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                content = result.sub(rf"\1\2<v>{WRONG!r}</v>", content.decode()).encode()
            new.writestr(item, content)
    return target


def sheets_of(path):
    """The XML of each sheet by its number."""
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        return {int(re.search(r"\d+", name)[0]): package.read(name).decode() for name in names}


def formulas_of(path):
    """Places of all formulas: sheet number, row and column from 0."""
    return [
        (number, *place(cell))
        for number, xml in sheets_of(path).items()
        for cell in re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f', xml)
    ]


def place(cell):
    """Row and column, from 0, of a cell: ``B3`` is (2, 1)."""
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(row) - 1, column - 1


def names_of(path):
    """Cells by their defined names: sheet number and cell; of a name of several, ``name[0]`` and so on down its column."""
    with zipfile.ZipFile(path) as package:
        xml = package.read("xl/workbook.xml").decode()
    sheets = [html.unescape(name) for name in re.findall(r'<sheet name="([^"]+)"', xml)]
    found = {}
    for name, sheet, first, last in re.findall(
        r"<definedName name=\"(\w+)\">'([^']+)'!\$([A-Z]+\$\d+)(?::\$([A-Z]+\$\d+))?<", xml
    ):
        number = sheets.index(html.unescape(sheet)) + 1
        (column, row), (_, end) = (each.split("$") for each in (first, last or first))
        rows = range(int(row), int(end) + 1)
        for one, at in enumerate(rows):
            found[name if len(rows) == 1 else f"{name}[{one}]"] = (number, f"{column}{at}")
    return found


def italic(path, sheet, cell):
    """Whether a cell is written in italics."""
    with zipfile.ZipFile(path) as package:
        styles = package.read("xl/styles.xml").decode()
    fonts = re.findall(r"<font>.*?</font>", styles)
    formats = re.findall(r'<xf [^>]*fontId="(\d+)"', styles.partition("<cellXfs")[2])
    style = int(re.search(rf'<c r="{cell}" s="(\d+)"', sheets_of(path)[sheet])[1])
    return "<i/>" in fonts[int(formats[style])]


def cells_of(path):
    """Every cell by sheet number and place, as numbers or texts."""
    book = CalamineWorkbook.from_path(path)
    found = {}
    for number, name in enumerate(book.sheet_names, 1):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found |= {
            (number, r, c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v != ""
        }
    return found
