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
    frame = long_frame(n=260)
    frame[frame.id < 130].to_parquet(tmp_path / "a.parquet")
    frame[frame.id >= 130].to_parquet(tmp_path / "b.parquet")
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
    assert "260 units" in one
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
    assert "600 units, 48 treated" in kept.stdout


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


GRID = """\
study: fairs
round: "1"
sites: [fes, rabat]
outcome: revenue
parts: 100
largest: 1000000
frequency: year
periods: [2019, 2020, 2021]
cohorts: [2020, never]
patterns: ["111"]
"""
SCHEMA = """\
version: 1
title: {en: Firms, fr: Entreprises}
source: {en: Made up, fr: Inventé}
unit: id
time: {column: year, frequency: year}
cohort: {column: first}
columns:
  id: {type: string, label: {en: Firm, fr: Entreprise}}
  year: {type: period, label: {en: Year, fr: Année}}
  first: {type: period, label: {en: First, fr: Premier}}
  revenue: {type: number, label: {en: Revenue, fr: Revenu}}
"""


@pytest.mark.slow  # six processes
def test_two_offices_make_keys_mask_and_add_up_to_one_moments_file(tmp_path):
    (tmp_path / "grid.yml").write_text(GRID)
    (tmp_path / "schema.yml").write_text(SCHEMA)
    for office in ("fes", "rabat"):
        rows = [
            f"{office}{i},{year},{2020 if i % 2 else ''},{i * 7 + year % 10 + (i % 2) * (year - 2019)}.25"
            for i in range(12)
            for year in (2019, 2020, 2021)
        ]
        text = "\n".join(["id,year,first,revenue", *rows])
        (tmp_path / f"{office}.csv").write_text(text + "\n")
    said = run("keys", "grid.yml", "--site", "fes", "--folder", ".", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert "fes--rabat.key: hand it over" in said.stdout
    told = run("keys", "grid.yml", "--site", "rabat", "--folder", ".", cwd=tmp_path)
    assert "fes--rabat.key: comes from fes" in told.stdout
    for office in ("fes", "rabat"):
        done = run(
            "mask", "grid.yml", f"{office}.csv", f"{office}.masked", "--site", office, "--folder", ".",
            "--schema", "schema.yml", cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    lonely = run("add", "fes.masked", "fes.masked", "all.moments", cwd=tmp_path)
    assert lonely.returncode == 3
    assert "fes: more than one file" in lonely.stderr
    done = run("add", "fes.masked", "rabat.masked", "all.moments", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "24 units, 12 treated" in done.stdout
