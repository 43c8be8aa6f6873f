"""Plans, parameters and notebooks: each choice written once, and held to its rules everywhere."""

import ast
import json
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from papermill.translators import PythonTranslator
from pydantic import BaseModel

from impact.errors import PlanError
from impact.evaluation.plan import CHANGEABLE, Plan, ShownEstimator
from impact.pipeline.as_run import plan_of_run
from impact.pipeline.notebook import find_plan, open_study
from impact.pipeline.plan import read_plan
from impact.pipeline.run import STAGES, names_of

ROOT = Path(__file__).resolve().parents[2]
TOURS = set((ROOT / "notebooks").glob("00_*.ipynb"))  # read a file, and are told nothing
NOTEBOOKS = sorted(set((ROOT / "notebooks").glob("*.ipynb")) - TOURS)
PLAN = (ROOT / "evaluation.yml").read_text(encoding="utf-8")


def plan(tmp_path, text):
    path = tmp_path / "plan.yml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


def test_both_plans_of_the_project_are_valid():
    assert read_plan(ROOT / "evaluation.yml").name == "artisans"
    assert read_plan(ROOT / "evaluation-jobtraining.yml").outcomes == ("sales", "lscrap")


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path):
    with pytest.raises(PlanError, match="did you mean outcomes"):
        plan(tmp_path, PLAN.replace("outcomes:", "outcome:"))


WRONG = {
    "name: ../x": "name: artisans", "name: A b": "name: artisans", "name: x/y": "name: artisans", "name: '{run}'": "name: artisans",
    "alpha: 5": "alpha: 0.05", "alpha: ten": "alpha: 0.05", "seed: 1.5": "seed: 2012", "permutations: 3": "permutations: 1999",
    "language: de": "language: en", "comparison_group: other": "comparison_group: not_yet_treated", "anticipation: -1": "anticipation: 0",
    "outcomes: []": "outcomes: [revenue_mad, export_revenue_mad]", "currency: dirham": "currency: MAD",
    "estimators: [magic]": "estimators: [callaway_santanna, difference_in_differences, two_way_fixed_effects, event_study]",
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_refused_with_its_key_and_without_its_value(tmp_path, wrong):
    text = PLAN.replace(WRONG[wrong], wrong)
    assert text != PLAN
    with pytest.raises(PlanError) as caught:
        plan(tmp_path, text)
    assert wrong.split(":")[0] in str(caught.value)
    assert "magic" not in str(caught.value)


PLAN_OF_ARTISANS = read_plan(ROOT / "evaluation.yml")


@given(
    name=st.text(min_size=1).filter(
        lambda s: s not in {"outcome", "name", *CHANGEABLE, *Plan.keys()}
    ),
    value=st.one_of(st.integers(), st.text(), st.booleans()),
)
@settings(max_examples=200, deadline=None)
def test_unknown_parameter_names_are_refused_code_and_all(name, value):
    with pytest.raises(PlanError, match="unknown parameter"):
        PLAN_OF_ARTISANS.told({name: value})


@given(
    name=st.sampled_from(["outcome", *CHANGEABLE]),
    value=st.one_of(
        st.booleans(),
        st.lists(st.integers()),
        st.dictionaries(st.text(), st.text()),
        st.binary(),
        st.floats(min_value=0.5),
        st.floats(max_value=0),
        st.integers(min_value=2**32),
        st.integers(max_value=-1),
        st.just(""),
    ),
)
@settings(max_examples=300, deadline=None)
def test_parameters_are_held_to_the_types_and_limits_of_the_plan(name, value):
    assume((name, value) != ("only", {}))  # all firms
    with pytest.raises(PlanError):
        PLAN_OF_ARTISANS.told({name: value})


@pytest.mark.parametrize("name", ["plan", "results"])
@pytest.mark.parametrize("value", [3, b"x", ["x"], {"x": 1}])
def test_a_path_of_the_wrong_type_is_refused(name, value):
    with pytest.raises(PlanError, match=name):
        open_study(**{name: value})


def test_a_misspelt_parameter_names_the_nearest():
    with pytest.raises(PlanError, match="did you mean outcome"):
        PLAN_OF_ARTISANS.told({"outcom": "x"})
    with pytest.raises(PlanError):
        open_study(plan="evaluation.yml", outcom="x")


@pytest.mark.parametrize("name", ["winsorise", "schema", "outcomes", "design_draws"])
def test_a_choice_of_the_plan_is_no_parameter_and_said_to_stand_in_its_file(name):
    words = f"^{name}: a choice of the plan, which no run is told; change it in the plan's file"
    with pytest.raises(PlanError, match=words):
        read_plan(ROOT / "evaluation.yml").told({name: 0.9})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "reports/crafts",
            "a folder, not a plan; give a plan's .yml or workbook .`impact check` reads",
        ),
        ("firms.csv", "data, not a plan; `impact init firms.csv` proposes a plan"),
        ("firms.DTA", "data, not a plan; `impact init firms.DTA`"),
        ("report.html", "a page or notebook, not a plan; give the plan's .yml"),
        ("gone.csv", "no such file; check the path"),
        (
            "gone.yml",
            "no such file; check the path, or make a plan: `impact init DATA` proposes one",
        ),
    ],
)
def test_what_is_given_in_place_of_a_plan_is_named_with_the_command_that_was_meant(
    tmp_path, given, words
):
    (tmp_path / "reports" / "crafts").mkdir(parents=True)
    for name in ("reports/crafts/run.json", "firms.csv", "firms.DTA", "report.html"):
        (tmp_path / name).write_text("firm,amount\nZineb,0661\n", encoding="utf-8")
    with pytest.raises(PlanError, match=f"^{Path(given).name}: {words}") as told:
        read_plan(tmp_path / given)
    assert "Zineb" not in str(told.value)


