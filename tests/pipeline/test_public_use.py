"""`impact deidentify` proposes choices, then writes a folder that anybody can read and check, in which nobody's name stands."""

import json
import re
import stat
import sys
import typing

import jsonschema
import numpy as np
import pandas as pd
import pytest
import yaml
from disclosure.declared.stored_parts import stored_parts, stored_study
from disclosure.public_use.named_firms import (
    CHOICES,
    NAME,
    PHONE,
    REVENUE,
    choices,
    firms,
    study_of,
)
from evaluation.test_hostile_plans import accepted
from pipeline.conftest import ROOT

from impact.cli import main
from impact.cli.intake import schema_text
from impact.data.privacy.pseudonyms import KEY_FILE, new_key
from impact.disclosure.log import Earlier
from impact.disclosure.public_use.choices import (
    Group,
    Limit,
    PublicUseChoices,
    Rounding,
    choices_of,
    read_choices,
)
from impact.disclosure.public_use.deidentified import Change
from impact.disclosure.public_use.proposal import proposed
from impact.disclosure.public_use.utility import SummaryName, Verdict
from impact.errors import DisclosureError, PlanError, PrivacyError, StorageError
from impact.evaluation.store import decode
from impact.pipeline.earlier_releases import EarlierReleases
from impact.pipeline.plan import checked_study, sha256_of
from impact.pipeline.public_use import Source, write_public_use
from impact.pipeline.store import certify, read_run
from impact.reporting.public_use.choices_file import FRENCH, choices_text, choices_values
from impact.reporting.public_use.report import PublicUse, report
from impact.reporting.public_use.words import CHANGES, SUMMARIES, VERDICTS
from impact.reporting.voice import Voice

PAGE = ROOT / "docs" / "public-use.md"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        path = new_key(tmp_path_factory.mktemp("secret") / "key")
        patch.setenv(KEY_FILE, str(path))
        yield path


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    study_of(folder)
    return folder


@pytest.fixture(scope="module")
def published(project, key):
    del key
    source = Source.of_plan(project / "evaluation.yml", reports=project / "reports")
    return write_public_use(source, choices(), to=project.parent / "public")


def test_the_folder_is_whole_certified_and_of_both_languages(published):
    names = set(read_run(published.folder)["outputs"])
    assert stat.S_IMODE(published.folder.stat().st_mode) == 0o700
    assert {"data.csv", "data.dta", "schema.yml", "evaluation.yml", "deidentify.yml"} <= names
    assert {"report.en.html", "report.fr.html", "exhibits.csv", "changes.csv", "risk.csv", "attacks.csv"} <= names  # fmt: skip
    assert {f"codebook/codebook.{ending}" for ending in ("csv", "html", "xml")} <= names


def test_nothing_direct_survives_in_any_file(published):
    texts = {path.name: path.read_bytes() for path in published.folder.rglob("*") if path.is_file()}
    own = [name.encode() for name in firms()["firm"].unique()]
    for canary in (NAME.encode(), PHONE.encode(), str(REVENUE).encode(), *own):
        assert [name for name, text in texts.items() if canary in text] == []


def test_the_file_is_read_by_its_own_schema_and_its_plan_can_be_run(published):
    study = checked_study(published.folder / "evaluation.yml", {})
    assert study.schema.missing_outcome == "drop"
    withheld = {one.column for one in published.made.changes if one.change == "withheld"}
    for name in withheld:
        assert (
            study.data.attrs["missing"][name]["withheld"] == published.made.frame[name].isna().sum()
        )
    assert set(study.plan.strata).isdisjoint(withheld)
    told = study.data["revenue"].to_numpy()
    assert np.array_equal(told, published.made.frame["revenue"].to_numpy(), equal_nan=True)


def test_stata_gets_the_same_cells(published):
    stata, own = pd.read_stata(published.folder / "data.dta"), published.made.frame
    assert list(stata) == list(own)
    assert np.allclose(stata["revenue"], own["revenue"], equal_nan=True)
    assert (stata["firm"] == own["firm"]).all()


