"""What is wrong with a plan is said before a notebook starts, by `impact plan` and `impact run` alike."""

import json
import shutil
import signal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from impact.errors import DataError, ImpactError, PlanError, SchemaError, SourceError
from impact.evaluation.plan import Plan
from impact.pipeline import run as pipeline
from impact.pipeline.execute import WarmParent
from impact.pipeline.plan import checked_study, inputs_of, read_plan
from impact.pipeline.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]
PLAN = yaml.safe_load((ROOT / "evaluation.yml").read_text(encoding="utf-8"))
SECONDS = 60  # none takes more than two on a quiet machine


@pytest.fixture
def project(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


@pytest.fixture(autouse=True)
def no_kernel(monkeypatch):
    """A test in this file fails where a notebook is started, or where nothing ends."""

    def started(*_, **__):
        pytest.fail("a notebook was started")

    def endless(*_):
        pytest.fail("not refused in time")

    monkeypatch.setattr(pipeline, "WarmParent", started)
    signal.signal(signal.SIGALRM, endless)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)


def written(project, changes):
    """A plan's file with other values for some keys; without those that are dropped.

    It reads the clean file: what an intake plan itself refuses has tests of its own.
    """
    path = project / "plan.yml"
    changed = {**PLAN, "data": "data/artisans.csv", **changes}
    values = {key: value for key, value in changed.items() if value is not ...}
    path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    return path


def refusals(path, parameters=None):
    """What `impact plan` and `impact run` say of a plan."""
    found = []
    for use in (
        lambda: checked_study(path, parameters or {}),
        lambda: pipeline.run(
            path,
            reports=path.parent / "reports",
            notebooks=ROOT / "notebooks",
            changes=parameters,
        ),
    ):
        with pytest.raises(ImpactError) as caught:
            use()
        found.append((type(caught.value), str(caught.value)))
    assert not (path.parent / "reports").exists()
    return found


MODEL = {"outcome": "revenue_mad", "regressors": ["employment"]}
STATUS = {"column": "status", "exit": ["exited"]}
COLUMNS = [
    # key, value, key in the message, other words in it
    ("survey", {"enumerator": "asker"}, "survey.enumerator", "asker is not declared"),
    ("survey", {"duration": "city"}, "survey.duration", "what is counted or measured is a number"),
    ("survey", {"employment": "employement"}, "survey.employment", "did you mean employment"),
    ("survey", {"entered": "quarter"}, "survey.entered", "units or times"),
    (
        "survey",
        {"status": {**STATUS, "column": "employment"}},
        "survey.status.column",
        "a text or a category",
    ),
    ("survey", {"status": {**STATUS, "exit": ["exit"]}}, "survey.status", "did you mean exited"),
    (
        "survey",
        {"back_check": {"revenue_mad": "again"}},
        "survey.back_check",
        "again is not declared",
    ),
    ("outcomes", ["revenu_mad"], "outcomes", "did you mean revenue_mad"),
    ("outcomes", ["city"], "outcomes", "an outcome is a number"),
    ("outcomes", ["revenue_mad", "quarter"], "outcomes", "units or times"),
    ("families", {"one": ["revenue_mad", "exprt_revenue_mad"]}, "families.one", "did you mean"),
    ("families", {"one": ["revenue_mad", "sector"]}, "families.one", "an outcome is a number"),
    ("placebo_outcomes", ["tourist_revenue"], "placebo_outcomes", "did you mean"),
    ("placebo_outcomes", ["type"], "placebo_outcomes", "an outcome is a number"),
    ("subgroups", ["town"], "subgroups", "not declared"),
    ("subgroups", ["artisan_id"], "subgroups", "units or times"),
    ("strata", ["citty"], "strata", "did you mean city"),
    ("strata", ["quarter"], "strata", "units or times"),
    ("characteristics", ["employement"], "characteristics", "did you mean employment"),
    ("characteristics", ["artisan_id"], "characteristics", "units or times"),
    ("panel_model", {**MODEL, "outcome": "sales"}, "panel_model.outcome", "not declared"),
    ("panel_model", {**MODEL, "outcome": "status"}, "panel_model.outcome", "a number"),
    ("panel_model", {**MODEL, "regressors": ["employmnt"]}, "panel_model.regressors", "employment"),
    ("panel_model", {**MODEL, "regressors": ["city"]}, "panel_model.regressors", "true/false"),
    ("treatment_group", "fairs", "treatment_group", "did you mean fair"),
    ("treatment_group", "quarter", "treatment_group", "units or times"),
    ("planned_cohort", "planned_quartr", "planned_cohort", "did you mean planned_quarter"),
    ("cohort", "first_fare", "cohort", "did you mean first_fair"),
]


