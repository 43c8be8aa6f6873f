"""docs/intake.md says of every key of an intake plan what its class says; editors get the schema that the package has."""

import json
import re

import pytest
import yaml
from intake_page import PAGE, SCHEMAS, expected, rewritten

from impact.cli.intake import schema_text
from impact.data.intake.plan import intake_plan
from impact.data.intake.rules.every import RULES

TEXT = PAGE.read_text(encoding="utf-8")
HINT = "run tests/data/intake/intake_page.py"


@pytest.mark.parametrize("part", expected())
def test_the_page_says_of_every_key_what_its_class_says(part):
    assert expected()[part] in TEXT, HINT


def test_nothing_else_stands_between_the_marks():
    assert rewritten(TEXT) == TEXT, HINT


def test_every_key_of_every_rule_is_explained():
    silent = [
        f"{rule.__name__}.{name}"
        for rule in RULES
        for name, field in rule.model_fields.items()
        if not field.description
    ]
    assert not silent


@pytest.mark.parametrize("name", SCHEMAS)
def test_editors_get_the_schema_that_the_package_has(name):
    text = SCHEMAS[name].read_text(encoding="utf-8")
    assert text == schema_text(name), HINT
    assert json.loads(text)["additionalProperties"] is False


def test_rules_that_the_page_shows_alone_are_rules():
    shown = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
    lists = [block for block in shown if isinstance(block, list)]
    assert lists
    source = {"file": "x.csv", "columns": {"x": {"type": "string"}}}
    for rules in lists:
        intake_plan({"version": 1, "sources": {"panel": source}, "rules": rules}, name="page")
