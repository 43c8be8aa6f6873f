"""docs/plan.md says of every key of a schema what the schema says, and of every conversion what the table does."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from impact.data.schema import Column, CsvOptions, Schema
from impact.data.sources.conversions import CONVERSIONS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")


def default_in_words(field):
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "its keys below"
    return "none" if value in (None, [], {}) else f"`{value}`"


def rows(model, prefix=""):
    return [
        f"| `{prefix}{name}` | {field.description} | {default_in_words(field)} |"
        for name, field in model.model_fields.items()
    ]


EVERY = {
    "Schema": rows(Schema),
    "csv": rows(CsvOptions, "csv."),
    "columns": rows(Column, "columns."),
}


@pytest.mark.parametrize("name", EVERY)
def test_the_page_says_of_every_key_of_a_schema_what_the_schema_says(name):
    for row in EVERY[name]:
        assert f"\n{row}\n" in PAGE


def test_the_page_shows_the_one_table_of_conversions():
    for kind, row in CONVERSIONS.items():
        cells = [f"{one.how.replace('_', ' ')}: {one.why}" for one in row.values()]
        if len(set(cells)) == 1:
            assert f"\n| {kind} | every type | {cells[0]} |\n" in PAGE
        else:
            for declared, cell in zip(row, cells, strict=True):
                assert f"\n| {kind} | `{declared}` | {cell} |\n" in PAGE
