"""What a study holds is counted before it is run; what should be known is said, the most important first."""

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from evaluation.test_answerable import study_of

from impact.evaluation.drawn_arms import OF_ARMS
from impact.evaluation.parts import Impact
from impact.evaluation.plan import Plan
from impact.evaluation.preflight import Preflight
from impact.evaluation.remarks import RemarkCode, remarks_of
from impact.evaluation.side_by_side import ESTIMANDS, OF_OTHER_PEOPLE
from impact.evaluation.study import Study
from impact.pipeline.plan import checked_study

ROOT = Path(__file__).resolve().parents[2]


def codes(found):
    return {one.code: one.n for one in found.remarks}


def changed(study, **columns):
    """The study with other columns in its data."""
    object.__setattr__(study, "data", study.frame.assign(**columns))
    return study


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return Preflight.of(study_of("usual", tmp_path_factory.mktemp("usual")))


def test_arms_starts_and_periods_are_counted(usual):
    assert usual.periods == ("0", "4")
    assert (usual.n_periods, usual.n_absent, usual.n_never, usual.n_always) == (5, 0, 18, 0)
    treated, others = usual.arms
    assert (treated.units, others.units) == (12, 18)
    assert (treated.answered, treated.with_gaps, treated.seen_once, treated.seen_last) == (
        1.0, 0, 0, 12,
    )  # fmt: skip
    starts = [(one.period, one.planned, one.units, one.before, one.after) for one in usual.starts]
    assert starts == [("2", None, 6, 2, 3), ("3", None, 6, 3, 2)]


def test_every_estimator_is_asked_of_every_outcome(usual):
    asked = [(one.estimator, one.outcome) for one in usual.abilities]
    assert asked == [(name, "y") for name in ESTIMANDS if name not in (*OF_ARMS, OF_OTHER_PEOPLE)]
    assert {one.treated for one in usual.abilities if one.refused is None} == {12}


def test_an_estimator_that_cannot_answer_says_why(tmp_path):
    found = Preflight.of(study_of("two_periods", tmp_path))
    refused = {one.estimator: one.refused for one in found.abilities if one.refused}
    assert "stacked" in refused
    assert refused["stacked"].why.startswith("y: no cohort has 3 periods before")


def test_inferences_that_cannot_be_had_say_why(tmp_path):
    found = Preflight.of(study_of("clusters_mixing_cohorts", tmp_path))
    refused = {one.inference: one.refused.why for one in found.inferences if one.refused}
    assert "cohort" in refused["permutation"]


def test_gaps_and_single_answers_are_counted_by_arm(tmp_path):
    study = study_of("usual", tmp_path)
    frame = study.frame
    gap = (frame.id == 0) & (frame.t == 2)
    once = (frame.id == 29) & (frame.t != 1)
    left = (frame.id == 1) & (frame.t > 2)
    study = study.on(frame[~(gap | once | left)].reset_index(drop=True))
    found = Preflight.of(study)
    treated, others = found.arms
    assert (treated.with_gaps, treated.seen_once, treated.seen_last) == (1, 0, 11)
    assert (others.with_gaps, others.seen_once, others.seen_last) == (0, 1, 17)
    assert treated.answered == pytest.approx((60 - 3) / 60)
    assert codes(found)["seen_once"] == 1


def test_units_treated_from_the_first_period_on_are_told(tmp_path):
    study = study_of("usual", tmp_path)
    found = Preflight.of(changed(study, g=study.frame.g.mask(study.frame.id < 4, 0)))
    assert found.n_always == codes(found)["always_treated"] == 4
    assert found.arms[0].units == 8


def test_starts_after_the_data_are_told(tmp_path):
    study = study_of("usual", tmp_path)
    found = Preflight.of(changed(study, g=study.frame.g.mask(study.frame.id < 3, 9)))
    assert codes(found)["treated_after_last_period"] == 3


