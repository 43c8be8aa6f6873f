"""Pseudonyms: the same in every file, nothing without the key, and the key outside the project and out of sight."""

import hashlib
import hmac
import json
import re
import stat
import subprocess
import sys
from base64 import b32encode

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.data.intake.arrive import arrive
from impact.data.privacy import pseudonyms
from impact.data.privacy.pseudonyms import KEY_FILE, Pseudonyms, new_key, pseudonyms_for
from impact.data.readers import read_frame
from impact.data.schema import ReadColumn, Schema
from impact.errors import PrivacyError, StorageError, UnparsableValueError

KEY = bytes(range(32))


@pytest.fixture
def project(tmp_path):
    made = tmp_path / "project"
    made.mkdir()
    return made


@pytest.fixture
def key(tmp_path, monkeypatch):
    """A key outside the project, named in the environment."""
    path = new_key(tmp_path / "artisans.key")
    monkeypatch.setenv(KEY_FILE, str(path))
    return path


def test_a_pseudonym_is_eighty_bits_of_the_keyed_hash():
    made = Pseudonyms(KEY).of(["BE123456", None], name="cin")
    code = hmac.new(KEY, b"BE123456", hashlib.sha256).digest()[:10]
    assert list(made) == [b32encode(code).decode(), None]
    assert re.fullmatch("[A-Z2-7]{16}", made[0])


@given(st.lists(st.text("abcdé", min_size=1, max_size=6), max_size=30), st.randoms())
def test_one_id_has_one_pseudonym_whatever_stands_beside_it(ids, random):
    first = Pseudonyms(KEY)
    made = dict(zip(ids, first.of(ids, name="id"), strict=True))
    assert len(set(made.values())) == len(set(ids))
    shuffled = random.sample(ids, len(ids))
    again = Pseudonyms(KEY).of([f" {one} " for one in shuffled], name="id")
    assert list(again) == [made[one] for one in shuffled]


def test_another_key_gives_other_pseudonyms():
    assert Pseudonyms(KEY).of(["a"], name="id")[0] != Pseudonyms(KEY[::-1]).of(["a"], name="id")[0]


def test_composed_and_decomposed_accents_are_one_id():
    made = Pseudonyms(KEY).of(["F\u00e8s", "Fe\u0300s"], name="id")
    assert made[0] == made[1]


def test_ids_that_look_alike_are_refused_here_and_across_files():
    with pytest.raises(UnparsableValueError, match="cin: ids on row 2 look like others"):
        Pseudonyms(KEY).of(["BE1", "be1"], name="cin")
    several = Pseudonyms(KEY)
    several.of(["BE1"], name="cin")
    with pytest.raises(UnparsableValueError, match="cin: ids on row 3 look like others"):
        several.of(["x", "y", "\u0412E1"], name="cin")


def test_a_collision_is_refused(monkeypatch):
    monkeypatch.setattr(pseudonyms, "PSEUDONYM_BYTES", 0)
    with pytest.raises(PrivacyError, match="id: two ids have one pseudonym"):
        Pseudonyms(KEY).of(["a", "b"], name="id")


def test_the_key_is_never_shown():
    shown = Pseudonyms(KEY)
    shown.of(["BE123456"], name="cin")
    assert repr(shown) == "Pseudonyms()"


def test_a_new_key_is_random_and_for_its_owner_alone(tmp_path):
    first, second = new_key(tmp_path / "a"), new_key(tmp_path / "b")
    assert first.read_bytes() != second.read_bytes()
    assert len(first.read_bytes()) == 32
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_key_is_not_written_over_nor_into_a_repository_nor_nowhere(tmp_path):
    path = new_key(tmp_path / "a")
    with pytest.raises(PrivacyError, match="a: there is a file"):
        new_key(path)
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "data").mkdir()
    with pytest.raises(PrivacyError, match="inside a project"):
        new_key(tmp_path / "repository" / "data" / "k")
    with pytest.raises(StorageError, match="cannot be written"):
        new_key(tmp_path / "none" / "k")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("evaluation.yml", "name: a\ndata: a.csv\nschema: a.yml\noutcomes: [y]\n"),
        ("firms.yaml", "version: 1\nunit: id\ntime: {column: t}\ncolumns:\n  id: {}\n"),
        ("intake.yml", "version: 1\nsources: {}\nrules: []\n"),
        ("reports/firms/run.json", "{}"),
    ],
)
def test_a_key_is_not_written_beside_or_below_what_makes_a_folder_a_project(tmp_path, file, text):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    (tmp_path / "data").mkdir()
    for folder in (tmp_path, tmp_path / "data"):
        with pytest.raises(PrivacyError, match=r"inside a project.*choose a place outside"):
            new_key(folder / "k")
    assert not (tmp_path / "k").exists()


