"""A schema's columns as a table that people read."""

from impact.data.schema import Column, Schema
from impact.terms import Language

HEADS = {
    "en": ("Column", "Meaning", "Type", "Unit", "Values"),
    "fr": ("Colonne", "Sens", "Type", "Unité", "Valeurs"),
}


def column_table(schema: Schema, language: Language) -> str:
    """Write the columns as a Markdown table."""
    lines = [f"| {' | '.join(HEADS[language])} |", "|---|---|---|---|---|"]
    for name, column in schema.columns.items():
        meaning = column.label.in_language(language)
        if column.description is not None:
            meaning += f". {column.description.in_language(language)}"
        lines.append(
            f"| `{name}` | {meaning} | {column.type} | {column.unit_in(language)} | {_values(column)} |"
        )
    return "\n".join(lines) + "\n"


def _values(column: Column) -> str:
    if column.categories is not None:
        return ", ".join(column.categories)
    low = "" if column.minimum is None else f"≥ {column.minimum:g}"
    high = "" if column.maximum is None else f"≤ {column.maximum:g}"
    return ", ".join(part for part in (low, high) if part)
