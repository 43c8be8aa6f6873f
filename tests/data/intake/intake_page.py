"""Tables of docs/intake.md and the JSON Schemas beside it, from the classes themselves: ``python tests/data/intake/intake_page.py``."""

import inspect
import re
from pathlib import Path

from pydantic import BaseModel

from impact.cli.intake import schema_text
from impact.data.intake.conditions import Condition
from impact.data.intake.plan import ArrivingColumn, ArrivingFile, IntakePlan, Totals
from impact.data.intake.rules.corrected import Correction
from impact.data.intake.rules.every import RULES
from impact.data.intake.rules.merge import Similar
from impact.data.intake.rules.money import Index
from impact.data.intake.rules.summarise import Summary
from impact.data.schema import Answer, FileLayout, ReadColumn

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = DOCS / "intake.md"
SCHEMAS = {
    name: DOCS / "schemas" / f"{name}.json" for name in ("plan", "schema", "intake", "deidentify")
}
HEADING = "| key | meaning | default |\n|---|---|---|"
PARTS = {
    "plan": (IntakePlan, ()),
    "sources": (ArrivingFile, tuple(FileLayout.model_fields)),
    "answers": (Answer, ()),
    "totals": (Totals, ()),
    "columns": (ArrivingColumn, tuple(ReadColumn.model_fields)),
    "where": (Condition, ()),
    "similar": (Similar, ()),
    "summary": (Summary, ()),
    "correction": (Correction, ()),
    "index": (Index, ()),
}
"""Tables by their mark in the page: of which class, without the keys that docs/plan.md explains."""


def default_in_words(field):
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "its keys below"
    return "none" if value in (None, [], {}) else f"`{value}`"


def table(model, left_out=()):
    rows = [
        f"| `{field.alias or name}` | {field.description} | {default_in_words(field)} |"
        for name, field in model.model_fields.items()
        if name not in left_out
    ]
    return "\n".join([HEADING, *rows])


def said_of(rule):
    """What a rule's docstring says, each of its sections a paragraph."""
    first, *others = re.split(r"\n\n(\w+)\n-+\n", inspect.cleandoc(rule.__doc__))
    named = zip(others[::2], others[1::2], strict=True)
    paragraphs = [first, *(f"*{head}*: {text}" for head, text in named)]
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def rule_sections():
    """One section a rule: what it does, and its keys."""
    sections = []
    for rule in RULES:
        name = rule.model_fields["rule"].description.strip("`")
        sections.append(
            f"### `{name}`\n\n{said_of(rule)}\n\n{table(rule, ('rule', 'into', 'why'))}"
        )
    return "\n\n".join(sections)


def expected():
    """What stands between the marks of the page."""
    made = {name: table(model, left_out) for name, (model, left_out) in PARTS.items()}
    return {**made, "rules": rule_sections()}


def rewritten(page):
    """The page with every marked part as it must be."""
    for name, text in expected().items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        page, found = pattern.subn(lambda part, text=text: part[1] + text + part[2], page)
        assert found == 1, name
    return page


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for name, path in SCHEMAS.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(schema_text(name), encoding="utf-8")
