"""A plan from its first line to its lock, and its blind runs until they are signed off; damage is named, changes are told of."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from pipeline.small_run import small_run
from typer.testing import CliRunner

from impact.cli import app
from impact.errors import DisclosureError, LockError, PlanError, SourceError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import canonical
from impact.evaluation.sealed_study import SealedStudy
from impact.pipeline.blinding import begin_blind, blind_facts, unblind
from impact.pipeline.evidence import evidence_of
from impact.pipeline.locking import lock_facts, lock_plan
from impact.pipeline.new_plan import ASKED, answered
from impact.pipeline.package import package
from impact.pipeline.plan import lock_file, read_plan, study_of
from impact.pipeline.release import release
from impact.reporting.sections.blind_cleaning import blind_cleaning, changed_after
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {
    "name": "trial",
    "title": {"en": "A trial", "fr": "Un essai"},
    "data": "data/artisans.csv",
    "schema": "data/artisans.yml",
    "outcomes": ["revenue_mad"],
}


def called(*words, **more):
    return CliRunner().invoke(app, ["plan", *map(str, words)], **more)


@pytest.fixture
def plan(tmp_path):
    """A plan with its schema, before there are data."""
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "data" / "artisans.yml", tmp_path / "data")
    path = tmp_path / "trial.yml"
    path.write_text(yaml.safe_dump(NEEDED), encoding="utf-8")
    return path


def test_a_plan_is_locked_before_there_are_data_and_its_bytes_stay(plan):
    before = plan.read_bytes()
    target, lock = lock_plan(plan, by="Amina B.")
    assert target == lock_file(plan) == plan.with_name("trial.lock.json")
    assert plan.read_bytes() == before
    assert lock.known.plan == canonical(read_plan(plan))
    assert lock.known.files["data/artisans.csv"] is None
    assert len(lock.known.files["data/artisans.yml"]) == 64


def test_a_plan_is_locked_once(plan):
    lock_plan(plan, by="Amina B.")
    with pytest.raises(LockError, match="a plan is locked once"):
        lock_plan(plan, by="Amina B.")


def test_a_lock_names_who_locked_and_a_plan_whose_columns_are_not_declared_is_not_locked(plan):
    with pytest.raises(PlanError, match="say who"):
        lock_plan(plan, by=" ")
    plan.write_text(yaml.safe_dump({**NEEDED, "outcomes": ["sales"]}), encoding="utf-8")
    with pytest.raises(PlanError, match="sales is not declared"):
        lock_plan(plan, by="Amina B.")
    assert not lock_file(plan).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"alpha": 0.05', '"alpha": 0.1'),
        lambda text: text.replace("Amina", "Karim"),
        lambda _: "[]",
        lambda _: "",
    ],
)
def test_a_damaged_or_edited_lock_is_a_named_error(plan, damage):
    target, _ = lock_plan(plan, by="Amina B.")
    target.write_text(damage(target.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(LockError, match=r"trial\.lock\.json: damaged"):
        study_of(plan, {})


def test_a_study_is_held_to_the_locked_plan_whatever_its_file_says_now(plan):
    lock_plan(plan, by="Amina B.")
    plan.write_text(yaml.safe_dump({**NEEDED, "winsorise": 0.95}), encoding="utf-8")
    study = study_of(plan, {"alpha": 0.1})
    assert (study.planned.winsorise, study.planned.alpha) == (0.0, 0.05)
    assert (study.plan.winsorise, study.plan.alpha) == (0.95, 0.1)
    facts = lock_facts(study)
    assert not facts["same_bytes"]
    assert [one["key"] for one in facts["departures"]] == ["winsorise", "alpha"]


def test_data_that_came_after_the_lock_are_counted_and_depart_from_nothing(plan):
    lock_plan(plan, by="Amina B.")
    (plan.parent / "data" / "artisans.csv").write_text("artisan_id\n", encoding="utf-8")
    facts = lock_facts(study_of(plan, {}))
    assert (facts["files"], facts["there"], facts["changed"]) == (2, 1, 0)
    assert facts["departures"] == []


def test_without_a_lock_a_study_is_held_to_its_file(plan):
    study = study_of(plan, {"alpha": 0.1})
    assert study.locked is None
    assert study.planned == read_plan(plan)
    assert study.changed(alpha=0.2).planned == study.planned
    assert lock_facts(study) is None


def test_the_commands_of_a_plan_name_what_they_did(plan):
    locked = called("lock", plan, "--by", "Amina B.")
    assert locked.exit_code == 0
    assert "1 of 2 files were there" in locked.output
    shown = called("show", plan).output
    assert "locked by Amina B." in shown
    assert "the same byte for byte" in shown
    assert yaml.safe_load(shown)["alpha"] == 0.05
    assert json.loads(called("show", plan, "--json").output) == canonical(read_plan(plan))


def test_a_plan_without_a_word_before_it_is_checked(plan):
    with pytest.raises(SourceError, match="no such data file"):
        CliRunner().invoke(app, ["plan", str(plan)], catch_exceptions=False)


def test_the_answers_that_the_docs_show_are_answers(tmp_path):
    page = (ROOT / "docs" / "plan-life.md").read_text(encoding="utf-8")
    told = tmp_path / "answers.yml"
    told.write_text(
        re.search(r"```yaml\n(name: fairs.*?)```", page, re.DOTALL)[1], encoding="utf-8"
    )
    assert called("new", tmp_path / "plan.yml", "--answers", told).exit_code == 0
    assert read_plan(tmp_path / "plan.yml").relevant_effect == 5


def test_a_new_plan_has_what_was_answered_and_every_other_key_with_its_default(tmp_path):
    told = tmp_path / "answers.yml"
    told.write_text(yaml.safe_dump({**NEEDED, "language": "fr"}), encoding="utf-8")
    path = tmp_path / "plan.yml"
    assert called("new", path, "--answers", told).exit_code == 0
    assert read_plan(path) == Plan.of({**NEEDED, "language": "fr"})
    text = path.read_text(encoding="utf-8")
    assert all(f"\n{key}:" in text or f"\n# {key}:" in text for key in canonical(read_plan(path)))
    again = called("new", path, "--answers", told)
    assert "already there" in str(again.exception)


def test_a_new_plan_asks_until_the_answer_is_one(tmp_path):
    path = tmp_path / "plan.yml"
    typed = {
        "name": "No Name\ntrial",
        "title.en": "A trial",
        "title.fr": "Un essai",
        "data": "d.csv",
    }
    typed |= {"schema": "s.yml", "outcomes": "a, b", "relevant_effect": "much\n10"}
    answers = "\n".join(typed.get(key, "") for key in ASKED) + "\n"
    assert called("new", path, input=answers).exit_code == 0
    plan = read_plan(path)
    assert (plan.name, plan.outcomes, plan.relevant_effect) == ("trial", ("a", "b"), 10)


def test_an_answer_that_the_plan_would_refuse_is_refused_at_once():
    with pytest.raises(PlanError, match="assignment"):
        answered({}, "assignment", "by luck")
    assert answered({}, "title.fr", "Essai") == {"title": {"en": "Essai", "fr": "Essai"}}


def test_blind_cleaning_begins_once_and_is_signed_off_once_by_a_name(plan):
    with pytest.raises(LockError, match="no run of this plan was blind"):
        unblind(plan, by="Amina B.")
    begun = begin_blind(plan)
    assert begin_blind(plan) == begun
    assert study_of(plan, {}).blind
    assert blind_facts(study_of(plan, {}))["blind"]
    with pytest.raises(PlanError, match="say who signs"):
        unblind(plan, by="")
    done = CliRunner().invoke(app, ["unblind", str(plan), "--by", "Amina B."])
    assert done.exit_code == 0
    assert "unblinded by Amina B." in done.output
    assert not study_of(plan, {}).blind
    for again in (lambda: unblind(plan, by="Karim"), lambda: begin_blind(plan)):
        with pytest.raises(LockError, match=r"unblinded on .* by Amina B\."):
            again()
    assert blind_facts(study_of(plan, {}))["by"] == "Amina B."


def test_cleaning_that_changed_after_unblinding_is_told_of_and_nothing_else(plan):
    begin_blind(plan)
    unblind(plan, by="Amina B.")

    def changed():
        study = study_of(plan, {"alpha": 0.1})
        signed = study.blinding.log.unblinded
        return [one.key for one in changed_after(study.plan, signed, study.blinding.now)]

    assert changed() == []
    plan.write_text(yaml.safe_dump({**NEEDED, "winsorise": 0.95}), encoding="utf-8")
    assert changed() == ["winsorise"]
    schema = plan.parent / "data" / "artisans.yml"
    text = schema.read_text(encoding="utf-8")
    schema.write_text(text.replace("missing_outcome: drop", "missing_outcome: refuse"), "utf-8")
    assert changed() == ["winsorise", "missing_outcome"]


@pytest.mark.parametrize("asked", [package, evidence_of, release])
def test_what_a_blind_run_found_is_not_handed_on(tmp_path, asked):
    plan, run = small_run(tmp_path)
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps({**facts, "blind": {"blind": True}}), "utf-8")
    options = {} if asked is evidence_of else {"to": tmp_path / "a.zip"}
    with pytest.raises(DisclosureError, match="exchanged at random"):
        asked(run, plan_path=plan, **options)


def test_a_released_page_is_held_to_the_lock_as_the_run_was(tmp_path):
    path, _ = small_run(tmp_path)
    lock_plan(path, by="Amina B.")
    begin_blind(path)
    unblind(path, by="Karim T.")
    study = study_of(path, {"alpha": 0.1})
    sealed_study = SealedStudy.of(study)
    assert sealed_study.planned == study.planned != study.plan
    assert (sealed_study.locked, sealed_study.blinding) == (study.locked, study.blinding)


def test_the_report_says_how_long_cleaning_was_blind_and_who_ended_it(plan):
    def told(language):
        (text,) = blind_cleaning(Voice(study_of(plan, {"language": language})))
        return text.markdown

    begin_blind(plan)
    assert "Cleaning is not signed off" in told("en")
    unblind(plan, by="Amina B.")
    assert " signed it off on " in told("en")
    assert "What was run before the first of these days is not in this log." in told("en")
    assert "No rule of cleaning was changed after it was signed off." in told("en")
    assert "a approuvé le " in told("fr")
    assert "The plan was not locked before that." in told("en")
    lock_plan(plan, by="Amina B.")
    assert "The plan was locked" in told("en") or "The plan had been locked" in told("en")
