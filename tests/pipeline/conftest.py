"""Finished runs that several files ask for, each made once however many workers test."""

import fcntl
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
FEW = ["--set", "permutations=199"]
PLANS = {"artisans": "evaluation.yml", "jobtraining": "evaluation-jobtraining.yml"}


@dataclass(frozen=True)
class Made:
    """A finished run: its folder, and what the command said."""

    folder: Path
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def made_run(tmp_path_factory, worker_id):
    """Return a function from a plan's name and a language to its run with few permutations; nobody changes its folder."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "made-runs"
    shared.mkdir(exist_ok=True)

    def made(name, language):
        reports = shared / language
        said = shared / f"{name}-{language}.json"
        with (shared / f"{name}-{language}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not said.is_file():
                words = ["--reports", reports, "--language", language, *FEW]
                done = subprocess.run(
                    [*IMPACT, "run", PLANS[name], *map(str, words)],
                    cwd=ROOT, capture_output=True, text=True, timeout=400,
                )  # fmt: skip
                assert done.returncode == 0, done.stderr
                said.write_text(json.dumps({"stdout": done.stdout, "stderr": done.stderr}))
        return Made(folder=reports / name, **json.loads(said.read_text()))

    return made