@pytest.mark.parametrize(("key", "value", "named", "words"), COLUMNS)
def test_a_column_is_refused_with_its_key_the_rule_and_the_nearest(
    project, key, value, named, words
):
    said = refusals(written(project, {key: value}))
    assert said[0] == said[1]
    kind, text = said[0]
    assert kind is PlanError
    assert text.startswith(f"{named}: ")
    assert words in text


VALUES = [
    # key, value, what the message begins with after the file's name
    ("alpha", 0, "alpha"),
    ("alpha", 0.0001, "alpha"),
    ("alpha", "0.05", "alpha"),
    ("alpha", True, "alpha"),
    ("permutations", 1, "permutations"),
    ("permutations", 10**9, "permutations"),
    ("permutations", 199.5, "permutations"),
    ("design_draws", 10**12, "design_draws"),
    ("seed", 2**40, "seed"),
    ("anticipation", 41, "anticipation"),
    ("placebo_periods", 0, "placebo_periods"),
    ("winsorise", 0.3, "winsorise"),
    ("winsorise", 1, "winsorise"),
    ("assignment", "lottery", "assignment"),
    ("language", "ar", "language"),
    ("comparison_group", None, "comparison_group"),
    ("estimators", ["event_study", "event_study"], "estimators"),
    ("outcomes", "revenue_mad", "outcomes"),
    ("outcomes", [], "outcomes"),
    ("outcomes", ["revenue_mad", "revenue_mad"], "outcomes"),
    ("outcomes", ["x" * 2000], "outcomes"),
    ("families", {"../../x": ["revenue_mad", "export_revenue_mad"]}, "families"),
    ("families", {"one": ["revenue_mad"]}, "families"),
    ("families", ["revenue_mad"], "families"),
    ("panel_model", {**MODEL, "regressors": []}, "panel_model"),
    ("panel_model", {**MODEL, "vcov": "magic"}, "panel_model"),
    ("panel_model", {**MODEL, "weights": "x"}, "panel_model"),
    ("name", "../../etc", "name"),
    ("name", "{plan}", "name"),
    ("name", "x" * 300, "name"),
    ("title", "Only one", "title"),
    ("title", ..., "title"),
    ("data", "", "data"),
    ("data", "x" * 300, "data"),
    ("data", "data/a\x00b.csv", "data"),
    ("schema", 3, "schema"),
    ("programme", ["x"], "programme"),
    ("winsorize", 0.9, "winsorize: unknown key; did you mean winsorise"),
]


@pytest.mark.parametrize(("key", "value", "begins"), VALUES)
def test_a_value_outside_the_plans_limits_is_refused_with_its_key(project, key, value, begins):
    said = refusals(written(project, {key: value}))
    assert said[0] == said[1]
    assert said[0][0] is PlanError
    assert said[0][1].removeprefix("plan.yml: ").startswith(begins)


