"""A sheet of formulas writes what xlsxwriter's own does, prefixes of newer functions too, and has no need of it in our workbook."""

import io
import re
import zipfile

import pytest
from reporting.appraised_subjects import RAW, subject
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from impact.reporting.economics_workbook import render_economics
from impact.reporting.economics_workbook.formulas import SheetOfFormulas

FORMULAS = (
    "=IF(A1<B1,MAX(A1,1),0)", "=LET(x,1,x)", "=XLOOKUP(A1,B1:B3,C1:C3)", "=_xlfn.STDEV.S(A1:A3)", "=SUM(SORT(A1:A3))", "=A1+B1",
)  # fmt: skip


def written(kind):
    whole = io.BytesIO()
    book = Workbook(whole, {"in_memory": True})
    sheet = book.add_worksheet("x", worksheet_class=kind)
    for row, formula in enumerate(FORMULAS):
        sheet.write_formula(row, 4, formula, None, 1.0)
        sheet.write_array_formula(row, 5, row, 5, f"{{{formula}}}", None, 1.0)
    sheet.conditional_format(0, 0, 9, 9, {"type": "formula", "criteria": "=$A1<2", "format": book.add_format({"bold": True})})  # fmt: skip
    book.close()
    return zipfile.ZipFile(whole).read("xl/worksheets/sheet1.xml").decode()


def test_formulas_are_as_xlsxwriter_writes_them():
    assert written(SheetOfFormulas) == written(Worksheet)
    assert "_xlfn.XLOOKUP(" in written(SheetOfFormulas)


@pytest.fixture
def asked(monkeypatch):
    """Formulas that were searched for newer functions."""
    found = []
    own = Worksheet._prepare_formula
    monkeypatch.setattr(
        Worksheet, "_prepare_formula", lambda self, formula, *how: found.append(formula) or own(self, formula, *how)
    )  # fmt: skip
    return found


def test_no_formula_of_the_workbook_needs_a_newer_function(asked, tmp_path):
    render_economics(subject(RAW), tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "/sheet" in name]
    assert len(re.findall("<f[ >]", "".join(sheets))) > 1000
    assert asked == []
