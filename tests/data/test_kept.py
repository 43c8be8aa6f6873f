"""What a run keeps of its data is what it read: every type, every missing cell, everything told beside them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from arriving import read, schema
from hypothesis import given
from hypothesis import strategies as st

from impact.data.kept import keep_frame, kept_frame
from impact.pipeline.parent_process import NOTEBOOK_ENVIRONMENT

CELLS = st.one_of(st.none(), st.text(max_size=8))


@given(
    texts=st.lists(CELLS, min_size=1, max_size=20),
    told=st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
def test_what_was_kept_is_what_was_read(tmp_path_factory, texts, told):
    folder = tmp_path_factory.mktemp("kept")
    frame = pd.DataFrame(
        {
            "text": pd.Series(texts, dtype=object),
            "number": pd.Series([None if i % 3 else i / 7 for i in range(len(texts))], dtype=float),
        }
    )
    frame.attrs = {"missing": told}
    keep_frame(frame, folder)
    again = kept_frame(folder)
    pd.testing.assert_frame_equal(frame, again)
    assert again.attrs == frame.attrs


def test_a_file_read_by_its_schema_is_kept_as_it_is(tmp_path):
    content = "id,wave,start,revenue,kind\n007,1,,5.5,a\n008,1,2,-99,\n"
    frame = read(tmp_path, "f.csv", content, schema({"revenue": {"missing": [-99]}}))
    keep_frame(frame, tmp_path)
    again = kept_frame(tmp_path)
    pd.testing.assert_frame_equal(frame, again)
    assert json.dumps(again.attrs) == json.dumps(frame.attrs)


def test_nothing_kept_is_nothing(tmp_path):
    assert kept_frame(tmp_path) is None


def test_what_is_told_beside_a_frame_is_carried_along_and_never_copied(tmp_path):
    content = "id,wave,start,revenue,kind\n007,1,,5.5,a\n008,1,2,-99,\n"
    frame = read(tmp_path, "f.csv", content, schema({"revenue": {"missing": [-99]}}))
    for made in (frame.copy(), frame[frame["kind"].isna()], frame.assign(other=1)):
        assert made.attrs["missing"] is frame.attrs["missing"]
    keep_frame(frame, tmp_path)
    again = kept_frame(tmp_path)
    assert again.sort_values("id").attrs["missing"] is again.attrs["missing"]


THREADS = """
import sys
from pathlib import Path
from impact.data.kept import kept_frame
assert len(kept_frame(Path(sys.argv[1])))
print(len(list(Path("/proc/self/task").iterdir())))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_reading_it_begins_no_thread_as_processes_are_forked_after_it(tmp_path):
    keep_frame(pd.DataFrame({"x": [1.0], "y": ["a"]}), tmp_path)
    asked = [sys.executable, "-c", THREADS, tmp_path]
    environment = {**os.environ, **NOTEBOOK_ENVIRONMENT}
    told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout == "1\n"
