"""Workbooks recalculated by LibreOffice, and read back: what a reader sees who opens them and changes a cell."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

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
        text, found = re.subn(
            rf'<c r="{cell}"([^>]*)/>', rf'<c r="{cell}"\1><v>{number!r}</v></c>', xml
        )
    assert found == 1, cell
    return text
