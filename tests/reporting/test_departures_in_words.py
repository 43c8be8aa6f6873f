"""A table of departures shows a plan's values as its reader writes them: no JSON, no other language, no foreign decimal mark."""

from pathlib import Path

import pytest

from impact.evaluation.departures import departures_of_plan
from impact.evaluation.plan import Plan
from impact.evaluation.study import Study
from impact.reporting.sections.plan_departures import table_of
from impact.reporting.voice import Voice

ASKED = {"question": {"en": "By region?", "fr": "Selon la région ?"}, "answered_by": "subgroup", "about": "region"}  # fmt: skip
PLANNED = {
    "name": "trial",
    "title": {"en": "A trial", "fr": "Un essai"},
    "data": "firms.csv",
    "schema": "firms.yml",
    "outcomes": ["sales"],
    "subgroups": ["region"],
    "questions": [ASKED],
    "seed": 20121,
}


def shown(language, **changes):
    """What a reader sees as planned and done, by key."""
    executed = Plan.of({**PLANNED, "language": language, **changes})
    found = departures_of_plan(Plan.of({**PLANNED, "language": language}), executed)
    (table,) = table_of(Voice(Study(executed, Path())), found)
    return {row["key"]: (row["planned"], row["done"]) for row in table.frame.to_dict("records")}


@pytest.mark.parametrize(
    ("language", "question", "cap", "half"),
    [
        ("en", "question: By region?; answered_by: subgroup; about: region", "0.95", "0.1"),
        ("fr", "question: Selon la région ?; answered_by: subgroup; about: region", "0,95", "0,1"),
    ],
)
def test_values_are_in_the_readers_language(language, question, cap, half):
    told = shown(language, winsorise=0.95, alpha=0.1, questions=[], seed=7)
    whole = {key: values for key, values in told.items() if not key.startswith("questions")}
    assert whole == {
        "winsorise": ("0", cap),
        "alpha": ("0.05" if language == "en" else "0,05", half),
        "seed": ("20121", "7"),
    }
    asked = next(values for key, values in told.items() if key.startswith("questions"))
    assert asked[0].replace("\u202f", " ").replace("\u00a0", " ") == question