def test_a_parameter_that_is_none_leaves_the_choice_as_the_plan_has_it():
    assert PLAN_OF_ARTISANS.told(dict.fromkeys(["outcome", *CHANGEABLE])) == PLAN_OF_ARTISANS


def test_another_headline_stands_first_and_loses_no_outcome():
    told = PLAN_OF_ARTISANS.told({"outcome": "export_revenue_mad", "alpha": 0.1})
    assert told.outcomes == ("export_revenue_mad", "revenue_mad")
    assert told.alpha == 0.1


def limits(field):
    """A number's limits in words: ``0 to 40``, ``0 to below 1``."""
    ends = {type(rule).__name__: rule for rule in field.metadata}
    if "Ge" not in ends:
        return ""
    top = str(ends["Le"].le) if "Le" in ends else f"below {ends['Lt'].lt}"
    return f"{ends['Ge'].ge} to {top}"


def in_words(default):
    """A default that is an object: a noun's or a text's English, or that its keys follow."""
    english = getattr(default, "en", "its keys below")
    return english if isinstance(english, str) else english[0]


def test_the_page_on_the_plan_says_of_every_key_what_the_plan_says():
    page = (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")
    rows = [line for line in page.split("## The schema")[0].splitlines() if line.startswith("| `")]
    written = []
    fields = {}
    for name, field in Plan.model_fields.items():
        fields[field.alias or name] = field
        if isinstance(field.default, BaseModel):
            inner = type(field.default).model_fields
            fields |= {f"{name}.{key}": one for key, one in inner.items()}
    for name, field in fields.items():
        default = "needed" if field.is_required() else field.get_default(call_default_factory=True)
        words = {None: "none", (): "none", get_args(ShownEstimator): "all"}
        if isinstance(default, BaseModel):
            shown = in_words(default)
        else:
            shown = "none" if default == {} else words.get(default, f"`{default}`")
        shown = default if default == "needed" else shown
        written.append(f"| `{name}` | {field.description} | {limits(field)} | {shown} |")
    assert rows == written
    assert " and ".join(f"`{name}`" for name in ("plan", "results")) in page
    assert ", ".join(f"`{name}`" for name in ("outcome", *CHANGEABLE)) in page


@given(
    st.recursive(
        st.one_of(
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(),
            st.booleans(),
        ),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=8,
    )
)
@settings(max_examples=2000, deadline=None)
def test_values_reach_the_notebook_exactly(value):
    assert ast.literal_eval(PythonTranslator.translate(value)) == value


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_parameters_are_those_of_the_plan_and_none_means_as_in_the_plan(path):
    tagged = [cell for cell in cells(path) if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    found = {}
    for node in ast.parse("".join(tagged[0]["source"])).body:
        assert isinstance(node, ast.Assign)
        found[node.targets[0].id] = ast.literal_eval(node.value)
    choices = dict.fromkeys(["outcome", *CHANGEABLE, "results"])
    assert found == {"plan": "evaluation.yml", **choices}


@pytest.mark.parametrize("path", [*sorted(TOURS), *NOTEBOOKS], ids=lambda path: path.stem)
def test_notebooks_call_the_package_and_define_nothing(path):
    for cell in cells(path):
        if cell["cell_type"] == "code":
            assert not cell["outputs"]
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                assert not isinstance(
                    node, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda)
                )


def test_the_run_knows_every_notebook():
    assert [path.stem for path in NOTEBOOKS] == sorted(names_of(STAGES))


def test_a_plan_is_found_from_a_folder_inside_the_project(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    assert find_plan("evaluation.yml") == ROOT / "evaluation.yml"
    with pytest.raises(PlanError, match="no such plan"):
        find_plan("nowhere.yml")


def test_the_plan_of_a_run_is_found_by_its_bytes_here_above_or_in_a_folder_here(
    tmp_path, monkeypatch
):
    project = tmp_path / "project"
    for folder, text in (("fairs", "a"), ("grants", "b"), ("copy", "b")):
        (project / folder).mkdir(parents=True)
        (project / folder / "evaluation.yml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(project)

    def found(text):
        digest = sha256(text.encode()).hexdigest()
        return plan_of_run({"parameters": {"plan": "evaluation.yml"}, "inputs": {"evaluation.yml": digest}})  # fmt: skip

    assert found("a") == project / "fairs" / "evaluation.yml"
    with pytest.raises(
        PlanError, match=r"\(copy/evaluation.yml, grants/evaluation.yml\); give one as --plan"
    ):
        found("b")
    with pytest.raises(PlanError, match="give its path as --plan"):
        found("c")
    (project.parent / "evaluation.yml").write_text("c", encoding="utf-8")
    assert found("c") == tmp_path / "evaluation.yml"
    assert found("a") == project / "fairs" / "evaluation.yml"
    assert found("changed since") == tmp_path / "evaluation.yml"
