"""No name, identity or telephone number, e-mail address or exact revenue leaves a run: not a good one, nor any that fails."""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from canaries import Project, canaries, found_in, found_under, people
from failing_runs import CASES

import impact.errors
from impact.cli import main
from impact.data.intake.arrive import arrive
from impact.data.privacy.pseudonyms import KEY_FILE, Pseudonyms, new_key
from impact.errors import ImpactError
from impact.pipeline.plan import checked_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def key(tmp_path, monkeypatch):
    path = new_key(tmp_path / "secret")
    monkeypatch.setenv(KEY_FILE, str(path))
    monkeypatch.delenv("IMPACT_DEBUG", raising=False)
    return path


def told(command, path, monkeypatch, capfd):
    """Exit code and everything that a command prints."""
    capfd.readouterr()
    file = path if command == "plan" else path.with_name("intake.yml")
    monkeypatch.setattr(sys, "argv", ["impact", command, str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capfd.readouterr()
    return ended.value.code, out + err


def test_the_canaries_are_in_the_raw_files_and_are_found_there(tmp_path):
    Project().written(tmp_path / "project")
    found = found_under(tmp_path / "project")
    assert len(found["survey.csv"]) >= 4 * 48
    assert "FATIMA Squalli" in found["pairs.csv"]
    assert len(canaries()) > 4 * 48


@pytest.mark.parametrize("name", CASES)
def test_a_failing_run_tells_no_canary(tmp_path, monkeypatch, capfd, key, name):
    """Over 50 failing runs: what is printed, and the exception with all that is printed of what caused it."""
    del key
    change, error, command = CASES[name]
    project = Project()
    change(project)
    path = project.written(tmp_path / "project")
    if project.without_key:
        monkeypatch.delenv(KEY_FILE)
    before = {file: file.read_bytes() for file in path.parent.rglob("*")}
    code, said = told(command, path, monkeypatch, capfd)
    expected = getattr(impact.errors, error)
    assert code == expected.exit_code or error == "ImpactError", said
    assert code not in {0, 1}, said
    assert "impact: " in said
    if error != "PrivacyError":
        assert project.broken_rule in said
    assert found_in(said) == []
    with pytest.raises(expected) as refused:
        checked_study(path, {}) if command == "plan" else arrive(path.with_name("intake.yml"))
    shown = traceback.format_exception(refused.type, refused.value, refused.value.__traceback__)
    assert found_in("".join(shown)) == []
    assert found_in(repr(refused.value.args)) == []
    assert {file: file.read_bytes() for file in path.parent.rglob("*")} == before


def test_the_failing_runs_meet_every_kind_of_error_of_data():
    met = {error for _, error, _ in CASES.values()}
    assert len(CASES) >= 50
    assert len(met) >= 11
    assert len({command for *_, command in CASES.values()}) == 2


def test_the_text_of_an_unforeseen_error_is_not_shown(tmp_path, monkeypatch, capfd, key):
    del key

    def broken(*_, **__):
        raise ValueError(f"cannot convert {' '.join(people().iloc[0])}")

    path = Project().written(tmp_path / "project")
    monkeypatch.setattr("impact.data.intake.arrive.convert", broken)
    code, said = told("intake", path, monkeypatch, capfd)
    assert code == ImpactError.exit_code
    assert "unexpected ValueError" in said
    assert found_in(said) == []


def test_what_an_intake_gives_shows_no_cell_when_it_is_printed(tmp_path, key):
    from impact.data.readers import read_panel
    from impact.data.schema import CsvOptions, FileLayout
    from impact.data.sources.door import read_source

    del key
    folder = Project().written(tmp_path / "project").parent
    made = arrive(folder / "intake.yml")
    panel = read_panel(folder / "intake.yml", schema=folder / "schema.yml", outcome="revenue")
    source = read_source(folder / "survey.csv", layout=FileLayout(csv=CsvOptions(delimiter=";")))
    ledger = json.dumps([line.to_dict() for line in made.ledger])
    for shown in (made, made.table, made.proposals, made.ledger, panel, source, source.columns):
        assert found_in(f"{shown!r} {shown}") == []
    assert found_in(ledger) == []
    ids = list(made.table.frame["firm"].unique())
    assert not any(one in repr(made) + repr(panel) for one in ids)


def test_proposals_are_for_their_owner_alone_and_the_command_shows_none(
    tmp_path, monkeypatch, capfd, key
):
    del key
    project = Project()
    project.pairs = project.pairs.replace("yes", "")
    path = project.written(tmp_path / "project")
    folder = tmp_path / "proposals"
    monkeypatch.setattr(
        sys,
        "argv",
        ["impact", "intake", str(path.with_name("intake.yml")), "--proposals", str(folder)],
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    out, err = capfd.readouterr()
    assert found_in(out + err) == []
    (file,) = folder.iterdir()
    assert found_in(file.read_text(encoding="utf-8")) != []
    assert file.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "writes"),
    [
        (["init", "project/survey.csv", "project/fair.csv", "--folder", "made"], 3),
        (["codebook", "project/plan.yml", "--folder", "made"], 3),
        (["plan", "project/plan.yml"], 0),
        (["intake", "project/intake.yml", "--out", "made/panel.parquet"], 1),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_other_commands_say_and_write_tells_no_canary(
    tmp_path, monkeypatch, capfd, key, words, writes
):
    """The panel that an intake writes keeps its revenue, and nothing else."""
    del key
    Project().written(tmp_path / "project")
    (tmp_path / "made").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["impact", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capfd.readouterr()
    assert ended.value.code == 0, err
    assert found_in(out + err) == []
    assert found_under(tmp_path / "made") == {}
    assert len(list((tmp_path / "made").iterdir())) == writes


@pytest.mark.slow
def test_a_good_run_releases_no_canary_no_pseudonym_and_no_key(tmp_path, key):
    """From raw files to the report (80 s): what is printed, and every file of the run, archives and PDFs inside too."""
    path = Project().written(tmp_path / "project")
    words = ["run", path, "--notebooks", ROOT / "notebooks", "--reports", tmp_path / "reports"]
    done = subprocess.run(
        [sys.executable, "-m", "impact", *map(str, words)],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert found_in(done.stdout + done.stderr) == []
    assert found_under(tmp_path / "reports") == {}
    ids = Pseudonyms(key.read_bytes()).of(people()["cin"], name="cin")
    files = [file for file in (tmp_path / "reports").rglob("*") if file.is_file()]
    assert len(files) > 20
    assert not any(one.encode() in file.read_bytes() for file in files for one in ids)
    assert not any(key.read_bytes() in file.read_bytes() for file in files)
