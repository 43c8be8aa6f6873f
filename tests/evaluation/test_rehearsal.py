"""A plan rehearsed before its data: whatever it declares, its own bytes run on files that were simulated for it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from impact.errors import PlanError
from impact.evaluation.plan import Plan
from impact.evaluation.rehearsal.beliefs import DEFAULTS
from impact.evaluation.rehearsal.mark import MARK, Rehearsed
from impact.evaluation.rehearsal.rehearsal import Rehearsal
from impact.evaluation.truth import Truth
from impact.pipeline.locking import lock_facts, lock_plan
from impact.pipeline.plan import inputs_of, study_of
from impact.pipeline.rehearse import Asked, costs_of, write_files
from impact.reporting.sections.plan_departures import lock_in_words
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(__file__).parent / "rehearsed"

SCHEMA = {
    "version": 1,
    "title": {"en": "Firms", "fr": "Entreprises"},
    "source": "to be collected",
    "unit": "firm",
    "time": {"column": "wave", "frequency": "integer"},
    "cohort": {"column": "start"},
    "missing_outcome": "drop",
    "columns": {
        "firm": {"type": "string", "label": {"en": "Firm", "fr": "Entreprise"}},
        "wave": {"type": "period", "label": {"en": "Wave", "fr": "Vague"}},
        "start": {"type": "period", "label": {"en": "Start", "fr": "Début"}},
        "sales": {
            "type": "number",
            "minimum": 0,
            "missing": [-99],
            "label": {"en": "Sales", "fr": "Ventes"},
        },
    },
}
PLAN = {
    "name": "small",
    "title": {"en": "Small", "fr": "Petit"},
    "data": "small.csv",
    "schema": "schema.yml",
    "outcomes": ["sales"],
    "placebo_periods": 1,
    "outcome_before": 1,
}
LOT = {"assignment": "randomised", "comparison_group": "never_treated"}
ARM = {
    "type": "category",
    "categories": ["none", "loan", "advice"],
    "label": {"en": "Arm", "fr": "Groupe"},
}


def planned(folder, *, plan=None, columns=None, **schema):
    folder.mkdir(exist_ok=True)
    held = {**SCHEMA, **schema, "columns": {**SCHEMA["columns"], **(columns or {})}}
    (folder / "schema.yml").write_text(yaml.safe_dump(held), encoding="utf-8")
    path = folder / "evaluation.yml"
    path.write_text(yaml.safe_dump({**PLAN, **(plan or {})}), encoding="utf-8")
    return path


def rehearsed(path, to, **options):
    """Write the files of a rehearsal; return it and the study that the plan's own bytes make of them."""
    to.mkdir(exist_ok=True)
    rehearsal = Rehearsal.of(study_of(path, {}), options={"firms": 60, **options}, from_data=False)
    rehearsal.write(to)
    copy = to / rehearsal.home / path.name
    shutil.copyfile(path, copy)
    return rehearsal, study_of(copy, {})


@pytest.fixture(scope="module")
def villages(tmp_path_factory):
    to = tmp_path_factory.mktemp("villages") / "files"
    return rehearsed(OWN / "evaluation.yml", to, firms=400, treated=0.5)


def test_the_plan_of_the_page_runs_unchanged_on_two_simulated_files(villages):
    study = villages[1]
    assert (study.folder / "evaluation.yml").read_bytes() == (OWN / "evaluation.yml").read_bytes()
    panel = study.panel()
    assert (panel.n_units, panel.n_periods) == (400, 6)
    assert [panel.time_axis.label(t) for t in panel.cohorts] == ["2025Q3"]
    assert len(np.unique(panel.cluster)) == 40
    assert study.main == "ancova"


