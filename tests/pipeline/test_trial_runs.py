"""The two trials from their data and a plan to finished reports, which say what was drawn and never that it was chosen."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from evaluation.trials import crepon, nsw

ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
SAID = {
    nsw: ("Participants were drawn by lot.", "compared with the workers that were not drawn", "means given each worker"),
    crepon: ("Whole clusters of households (Village) were drawn.", "within strata (District)", "16% of those drawn took part", "because they were drawn it is"),
}  # fmt: skip
NEVER = ("not drawn by lot", "chose or were chosen", "parallel trends", "Dip or jump", "Placebo date", "had not started yet")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("trial", SAID, ids=lambda trial: trial.__name__)
def test_a_trial_goes_from_its_plan_to_a_report_of_a_lot(trial, tmp_path):
    study = trial(tmp_path)
    reports = tmp_path / "reports"
    done = subprocess.run(
        [*IMPACT, "run", str(tmp_path / "plan.yml"), "--reports", str(reports), "--notebooks", str(ROOT / "notebooks")],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = reports / study.plan.name
    text = re.sub(r"<[^>]+>", "", (folder / "report.html").read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", text)
    for words in SAID[trial]:
        assert words in text
    for words in NEVER:
        assert words not in text
    assert json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
