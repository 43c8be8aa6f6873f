"""The codebook as CSV, a row a variable, both languages side by side; text that a spreadsheet would run is quoted."""

import csv
from io import StringIO

from impact.data.formulas import without_formula
from impact.data.strict import Words
from impact.reporting.codebook.description import Codebook
from impact.reporting.codebook.variables import Variable

HEADS = (
    "name",
    "label_en",
    "label_fr",
    "type",
    "unit_en",
    "unit_fr",
    "minimum",
    "maximum",
    "role",
    "security",
    "valid",
    "missing",
    "missing_by_reason",
    "mean",
    "sd",
    "categories_en",
    "categories_fr",
    "description_en",
    "description_fr",
)
FEW = "<10"  # stands for a count that is not shown


def sheet(codebook: Codebook) -> bytes:
    """Return the CSV file."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADS)
    for variable in codebook.variables:
        writer.writerow([without_formula(cell) for cell in _row(variable)])
    return text.getvalue().encode("utf-8")


def _row(one: Variable) -> list[str]:
    column = one.column
    units = [column.unit_in("en"), column.unit_in("fr")]
    figures = [column.minimum, column.maximum]
    reasons = "; ".join(f"{reason}: {_count(n)}" for reason, n in one.reasons.items())
    return [
        one.name,
        *_both(column.label),
        column.type,
        *units,
        *("" if value is None else f"{value:.15g}" for value in figures),
        one.role or "",
        one.security,
        *("" if n is None else str(n) for n in (one.valid, one.missing)),
        reasons,
        *("" if value is None else f"{value:.6g}" for value in (one.mean, one.sd)),
        _categories(one, french=False),
        _categories(one, french=True),
        *(("", "") if column.description is None else _both(column.description)),
    ]


def _both(words: Words) -> tuple[str, str]:
    return words.en, words.in_language("fr")


def _categories(one: Variable, *, french: bool) -> str:
    return "; ".join(
        f"{category.code} = {_both(category.label)[french]}"
        + ("" if one.valid is None else f" ({_count(category.n)})")
        for category in one.categories
    )


def _count(n: int | None) -> str:
    return FEW if n is None else str(n)
