"""The workbook's sheet of keys explains columns, files and every rule in both languages, and is no part of the plan."""

import pytest
from python_calamine import CalamineWorkbook

from impact.data.intake.plan import IntakePlan
from impact.data.intake.rules.every import RULES
from impact.data.plan_workbook.explained import OF_INTAKE, OF_SCHEMA, explained
from impact.data.plan_workbook.french import MEANINGS
from impact.data.plan_workbook.french_keys import FRENCH
from impact.data.plan_workbook.read import read_plan_workbook
from impact.data.plan_workbook.write import Filed, write_plan_workbook
from impact.data.schema import Schema

GROUPS = (*OF_SCHEMA, *OF_INTAKE)


def own(group):
    return {".".join(key.path) for key in group.known()}


def shared(group):
    """Keys that take their French from a group of several."""
    if group.shared == "schema":
        return own(group) & set(MEANINGS["schema"]) - set(FRENCH[group.code])
    return own(group) & set(FRENCH.get(group.shared, {})) - set(FRENCH.get(group.code, {}))


def test_each_key_is_explained_in_french_and_no_other():
    silent = [f"{one.code}.{key.path}" for one in GROUPS for key in one.known() if not one.meaning(key, "fr")]  # fmt: skip
    assert not silent
    for group in GROUPS:
        assert set(FRENCH.get(group.code, {})) <= own(group), group.code
    of_several = {name: {k for one in GROUPS if one.shared == name for k in shared(one)} for name in ("rules", "cells")}  # fmt: skip
    for name, used in of_several.items():
        assert set(FRENCH[name]) == used
    assert set(FRENCH) <= {one.code for one in GROUPS} | set(of_several)


def test_keys_that_share_their_french_share_their_english():
    english = {}
    for group in GROUPS:
        for key in group.known():
            if ".".join(key.path) in shared(group):
                english.setdefault((group.shared, key.path), set()).add(key.meaning)
    assert [key for key, meanings in english.items() if len(meanings) > 1] == []


@pytest.mark.parametrize(
    ("language", "name", "where"), [("en", "Keys", "Rules: "), ("fr", "Clés", "Règles\u00a0: ")]
)
def test_a_workbook_explains_every_rule_and_is_read_without_it(tmp_path, language, name, where):
    column = {"type": "string", "label": {"en": "firm", "fr": "entreprise"}}
    schema = {"version": 1, "unit": "id", "columns": {"id": column}}
    intake = {"version": 1, "sources": {"a": {"file": "a.csv", "columns": {"id": {"type": "string"}}}}}  # fmt: skip
    parts = {"schema": Filed(Schema, schema), "intake": Filed(IntakePlan, intake)}
    write_plan_workbook(tmp_path / "plan.xlsx", parts, language=language)
    with CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx")) as book:
        rows = book.get_sheet_by_name(name).to_python()
    assert [tuple(row) for row in rows[1:]] == list(explained(language, intake=True))
    told = {row[0].removeprefix(where) for row in rows}
    assert {rule.model_fields["rule"].description.strip("`") for rule in RULES} <= told
    back = read_plan_workbook(tmp_path / "plan.xlsx")
    assert {part: held.values for part, held in back.items()} == {"schema": schema, "intake": intake}  # fmt: skip
