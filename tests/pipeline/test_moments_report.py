"""A report from moments, section by section and as a whole run: never an empty table, never an error, never a claim too much."""

import json
import re
import subprocess
import sys
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
from impact.reporting.sections.from_moments import not_available
from impact.reporting.voice import Voice

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
    """Those with the fewest figures that say what is missing."""
    return {
        name: getattr(notebook, name)() for name in ("summary_of_findings", "panel_models", "why")
    }


def whole(sections):
    empty = {
        (name, table.label)
        for name, shown in sections.items()
        for table in shown.tables()
        if table.frame.empty
    }
    return not empty and all(shown.bundles() for shown in sections.values())


def test_sections_are_shown_and_no_table_is_empty(sections):
    assert whole(sections)


def test_a_section_without_what_it_shows_says_that_moments_are_why(sections):
    told = words_of(sections["panel_models"])
    assert re.search(ABOUT["en"], told)
    assert "nobody is seen before" not in told
    assert re.search(ABOUT["en"], words_of(sections["summary_of_findings"]))


@pytest.mark.slow  # draws every figure
def test_every_section_is_shown_and_nothing_is_said_that_only_units_tell(notebook):
    shown = {name: getattr(notebook, name)() for name in SECTIONS}
    assert whole(shown)
    told = "".join(map(words_of, shown.values()))
    assert re.search(ABOUT["en"], words_of(shown["technical_annex"]))
    assert [words for words in OF_UNITS if words in told] == []


def test_the_annex_lists_what_is_missing_in_french(notebook):
    told = not_available(Voice(notebook.study.changed(language="fr")))[0].markdown
    assert re.search(ABOUT["fr"], told)
    assert re.search("logarithmes", told, re.IGNORECASE)


def called(command, *, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=400)


@pytest.mark.slow  # a whole run
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_run_makes_every_page_of_a_report_from_moments(tmp_path, language):
    written(tmp_path)
    words = ["run", "plan.yml", "--language", language, "--notebooks", str(ROOT / "notebooks")]
    done = called([*IMPACT, *words], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "reports" / "firms"
    results = json.loads((made / "results.json").read_text())
    taken = [step["values"] for step in results["rating"]["values"]["taken"]]
    assert "could_not_be_made" in {step["state"] for step in taken}
    assert {"impact", "sample", "certainty", "economics"} <= set(results["parts"])
    assert re.search(ABOUT[language].replace(" ", r"\s"), (made / "report.html").read_text())
    assert not (made / "codebook.csv").exists()
    if language == "en":
        assert_its_package_makes_it_again(tmp_path)


def assert_its_package_makes_it_again(folder):
    """What may leave is refused with the remedy; a package for use inside makes the run again from its moments alone."""
    refused = called([*IMPACT, "release", "reports/firms"], cwd=folder)
    assert (refused.returncode, "release where the data are" in refused.stderr) == (3, True)
    refused = called([*IMPACT, "package", "reports/firms"], cwd=folder)
    assert (refused.returncode, "--with-data for use inside" in refused.stderr) == (3, True)
    packed = called(
        [*IMPACT, "package", "reports/firms", "--with-data", "--to", "unpacked"], cwd=folder
    )
    assert packed.returncode == 0, packed.stderr
    unpacked = folder / "unpacked"
    assert not [
        path for path in unpacked.rglob("*") if path.suffix == ".csv" and "firm" in path.stem
    ]
    done = called([sys.executable, "replicate.py", "--no-install"], cwd=unpacked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results.json: equal, byte for byte" in done.stdout
