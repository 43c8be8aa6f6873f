"""A report from moments, section by section and as a whole run: never an empty table, never an error, never a claim too much."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from evaluation.test_from_moments import SCHEMA
from panels import long_frame
from pipeline.conftest import IMPACT
from pipeline.test_sections_at_the_edge import SECTIONS

import impact
from impact.evaluation.plan import Plan
from impact.evaluation.study import Study
from impact.pipeline.notebook import NotebookStudy

ROOT = Path(__file__).resolve().parents[2]
PLAN = {
    "name": "firms",
    "title": {"en": "Firms", "fr": "Entreprises"},
    "data": "firms.moments",
    "schema": "firms.yml",
    "outcomes": ["y"],
    "secondary": ["x"],
    "exposure": ["x"],
    "relevant_effect": 10.0,
}
ABOUT = {"en": r"[Nn]ot available from moments", "fr": r"[Nn]on disponible à partir des moments"}
OF_UNITS = (
    "simulated from these data",
    "nobody is seen before and after",
    "The plan names no activity",
    "too few untreated firms",
)
"""What would be said where the data are there, and is not so."""


def written(folder):
    frame = long_frame(n=70, periods=5, cohorts=(3, 4)).drop(columns=["w", "village"])
    frame["y"] += 20
    frame.assign(g=frame.g.astype("Int64")).to_csv(folder / "firms.csv", index=False)
    (folder / "firms.yml").write_text(SCHEMA)
    data = Study(Plan.of({**PLAN, "data": "firms.csv"}), folder)
    moments = impact.PathMoments.from_panel(data.panel())
    moments.save(folder / "firms.moments", small_cells="include")
    (folder / "plan.yml").write_text(json.dumps(PLAN))


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    written(folder)
    return NotebookStudy(study=Study(Plan.of(PLAN), folder))


def words_of(shown):
    return json.dumps([bundle[0] for bundle in shown.bundles()], ensure_ascii=False)


@pytest.fixture(scope="module")
def sections(notebook):
    return {name: getattr(notebook, name)() for name in SECTIONS}


def test_every_section_is_shown_and_no_table_is_empty(sections):
    empty = {
        (name, table.label)
        for name, shown in sections.items()
        for table in shown.tables()
        if table.frame.empty
    }
    assert all(shown.bundles() for shown in sections.values())
    assert not empty


def test_the_report_says_what_moments_do_not_give_and_nothing_of_units(sections):
    told = "".join(map(words_of, sections.values()))
    assert re.search(ABOUT["en"], words_of(sections["technical_annex"]))
    assert [words for words in OF_UNITS if words in told] == []


def test_the_annex_lists_what_is_missing_in_french(notebook):
    french = NotebookStudy(study=notebook.study.changed(language="fr"), parts=notebook.parts)
    told = words_of(french.technical_annex())
    assert len(re.findall(ABOUT["fr"], told)) > 3
    assert re.search("logarithmes", told, re.IGNORECASE)


@pytest.mark.slow  # a whole run
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_run_makes_every_page_of_a_report_from_moments(tmp_path, language):
    written(tmp_path)
    done = subprocess.run(
        [*IMPACT, "run", "plan.yml", "--language", language, "--notebooks", str(ROOT / "notebooks")],
        cwd=tmp_path, capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = tmp_path / "reports" / "firms"
    results = json.loads((made / "results.json").read_text())
    taken = [step["values"] for step in results["rating"]["values"]["taken"]]
    assert "could_not_be_made" in {step["state"] for step in taken}
    assert {"impact", "sample", "certainty", "economics"} <= set(results["parts"])
    assert re.search(ABOUT[language].replace(" ", r"\s"), (made / "report.html").read_text())
    assert not (made / "codebook.csv").exists()