@pytest.mark.slow
def test_the_same_choices_give_the_same_bytes(published, project, key):
    del key
    before = read_run(published.folder)["outputs"]
    source = Source.of_plan(project / "evaluation.yml", reports=project / "reports")
    again = write_public_use(source, read_choices(published.folder / "deidentify.yml"), to=project.parent / "again")  # fmt: skip
    assert read_run(again.folder)["outputs"] == before


def test_restricted_figures_have_three_digits_and_the_headline_survives(published):
    told = pd.read_csv(published.folder / "exhibits.csv")
    estimates = told[told["exhibit"] != "summary"]
    for value in estimates["restricted"].dropna():
        assert float(f"{value:.2e}") == value
    assert told["verdict"].iloc[0] == "survives"
    page = (published.folder / "report.en.html").read_text(encoding="utf-8")
    assert "Whoever has the public file alone concludes the same." in page
    assert "Qui n’a que" in (published.folder / "report.fr.html").read_text(encoding="utf-8").replace("'", "’")  # fmt: skip


def test_nothing_is_written_without_a_key_or_with_one_inside_the_project(project, monkeypatch):
    source = Source.of_plan(project / "evaluation.yml", reports=project / "reports")
    monkeypatch.delenv(KEY_FILE, raising=False)
    with pytest.raises(PrivacyError, match="pseudonyms need a secret key"):
        write_public_use(source, choices(), to=project.parent / "no-key")
    inside = project / "key"
    inside.write_bytes(bytes(32))
    inside.chmod(0o600)
    monkeypatch.setenv(KEY_FILE, str(inside))
    with pytest.raises(PrivacyError, match="lies inside the project"):
        write_public_use(source, choices(), to=project.parent / "no-key")
    inside.unlink()
    assert not (project.parent / "no-key").exists()


def test_the_file_counts_in_the_log_of_releases_and_its_report_says_what_is_beside(
    published, project
):
    """A file that nobody could make is not in it; one beside released figures is made where their run is named."""
    study = checked_study(project / "evaluation.yml", {})
    page = (published.folder / "report.en.html").read_text(encoding="utf-8")
    assert "No figures of these data had been released" in page
    with EarlierReleases.of(project / "reports", study) as log:
        assert set(log.public_files) == {published.folder.name}
    told = PublicUse(published.made, published.pairs, (), ("abc123",))
    assert "`abc123`" in report(Voice(study), told).bundles()[-1][0]["text/markdown"]


def test_no_file_is_made_beside_released_figures_that_nobody_names(project, key):
    del key
    source = Source.of_plan(project / "evaluation.yml", reports=project / "others")
    with EarlierReleases.of(source.reports, source.study) as log:
        log.asked(Earlier.of_public_use("", run="abc123")).tell()  # no equations: a release
        assert (log.runs, log.public_files) == (("abc123",), ())
    with pytest.raises(DisclosureError, match=r"run abc123: .*--beside abc123"):
        write_public_use(source, choices(), to=project.parent / "beside")
    assert not (project.parent / "beside").exists()
    with EarlierReleases.of(source.reports, source.study) as log:
        assert log.public_files == ()


def edge_of(seed, folder, monkeypatch, key):
    """What becomes of a plan at the edge by proposed choices: None where it is refused, or so is its file by name."""
    monkeypatch.setenv(KEY_FILE, str(key))
    folder.mkdir(exist_ok=True)
    study = accepted(seed, folder / "firms")
    if study is None:
        return None
    chosen, refused = proposed(study), ""
    try:
        done = write_public_use(Source(study, folder / "reports"), chosen, to=folder / "public")
    except DisclosureError as problem:
        refused = str(problem)
    assert not refused or re.match(r"the (public file|start of treatment)", refused)
    assert refused or done.made.after.smallest >= chosen.k
    return None if refused else done


