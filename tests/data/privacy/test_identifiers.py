"""The scan at the door: what could name a person is refused by column, unless the plan says why it is there."""

import json

import pandas as pd
import pytest

from impact.data.intake.arrive import arrive
from impact.data.privacy.identifiers import Looked, Suspicion, suspicions
from impact.data.readers import read_frame
from impact.data.schema import Schema
from impact.errors import PrivacyError, SchemaError

NAMES = ["Karima Benali", "Omar Tazi", "Fatima Alaoui", "Ali Sqalli"]
LABEL = {"en": "x", "fr": "x"}


def schema(**options):
    columns = {
        "id": {"type": "string", "label": LABEL}, "wave": {"type": "period", "label": LABEL},
        "revenue": {"type": "number", "label": LABEL}, "contact": {"type": "string", "label": LABEL},
    }  # fmt: skip
    columns |= options.pop("columns", {})
    made = {
        "version": 1, "title": LABEL, "source": "made up", "unit": "id",
        "time": {"column": "wave", "frequency": "integer"}, "columns": columns, **options,
    }  # fmt: skip
    return Schema.model_validate(made)


def written(folder, contact):
    frame = pd.DataFrame(
        {"id": ["a", "b", "c", "d"], "wave": 1, "revenue": [1.0, 2.0, 3.0, 4.0], "contact": contact}
    )
    frame.to_csv(folder / "d.csv", index=False)
    return folder / "d.csv"


def test_a_column_of_telephone_numbers_is_refused_without_showing_one(tmp_path):
    path = written(tmp_path, ["06 12 34 56 78", None, "x", "y"])
    with pytest.raises(
        PrivacyError, match=r"contact \(telephone number, by what stands in it\)"
    ) as refused:
        read_frame(path, schema=schema())
    assert "12" not in str(refused.value)


def test_a_reason_lets_it_in_and_a_column_left_out_needs_none(tmp_path):
    path = written(tmp_path, ["06 12 34 56 78"] * 4)
    kept = schema(identifiers={"contact": {"keep": "numbers of the office, all the same"}})
    assert list(read_frame(path, schema=kept)["contact"]) == ["06 12 34 56 78"] * 4
    out = schema()
    columns = {name: column for name, column in out.columns.items() if name != "contact"}
    assert "contact" not in read_frame(path, schema=out.model_copy(update={"columns": columns}))


@pytest.mark.parametrize(
    ("identifiers", "said"),
    [
        ({"phone": {"keep": "known"}}, "phone is no declared column"),
        ({"contact": {}}, "one reason"),
        ({"contact": {"keep": "known", "rules_only": "known"}}, "one reason"),
        ({"contact": {"keep": ""}}, "identifiers.contact.keep"),
        ({"contact": {"rules_only": "merge"}}, "of a source of an intake plan"),
    ],
)
def test_an_answer_is_one_reason_for_a_declared_column(identifiers, said):
    with pytest.raises(ValueError, match=said):
        schema(identifiers=identifiers)


def test_a_suspicion_is_a_column_and_a_word():
    found = suspicions(
        [
            Looked("nom", ("nom",), "string", NAMES),
            Looked("x", ("x",), "number", [34.03311, 34.04522, 33.97159]),
            Looked("y", ("y",), "number", [-5.00031, -6.84981, -5.12345]),
            Looked("z", ("z", "Adresse"), "string", ["a"]),
            Looked("revenue", ("revenue",), "number", [1.5, 34.03311, 7.0]),
        ]
    )
    assert found == (
        Suspicion("nom", "name of a person or firm", "name"),
        Suspicion("x", "place on the map", "content"),
        Suspicion("y", "place on the map", "content"),
        Suspicion("z", "address or place below the city", "name"),
    )
    assert not any(name in str(found) for name in NAMES)


def intake(folder, source=None, rules=(), **options):
    """A register of names that meets a list by them."""
    (folder / "firms.csv").write_text(
        "code,nom\n" + "".join(f"F{i},{name}\n" for i, name in enumerate(NAMES)), encoding="utf-8"
    )
    (folder / "fair.csv").write_text(
        "nom,year\n" + "".join(f"{name},2012\n" for name in NAMES), encoding="utf-8"
    )
    named = {"type": "string"}
    only = (
        {"identifiers": {"nom": {"rules_only": "the list has no codes"}}}
        if source is None
        else source
    )
    plan = {
        "version": 1,
        "sources": {
            "firms": {"file": "firms.csv", "columns": {"code": {"type": "string"}, "nom": named}, **only},
            "fair": {"file": "fair.csv", "columns": {"nom": named, "year": {"type": "integer"}}, **only},
        },
        "rules": [
            {"rule": "merge", "table": "firms", "with": "fair", "on": ["nom"], "take": ["year"]}, *rules
        ],
        **options,
    }  # fmt: skip
    path = folder / "intake.yml"
    path.write_text(json.dumps(plan), encoding="utf-8")
    return arrive(path)


def test_a_source_with_names_is_refused_by_source_and_column(tmp_path):
    with pytest.raises(
        PrivacyError, match=r"^firms: nom \(name of a person or firm, by its name\)"
    ):
        intake(tmp_path, source={})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rules": [{"rule": "merge", "table": "fair", "with": "firms", "on": ["nom"], "take": {"who": "nom"}},
                   {"rule": "forget", "table": "fair", "columns": ["nom"]}], "result": "fair"},
        {"rules": [{"rule": "join_texts", "table": "firms", "new": "who", "columns": ["code", "nom"]},
                   {"rule": "forget", "table": "firms", "columns": ["nom"]}]},
    ],
    ids=["itself", "taken", "joined"],
)  # fmt: skip
def test_what_is_for_rules_only_does_not_reach_the_panel_under_any_name(tmp_path, options):
    with pytest.raises(
        PrivacyError, match="holds what nom holds, which is there for rules only"
    ) as refused:
        intake(tmp_path, **options)
    assert not any(name in str(refused.value) for name in NAMES)


def test_names_that_rules_needed_are_forgotten(tmp_path):
    forget = {"rule": "forget", "table": "firms", "columns": ["nom"]}
    assert list(intake(tmp_path, rules=[forget]).table.kinds) == ["code", "year"]
    assert list(intake(tmp_path, columns=["code", "year"]).table.kinds) == ["code", "year"]


def test_an_intake_answers_for_declared_columns_only(tmp_path):
    with pytest.raises(SchemaError, match="identifiers: tel: no declared column"):
        intake(tmp_path, source={"identifiers": {"tel": {"keep": "known"}}})


@pytest.mark.longer
def test_the_scan_is_quick_on_a_million_rows():
    import time

    import numpy as np

    random = np.random.default_rng(1)
    ids = np.array([f"F{number:07}" for number in range(1_000_000)], dtype=object)
    began = time.process_time()
    found = suspicions(
        [
            Looked("id", ("id",), "string", ids),
            Looked("revenue", ("revenue",), "number", random.lognormal(11, 1, 1_000_000)),
        ]
    )
    assert found == ()
    assert time.process_time() - began < 5
