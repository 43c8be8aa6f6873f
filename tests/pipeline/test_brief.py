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


def test_what_the_findings_say_of_each_part_stands_under_its_title(made_run):
    """Part 8's answer stood under the last heading of part 5, as if it were about cohorts."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian's poppler-utils)")
    pdf = made_run("artisans", "en").folder / "brief.pdf"
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True).stdout.decode()
    findings = text.partition("Detailed findings")[2].partition("MCC learning")[0]
    lines = [line for line in findings.splitlines() if line.strip()]
    answer = next(i for i, line in enumerate(lines) if line.startswith("This cannot be told"))
    assert lines[answer - 1] == "Worth the money?"
    assert "Why" in lines[: answer - 1]
