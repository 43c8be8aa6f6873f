"""What the report is made of passes through a notebook as one text, whoever reads it."""

import json

import nbformat

from impact.reporting.bundle import EXHIBIT, as_output, exhibit_in
from impact.reporting.exhibits import Exhibits, Text
from impact.reporting.render.book import read_book

WORDS = {"table": "Table", "figure": "Figure", "how_to_read": "How to read."}


def test_an_exhibit_is_one_line_of_an_executed_notebook(tmp_path):
    shown = Exhibits((Text('A "finding" of 12 – à Fès.'),))
    ((data, metadata),) = shown.bundles()
    cell = nbformat.v4.new_code_cell("study.impact()", id="a")
    cell.outputs = [nbformat.v4.new_output("display_data", as_output(data), metadata=metadata)]
    path = tmp_path / "some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    (line,) = [line for line in path.read_text(encoding="utf-8").splitlines() if EXHIBIT in line]
    assert "Fès" in line
    held = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["outputs"][0]["data"]
    assert exhibit_in(held) == exhibit_in(data) == data[EXHIBIT]
    (read,) = read_book(path, WORDS).exhibits
    assert read.blocks == data[EXHIBIT]["blocks"]


def test_an_output_without_an_exhibit_stays_as_it_is():
    plain = {"text/plain": "3"}
    assert as_output(plain) == plain
    assert exhibit_in(plain) is None
