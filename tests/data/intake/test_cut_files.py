"""Files that were cut on the way: what a plan declares below the table is missed, and no row of data is taken for a note."""

import pytest
from tables import arrived, cells

from impact.data.sources.source import refuse_data_in_footer
from impact.errors import SchemaError, SourceError

WHOLE = "id;trade;ca\nA01;bois;5\nA02;cuir;6\nTOTAL;;11\nSource : enquête;;\n"
COLUMNS = {"id": {"type": "string"}, "ca": {"type": "number"}}


def read(folder, content, **keys):
    source = {"file": "w.csv", "csv": {"delimiter": ";"}, "columns": COLUMNS, **keys}
    return arrived(folder, {"sources": {"w": source}}, w__csv=content)


def test_a_whole_file_loses_its_notes_and_sums(tmp_path):
    totals = {"column": "id", "words": ["Total"]}
    made = read(tmp_path, WHOLE, footer_rows=1, totals=totals)
    assert cells(made.table, "id") == ["A01", "A02"]


def test_a_row_of_data_is_not_taken_for_a_note(tmp_path):
    cut = "".join(WHOLE.splitlines(keepends=True)[:3])
    with pytest.raises(SourceError, match=r"w\.csv: footer_rows: row 1 of them is filled"):
        read(tmp_path, cut, footer_rows=1)


def test_a_file_without_its_total_is_not_whole(tmp_path):
    cut = "".join(WHOLE.splitlines(keepends=True)[:3])
    with pytest.raises(SchemaError, match="no row of totals"):
        read(tmp_path, cut, totals={"column": "id", "words": ["Total"]})


def test_a_note_in_the_only_column_of_a_file_is_one():
    refuse_data_in_footer([["Source : enquête"], ["", "x", "", ""]], "w.csv")