DATA = [
    # what is wrong with what a plan points at
    ({"data": "data/none.csv"}, SourceError),
    ({"data": "data"}, SourceError),
    ({"data": "/dev/zero"}, SourceError),
    ({"data": "package:os"}, SourceError),
    ({"data": "data/programme.yml"}, SchemaError),
    ({"schema": "/dev/zero"}, DataError),
    ({"schema": "data/artisans.csv"}, DataError),
    ({"programme": "/dev/stdin"}, PlanError),
    ({"programme": "data/artisans.yml"}, PlanError),
    ({"truth": "/dev/zero"}, PlanError),
    ({"truth": "data/artisans.yml"}, PlanError),
    ({"cohort": "city"}, DataError),
    ({"cohort": "quarter"}, DataError),
    ({"planned_cohort": "revenue_mad"}, DataError),
    ({"strata": ["revenue_mad"]}, DataError),
    ({"anticipation": 40}, ImpactError),
    ({"panel_model": {**MODEL, "regressors": ["employment", "revenue_mad"]}}, ImpactError),
]


@pytest.mark.parametrize(("changes", "kind"), DATA, ids=str)
def test_what_a_plan_points_at_is_read_before_a_notebook_starts(project, changes, kind):
    said = refusals(written(project, changes))
    assert said[0] == said[1]
    assert issubclass(said[0][0], kind)


FILES = ("schema", "programme", "indicators", "truth", "evidence", "economics")


@pytest.mark.parametrize("key", FILES)
@pytest.mark.parametrize("path", ["data/none.yml", "data"])
def test_a_file_that_is_not_there_is_refused_by_the_key_that_names_it(project, key, path):
    said = refusals(written(project, {key: path}))
    assert said[0] == said[1]
    assert said[0][1] == f"{key}: {Path(path).name}: no such file; check the path"


def test_a_model_that_cannot_be_estimated_is_refused_by_its_key(project):
    model = {**MODEL, "regressors": ["employment", "exhibited"]}
    said = refusals(written(project, {"panel_model": model}))
    assert said[0] == said[1]
    assert said[0][1].startswith("panel_model: Fixed effects (within) of revenue_mad")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "- a",
        "3",
        "\x00",
        "? [a]\n: b",
        "[" * 5000,
        "seed: " + "9" * 5000,
        "a: &x b\nc: *x",
    ],
    ids=range(9),
)
def test_a_file_that_is_no_plan_is_refused(project, text):
    (project / "plan.yml").write_text(text, encoding="utf-8")
    assert {kind for kind, _ in refusals(project / "plan.yml")} == {PlanError}


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/", "/nowhere", "/" + "x" * 300])
def test_a_path_that_is_no_file_is_refused_and_not_waited_for(path):
    with pytest.raises(ImpactError):
        checked_study(Path(path), {})


OVERRIDES = [
    {"alpha": 0},
    {"alpha": 1e-300},
    {"alpha": float("nan")},
    {"alpha": float("inf")},
    {"alpha": "small"},
    {"permutations": 1},
    {"permutations": -1},
    {"permutations": 1e3},
    {"permutations": 10**10},
    {"seed": -1},
    {"anticipation": -1},
    {"anticipation": 10**6},
    {"language": ""},
    {"language": "EN"},
    {"comparison_group": ""},
    {"outcome": ""},
    {"outcome": 3},
    {"outcome": "artisan_id"},
    {"cohort": ""},
    {"cohort": "nowhere"},
    {"alfa": 0.1},
    {"winsorise": 0.9},
    {"plan": "other.yml"},
    {"results": "/tmp"},  # noqa: S108
    {"": 1},
    {"__class__": 1},
]


@pytest.mark.parametrize("told", OVERRIDES, ids=str)
def test_what_is_set_on_the_command_line_is_held_to_the_plans_limits(project, told):
    said = refusals(written(project, {}), told)
    assert said[0] == said[1]
    assert said[0][0] is PlanError


