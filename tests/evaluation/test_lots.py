"""The plan says that a lot was drawn, and panel, tests, checks, rating and sentences follow from it."""

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import firms, study_of

import impact
from impact.diagnostics.balance import balance_check, baseline_table, joint_balance
from impact.diagnostics.compliance import compliance
from impact.errors import DuplicateKeyError, NoComparisonError, PlanError
from impact.evaluation.certainty import Certainty
from impact.evaluation.outcomes import silence_of
from impact.evaluation.parts import SampleAndComparability
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.remarks import remarks_of
from impact.evaluation.robustness import Robustness
from impact.inference.strata import permutation_strata
from impact.reporting.sections.assigned import compared_with, control_group
from impact.reporting.sections.sample import still_there
from impact.reporting.voice import Voice

REFUSED = [
    ({"assigned_by": "unit"}, "assigned_by: only of a lot"),
    ({"participation": "told"}, "participation: only of a lot"),
    ({"waves": "endline_only"}, "waves: with an endline alone only a lot can be evaluated"),
    ({"assignment": "randomised", "planned_cohort": "g"}, "planned_cohort: of a lot, cohort is who was drawn"),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "said"), REFUSED)
def test_a_design_that_does_not_hold_together_is_refused_with_its_key(tmp_path, choices, said):
    with pytest.raises(PlanError, match=said):
        study_of(tmp_path, firms(), **choices)


HELD_TO_THE_DATA = [
    ({"assigned_by": "cluster"}, "assigned_by: the schema names no cluster above the unit"),
    ({"waves": "endline_only"}, "waves: the data have periods before the start"),
]


def test_nobody_may_be_seen_twice_in_repeated_cross_sections(tmp_path):
    with pytest.raises(DuplicateKeyError, match="nobody is seen twice"):
        check_study(study_of(tmp_path, firms(), waves="repeated_cross_sections"))


@pytest.mark.parametrize(("choices", "said"), HELD_TO_THE_DATA)
def test_the_declared_design_is_held_to_the_data(tmp_path, choices, said):
    with pytest.raises(PlanError, match=said):
        check_study(study_of(tmp_path, firms(), assignment="randomised", **choices))


def village_lot(n_villages=12, size=5, *, periods=(2, 3), drawn=6, seed=3):
    """Villages of farms in two strata, half of the villages drawn from period 3 on."""
    rng = np.random.default_rng(seed)
    village = np.repeat(np.arange(n_villages), size)
    frame = pd.DataFrame(
        {"farm": np.tile(np.arange(len(village)), len(periods)), "t": np.repeat(periods, len(village))}
    )  # fmt: skip
    of_farm = village[frame["farm"]]
    frame["village"], frame["valley"] = of_farm, of_farm % 2
    frame["first"] = np.where(of_farm < drawn, 3.0, np.nan)
    frame["size"] = rng.normal(size=n_villages)[of_farm] + rng.normal(0, 0.1, len(frame))
    frame["crop"] = rng.normal(size=len(frame)) + rng.normal(size=n_villages)[of_farm]
    return frame


COLUMNS = {"unit": "farm", "time": "t", "outcome": "crop", "cohort": "first"}


def drawn_panel(frame, **more):
    return impact.Panel.from_frame(frame, **COLUMNS, assignment="randomised", **more)


def test_an_endline_keeps_those_that_a_lot_drew_and_no_others():
    endline = village_lot(periods=(3,))
    panel = drawn_panel(endline, cluster="village")
    assert (panel.sample.n_treated, panel.sample.n_never) == (30, 30)
    rounds = village_lot(periods=(3, 4))
    assert drawn_panel(rounds, cluster="village").sample.n_treated == 30
    with pytest.raises(NoComparisonError, match="treated after the first period"):
        impact.Panel.from_frame(rounds, **COLUMNS)
    for nobody, who in ((np.nan, "no unit is treated"), (3.0, "every unit is treated")):
        with pytest.raises(NoComparisonError, match=who):
            drawn_panel(endline.assign(first=nobody))


