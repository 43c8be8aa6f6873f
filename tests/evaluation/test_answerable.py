"""A study that has no answer is refused by name before anything is computed; the others are answered whole."""

import pytest
from degenerate import PANELS

from impact.errors import ImpactError, NoComparisonError, NotIdentifiedError, PlanError, RangeError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.store import PARTS, every_part
from impact.evaluation.study import Study

SCHEMA = """
version: 1
title: {en: Firms, fr: Entreprises}
source: made here
unit: id
time: {column: t, frequency: integer}
cohort: {column: g}
%s
columns:
  id: {type: integer, label: {en: Firm, fr: Entreprise}}
  t: {type: integer, label: {en: Period, fr: Période}}
  g: {type: integer, label: {en: First period, fr: Première période}}
  village: {type: integer, label: {en: Village, fr: Village}}
  y: {type: number, unit: MAD, label: {en: Outcome, fr: Résultat}}
"""


def study_of(name, folder, **choices):
    frame, told = PANELS[name]
    data = frame().drop(columns="w")
    data.assign(g=data.g.astype("Int64")).to_csv(folder / "firms.csv", index=False)
    (folder / "firms.yml").write_text(SCHEMA % ("cluster: village" if "cluster" in told else ""))
    chosen = {
        "name": "firms",
        "title": {"en": "Firms", "fr": "Entreprises"},
        "language": "en",
        "data": "firms.csv",
        "schema": "firms.yml",
        "outcomes": ["y"],
        "design_draws": 200,
        "permutations": 99,
    }
    return Study(Plan.of({**chosen, **choices}), folder)


REFUSED = [
    # panel, error, how the message begins
    ("all_zero", NotIdentifiedError, "y: constant, or changing alike"),
    ("constant", NotIdentifiedError, "y: constant, or changing alike"),
    ("constant_within_units", NotIdentifiedError, "y: constant, or changing alike"),
    ("same_path_of_all", NotIdentifiedError, "y: constant, or changing alike"),
    ("huge", RangeError, "y: beyond 1e"),
    ("one_huge_value", RangeError, "y: beyond 1e"),
    ("tiny", RangeError, "y: all below 1e"),
    ("one_treated", NoComparisonError, "g: 1 units treated"),
    ("one_untreated", NoComparisonError, "g: 1 units to compare them with"),
    ("one_each", NoComparisonError, "g: 1 units"),
    ("one_cluster", NoComparisonError, "village: 1 clusters treated"),
    ("two_clusters", NoComparisonError, "village: 1 clusters treated"),
    ("three_clusters", NoComparisonError, "village: 1 clusters treated"),
    ("everybody_at_once", NoComparisonError, "g: every unit"),
    ("nobody_treated", NoComparisonError, "g: no unit"),
    ("one_period", PlanError, "waves: the data have no period before"),
    ("missing_after", ImpactError, "y: "),
]


@pytest.mark.parametrize(("name", "error", "begins"), REFUSED)
def test_what_has_no_answer_is_refused_before_anything_is_computed(
    tmp_path, name, error, begins, monkeypatch
):
    monkeypatch.setattr("impact.evaluation.parts.headline_intervals", None)  # nothing may reach it
    with pytest.raises(error, match=f"^{begins}"):
        check_study(study_of(name, tmp_path))


def test_nobody_never_treated_is_refused_where_the_plan_compares_with_the_never_treated(tmp_path):
    study = study_of("nobody_never_treated", tmp_path, comparison_group="never_treated")
    with pytest.raises(NoComparisonError, match=r"^g: 0 units to compare them with"):
        check_study(study)


@pytest.mark.parametrize(
    "name",
    [
        "cohort_of_one_without_base",
        "nobody_never_treated",
        "two_periods",
        "two_treated",
        "constant_before",
        "clusters_mixing_cohorts",
    ],
)
def test_whatever_is_not_refused_is_answered_in_every_part(tmp_path, name):
    study = study_of(name, tmp_path)
    check_study(study)
    assert every_part(study).keys() == PARTS.keys()


def test_a_cap_that_leaves_nothing_is_refused_by_the_same_name(tmp_path):
    study = study_of("usual", tmp_path)
    few = study.frame.assign(y=(study.frame.index % 50 == 0).astype(float))
    study = study.changed(winsorise=0.9)
    object.__setattr__(study, "data", few)
    with pytest.raises(NotIdentifiedError, match=r"^y: constant"):
        study.panel()
