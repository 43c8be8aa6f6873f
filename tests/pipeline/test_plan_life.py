"""A plan from its first line to its lock, and its blind runs until they are signed off; damage is named, changes are told of."""

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from pipeline.small_run import small_run
from typer.testing import CliRunner

from impact.cli import app
from impact.errors import DisclosureError, LockError, PlanError, SourceError
from impact.evaluation.departure_reasons import Reasons
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import _seal as seal_of
from impact.evaluation.plan_lock import canonical, lock_of
from impact.evaluation.sealed_study import SealedStudy
from impact.pipeline.beside_plan import facts_beside
from impact.pipeline.blinding import begin_blind, blind_facts, unblind
from impact.pipeline.evidence import evidence_of
from impact.pipeline.locking import lock_facts, lock_plan
from impact.pipeline.new_plan import ASKED, answered, meaning
from impact.pipeline.package import package
from impact.pipeline.plan import lock_file, read_plan, study_of
from impact.pipeline.release import release
from impact.pipeline.snapshot import Snapshot
from impact.reporting.sections.blind_cleaning import blind_cleaning, changed_after
from impact.reporting.sections.plan_departures import lock_in_words
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


def at(hour):
    """A clock that stands still, in hours of one day."""
    return lambda: f"2026-11-28T{hour:02}:00:00+00:00"


def locked(path, *, by="Amina B.", hour=12):
    return lock_plan(path, by=by, reports=path.parent / "reports", clock=at(hour))


def begun_blind(path, *, hour=8):
    return begin_blind(path, reports=path.parent / "reports", clock=at(hour))


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
    target, lock = locked(plan)
    assert target == lock_file(plan) == plan.with_name("trial.lock.json")
    assert plan.read_bytes() == before
    assert lock.known.plan == canonical(read_plan(plan))
    assert lock.known.files["data/artisans.csv"] is None
    assert len(lock.known.files["data/artisans.yml"]) == 64


def test_a_plan_is_locked_once(plan):
    locked(plan)
    with pytest.raises(LockError, match="a plan is locked once"):
        locked(plan)