def test_other_files_in_a_home_folder_make_no_project_of_it(tmp_path):
    (tmp_path / "compose.yml").write_text("services:\n  columns: 3\n  unit: x\n")
    (tmp_path / "notes.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "link.yml").symlink_to(tmp_path / "nowhere")
    assert new_key(tmp_path / "k").is_file()


def test_a_key_outside_the_project_is_taken(project, key):
    assert pseudonyms_for(project).key == key.read_bytes()


def test_without_a_key_nothing_is_made(project, monkeypatch, tmp_path):
    monkeypatch.delenv(KEY_FILE, raising=False)
    with pytest.raises(PrivacyError, match="impact key new"):
        pseudonyms_for(project)
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "none"))
    with pytest.raises(PrivacyError, match="no such file"):
        pseudonyms_for(project)


@pytest.mark.parametrize("by_link", [False, True])
def test_a_key_inside_the_project_is_refused(project, monkeypatch, tmp_path, by_link):
    inside = new_key(project / "k")
    if by_link:
        (tmp_path / "link").symlink_to(inside)
        inside = tmp_path / "link"
    monkeypatch.setenv(KEY_FILE, str(inside))
    with pytest.raises(PrivacyError, match="inside the project"):
        pseudonyms_for(project)


def test_the_project_is_its_whole_repository(project, monkeypatch):
    inside = new_key(project / "k")
    (project / ".git").mkdir()
    (project / "data").mkdir()
    monkeypatch.setenv(KEY_FILE, str(inside))
    with pytest.raises(PrivacyError, match="inside the project"):
        pseudonyms_for(project / "data")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_key_that_others_may_read_is_refused(project, key, mode):
    key.chmod(mode)
    with pytest.raises(PrivacyError, match="others may read the key"):
        pseudonyms_for(project)


def test_a_short_key_is_refused(project, key):
    key.write_bytes(b"secret")
    with pytest.raises(PrivacyError, match="shorter than 32 bytes") as refused:
        pseudonyms_for(project)
    assert "secret:" not in str(refused.value)


def test_only_texts_have_pseudonyms():
    with pytest.raises(ValueError, match="only ids have one"):
        ReadColumn(type="number", pseudonym=True)


LABEL = {"en": "x", "fr": "x"}


def test_a_panel_is_read_under_pseudonyms(project, key):
    del key
    pd.DataFrame(
        {"cin": ["BE123456", "BE123456", "J45678"], "wave": [1, 2, 1], "y": [1.0, 2.0, 3.0]}
    ).to_csv(project / "d.csv", index=False)
    columns = {
        "cin": {"type": "string", "label": LABEL, "pseudonym": True},
        "wave": {"type": "period", "label": LABEL}, "y": {"type": "number", "label": LABEL},
    }  # fmt: skip
    declared = Schema.model_validate(
        {"version": 1, "title": LABEL, "source": "made up", "unit": "cin",
         "time": {"column": "wave", "frequency": "integer"}, "columns": columns}
    )  # fmt: skip
    frame = read_frame(project / "d.csv", schema=declared)
    assert frame["cin"].nunique() == 2
    assert frame["cin"].str.fullmatch("[A-Z2-7]{16}").all()


def plan(project, rules=(), **columns):
    (project / "a.csv").write_text("cin,x\nBE123456,1\nJ45678,2\n", encoding="utf-8")
    (project / "b.csv").write_text("CIN,year\nJ45678,2012\n", encoding="utf-8")
    made = {
        "version": 1,
        "sources": {
            "a": {"file": "a.csv", "columns": {"firm": {"column": "cin", "type": "string", **columns}, "x": {"type": "number"}}},
            "b": {"file": "b.csv", "columns": {"firm": {"column": "CIN", "type": "string", **columns}, "year": {"type": "integer"}}},
        },
        "rules": [
            {"rule": "merge", "table": "a", "with": "b", "on": ["firm"], "take": ["year"], "unmatched": "keep"}, *rules
        ],
    }  # fmt: skip
    if not columns:
        for source in made["sources"].values():
            source["identifiers"] = {"firm": {"rules_only": "the files meet by it"}}
    (project / "intake.yml").write_text(json.dumps(made), encoding="utf-8")
    return arrive(project / "intake.yml")


def test_files_meet_by_pseudonyms_and_the_panel_has_nothing_else(project, key):
    made = plan(project, pseudonym=True).table
    assert list(made.frame["year"].fillna(0)) == [0.0, 2012.0]
    expected = pseudonyms_for(project).of(["BE123456", "J45678"], name="cin")
    assert list(made.frame["firm"]) == list(expected)
    assert Pseudonyms(key.read_bytes()).of(["J45678"], name="x")[0] == made.frame["firm"][1]


def test_pseudonyms_may_come_after_a_merge_by_names(project, key):
    del key
    rules = [
        {"rule": "pseudonymise", "table": "a", "column": "firm", "new": "artisan_id"},
        {"rule": "forget", "table": "a", "columns": ["firm"]},
    ]
    late = plan(project, rules).table
    assert list(late.kinds) == ["x", "year", "artisan_id"]
    assert list(late.frame["artisan_id"]) == list(plan(project, pseudonym=True).table.frame["firm"])


def test_the_command_makes_a_key_and_says_how_to_name_it(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "impact", "key", "new", str(tmp_path / "k")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert f"export {KEY_FILE}={tmp_path / 'k'}" in done.stdout
    assert str(np.frombuffer((tmp_path / "k").read_bytes(), dtype=np.uint8)) not in done.stdout