def test_the_page_shows_the_plan_that_is_rehearsed_here_and_every_number_that_is_believed():
    page = (ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    for name in ("evaluation", "schema", "intake"):
        assert (OWN / f"{name}.yml").read_text(encoding="utf-8") in page
    assert [name for name in DEFAULTS if f"`{name}`" not in page] == []


def test_rounds_and_starts_that_the_intake_names_are_told_as_such(villages):
    beliefs = villages[0].beliefs
    assert (beliefs.by_name["after"].origin, beliefs["after"]) == ("intake", 3)
    assert beliefs.by_name["firms"].origin == "option"
    assert beliefs.by_name["effect"].origin == "plan"
    assert beliefs.by_name["zeros"].origin == "default"


def test_the_effect_that_was_put_in_is_told_by_the_mark(villages):
    study = villages[1]
    assert study.rehearsal is not None
    assert study.truth.percent == pytest.approx(25)
    assert MARK in inputs_of(study.plan, study.folder)


def test_outcomes_in_the_files_have_the_mean_and_the_losses_that_are_believed(villages):
    panel = villages[1].panel()
    assert panel.wide[:, 0].mean() == pytest.approx(100, rel=0.2)
    assert np.isnan(panel.wide[:, -1]).mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("plan", "columns"),
    [
        ({}, {}),
        pytest.param({"data": "small.xlsx"}, {}, marks=pytest.mark.slow),
        pytest.param({"data": "small.dta"}, {}, marks=pytest.mark.slow),
        (LOT, {}),
        ({**LOT, "waves": "endline_only"}, {}),
        ({**LOT, "arms": {"column": "arm", "control": "none"}}, {"arm": ARM}),
        ({"planned_cohort": "start", "dose": "visits", "exposure": ["visits"]},
         {"visits": {"type": "integer", "label": {"en": "Visits", "fr": "Visites"}, "maximum": 4}}),
        ({"winsorise": 0.95, "secondary": ["staff"], "placebo_outcomes": ["staff"]},
         {"staff": {"type": "integer", "minimum": 0, "label": {"en": "Staff", "fr": "Effectif"}}}),
    ],
    ids=["csv", "workbook", "stata", "lot", "endline", "arms", "exposure", "outcomes"],
)  # fmt: skip
def test_what_a_plan_declares_can_be_rehearsed(tmp_path, plan, columns):
    path = planned(tmp_path / "own", plan=plan, columns=columns)
    rehearsal, study = rehearsed(path, tmp_path / "files")
    panel = study.panel()
    assert panel.n_units == pytest.approx(
        60, rel=0.1
    )  # who is lost before an endline is in no panel
    assert np.isfinite(panel.cohort).sum() == pytest.approx(rehearsal.design.study.treated, rel=0.1)


def test_every_arm_of_a_lot_has_its_firms(tmp_path):
    path = planned(
        tmp_path / "own", plan={**LOT, "arms": {"column": "arm", "control": "none"}}, columns={"arm": ARM}
    )  # fmt: skip
    study = rehearsed(path, tmp_path / "files")[1]
    assert set(study.data["arm"]) == {"none", "loan", "advice"}
    assert study.arms.labels == ("none", "advice", "loan")


def test_with_a_baseline_sizes_spread_and_memory_are_those_of_the_data(tmp_path):
    path = planned(tmp_path / "own")
    folder = rehearsed(
        path, tmp_path / "first", firms=300, variation=1.0, zeros=0.2, attrition=0.3
    )[1].folder
    again = Rehearsal.of(study_of(folder / path.name, {}))
    assert again.baseline is not None
    beliefs = again.beliefs
    assert beliefs["firms"] == 300
    assert beliefs["zeros"] == pytest.approx(0.2, abs=0.04)
    assert beliefs["attrition"] == pytest.approx(0.3, abs=0.02)
    assert beliefs["variation"] == pytest.approx(1.0, abs=0.25)
    assert beliefs.by_name["firms"].origin == "baseline"


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_rehearsal_never_writes_over_files_that_its_plan_names_elsewhere(tmp_path):
    (tmp_path / "study" / "plans").mkdir(parents=True)
    planned(tmp_path / "study" / "shared")
    path = planned(
        tmp_path / "study" / "plans" / "own",
        plan={"data": "../../data/small.csv", "schema": "../../shared/schema.yml"},
    )
    (tmp_path / "study" / "data").mkdir()
    (tmp_path / "study" / "data" / "small.csv").write_text("real\n", encoding="utf-8")
    before = files_of(tmp_path)
    to = tmp_path / "study" / "rehearsals" / "files"
    to.mkdir(parents=True)
    rehearsal, study = rehearsed(path, to)
    after = files_of(tmp_path)
    assert before == {path: after[path] for path in before}
    assert all(path.is_relative_to(to) for path in set(after) - set(before))
    assert rehearsal.home == Path("plans/own")
    assert study.folder == to / "plans" / "own"
    assert len(study.data) > 60
    assert study.rehearsal is not None