def test_a_lock_names_who_locked_and_a_plan_whose_columns_are_not_declared_is_not_locked(plan):
    with pytest.raises(PlanError, match="say who"):
        locked(plan, by=" ")
    plan.write_text(yaml.safe_dump({**NEEDED, "outcomes": ["sales"]}), encoding="utf-8")
    with pytest.raises(PlanError, match="sales is not declared"):
        locked(plan)
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
    target, _ = locked(plan)
    target.write_text(damage(target.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(LockError, match=r"trial\.lock\.json: damaged"):
        study_of(plan, {})


def test_a_study_is_held_to_the_locked_plan_whatever_its_file_says_now(plan):
    locked(plan)
    plan.write_text(yaml.safe_dump({**NEEDED, "winsorise": 0.95}), encoding="utf-8")
    study = study_of(plan, {"alpha": 0.1})
    assert (study.planned.winsorise, study.planned.alpha) == (0.0, 0.05)
    assert (study.plan.winsorise, study.plan.alpha) == (0.95, 0.1)
    facts = lock_facts(study)
    assert not facts["same_bytes"]
    assert [one["key"] for one in facts["departures"]] == ["winsorise", "alpha"]


def test_reasons_of_departures_are_read_beside_the_plan_and_change_neither_lock_nor_plan(plan):
    locked(plan)
    plan.write_text(yaml.safe_dump({**NEEDED, "winsorise": 0.95, "alpha": 0.1}), encoding="utf-8")
    before = lock_facts(study_of(plan, {}))
    told = plan.with_name("trial.departures.yml")
    told.write_text("winsorise: One large order\nseed: Nothing\n", encoding="utf-8")
    study = study_of(plan, {})
    assert lock_facts(study) == before
    assert facts_beside(study)["reasons"]["winsorise"] == dict.fromkeys(
        ("en", "fr"), "One large order"
    )
    shown = called("show", plan).output
    assert "winsorise changed: 0.0 -> 0.95 (One large order)" in shown
    assert "alpha changed: 0.05 -> 0.1 (no reason given)" in shown
    assert "a reason is given for seed: no departure" in shown
    told.write_text("winsorize: a\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"trial\.departures\.yml: winsorize"):
        study_of(plan, {})


def test_a_run_reads_the_reasons_that_stand_beside_its_plan(tmp_path):
    path, _ = small_run(tmp_path / "made")
    path.with_name("plan.departures.yml").write_text("alpha: Asked for\n", encoding="utf-8")
    snapshot = Snapshot.of(path, tmp_path / "inputs")
    assert snapshot.study({}).reasons.by_name["alpha"]["en"] == "Asked for"
    assert "plan.departures.yml" not in snapshot.hashes


def test_data_that_came_after_the_lock_are_counted_and_depart_from_nothing(plan):
    locked(plan)
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


def test_every_key_of_a_new_plan_is_explained_in_french():
    english = [
        key for key in canonical(Plan.of(NEEDED)) if meaning(key, "fr") == meaning(key, "en")
    ]
    assert not english


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


def test_a_new_plan_that_nobody_answers_names_the_file_that_would(tmp_path):
    done = called("new", tmp_path / "plan.yml", input="\n\ntrial\n")
    assert done.output.count("name: a plan needs it") == 2
    assert "comparison_group" not in done.output
    assert isinstance(done.exception, PlanError)
    assert "--answers FILE" in str(done.exception)
    assert not (tmp_path / "plan.yml").exists()


def test_an_answer_that_the_plan_would_refuse_is_refused_at_once():
    for key in ("name", "data", "title.fr"):
        with pytest.raises(PlanError, match=f"^{key}: a plan needs it"):
            answered({}, key, " ")
    assert answered(answered({}, "title.en", ""), "title.fr", "Essai")["title"]["en"] == "Essai"
    with pytest.raises(PlanError, match="assignment"):
        answered({}, "assignment", "by luck")
    assert answered({}, "title.fr", "Essai") == {"title": {"en": "Essai", "fr": "Essai"}}


def test_blind_cleaning_begins_once_and_is_signed_off_once_by_a_name(plan):
    with pytest.raises(LockError, match="no run of this plan was blind"):
        unblind(plan, by="Amina B.")
    begun = begun_blind(plan)
    assert begun_blind(plan) == begun
    assert study_of(plan, {}).blind
    assert blind_facts(study_of(plan, {}))["blind"]
    with pytest.raises(PlanError, match="say who signs"):
        unblind(plan, by="")
    done = CliRunner().invoke(app, ["unblind", str(plan), "--by", "Amina B."])
    assert done.exit_code == 0
    assert "unblinded by Amina B." in done.output
    assert not study_of(plan, {}).blind
    for again in (lambda: unblind(plan, by="Karim"), lambda: begun_blind(plan)):
        with pytest.raises(LockError, match=r"unblinded on .* by Amina B\."):
            again()
    assert blind_facts(study_of(plan, {}))["by"] == "Amina B."


def test_cleaning_that_changed_after_unblinding_is_told_of_and_nothing_else(plan):
    begun_blind(plan)
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
    locked(path)
    begun_blind(path)
    unblind(path, by="Karim T.")
    path.with_name("plan.departures.yml").write_text("alpha: Asked for\n", encoding="utf-8")
    study = study_of(path, {"alpha": 0.1})
    sealed_study = SealedStudy.of(study)
    assert sealed_study.planned == study.planned != study.plan
    assert (sealed_study.locked, sealed_study.blinding) == (study.locked, study.blinding)
    assert sealed_study.reasons == study.reasons != Reasons()


def told_of_blindness(path, language):
    (text,) = blind_cleaning(Voice(study_of(path, {"language": language})))
    return text.markdown


def test_the_report_says_how_long_cleaning_was_blind_and_who_ended_it(plan):
    begun_blind(plan)
    assert "Cleaning is not signed off" in told_of_blindness(plan, "en")
    unblind(plan, by="Amina B.", clock=at(10))
    told = told_of_blindness(plan, "en")
    assert " signed it off on " in told
    assert "Before it, no finished run that was not blind was found" in told
    assert "No rule of cleaning was changed after it was signed off." in told
    assert "The plan was not locked before that." in told
    assert "a approuvé le " in told_of_blindness(plan, "fr")


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (9, "The plan had been locked before."),
        (10, "The plan had been locked before."),
        (11, "The plan was locked only after that."),
    ],
)
def test_the_report_says_whether_the_plan_was_locked_before_cleaning_was_signed_off(
    plan, hour, said
):
    begun_blind(plan, hour=8)
    unblind(plan, by="Amina B.", clock=at(10))
    locked(plan, hour=hour)
    assert said in told_of_blindness(plan, "en")


def changed_certificate(run, **facts):
    path = run / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **facts}), "utf-8")