@pytest.mark.parametrize(
    ("name", "code", "n"),
    [
        ("usual", "few_treated", 12),
        ("usual", "few_to_compare", 24),
        ("clusters_mixing_cohorts", "few_treated_clusters", 8),
        ("nobody_never_treated", "nobody_never_treated", 1),
        ("two_periods", "no_trend_before", 8),
        ("cohort_of_one_without_base", "cohorts_of_one", 1),
        ("cohort_of_one_without_base", "cohort_without_comparison", 1),
        ("usual", "small_cohorts", 2),
    ],
)
def test_what_should_be_known_is_told_with_its_count(tmp_path, name, code, n):
    assert codes(Preflight.of(study_of(name, tmp_path)))[code] == n


def test_starts_stand_in_the_order_of_time_and_only_cohorts_with_an_effect_are_counted(tmp_path):
    study = study_of("usual", tmp_path)
    frame = study.frame  # periods 8 to 12, starts in 10 and 11, and everybody else last, in 12
    starts = (frame.g.astype(float) + 8).fillna(12).astype("Int64")
    study = study.on(frame.assign(t=frame.t + 8, g=starts))
    found = Preflight.of(study)
    assert [one.period for one in found.starts] == ["10", "11", "12"]
    main = next(one for one in found.abilities if one.estimator == "callaway_santanna")
    assert main.treated == 12  # of 30: nobody is left to compare the last ones with


def test_a_placebo_start_before_the_data_is_told(tmp_path):
    far = Preflight.of(study_of("usual", tmp_path, placebo_periods=3))
    near = Preflight.of(study_of("usual", tmp_path, placebo_periods=2))
    assert codes(far)["placebo_reaches_too_far"] == 3
    assert "placebo_reaches_too_far" not in codes(near)


def test_an_outcome_that_is_mostly_zero_is_told_with_its_share(tmp_path):
    study = study_of("usual", tmp_path)
    kept = study.frame.index % 5 == 0
    found = Preflight.of(changed(study, y=np.where(kept, study.frame.y, 0.0)))
    assert codes(found)["mostly_zero"] == 80
    assert found.outcomes[0].zeros == pytest.approx(0.8)


def test_a_period_without_data_between_others_is_told(tmp_path):
    study = study_of("usual", tmp_path)
    kept = study.frame[study.frame.t != 1].reset_index(drop=True)
    object.__setattr__(study, "data", kept)
    found = Preflight.of(study)
    assert (found.n_periods, found.n_absent, codes(found)["periods_without_data"]) == (4, 1, 1)


def test_secondary_outcomes_without_data_are_told(tmp_path):
    labels = {"profit": {"en": "Profit", "fr": "Bénéfice"}}
    study = study_of("usual", tmp_path, secondary=["profit", "w"], secondary_labels=labels)
    text = (tmp_path / "firms.yml").read_text()
    column = "  w: {type: number, label: {en: Weight, fr: Poids}}\n"
    (tmp_path / "firms.yml").write_text(text + column)
    data = study.folder / "firms.csv"
    lines = data.read_text().splitlines()
    data.write_text("\n".join([f"{lines[0]},w", *(f"{line},1" for line in lines[1:])]) + "\n")
    found = Preflight.of(study)
    assert {(one.code, one.outcome) for one in found.remarks} >= {
        ("not_in_the_data", "profit"), ("never_changes", "w"),
    }  # fmt: skip


def test_remarks_stand_in_the_order_of_their_importance(tmp_path):
    order = get_args(RemarkCode)
    for name in ("usual", "two_periods", "cohort_of_one_without_base"):
        at = [order.index(one.code) for one in Preflight.of(study_of(name, tmp_path)).remarks]
        assert at == sorted(at)


def test_as_json_it_holds_counts_and_no_id(usual):
    told = json.loads(usual.to_json())
    assert told["remarks"][0] == {"code": "few_treated", "n": 12, "outcome": ""}
    assert set(told) == set(vars(usual))
    assert told["outcomes"][0]["units"] == 30


