"""What a notebook shows of a study, alone and in a run."""

import json
from pathlib import Path

import pytest

from impact.pipeline import notebook, open_study

PLAN = str(Path(__file__).resolve().parents[2] / "evaluation.yml")


def as_a_notebook_keeps(exhibits):
    return json.dumps(exhibits.bundles(), sort_keys=True)


SECTIONS = ("data_quality", "sample_flow", "comparability")


@pytest.mark.parametrize("name", SECTIONS)
def test_the_report_displays_again_what_a_notebook_of_the_run_displayed(
    name, tmp_path, monkeypatch
):
    results = str(tmp_path / "results")
    shown = getattr(open_study(plan=PLAN, results=results), name)()

    def drawn(*_):
        pytest.fail("drawn anew")

    monkeypatch.setattr(notebook, "data_quality", drawn)
    monkeypatch.setattr(notebook.sample, "sample_flow", drawn)
    monkeypatch.setattr(notebook.sample, "comparability", drawn)
    again = getattr(open_study(plan=PLAN, results=results), name)()
    assert as_a_notebook_keeps(again) == as_a_notebook_keeps(shown)


def test_without_a_run_each_section_is_drawn_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert open_study(plan=PLAN).sample_flow().figures()
    assert list(tmp_path.iterdir()) == []