def test_a_rehearsal_of_files_named_by_their_place_on_the_machine_is_refused(tmp_path):
    path = planned(tmp_path / "own", plan={"data": str(tmp_path / "small.csv")})
    with pytest.raises(PlanError, match=r"small\.csv: named by its place on this machine"):
        rehearsed(path, tmp_path / "files")
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == []


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    path = planned(tmp_path / "own")
    one, other = (rehearsed(path, tmp_path / name)[1].folder for name in ("one", "other"))
    assert (one / "small.csv").read_bytes() == (other / "small.csv").read_bytes()


def test_what_cannot_be_rehearsed_is_refused_by_its_key(tmp_path):
    path = planned(tmp_path / "own", plan={"waves": "repeated_cross_sections"})
    with pytest.raises(PlanError, match="waves: repeated_cross_sections cannot be rehearsed yet"):
        Rehearsal.of(study_of(path, {}))
    path = planned(tmp_path / "own", plan={"data": "all.moments"})
    with pytest.raises(PlanError, match="data: moments hold no firm"):
        Rehearsal.of(study_of(path, {}))


def test_a_number_of_an_unknown_name_is_refused_with_the_nearest(tmp_path):
    study = study_of(planned(tmp_path / "own"), {})
    with pytest.raises(PlanError, match="firms"):
        Rehearsal.of(study, options={"firm": 3})


def test_firms_of_the_files_are_chosen_as_the_command_was_told_but_never_those_of_a_lot(tmp_path):
    path = planned(tmp_path, plan={"assignment": "chosen"})
    _, study = rehearsed(path, tmp_path / "dip", firms=400, on_growth=-3.0)
    panel = study.panel()
    before = panel.wide[:, :4]  # rounds before the first start, by default
    growth = before[:, -1] - before[:, :-1].mean(axis=1)
    treated = np.isfinite(panel.cohort)
    assert np.nanmean(growth[treated]) < np.nanmean(growth[~treated])
    with pytest.raises(PlanError, match="--set on_growth: the plan draws who is treated"):
        Rehearsal.of(study_of(OWN / "evaluation.yml", {}), options={"on_growth": 1.0})


def test_a_damaged_mark_is_refused_and_never_taken_for_real_data(tmp_path):
    (tmp_path / MARK).write_text("{", encoding="utf-8")
    with pytest.raises(PlanError, match=r"REHEARSAL\.json: the mark of a rehearsal is damaged"):
        Rehearsed.of(tmp_path)


def test_the_mark_is_read_as_it_was_written(tmp_path):
    truth = Truth(effect=1.0, percent=2.0, counterfactual=50.0, scenario="rehearsal")
    mark = Rehearsed(truth, None, 7, from_baseline=True)
    mark.write(tmp_path)
    assert Rehearsed.of(tmp_path) == mark
    assert json.loads((tmp_path / MARK).read_text(encoding="utf-8"))["rehearsal"] == 1


