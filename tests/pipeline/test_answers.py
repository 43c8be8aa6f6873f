"""What one notebook opened by hand has computed, the next one reads; and computes again when anything it rests on has changed."""

import shutil
from pathlib import Path

import pytest

from impact.evaluation.parts import DataQuality
from impact.evaluation.store import part_text
from impact.pipeline import answers as room
from impact.pipeline.answers import FOLDER, Answers
from impact.pipeline.notebook import open_study
from impact.pipeline.plan import study_of

ROOT = Path(__file__).resolve().parents[2]
PLAN = "evaluation-jobtraining.yml"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project's plan and files, from whose folder notebooks are opened."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("raw"))
    shutil.copy(ROOT / PLAN, tmp_path / PLAN)
    (tmp_path / "reports").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def made(monkeypatch):
    """Studies of which the part on data quality was computed."""
    asked, make = [], DataQuality.of.__func__
    monkeypatch.setattr(
        DataQuality, "of", classmethod(lambda cls, study: asked.append(1) or make(cls, study))
    )
    return asked


def quality(**choices):
    return open_study(plan=PLAN, **choices).part("data_quality")


def test_the_second_notebook_reads_what_the_first_computed(project, made):
    first, second = quality(), quality()
    assert len(made) == 1
    assert part_text(first) == part_text(second)
    assert (project / "reports" / FOLDER).stat().st_mode & 0o777 == 0o700


def test_another_choice_file_or_code_is_computed_again(project, made, monkeypatch):
    quality()
    quality(alpha=0.1)
    schema = next((project / "data").glob("jobtraining*.yml"))
    schema.write_text(schema.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    quality()
    monkeypatch.setattr(room, "computed_by", lambda: "another")
    quality()
    assert len(made) == 4


def test_what_is_damaged_is_computed_again(project, made):
    quality()
    kept = next((project / "reports" / FOLDER).rglob("data_quality.json"))
    kept.write_text(kept.read_text(encoding="utf-8")[:50], encoding="utf-8")
    quality()
    quality()
    assert len(made) == 2


def test_without_a_folder_of_reports_nothing_is_kept(project, made):
    (project / "reports").rmdir()
    quality()
    quality()
    assert len(made) == 2
    assert not (project / "reports").exists()


def test_a_run_leaves_its_results_and_no_answers(project, tmp_path):
    opened = open_study(plan=PLAN, results=str(tmp_path / "results"))
    opened.part("data_quality")
    assert not (project / "reports" / FOLDER).exists()


def test_the_answers_asked_for_longest_ago_are_forgotten(project, monkeypatch):
    monkeypatch.setattr(room, "MOST", 2)
    for alpha in (0.01, 0.02, 0.03, 0.04):
        Answers.of(study_of(project / PLAN, {"alpha": alpha}))
    assert len(list((project / "reports" / FOLDER).iterdir())) == 2
