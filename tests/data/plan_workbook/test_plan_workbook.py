"""A plan as a workbook and back: nothing is lost, nothing is computed, and what a person types wrong is named by its row."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from random_plans import INTAKES, NUMBERS, PLANS, SCHEMAS

from impact.data.intake.plan import IntakePlan
from impact.data.plan_workbook.cells import cell_of, value_of
from impact.data.plan_workbook.french import MEANINGS
from impact.data.plan_workbook.keys import keys_of
from impact.data.plan_workbook.paths import flattened, nested, read_path, written
from impact.data.plan_workbook.read import read_plan_workbook
from impact.data.plan_workbook.sheets import SHEETS
from impact.data.plan_workbook.write import Filed, write_plan_workbook
from impact.data.schema import Schema, read_schema
from impact.data.yaml_file import load_yaml
from impact.errors import ImpactError, SchemaError, SourceError, StorageError
from impact.evaluation.plan import Plan
from impact.pipeline.plan import read_plan
from impact.pipeline.plan_workbook import plan_file, workbook_of, yaml_of

ROOT = Path(__file__).resolve().parents[3]


def json_of(keys):
    """Any value as JSON or YAML holds it, with keys of some kind."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | NUMBERS | st.text(),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=3),
        max_leaves=12,
    )


KEYS = st.text() | st.integers() | st.booleans()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workbooks")


def values_in(path):
    return {part: held.values for part, held in read_plan_workbook(path).items()}


def lossless(folder, plan, schema, intake, language):
    """Hold a plan to what comes back from a workbook, and from YAML after it."""
    parts = {"plan": Filed(Plan, plan), "schema": Filed(Schema, schema)}
    if intake is not None:
        parts["intake"] = Filed(IntakePlan, intake)
    write_plan_workbook(folder / "plan.xlsx", parts, language=language)
    back = values_in(folder / "plan.xlsx")
    for name, filed in parts.items():
        assert filed.model.model_validate(back[name]) == filed.model.model_validate(filed.values)
        path = folder / f"{name}.yml"
        path.write_text(yaml_of(back[name]), encoding="utf-8")
        assert filed.model.model_validate(load_yaml(path)) == filed.model.model_validate(
            filed.values
        )


MADE = {
    "phases": [Phase.generate],
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
    "derandomize": True,
}
ANY = {
    "plan": PLANS,
    "schema": SCHEMAS,
    "intake": st.none() | INTAKES,
    "language": st.sampled_from(["en", "fr"]),
}


@settings(max_examples=25, **MADE)
@given(**ANY)
def test_a_random_plan_loses_nothing_in_a_workbook_and_in_yaml(
    folder, plan, schema, intake, language
):
    lossless(folder, plan, schema, intake, language)


@pytest.mark.slow
@settings(max_examples=500, **MADE)
@given(**ANY)
def test_of_500_random_plans_none_loses_anything(folder, plan, schema, intake, language):
    lossless(folder, plan, schema, intake, language)


@pytest.mark.parametrize("text", ["\x85", "a\u2028b", "\ufeff", "a\nb", "\x01", " x", "\U0001f600"])
def test_a_text_that_yaml_would_fold_comes_back_from_a_file(text, tmp_path):
    (tmp_path / "x.yml").write_text(yaml_of({"a": [text]}), encoding="utf-8")
    assert load_yaml(tmp_path / "x.yml") == {"a": [text]}


@given(value=json_of(st.text()))
def test_any_value_comes_back_from_a_cell(value):
    assert value_of(cell_of(value)) == value


@given(value=st.dictionaries(KEYS, json_of(KEYS), max_size=4))
def test_any_nested_value_comes_back_from_paths(value):
    pairs = [(read_path(written(path)), leaf) for path, leaf in flattened(value) if path]
    assert nested(pairs) == value