def test_a_plan_whose_outcome_is_cut_away_is_refused_by_name(tmp_path, monkeypatch, key):
    assert edge_of(19, tmp_path, monkeypatch, key) is None


@pytest.mark.slow
def test_every_accepted_plan_gets_a_file_or_is_refused_by_name(tmp_path, monkeypatch, key):
    made = [edge_of(seed, tmp_path / str(seed), monkeypatch, key) for seed in range(0, 320, 8)]
    assert sum(one is not None for one in made) > 5


def ran(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["impact", "deidentify", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, "".join(capsys.readouterr())


def test_without_choices_the_command_proposes_some_and_stops(tmp_path, monkeypatch, capsys):
    study_of(tmp_path)
    code, told = ran(monkeypatch, capsys, tmp_path / "evaluation.yml", "--to", tmp_path / "public")
    assert (code, "proposed" in told) == (0, True)
    assert not (tmp_path / "public").exists()
    found = read_choices(tmp_path / "deidentify.yml")
    assert found.quasi_identifiers == ["city", "sme", "trade", "age"]
    assert (tmp_path / "deidentify.yml").read_text(encoding="utf-8").count("# ") > 10


def test_a_french_plan_is_proposed_choices_with_french_comments():
    assert set(FRENCH) == set(PublicUseChoices.model_fields)
    proposed_choices = choices()
    french, english = (choices_text(proposed_choices, language) for language in ("fr", "en"))
    without = [[line for line in text.splitlines() if not line.startswith("#")] for text in (french, english)]  # fmt: skip
    assert without[0] == without[1]
    assert "# colonnes que personne ne connaît" in french
    assert "columns" not in french
    assert choices_of(yaml.safe_load(french), name="deidentify.yml") == proposed_choices


def test_the_json_schema_of_choices_takes_what_is_proposed_and_names_what_it_refuses():
    schema = json.loads(schema_text("deidentify"))
    jsonschema.validate(choices_values(choices()), schema)
    for wrong in ({"k": 1}, {"kay": 3}, {"beyond": "median"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**choices_values(choices()), **wrong}, schema)


def test_the_command_names_a_key_that_choices_do_not_have(tmp_path, monkeypatch, capsys):
    study_of(tmp_path)
    (tmp_path / "deidentify.yml").write_text(yaml.safe_dump({**CHOICES, "kay": 3}))
    code, told = ran(monkeypatch, capsys, tmp_path / "evaluation.yml")
    assert (code, "kay" in told) == (PlanError.exit_code, True)


def test_a_run_is_taken_with_its_inference_and_only_with_the_data_that_it_read(tmp_path):
    plan = tmp_path / "evaluation.yml"
    study = stored_study(tmp_path)
    told = study.plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    plan.write_text(yaml.safe_dump(told))
    run = tmp_path / "reports" / "firms"
    run.mkdir(parents=True)
    (run / "results.json").write_text(json.dumps({"parts": stored_parts()}))
    read = {name: sha256_of(tmp_path / name) for name in (plan.name, "firms.csv", "firms.yml")}
    certify(run, {"parameters": {"plan": plan.name}, "inputs": read})
    taken = Source.of_run(run, plan_path=plan)
    assert taken.believed == decode(stored_parts()["impact"]).effects[0].verdict.believed
    with (tmp_path / "firms.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(StorageError, match=r"firms\.csv: not as the run read it"):
        Source.of_run(run, plan_path=plan)


def test_every_code_has_words():
    for words, codes in ((CHANGES, Change), (VERDICTS, Verdict), (SUMMARIES, SummaryName)):
        told = set()
        for part in typing.get_args(codes):
            told |= set(typing.get_args(part)) or {part}
        assert set(words) == told


def test_the_page_explains_every_key_as_the_class_does():
    text = PAGE.read_text(encoding="utf-8")
    for model in (PublicUseChoices, Limit, Rounding, Group):
        for name, field in model.model_fields.items():
            assert f"| `{name}` | {field.description} |" in text, name
    assert re.search(r"impact deidentify", text)
