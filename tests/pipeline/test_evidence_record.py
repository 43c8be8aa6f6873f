"""The evidence record says of each effect what results.json says, field by field, and nothing that somebody typed."""

import csv
import io
import json
import re
from dataclasses import replace
from math import isfinite, sqrt
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from pipeline.small_run import small_run

from impact.check_result import CheckResult
from impact.data.strict import Words
from impact.errors import StorageError
from impact.evaluation.participation import EffectOnParticipants
from impact.interval import Refused
from impact.pipeline.as_run import study_as_run
from impact.pipeline.evidence import evidence_of, recorded, write_evidence
from impact.pipeline.store import read_run
from impact.reporting.evidence.record import EffectRecord
from impact.reporting.evidence.registries import NOT_KNOWN
from impact.reporting.evidence.standardised import hedges_g
from impact.reporting.evidence.write import schema_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
SD = 1e-12  # one division more than the reference


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return small_run(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def files(made):
    plan, run = made
    return evidence_of(run, plan_path=plan)


@pytest.fixture(scope="module")
def effects(files):
    return json.loads(files["evidence.json"])["effects"]


@pytest.fixture(scope="module")
def results(made):
    return json.loads((made[1] / "results.json").read_text())


def values(part):
    return part["values"]


def test_the_headline_of_the_record_is_that_of_the_results(effects, results):
    first = effects[0]
    of_effect = values(values(results["parts"]["impact"])["effects"][0])
    verdict = values(of_effect["verdict"])
    overall = values(of_effect["overall"])
    for ours, theirs in {
        "effect": "estimate", "conf_low": "conf_low", "conf_high": "conf_high", "p_value": "p_value",
        "inference": "believed", "smallest_detectable": "smallest_detectable",
    }.items():  # fmt: skip
        assert first[ours] == verdict[theirs], ours
    assert first["std_error"] == overall["table"][0]["std_error"]
    assert [first[name] for name in ("percent", "percent_conf_low", "percent_conf_high")] == (
        of_effect["verdict_percent"]
    )
    assert first["mean_without"] == values(of_effect["percent"])["spec"]["counterfactual_mean"][0]
    sample = overall["sample"]
    assert (first["n_units"], first["n_treated"], first["n_comparison"]) == (
        sample["n_units"], sample["n_treated"], sample["n_never"]
    )  # fmt: skip
    assert first["method"] == overall["method"]
    assert (first["role"], first["currency"], first["prices"]) == ("headline", "MAD", None)


def test_the_rating_is_that_of_the_results_with_its_reasons_and_of_the_headline_alone(
    effects, results
):
    rated = values(results["rating"])
    assert (effects[0]["rating"], effects[0]["rating_verb"]) == (rated["steps"], rated["verb"])
    assert effects[0]["rating_reasons"] == [
        f"{values(step)['reason']}:{values(step)['state']}" for step in rated["taken"]
    ]
    assert len(effects[0]["rating_reasons"]) > 0
    assert {one["rating"] for one in effects[1:]} == {None}


def test_subgroups_and_other_estimators_are_the_rows_of_their_tables(effects, results):
    for role, part, table in (
        ("subgroup", "impact", "subgroups"),
        ("other_estimator", "robustness", "alternatives"),
    ):
        stored = values(values(results["parts"][part])[table])
        estimates = stored["estimate"][1:] if role == "other_estimator" else stored["estimate"]
        ours = [one["effect"] for one in effects if one["role"] == role]
        assert ours == estimates
        assert len(ours) >= 2


def test_an_effect_without_a_figure_says_why(effects):
    for one in effects:
        if one["effect"] is None:
            assert re.match(r"effect:\w+", one["not_given"][0])
        named = {each.split(":")[0] for each in one["not_given"]}
        assert all(one[name] is None for name in named)


def test_no_figure_about_effects_comes_from_anything_but_results(effects, results):
    """Each number of a row, but those that formulas or the plan give, is one of results.json."""
    derived = {"record_version", "seed", "level", "anticipation", "prices"}
    derived |= {name for name in EffectRecord.model_fields if name.startswith("hedges_g")}
    known = set(_numbers(results))
    for one in effects:
        for name, value in one.items():
            if name not in derived and isinstance(value, (int, float)) and value is not True:
                assert value in known, name


def _numbers(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, (int, float)):
        yield value


def test_hedges_g_of_two_means_is_the_textbooks():
    """Borenstein et al. (2009), Introduction to Meta-Analysis, chapter 4: means 103 and 100, deviations 5.5 and 4.5, 50 a group."""
    error = sqrt(5.5**2 / 50 + 4.5**2 / 50)
    found = hedges_g(3.0, error, sds=(5.5, 4.5), units=(50, 50))
    assert found.g == pytest.approx(0.5924, abs=5e-5)
    assert found.sd == pytest.approx(5.0249, abs=5e-5)
    assert found.std_error**2 == pytest.approx(0.0411, abs=5e-4)


def test_the_standardised_effect_of_a_run_is_its_effect_over_its_baseline_deviation(
    effects, results
):
    first = effects[0]
    baseline = values(values(results["parts"]["sample"])["baseline"])
    s1, s0 = baseline["sd_treated"][0], baseline["sd_comparison"][0]
    n1, n0 = first["n_treated"], first["n_comparison"]
    df = n1 + n0 - 2
    s = sqrt(((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / df)
    assert first["hedges_g_sd"] == pytest.approx(s, rel=SD)
    assert first["hedges_g"] == pytest.approx((1 - 3 / (4 * df - 1)) * first["effect"] / s, rel=SD)
    assert isfinite(first["hedges_g_std_error"])


def test_the_csv_has_the_fields_in_their_order_and_the_same_numbers(files, effects):
    rows = list(csv.DictReader(io.StringIO(files["evidence.csv"].decode())))
    assert list(rows[0]) == list(EffectRecord.model_fields)
    assert [float(row["effect"]) if row["effect"] else None for row in rows] == [
        one["effect"] for one in effects
    ]


def test_registries_leave_empty_what_no_file_of_a_run_says(files, effects):
    told = json.loads(files["evidence.json"])["registries"]
    for one in told.values():
        assert all(one[name] is None for name in NOT_KNOWN)
        assert one["sample_size"] == effects[0]["n_units"]
    assert told["aea"]["applies"] is False
    assert told["ridie"]["evaluation_method"] == "difference in differences"


def test_the_record_is_the_same_bytes_again_and_its_data_are_not_read(made, files, tmp_path):
    plan, run = made
    (plan.parent / "firms.csv").rename(plan.parent / "away")
    try:
        written = write_evidence(run, plan_path=plan, to=tmp_path / "out")
    finally:
        (plan.parent / "away").rename(plan.parent / "firms.csv")
    assert {path.name: path.read_bytes() for path in written} == files


def test_a_record_replaces_its_own_and_no_other_unseen(made, tmp_path):
    plan, run = made
    write_evidence(run, plan_path=plan, to=tmp_path)
    write_evidence(run, plan_path=plan, to=tmp_path)
    _, released = small_run(plan.parent, released=True)
    before = (tmp_path / "evidence.csv").read_bytes()
    with pytest.raises(
        StorageError, match="the internal record of firms stands there, and stays; name another"
    ):
        write_evidence(released, plan_path=plan, to=tmp_path)
    assert (tmp_path / "evidence.csv").read_bytes() == before
    (tmp_path / "evidence.json").unlink()
    (tmp_path / "evidence.csv").write_text("a,b\n1,2\n")
    with pytest.raises(StorageError, match=r"evidence\.csv: another file stands there"):
        write_evidence(run, plan_path=plan, to=tmp_path)
    assert not (tmp_path / "evidence.json").exists()


def test_another_estimator_that_moments_do_not_answer_says_so_and_has_no_method(run_told):
    found = run_told.findings
    others = found.robustness.alternatives.iloc[:2].copy()
    others.loc[others.index[1], ["method", "why_not"]] = [float("nan"), "NotInMomentsError"]
    robustness = replace(found.robustness, alternatives=others)
    row = replace(run_told, findings=replace(found, robustness=robustness)).records()[-1]
    assert (row.role, row.method) == ("other_estimator", "")
    assert row.not_given == ("effect:not_available_from_moments",)


def test_a_document_that_the_run_did_not_read_so_is_refused_by_name(tmp_path):
    plan, run = small_run(tmp_path)
    with (tmp_path / "firms.yml").open("a") as file:
        file.write("# changed\n")
    with pytest.raises(StorageError, match=r"firms\.yml: not as the run read it"):
        evidence_of(run, plan_path=plan)


def test_a_name_that_a_spreadsheet_would_run_is_inert_in_the_csv(tmp_path):
    plan, run = small_run(tmp_path, title=Words(en="=1+1", fr="@x").model_dump())
    rows = list(csv.DictReader(io.StringIO(evidence_of(run, plan_path=plan)["evidence.csv"].decode())))  # fmt: skip
    assert rows[0]["title_en"] == "'=1+1"


def test_a_record_obeys_its_json_schema_and_the_schema_of_the_docs_is_it(effects):
    text = schema_text()
    assert (DOCS / "schemas" / "evidence.json").read_text(encoding="utf-8") == text
    for one in effects:
        jsonschema.validate(one, json.loads(text))


def test_the_page_explains_every_field_as_the_class_does():
    page = (DOCS / "evidence.md").read_text(encoding="utf-8").partition("## Every field")[2]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", page, re.MULTILINE)
    assert rows == [(name, told.description) for name, told in EffectRecord.model_fields.items()]


def test_being_told_in_another_language_is_no_departure_from_the_plan(effects):
    """Held to the plan's file, the French row departed from it by its language."""
    first = effects[0]
    assert len(first["deviations_en"]) == len(first["deviations_fr"])
    assert not any("language" in one for one in first["deviations_fr"])
    assert first["plan_locked_on"] is None


def with_a_lot(run, on_participants):
    """The small run as if it had compared three arms, with an effect on participants."""
    arms = pd.DataFrame(
        {
            "label": ["grant", "training"], "other": ["control", "control"], "n_treated": [15, 12], "n_control": [20, 21],
            "estimate": [1.0, 2.5], "conf_low": [0.0, 1.0], "conf_high": [2.0, 4.0], "p_value": [0.05, 0.01],
            "believed": ["permutation", "crv3_t"],
        }
    )  # fmt: skip
    impact = replace(run.findings.impact, arms=arms, on_participants=on_participants)
    return replace(run, findings=replace(run.findings, impact=impact)).records()


@pytest.fixture(scope="module")
def run_told(made):
    plan, run = made
    facts = read_run(run)
    study, _ = study_as_run(plan, facts, with_data=False)
    return recorded(run, study, facts)


def test_each_further_arm_has_a_row_by_its_own_inference(run_told):
    (arm,) = [one for one in with_a_lot(run_told, None) if one.role == "arm"]
    assert (arm.arm, arm.compared_arm, arm.effect, arm.conf_low) == (
        "training",
        "control",
        2.5,
        1.0,
    )
    assert (arm.inference, arm.n_treated, arm.n_comparison) == ("crv3_t", 12, 21)
    assert "std_error:not_in_the_results" in arm.not_given


def test_the_effect_on_participants_is_told_or_why_it_is_not(run_told):
    strength = CheckResult("strength", "pass", "made_up")
    found = EffectOnParticipants(3.0, 1.0, 5.0, strength, "interval", ((1.0, 5.0),))
    for given, effect, why in (
        (found, 3.0, "std_error:not_in_the_results"),
        (
            Refused("on_participants", "nobody moved", "NotIdentifiedError"),
            None,
            "effect:NotIdentifiedError",
        ),
    ):
        (row,) = [one for one in with_a_lot(run_told, given) if one.role == "on_participants"]
        assert (row.effect, row.estimand) == (effect, "effect_of_taking_part")
        assert why in row.not_given