def test_a_lock_made_after_results_existed_says_which_and_so_does_the_report(tmp_path):
    path, run = small_run(tmp_path)
    done = called("lock", path, "--by", "Amina B.", "--reports", tmp_path / "reports")
    assert "results were there before the lock: " in done.stderr
    lock = read_lock(path)
    (seen,) = lock.earlier
    assert (seen.name, seen.same_plan) == (run.name, True)
    assert seen.certificate == sha256((run / "run.json").read_bytes()).hexdigest()
    assert "results were there before it" in called("show", path).output
    study = study_of(path, {})
    assert lock_facts(study)["earlier_runs"] == 1
    told = lock_in_words(Voice(study))
    assert "It was locked after results existed." in told
    assert "by that day: 1; the first ended on 28 November 2026." in told
    assert "alors que des résultats existaient" in lock_in_words(
        Voice(study.changed(language="fr"))
    )


def read_lock(path):
    return lock_of(lock_file(path).read_text(encoding="utf-8"), name="lock")


def test_a_lock_made_before_results_says_that_none_were_found(plan):
    _, lock = locked(plan)
    assert lock.earlier == ()
    told = lock_in_words(Voice(study_of(plan, {})))
    assert "No finished run of the plan or of its data was found" in told
    assert "after results existed" not in told


def test_a_run_of_the_same_data_by_another_plan_has_shown_results_too(tmp_path):
    path, run = small_run(tmp_path)
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    other = tmp_path / "other.yml"
    other.write_text(yaml.safe_dump({**written, "name": "other"}), encoding="utf-8")
    _, lock = locked(other)
    assert [(one.name, one.same_plan) for one in lock.earlier] == [(run.name, False)]
    data = tmp_path / written["data"]
    data.write_bytes(data.read_bytes() + b"\n")
    lock_file(other).unlink()
    assert locked(other)[1].earlier == ()


@pytest.mark.parametrize(
    "facts",
    [{"rehearsal": True}, {"blind": {"blind": True}}, {"outputs": {}}, {"finished": "yesterday"}],
)
def test_what_shows_no_result_of_anybody_is_no_earlier_run(tmp_path, facts):
    path, run = small_run(tmp_path)
    changed_certificate(run, **facts)
    assert locked(path)[1].earlier == ()


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b"\xff", b'{"plan": 3, "outputs": 4}'])
def test_a_damaged_certificate_keeps_nobody_from_locking(tmp_path, damage):
    path, run = small_run(tmp_path)
    (run / "run.json").write_bytes(damage)
    assert locked(path)[1].earlier == ()


def test_blind_cleaning_begun_after_a_run_that_was_not_blind_says_so_and_so_does_a_later_lock(
    tmp_path,
):
    path, run = small_run(tmp_path)
    assert [one.name for one in begun_blind(path).earlier] == [run.name]
    assert "It began after results existed." in told_of_blindness(path, "en")
    assert "alors que des résultats existaient" in told_of_blindness(path, "fr")
    changed_certificate(run, blind={"blind": True})  # the blind run stands in its place
    assert [one.name for one in locked(path)[1].earlier] == [run.name]


def test_a_lock_of_a_version_that_did_not_look_for_results_is_read_and_claims_nothing(plan):
    target, lock = locked(plan)
    target.write_text(sealed_without(lock, "earlier"), encoding="utf-8")
    study = study_of(plan, {})
    assert study.locked.lock.earlier is None
    assert "finished run" not in lock_in_words(Voice(study)).lower()


def sealed_without(record, key):
    """As a version without the key sealed it."""
    content = record.model_dump(mode="json", exclude={key})
    return json.dumps({**content, "seal": seal_of(content)})
