"""`impact plan` as a user calls it: from any folder, by absolute paths, as tables, plain text or JSON."""

import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from functools import cache
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from impact.cli import app

ROOT = Path(__file__).resolve().parents[2]
CASE, SMALL = (
    ROOT / "evaluation.yml",
    ROOT / "evaluation-jobtraining.yml",
)  # SMALL where any plan would do
FILES = ("data", "schema", "programme", "indicators", "truth", "evidence", "economics")


def told(*words):
    done = CliRunner().invoke(app, ["plan", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


@cache
def told_once(*words):
    """What an earlier call printed, where what is printed is not what the test asks of the call."""
    return told(*words)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder that is not the project's, from which the command is called."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_it_runs_from_any_folder(elsewhere):
    assert "Worth knowing before the run" in told(SMALL)
    assert list(elsewhere.iterdir()) == []


def test_a_plan_may_name_its_files_by_absolute_paths(elsewhere):
    shutil.copytree(ROOT / "data", elsewhere / "a b" / "data")
    values = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    absolute = {key: str(elsewhere / "a b" / values[key]) for key in FILES}
    (elsewhere / "plan.yml").write_text(json.dumps({**values, **absolute}), encoding="utf-8")
    assert told("plan.yml") == told_once(CASE)


def test_a_relative_path_is_relative_to_the_plan(elsewhere):
    assert told(os.path.relpath(SMALL, elsewhere)) == told_once(SMALL)


def test_as_json_it_is_the_same_counts_and_no_id():
    output = told_once(CASE, "--json")
    found = json.loads(output)
    assert [one["units"] for one in found["arms"]] == [48, 552]
    assert found["starts"][0] == {
        "period": "2012Q3", "planned": 10, "units": 0, "before": 10, "after": 10, "seen_last": 0,
    }  # fmt: skip
    assert not re.search(r"\bA[0-9]{3}\b", output)


def test_parameters_change_what_is_shown():
    french = told(CASE, "--language", "fr", "--outcome", "export_revenue_mad")
    assert "À savoir avant l'exécution" in french
    table = french[french.index("Résultats") :]
    assert table.index("à l'export") < table.index("marché intérieur")


def test_the_same_call_prints_the_same():
    assert told(SMALL, "--json") == told_once(SMALL, "--json")


def in_terminal(*words, columns=100):
    """What a command prints to a terminal of so many columns, colours taken out."""
    pid, terminal = pty.fork()
    if pid == 0:
        ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.execv(sys.executable, [sys.executable, "-m", "impact", *words])  # noqa: S606
    output = b""
    try:
        while block := os.read(terminal, 1 << 16):
            output += block
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    return re.sub(r"\x1b\[[0-9;]*m", "", output.decode())


@pytest.mark.longer
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("columns", [80, 100])
def test_no_figure_is_cut_in_a_terminal(language, columns):
    plan = [str(CASE), "--language", language]
    shown = in_terminal("plan", *plan, columns=columns)
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= columns
    figures = re.compile(r"\d[\d\u202f\u00a0,.%MAD]*")
    assert sorted(figures.findall(shown)) == sorted(figures.findall(told(*plan)))


def test_plain_text_has_no_colours():
    done = subprocess.run(
        [sys.executable, "-m", "impact", "plan", str(SMALL)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\x1b" not in done.stdout
    assert not done.stderr
