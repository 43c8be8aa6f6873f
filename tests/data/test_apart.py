"""A file that ends or hangs the process that reads it costs a refusal, not the session."""

import os
import signal
import time

import pandas as pd
import pytest
from arriving import schema
from mutations import FRAME, SCHEMA, base, ods_of

from impact.data.readers import read_frame
from impact.data.sources import apart as module
from impact.data.sources.apart import Apart
from impact.data.sources.source import Layout
from impact.errors import SourceError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "data.sav"
    base(path)
    return path


def test_a_reading_process_that_answers_no_more_is_a_named_refusal_and_the_next_file_is_read(
    file, monkeypatch
):
    with Apart() as apart:
        first = apart.read(file, reader="spss", layout=Layout())
        os.kill(apart._process.pid, signal.SIGSTOP)  # it does not answer, as while it parses
        monkeypatch.setattr(module, "PATIENCE", 0.2)
        with pytest.raises(SourceError, match=r"data\.sav: damaged: reading it ended") as caught:
            apart.read(file, reader="spss", layout=Layout())
        monkeypatch.undo()
        assert "QZX" not in str(caught.value)
        assert apart.read(file, reader="spss", layout=Layout()).n_rows == first.n_rows


def test_a_reading_process_that_ends_within_a_file_is_a_named_refusal(file):
    class Ending(Apart):
        def _answer(self, process, request, seconds):
            process.kill()
            return super()._answer(process, request, seconds)

    with Ending() as apart, pytest.raises(SourceError, match="reading it ended"):
        apart.read(file, reader="spss", layout=Layout())


def test_a_reading_that_does_not_end_is_stopped(file, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with Apart() as apart:
        with pytest.raises(SourceError, match="took too long"):
            apart.read(file, reader="spss", layout=Layout())
        assert not apart.alive


def test_a_reading_process_ends_with_its_parent(file):
    with Apart() as apart:
        apart.read(file, reader="spss", layout=Layout())
        child = apart._process
        child.stdin.close()
        until = time.monotonic() + 10
        while child.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        assert child.returncode == 0


def test_a_reading_process_ends_with_its_parent_while_it_imports_too(tmp_path, monkeypatch):
    busy = tmp_path / "busy"
    slow = f"import time\nopen({str(busy)!r}, 'w')\ntime.sleep(60)"
    (tmp_path / "numpy.py").write_text(slow)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Apart() as apart:
        child = apart._started()
        until = time.monotonic() + 30
        while not busy.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert busy.exists()
        child.stdin.close()
        assert child.wait(3) == 0


@pytest.mark.usefixtures("own_process")
def test_a_file_is_read_by_a_process_of_its_own(file):
    frame = read_frame(file, schema=SCHEMA)
    assert len(frame) == 48
    assert frame.attrs["missing"] == {"revenue": {"-99": 1, "blank": 1}}


def test_words_of_a_library_that_prints_do_not_reach_the_answer(file):
    with Apart() as apart:
        table = apart.read(file, reader="spss", layout=Layout())
    assert [column.name for column in table] == ["id", "wave", "start", "revenue", "kind"]
    assert table.named()["revenue"].label == "Revenue"


@pytest.mark.longer
def test_csv_is_read_at_the_pace_of_a_million_rows_in_ten_seconds(tmp_path):
    """Two hundred thousand rows in a fifth of it; the whole million takes 6.1 s and 473 MB (two cores, others at work)."""
    n = 200_000
    rows = pd.DataFrame(
        {
            "id": [f"M{i // 20:06d}" for i in range(n)],
            "wave": [i % 20 + 1 for i in range(n)],
            "start": [10 if i // 20 % 2 else 0 for i in range(n)],
            "revenue": [i * 1.37 for i in range(n)],
            "kind": ["a", "b"] * (n // 2),
            "employment": [i % 7 for i in range(n)],
            "city": ["Fès", "Marrakech"] * (n // 2),
            "treated": [0, 1] * (n // 2),
        }
    )
    rows.to_csv(tmp_path / "d.csv", index=False)
    declared = schema(
        {
            "employment": {"type": "integer"},
            "city": {"type": "string"},
            "treated": {"type": "boolean"},
        }
    )
    start = time.process_time()
    frame = read_frame(tmp_path / "d.csv", schema=declared)
    assert time.process_time() - start < 10 / 5
    assert frame.revenue.tolist() == rows.revenue.tolist()


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_sheet_longer_than_a_block_is_read_as_it_stands(tmp_path, kind):
    """Cells that a block of the look-through cuts in two are not damaged ones."""
    long = pd.concat([FRAME] * 300, ignore_index=True)
    path = tmp_path / f"long.{kind}"
    if kind == "ods":
        path.write_bytes(ods_of(long))
    else:
        long.to_excel(path, index=False, engine="xlsxwriter")
    frame = read_frame(path, schema=SCHEMA)
    assert frame.id.tolist() == long.id.tolist()
    assert frame.revenue.sum() == long.revenue[long.revenue != -99].sum()