@given(
    key=st.sampled_from(Plan.keys()),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
@settings(max_examples=200, deadline=None)
def test_any_value_of_any_key_is_taken_or_refused_by_name(key, value):
    refused = ""
    try:
        taken = Plan.of({**PLAN, key: value})
    except PlanError as problem:
        refused = str(problem)
    assert key in refused or Plan.of(taken.model_dump(by_alias=True)) == taken


def test_both_plans_of_the_project_pass():
    for name in ("evaluation.yml", "evaluation-jobtraining.yml"):
        assert checked_study(ROOT / name, {}).plan == read_plan(ROOT / name)


def test_absolute_paths_are_read_and_certified_without_their_folder(project, tmp_path):
    paths = {
        key: str(project / PLAN[key])
        for key in (
            *("data", "schema", "programme", "indicators"),
            *("truth", "evidence", "economics"),
        )
    }
    path = written(project, paths)
    study = checked_study(path, {})
    names = [
        *(
            "artisans.yml",
            "artisans_truth.json",
            "economics.yml",
            "evidence.yml",
            "indicators.yml",
            "programme.yml",
        ),
        *(path.name for path in (project / "data" / "raw").iterdir()),
    ]
    assert sorted(inputs_of(study.plan, study.folder)) == sorted(names)
    facts = pipeline._identified(study, Snapshot.of(path, tmp_path / "copies"), {})
    assert str(project) not in json.dumps(facts)
    assert facts["plan"]["data"] == "intake.yml"


def test_two_files_of_one_name_in_other_folders_are_refused(project):
    (project / "other").mkdir()
    shutil.copy(project / "data" / "programme.yml", project / "other" / "artisans.yml")
    paths = {
        "schema": str(project / "data" / "artisans.yml"),
        "programme": str(project / "other" / "artisans.yml"),
    }
    said = refusals(written(project, paths))
    assert said[0] == said[1] == (PlanError, "artisans.yml: two files of one name; rename one")


@pytest.mark.parametrize(
    "folder", [pytest.param("{", marks=pytest.mark.longer), "été {plan} 'b' \"c\" {x}{{y}}"]
)
def test_a_folder_of_any_name_holds_a_project(project, folder):
    """papermill fills braces in paths with parameters; ours are taken as written."""
    other = project / folder
    shutil.copytree(project / "data", other / "data")
    assert checked_study(written(other, {}), {}).panel().sample.n_treated == 48
    notebook = {
        "cells": [
            {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "outputs": [],
             "execution_count": None, "source": "plan = 'evaluation.yml'"},
        ],
        "metadata": {"kernelspec": {"display_name": "x", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    (other / "one.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with WarmParent(folder=other) as warm:
        warm.begin(1).execute(other / "one.ipynb", other / "out.ipynb", {"plan": "p.yml"})
    assert "p.yml" in (other / "out.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["{plan}", "été à Fès", "a 'b' \"c\" {x}{{y}}", "back\\slash"])
def test_an_executed_notebook_names_no_folder_of_this_machine(project, folder):
    """Neither as papermill writes a parameter into a cell, nor as it writes a path into the metadata."""
    results = str(project / folder / "results")
    cell = PythonTranslator.codify({"results": results})
    path = project / "out.ipynb"
    path.write_text(
        json.dumps({"source": cell, "path": results}, ensure_ascii=False), encoding="utf-8"
    )
    pipeline._without_folders(path, {results: "results"})
    left = json.loads(path.read_text(encoding="utf-8"))
    assert left == {"source": '# Parameters\nresults = "results"\n', "path": "results"}


def test_notebooks_that_would_not_hear_a_parameter_are_refused(project):
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    path = project / "notebooks" / "03_impact.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"alpha = None\\n",', ""), "utf-8")
    with pytest.raises(PlanError, match=r"03_impact.ipynb: .* lacks alpha"):
        pipeline.run(
            written(project, {}),
            reports=project / "reports",
            notebooks=project / "notebooks",
            changes={"alpha": 0.1},
        )
