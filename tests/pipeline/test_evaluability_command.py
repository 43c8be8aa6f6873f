"""The command before there is data, as a user calls it: no data file, two pages in each language, named refusals."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from pypdf import PdfReader
from typer.testing import CliRunner

from impact.cli import app
from impact.errors import PlanError
from impact.pipeline.evaluability import write_evaluability
from impact.pipeline.store import read_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A plan and its economics file; the data that the plan names do not exist yet."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "data").mkdir()
    shutil.copy(ROOT / "evaluation.yml", folder)
    shutil.copy(ROOT / "data" / "economics.yml", folder / "data")
    return folder


def test_two_pages_in_each_language_before_there_is_data(project):
    reports = project / "reports"
    done = CliRunner().invoke(
        app, ["evaluability", str(project / "evaluation.yml"), "--reports", str(reports)]
    )
    assert done.exit_code == 0, done.output
    assert "No impact evaluation for this question" in done.output
    folder = reports / "artisans-evaluability"
    for language in ("en", "fr"):
        assert len(PdfReader(folder / f"evaluability.{language}.pdf").pages) == 2
    found = json.loads((folder / "evaluability.json").read_text(encoding="utf-8"))
    assert found["advice"] == "known_before"
    assert len(found["designs"]) == 4
    assert set(read_run(folder)["inputs"]) == {"evaluation.yml", "economics.yml"}


def test_a_plan_without_economics_says_what_to_add(project):
    plan = yaml.safe_load((project / "evaluation.yml").read_text(encoding="utf-8"))
    del plan["economics"]
    path = project / "bare.yml"
    path.write_text(yaml.safe_dump(plan), encoding="utf-8")
    with pytest.raises(PlanError, match="economics: the plan names no such file; add it"):
        write_evaluability(path, reports=project / "none")
    assert not (project / "none").exists()
