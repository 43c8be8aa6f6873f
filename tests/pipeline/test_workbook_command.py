"""`impact workbook` as a user calls it: a plan becomes a workbook, and the workbook the files that the plan needs."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from impact.cli import app
from impact.data.plan_workbook.read import PlacedPart
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError, StorageError, UsageError
from impact.pipeline.plan_workbook import files_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "evaluation-jobtraining.yml", tmp_path / "plan.yml")
    shutil.copy(ROOT / "data" / "jobtraining.yml", tmp_path / "data")
    return tmp_path


def workbook(*arguments):
    return CliRunner().invoke(app, ["workbook", *map(str, arguments)])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_plan_goes_into_a_workbook_and_comes_back_ready_to_run(project, language):
    done = workbook(project / "plan.yml", "--language", language)
    assert done.exit_code == 0, done.output
    back = workbook(project / "plan.xlsx", "--folder", project / "back")
    assert back.exit_code == 0, back.output
    for name in ("plan.yml", "data/jobtraining.yml"):
        assert load_yaml(project / "back" / name) == load_yaml(project / name)
    assert CliRunner().invoke(app, ["plan", str(project / "back" / "plan.yml")]).exit_code == 0


def test_nothing_is_overwritten_unless_told(project):
    workbook(project / "plan.yml")
    assert isinstance(workbook(project / "plan.yml").exception, StorageError)
    assert isinstance(workbook(project / "plan.xlsx").exception, StorageError)
    assert workbook(project / "plan.xlsx", "--force").exit_code == 0


def test_a_file_outside_the_folder_is_never_written(project, monkeypatch):
    workbook(project / "plan.yml")
    plan = load_yaml(project / "plan.yml")
    monkeypatch.setattr(
        "impact.pipeline.plan_workbook.read_plan_workbook",
        lambda _: {
            "plan": PlacedPart({**plan, "schema": "../elsewhere.yml"}, ()),
            "schema": PlacedPart(load_yaml(project / "data" / "jobtraining.yml"), ()),
        },
    )
    with pytest.raises(PlanError, match="lies outside back"):
        files_of(project / "plan.xlsx", folder=project / "back", overwrite=True)
    assert not (project / "elsewhere.yml").exists()


def test_another_language_is_refused(project):
    assert isinstance(workbook(project / "plan.yml", "--language", "de").exception, UsageError)
