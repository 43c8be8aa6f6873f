"""The brief of a finished run: the funder's six headings, each with something below, on three or four pages."""

import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree as ET

import pytest

HEADINGS = {
    ("artisans", "en"): (
        "Program overview", "Key findings", "Evaluation questions", "Detailed findings", "MCC learning", "Evaluation methods",
    ),
    ("jobtraining", "fr"): (  # no programme of the funder's: its name is in no heading
        "Présentation du programme", "Principaux résultats", "Questions de l’évaluation", "Résultats détaillés", "Enseignements",
        "Méthodes de l’évaluation",
    ),
}  # fmt: skip
HALF_A_PAGE = 120  # words
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.mark.parametrize(("plan", "language"), HEADINGS)
def test_the_brief_fills_two_and_a_half_to_four_pages(plan, language, made_run):
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian's poppler-utils)")
    pdf = made_run(plan, language).folder / "brief.pdf"
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True).stdout.decode()
    pages = text.rstrip("\f\n").split("\f")
    assert 3 <= len(pages) <= 4
    assert len(pages[2].split()) >= HALF_A_PAGE


@pytest.mark.parametrize(("plan", "language"), HEADINGS)
def test_each_of_the_six_headings_has_something_below_it(plan, language, made_run):
    with zipfile.ZipFile(made_run(plan, language).folder / "brief.docx") as archive:
        body = ET.fromstring(archive.read("word/document.xml"))[0]  # noqa: S314 (our own file)
    below, heading = {}, None
    for block in body:
        words = "".join(part.text or "" for part in block.iter(f"{WORD}t"))
        style = block.find(f".//{WORD}pStyle")
        if style is not None and style.get(f"{WORD}val") == "Heading1":
            heading = words
            below[heading] = 0
        elif heading:
            below[heading] += len(re.findall(r"\w+", words))
    assert tuple(below) == HEADINGS[plan, language]
    assert min(below.values()) >= 15, below