@pytest.mark.parametrize("name", ["evaluation.yml", "evaluation-jobtraining.yml"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_plans_of_the_project_come_back_as_they_are(name, language, tmp_path):
    plan = load_yaml(ROOT / name)
    schema = load_yaml(ROOT / plan["schema"])
    parts = {"plan": Filed(Plan, plan), "schema": Filed(Schema, schema)}
    write_plan_workbook(tmp_path / "plan.xlsx", parts, language=language)
    assert values_in(tmp_path / "plan.xlsx") == {"plan": plan, "schema": schema}


def book_of(tmp_path, language="en", **plan):
    values = {**load_yaml(ROOT / "evaluation-jobtraining.yml"), **plan}
    schema = load_yaml(ROOT / "data" / "jobtraining.yml")
    parts = {"plan": Filed(Plan, values), "schema": Filed(Schema, schema)}
    write_plan_workbook(tmp_path / "plan.xlsx", parts, language=language)
    return tmp_path / "plan.xlsx"


def sheet(path, name):
    with CalamineWorkbook.from_path(str(path)) as book:
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def test_sheets_and_headings_are_in_the_language_and_unused_keys_are_there_to_fill(tmp_path):
    path = book_of(tmp_path, language="fr")
    with CalamineWorkbook.from_path(str(path)) as book:
        assert book.sheet_names == ["Plan d'évaluation", "Schéma", "Colonnes", "Clés"]
    rows = sheet(path, "Plan d'évaluation")
    assert rows[0][:3] == ["Clé", "Valeur", "Valeurs possibles"]
    assert "programme" in {row[0] for row in rows}
    assert sheet(path, "Colonnes")[0][:2] == ["Colonne", "type"]


def test_every_key_of_a_plan_is_explained(tmp_path):
    rows = sheet(book_of(tmp_path), "Plan")
    explained = {row[0]: row[3] for row in rows[1:]}
    assert explained["placebo_periods"] == "how much earlier the placebo start is"


@pytest.mark.parametrize(
    ("part", "model"), [("plan", Plan), ("schema", Schema), ("intake", IntakePlan)]
)
def test_each_key_that_is_explained_is_explained_in_french_and_no_other(part, model):
    apart = {name for one in SHEETS if one.part == part and not one.root for name in one.apart}
    explained = {".".join(k.path) for k in keys_of(model) if k.meaning and k.path[0] not in apart}
    assert set(MEANINGS[part]) == explained


def test_words_are_offered_where_a_closed_list_of_them_may_stand(tmp_path):
    with zipfile.ZipFile(book_of(tmp_path)) as archive:
        plan = archive.read("xl/worksheets/sheet1.xml").decode()
        columns = archive.read("xl/worksheets/sheet3.xml").decode()
    assert '"randomised,chosen,by_rule"' in plan.replace("&quot;", '"')
    assert "Columns" in plan
    assert "string,integer,number,boolean,period,date,category" in columns


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0", "\t=1", "#x", " x"]
)
def test_no_text_is_a_formula_and_each_comes_back(text, tmp_path):
    path = book_of(tmp_path, title={"en": text, "fr": text})
    with zipfile.ZipFile(path) as archive:
        sheets = [n for n in archive.namelist() if "worksheets/" in n]
        assert all(b"<f>" not in archive.read(name) for name in sheets)
    assert values_in(path)["plan"]["title"] == {"en": text, "fr": text}


def typed(tmp_path, *rows, name="Plan"):
    book = xlsxwriter.Workbook(str(tmp_path / "typed.xlsx"))
    page = book.add_worksheet(name)
    for number, row in enumerate([("Key", "Value"), *rows]):
        for place, cell in enumerate(row):
            page.write(number, place, cell)
    book.close()
    return tmp_path / "typed.xlsx"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a b", 1)], "row 2: a key is written in no known way"),
        ([("name", "x"), ("name", "y")], "stands twice"),
        ([("title", "x"), ("title.en", "y")], "a key above it has a value"),
        ([("outcomes[2]", "y")], "without a gap"),
        ([("name", "#{")], "row 2: a cell begins with #"),
    ],
)
def test_what_is_typed_wrong_is_named_by_its_row(rows, words, tmp_path):
    with pytest.raises(SchemaError, match=words.replace("[", r"\[").replace("{", r"\{")):
        read_plan_workbook(typed(tmp_path, *rows))


def test_a_number_beyond_all_numbers_stays_one():
    assert value_of(float("inf")) == float("inf")


def test_a_workbook_of_something_else_is_refused(tmp_path):
    with pytest.raises(SourceError, match="has no sheet of a plan"):
        read_plan_workbook(typed(tmp_path, ("a", 1), name="Sheet1"))
    (tmp_path / "no.xlsx").write_bytes(b"no workbook")
    with pytest.raises(SourceError, match="damaged or not a workbook"):
        read_plan_workbook(tmp_path / "no.xlsx")


def edited(path, sheet, cell, value):
    """The workbook with one cell typed over."""
    book = load_workbook(path)
    book[sheet][cell] = value
    book.save(path)
    return path


def cell_of_key(path, sheet, key):
    rows = load_workbook(path)[sheet].iter_rows(values_only=True)
    return next(f"B{row}" for row, cells in enumerate(rows, start=1) if cells[0] == key)


def plan_beside(tmp_path):
    """A small plan with its data as a workbook alone."""
    for name in ("evaluation-jobtraining.yml", "data/jobtraining.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    book = tmp_path / "evaluation.xlsx"
    workbook_of(tmp_path / "evaluation-jobtraining.yml", book, language="en", overwrite=False)
    (tmp_path / "data/jobtraining.yml").unlink()
    return book


def test_a_plan_is_read_from_its_workbook_and_stands_beside_it_as_files(tmp_path):
    book = plan_beside(tmp_path)
    plan = plan_file(book)
    assert plan == tmp_path / "evaluation.yml"
    assert read_plan(plan) == read_plan(ROOT / "evaluation-jobtraining.yml")
    assert read_schema(tmp_path / "data/jobtraining.yml").unit == "fcode"
    assert plan_file(book) == plan  # what is there says the same
    assert plan_file(plan) == plan
    edited(book, "Plan", cell_of_key(book, "Plan", "alpha"), 0.1)
    with pytest.raises(StorageError, match=r"evaluation\.yml: there already.*--force"):
        plan_file(book)


@pytest.mark.parametrize(
    ("sheet", "key", "value", "where"),
    [
        ("Plan", "alpha", 2, r"Plan, cell B\d+: input should be less than"),
        ("Plan", "assignment", "drawn", r"Plan, cell B\d+: input should be 'randomised'"),
        ("Schema", "time.frequency", "week", r"Schema, cell B\d+: input should be"),
        ("Columns", "type", "text", r"Columns, cell B3: input should be"),
    ],
)
def test_a_wrong_value_is_named_by_its_sheet_and_cell(tmp_path, sheet, key, value, where):
    book = plan_beside(tmp_path)
    cell = "B3" if sheet == "Columns" else cell_of_key(book, sheet, key)
    edited(book, sheet, cell, value)
    with pytest.raises(ImpactError, match=rf"^evaluation\.xlsx: {where}"):
        plan_file(book)


def test_a_value_that_lacks_is_named_by_its_row(tmp_path):
    book = edited(plan_beside(tmp_path), "Columns", "B4", None)
    with pytest.raises(SchemaError, match=r"Columns, row 4, type: field required"):
        plan_file(book)