def test_a_lot_is_permuted_as_it_was_drawn():
    """Without a lot a small stratum is pooled and terciles are taken; a lot stays in its strata, pairs among them."""
    frame = village_lot()
    frame["pair"] = frame["farm"] // 2
    frame["first"] = np.where(frame["farm"] % 2 == 0, 3.0, np.nan)
    pairs = drawn_panel(frame, strata=["pair"])
    assert np.array_equal(permutation_strata(pairs), pairs.stratum)
    chosen = impact.Panel.from_frame(frame, **COLUMNS, strata=["pair"])
    assert len(np.unique(permutation_strata(chosen))) < 30
    assert len(np.unique(permutation_strata(drawn_panel(frame)))) == 1


def test_balance_counts_villages_where_villages_were_drawn():
    """What villages share made balance fail: 60 farms are 12 villages."""
    frame = village_lot()
    by_farm = drawn_panel(frame, covariates=["size"])
    by_village = drawn_panel(frame, covariates=["size"], cluster="village", strata=["valley"])
    assert joint_balance(by_farm).p_value < joint_balance(by_village).p_value
    p = [baseline_table(panel)["p_value"].iloc[0] for panel in (by_farm, by_village)]
    assert p[0] < p[1]


def test_characteristics_of_an_endline_are_compared_and_its_outcome_is_not():
    panel = drawn_panel(village_lot(periods=(3,)), covariates=["size"], cluster="village")
    assert list(baseline_table(panel)["characteristic"]) == ["size"]
    bare = drawn_panel(village_lot(periods=(3,)), cluster="village")
    for found in (balance_check(baseline_table(bare)), joint_balance(bare)):
        assert found.why == "no_baseline_period_or_characteristic"


def test_participation_is_held_against_the_lot():
    drawn = np.arange(100) < 50
    came = (np.arange(100) < 8) | (np.arange(100) == 99)
    found = compliance(drawn, came)
    assert (found.status, found.statistic) == ("warn", pytest.approx(0.14))
    assert list(found.table["took_part"]) == [0.16, 0.02]
    assert compliance(drawn, drawn).status == "pass"


def test_a_lot_is_asked_for_balance_and_participation_and_not_for_trends(tmp_path):
    frame = firms()
    frame["told"] = frame["g"].notna() & (frame["id"] % 3 > 0)
    study = study_of(tmp_path, frame, assignment="randomised", participation="told")
    names = {check.name for part in (SampleAndComparability, Robustness, Certainty) for check in part.of(study).checks}  # fmt: skip
    assert {"joint_balance", "attrition", "compliance", "leave_one_out"} <= names
    assert not names & {"recent_change", "placebo_date", "pretrend_power", "equivalence"}
    assert not any(name.startswith("honest") for name in names)
    assert not Certainty.of(study).honest
    codes = {remark.code for remark in remarks_of(study, study.panel(winsorise=0.0))}
    assert not codes & {"no_trend_before", "placebo_reaches_too_far", "participation_unknown"}


def test_choices_stay_chosen_unless_the_plan_says_otherwise():
    assert Plan.model_fields["assignment"].default == "chosen"
    assert Plan.model_fields["waves"].default == "panel"


@pytest.fixture(scope="module")
def staggered(tmp_path_factory):
    """A lot that said when each starts: nobody never does."""
    frame = firms()
    starts = frame["g"].fillna(8)
    return study_of(
        tmp_path_factory.mktemp("staggered"), frame.assign(g=starts), assignment="randomised", exposure=[]
    )  # fmt: skip


def test_of_a_lot_of_starts_nobody_is_said_to_be_compared_with_who_was_not_drawn(staggered):
    voice = Voice(staggered)
    assert compared_with(voice).endswith("compared with firms that had not started yet.")
    assert control_group(voice) == "firms not yet treated"
    codes = {one.code for one in remarks_of(staggered, staggered.panel())}
    assert "nobody_never_treated" in codes
    assert "strata_without_comparison" not in codes
    part = SampleAndComparability.of(staggered)
    whys = {check.name: check.why for check in part.checks}
    assert whys["balance"] == whys["joint_balance"] == "nobody_never_treated"
    text = still_there(voice, part.flow)
    assert "90 of 90 beneficiaries" in text
    assert "comparison group" not in text


def test_silence_passes_where_nobody_was_silent_whoever_there_is_to_compare_with(staggered):
    found = silence_of(staggered, staggered.panel())
    assert (found.check().status, found.check().why) == ("pass", "nobody_lost")
