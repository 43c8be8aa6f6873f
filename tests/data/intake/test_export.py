"""What the command writes: the table and nothing else, never half of it, never a formula."""

import stat

import pandas as pd
import pytest
from tables import table

from impact.data.formulas import FORMULA_STARTS
from impact.data.intake.arrive import Arrived
from impact.data.intake.export import write_proposals, write_table
from impact.errors import StorageError, UsageError

MADE = table(
    {"id": "string", "jobs": "integer", "revenue": "number"},
    id=["007", "é"],
    jobs=[3.0, None],
    revenue=[0.5, None],
)


def test_a_table_is_written_with_whole_numbers_whole_and_blanks_blank(tmp_path):
    path = write_table(MADE, tmp_path / "out.csv")
    assert path.read_bytes() == "id,jobs,revenue\n007,3,0.5\né,,\n".encode()
    assert list(tmp_path.iterdir()) == [path]
    again = pd.read_parquet(write_table(MADE, tmp_path / "out.parquet"))
    assert again["jobs"].tolist()[0] == 3.0


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"out\.xlsx: write a \.csv or a \.parquet"):
        write_table(MADE, tmp_path / "out.xlsx")


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_that_a_spreadsheet_would_run_is_not_written_as_csv(tmp_path, start):
    live = MADE.with_column("id", ["a", f"{start}1+1"], MADE.kinds["id"])
    with pytest.raises(UsageError, match=r"out\.csv: id: row 2 of wave"):
        write_table(live, tmp_path / "out.csv")
    assert write_table(live, tmp_path / "out.parquet").is_file()


def test_proposals_are_for_their_owner_alone_and_hold_no_formula(tmp_path):
    asked = pd.DataFrame({"left": ["=cmd", "Métier"], "score": [90.0, 91.0]})
    folder = tmp_path / "internal"
    (path,) = write_proposals(Arrived(MADE, (), {"3-merge": asked}), folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert path.read_bytes() == "left,score\n'=cmd,90.0\nMétier,91.0\n".encode()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"out\.csv: cannot be written"):
        write_table(MADE, tmp_path / "nowhere" / "out.csv")
