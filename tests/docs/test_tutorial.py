"""The tutorial does what it says, from the first command to the last."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
SET_UP = {"make", "source"}  # what these tests themselves run in
PLAN = Path("first/evaluation.yml")


def steps():
    """Blocks in their order: what is typed, what is shown of its answer, what is added to the plan."""
    return [(kind, text) for kind, text in BLOCK.findall(TEXT) if kind != "python"]


def run(line, folder):
    words = shlex.split(line)
    assert words[0] == "impact"
    done = subprocess.run(
        [sys.executable, "-m", "impact", *words[1:]],
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "COLUMNS": "300",
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=1_200,
        check=False,
    )
    assert done.returncode == 0, f"{line}: {done.stderr[-2000:]}"
    return done.stdout


def test_every_command_is_followed_by_a_test_or_shows_nothing():
    kinds = [kind for kind, _ in steps()]
    assert set(kinds) == {"sh", "text", "yaml"}
    assert kinds[0] == "sh"


@pytest.mark.slow
def test_the_tutorial_runs_from_the_first_command_to_the_last(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    said = ""
    for kind, text in steps():
        if kind == "sh":
            lines = [line for line in text.splitlines() if line.split()[0] not in SET_UP]
            said = "\n".join(run(line, tmp_path) for line in lines)
        elif kind == "text":
            for line in text.splitlines():
                assert line.strip().removesuffix("...").strip() in said, line
        else:
            with (tmp_path / PLAN).open("a", encoding="utf-8") as plan:
                plan.write(text)
    for name in (
        "report.html",
        "report.pdf",
        "report.docx",
        "brief.pdf",
        "tables.xlsx",
        "results.json",
    ):
        assert (tmp_path / "reports" / "firms" / name).exists(), name
    assert (tmp_path / "released" / "firms" / "report.html").exists()
