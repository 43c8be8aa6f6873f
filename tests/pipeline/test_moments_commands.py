"""`impact moments` as a user types it."""

import subprocess
import sys
from pathlib import Path

import pytest
from panels import long_frame


def run(*arguments, cwd):
    return subprocess.run(
        [Path(sys.executable).with_name("impact"), "moments", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


NAMES = [
    part
    for pair in (("unit", "id"), ("time", "t"), ("outcome", "y"), ("cohort", "g"))
    for part in ("--column", "=".join(pair))
]


@pytest.fixture
def parts(tmp_path):
    frame = long_frame(n=200)
    frame[frame.id < 90].to_parquet(tmp_path / "a.parquet")
    frame[frame.id >= 90].to_parquet(tmp_path / "b.parquet")
    frame.to_parquet(tmp_path / "all.parquet")
    return tmp_path


def test_parts_built_and_merged_are_the_whole(parts):
    for name in ("a", "b", "all"):
        done = run("build", f"{name}.parquet", f"{name}.npz", *NAMES, cwd=parts)
        assert done.returncode == 0, done.stderr
    done = run("merge", "a.npz", "b.npz", "merged.npz", cwd=parts)
    assert done.returncode == 0, done.stderr
    one, other = (run("info", f"{name}.npz", cwd=parts).stdout for name in ("all", "merged"))
    assert one.replace("all.npz", "") == other.replace("merged.npz", "")
    assert "200 units" in one
    assert "treated from 4" in one


def test_a_data_file_with_its_schema_needs_an_outcome_and_keeps_small_cells(tmp_path):
    data = Path(__file__).resolve().parents[2] / "data" / "artisans.csv"
    assert run("build", data, "m.npz", cwd=tmp_path).returncode == 2
    refused = run("build", data, "m.npz", "--outcome", "revenue_mad", cwd=tmp_path)
    assert refused.returncode == 3
    assert "fewer than 10 units" in refused.stderr
    assert not list(tmp_path.iterdir())
    kept = run(
        "build", data, "m.npz", "--outcome", "revenue_mad", "--include-small-cells", cwd=tmp_path
    )
    assert kept.returncode == 0, kept.stderr
    assert "350 units, 48 treated" in kept.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["info", "no.npz"], 3, "no such file"),
        (["info", "a.parquet"], 3, "damaged"),
        (["build", "a.parquet", "x.npz"], 2, "--column"),
        (["build", "a.parquet", "x.npz", *NAMES, "--column", "sex=x"], 2, "known are"),
        (["build", "no.parquet", "x.npz", *NAMES], 3, "no such file"),
        (["build", "a.parquet", "x.npz", *NAMES[:-1], "cohort=none"], 3, "no such column"),
        (["merge", "a.npz", "b.npz"], 2, "the one to write"),
        (["build", "a.parquet", "no/folder/x.npz", *NAMES], 6, "x.npz"),
    ],
)
def test_mistakes_are_named_and_write_nothing(parts, arguments, code, words):
    before = sorted(path.name for path in parts.iterdir())
    done = run(*arguments, cwd=parts)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in parts.iterdir()) == before
