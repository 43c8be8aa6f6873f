"""Every file of the public list is read to the letter or refused by name, and no message tells what a cell holds."""

import pandas as pd
import pytest
from arriving import schema
from hostile_files import CASES

from impact.data.readers import read_frame
from impact.errors import DataError


def cells(column):
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_gives_what_the_list_says(tmp_path, name):
    case = CASES[name]
    path = tmp_path / f"d.{case.ending}"
    case.make(path)
    if case.gives is not None:
        frame = read_frame(path, schema=case.schema())
        assert {column: cells(frame[column]) for column in case.gives} == case.gives
        return
    kind, words = case.refused
    with pytest.raises(DataError) as caught:
        read_frame(path, schema=case.schema())
    assert type(caught.value) is kind
    assert words in str(caught.value)


def test_the_list_is_as_long_as_promised():
    assert len(CASES) >= 120
    assert all((case.gives is None) != (case.refused is None) for case in CASES.values())


CANARY = {
    "id": "Fatima-Zahra",
    "revenue": "48213,77x",
    "kind": "0661 12 34 56",
    "wave": "AB123456",
    "secret_column_of_wages": "MA64011519000001205000534921",
}


@pytest.mark.parametrize("broken", ["id", "revenue", "kind", "wave", "header", "ragged", "quote"])
def test_no_message_holds_a_cell_an_id_or_an_undeclared_name(tmp_path, broken):
    good = {"id": "F1", "revenue": "5", "kind": "a", "wave": "1", "secret_column_of_wages": "9"}
    row = (
        {**good, **CANARY}
        if broken in {"header", "ragged", "quote"}
        else {**good, broken: CANARY[broken]}
    )
    alike = {**good, "id": CANARY["id"].upper()}
    rows = [row, alike] if broken == "id" else [good, row]
    lines = [";".join(row), *(";".join(one.values()) for one in rows)]
    text = {
        "header": "\n".join(lines[1:]),
        "ragged": "\n".join(lines) + ";x",
        "quote": "\n".join(lines) + '"',
    }.get(broken, "\n".join(lines))
    path = tmp_path / "d.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_frame(path, schema=schema({"start": None}, cohort=None, csv={"delimiter": ";"}))
    words = str(caught.value)
    for secret in [*CANARY.values(), CANARY["id"].upper(), "secret_column_of_wages"]:
        assert secret not in words
