"""The evidence record as files: JSON for programs, CSV for a spreadsheet, the same bytes for the same run."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

from impact.data.formulas import without_formula
from impact.reporting.evidence.record import VERSION, EffectRecord
from impact.reporting.evidence.registries import registries
from impact.reporting.evidence.rows import RecordedRun

RECORDS = ("evidence.json", "evidence.csv")
FORMULAS = {
    "hedges_g": "J * effect / s",
    "hedges_g_std_error": "J * sqrt((std_error / s)^2 + (effect / s)^2 / (2 * df))",
    "hedges_g_sd": "s = sqrt(((n1 - 1) * s1^2 + (n0 - 1) * s0^2) / df), s1 and s0 of treated and others before the start",
    "hedges_g_df": "df = n1 + n0 - 2; J = 1 - 3 / (4 * df - 1)",
    "percent": "100 * effect / mean_without",
}
"""How derived fields follow from the others."""


def evidence_files(run: RecordedRun) -> dict[str, bytes]:
    """Return the record's files by name."""
    records = run.records()
    found = {
        "record_version": VERSION,
        "formulas": FORMULAS,
        "effects": [record.model_dump(mode="json") for record in records],
        "registries": registries(run.study, records),
    }
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {"evidence.json": text.encode(), "evidence.csv": _table(records)}


def schema_text() -> str:
    """Return the JSON Schema of one effect."""
    return json.dumps(EffectRecord.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def _table(records: Sequence[EffectRecord]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(EffectRecord.model_fields)
    for record in records:
        writer.writerow([_cell(value) for value in record.model_dump().values()])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """Write a cell: numbers to the last digit, lists with a bar between, nothing for None, no live formula."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return str(without_formula(" | ".join(map(str, value))))
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, (int, float)) else str(without_formula(str(value)))