@pytest.mark.slow
def test_the_embedded_plan_is_rehearsed_through_all_its_files(tmp_path):
    to = tmp_path / "files"
    study = rehearsed(ROOT / "evaluation.yml", to, firms=350, treated=1 / 7)[1]
    panel = study.panel()
    assert panel.n_units == 350
    assert np.isfinite(panel.cohort).sum() == 50
    assert set(DEFAULTS) >= {"firms", "zeros"}


@pytest.fixture
def locked_plan(tmp_path):
    """A plan of its own folder, locked while its files, data and true effect were there."""
    overall = {"effect_mad": 1.0, "percent": 10.0, "counterfactual_mad": 10.0}
    truth = {"overall": overall, "scenario": "x"}
    path = planned(tmp_path / "own", plan={"truth": "truth.json"})
    (path.parent / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    (path.parent / PLAN["data"]).write_text("id\n", encoding="utf-8")
    lock_plan(path, by="Amina", reports=tmp_path / "reports")
    return path


def rehearsed_lock(path, to):
    """Rehearse a plan with its lock; return what a run says of the lock, and the sentence of its report."""
    to.mkdir()
    rehearsal = Rehearsal.of(study_of(path, {}), options={"firms": 60}, from_data=False)
    write_files(rehearsal, path, to)
    study = study_of(to / path.name, {})
    return lock_facts(study), lock_in_words(Voice(study.on(study.data)))


def test_the_rehearsal_of_a_locked_plan_answers_to_the_lock_and_departs_from_nothing(
    locked_plan, tmp_path
):
    facts, words = rehearsed_lock(locked_plan, tmp_path / "files")
    assert (facts["same_bytes"], facts["departures"]) == (True, [])
    assert (facts["there"], facts["changed"]) == (1, 0)  # the schema: data and truth are its own
    assert "Amina locked the plan." in words
    assert "Its file is the same, byte for byte." in words
    assert "Data are simulated here." in words


def test_a_rehearsal_of_a_plan_that_was_changed_since_its_lock_departs_from_it_and_says_why(
    locked_plan, tmp_path
):
    changed = {**yaml.safe_load(locked_plan.read_text(encoding="utf-8")), "alpha": 0.1}
    locked_plan.write_text(yaml.safe_dump(changed), encoding="utf-8")
    schema = locked_plan.parent / "schema.yml"
    schema.write_text(
        schema.read_text(encoding="utf-8").replace("minimum: 0", "minimum: -1"), encoding="utf-8"
    )
    locked_plan.with_name("evaluation.departures.yml").write_text(
        "alpha: {en: few firms, fr: peu d'entreprises}\n", encoding="utf-8"
    )
    facts, _ = rehearsed_lock(locked_plan, tmp_path / "files")
    assert not facts["same_bytes"]
    found = {(one["where"], one["key"]) for one in facts["departures"]}
    assert ("plan", "alpha") in found
    assert {where for where, _ in found} == {"plan", "schema"}
    assert facts["changed"] == 1
    reasons = study_of(tmp_path / "files" / locked_plan.name, {}).reasons
    assert "alpha" in str(reasons.to_dict())


def test_costs_of_the_plan_hold_unless_the_command_gives_another_of_the_same_thing():
    free, dear = (
        Plan.of({**PLAN, **more})
        for more in ({}, {"design_costs": {"interview": 60, "cluster": 400}})
    )
    assert costs_of(free, {}) == {}
    assert costs_of(dear, {}) == {"interview": 60, "cluster": 400}
    assert costs_of(dear, {"interview": 0, "round": 9}) == {
        "interview": 0,
        "cluster": 400,
        "round": 9,
    }


@pytest.mark.parametrize("cost", [-1, float("inf"), float("nan")])
def test_what_is_no_cost_is_refused_by_its_key(cost):
    with pytest.raises(PlanError, match=r"design_costs\.interview"):
        Plan.of({**PLAN, "design_costs": {"interview": cost}})
    with pytest.raises(PlanError, match="--cost"):
        Asked(beliefs={}, costs={"interview": cost})