def test_below_ten_units_there_are_counts_alone(tmp_path):
    study = study_of("usual", tmp_path)
    few = study.frame[study.frame.id.isin([0, 1, 8, 9, 20, 21, 22])].reset_index(drop=True)
    object.__setattr__(study, "data", few)
    found = Preflight.of(study).outcomes[0]
    assert (found.units, found.mean, found.zeros) == (7, None, None)


@pytest.fixture(scope="module")
def artisans():
    return checked_study(ROOT / "evaluation.yml", {})


def test_starts_other_than_planned_are_those_of_the_file(artisans):
    firms = artisans.frame.groupby("artisan_id").first()
    other = firms.planned_quarter.fillna("") != firms.first_fair.fillna("")
    found = Preflight.of(artisans)
    assert codes(found)["other_start_than_planned"] == other.sum()
    planned = {one.period: (one.planned, one.units) for one in found.starts}
    assert planned["2012Q3"] == (10, 0)
    assert sum(units for _, units in planned.values()) == 48


def test_a_treatment_that_switches_off_is_counted_in_firms():
    study = checked_study(ROOT / "evaluation-jobtraining.yml", {})
    wide = study.frame.assign(grant=study.frame.grant.astype(float)).pivot_table(
        index="fcode", columns="year", values="grant"
    )
    off = (wide.diff(axis=1) < 0).any(axis=1).sum()
    assert codes(Preflight.of(study))["treatment_switches_off"] == off == 36


def test_an_evaluation_with_units_treated_from_the_first_period_on_is_answered(tmp_path):
    """The design check simulated only those with a path before, and two-way fixed effects asked for all."""
    study = study_of("usual", tmp_path)
    study = changed(study, g=study.frame.g.mask(study.frame.id < 4, 0))
    design = Impact.of(study).effects[0].design
    assert design.n_treated == 8
    assert set(design.table["estimator"]) >= {"callaway_santanna", "two_way_fixed_effects"}


def test_what_looks_like_a_code_for_no_answer_is_told_where_nothing_declares_it(tmp_path):
    rows = [
        f"{unit},{wave},{2 if unit in 'ab' else ''},{wave * ord(unit) ** 2 % 97}"
        for unit in "abcd"
        for wave in (1, 2)
    ]
    content = "\n".join(["id,wave,start,revenue", "a,3,2,-99", *rows]) + "\n"
    (tmp_path / "f.csv").write_text(content)
    label = {"en": "x", "fr": "x"}
    columns = {
        "id": {"type": "string", "label": label},
        "wave": {"type": "integer", "label": label},
        "start": {"type": "period", "label": label},
        "revenue": {"type": "number", "label": label},
    }
    schema = {
        "version": 1, "title": label, "source": "made up", "unit": "id", "columns": columns, "missing_outcome": "drop",
        "time": {"column": "wave", "frequency": "integer"}, "cohort": {"column": "start"},
    }  # fmt: skip
    plan = {
        "name": "codes",
        "title": label,
        "data": "f.csv",
        "schema": "s.yml",
        "outcomes": ["revenue"],
    }

    def remarks(**told):
        columns["revenue"] |= told
        (tmp_path / "s.yml").write_text(json.dumps(schema))
        study = Study(Plan.of(plan), tmp_path)
        return {remark.code: remark.n for remark in remarks_of(study, study.panel())}

    assert remarks()["like_a_code"] == 1
    assert "like_a_code" not in remarks(missing=[-99])
    edge = [f"{unit},4,{2 if unit in 'ab' else ''},9999" for unit in "abcd"]
    (tmp_path / "f.csv").write_text(content + "\n".join(edge) + "\n")
    assert remarks(missing=[-99])["repeated_code"] == 4
    assert "repeated_code" not in remarks(missing=[-99, 9999])
    assert "repeated_code" not in remarks(missing=[-99], maximum=20_000)
